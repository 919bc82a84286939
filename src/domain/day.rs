use std::borrow::Cow;
use std::fmt;
use std::str::FromStr;

use jiff::civil::Date;
use schemars::{JsonSchema, Schema, SchemaGenerator, json_schema};
use serde::{Deserialize, Serialize};

/// A span of whole days, written `30d`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct Days(u32);

impl Days {
    /// The number of days, at least 1.
    #[must_use]
    pub const fn get(self) -> u32 {
        self.0
    }
}

impl FromStr for Days {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        text.strip_suffix('d')
            .and_then(|days| days.parse().ok())
            .filter(|days| (1..=3660).contains(days))
            .map(Self)
            .ok_or_else(|| format!("`{text}` is no span of days; allowed: \"1d\" to \"3660d\""))
    }
}

impl TryFrom<String> for Days {
    type Error = String;

    fn try_from(text: String) -> Result<Self, String> {
        text.parse()
    }
}

impl From<Days> for String {
    fn from(days: Days) -> Self {
        days.to_string()
    }
}

impl fmt::Display for Days {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}d", self.0)
    }
}

impl JsonSchema for Days {
    fn schema_name() -> Cow<'static, str> {
        "Days".into()
    }

    fn json_schema(_: &mut SchemaGenerator) -> Schema {
        json_schema!({
            "type": "string",
            "pattern": "^[1-9][0-9]{0,3}d$",
            "description": "a span of days such as \"30d\""
        })
    }
}

/// Days since 1970-01-01, as Parquet and polars store dates.
#[must_use]
pub fn days_from_date(date: Date) -> i32 {
    let epoch = Date::constant(1970, 1, 1);
    (date - epoch).get_days()
}

/// The date that many days after 1970-01-01; dates beyond the calendar stop
/// at its ends.
#[must_use]
pub fn date_from_days(days: i32) -> Date {
    Date::constant(1970, 1, 1)
        .saturating_add(jiff::SignedDuration::from_hours(i64::from(days) * 24))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn days_and_dates_convert_both_ways() {
        for days in [-25_567, -1, 0, 1, 20_757] {
            assert_eq!(days_from_date(date_from_days(days)), days);
        }
        assert_eq!(date_from_days(20_757).to_string(), "2026-10-31");
    }

    #[test]
    fn a_span_needs_its_unit() {
        assert_eq!("30d".parse::<Days>().unwrap().get(), 30);
        for text in ["30", "0d", "-1d", "30 d", "9999d", "d"] {
            assert!(text.parse::<Days>().is_err(), "{text}");
        }
    }
}
