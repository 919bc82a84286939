//! A small world of calls, and what tests build it from.

use std::collections::BTreeMap;

use crate::calls::*;
use crate::campaign::testing::{activity, contact, people, shanghai};
use crate::campaign::{
    Activity, Callee, Contact, ContactOutcome, Invitation, InvitationStatus, Key, Policy, Search,
    Suppression,
};
use crate::domain::{CallClass, Label, Language, People};

pub(super) const AS_OF: &str = "2026-11-02"; // a Monday

/// A world of calls; `plan` makes the queue.
#[derive(Debug, Clone)]
pub(super) struct World {
    pub(super) as_of: Date,
    pub(super) people: People,
    pub(super) reasons: Vec<CallReason>,
    pub(super) teams: BTreeMap<String, Team>,
    pub(super) hits: Vec<ReasonHit>,
    pub(super) carried: Vec<CarriedCall>,
    pub(super) invitations: Vec<Invitation>,
    pub(super) control: Vec<bool>,
    pub(super) contacts: Vec<Contact>,
    pub(super) suppressions: Vec<Suppression>,
    pub(super) policy: Policy,
    pub(super) activities: Vec<Activity>,
    /// Calls that were made; `None` where nobody keeps a history.
    pub(super) history: Option<Vec<Contact>>,
    pub(super) settings: QueueSettings,
    pub(super) held_back: Vec<bool>,
    pub(super) columns: BTreeMap<String, Vec<String>>,
}

impl World {
    pub(super) fn new(customers: u32) -> Self {
        Self {
            as_of: AS_OF.parse().unwrap(),
            people: people(customers),
            reasons: vec![
                reason("complaint", "call", 10, CallClass::Service, "care"),
                reason("installation", "call", 20, CallClass::Service, "care"),
                reason("ending", "promotion", 40, CallClass::Marketing, "clubs"),
                reason("round", "visit", 45, CallClass::Service, "clubs"),
                event(
                    "reminder",
                    Trigger::Reminder,
                    "sms",
                    CallClass::Service,
                    "messages",
                ),
                event(
                    "invite",
                    Trigger::Invitation,
                    "call",
                    CallClass::Marketing,
                    "clubs",
                ),
            ],
            teams: BTreeMap::from([
                ("care".to_owned(), team(1, 0.5)),
                ("clubs".to_owned(), team(1, 0.5)),
                (
                    "messages".to_owned(),
                    Team {
                        automatic: true,
                        ..Team::default()
                    },
                ),
            ]),
            hits: Vec::new(),
            carried: Vec::new(),
            invitations: Vec::new(),
            control: vec![false; customers as usize],
            contacts: Vec::new(),
            suppressions: Vec::new(),
            policy: Policy::default(),
            activities: vec![activity("film-night", "film"), activity("gym", "gym")],
            history: Some(Vec::new()),
            settings: QueueSettings::default(),
            held_back: vec![false; 6],
            columns: BTreeMap::new(),
        }
    }

    /// The same contacts for the policy and as the history of calls.
    pub(super) fn made(mut self, contacts: Vec<Contact>) -> Self {
        self.contacts.clone_from(&contacts);
        self.history = Some(contacts);
        self
    }

    pub(super) fn plan(&self) -> CallQueue {
        let key = Key::new(b"test key").unwrap();
        let top_interest = vec![Some("Film"); self.people.len()];
        let next_best = vec![None; self.people.len()];
        let input = QueueInput {
            as_of: self.as_of,
            timezone: &shanghai(),
            language: Language::En,
            people: &self.people,
            reasons: &self.reasons,
            teams: &self.teams,
            hits: &self.hits,
            carried: &self.carried,
            invitations: &self.invitations,
            universal_control: &self.control,
            contacts: &self.contacts,
            suppressions: &self.suppressions,
            do_not_contact_stale: false,
            policy: &self.policy,
            activities: &self.activities,
            top_interest: &top_interest,
            next_best: &next_best,
            columns: &self.columns,
            history: self.history.as_deref(),
            settings: &self.settings,
            held_back: &self.held_back,
            key: &key,
        };
        plan_calls(&input).unwrap()
    }

