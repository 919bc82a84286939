//! What is known of each reason of each customer: open, done or given up, how
//! often it was tried, what was promised.

use std::collections::{BTreeMap, BTreeSet};

use clubcall::calls::{CallReason, CarriedCall, QueueInput, ReasonHit, Stays, Step, Trigger};
use clubcall::campaign::{Contact, ContactOutcome, InvitationStatus};
use clubcall::domain::{Action, Channel};
use jiff::Timestamp;
use jiff::civil::{Date, Time};
use jiff::tz::TimeZone;

use super::windows::{days_between, hour, later};

/// Customer's row, reason, activity.
pub(crate) type Key = (u32, u16, Option<u16>);

/// What somebody was promised: when, and what.
pub(crate) type Promise = Timestamp;

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
    pub(crate) promise: Option<Promise>,
    /// Not before that day.
    pub(crate) from_day: Date,
    /// The part of the day for the next try.
    pub(crate) part: Option<(Time, Time)>,
    pub(crate) value: f64,
    /// Whether its condition holds tonight.
    pub(crate) holds: bool,
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

struct Found {
    since: Date,
    dated: bool,
    value: f64,
}

/// Reasons that hold tonight.
fn found(input: &QueueInput<'_>, by_row: &ByRow<'_>) -> BTreeMap<Key, Found> {
    let mut found = BTreeMap::new();
    for hit in input.hits {
        let ReasonHit {
            since,
            dated,
            value,
            ..
        } = *hit;
        found.insert(
            (hit.row, hit.reason, hit.activity),
            Found {
                since,
                dated,
                value,
            },
        );
    }
    let night = |value| Found {
        since: input.as_of,
        dated: false,
        value,
    };
    for (index, reason) in (0_u16..).zip(input.reasons) {
        match reason.on {
            None => {}
            Some(Trigger::Invitation) => {
                for invitation in input.invitations {
                    let goes_out = invitation.status == InvitationStatus::Invited;
                    if goes_out && invitation.channel == Channel::Call {
                        let key = (invitation.row, index, Some(invitation.activity));
                        found.insert(key, night(invitation.value));
                    }
                }
            }
            Some(Trigger::Reminder) => {
                for (activity, settings) in (0_u16..).zip(input.activities) {
                    let starts = settings.starts.0.date();
                    if !(0..=2).contains(&days_between(input.as_of, starts)) {
                        continue;
                    }
                    for (&row, contacts) in &by_row.all {
                        let about = contacts.iter().filter(|c| c.activity == settings.id);
                        let answer = about
                            .filter(|contact| contact.outcome.is_some())
                            .max_by_key(|contact| contact.date);
                        if answer.is_some_and(|c| c.outcome == Some(ContactOutcome::Accepted)) {
                            found.insert((row, index, Some(activity)), night(0.0));
                        }
                    }
                }
            }
        }
    }
    found
}

/// Contacts by customer.
struct ByRow<'a> {
    all: BTreeMap<u32, Vec<&'a Contact>>,
    history: BTreeMap<u32, Vec<&'a Contact>>,
    /// The last day that the history covers.
    covered: Option<Date>,
}

fn by_row(contacts: &[Contact]) -> BTreeMap<u32, Vec<&Contact>> {
    let mut rows: BTreeMap<u32, Vec<&Contact>> = BTreeMap::new();
    for contact in contacts {
        rows.entry(contact.row).or_default().push(contact);
    }
    rows
}

fn reached(contact: &Contact) -> bool {
    matches!(
        contact.outcome,
        Some(ContactOutcome::Accepted | ContactOutcome::Declined | ContactOutcome::Reached)
    )
}

