//! Free text made safe for a cell.
//!
//! Source of the list of dangerous beginnings: OWASP, "CSV Injection"
//! (<https://owasp.org/www-community/attacks/CSV_Injection>), with the
//! full-width forms that Excel in Chinese and Japanese reads alike.

use std::borrow::Cow;

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
    let invisible = |c: char| {
        c.is_whitespace()
            || c.is_control()
            || matches!(c, '\u{ad}' | '\u{200b}'..='\u{200f}' | '\u{202a}'..='\u{202e}'
                | '\u{2060}'..='\u{2069}' | '\u{feff}')
    };
    text.trim_start_matches(invisible).starts_with([
        '=', '+', '-', '@', // ASCII
        '＝', '＋', '－', '＠', // full width
        '﹦', '﹢', '﹣', '﹫', // small form variants
        '−',  // the minus sign that text processors set
    ])
}

/// The text of a CSV cell: on one line, and with an apostrophe before what
/// would start a formula.
pub(super) fn csv_text(text: &str) -> Cow<'_, str> {
    let line = one_line(text);
    if starts_formula(&line) {
        Cow::Owned(format!("'{line}"))
    } else {
        line
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

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
            let cell = csv_text(text);
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
            assert_eq!(csv_text(text), text);
        }
    }

    #[test]
    fn line_breaks_become_one_space() {
        assert_eq!(csv_text("a\r\nb\nc\rd\u{2028}e\tf"), "a b c d e f");
    }

    proptest! {
        #[test]
        fn no_text_starts_a_formula_or_breaks_a_line(
            text in "[ \t\r\n\u{feff}\u{200b}]{0,3}[=+@＝＋－＠-]?.{0,20}"
        ) {
            let cell = csv_text(&text);
            prop_assert!(!starts_formula(&cell));
            prop_assert!(!cell.contains(char::is_control));
        }
    }
}
