use std::collections::BTreeMap;

use jiff::civil::{Date, Time, Weekday};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::{CivilDate, CivilTime};

/// No one is telephoned or messaged before this time, whatever a pipeline says.
pub const EARLIEST: Time = Time::constant(8, 0, 0, 0);
/// No one is telephoned or messaged after this time, whatever a pipeline says.
pub const LATEST: Time = Time::constant(21, 0, 0, 0);
/// Data of customers younger than this are not processed without a guardian.
pub const PROCESSED_AGE: i32 = 14;

/// The `[policy]` section: when and how often customers may be contacted.
#[derive(Debug, Clone, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, default)]
pub struct Policy {
    /// Marketing contacts allowed per contact unit; all caps hold at once.
    pub marketing_caps: Vec<Cap>,
    /// When customers who ignore contacts are left alone.
    pub cool_off: CoolOff,
    /// Calls are made within these hours of the callee's day; never outside
    /// 08:00 to 21:00.
    pub call_hours: CallHours,
    /// Hours of single weekdays, such as `{ sat = { from = "10:00", to =
    /// "18:00" }, sun = "closed" }`, within which all contacts of that day are
    /// made; a closed day is like a holiday.
    pub day_hours: WeekHours,
    /// Days without marketing contacts and without agents.
    pub holidays: Vec<CivilDate>,
    /// Holidays of single places, by the customer's district, beside those that
    /// all have.
    pub place_holidays: BTreeMap<String, Vec<CivilDate>>,
    /// Whether text messages and calls stop when there is no do-not-contact
    /// table, or an old one.
    pub require_do_not_contact: bool,
    /// Age from which customers get promotions; at least 18.
    #[schemars(range(min = 18, max = 30))]
    pub adult_age: i32,
    /// Words of which a message must hold at least one, so that customers know
    /// how to opt out. Up to three letters match whole words in that case.
    #[schemars(length(min = 1))]
    pub opt_out_words: Vec<String>,
}

/// At most `max` contacts in any `days` days.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Cap {
    /// Contacts allowed within the span.
    pub max: u32,
    /// Length of the sliding span in days, the day of contact included.
    #[schemars(range(min = 1, max = 3660))]
    pub days: u32,
}

/// Leaves a contact unit alone after it ignored several contacts.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, default)]
pub struct CoolOff {
    /// Ignored contacts that start a pause.
    #[schemars(range(min = 1))]
    pub ignored: u32,
    /// The span in days that they must fall in.
    #[schemars(range(min = 1, max = 3660))]
    pub within_days: u32,
    /// Length of the pause in days, from the last of them; 0 for no pause.
    #[schemars(range(max = 3660))]
    pub pause_days: u32,
}

impl Default for CoolOff {
    fn default() -> Self {
        Self {
            ignored: 2,
            within_days: 30,
            pause_days: 60,
        }
    }
}

/// Hours of the callee's day.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct CallHours {
    /// The first call is made at this time.
    pub from: CivilTime,
    /// The last call is over by this time.
    pub to: CivilTime,
}

impl CallHours {
    /// The hours within the hard limits [`EARLIEST`] and [`LATEST`].
    #[must_use]
    pub fn clipped(&self) -> (Time, Time) {
        (self.from.0.max(EARLIEST), self.to.0.min(LATEST))
    }
}

/// Hours by weekday; a day that is not named is a day like others.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, default)]
#[allow(missing_docs, reason = "each field is the day it is named after")]
pub struct WeekHours {
    pub mon: Option<DayHours>,
    pub tue: Option<DayHours>,
    pub wed: Option<DayHours>,
    pub thu: Option<DayHours>,
    pub fri: Option<DayHours>,
    pub sat: Option<DayHours>,
    pub sun: Option<DayHours>,
}

/// What a weekday is: `"closed"`, or open for a span of hours.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize, JsonSchema)]
#[serde(
    untagged,
    expecting = "\"closed\", or { from = \"10:00\", to = \"18:00\" }"
)]
pub enum DayHours {
    /// No contacts.
    Closed(Closed),
    /// Contacts within these hours.
    Within(CallHours),
}