/// Every case of tonight.
pub(crate) fn cases(input: &QueueInput<'_>) -> Vec<Case> {
    let rows = ByRow {
        all: by_row(input.contacts),
        history: by_row(input.history.unwrap_or_default()),
        covered: input
            .history
            .unwrap_or_default()
            .iter()
            .map(|c| c.date)
            .max(),
    };
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

fn about(input: &QueueInput<'_>, key: Key, contact: &Contact) -> bool {
    contact.activity == input.reasons[usize::from(key.1)].id
        || key
            .2
            .is_some_and(|activity| contact.activity == input.activities[usize::from(activity)].id)
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
    // Another event is another case.
    let before = before
        .filter(|before| found.is_none_or(|found| !found.dated || found.since == before.since));
    let resting = |day: Date| days_between(day, input.as_of) < reason.rest_days as i32;
    let was_done = before.and_then(|before| before.done_on);
    // Open again after its rest.
    let before = before.filter(|_| was_done.is_none_or(resting));
    if found.is_none() && !outlives(input, reason, key, before) {
        return None;
    }
    let since = match (before, found) {
        (Some(before), _) => before.since,
        (None, Some(found)) => found.since,
        (None, None) => return None,
    };
    let dated = found.is_some_and(|found| found.dated);
    let listed = before.and_then(|before| before.listed_on);

    // What is known to have been done about it: the customer's own contacts,
    // and those about the leading reason of the call that it was part of.
    let of = |row: u32| rows.history.get(&row).into_iter().flatten().copied();
    let own = of(key.0).filter(|contact| about(input, key, contact));
    let led = leader.into_iter().flat_map(|leader| {
        let key = (leader.row, leader.reason, leader.activity);
        of(leader.row)
            .filter(move |contact| about(input, key, contact))
            .filter(move |contact| listed.is_some_and(|listed| contact.date >= listed))
    });
    let contacts: Vec<&Contact> = own.chain(led).collect();

    let done = contacts
        .iter()
        .filter(|contact| reached(contact))
        .filter(|contact| if dated { contact.date >= since } else { true })
        .map(|contact| contact.date)
        .max();
    let mut done_on = done.max(was_done).filter(|&day| resting(day));

    let tries: Vec<&&Contact> = contacts.iter().filter(|c| c.date >= since).collect();
    let days: BTreeSet<Date> = tries.iter().map(|contact| contact.date).collect();
    let known = before.map_or(1, |before| before.attempt);
    let tried_before = before.and_then(|before| before.tried_on);
    let fresh = days
        .iter()
        .filter(|&&day| tried_before.is_none_or(|tried| day > tried));
    let mut attempt = (known + fresh.count() as u32).max(1 + days.len() as u32);
    let mut tried_on = days.last().copied().max(tried_before);

    // What came of the list that it was on.
    let mut awaiting = None;
    if let (Some(listed), Some(before)) = (listed, before) {
        let covered = rows.covered.is_some_and(|day| day >= listed);
        if before.by_machine {
            // A machine reports nothing: it was sent.
            if days.iter().all(|&day| day < listed) {
                attempt = attempt.max(known + 1);
                tried_on = tried_on.max(Some(listed));
            }
            if rung(reason, known).is_none() && reason.action == Action::Sms {
                done_on = done_on.max(Some(listed));
            }
        } else if input.history.is_none() {
            done_on = done_on.max(Some(listed));
        } else if !covered
            && days_between(listed, input.as_of) <= input.settings.outcome_days as i32
        {
            awaiting = Some(listed);
        }
    }

    let latest = tries
        .iter()
        .max_by_key(|contact| (contact.date, contact.time));
    let promise = latest
        .filter(|contact| contact.outcome == Some(ContactOutcome::CallBack))
        .and_then(|contact| contact.callback_at);
    let over = |days: u32| days_between(since, input.as_of) >= days as i32;
    let expired =
        before.is_some_and(|before| before.given_up) || reason.expires_days.is_some_and(over);
    let wait = reason.attempts.wait_days as i32;
    let next = tried_on.map(|day| later(day, wait));
    Some(Case {
        key,
        since,
        attempt,
        tried_on,
        done_on,
        expired,
        awaiting,
        promise,
        from_day: next.map_or(input.as_of, |day| day.max(input.as_of)),
        part: part(&tries),
        value: found.map_or(0.0, |found| found.value),
        holds: found.is_some(),
        owner: before.map(|before| before.owner.clone()),
    })
}

/// Whether it stays open without its condition.
fn outlives(
    input: &QueueInput<'_>,
    reason: &CallReason,
    key: Key,
    before: Option<&CarriedCall>,
) -> bool {
    let Some(before) = before else { return false };
    if before.done_on.is_some() || before.given_up {
        return false;
    }
    match (reason.on, key.2) {
        (Some(_), Some(activity)) => {
            // Until the activity begins.
            let starts = input.activities[usize::from(activity)].starts.0.date();
            reason.on == Some(Trigger::Invitation) && starts >= input.as_of
        }
        _ => reason.stays == Stays::UntilDone,
    }
}

/// The part of the day tried least, then the first after the last.
fn part(tries: &[&&Contact]) -> Option<(Time, Time)> {
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
