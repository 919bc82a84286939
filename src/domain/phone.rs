use std::fmt;

/// A telephone number in E.164 form: `+`, then 7 to 15 digits, the first not 0.
///
/// The strict grammar is what lets lists carry numbers unescaped. `Debug`
/// hides the number, so that no log or error can hold one.
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Phone(String);

/// The text was no E.164 number. It does not hold the text, which is personal.
#[derive(Debug, thiserror::Error, PartialEq, Eq)]
#[error("not an E.164 number (+ and 7 to 15 digits)")]
pub struct PhoneError;

impl Phone {
    /// Regular expression of the grammar, as SQL engines take it.
    pub const PATTERN: &'static str = r"^\+[1-9][0-9]{6,14}$";

    /// Reads a number, ignoring the spaces, dots, hyphens and parentheses that
    /// people write into numbers.
    ///
    /// # Errors
    /// When what remains is not `+` and 7 to 15 digits.
    pub fn parse(text: &str) -> Result<Self, PhoneError> {
        let compact: String = text
            .chars()
            .filter(|c| !matches!(c, ' ' | '-' | '.' | '(' | ')' | '\u{a0}'))
            .collect();
        let digits = compact.strip_prefix('+').ok_or(PhoneError)?;
        let all_digits = digits.bytes().all(|b| b.is_ascii_digit());
        if all_digits && (7..=15).contains(&digits.len()) && !digits.starts_with('0') {
            Ok(Self(compact))
        } else {
            Err(PhoneError)
        }
    }

    /// The number, `+` first.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl fmt::Debug for Phone {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Phone(…)")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn people_write_numbers_in_many_ways() {
        let phone = Phone::parse("+999 (10) 555-01.23").unwrap();
        assert_eq!(phone.as_str(), "+999105550123");
    }

    #[test]
    fn what_cannot_be_dialled_is_refused() {
        for text in [
            "",
            "10086",
            "+0123456789",
            "+12345",
            "+1234567890123456",
            "+86 abc",
            "=1+1",
        ] {
            assert_eq!(Phone::parse(text), Err(PhoneError), "{text}");
        }
    }

    #[test]
    fn debug_never_shows_a_number() {
        let phone = Phone::parse("+999105550123").unwrap();
        assert!(!format!("{phone:?}").contains("555"));
    }
}
