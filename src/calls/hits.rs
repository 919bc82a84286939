use jiff::civil::Date;

use super::{CarriedCall, HitRef, QueueInput, ReasonHit, Trigger};
use crate::campaign::{ContactOutcome, Earlier, InvitationStatus};
use crate::domain::{Channel, days_from_date};

/// Reminders go out from this many days before the start.
const REMINDER_DAYS: i32 = 2;

/// Attempts are counted over this many days; older ones were another case.
const ATTEMPT_DAYS: i32 = 30;

/// A reason that applies to a customer tonight.
#[derive(Debug, Clone, Copy)]
pub(super) struct Hit<'a> {
    pub(super) at: HitRef,
    pub(super) since: Date,
    pub(super) value: f64,
    /// The previous run's call about it.
    pub(super) carried: Option<&'a CarriedCall>,
}

/// Tonight's hits, one per customer, reason and activity and in that order,
/// and how many carried calls no longer have a reason.
pub(super) fn gather<'a>(input: &QueueInput<'a>) -> (Vec<Hit<'a>>, u64) {
    let mut hits: Vec<ReasonHit> = input.hits.to_vec();
    invitation_hits(input, &mut hits);
    reminder_hits(input, &mut hits);
    let mut carried: Vec<&CarriedCall> = input.carried.iter().collect();
    carried.sort_by(|a, b| {
        carried_key(a)
            .cmp(&carried_key(b))
            .then_with(|| (a.since, b.attempt, &a.owner).cmp(&(b.since, a.attempt, &b.owner)))
    });
    carried.dedup_by_key(|call| carried_key(call));
    revive(input, &carried, &mut hits);

    hits.sort_by(|a, b| {
        key(a)
            .cmp(&key(b))
            .then(a.since.cmp(&b.since))
            .then(b.value.total_cmp(&a.value))
    });
    hits.dedup_by_key(|hit| key(hit));
    let mut found = 0_u64;
    let joined = hits
        .into_iter()
        .map(|hit| {
            let at = key(&hit);
            let carried = carried
                .binary_search_by_key(&at, |call| carried_key(call))
                .ok()
                .map(|place| carried[place]);
            found += u64::from(carried.is_some());
            let since = carried.map_or(hit.since, |call| call.since.min(hit.since));
            Hit {
                at,
                since,
                value: hit.value,
                carried,
            }
        })
        .collect();
    (joined, carried.len() as u64 - found)
}

const fn key(hit: &ReasonHit) -> HitRef {
    HitRef {
        row: hit.row,
        reason: hit.reason,
        activity: hit.activity,
    }
}

const fn carried_key(call: &CarriedCall) -> HitRef {
    HitRef {
        row: call.row,
        reason: call.reason,
        activity: call.activity,
    }
}

fn reasons_on(input: &QueueInput<'_>, trigger: Trigger) -> impl Iterator<Item = u16> {
    (0..)
        .zip(input.reasons)
        .filter(move |(_, reason)| reason.on == Some(trigger))
        .map(|(at, _)| at)
}

/// Tonight's invitations by phone.
fn invitation_hits(input: &QueueInput<'_>, hits: &mut Vec<ReasonHit>) {
    for reason in reasons_on(input, Trigger::Invitation) {
        let calls = input.invitations.iter().filter(|invitation| {
            invitation.status == InvitationStatus::Invited && invitation.channel == Channel::Call
        });
        hits.extend(calls.map(|invitation| ReasonHit {
            row: invitation.row,
            reason,
            activity: Some(invitation.activity),
            since: input.as_of,
            value: invitation.value,
        }));
    }
}