/// The word for a closed day.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize, JsonSchema)]
#[serde(rename_all = "lowercase")]
pub enum Closed {
    /// Closed.
    Closed,
}

impl WeekHours {
    const fn on(&self, weekday: Weekday) -> Option<DayHours> {
        match weekday {
            Weekday::Monday => self.mon,
            Weekday::Tuesday => self.tue,
            Weekday::Wednesday => self.wed,
            Weekday::Thursday => self.thu,
            Weekday::Friday => self.fri,
            Weekday::Saturday => self.sat,
            Weekday::Sunday => self.sun,
        }
    }

    /// The hours of an open day that has some of its own.
    #[must_use]
    pub fn within(&self, weekday: Weekday) -> Option<(Time, Time)> {
        match self.on(weekday)? {
            DayHours::Within(hours) => Some(hours.clipped()),
            DayHours::Closed(_) => None,
        }
    }

    fn is_closed(&self, weekday: Weekday) -> bool {
        matches!(self.on(weekday), Some(DayHours::Closed(_)))
    }
}

impl Default for Policy {
    fn default() -> Self {
        Self {
            marketing_caps: vec![Cap { max: 1, days: 7 }, Cap { max: 3, days: 30 }],
            cool_off: CoolOff::default(),
            call_hours: CallHours {
                from: CivilTime(Time::constant(9, 0, 0, 0)),
                to: CivilTime(Time::constant(20, 0, 0, 0)),
            },
            day_hours: WeekHours::default(),
            holidays: Vec::new(),
            place_holidays: BTreeMap::new(),
            require_do_not_contact: true,
            adult_age: 18,
            opt_out_words: ["Reply TD", "unsubscribe", "退订", "opt out", "TD"]
                .map(str::to_owned)
                .to_vec(),
        }
    }
}

impl Policy {
    /// Whether `date` is a day without marketing and without agents.
    #[must_use]
    pub fn is_holiday(&self, date: Date) -> bool {
        self.holidays.iter().any(|holiday| holiday.0 == date)
    }

    /// Whether `date` is closed everywhere: a holiday, or a weekday that is
    /// closed.
    #[must_use]
    pub fn is_closed(&self, date: Date) -> bool {
        self.is_holiday(date) || self.day_hours.is_closed(date.weekday())
    }

    /// Whether `date` is closed for those who live in `district`.
    #[must_use]
    pub fn is_closed_for(&self, date: Date, district: Option<&str>) -> bool {
        let place = district.and_then(|district| self.place_holidays.get(district));
        self.is_closed(date) || place.is_some_and(|days| days.contains(&CivilDate(date)))
    }

    /// How many days back contacts may still count: the longest cap and
    /// cool-off, and at least a season, since invitations to an activity go out
    /// long before it takes place.
    #[must_use]
    pub fn memory_days(&self) -> u32 {
        let pause = self.cool_off.within_days + self.cool_off.pause_days;
        let caps = self.marketing_caps.iter().map(|cap| cap.days);
        caps.chain([pause, 90]).max().unwrap_or(90)
    }

