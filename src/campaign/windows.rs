use std::collections::HashMap;
use std::fmt;

use jiff::Timestamp;
use jiff::civil::{Date, Time};
use jiff::tz::{Offset, TimeZone};

use super::Policy;
use super::policy::{EARLIEST, LATEST};
use crate::domain::{Channel, People};

/// An instant with the offset from UTC that holds where it is meant.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Moment {
    /// The instant.
    pub at: Timestamp,
    /// The local offset at that instant.
    pub offset: Offset,
}

impl Moment {
    /// The moment at which clocks in `zone` show that date and time; inside a
    /// gap the moment after it, inside a fold the first of the two. `None`
    /// beyond the ends of the calendar.
    #[must_use]
    pub fn local(date: Date, time: Time, zone: &TimeZone) -> Option<Self> {
        let zoned = date
            .to_datetime(time)
            .to_zoned_datetime(zone.clone())
            .ok()?;
        Some(Self {
            at: zoned.timestamp(),
            offset: zoned.offset(),
        })
    }

    /// The instant as seen in `zone`.
    #[must_use]
    pub fn in_zone(at: Timestamp, zone: &TimeZone) -> Self {
        Self {
            at,
            offset: zone.to_offset(at),
        }
    }
}

/// RFC 3339 with a numeric offset, as in `2026-11-02T09:00:00+08:00`.
impl fmt::Display for Moment {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.at.display_with_offset(self.offset).fmt(f)
    }
}

/// The time within one day in which a contact may be made.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Window {
    /// The callee's day.
    pub day: Date,
    /// Not earlier than this.
    pub not_before: Moment,
    /// Not later than this; always after `not_before`.
    pub not_after: Moment,
}

/// How windows are searched.
#[derive(Debug, Clone, Copy)]
pub struct Search<'a> {
    /// Hours and holidays.
    pub policy: &'a Policy,
    /// Whether holidays are left out; only machine-sent service messages go out
    /// on them.
    pub skip_holidays: bool,
    /// The window ends before this instant, if there is one.
    pub until: Option<Timestamp>,
}

impl Search<'_> {
    /// The first window for `channel` on `from` or a later day of the callee.
    ///
    /// Calls and visits keep to the call hours, messages to 08:00–21:00.
    /// Sundays are days like others. `None` when the activity starts too early.
    #[must_use]
    pub fn first(&self, from: Date, channel: Channel, zone: &TimeZone) -> Option<Window> {
        let (open, close) = match channel {
            Channel::Call | Channel::Visit => self.policy.call_hours.clipped(),
            Channel::Sms | Channel::App => (EARLIEST, LATEST),
        };
        let mut day = from;
        while self.skip_holidays && self.policy.is_holiday(day) {
            day = day.tomorrow().ok()?;
        }
        let not_before = Moment::local(day, open, zone)?;
        let closing = Moment::local(day, close, zone)?;
        let not_after = match self.until {
            Some(until) if until < closing.at => Moment::in_zone(until, zone),
            _ => closing,
        };
        (not_before.at < not_after.at).then_some(Window {
            day,
            not_before,
            not_after,
        })
    }
}

/// The time zone of every customer.
#[derive(Debug)]
pub struct Zones {
    zones: Vec<TimeZone>,
    by_row: Vec<u16>,
}

/// Customers have a time zone that the zone database does not know.
#[derive(Debug, thiserror::Error, PartialEq, Eq)]
#[error(
    "customers: {rows} rows have the time zone `{name}`, which is no IANA zone; \
     correct it or leave it empty for the pipeline's zone"
)]
pub struct UnknownZone {
    /// The first unknown name, in alphabetical order.
    pub name: String,
    /// Customers with that name.
    pub rows: usize,
}

impl Zones {
    /// Looks up every customer's zone; `default` where there is none.
    ///
    /// # Errors
    /// When a name is not in the zone database.
    pub fn new(people: &People, default: &TimeZone) -> Result<Self, UnknownZone> {
        let mut zones = vec![default.clone()];
        let mut known: HashMap<&str, Option<u16>> = HashMap::new();
        let mut by_row = Vec::with_capacity(people.len());
        for name in &people.timezone {
            let zone = match name.as_deref() {
                None => Some(0),
                Some(name) => *known.entry(name).or_insert_with(|| {
                    let zone = TimeZone::get(name).ok()?;
                    zones.push(zone);
                    u16::try_from(zones.len() - 1).ok()
                }),
            };
            by_row.push(zone.unwrap_or_default());
        }
        let unknown = known
            .iter()
            .filter(|(_, zone)| zone.is_none())
            .map(|(name, _)| *name)
            .min();
        match unknown {
            None => Ok(Self { zones, by_row }),
            Some(name) => {
                let rows = people
                    .timezone
                    .iter()
                    .filter(|other| other.as_deref() == Some(name));
                Err(UnknownZone {
                    name: name.to_owned(),
                    rows: rows.count(),
                })
            }
        }
    }

