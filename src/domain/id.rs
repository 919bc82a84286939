/// What an id may look like, as a regular expression that SQL engines take:
/// letters, digits and `. _ : / @ -`, a letter, digit or `_` first, at most 128.
///
/// Lists carry ids unescaped, so anything else is set aside when it is read.
pub const ID_PATTERN: &str = r"^[A-Za-z0-9_][A-Za-z0-9._:/@-]{0,127}$";

/// What an id is made of that is part of a list's name: [`is_slug`].
pub const SLUG: &str = "1 to 80 lower-case letters, digits and hyphens";

/// Whether the text can be part of a list's name, and so of a file's.
#[must_use]
pub fn is_slug(text: &str) -> bool {
    let letter = |b: u8| b.is_ascii_lowercase() || b.is_ascii_digit() || b == b'-';
    (1..=80).contains(&text.len()) && text.bytes().all(letter)
}
