/// What an id may look like, as a regular expression that SQL engines take:
/// letters, digits and `. _ : / @ -`, a letter, digit or `_` first, at most 128.
///
/// Lists carry ids unescaped, so anything else is set aside when it is read.
pub const ID_PATTERN: &str = r"^[A-Za-z0-9_][A-Za-z0-9._:/@-]{0,127}$";