/// Accepted invitations whose activity starts soon, unless the contacts hold a
/// reminder within those days.
fn reminder_hits(input: &QueueInput<'_>, hits: &mut Vec<ReasonHit>) {
    let mut reasons = reasons_on(input, Trigger::Reminder).peekable();
    if reasons.peek().is_none() {
        return;
    }
    let earlier = Earlier::new(input.people.len(), input.activities, input.contacts);
    let today = days_from_date(input.as_of);
    for reason in reasons {
        let id = &input.reasons[usize::from(reason)].id;
        let mut reminded: Vec<(u32, i32)> = input
            .contacts
            .iter()
            .filter(|contact| contact.activity == *id)
            .map(|contact| (contact.row, days_from_date(contact.date)))
            .collect();
        reminded.sort_unstable();
        for invitation in earlier.all() {
            let starts = input.activities[usize::from(invitation.activity)]
                .starts
                .0
                .date();
            let starts = days_from_date(starts);
            let soon = (today..=today.saturating_add(REMINDER_DAYS)).contains(&starts);
            let since = (invitation.row, starts - REMINDER_DAYS);
            let next = reminded.partition_point(|entry| *entry < since);
            let done = reminded
                .get(next)
                .is_some_and(|entry| entry.0 == invitation.row);
            if soon && !done && invitation.outcome == Some(ContactOutcome::Accepted) {
                hits.push(ReasonHit {
                    row: invitation.row,
                    reason,
                    activity: Some(invitation.activity),
                    since: input.as_of,
                    value: 0.0,
                });
            }
        }
    }
}

/// Invitations by phone that the previous run left: the campaign does not
/// invite twice, so they must not be lost. They end with an outcome, or when
/// the activity starts.
fn revive(input: &QueueInput<'_>, carried: &[&CarriedCall], hits: &mut Vec<ReasonHit>) {
    let open: Vec<&&CarriedCall> = carried
        .iter()
        .filter(|call| input.reasons[usize::from(call.reason)].on == Some(Trigger::Invitation))
        .collect();
    if open.is_empty() {
        return;
    }
    let earlier = Earlier::new(input.people.len(), input.activities, input.contacts);
    for call in open {
        let Some(activity) = call.activity else {
            continue;
        };
        let starts = input.activities[usize::from(activity)].starts.0.date();
        let answered = earlier
            .of(call.row as usize, activity)
            .is_some_and(|invitation| {
                !matches!(invitation.outcome, None | Some(ContactOutcome::NoAnswer))
            });
        if !answered && starts >= input.as_of {
            hits.push(ReasonHit {
                row: call.row,
                reason: call.reason,
                activity: call.activity,
                since: call.since,
                value: 0.0,
            });
        }
    }
}

/// Earlier contacts about reasons, to count attempts.
#[derive(Debug)]
pub(super) struct Attempts(Vec<(u32, u16, i32)>);

impl Attempts {
    pub(super) fn new(input: &QueueInput<'_>) -> Self {
        let since = days_from_date(input.as_of) - ATTEMPT_DAYS;
        let mut days: Vec<(u32, u16, i32)> = Vec::new();
        for contact in input.contacts {
            let reason = (0..)
                .zip(input.reasons)
                .find(|(_, r)| r.id == contact.activity);
            let day = days_from_date(contact.date);
            if let Some((reason, _)) = reason
                && day >= since
            {
                days.push((contact.row, reason, day));
            }
        }
        days.sort_unstable();
        days.dedup();
        Self(days)
    }

    /// The attempt that tonight's contact would be: one more than the days
    /// with a contact about the reason, and not less than the previous run's.
    pub(super) fn next(&self, hit: &Hit<'_>) -> u32 {
        let of = |entry: &(u32, u16, i32)| (entry.0, entry.1);
        let wanted = (hit.at.row, hit.at.reason);
        let start = self.0.partition_point(|entry| of(entry) < wanted);
        let count = self.0[start..]
            .iter()
            .take_while(|entry| of(entry) == wanted)
            .count();
        let next = u32::try_from(count).unwrap_or(u32::MAX).saturating_add(1);
        hit.carried.map_or(next, |call| call.attempt.max(next))
    }
}
