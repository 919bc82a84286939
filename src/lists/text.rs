//! Free text made safe for a cell.
//!
//! Source of the list of dangerous beginnings: OWASP, "CSV Injection"
//! (<https://owasp.org/www-community/attacks/CSV_Injection>), with the
//! full-width forms that Excel in Chinese and Japanese reads alike.

use std::borrow::Cow;

use super::layout::Guard;

/// The text with every line break, tab and other control character as one
/// space: importers read cells line by line, and XML has no room for the rest.
pub(super) fn one_line(text: &str) -> Cow<'_, str> {
    let breaks =
        |c: char| c.is_control() || matches!(c, '\u{2028}' | '\u{2029}' | '\u{fffe}' | '\u{ffff}');
    if !text.contains(breaks) {
        return Cow::Borrowed(text);
    }
    let joined = text.replace("\r\n", "\n");
    Cow::Owned(joined.replace(breaks, " "))
}

/// Whether a spreadsheet could take the text for a formula: the first thing
/// that shows is `=`, `+`, `-` or `@`, in any width. Spaces and invisible
/// characters before it do not count, since some importers trim them.
pub(super) fn starts_formula(text: &str) -> bool {
    text.trim_start_matches(is_invisible).starts_with([
        '=', '+', '-', '@', // ASCII
        '＝', '＋', '－', '＠', // full width
        '﹦', '﹢', '﹣', '﹫', // small form variants
        '−',  // the minus sign that text processors set
    ])
}

fn is_invisible(c: char) -> bool {
    c.is_whitespace()
        || c.is_control()
        || matches!(c, '\u{ad}' | '\u{200b}'..='\u{200f}' | '\u{202a}'..='\u{202e}'
            | '\u{2060}'..='\u{2069}' | '\u{feff}')
}

/// The text of a cell in delimited text: on one line, and guarded where it
/// would start a formula.
pub(super) fn cell_text(text: &str, guard: Guard) -> Cow<'_, str> {
    let line = one_line(text);
    if guard == Guard::Typed || !starts_formula(&line) {
        return line;
    }
    match guard {
        Guard::Drop => {
            let mut rest = line.as_ref();
            while starts_formula(rest) {
                let first = rest.trim_start_matches(is_invisible);
                rest = &first[first.chars().next().map_or(0, char::len_utf8)..];
            }
            Cow::Owned(rest.to_owned())
        }
        _ => Cow::Owned(format!("'{line}")),
    }
}

/// A text of at most `limit` characters, without those that the importer
/// refuses, and with room for what the guard puts before it.
pub(super) fn fit<'t>(text: &'t str, refused: &[char], limit: usize, guard: Guard) -> Cow<'t, str> {
    let mut text = match guard {
        Guard::Drop => cell_text(text, guard),
        _ => Cow::Borrowed(text),
    };
    if text.contains(refused) {
        text = Cow::Owned(text.replace(refused, ""));
    }
    // What went may have laid bare the beginning of a formula.
    if guard == Guard::Drop && starts_formula(&text) {
        text = Cow::Owned(cell_text(&text, guard).into_owned());
    }
    let room = match guard {
        Guard::Apostrophe if starts_formula(&text) => limit.saturating_sub(1),
        _ => limit,
    };
    match text.char_indices().nth(room) {
        Some((end, _)) => Cow::Owned(text[..end].to_owned()),
        None => text,
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn guarded(text: &str) -> Cow<'_, str> {
        cell_text(text, Guard::Apostrophe)
    }

    #[test]
    fn formulas_are_defused_in_every_disguise() {
        for text in [
            "=1+1",
            "+1",
            "-1",
            "@SUM(A1)",
            " =1",
            "\t=1",
            "\r=1",
            "\n=1",
            "＝1",
            "　＋1",
            "\u{feff}=1",
            "\u{200b}@x",
            "\0=1",
        ] {
            let cell = guarded(text);
            assert!(cell.starts_with('\''), "{text:?} became {cell:?}");
        }
    }

    #[test]
    fn ordinary_text_stays_as_it_is() {
        for text in [
            "张伟",
            "O'Neil",
            "a = b",
            "Anne-Marie",
            "5 - 3",
            "",
            "'quoted'",
        ] {
            assert_eq!(guarded(text), text);
        }
    }

    #[test]
    fn line_breaks_become_one_space() {
        assert_eq!(guarded("a\r\nb\nc\rd\u{2028}e\tf"), "a b c d e f");
    }

    proptest! {
        #[test]
        fn no_text_starts_a_formula_or_breaks_a_line(
            text in "[ \t\r\n\u{feff}\u{200b}]{0,3}[=+@＝＋－＠-]?.{0,20}"
        ) {
            let cell = guarded(&text);
            prop_assert!(!starts_formula(&cell));
            prop_assert!(!cell.contains(char::is_control));
        }
    }

    #[test]
    fn texts_fit_with_their_guard_and_without_what_the_importer_refuses() {
        assert_eq!(fit("张伟张伟", &[], 3, Guard::Apostrophe), "张伟张");
        let cut = fit("=1+1", &[], 4, Guard::Apostrophe);
        assert_eq!(cell_text(&cut, Guard::Apostrophe), "'=1+");
        assert_eq!(
            fit("O'Neil; \"x\"", &['\'', '"', ';'], 99, Guard::Drop),
            "ONeil x"
        );
        // Taking quotes out must not lay a formula bare.
        for text in ["'=1", "=\"+1", " '- '@x", "＝'=1"] {
            let cell = fit(text, &['\'', '"'], 99, Guard::Drop);
            assert!(!starts_formula(&cell), "{text:?} became {cell:?}");
        }
        assert_eq!(fit("=1", &[], 9, Guard::Typed), "=1");
    }
}
