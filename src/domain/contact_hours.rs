use jiff::civil::Time;

/// When a customer wants to be contacted: a span of the customer's own day, and
/// whether on Saturdays and Sundays too.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct ContactHours {
    /// Minutes of the day, so that millions of customers take little memory.
    from: u16,
    to: u16,
    /// Whether Saturdays and Sundays are days like others.
    pub weekends: bool,
}

const LAST_MINUTE: u16 = 24 * 60 - 1;

impl Default for ContactHours {
    /// At any time.
    fn default() -> Self {
        Self {
            from: 0,
            to: LAST_MINUTE,
            weekends: true,
        }
    }
}

impl ContactHours {
    /// A time of day as customers' columns have it, as a regular expression.
    pub const PATTERN: &'static str = "^([01][0-9]|2[0-3]):[0-5][0-9]$";

    /// The hours from `from` to `to`, each such as `18:00`. What is missing, has
    /// another form, or ends before it begins is no limit.
    #[must_use]
    pub fn new(from: Option<&str>, to: Option<&str>, weekends: bool) -> Self {
        let any = Self::default();
        let from = from.and_then(minute).unwrap_or(any.from);
        let to = to.and_then(minute).unwrap_or(any.to);
        if from < to {
            Self { from, to, weekends }
        } else {
            Self { weekends, ..any }
        }
    }

    /// The first and the last minute of the span.
    #[must_use]
    pub fn span(&self) -> (Time, Time) {
        (time(self.from), time(self.to))
    }
}

fn time(minute: u16) -> Time {
    let (hour, minute) = (minute / 60, minute % 60);
    // Both are in range, since `minute` is a minute of a day.
    Time::new(hour as i8, minute as i8, 0, 0).unwrap_or(Time::MIN)
}

fn minute(text: &str) -> Option<u16> {
    let (hour, minute) = text.split_once(':')?;
    let number = |digits: &str, end: u16| -> Option<u16> {
        let two = digits.len() == 2 && digits.bytes().all(|b| b.is_ascii_digit());
        digits.parse().ok().filter(|&number| two && number < end)
    };
    Some(number(hour, 24)? * 60 + number(minute, 60)?)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn span(from: &str, to: &str) -> String {
        let (from, to) = ContactHours::new(Some(from), Some(to), true).span();
        format!("{from} {to}")
    }

    #[test]
    fn hours_are_read_as_they_are_written() {
        assert_eq!(span("18:00", "22:30"), "18:00:00 22:30:00");
        let open = ContactHours::new(Some("18:00"), None, false);
        assert_eq!(open.span().1, Time::constant(23, 59, 0, 0));
        assert!(!open.weekends);
    }

    #[test]
    fn what_cannot_be_is_no_limit() {
        let any = "00:00:00 23:59:00";
        assert_eq!(span("20:00", "18:00"), any);
        assert_eq!(span("18:00", "18:00"), any);
        for text in ["9:00", "24:00", "12:60", "+1:00", "noon", "", "12:00:00"] {
            assert_eq!(span(text, text), any, "{text}");
        }
    }
}
