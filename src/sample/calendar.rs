use jiff::civil::Date;

use crate::domain::{date_from_days, days_from_date};

/// Days of contacts, outcomes, complaints and orders that a sample has,
/// however long its usage is.
pub(super) const HISTORY_DAYS: i32 = 90;

/// The days around the end of the data, counted from 1970-01-01.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Calendar {
    /// The last day of data.
    pub(super) last: i32,
}

/// Milliseconds from midnight to midnight.
const DAY_MS: i64 = 86_400_000;

/// The operator's zone, eight hours ahead of UTC the whole year.
const ZONE_MS: i64 = 8 * 3_600_000;

impl Calendar {
    pub(super) fn new(last: Date) -> Self {
        Self {
            last: days_from_date(last),
        }
    }

    /// The instant, in milliseconds since 1970-01-01 UTC, at an hour of a
    /// local day.
    pub(super) fn at(self, day: i32, hour: f64) -> i64 {
        let minute = (hour * 60.0).floor() as i64;
        i64::from(day) * DAY_MS + minute * 60_000 - ZONE_MS
    }

    /// The instant so many hours after another.
    pub(super) fn later(self, instant: i64, hours: f64) -> i64 {
        instant + (hours * 60.0).floor() as i64 * 60_000
    }

    /// Whether the instant is no later than the data reach.
    pub(super) fn holds(self, instant: i64) -> bool {
        instant < self.at(self.last + 1, 0.0)
    }

    /// The month of a day, as ids of activities carry it: `2026-10`.
    pub(super) fn month(day: i32) -> String {
        let date = date_from_days(day);
        format!("{:04}-{:02}", date.year(), date.month())
    }
}

/// Whether the day is a Saturday or a Sunday (1970-01-01 was a Thursday).
pub(super) const fn is_weekend(day: i32) -> bool {
    matches!(day.rem_euclid(7), 2 | 3)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_last_local_day_ends_in_the_afternoon_of_utc() {
        let calendar = Calendar::new(Date::constant(2026, 10, 31));
        let last_minute = calendar.at(calendar.last, 24.0 - 1.0 / 60.0);
        assert!(calendar.holds(last_minute));
        assert!(!calendar.holds(last_minute + 60_000));
        assert_eq!(last_minute, 1_793_462_340_000); // 2026-10-31T15:59:00Z
        assert_eq!(Calendar::month(calendar.last), "2026-10");
        assert!(is_weekend(calendar.last)); // a Saturday
        assert!(!is_weekend(calendar.last + 2));
    }
}
