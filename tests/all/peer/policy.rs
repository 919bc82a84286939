//! Who may be contacted, from the sections "Unknown is no" and "What a decision
//! means": the first reason to leave somebody alone.

use std::collections::{BTreeMap, BTreeSet};

use clubcall::calls::QueueInput;
use clubcall::campaign::{ContactOutcome, InvitationStatus};
use clubcall::domain::{CallClass, Channel};

use super::windows::days_between;

/// What earlier contacts and open cases say about each contact unit.
pub(crate) struct Units {
    pub(crate) paused: BTreeSet<u32>,
    pub(crate) capped: BTreeSet<u32>,
    /// Units with an invitation by message tonight.
    pub(crate) invited: BTreeSet<u32>,
    /// Units that get no promotion while a reason is open.
    pub(crate) service_first: BTreeSet<u32>,
    /// Reasons that give way, by unit.
    pub(crate) blocked: BTreeSet<(u32, u16)>,
}

impl Units {
    pub(crate) fn new(input: &QueueInput<'_>) -> Self {
        let mut asked: BTreeMap<u32, BTreeMap<_, bool>> = BTreeMap::new();
        for contact in input.contacts {
            if contact.class == CallClass::Marketing && contact.channel != Some(Channel::Visit) {
                let unit = input.people.unit[contact.row as usize];
                let same = (contact.date, contact.activity.as_str(), contact.channel);
                let all = asked.entry(unit).or_default().entry(same).or_insert(true);
                *all &= contact.outcome == Some(ContactOutcome::Ignored);
            }
        }
        let (mut paused, mut capped) = (BTreeSet::new(), BTreeSet::new());
        for (&unit, asked) in &asked {
            let ago = |date| days_between(date, input.as_of);
            let used_up = input.policy.marketing_caps.iter().any(|cap| {
                let within = asked.keys().filter(|key| ago(key.0) < cap.days as i32);
                within.count() >= cap.max as usize
            });
            if used_up {
                capped.insert(unit);
            }
            let ignored: Vec<i32> = asked
                .iter()
                .filter(|&(_, &ignored)| ignored)
                .map(|(key, _)| ago(key.0))
                .collect();
            let rule = &input.policy.cool_off;
            // Some `rule.ignored` of them, the last less than a pause ago.
            let pauses = ignored.iter().any(|&last| {
                let span = last..last + rule.within_days as i32;
                let within = ignored.iter().filter(|ago| span.contains(ago)).count();
                last < rule.pause_days as i32 && within >= rule.ignored as usize
            });
            if pauses {
                paused.insert(unit);
            }
        }
        let invited = input
            .invitations
            .iter()
            .filter(|i| i.status == InvitationStatus::Invited && i.channel != Channel::Call)
            .map(|i| input.people.unit[i.row as usize])
            .collect();
        Self {
            paused,
            capped,
            invited,
            service_first: BTreeSet::new(),
            blocked: BTreeSet::new(),
        }
    }
}

/// Why a service contact is not made.
pub(crate) fn service(
    input: &QueueInput<'_>,
    row: usize,
    channel: Channel,
) -> Option<&'static str> {
    if input.people.age[row].is_some_and(|age| age < 14) {
        return Some("minor");
    }
    let needs_phone = matches!(channel, Channel::Sms | Channel::Call);
    (needs_phone && input.people.phone[row].is_none()).then_some("no_phone")
}

/// Why a marketing contact is not made; `again` if it is a further attempt at the
/// same contact, which the caps do not count twice, `invitation` if it is one
/// that the allocation has counted.
pub(crate) fn marketing(
    input: &QueueInput<'_>,
    units: &Units,
    row: usize,
    channel: Channel,
    again: bool,
    invitation: bool,
) -> Option<&'static str> {
    let people = input.people;
    let unit = people.unit[row];
    let needs_phone = matches!(channel, Channel::Sms | Channel::Call);
    let listed = input
        .suppressions
        .iter()
        .any(|entry| entry.row as usize == row && entry.channels[channel.index()]);
    let first = [
        (!people.personalisation[row], "no_personalisation"),
        (
            people.age[row].is_some_and(|age| age < input.policy.adult_age),
            "minor",
        ),
        (people.age[row].is_none(), "age_unknown"),
        (units.service_first.contains(&unit), "service_first"),
        (!people.consent[row][channel.index()], "no_consent"),
        (
            listed || (input.do_not_contact_stale && needs_phone),
            "do_not_contact",
        ),
        (needs_phone && people.phone[row].is_none(), "no_phone"),
        (!again && units.paused.contains(&unit), "cool_off"),
        (!again && units.capped.contains(&unit), "contact_cap"),
        (input.universal_control[unit as usize], "universal_control"),
        (
            !invitation && units.invited.contains(&unit),
            "other_invitation",
        ),
    ];
    first
        .into_iter()
        .find(|(refused, _)| *refused)
        .map(|(_, reason)| reason)
}
