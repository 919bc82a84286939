use std::fmt;

use jiff::civil::{Date, Time, Weekday};
use jiff::tz::{Offset, TimeZone};
use jiff::{Timestamp, ToSpan};

use super::policy::{CallHours, EARLIEST, LATEST};
use super::{Callee, Policy};
use crate::domain::Channel;

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

/// Days over which a window is searched.
const SEARCH_DAYS: usize = 60;

/// How windows are searched.
#[derive(Debug, Clone, Copy)]
pub struct Search<'a> {
    /// Hours and closed days.
    pub policy: &'a Policy,
    /// Whether closed days are left out; only machine-sent service messages go
    /// out on them.
    pub skip_closed: bool,
    /// Narrower hours, of one reason or of a part of the day.
    pub hours: Option<CallHours>,
    /// The window begins at this instant or later, if there is one.
    pub earliest: Option<Timestamp>,
    /// The window ends before this instant, if there is one.
    pub until: Option<Timestamp>,
}

impl<'a> Search<'a> {
    /// By policy and nothing else.
    #[must_use]
    pub const fn new(policy: &'a Policy) -> Self {
        Self {
            policy,
            skip_closed: true,
            hours: None,
            earliest: None,
            until: None,
        }
    }

    /// The first window for `channel` on `from` or one of the 59 days of the
    /// callee after it. Days that are closed, or on which the hours of policy,
    /// customer and search have nothing in common, are passed over.
    #[must_use]
    pub fn first(&self, from: Date, channel: Channel, callee: Callee<'_>) -> Option<Window> {
        from.series(1.day())
            .take(SEARCH_DAYS)
            .find_map(|day| self.on(day, channel, callee))
    }

    /// The window for `channel` on that day of the callee, if there is one.
    #[must_use]
    pub fn on(&self, day: Date, channel: Channel, callee: Callee<'_>) -> Option<Window> {
        let (open, close) = self.hours(day, channel, callee)?;
        let opening = Moment::local(day, open, callee.zone)?;
        let closing = Moment::local(day, close, callee.zone)?;
        // Zones that change sides of the date line leave a whole day out.
        if callee.zone.to_datetime(opening.at).date() != day {
            return None;
        }
        let not_before = match self.earliest {
            Some(earliest) if earliest > opening.at => Moment::in_zone(earliest, callee.zone),
            _ => opening,
        };
        let not_after = match self.until {
            Some(until) if until < closing.at => Moment::in_zone(until, callee.zone),
            _ => closing,
        };
        (not_before.at < not_after.at).then_some(Window {
            day,
            not_before,
            not_after,
        })
    }