    /// What the settings say that cannot be, each with what is allowed.
    #[must_use]
    pub fn faults(&self) -> Vec<String> {
        let mut faults = Vec::new();
        let span = 1..=3660;
        for cap in self
            .marketing_caps
            .iter()
            .filter(|cap| !span.contains(&cap.days))
        {
            faults.push(format!(
                "`marketing_caps` has days = {}; allowed: 1 to 3660",
                cap.days
            ));
        }
        let pause = &self.cool_off;
        if pause.ignored == 0 || !span.contains(&pause.within_days) || pause.pause_days > 3660 {
            faults.push(
                "`cool_off` needs ignored from 1, within_days from 1 to 3660, pause_days to 3660"
                    .to_owned(),
            );
        }
        let (from, to) = self.call_hours.clipped();
        if from >= to {
            faults.push(format!(
                "`call_hours` {} to {} leave no time within 08:00 to 21:00",
                self.call_hours.from, self.call_hours.to
            ));
        }
        let week = [
            ("mon", Weekday::Monday),
            ("tue", Weekday::Tuesday),
            ("wed", Weekday::Wednesday),
            ("thu", Weekday::Thursday),
            ("fri", Weekday::Friday),
            ("sat", Weekday::Saturday),
            ("sun", Weekday::Sunday),
        ];
        let empty = |day: &&(&str, Weekday)| {
            let within = self.day_hours.within(day.1);
            within.is_some_and(|(from, to)| from >= to)
        };
        faults.extend(week.iter().filter(empty).map(|(day, _)| {
            format!("`day_hours.{day}` leaves no time within 08:00 to 21:00; allowed: \"closed\"")
        }));
        if week.iter().all(|day| self.day_hours.is_closed(day.1)) {
            faults.push("`day_hours` closes all days; leave one open".to_owned());
        }
        if !(18..=30).contains(&self.adult_age) {
            faults.push(format!(
                "`adult_age` is {}; allowed: 18 to 30",
                self.adult_age
            ));
        }
        if self.opt_out_words.iter().all(|word| word.trim().is_empty()) {
            faults.push("`opt_out_words` is empty; give at least one wording".to_owned());
        }
        faults
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_shipped_policy_is_the_default_with_holidays() {
        let path = concat!(env!("CARGO_MANIFEST_DIR"), "/pipelines/nightly.toml");
        let file: toml::Table = toml::from_str(&std::fs::read_to_string(path).unwrap()).unwrap();
        let policy: Policy = file["policy"].clone().try_into().unwrap();
        assert!(policy.faults().is_empty());
        assert_eq!(policy.marketing_caps, Policy::default().marketing_caps);
        assert_eq!(policy.cool_off, Policy::default().cool_off);
        assert_eq!(policy.call_hours, Policy::default().call_hours);
        assert!(policy.is_holiday(Date::constant(2026, 10, 1)));
    }

    #[test]
    fn contacts_are_remembered_as_long_as_a_rule_looks_back() {
        assert_eq!(Policy::default().memory_days(), 90);
        let yearly: Policy = toml::from_str("marketing_caps = [{ max = 12, days = 365 }]").unwrap();
        assert_eq!(yearly.memory_days(), 365);
        let patient: Policy =
            toml::from_str("cool_off = { ignored = 2, within_days = 60, pause_days = 180 }")
                .unwrap();
        assert_eq!(patient.memory_days(), 240);
    }

    #[test]
    fn no_pipeline_can_call_at_night() {
        let policy: Policy =
            toml::from_str("call_hours = { from = \"06:00\", to = \"23:30\" }").unwrap();
        assert_eq!(policy.call_hours.clipped(), (EARLIEST, LATEST));
        let night: Policy =
            toml::from_str("call_hours = { from = \"21:30\", to = \"23:30\" }").unwrap();
        assert_eq!(night.faults().len(), 1);
    }

    #[test]
    fn weekdays_have_hours_or_are_closed() {
        let read = |text: &str| toml::from_str::<Policy>(text);
        let policy =
            read("day_hours = { sat = { from = \"07:00\", to = \"18:00\" }, sun = \"closed\" }")
                .unwrap();
        assert_eq!(policy.faults(), [""; 0]);
        let saturday = policy.day_hours.within(Weekday::Saturday);
        assert_eq!(saturday, Some((EARLIEST, Time::constant(18, 0, 0, 0))));
        assert!(policy.is_closed(Date::constant(2026, 11, 1)), "a Sunday");
        assert!(read("day_hours = { sun = \"shut\" }").is_err());
        let empty = read("day_hours = { sat = { from = \"18:00\", to = \"10:00\" } }").unwrap();
        assert!(empty.faults()[0].contains("day_hours.sat"));
        let days = ["mon", "tue", "wed", "thu", "fri", "sat", "sun"];
        let all: String = days
            .map(|day| format!("day_hours.{day} = \"closed\"\n"))
            .concat();
        assert!(read(&all).unwrap().faults()[0].contains("closes all days"));
    }

    #[test]
    fn no_pipeline_can_promote_to_minors() {
        assert_eq!(
            toml::from_str::<Policy>("adult_age = 16")
                .unwrap()
                .faults()
                .len(),
            1
        );
    }
}
