use std::borrow::Cow;
use std::fmt;
use std::str::FromStr;

use jiff::civil::{Date, DateTime, Time};
use schemars::{JsonSchema, Schema, SchemaGenerator, json_schema};
use serde::{Deserialize, Serialize};

/// A civil date as pipelines write it: `2026-10-01`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct CivilDate(pub Date);

/// A time of day as pipelines write it: `09:00`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct CivilTime(pub Time);

/// A local date and time as pipelines write it: `2026-11-20T19:30`, seconds
/// optional, no offset (the pipeline's zone applies).
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct CivilDateTime(pub DateTime);

/// Whether `text` has exactly the form of `shape`, where `0` stands for a digit.
///
/// jiff also reads offsets, week dates and bare dates, which would silently
/// mean something else here.
fn has_shape(text: &str, shape: &str) -> bool {
    text.len() == shape.len()
        && text
            .bytes()
            .zip(shape.bytes())
            .all(|(byte, form)| match form {
                b'0' => byte.is_ascii_digit(),
                _ => byte == form,
            })
}

impl FromStr for CivilDate {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        let date = has_shape(text, "0000-00-00")
            .then(|| text.parse().ok())
            .flatten();
        date.map(Self)
            .ok_or_else(|| format!("`{text}` is no date; write it as \"2026-10-01\""))
    }
}

impl FromStr for CivilTime {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        let time = has_shape(text, "00:00")
            .then(|| text.parse().ok())
            .flatten();
        time.map(Self)
            .ok_or_else(|| format!("`{text}` is no time of day; write it as \"09:00\""))
    }
}

impl FromStr for CivilDateTime {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        let known = has_shape(text, "0000-00-00T00:00") || has_shape(text, "0000-00-00T00:00:00");
        let moment = known.then(|| text.parse().ok()).flatten();
        moment.map(Self).ok_or_else(|| {
            format!("`{text}` is no date and time; write it as \"2026-11-20T19:30\"")
        })
    }
}

impl fmt::Display for CivilDate {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(f)
    }
}

impl fmt::Display for CivilTime {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{:02}:{:02}", self.0.hour(), self.0.minute())
    }
}

impl fmt::Display for CivilDateTime {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(f)
    }
}

impl CivilDateTime {
    /// The moment for people: `2026-11-20 19:30`.
    #[must_use]
    pub fn words(&self) -> String {
        format!("{} {}", self.0.date(), CivilTime(self.0.time()))
    }
}

/// Serde and JSON-schema forms, the same for the three: a text of one pattern.
macro_rules! as_text {
    ($name:ident, $pattern:literal, $description:literal) => {
        impl TryFrom<String> for $name {
            type Error = String;

            fn try_from(text: String) -> Result<Self, String> {
                text.parse()
            }
        }

        impl From<$name> for String {
            fn from(value: $name) -> Self {
                value.to_string()
            }
        }

        impl JsonSchema for $name {
            fn schema_name() -> Cow<'static, str> {
                stringify!($name).into()
            }

            fn json_schema(_: &mut SchemaGenerator) -> Schema {
                json_schema!({
                    "type": "string",
                    "pattern": $pattern,
                    "description": $description
                })
            }
        }
    };
}

as_text!(
    CivilDate,
    "^[0-9]{4}-[0-9]{2}-[0-9]{2}$",
    "a date such as \"2026-10-01\""
);
as_text!(
    CivilTime,
    "^[0-9]{2}:[0-9]{2}$",
    "a time of day such as \"09:00\""
);
as_text!(
    CivilDateTime,
    "^[0-9]{4}-[0-9]{2}-[0-9]{2}T[0-9]{2}:[0-9]{2}(:[0-9]{2})?$",
    "a local date and time such as \"2026-11-20T19:30\""
);

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn seconds_are_optional_and_nothing_else_is() {
        let short: CivilDateTime = "2026-11-20T19:30".parse().unwrap();
        assert_eq!(short, "2026-11-20T19:30:00".parse().unwrap());
        assert_eq!(short.words(), "2026-11-20 19:30");
        for text in [
            "2026-11-20",
            "2026-11-20T19:30Z",
            "2026-11-20 19:30",
            "2026-13-20T19:30",
            "",
        ] {
            assert!(text.parse::<CivilDateTime>().is_err(), "{text}");
        }
    }

    #[test]
    fn times_and_dates_are_strict() {
        assert_eq!("09:05".parse::<CivilTime>().unwrap().to_string(), "09:05");
        for text in ["9:00", "24:00", "09:00:00", "九点"] {
            assert!(text.parse::<CivilTime>().is_err(), "{text}");
        }
        assert!("2026-02-30".parse::<CivilDate>().is_err());
    }
}
