//! What is known of each reason of each customer: open, done or given up, how
//! often it was tried, what was promised.

use std::collections::{BTreeMap, BTreeSet};

use clubcall::calls::{CallReason, CarriedCall, QueueInput, Stays, Step, Trigger};
use clubcall::campaign::{Contact, ContactOutcome};
use jiff::Timestamp;
use jiff::civil::{Date, Time};
use jiff::tz::TimeZone;

use super::found::{ByRow, Found, found};
use super::windows::{days_between, hour, later};

/// Customer's row, reason, activity.
pub(crate) type Key = (u32, u16, Option<u16>);

#[derive(Debug, Clone)]
pub(crate) struct Case {
    pub(crate) key: Key,
    pub(crate) since: Date,
    pub(crate) attempt: u32,
    pub(crate) tried_on: Option<Date>,
    pub(crate) done_on: Option<Date>,
    pub(crate) expired: bool,
    /// Listed on that night, and what came of it is not known.
    pub(crate) awaiting: Option<Date>,
    /// Whether the customer asked to be called again, and when.
    pub(crate) called_back: bool,
    pub(crate) promise: Option<Timestamp>,
    /// Not before that day.
    pub(crate) from_day: Date,
    /// The part of the day for the next try.
    pub(crate) part: Option<(Time, Time)>,
    pub(crate) value: f64,
    /// Whether its condition holds tonight.
    pub(crate) holds: bool,
    /// Whether it has come up again after its rest, for the same event.
    pub(crate) again: bool,
    /// Who was asked first.
    pub(crate) owner: Option<String>,
}

impl Case {
    pub(crate) fn open(&self) -> bool {
        self.done_on.is_none() && !self.expired
    }
}

pub(crate) fn zone(input: &QueueInput<'_>, row: u32) -> TimeZone {
    let name = input.people.timezone[row as usize].as_deref();
    name.map_or_else(
        || input.timezone.clone(),
        |name| TimeZone::get(name).unwrap(),
    )
}

/// When an activity begins.
pub(crate) fn begins(input: &QueueInput<'_>, activity: u16) -> Timestamp {
    let starts = input.activities[usize::from(activity)].starts.0;
    starts
        .to_zoned_datetime(input.timezone.clone())
        .unwrap()
        .timestamp()
}

/// The rung of the ladder on which an attempt is; `None` for the reason's own
/// action.
pub(crate) fn rung(reason: &CallReason, attempt: u32) -> Option<&Step> {
    let above = attempt.checked_sub(reason.attempts.tries + 1)?;
    reason.attempts.then.get(above as usize)
}

pub(crate) fn used_up(reason: &CallReason, attempt: u32) -> bool {
    attempt > reason.attempts.tries + reason.attempts.then.len() as u32
}

fn is_reached(contact: &Contact) -> bool {
    matches!(
        contact.outcome,
        Some(
            ContactOutcome::Accepted
                | ContactOutcome::Declined
                | ContactOutcome::Reached
                | ContactOutcome::Other
        )
    )
}

/// Every case of tonight.
pub(crate) fn cases(input: &QueueInput<'_>) -> Vec<Case> {
    let rows = ByRow::new(input);
    let found = found(input, &rows);
    let mut carried: BTreeMap<Key, &CarriedCall> = BTreeMap::new();
    let mut leaders: BTreeMap<&str, &CarriedCall> = BTreeMap::new();
    for call in input.carried {
        carried.insert((call.row, call.reason, call.activity), call);
        if let Some(id) = call.call_id.as_deref().filter(|_| call.leads) {
            leaders.insert(id, call);
        }
    }
    let keys: BTreeSet<Key> = found.keys().chain(carried.keys()).copied().collect();
    let one = |key: Key| {
        let before = carried.get(&key).copied();
        let leader = before
            .and_then(|before| leaders.get(before.call_id.as_deref()?).copied())
            .filter(|leader| (leader.row, leader.reason, leader.activity) != key);
        case(input, &rows, key, found.get(&key), before, leader)
    };
    keys.into_iter().filter_map(one).collect()
}

/// Whether a contact is about a case: its reason, or the activity to which it
/// invites.
fn about(input: &QueueInput<'_>, key: Key, contact: &Contact) -> bool {
    let reason = &input.reasons[usize::from(key.1)];
    let activity = key.2.filter(|_| reason.on == Some(Trigger::Invitation));
    contact.activity == reason.id
        || activity.is_some_and(|at| contact.activity == input.activities[usize::from(at)].id)
}

