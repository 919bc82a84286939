use std::collections::BTreeMap;

use jiff::civil::Date;
use jiff::tz::TimeZone;

use super::{CallReason, CallsError, Team};
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
    /// The first day it was seen: the as-of date if new.
    pub since: Date,
    /// Worth of the call, to order calls that are otherwise alike.
    pub value: f64,
}

/// A reason that the previous run had: called about, carried over or held.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CarriedCall {
    /// The customer's row.
    pub row: u32,
    /// The reason's index.
    pub reason: u16,
    /// The activity's index, where the reason came from one.
    pub activity: Option<u16>,
    /// The first day it was seen.
    pub since: Date,
    /// The attempt it was.
    pub attempt: u32,
    /// Who answers for it, and goes on to.
    pub owner: String,
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
    /// Tonight's invitations.
    pub invitations: &'a [Invitation],
    /// By contact unit: whether it is held out of all campaigns.
    pub universal_control: &'a [bool],
    /// Contacts made, and our own earlier invitations and messages. About a
    /// reason, `activity` is the reason's id.
    pub contacts: &'a [Contact],
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
    /// The key that orders equals at random.
    pub key: &'a Key,
}

impl QueueInput<'_> {
    /// Checks that the lists fit together.
    pub(super) fn check(&self) -> Result<(), CallsError> {
        let lengths = [
            ("top_interest", self.top_interest.len(), self.people.len()),
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
            if !self.teams.contains_key(&reason.team) {
                let (reason, team) = (reason.id.clone(), reason.team.clone());
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