    pub(super) fn household(mut self) -> Self {
        self.people.unit.fill(0);
        self.people.unit_keys.truncate(1);
        self.control.truncate(1);
        self
    }
}

pub(super) fn reason(
    id: &str,
    action: &str,
    priority: u32,
    class: CallClass,
    team: &str,
) -> CallReason {
    CallReason {
        id: id.to_owned(),
        label: Label::One(format!("About {id}")),
        action: crate::domain::Action::ALL
            .into_iter()
            .find(|a| a.as_str() == action)
            .unwrap(),
        when: Some("TRUE".to_owned()),
        on: None,
        days_ago: None,
        value: None,
        stays: Stays::WhileTrue,
        expires_days: None,
        rest_days: 30,
        priority,
        class,
        due_hours: 24,
        team: Teams::One(team.to_owned()),
        skills: Vec::new(),
        minutes: None,
        owner: if action == "visit" { MANAGER } else { "desk" }.to_owned(),
        blocks: if id == "complaint" {
            vec![MARKETING.to_owned()]
        } else {
            Vec::new()
        },
        window: None,
        attempts: Attempts::default(),
        sentence: None,
        script: "Ask.".to_owned(),
        talking_points: Vec::new(),
    }
}

pub(super) fn event(
    id: &str,
    on: Trigger,
    action: &str,
    class: CallClass,
    team: &str,
) -> CallReason {
    CallReason {
        when: None,
        on: Some(on),
        script: "{{ activity }}, {{ starts }}".to_owned(),
        ..reason(id, action, 70, class, team)
    }
}

/// Every weekday `hours` hours of work at 6 minutes a call, spread over a day of
/// twelve.
pub(super) fn team(agents: u32, hours: f64) -> Team {
    Team {
        agents,
        hours: Hours {
            mon: 12.0,
            tue: 12.0,
            wed: 12.0,
            thu: 12.0,
            fri: 12.0,
            sat: 0.0,
            sun: 0.0,
        },
        minutes_per_call: 6.0,
        further_minutes: 0.0,
        utilisation: crate::domain::Share::of(hours / 12.0),
        ..Team::default()
    }
}

pub(super) fn hit(row: u32, reason: u16) -> ReasonHit {
    ReasonHit {
        row,
        reason,
        activity: None,
        since: AS_OF.parse().unwrap(),
        dated: false,
        value: 0.0,
    }
}

pub(super) fn carried(row: u32, reason: u16, activity: Option<u16>, since: &str) -> CarriedCall {
    let since = since.parse().unwrap();
    CarriedCall {
        row,
        reason,
        activity,
        since,
        attempt: 2,
        tried_on: None,
        owner: "first desk".to_owned(),
        listed_on: None,
        by_machine: false,
        done_on: None,
        given_up: false,
        waits: 0,
        call_id: None,
        leads: false,
    }
}

pub(super) fn invitation(row: u32, activity: u16, channel: Channel) -> Invitation {
    let policy = Policy::default();
    let zone = shanghai();
    let window = Search::new(&policy)
        .first(AS_OF.parse().unwrap(), channel, Callee::living_in(&zone))
        .unwrap();
    Invitation {
        row,
        activity,
        channel,
        rank: 1,
        probability: 0.3,
        value: 5.0,
        not_before: window.not_before,
        not_after: window.not_after,
        status: InvitationStatus::Invited,
        owner: "desk".to_owned(),
    }
}

pub(super) fn about(row: u32, reason: &str, date: &str, outcome: ContactOutcome) -> Contact {
    Contact {
        class: CallClass::Service,
        channel: Some(Channel::Call),
        outcome: Some(outcome),
        ..contact(row, reason, date)
    }
}

/// The case of that customer as the night before listed it.
pub(super) fn listed(row: u32, reason: u16) -> CarriedCall {
    CarriedCall {
        attempt: 1,
        listed_on: Some("2026-11-01".parse().unwrap()),
        ..carried(row, reason, None, "2026-11-01")
    }
}

pub(super) fn state(queue: &CallQueue, row: u32) -> Option<&ReasonRow> {
    queue.ledger.iter().find(|entry| entry.hit.row == row)
}
