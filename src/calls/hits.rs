//! What there is tonight: conditions that hold, events, and what the previous
//! run left.

use std::collections::BTreeMap;

use super::{CarriedCall, HitRef, QueueInput, ReasonHit, Trigger};
use crate::campaign::{ContactOutcome, Earlier, InvitationStatus};
use crate::domain::{Channel, days_from_date};

/// Reminders go out from this many days before the start.
const REMINDER_DAYS: i32 = 2;

/// A customer's reason that holds tonight, or that the previous run left, or
/// both.
#[derive(Debug)]
pub(super) struct Found<'a> {
    pub(super) at: HitRef,
    /// What holds tonight.
    pub(super) hit: Option<ReasonHit>,
    pub(super) carried: Option<&'a CarriedCall>,
    /// Whether it stays open although nothing holds tonight.
    pub(super) lasts: bool,
}

/// All of them, one per customer, reason and activity and in that order.
pub(super) fn gather<'a>(input: &QueueInput<'a>) -> Vec<Found<'a>> {
    let mut hits: Vec<ReasonHit> = input.hits.to_vec();
    invitation_hits(input, &mut hits);
    reminder_hits(input, &mut hits);
    // Of several the newest event, else the oldest and the most worth.
    hits.sort_by(|a, b| {
        a.at()
            .cmp(&b.at())
            .then_with(|| {
                if a.dated {
                    b.since.cmp(&a.since)
                } else {
                    a.since.cmp(&b.since)
                }
            })
            .then(b.value.total_cmp(&a.value))
    });
    hits.dedup_by_key(|hit| hit.at());
    let mut carried: Vec<&CarriedCall> = input.carried.iter().collect();
    carried.sort_by(|a, b| {
        a.at()
            .cmp(&b.at())
            .then_with(|| (a.since, b.attempt, &a.owner).cmp(&(b.since, a.attempt, &b.owner)))
    });
    carried.dedup_by_key(|call| call.at());

    let mut found: BTreeMap<HitRef, Found<'a>> = BTreeMap::new();
    for hit in hits {
        let at = hit.at();
        let hit = Some(hit);
        found.insert(
            at,
            Found {
                at,
                hit,
                carried: None,
                lasts: false,
            },
        );
    }
    for call in carried {
        let at = call.at();
        let lasts = outlasts_the_night(input, call);
        let entry = found.entry(at).or_insert(Found {
            at,
            hit: None,
            carried: None,
            lasts,
        });
        entry.carried = Some(call);
    }
    found.into_values().collect()
}

/// Invitations by phone that the previous run left: the campaign does not
/// invite twice, so they must not be lost. They end with an outcome, or when
/// the activity starts.
fn outlasts_the_night(input: &QueueInput<'_>, call: &CarriedCall) -> bool {
    let reason = &input.reasons[usize::from(call.reason)];
    let starts = call
        .activity
        .map(|at| input.activities[usize::from(at)].starts.0.date());
    reason.on == Some(Trigger::Invitation) && starts.is_some_and(|starts| starts >= input.as_of)
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
            dated: false,
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
                    dated: false,
                    value: 0.0,
                });
            }
        }
    }
}