    /// The zone of the customer in `row`.
    #[must_use]
    pub fn of(&self, row: usize) -> &TimeZone {
        &self.zones[self.index(row)]
    }

    /// The place of the customer's zone in [`Zones::all`].
    #[must_use]
    pub fn index(&self, row: usize) -> usize {
        usize::from(self.by_row[row])
    }

    /// Every zone in use, the default first.
    #[must_use]
    pub fn all(&self) -> &[TimeZone] {
        &self.zones
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::campaign::CivilDate;

    fn zone(name: &str) -> TimeZone {
        TimeZone::get(name).unwrap()
    }

    fn first(policy: &Policy, from: &str, channel: Channel, zone: &TimeZone) -> Window {
        let search = Search {
            policy,
            skip_holidays: true,
            until: None,
        };
        search.first(from.parse().unwrap(), channel, zone).unwrap()
    }

    #[test]
    fn the_offset_follows_daylight_saving() {
        let (policy, berlin) = (Policy::default(), zone("Europe/Berlin"));
        let winter = first(&policy, "2026-03-28", Channel::Call, &berlin);
        assert_eq!(winter.not_before.to_string(), "2026-03-28T09:00:00+01:00");
        let summer = first(&policy, "2026-03-29", Channel::Call, &berlin);
        assert_eq!(summer.not_before.to_string(), "2026-03-29T09:00:00+02:00");
        assert_eq!(summer.not_after.to_string(), "2026-03-29T20:00:00+02:00");
        let back = first(&policy, "2026-10-25", Channel::Sms, &berlin);
        assert_eq!(back.not_before.to_string(), "2026-10-25T08:00:00+01:00");
        assert_eq!(back.not_after.to_string(), "2026-10-25T21:00:00+01:00");
    }

    #[test]
    fn a_time_inside_a_gap_moves_after_it() {
        let day = Date::constant(2026, 3, 29);
        let moment = Moment::local(day, Time::constant(2, 30, 0, 0), &zone("Europe/Berlin"));
        assert_eq!(moment.unwrap().to_string(), "2026-03-29T03:30:00+02:00");
    }

    #[test]
    fn holidays_are_skipped_and_sundays_are_not() {
        let holiday = |text: &str| text.parse::<CivilDate>().unwrap();
        let policy = Policy {
            holidays: vec![holiday("2026-10-02"), holiday("2026-10-01")],
            ..Policy::default()
        };
        let shanghai = zone("Asia/Shanghai");
        assert_eq!(
            first(&policy, "2026-10-01", Channel::Call, &shanghai)
                .day
                .to_string(),
            "2026-10-03"
        );
        assert_eq!(
            first(&policy, "2026-10-04", Channel::Call, &shanghai)
                .day
                .to_string(),
            "2026-10-04",
            "a Sunday"
        );
        let service = Search {
            policy: &policy,
            skip_holidays: false,
            until: None,
        };
        let day = service
            .first("2026-10-01".parse().unwrap(), Channel::Sms, &shanghai)
            .unwrap()
            .day;
        assert_eq!(day.to_string(), "2026-10-01");
    }

    #[test]
    fn a_window_ends_when_the_activity_starts() {
        let (policy, tokyo) = (Policy::default(), zone("Asia/Tokyo"));
        let start = Moment::local(
            Date::constant(2026, 11, 1),
            Time::constant(14, 0, 0, 0),
            &zone("Asia/Shanghai"),
        );
        let search = Search {
            policy: &policy,
            skip_holidays: true,
            until: start.map(|m| m.at),
        };
        let same_day = search
            .first("2026-11-01".parse().unwrap(), Channel::Call, &tokyo)
            .unwrap();
        assert_eq!(same_day.not_after.to_string(), "2026-11-01T15:00:00+09:00");
        assert_eq!(
            search.first("2026-11-02".parse().unwrap(), Channel::Call, &tokyo),
            None
        );
    }

    #[test]
    fn an_unknown_zone_is_named_with_its_count() {
        let people = People {
            ids: vec!["a".into(), "b".into(), "c".into()],
            timezone: vec![Some("Mars/Base".into()), None, Some("Mars/Base".into())],
            ..People::default()
        };
        let error = Zones::new(&people, &zone("Asia/Shanghai")).unwrap_err();
        assert_eq!(
            error,
            UnknownZone {
                name: "Mars/Base".into(),
                rows: 2
            }
        );
    }
}
