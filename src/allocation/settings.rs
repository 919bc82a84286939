//! Bounds and rules as people write them: sets of activities by channel,
//! product, place, id and window.

use std::borrow::Cow;
use std::fmt;

use jiff::civil::Date;
use schemars::{JsonSchema, Schema, SchemaGenerator, json_schema};
use serde::{Deserialize, Deserializer};

/// One `[[constraints]]` entry: a bound on a sum over a set of activities.
#[derive(Debug, Clone, PartialEq, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct ConstraintSettings {
    /// What people call it; made from the rest when absent.
    #[serde(default)]
    pub name: Option<String>,
    /// What is bounded, and from which side.
    pub kind: ConstraintKind,
    /// Channels that count; `"all"` when absent.
    #[serde(default)]
    pub channels: Names,
    /// Products (interests) that count; `"all"` when absent.
    #[serde(default)]
    pub products: Names,
    /// Places that count; `"all"` when absent.
    #[serde(default)]
    pub places: Names,
    /// Ids of activities that count; `"all"` when absent.
    #[serde(default)]
    pub activities: Names,
    /// Activities on this day or later count.
    #[serde(default)]
    pub from: Option<Day>,
    /// Activities on this day or earlier count.
    #[serde(default)]
    pub to: Option<Day>,
    /// Whether it is a bound on each night by itself. Otherwise what earlier
    /// nights' invitations took of it is gone, as far as their activities are
    /// still listed.
    #[serde(default)]
    pub nightly: bool,
    /// The bound: invitations, costs, expected responses or minutes.
    pub bound: f64,
    /// The price of one unit beyond the bound, in the currency of the values;
    /// without it the bound holds whatever it costs.
    #[serde(default)]
    pub soft: Option<f64>,
}

/// What a constraint bounds.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum ConstraintKind {
    /// At least so many invitations.
    MinInvitations,
    /// At most so many invitations.
    MaxInvitations,
    /// Costs of at most so much.
    Budget,
    /// Responses of at least so many are expected.
    MinResponses,
    /// Responses of at most so many are expected.
    MaxResponses,
    /// At most so many minutes of work.
    MaxMinutes,
}

impl ConstraintKind {
    /// The kind's name in files.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::MinInvitations => "min_invitations",
            Self::MaxInvitations => "max_invitations",
            Self::Budget => "budget",
            Self::MinResponses => "min_responses",
            Self::MaxResponses => "max_responses",
            Self::MaxMinutes => "max_minutes",
        }
    }
}

/// One `[[contact_rules]]` entry: at most so many contacts of one contact
/// unit among a set of activities.
#[derive(Debug, Clone, PartialEq, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct ContactRuleSettings {
    /// What people call it; made from the rest when absent.
    #[serde(default)]
    pub name: Option<String>,
    /// The most contacts of one contact unit.
    pub max: u16,
    /// Channels that count; `"all"` when absent.
    #[serde(default)]
    pub channels: Names,
    /// Products (interests) that count; `"all"` when absent.
    #[serde(default)]
    pub products: Names,
    /// Contacts on this day or later count.
    #[serde(default)]
    pub from: Option<Day>,
    /// Contacts on this day or earlier count.
    #[serde(default)]
    pub to: Option<Day>,
}

impl ContactRuleSettings {
    /// A rule that counts every contact.
    #[must_use]
    pub fn everything(name: &str, max: u16) -> Self {
        Self {
            name: Some(name.to_owned()),
            max,
            channels: Names::All,
            products: Names::All,
            from: None,
            to: None,
        }
    }
}

/// One `[[conflicts]]` entry: who is contacted by the first is not contacted
/// by the second on the same day or up to `lag_days` later.
#[derive(Debug, Clone, PartialEq, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct ConflictSettings {
    /// What people call it; made from the rest when absent.
    #[serde(default)]
    pub name: Option<String>,
    /// The earlier contact.
    #[serde(default)]
    pub first: ContactSettings,
    /// The later contact, or one on the same day.
    #[serde(default)]
    pub second: ContactSettings,
    /// For how many days after the first.
    pub lag_days: u32,
}

