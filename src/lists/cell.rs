use jiff::civil::{Date, DateTime};

use crate::domain::Phone;
use crate::outputs::FieldType;

/// What a column of a list holds, which fixes the grammar of its cells.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Kind {
    /// An identifier: letters, digits and `. _ : / @ -`, a letter, digit or
    /// `_` first, at most 128.
    Id,
    /// An E.164 number, `+` first.
    Phone,
    /// A day as `2026-10-31`.
    Date,
    /// A time as `2026-10-31T09:00:00`, with `Z` or `+08:00` after it when
    /// the zone is known.
    DateTime,
    /// A time as clocks show it where the customer is, without its zone:
    /// `2026-10-31 09:00:00`.
    Clock,
    /// A whole number: `12`, `-3`.
    Integer,
    /// A decimal number: `12`, `-0.5`.
    Number,
    /// Digits alone, at most 18: what a dialler takes for a number.
    Digits,
    /// An external id made of ids: as [`Kind::Id`], `,` and `=` as well, at
    /// most 255.
    Key,
    /// A word of a closed set: letters, digits, `_`, `-` and `.`, a letter or
    /// digit first, at most 128.
    Word,
    /// Free text, cleaned before it is written.
    Text,
}

impl Kind {
    /// What the kind takes, to finish the sentence "not …".
    #[must_use]
    pub const fn expected(self) -> &'static str {
        match self {
            Self::Id => "an id (letters, digits and . _ : / @ -, at most 128)",
            Self::Phone => "an E.164 number (+ and 7 to 15 digits)",
            Self::Date => "a date (YYYY-MM-DD)",
            Self::DateTime => "a time (YYYY-MM-DDTHH:MM:SS, then nothing, Z or +HH:MM)",
            Self::Clock => "a time (YYYY-MM-DD HH:MM:SS)",
            Self::Integer => "a whole number",
            Self::Number => "a decimal number",
            Self::Digits => "digits (1 to 18)",
            Self::Key => "an external id (letters, digits and . _ : / @ - , =, at most 255)",
            Self::Word => "a word (letters, digits, _, - and ., at most 128)",
            Self::Text => "a text",
        }
    }

    /// Whether a cell obeys the grammar. Free text always does.
    ///
    /// No grammar but [`Kind::Phone`] and the numbers lets a cell begin with a
    /// character that starts a formula, and those leave room for nothing but
    /// digits after it.
    #[must_use]
    pub fn accepts(self, text: &str) -> bool {
        match self {
            Self::Id => is_name(text, 128, |b| {
                matches!(b, b'.' | b'_' | b':' | b'/' | b'@' | b'-')
            }),
            Self::Key => is_name(text, 255, |b| {
                matches!(b, b'.' | b'_' | b':' | b'/' | b'@' | b'-' | b',' | b'=')
            }),
            Self::Phone => Phone::parse(text).is_ok_and(|phone| phone.as_str() == text),
            Self::Date => is_date(text),
            Self::DateTime => is_time(text),
            Self::Clock => is_clock(text),
            Self::Integer => is_number(text) && !text.contains('.'),
            Self::Number => is_number(text),
            Self::Digits => {
                (1..=18).contains(&text.len()) && text.bytes().all(|b| b.is_ascii_digit())
            }
            Self::Word => is_name(text, 128, |b| matches!(b, b'.' | b'_' | b'-')),
            Self::Text => true,
        }
    }

    /// What a reader of the package descriptor sees the column as.
    #[must_use]
    pub const fn field_type(self) -> FieldType {
        match self {
            Self::Id | Self::Key | Self::Phone | Self::Digits | Self::Word | Self::Text => {
                FieldType::String
            }
            Self::Date => FieldType::Date,
            Self::DateTime => FieldType::DateTime,
            Self::Clock => FieldType::ClockTime,
            Self::Integer => FieldType::Integer,
            Self::Number => FieldType::Number,
        }
    }
}

fn is_name(text: &str, longest: usize, punctuation: impl Fn(u8) -> bool) -> bool {
    let bytes = text.as_bytes();
    bytes.len() <= longest
        && bytes
            .first()
            .is_some_and(|&b| b.is_ascii_alphanumeric() || b == b'_')
        && bytes
            .iter()
            .all(|&b| b.is_ascii_alphanumeric() || punctuation(b))
}