    /// The hours that all allow: calls and visits keep to the call hours,
    /// messages to 08:00–21:00, both to the weekday's hours, the customer's and
    /// those of the search.
    fn hours(&self, day: Date, channel: Channel, callee: Callee<'_>) -> Option<(Time, Time)> {
        let weekday = day.weekday();
        let weekend = matches!(weekday, Weekday::Saturday | Weekday::Sunday);
        let closed = self.skip_closed && self.policy.is_closed_for(day, callee.district);
        if closed || (weekend && !callee.hours.weekends) {
            return None;
        }
        let by_channel = match channel {
            Channel::Call | Channel::Visit => self.policy.call_hours.clipped(),
            Channel::Sms | Channel::App => (EARLIEST, LATEST),
        };
        let narrower = [
            self.policy.day_hours.within(weekday),
            Some(callee.hours.span()),
            self.hours.map(|hours| hours.clipped()),
        ];
        let (open, close) = narrower
            .into_iter()
            .flatten()
            .fold(by_channel, |(open, close), (from, to)| {
                (open.max(from), close.min(to))
            });
        (open < close).then_some((open, close))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::ContactHours;

    fn zone(name: &str) -> TimeZone {
        TimeZone::get(name).unwrap()
    }

    fn policy(settings: &str) -> Policy {
        let policy: Policy = toml::from_str(settings).unwrap();
        assert_eq!(policy.faults(), [""; 0]);
        policy
    }

    fn hours(from: &str, to: &str) -> CallHours {
        CallHours {
            from: from.parse().unwrap(),
            to: to.parse().unwrap(),
        }
    }

    /// The window in words.
    fn first(search: &Search<'_>, from: &str, channel: Channel, callee: Callee<'_>) -> String {
        match search.first(from.parse().unwrap(), channel, callee) {
            Some(window) => format!("{} {}", window.not_before, window.not_after),
            None => "none".to_owned(),
        }
    }

    #[test]
    fn the_offset_follows_daylight_saving() {
        let (policy, berlin) = (Policy::default(), zone("Europe/Berlin"));
        let first = |from: &str, channel| {
            first(
                &Search::new(&policy),
                from,
                channel,
                Callee::living_in(&berlin),
            )
        };
        assert_eq!(
            first("2026-03-28", Channel::Call),
            "2026-03-28T09:00:00+01:00 2026-03-28T20:00:00+01:00"
        );
        assert_eq!(
            first("2026-03-29", Channel::Call),
            "2026-03-29T09:00:00+02:00 2026-03-29T20:00:00+02:00"
        );
        assert_eq!(
            first("2026-10-25", Channel::Sms),
            "2026-10-25T08:00:00+01:00 2026-10-25T21:00:00+01:00"
        );
    }

    #[test]
    fn a_time_inside_a_gap_moves_after_it_and_in_a_fold_the_first_counts() {
        let berlin = zone("Europe/Berlin");
        let half_past_two = |day| {
            let time = Time::constant(2, 30, 0, 0);
            Moment::local(day, time, &berlin).unwrap().to_string()
        };
        assert_eq!(
            half_past_two(Date::constant(2026, 3, 29)),
            "2026-03-29T03:30:00+02:00"
        );
        assert_eq!(
            half_past_two(Date::constant(2026, 10, 25)),
            "2026-10-25T02:30:00+02:00"
        );
    }

    #[test]
    fn a_day_that_the_zone_leaves_out_has_no_window() {
        let (policy, apia) = (Policy::default(), zone("Pacific/Apia"));
        let callee = Callee::living_in(&apia);
        assert_eq!(
            first(&Search::new(&policy), "2011-12-30", Channel::Sms, callee),
            "2011-12-31T08:00:00+14:00 2011-12-31T21:00:00+14:00"
        );
    }

    #[test]
    fn closed_days_are_skipped_save_by_machines_that_send_service_messages() {
        let policy = policy(
            "holidays = [\"2026-10-02\", \"2026-10-01\"]
             place_holidays = { hills = [\"2026-10-03\"] }
             day_hours = { sun = \"closed\" }",
        );
        let shanghai = zone("Asia/Shanghai");
        let town = Callee::living_in(&shanghai);
        let hills = Callee {
            district: Some("hills"),
            ..town
        };
        let day = |search: Search<'_>, from: &str, callee| {
            let window = search.first(from.parse().unwrap(), Channel::Sms, callee);
            window.unwrap().day.to_string()
        };
        let search = Search::new(&policy);
        assert_eq!(day(search, "2026-10-01", town), "2026-10-03");
        assert_eq!(day(search, "2026-10-01", hills), "2026-10-05", "a Monday");
        let service = Search {
            skip_closed: false,
            ..search
        };
        for date in ["2026-10-01", "2026-10-03", "2026-10-04"] {
            assert_eq!(day(service, date, hills), date);
        }
        let open = Policy::default();
        let sunday = day(Search::new(&open), "2026-10-04", town);
        assert_eq!(sunday, "2026-10-04", "Sundays are days like others");
    }

    #[test]
    fn the_window_is_what_policy_customer_and_search_have_in_common() {
        let policy = policy("day_hours = { sat = { from = \"11:00\", to = \"19:00\" } }");
        let shanghai = zone("Asia/Shanghai");
        let evening = Callee {
            hours: ContactHours::new(Some("18:00"), Some("22:00"), true),
            ..Callee::living_in(&shanghai)
        };
        let on = |search: &Search<'_>, channel, callee| {
            let words = first(search, "2026-11-06", channel, callee);
            words.replace(":00+08:00", "").replace("2026-11-", "")
        };
        let search = Search::new(&policy);
        assert_eq!(on(&search, Channel::Call, evening), "06T18:00 06T20:00");
        assert_eq!(on(&search, Channel::Sms, evening), "06T18:00 06T21:00");
        let late = Search {
            hours: Some(hours("19:30", "20:30")),
            ..search
        };
        assert_eq!(on(&late, Channel::Call, evening), "06T19:30 06T20:00");
        // In the morning there is nothing in common on any day.
        let morning = Search {
            hours: Some(hours("09:00", "12:00")),
            ..search
        };
        assert_eq!(on(&morning, Channel::Call, evening), "none");
        // On Saturday the hours of that day bind, and Sunday is like Friday.
        let from_saturday = |callee| {
            let words = first(&search, "2026-11-07", Channel::Call, callee);
            words.replace(":00+08:00", "").replace("2026-11-", "")
        };
        assert_eq!(from_saturday(evening), "07T18:00 07T19:00");
        let late_evening = Callee {
            hours: ContactHours::new(Some("19:00"), None, true),
            ..evening
        };
        assert_eq!(from_saturday(late_evening), "08T19:00 08T20:00");
        let weekdays = Callee {
            hours: ContactHours::new(None, None, false),
            ..evening
        };
        assert_eq!(from_saturday(weekdays), "09T09:00 09T20:00");
    }

    #[test]
    fn a_window_begins_no_earlier_than_asked_and_moves_to_the_next_day() {
        let (policy, tokyo) = (Policy::default(), zone("Asia/Tokyo"));
        let callee = Callee::living_in(&tokyo);
        let from = |earliest: &str| {
            let search = Search {
                earliest: Some(earliest.parse().unwrap()),
                ..Search::new(&policy)
            };
            first(&search, "2026-11-02", Channel::Call, callee)
        };
        assert_eq!(
            from("2026-11-02T14:30+09:00"),
            "2026-11-02T14:30:00+09:00 2026-11-02T20:00:00+09:00"
        );
        assert_eq!(
            from("2026-11-02T20:00+09:00"),
            "2026-11-03T09:00:00+09:00 2026-11-03T20:00:00+09:00"
        );
        assert_eq!(from("2027-11-02T20:00+09:00"), "none", "beyond the search");
    }

    #[test]
    fn a_window_ends_when_the_activity_starts() {
        let (policy, tokyo) = (Policy::default(), zone("Asia/Tokyo"));
        let search = Search {
            until: Some("2026-11-01T14:00+08:00".parse().unwrap()),
            ..Search::new(&policy)
        };
        let callee = Callee::living_in(&tokyo);
        assert_eq!(
            first(&search, "2026-11-01", Channel::Call, callee),
            "2026-11-01T09:00:00+09:00 2026-11-01T15:00:00+09:00"
        );
        assert_eq!(first(&search, "2026-11-02", Channel::Call, callee), "none");
    }
}