/// A kind of contact; what is absent means all.
#[derive(Debug, Clone, Default, PartialEq, Eq, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct ContactSettings {
    /// The channel.
    #[serde(default)]
    pub channel: Option<String>,
    /// The product (interest).
    #[serde(default)]
    pub product: Option<String>,
}

impl fmt::Display for ContactSettings {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match (&self.channel, &self.product) {
            (Some(channel), Some(product)) => write!(f, "{product} by {channel}"),
            (Some(channel), None) => write!(f, "anything by {channel}"),
            (None, Some(product)) => write!(f, "{product}"),
            (None, None) => f.write_str("anything"),
        }
    }
}

/// Names that count: `"all"`, or a list.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub enum Names {
    /// Every name.
    #[default]
    All,
    /// These.
    List(Vec<String>),
}

impl Names {
    /// Whether a thing with any of these names counts.
    pub fn match_any<'a>(&self, names: impl IntoIterator<Item = &'a str>) -> bool {
        match self {
            Self::All => true,
            Self::List(list) => names
                .into_iter()
                .any(|name| list.iter().any(|known| known == name)),
        }
    }

    /// The names of the list; none for all.
    #[must_use]
    pub fn list(&self) -> &[String] {
        match self {
            Self::All => &[],
            Self::List(list) => list,
        }
    }
}

impl<'de> Deserialize<'de> for Names {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        #[derive(Deserialize)]
        #[serde(untagged, expecting = "\"all\" or a list of names")]
        enum Written {
            One(String),
            List(Vec<String>),
        }
        match Written::deserialize(deserializer)? {
            Written::One(all) if all == "all" => Ok(Self::All),
            Written::One(name) => Err(serde::de::Error::custom(format!(
                "`{name}`; allowed: \"all\" or a list such as [\"{name}\"]"
            ))),
            Written::List(list) => Ok(Self::List(list)),
        }
    }
}

impl JsonSchema for Names {
    fn schema_name() -> Cow<'static, str> {
        "Names".into()
    }

    fn json_schema(_: &mut SchemaGenerator) -> Schema {
        json_schema!({
            "description": "\"all\", or a list of names",
            "anyOf": [
                { "const": "all" },
                { "type": "array", "items": { "type": "string" } },
            ],
        })
    }
}

/// A day: a date, or a whole number where days are counted.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Day {
    /// A day counted from any start.
    Number(i64),
    /// A date.
    Date(Date),
}

impl Day {
    /// The day as a number: a date as days since 1970-01-01.
    #[must_use]
    pub fn number(self) -> i64 {
        match self {
            Self::Number(day) => day,
            Self::Date(date) => i64::from(crate::domain::days_from_date(date)),
        }
    }
}

impl fmt::Display for Day {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Number(day) => day.fmt(f),
            Self::Date(date) => date.fmt(f),
        }
    }
}

impl<'de> Deserialize<'de> for Day {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        #[derive(Deserialize)]
        #[serde(untagged, expecting = "a whole number, or a date such as 2026-11-20")]
        enum Written {
            Number(i64),
            Text(String),
            Date(toml::value::Datetime),
        }
        let text = match Written::deserialize(deserializer)? {
            Written::Number(day) => return Ok(Self::Number(day)),
            Written::Text(text) => text,
            Written::Date(date) => date.to_string(),
        };
        text.parse().map(Self::Date).map_err(|_| {
            serde::de::Error::custom(format!("`{text}` is no date; write it as \"2026-11-20\""))
        })
    }
}

impl JsonSchema for Day {
    fn schema_name() -> Cow<'static, str> {
        "Day".into()
    }

    fn json_schema(_: &mut SchemaGenerator) -> Schema {
        json_schema!({
            "description": "a date such as \"2026-11-20\", or a whole number where days are counted",
            "anyOf": [
                { "type": "string", "pattern": "^[0-9]{4}-[0-9]{2}-[0-9]{2}$" },
                { "type": "integer" },
            ],
        })
    }
}
