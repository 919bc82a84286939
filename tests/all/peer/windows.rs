//! When somebody may be contacted, from the page "When customers are contacted".

use clubcall::calls::{QueueInput, Team};
use clubcall::campaign::{CallHours, DayHours, Policy};
use clubcall::domain::{Channel, ContactHours};
use jiff::civil::{Date, Time, Weekday};
use jiff::tz::TimeZone;
use jiff::{SignedDuration, Timestamp};

/// An instant, and the seconds by which local clocks are ahead of UTC then.
pub(crate) type Local = (Timestamp, i32);

/// Who is contacted, how.
#[derive(Clone, Copy)]
pub(crate) struct Callee<'a> {
    pub(crate) zone: &'a TimeZone,
    pub(crate) district: Option<&'a str>,
    pub(crate) hours: ContactHours,
    pub(crate) channel: Channel,
    /// A service message that a machine sends.
    pub(crate) machine_service: bool,
    /// Hours of the reason.
    pub(crate) window: Option<&'a CallHours>,
    /// The part of the day for the next try.
    pub(crate) part: Option<(Time, Time)>,
    /// When the activity begins.
    pub(crate) begins: Option<Timestamp>,
    /// The instant before which nothing is done: a promise's.
    pub(crate) earliest: Option<Timestamp>,
}

pub(crate) fn hour(hour: i8) -> Time {
    Time::constant(hour, 0, 0, 0)
}

pub(crate) fn local(day: Date, time: Time, zone: &TimeZone) -> Local {
    let zoned = day
        .to_datetime(time)
        .to_zoned_datetime(zone.clone())
        .unwrap();
    (zoned.timestamp(), zoned.offset().seconds())
}

pub(crate) fn seen(at: Timestamp, zone: &TimeZone) -> Local {
    (at, zone.to_offset(at).seconds())
}

pub(crate) fn later(day: Date, days: i32) -> Date {
    day.checked_add(jiff::Span::new().days(days)).unwrap()
}

pub(crate) fn days_between(from: Date, to: Date) -> i32 {
    (to - from).get_days()
}

/// From when until when a team works that day; `None` for a day off.
pub(crate) fn shift(
    input: &QueueInput<'_>,
    team: &Team,
    day: Date,
) -> Option<(Timestamp, Timestamp)> {
    if is_holiday(input.policy, day)
        || matches!(of_weekday(input.policy, day), Some(DayHours::Closed(_)))
    {
        return None;
    }
    let hours = team.hours.on(day.weekday());
    let begins = local(day, team.starts.0, input.timezone).0;
    let lasts = jiff::SignedDuration::from_secs((hours * 3600.0) as i64);
    (hours > 0.0).then(|| (begins, begins.checked_add(lasts).unwrap()))
}

/// Whether somebody of the team is there within the span: machines always are,
/// and rounds are not by the clock.
pub(crate) fn at_work(
    input: &QueueInput<'_>,
    team: &str,
    day: Date,
    span: &(Local, Local),
) -> bool {
    let machine_or_round = |team: &Team| team.automatic || team.visits_a_day.is_some();
    machine_or_round(&input.teams[team]) || at_work_within(input, team, day, span).is_some()
}

/// The part of the span in which agents are at work.
pub(crate) fn at_work_within(
    input: &QueueInput<'_>,
    team: &str,
    day: Date,
    span: &(Local, Local),
) -> Option<(Timestamp, Timestamp)> {
    let (begins, ends) = shift(input, &input.teams[team], day)?;
    let part = (begins.max(span.0.0), ends.min(span.1.0));
    (part.0 < part.1).then_some(part)
}

/// How long a call of so many minutes keeps the team: its agents share the work.
pub(crate) fn pace(input: &QueueInput<'_>, team: &str, minutes: f64) -> SignedDuration {
    let team = &input.teams[team];
    let seconds = minutes * 60.0 / (f64::from(team.agents) * team.utilisation.get());
    SignedDuration::from_millis((seconds * 1000.0) as i64)
}

fn of_weekday(policy: &Policy, day: Date) -> Option<DayHours> {
    let week = &policy.day_hours;
    match day.weekday() {
        Weekday::Monday => week.mon,
        Weekday::Tuesday => week.tue,
        Weekday::Wednesday => week.wed,
        Weekday::Thursday => week.thu,
        Weekday::Friday => week.fri,
        Weekday::Saturday => week.sat,
        Weekday::Sunday => week.sun,
    }
}

pub(crate) fn is_holiday(policy: &Policy, day: Date) -> bool {
    policy.holidays.iter().any(|holiday| holiday.0 == day)
}

fn closed(policy: &Policy, day: Date, callee: &Callee<'_>) -> bool {
    let place = callee
        .district
        .and_then(|district| policy.place_holidays.get(district));
    is_holiday(policy, day)
        || place.is_some_and(|days| days.iter().any(|holiday| holiday.0 == day))
        || matches!(of_weekday(policy, day), Some(DayHours::Closed(_)))
}

/// What all spans of that day have in common, before the activity begins and
/// not before the earliest instant.
pub(crate) fn window(policy: &Policy, day: Date, callee: &Callee<'_>) -> Option<(Local, Local)> {
    let weekend = matches!(day.weekday(), Weekday::Saturday | Weekday::Sunday);
    if weekend && !callee.hours.weekends {
        return None;
    }
    if !callee.machine_service && closed(policy, day, callee) {
        return None;
    }
    let mut spans = vec![(hour(8), hour(21)), callee.hours.span()];
    if matches!(callee.channel, Channel::Call | Channel::Visit) {
        spans.push((policy.call_hours.from.0, policy.call_hours.to.0));
    }
    if let Some(DayHours::Within(hours)) = of_weekday(policy, day) {
        spans.push((hours.from.0, hours.to.0));
    }
    spans.extend(callee.window.map(|hours| (hours.from.0, hours.to.0)));
    spans.extend(callee.part);
    let from = spans.iter().map(|span| span.0).max().unwrap();
    let to = spans.iter().map(|span| span.1).min().unwrap();
    let mut from = local(day, from, callee.zone);
    let mut to = local(day, to, callee.zone);
    if let Some(earliest) = callee.earliest.filter(|&earliest| earliest > from.0) {
        from = seen(earliest, callee.zone);
    }
    if let Some(begins) = callee.begins.filter(|&begins| begins < to.0) {
        to = seen(begins, callee.zone);
    }
    (from.0 < to.0).then_some((from, to))
}
