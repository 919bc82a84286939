use std::collections::BTreeMap;

use jiff::civil::Date;
use jiff::tz::TimeZone;

use super::{CallReason, CallsError, HitRef, QueueSettings, Team};
use crate::campaign::{Activity, Contact, Invitation, Key, Policy, Suppression};
use crate::domain::{Language, People};

/// A customer to whom a reason applies tonight.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct ReasonHit {
    /// The customer's row.
    pub row: u32,
    /// The reason's index.
    pub reason: u16,
    /// The activity's index, where the reason comes from one.
    pub activity: Option<u16>,
    /// The day since which it is open: that of the event if `dated`, else the
    /// as-of date.
    pub since: Date,
    /// Whether `since` tells this event from another one.
    pub dated: bool,
    /// Worth of the call, to order calls that are otherwise alike.
    pub value: f64,
}

impl ReasonHit {
    pub(super) const fn at(&self) -> HitRef {
        HitRef {
            row: self.row,
            reason: self.reason,
            activity: self.activity,
        }
    }
}

/// A reason as the previous run left it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CarriedCall {
    /// The customer's row.
    pub row: u32,
    /// The reason's index.
    pub reason: u16,
    /// The activity's index, where the reason came from one.
    pub activity: Option<u16>,
    /// Since when it is open.
    pub since: Date,
    /// The attempt that was next.
    pub attempt: u32,
    /// Who answers for it, and goes on to.
    pub owner: String,
    /// The night that listed it last, if what came of that was not known.
    pub listed_on: Option<Date>,
    /// Whether it was listed for a machine to send.
    pub by_machine: bool,
    /// The last day on which it was tried.
    pub tried_on: Option<Date>,
    /// The day on which it was done.
    pub done_on: Option<Date>,
    /// Whether it was given up.
    pub given_up: bool,
    /// Nights in a row without room in the team's hours.
    pub waits: u32,
    /// The call that it was part of.
    pub call_id: Option<String>,
    /// Whether it led that call.
    pub leads: bool,
}

impl CarriedCall {
    pub(super) const fn at(&self) -> HitRef {
        HitRef {
            row: self.row,
            reason: self.reason,
            activity: self.activity,
        }
    }
}

/// All that the queue is planned from. Lists by row have one entry per
/// customer.
#[derive(Debug, Clone, Copy)]
pub struct QueueInput<'a> {
    /// The day whose calls are planned.
    pub as_of: Date,
    /// The pipeline's zone.
    pub timezone: &'a TimeZone,
    /// The language of scripts and talking points.
    pub language: Language,
    /// The customers.
    pub people: &'a People,
    /// `[[calls]]`.
    pub reasons: &'a [CallReason],
    /// `[teams.NAME]`.
    pub teams: &'a BTreeMap<String, Team>,
    /// Who meets the condition of a reason with `when`. What reasons with `on`
    /// need is found from `invitations` and `contacts`.
    pub hits: &'a [ReasonHit],
    /// What the previous run left.
    pub carried: &'a [CarriedCall],
    /// `[queue]`.
    pub settings: &'a QueueSettings,
    /// By reason: whether the pre-launch review keeps its calls back.
    pub held_back: &'a [bool],
    /// Tonight's invitations.
    pub invitations: &'a [Invitation],
    /// By contact unit: whether it is held out of all campaigns.
    pub universal_control: &'a [bool],
    /// Contacts made, and our own earlier invitations and messages. About a
    /// reason, `activity` is the reason's id.
    pub contacts: &'a [Contact],
    /// The contact history alone; `None` if there is none, so that what comes of
    /// a call is never known.
    pub history: Option<&'a [Contact]>,
    /// Do-not-contact entries.
    pub suppressions: &'a [Suppression],
    /// Whether the do-not-contact list is missing or older than allowed.
    pub do_not_contact_stale: bool,
    /// `[policy]`.
    pub policy: &'a Policy,
    /// Tonight's activities.
    pub activities: &'a [Activity],
    /// By row: label of the customer's top interest.
    pub top_interest: &'a [Option<&'a str>],
    /// By row: index of the activity that fits the customer best.
    pub next_best: &'a [Option<u16>],
    /// The columns that scripts and sentences mention, by name, as text by row.
    pub columns: &'a BTreeMap<String, Vec<String>>,
    /// The key that orders equals at random.
    pub key: &'a Key,
}

impl QueueInput<'_> {
    /// Checks that the lists fit together.
    pub(super) fn check(&self) -> Result<(), CallsError> {
        let lengths = [
            ("top_interest", self.top_interest.len(), self.people.len()),
            ("next_best", self.next_best.len(), self.people.len()),
            ("held_back", self.held_back.len(), self.reasons.len()),
            (
                "universal_control",
                self.universal_control.len(),
                self.people.unit_keys.len(),
            ),
        ];
        for (list, found, expected) in lengths {
            if found != expected {
                return Err(CallsError::Length {
                    list,
                    found,
                    expected,
                });
            }
        }
        for reason in self.reasons {
            let steps = reason.attempts.then.iter().map(|step| &step.team);
            let named = std::iter::once(&reason.team).chain(steps);
            let mut names = named.flat_map(|teams| teams.names());
            if let Some(team) = names.find(|name| !self.teams.contains_key(*name)) {
                let (reason, team) = (reason.id.clone(), team.clone());
                return Err(CallsError::UnknownTeam { reason, team });
            }
        }
        let known = |row: u32, reason: u16, activity: Option<u16>| {
            (row as usize) < self.people.len()
                && usize::from(reason) < self.reasons.len()
                && activity.is_none_or(|activity| usize::from(activity) < self.activities.len())
        };
        let customer = |row: u32| (row as usize) < self.people.len();
        let hits = self
            .hits
            .iter()
            .filter(|hit| !known(hit.row, hit.reason, hit.activity));
        let carried = self
            .carried
            .iter()
            .filter(|call| !known(call.row, call.reason, call.activity));
        let invitations = self
            .invitations
            .iter()
            .filter(|i| !known(i.row, 0, Some(i.activity)) && !self.reasons.is_empty());
        let counts = [
            ("hits", hits.count()),
            ("carried calls", carried.count()),
            ("invitations", invitations.count()),
            (
                "contacts",
                self.contacts.iter().filter(|c| !customer(c.row)).count(),
            ),
            (
                "suppressions",
                self.suppressions
                    .iter()
                    .filter(|s| !customer(s.row))
                    .count(),
            ),
        ];
        match counts.into_iter().find(|(_, count)| *count > 0) {
            Some((list, count)) => Err(CallsError::Unknown { list, count }),
            None => Ok(()),
        }
    }
}