fn case(
    input: &QueueInput<'_>,
    rows: &ByRow<'_>,
    key: Key,
    found: Option<&Found>,
    before: Option<&CarriedCall>,
    leader: Option<&CarriedCall>,
) -> Option<Case> {
    let reason = &input.reasons[usize::from(key.1)];
    let event = found.is_some_and(|found| found.dated);
    // Another event is another case.
    let before = before.filter(|before| !event || found.is_some_and(|f| f.since <= before.since));
    let dated = event || key.2.is_some();
    let mut since = before.map_or_else(|| found.map(|f| f.since), |b| Some(b.since))?;
    let rest = reason.rest_days as i32;
    let resting = |day: Date| days_between(day, input.as_of) < rest;
    // What was done before does not count for an event; else it rests.
    let from = if dated {
        since
    } else {
        since.min(later(input.as_of, 1 - rest))
    };

    let listed = before.and_then(|before| before.listed_on);
    let of = |row: u32| rows.history.get(&row).into_iter().flatten().copied();
    let own = of(key.0).filter(|contact| about(input, key, contact));
    // The call that it was part of was about its leading reason.
    let led = leader.into_iter().flat_map(|leader| {
        let key = (leader.row, leader.reason, leader.activity);
        of(leader.row)
            .filter(move |contact| about(input, key, contact))
            .filter(move |contact| listed.is_some_and(|listed| contact.date >= listed))
    });
    let mut contacts: Vec<&Contact> = own.chain(led).filter(|c| c.date >= from).collect();
    contacts.sort_by_key(|contact| (contact.date, contact.time));

    // Sent by machine, or without anybody who notes what came of it.
    let noted = |listed: Date| contacts.iter().any(|contact| contact.date >= listed);
    let unnoted = before.zip(listed).filter(|(_, listed)| !noted(*listed));
    let taken_as_done = unnoted.filter(|(before, _)| {
        if before.by_machine {
            before.attempt <= reason.attempts.tries
        } else {
            input.history.is_none()
        }
    });
    let reached = contacts.iter().rfind(|contact| is_reached(contact));
    let done = [
        reached.map(|contact| contact.date),
        taken_as_done.map(|(_, listed)| listed),
        before.and_then(|b| b.done_on).filter(|&day| day >= from),
    ];
    let done = done.into_iter().flatten().max();
    let asked = contacts
        .iter()
        .filter(|c| c.outcome == Some(ContactOutcome::CallBack));
    let asked = asked
        .filter(|contact| done.is_none_or(|day| day <= contact.date))
        .rfind(|contact| reached.is_none_or(|r| (r.date, r.time) <= (contact.date, contact.time)));

    let mut known = before;
    let mut is_done = None;
    if let Some(day) = done.filter(|_| asked.is_none()) {
        if (dated && reason.stays == Stays::UntilDone) || resting(day) {
            if found.is_none() && !resting(day) {
                return None;
            }
            is_done = Some(day);
        } else if found.is_none() {
            return None;
        } else {
            // Another round after the rest.
            since = later(day, rest).min(input.as_of);
            known = before.filter(|before| before.done_on.is_none());
        }
    }
    let given_up = before.is_some_and(|before| before.given_up);
    let lasts = reason.stays == Stays::UntilDone || invitation_lasts(input, reason, key);
    let nothing = found.is_none() && (given_up || (!lasts && asked.is_none()));
    if nothing && is_done.is_none() {
        return None;
    }
    let old = reason
        .expires_days
        .filter(|_| lasts)
        .is_some_and(|days| days_between(since, input.as_of) > days as i32);

    // Tries since somebody was last reached.
    let last = asked.map(|contact| contact.date).max(done);
    let tries: Vec<&Contact> = contacts
        .iter()
        .filter(|c| !is_reached(c) && c.outcome != Some(ContactOutcome::CallBack))
        .filter(|c| c.date >= since && last.is_none_or(|last| c.date > last))
        .copied()
        .collect();
    let days: BTreeSet<Date> = tries.iter().map(|contact| contact.date).collect();
    let tried_before = before.and_then(|before| before.tried_on);
    let mut attempt = 1 + days.len() as u32;
    if last.is_none() {
        let fresh = days
            .iter()
            .filter(|&&day| tried_before.is_none_or(|tried| day > tried));
        attempt = attempt.max(known.map_or(1, |known| known.attempt) + fresh.count() as u32);
    }
    let mut tried_on = days.last().copied().max(tried_before);
    let mut awaiting = None;
    if let Some((before, listed)) = unnoted.filter(|_| known.is_some()) {
        let covered = rows.covered.is_some_and(|day| day >= listed);
        let waited = days_between(listed, input.as_of);
        if before.by_machine {
            // A machine reports nothing: it was sent.
            attempt = attempt.max(before.attempt + 1);
            tried_on = tried_on.max(Some(listed));
        } else if !covered && waited <= input.settings.outcome_days as i32 {
            awaiting = Some(listed);
        }
    }
    let next = tried_on.map(|day| later(day, reason.attempts.wait_days as i32));
    let promise = asked
        .filter(|_| tries.is_empty())
        .and_then(|contact| contact.callback_at);
    Some(Case {
        key,
        since,
        attempt,
        tried_on,
        done_on: is_done,
        expired: is_done.is_none() && old,
        awaiting,
        called_back: asked.is_some(),
        promise,
        from_day: next.map_or(input.as_of, |day| day.max(input.as_of)),
        part: part(&tries),
        value: found.map_or(0.0, |found| found.value),
        holds: found.is_some(),
        again: found.is_some_and(|found| found.dated && found.since < since),
        owner: known.map(|known| known.owner.clone()),
    })
}

/// An invitation by phone is open until the activity takes place.
fn invitation_lasts(input: &QueueInput<'_>, reason: &CallReason, key: Key) -> bool {
    let starts = key
        .2
        .map(|activity| input.activities[usize::from(activity)].starts.0.date());
    reason.on == Some(Trigger::Invitation) && starts.is_some_and(|starts| starts >= input.as_of)
}

/// The part of the day tried least, then the first after the last.
fn part(tries: &[&Contact]) -> Option<(Time, Time)> {
    let parts = [
        (hour(0), hour(12)),
        (hour(12), hour(17)),
        (hour(17), Time::MAX),
    ];
    let mut counts = [0; 3];
    let mut last = None;
    let mut timed: Vec<(Date, Time)> = tries
        .iter()
        .filter_map(|c| Some((c.date, c.time?)))
        .collect();
    timed.sort_unstable();
    for (_, time) in timed {
        let at = usize::from(time >= hour(12)) + usize::from(time >= hour(17));
        counts[at] += 1;
        last = Some(at);
    }
    let last = last?;
    let least = *counts.iter().min()?;
    (1..=3)
        .map(|step| (last + step) % 3)
        .find(|&at| counts[at] == least)
        .map(|at| parts[at])
}