/// The shape first, since the parser takes more forms than importers do.
fn has_shape(text: &str, shape: &str) -> bool {
    text.len() == shape.len()
        && text.bytes().zip(shape.bytes()).all(|(b, s)| match s {
            b'0' => b.is_ascii_digit(),
            b'+' => b == b'+' || b == b'-',
            _ => b == s,
        })
}

fn is_date(text: &str) -> bool {
    has_shape(text, "0000-00-00") && text.parse::<Date>().is_ok()
}

fn is_time(text: &str) -> bool {
    let Some((civil, zone)) = text.split_at_checked("0000-00-00T00:00:00".len()) else {
        return false;
    };
    let zone_is_fine = match zone {
        "" | "Z" => true,
        _ => has_shape(zone, "+00:00") && &zone[1..3] <= "23" && &zone[4..6] <= "59",
    };
    zone_is_fine && has_shape(civil, "0000-00-00T00:00:00") && civil.parse::<DateTime>().is_ok()
}

fn is_clock(text: &str) -> bool {
    has_shape(text, "0000-00-00 00:00:00") && text.parse::<DateTime>().is_ok()
}

fn is_number(text: &str) -> bool {
    let unsigned = text.strip_prefix('-').unwrap_or(text);
    let (whole, fraction) = match unsigned.split_once('.') {
        Some((whole, fraction)) => (whole, Some(fraction)),
        None => (unsigned, None),
    };
    let digits = |text: &str| !text.is_empty() && text.bytes().all(|b| b.is_ascii_digit());
    digits(whole) && (whole == "0" || !whole.starts_with('0')) && fraction.is_none_or(digits)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_kind_takes_its_grammar_and_nothing_else() {
        let cases: [(Kind, &[&str], &[&str]); 10] = [
            (
                Kind::Key,
                &["party.party,C1", "film-night:C1", "a=b"],
                &["", "=a", ",a", "a b", "a'b", "张"],
            ),
            (
                Kind::Clock,
                &["2026-10-31 09:00:00"],
                &["2026-10-31T09:00:00", "2026-10-31 25:00:00", "2026-10-31"],
            ),
            (
                Kind::Integer,
                &["0", "-3", "12"],
                &["", "1.0", "+1", "01", "1e3"],
            ),
            (
                Kind::Digits,
                &["0", "99910555"],
                &["", "+999", "1 2", "-1", "1234567890123456789"],
            ),
            (
                Kind::Id,
                &["C000123", "a:b/c", "1", "x@y.org", "_a"],
                &["", "=1", "a b", "张", "@x", "-1", "a\n", "a,b"],
            ),
            (
                Kind::Phone,
                &["+999105550123"],
                &[
                    "+999 105550123",
                    "10086",
                    "",
                    "+999105550123 ",
                    "=+99910555",
                ],
            ),
            (
                Kind::Date,
                &["2026-02-28"],
                &["2026-02-30", "20260228", "2026-2-8", "+2026-02-28", ""],
            ),
            (
                Kind::DateTime,
                &[
                    "2026-10-31T09:00:00",
                    "2026-10-31T09:00:00Z",
                    "2026-10-31T09:00:00+08:00",
                ],
                &[
                    "2026-10-31 09:00:00",
                    "2026-10-31T25:00:00",
                    "2026-10-31T09:00:00+99:00",
                    "2026-10-31",
                    "2026-10-31T09:00:00[x]",
                ],
            ),
            (
                Kind::Number,
                &["0", "-0.5", "12", "3.140"],
                &[
                    "", "-", ".5", "1.", "1e3", "007", "+1", "NaN", "1,000", "-1+1",
                ],
            ),
            (
                Kind::Word,
                &["sms", "old-town", "A1", "not_selected"],
                &["", "-x", "a b", "=a", "a/b"],
            ),
        ];
        for (kind, good, bad) in cases {
            for text in good {
                assert!(kind.accepts(text), "{kind:?} takes {text}");
            }
            for text in bad {
                assert!(!kind.accepts(text), "{kind:?} refuses {text:?}");
            }
        }
    }
}
