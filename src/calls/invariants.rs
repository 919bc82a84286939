//! What must hold of every queue: on random small worlds, and case by case.

use std::collections::BTreeMap;

use proptest::prelude::*;

use super::*;
use crate::campaign::testing::{activity, contact, counted, people, shanghai};
use crate::campaign::{
    Activity, Callee, Contact, ContactOutcome, Invitation, InvitationStatus, Key, Policy, Search,
    Suppression,
};
use crate::domain::{CallClass, DecisionReason, Label, Language, People};

const AS_OF: &str = "2026-11-02"; // a Monday

/// A world of calls; `plan` makes the queue.
#[derive(Debug, Clone)]
struct World {
    as_of: Date,
    people: People,
    reasons: Vec<CallReason>,
    teams: BTreeMap<String, Team>,
    hits: Vec<ReasonHit>,
    carried: Vec<CarriedCall>,
    invitations: Vec<Invitation>,
    control: Vec<bool>,
    contacts: Vec<Contact>,
    suppressions: Vec<Suppression>,
    policy: Policy,
    activities: Vec<Activity>,
    /// Calls that were made; `None` where nobody keeps a history.
    history: Option<Vec<Contact>>,
    settings: QueueSettings,
    held_back: Vec<bool>,
    columns: BTreeMap<String, Vec<String>>,
}

impl World {
    fn new(customers: u32) -> Self {
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
    fn made(mut self, contacts: Vec<Contact>) -> Self {
        self.contacts.clone_from(&contacts);
        self.history = Some(contacts);
        self
    }

    fn plan(&self) -> CallQueue {
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

    fn household(mut self) -> Self {
        self.people.unit.fill(0);
        self.people.unit_keys.truncate(1);
        self.control.truncate(1);
        self
    }
}

fn reason(id: &str, action: &str, priority: u32, class: CallClass, team: &str) -> CallReason {
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

fn event(id: &str, on: Trigger, action: &str, class: CallClass, team: &str) -> CallReason {
    CallReason {
        when: None,
        on: Some(on),
        script: "{{ activity }}, {{ starts }}".to_owned(),
        ..reason(id, action, 70, class, team)
    }
}

/// Every weekday `hours` hours at 6 minutes a call, fully used.
fn team(agents: u32, hours: f64) -> Team {
    Team {
        agents,
        hours: Hours {
            mon: hours,
            tue: hours,
            wed: hours,
            thu: hours,
            fri: hours,
            sat: 0.0,
            sun: 0.0,
        },
        minutes_per_call: 6.0,
        further_minutes: 0.0,
        utilisation: crate::domain::Share::of(1.0),
        ..Team::default()
    }
}

fn hit(row: u32, reason: u16) -> ReasonHit {
    ReasonHit {
        row,
        reason,
        activity: None,
        since: AS_OF.parse().unwrap(),
        dated: false,
        value: 0.0,
    }
}

fn carried(row: u32, reason: u16, activity: Option<u16>, since: &str) -> CarriedCall {
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

fn invitation(row: u32, activity: u16, channel: Channel) -> Invitation {
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

fn world() -> impl Strategy<Value = World> {
    let traits = (
        0..20_u32,
        any::<bool>(),
        prop::option::weighted(0.9, 10..70_i32),
        0..10_u8,
    );
    (
        prop::collection::vec(traits, 1..40),
        prop::collection::vec((0..40_u32, 0..4_u16, 20..31_i8), 0..80),
        prop::collection::vec((0..40_u32, any::<bool>()), 0..10),
        prop::collection::vec((0..40_u32, 10..31_i8), 0..6),
    )
        .prop_map(|(traits, hits, invited, contacts)| {
            let count = traits.len() as u32;
            let mut world = World::new(count);
            world.people.unit_keys = (0..20).map(|unit| format!("unit-{unit:03}")).collect();
            world.control = (0..20).map(|unit| unit % 10 == 3).collect();
            for (row, t) in traits.iter().enumerate() {
                world.people.unit[row] = t.0;
                world.people.consent[row][Channel::Call.index()] = t.1;
                world.people.age[row] = t.2;
                world.people.personalisation[row] = t.3 != 0;
                if t.3 == 1 {
                    world.people.phone[row] = None;
                }
                if t.3 == 2 {
                    world.suppressions.push(Suppression {
                        row: row as u32,
                        channels: [true; 4],
                    });
                }
            }
            let known = |row: &u32| *row < count;
            world.hits = hits
                .into_iter()
                .filter(|h| known(&h.0))
                .map(|(row, reason, day)| ReasonHit {
                    since: Date::constant(2026, 10, day),
                    value: f64::from(day % 3),
                    ..hit(row, reason)
                })
                .collect();
            world.invitations = invited
                .into_iter()
                .filter(|i| known(&i.0))
                .map(|(row, by_call)| {
                    invitation(row, 0, if by_call { Channel::Call } else { Channel::Sms })
                })
                .collect();
            world.contacts = contacts
                .into_iter()
                .filter(|c| known(&c.0))
                .map(|(row, day)| contact(row, "old", &format!("2026-10-{day}")))
                .collect();
            world
        })
}

proptest! {
    #[test]
    fn nothing_is_lost(world in world()) {
        let queue = world.plan();
        let placed = queue.calls.iter().flat_map(|call| {
            std::iter::once(call.lead).chain(call.further_reasons.iter().copied())
        });
        let places = counted(placed.chain(queue.held.iter().map(|held| held.hit)));
        let mut wanted: Vec<HitRef> = world
            .hits
            .iter()
            .map(|hit| HitRef { row: hit.row, reason: hit.reason, activity: None })
            .chain(world.invitations.iter().filter(|i| i.channel == Channel::Call).map(|i| HitRef {
                row: i.row,
                reason: 5,
                activity: Some(0),
            }))
            .collect();
        wanted.sort_unstable();
        wanted.dedup();
        prop_assert_eq!(places.keys().copied().collect::<Vec<_>>(), wanted);
        prop_assert!(places.values().all(|&count| count == 1));
        for count in &queue.counts {
            prop_assert_eq!(count.hits, count.leading + count.further + count.held);
        }
    }

    #[test]
    fn a_unit_gets_one_call(world in world()) {
        let queue = world.plan();
        let calls = queue.calls.iter().filter(|call| call.channel == Channel::Call);
        let units = counted(calls.map(|call| world.people.unit[call.lead.row as usize]));
        prop_assert!(units.values().all(|&count| count == 1));
    }

    #[test]
    fn nobody_is_sold_to_who_must_not_be(world in world()) {
        let queue = world.plan();
        let complaint = |unit: u32| world
            .hits
            .iter()
            .any(|hit| hit.reason == 0 && world.people.unit[hit.row as usize] == unit);
        for call in &queue.calls {
            prop_assert!(call.channel == Channel::Visit || world.people.phone[call.lead.row as usize].is_some());
            for hit in std::iter::once(&call.lead).chain(&call.further_reasons) {
                let row = hit.row as usize;
                prop_assert!(world.people.age[row].is_none_or(|age| age >= 14));
                if world.reasons[usize::from(hit.reason)].class == CallClass::Marketing {
                    prop_assert!(world.people.consents(row, Channel::Call));
                    prop_assert!(world.people.personalisation[row]);
                    prop_assert!(world.people.age[row].is_some_and(|age| age >= 18));
                    prop_assert!(!world.suppressions.iter().any(|s| s.row == hit.row));
                    prop_assert!(!complaint(world.people.unit[row]));
                    prop_assert!(!world.control[world.people.unit[row] as usize]);
                }
            }
        }
    }

    #[test]
    fn capacity_is_never_exceeded(world in world()) {
        let queue = world.plan();
        for load in &queue.loads {
            let of = |status| queue.calls.iter().filter(|c| c.team == load.team && c.status == status).count() as u64;
            prop_assert_eq!(load.planned, of(CallStatus::Planned));
            prop_assert_eq!(load.carried_over, of(CallStatus::CarriedOver));
            if let Some(capacity) = load.capacity_minutes {
                prop_assert!(load.planned_minutes <= capacity + 1e-9);
                prop_assert!(load.planned <= 5, "half an hour at 6 minutes");
            }
            for day in &load.days {
                let of_day = queue.calls.iter().filter(|c| c.team == load.team && c.planned_for == Some(day.day));
                let minutes: f64 = of_day.map(|call| call.minutes).sum();
                prop_assert!((minutes - day.planned_minutes).abs() < 1e-6);
                prop_assert!(day.capacity_minutes.is_none_or(|most| minutes <= most + 1e-6));
            }
        }
    }

    #[test]
    fn calls_are_in_order_and_every_window_is_open(world in world()) {
        let queue = world.plan();
        prop_assert!(queue.calls.is_sorted_by_key(|call| call.planned_for.unwrap_or(Date::MAX)));
        for call in &queue.calls {
            prop_assert!(call.not_before.at < call.not_after.at);
            for hit in &call.further_reasons {
                let (lead, other) = (&world.reasons[usize::from(call.lead.reason)], &world.reasons[usize::from(hit.reason)]);
                prop_assert!(other.class >= lead.class);
            }
        }
    }

    #[test]
    fn the_order_of_inputs_does_not_matter(world in world()) {
        let mut shuffled = world.clone();
        shuffled.hits.reverse();
        shuffled.invitations.reverse();
        shuffled.contacts.reverse();
        shuffled.suppressions.reverse();
        prop_assert_eq!(world.plan(), shuffled.plan());
    }
}

#[test]
fn a_household_gets_one_call_with_all_its_reasons() {
    let mut world = World::new(2).household();
    world.hits = vec![hit(1, 2), hit(0, 1), hit(1, 3)];
    let queue = world.plan();
    assert_eq!(queue.calls.len(), 2, "the visit is on its own");
    let call = &queue.calls[0];
    assert_eq!(
        call.lead,
        HitRef {
            row: 0,
            reason: 1,
            activity: None
        }
    );
    assert_eq!(
        call.further_reasons,
        [HitRef {
            row: 1,
            reason: 2,
            activity: None
        }]
    );
    assert_eq!(
        call.talking_points,
        ["About ending: Ask.", "Interest: Film"]
    );
    assert_eq!(call.due_at.to_string(), "2026-11-03T00:00:00+08:00");
    assert_eq!(call.not_before.to_string(), "2026-11-02T09:00:00+08:00");
    assert_eq!(call.not_after.to_string(), "2026-11-02T20:00:00+08:00");
    assert_eq!(queue.calls[1].channel, Channel::Visit);
}

#[test]
fn an_open_complaint_keeps_promotion_off_the_household() {
    let mut world = World::new(2).household();
    world.hits = vec![hit(0, 0), hit(1, 2)];
    world.suppressions = vec![Suppression {
        row: 0,
        channels: [true; 4],
    }];
    world.people.consent[0] = [false; 4];
    let queue = world.plan();
    assert_eq!(queue.calls.len(), 1, "service needs no consent");
    assert_eq!(queue.calls[0].further_reasons, []);
    assert_eq!(
        queue.held[0].hold,
        Hold::Policy(DecisionReason::ServiceFirst)
    );
    assert_eq!(
        queue.held[0].hit,
        HitRef {
            row: 1,
            reason: 2,
            activity: None
        }
    );
}

#[test]
fn marketing_calls_count_towards_the_caps_and_invitations_do_not_count_twice() {
    let mut world = World::new(4);
    world.hits = vec![hit(0, 2), hit(1, 2)];
    world.invitations = vec![
        invitation(1, 0, Channel::Sms),
        invitation(2, 0, Channel::Call),
    ];
    world.contacts = vec![
        contact(0, "old", "2026-10-30"),
        contact(2, "film-night", AS_OF),
    ];
    let queue = world.plan();
    let hold = |row: u32| queue.held.iter().find(|h| h.hit.row == row).map(|h| h.hold);
    assert_eq!(hold(0), Some(Hold::Policy(DecisionReason::ContactCap)));
    assert_eq!(hold(1), Some(Hold::Policy(DecisionReason::OtherInvitation)));
    assert_eq!(queue.calls.len(), 1);
    assert_eq!(queue.calls[0].script, "The film-night, 2026-11-20 19:30");
}

#[test]
fn what_does_not_fit_is_carried_over_with_its_age_and_owner() {
    let mut world = World::new(7);
    world.hits = (0..7).map(|row| hit(row, 1)).collect();
    world.carried = vec![
        carried(6, 1, None, "2026-10-30"),
        carried(3, 2, None, "2026-10-30"),
    ];
    let queue = world.plan();
    assert_eq!(queue.lapsed, 1, "row 3 has the reason no more");
    let first = &queue.calls[0];
    assert_eq!(
        (first.lead.row, first.attempt, first.owner.as_str()),
        (6, 2, "first desk")
    );
    assert_eq!(first.since.to_string(), "2026-10-30");
    let over: Vec<&Call> = queue
        .calls
        .iter()
        .filter(|call| call.status == CallStatus::CarriedOver)
        .collect();
    assert_eq!(over.len(), 2, "5 calls of 6 minutes fit into half an hour");
    assert_eq!(over[0].not_before.to_string(), "2026-11-03T09:00:00+08:00");
    let care = &queue.loads[0];
    assert_eq!(
        (care.team.as_str(), care.planned, care.carried_over),
        ("care", 5, 2)
    );
    assert_eq!(
        (care.late, care.short),
        (3, 2),
        "the old one, and the two that are due today for want of hours"
    );
    assert_eq!(care.missing_minutes, 12.0);
}

#[test]
fn holidays_stop_agents_but_not_machines() {
    let mut world = World::new(2);
    world.policy.holidays = vec![AS_OF.parse().unwrap()];
    world.activities[0].starts = "2026-11-03T19:30".parse().unwrap();
    world.hits = vec![hit(0, 1)];
    world.contacts = vec![Contact {
        outcome: Some(ContactOutcome::Accepted),
        ..contact(1, "film-night", "2026-10-20")
    }];
    let queue = world.plan();
    let status = |row: u32| {
        queue
            .calls
            .iter()
            .find(|c| c.lead.row == row)
            .map(|c| c.status)
    };
    assert_eq!(status(0), Some(CallStatus::CarriedOver));
    assert_eq!(status(1), Some(CallStatus::Planned));
}

#[test]
fn reminders_go_to_those_who_accepted_once_and_in_time() {
    let mut world = World::new(4);
    world.activities[0].starts = "2026-11-04T19:30".parse().unwrap();
    let accepted = |row| Contact {
        outcome: Some(ContactOutcome::Accepted),
        ..contact(row, "film-night", "2026-10-20")
    };
    let declined = Contact {
        outcome: Some(ContactOutcome::Declined),
        ..accepted(2)
    };
    let changed_mind = Contact {
        date: "2026-10-25".parse().unwrap(),
        ..declined.clone()
    };
    let reminded = contact(1, "reminder", "2026-11-02");
    world.contacts = vec![
        accepted(0),
        accepted(1),
        reminded,
        accepted(2),
        changed_mind,
    ];
    let rows = |world: &World| -> Vec<u32> {
        world
            .plan()
            .calls
            .iter()
            .map(|call| call.lead.row)
            .collect()
    };
    assert_eq!(rows(&world), [0]);
    world.activities[0].starts = "2026-11-05T19:30".parse().unwrap();
    assert_eq!(rows(&world), [0; 0], "three days before");
}

#[test]
fn invitations_by_phone_outlive_the_night() {
    let mut world = World::new(5);
    world.activities[1].starts = "2026-11-01T10:00".parse().unwrap();
    world.carried = vec![
        carried(0, 5, Some(0), "2026-11-01"),
        carried(1, 5, Some(0), "2026-11-01"),
        carried(2, 5, Some(0), "2026-11-01"),
        carried(3, 5, Some(1), "2026-10-30"),
    ];
    let about = |row, outcome| Contact {
        outcome,
        ..contact(row, "film-night", "2026-11-01")
    };
    let world = world.made(vec![
        about(0, None),
        about(1, Some(ContactOutcome::NoAnswer)),
        about(2, Some(ContactOutcome::Declined)),
    ]);
    let queue = world.plan();
    let mut rows: Vec<u32> = queue.calls.iter().map(|call| call.lead.row).collect();
    rows.sort_unstable();
    assert_eq!(rows, [0, 1], "declined, and too late");
    assert_eq!(queue.lapsed, 1, "too late");
}

#[test]
fn no_call_after_the_start() {
    let mut world = World::new(1);
    world.activities[0].starts = "2026-11-02T08:30".parse().unwrap();
    world.invitations = vec![invitation(0, 0, Channel::Call)];
    let queue = world.plan();
    assert_eq!(queue.calls, []);
    assert_eq!(queue.held[0].hold, Hold::NoWindow);
}

#[test]
fn attempts_count_days_with_a_contact_about_the_reason() {
    let mut world = World::new(1);
    world.hits = vec![hit(0, 1)];
    let service = |date| Contact {
        class: CallClass::Service,
        ..contact(0, "installation", date)
    };
    world.carried = vec![CarriedCall {
        attempt: 1,
        ..carried(0, 1, None, "2026-10-31")
    }];
    world.reasons[1].attempts.tries = 5;
    let world = world.made(vec![
        service("2026-11-01"),
        service("2026-11-01"),
        service("2026-10-31"),
        service("2026-09-01"),
    ]);
    assert_eq!(world.plan().calls[0].attempt, 3);
}

#[test]
fn an_account_manager_owns_the_visit() {
    let mut world = World::new(2);
    world.people.manager[0] = Some("m-7".to_owned());
    world.hits = vec![hit(0, 3), hit(1, 3)];
    let queue = world.plan();
    let owner = |row: u32| {
        queue
            .calls
            .iter()
            .find(|c| c.lead.row == row)
            .map(|c| c.owner.clone())
    };
    assert_eq!(owner(0).as_deref(), Some("m-7"));
    assert_eq!(
        owner(1).as_deref(),
        Some("clubs"),
        "the team, where there is no manager"
    );
}

#[test]
fn children_are_not_called_at_all() {
    let mut world = World::new(2);
    world.people.age = vec![Some(13), Some(14)];
    world.hits = vec![hit(0, 1), hit(1, 1)];
    let queue = world.plan();
    assert_eq!(queue.calls.len(), 1);
    assert_eq!(queue.held[0].hold, Hold::Policy(DecisionReason::Minor));
}

fn about(row: u32, reason: &str, date: &str, outcome: ContactOutcome) -> Contact {
    Contact {
        class: CallClass::Service,
        channel: Some(Channel::Call),
        outcome: Some(outcome),
        ..contact(row, reason, date)
    }
}

/// The case of that customer as the night before listed it.
fn listed(row: u32, reason: u16) -> CarriedCall {
    CarriedCall {
        attempt: 1,
        listed_on: Some("2026-11-01".parse().unwrap()),
        ..carried(row, reason, None, "2026-11-01")
    }
}

fn state(queue: &CallQueue, row: u32) -> Option<&ReasonRow> {
    queue.ledger.iter().find(|entry| entry.hit.row == row)
}

#[test]
fn who_was_reached_is_not_called_again() {
    let mut world = World::new(4);
    world.hits = (0..4).map(|row| hit(row, 1)).collect();
    world.carried = (0..3).map(|row| listed(row, 1)).collect();
    let world = world.made(vec![
        about(0, "installation", "2026-11-01", ContactOutcome::Reached),
        about(1, "installation", "2026-11-01", ContactOutcome::NoAnswer),
        about(3, "installation", "2026-10-20", ContactOutcome::Accepted),
    ]);
    let queue = world.plan();
    let done = |day: &str| ReasonState::Done(day.parse().unwrap());
    assert_eq!(state(&queue, 0).unwrap().state, done("2026-11-01"));
    assert_eq!(
        state(&queue, 3).unwrap().state,
        done("2026-10-20"),
        "not long ago"
    );
    let mut rows: Vec<u32> = queue.calls.iter().map(|call| call.lead.row).collect();
    rows.sort_unstable();
    assert_eq!(rows, [1, 2], "nobody answered; the list was not worked off");
    let attempt = |row: u32| state(&queue, row).unwrap().attempt;
    assert_eq!((attempt(1), attempt(2)), (2, 1));
}

#[test]
fn a_list_whose_outcome_is_not_known_is_waited_for_and_then_made_again() {
    let mut world = World::new(1);
    world.hits = vec![hit(0, 1)];
    world.carried = vec![listed(0, 1)];
    let queue = world.plan();
    assert_eq!(queue.held[0].hold, Hold::AwaitingOutcome);
    let row = state(&queue, 0).unwrap();
    assert_eq!(row.listed_on, Some("2026-11-01".parse().unwrap()));
    world.carried[0].listed_on = Some("2026-10-29".parse().unwrap());
    assert_eq!(world.plan().calls.len(), 1, "four days are enough");
    world.history = None;
    let queue = world.plan();
    assert!(
        matches!(state(&queue, 0).unwrap().state, ReasonState::Done(_)),
        "without a history it counts as made"
    );
}

#[test]
fn reaching_the_household_settles_all_reasons_of_the_call() {
    let mut world = World::new(2).household();
    world.hits = vec![hit(0, 0), hit(1, 1)];
    world.carried = vec![
        CarriedCall {
            call_id: Some("a".into()),
            leads: true,
            ..listed(0, 0)
        },
        CarriedCall {
            call_id: Some("a".into()),
            ..listed(1, 1)
        },
    ];
    let world = world.made(vec![about(
        0,
        "complaint",
        "2026-11-01",
        ContactOutcome::Reached,
    )]);
    let queue = world.plan();
    assert_eq!(queue.calls, []);
    assert!(
        queue
            .ledger
            .iter()
            .all(|row| matches!(row.state, ReasonState::Done(_)))
    );
}

#[test]
fn the_next_try_is_at_another_time_and_on_another_day_then_down_the_ladder() {
    let mut world = World::new(1);
    world.hits = vec![hit(0, 1)];
    world.reasons[1].attempts = Attempts {
        tries: 2,
        wait_days: 1,
        then: vec![
            Step {
                action: crate::domain::Action::Sms,
                team: Teams::One("messages".into()),
                script: Some("We could not reach you.".into()),
            },
            Step {
                action: crate::domain::Action::Visit,
                team: Teams::One("clubs".into()),
                script: None,
            },
        ],
    };
    let tried = |date: &str, time: &str| Contact {
        time: Some(time.parse().unwrap()),
        ..about(0, "installation", date, ContactOutcome::NoAnswer)
    };
    world.carried = vec![CarriedCall {
        attempt: 1,
        ..carried(0, 1, None, "2026-10-30")
    }];
    let mut made = vec![tried("2026-11-01", "10:00")];
    let queue = world.clone().made(made.clone()).plan();
    let call = &queue.calls[0];
    assert_eq!(call.attempt, 2);
    assert_eq!(call.not_before.to_string(), "2026-11-02T12:00:00+08:00");
    assert_eq!(call.not_after.to_string(), "2026-11-02T17:00:00+08:00");

    made.push(tried("2026-10-31", "13:00"));
    let queue = world.clone().made(made.clone()).plan();
    let call = &queue.calls[0];
    assert_eq!(
        (call.action.as_str(), call.script.as_str()),
        ("sms", "We could not reach you.")
    );
    assert_eq!(call.status, CallStatus::Planned);

    // The message was sent last night; a machine reports nothing.
    world.carried[0] = CarriedCall {
        attempt: 3,
        by_machine: true,
        ..listed(0, 1)
    };
    made.pop();
    made.push(tried("2026-10-30", "13:00"));
    made[0].date = "2026-10-31".parse().unwrap();
    let queue = world.clone().made(made.clone()).plan();
    assert_eq!(
        (queue.calls[0].action.as_str(), queue.calls[0].attempt),
        ("visit", 4)
    );

    world.carried[0] = CarriedCall {
        attempt: 5,
        ..carried(0, 1, None, "2026-10-30")
    };
    let queue = world.made(made).plan();
    assert_eq!(queue.held[0].hold, Hold::AttemptsUsedUp);
}

#[test]
fn a_promised_call_back_is_made_at_its_time_with_the_other_reasons() {
    let mut world = World::new(2).household();
    world.hits = vec![hit(0, 1), hit(1, 3), hit(1, 2)];
    world.reasons[1].due_hours = 96;
    world.carried = vec![CarriedCall {
        listed_on: None,
        ..listed(0, 1)
    }];
    let world = world.made(vec![Contact {
        callback_at: Some("2026-11-03T15:00:00+08:00".parse().unwrap()),
        promise: Some("A discount".into()),
        ..about(0, "installation", "2026-11-01", ContactOutcome::CallBack)
    }]);
    let queue = world.plan();
    let call = queue
        .calls
        .iter()
        .find(|call| call.lead.reason == 1)
        .unwrap();
    assert_eq!(call.not_before.to_string(), "2026-11-03T15:00:00+08:00");
    assert_eq!(call.not_after.to_string(), "2026-11-03T15:30:00+08:00");
    assert_eq!(call.planned_for, Some("2026-11-03".parse().unwrap()));
    assert_eq!(call.further_reasons.len(), 1, "the promotion");
    assert_eq!(call.talking_points[0], "Promised: A discount");
}

/// The installation case of a customer who asked to be called again.
fn called_back(callback_at: Option<&str>) -> World {
    let mut world = World::new(1);
    world.hits = vec![hit(0, 1)];
    world.carried = vec![listed(0, 1)];
    world.made(vec![Contact {
        callback_at: callback_at.map(|at| at.parse().unwrap()),
        ..about(0, "installation", "2026-11-01", ContactOutcome::CallBack)
    }])
}

#[test]
fn nobody_is_called_before_the_time_that_was_promised() {
    let window = |at: &str| {
        let mut world = called_back(Some(at));
        world.policy.holidays = vec!["2026-11-04".parse().unwrap()];
        let call = world.plan().calls.first().cloned();
        call.map(|call| format!("{} {}", call.not_before, call.not_after))
    };
    let words =
        |from: &str, to: &str| Some(format!("2026-11-{from}:00+08:00 2026-11-{to}:00+08:00"));
    assert_eq!(
        window("2026-11-03T07:30:00+08:00"),
        words("03T09:00", "03T09:30"),
        "before the hours"
    );
    assert_eq!(
        window("2026-11-02T20:30:00+08:00"),
        words("03T09:00", "03T20:00"),
        "after them"
    );
    assert_eq!(
        window("2026-11-04T15:00:00+08:00"),
        words("05T09:00", "05T20:00"),
        "a holiday"
    );
    assert_eq!(window("2026-12-24T15:00:00+08:00"), None, "weeks ahead");
}

#[test]
fn a_call_back_without_a_time_is_the_same_contact_to_the_caps() {
    let mut world = called_back(None);
    world.reasons[1].class = CallClass::Marketing;
    world.contacts = vec![contact(0, "installation", "2026-11-01")];
    assert_eq!(world.plan().calls.len(), 1);
    world.history = Some(Vec::new());
    world.carried.clear();
    let held = world.plan().held;
    assert_eq!(held[0].hold, Hold::Policy(DecisionReason::ContactCap));
}

#[test]
fn tries_before_a_case_was_open_are_not_its_own() {
    let mut world = World::new(1);
    world.hits = vec![hit(0, 1)];
    world.carried = vec![CarriedCall {
        attempt: 1,
        ..carried(0, 1, None, "2026-10-30")
    }];
    let tried = about(0, "installation", "2026-10-20", ContactOutcome::NoAnswer);
    assert_eq!(world.made(vec![tried]).plan().calls[0].attempt, 1);
}

#[test]
fn further_reasons_count_every_call_that_raised_them() {
    let mut world = World::new(2).household();
    world.hits = vec![hit(0, 0), hit(1, 1)];
    world.reasons[1].attempts.tries = 5;
    let of_call = |call: CarriedCall, leads: bool| CarriedCall {
        call_id: Some("a".into()),
        attempt: 2,
        tried_on: Some("2026-10-31".parse().unwrap()),
        since: "2026-10-31".parse().unwrap(),
        leads,
        ..call
    };
    world.carried = vec![of_call(listed(0, 0), true), of_call(listed(1, 1), false)];
    let tried = |day| about(0, "complaint", day, ContactOutcome::NoAnswer);
    let queue = world
        .made(vec![tried("2026-10-31"), tried("2026-11-01")])
        .plan();
    assert_eq!(state(&queue, 0).unwrap().attempt, 3);
    assert_eq!(state(&queue, 1).unwrap().attempt, 3);
}

#[test]
fn an_event_that_came_up_again_waits_for_its_outcome_like_others() {
    let mut world = World::new(1);
    world.reasons[1].rest_days = 5;
    world.hits = vec![ReasonHit {
        since: "2026-10-25".parse().unwrap(),
        dated: true,
        ..hit(0, 1)
    }];
    let reached = about(0, "installation", "2026-10-26", ContactOutcome::Reached);
    let mut world = world.made(vec![reached]);
    let again = world.plan();
    assert_eq!(again.calls[0].since.to_string(), "2026-10-31");
    world.carried = vec![CarriedCall {
        since: "2026-10-31".parse().unwrap(),
        ..listed(0, 1)
    }];
    assert_eq!(world.plan().held[0].hold, Hold::AwaitingOutcome);
}

#[test]
fn what_stays_until_it_is_done_outlives_its_condition_and_expires() {
    let mut world = World::new(2);
    world.reasons[1].stays = Stays::UntilDone;
    world.reasons[1].expires_days = Some(5);
    world.carried = vec![
        carried(0, 1, None, "2026-10-30"),
        carried(1, 1, None, "2026-10-20"),
    ];
    let queue = world.plan();
    assert_eq!(queue.calls.len(), 1);
    assert_eq!(queue.calls[0].lead.row, 0);
    assert_eq!(state(&queue, 1).unwrap().state, ReasonState::Expired);
    assert_eq!(queue.counts[1].expired, 1);
}

#[test]
fn another_event_is_another_case() {
    let mut world = World::new(1);
    world.hits = vec![ReasonHit {
        since: "2026-11-01".parse().unwrap(),
        dated: true,
        ..hit(0, 1)
    }];
    let reached = |date: &str| about(0, "installation", date, ContactOutcome::Reached);
    let queue = world.clone().made(vec![reached("2026-10-31")]).plan();
    assert_eq!(queue.calls.len(), 1, "that was the one before");
    let queue = world.made(vec![reached("2026-11-01")]).plan();
    assert_eq!(queue.calls, []);
}

#[test]
fn age_raises_priority_and_service_goes_before_promotion() {
    let mut world = World::new(3);
    world.settings.ageing = 3.0;
    world.teams.insert("care".to_owned(), team(1, 0.1));
    world.hits = vec![hit(0, 0), hit(1, 1)];
    for reason in &mut world.reasons {
        reason.due_hours = 2000;
    }
    world.carried = vec![carried(1, 1, None, "2026-10-29")];
    let first = world.plan().calls[0].lead.row;
    assert_eq!(first, 1, "20 less 12 is before 10");
    world.reasons[2].team = Teams::One("care".into());
    world.reasons[2].priority = 1;
    world.hits.push(hit(2, 2));
    assert_eq!(world.plan().calls.last().unwrap().lead.row, 2);
}

#[test]
fn a_team_serves_its_languages_districts_and_skills() {
    let mut world = World::new(4);
    world.reasons[1].team = Teams::Several(vec!["care".into(), "clubs".into()]);
    let care = world.teams.get_mut("care").unwrap();
    care.languages = vec!["en".into()];
    care.districts = vec!["harbour".into()];
    let clubs = world.teams.get_mut("clubs").unwrap();
    clubs.languages = vec!["zh".into()];
    world.people.language = ["en", "zh", "en", "fr"]
        .map(|tag| Some(tag.to_owned()))
        .to_vec();
    world.people.district[2] = Some("hills".into());
    world.hits = (0..4).map(|row| hit(row, 1)).collect();
    let queue = world.plan();
    let team = |row: u32| {
        let call = queue.calls.iter().find(|call| call.lead.row == row);
        call.map(|call| call.team.as_str())
    };
    assert_eq!(
        [team(0), team(1), team(2), team(3)],
        [Some("care"), Some("clubs"), None, None]
    );
    assert!(queue.held.iter().all(|held| held.hold == Hold::NoTeam));
    world.reasons[1].skills = vec!["billing".into()];
    assert_eq!(world.plan().calls, []);
}

#[test]
fn a_reason_that_blocks_another_goes_first() {
    let mut world = World::new(2).household();
    world.reasons[0].blocks = vec!["installation".into()];
    world.hits = vec![hit(0, 0), hit(1, 1)];
    let queue = world.plan();
    assert_eq!(queue.held.len(), 1);
    assert_eq!(queue.held[0].hold, Hold::Blocked);
}

#[test]
fn scripts_tell_columns_and_the_case() {
    let mut world = World::new(1);
    world.hits = vec![hit(0, 1)];
    world.carried = vec![carried(0, 1, None, "2026-10-30")];
    world.reasons[1].script = "Plan {{ plan }}, open for {{ days }} days.".into();
    world.reasons[1].sentence = Some(Label::One("Line since {{ since }}".into()));
    world.columns = BTreeMap::from([("plan".to_owned(), vec!["Gold".to_owned()])]);
    let call = &world.plan().calls[0];
    assert_eq!(call.script, "Plan Gold, open for 3 days.");
    assert_eq!(call.sentence, "Line since 2026-10-30");
}

#[test]
fn a_reason_whose_review_failed_is_held() {
    let mut world = World::new(1);
    world.hits = vec![hit(0, 1)];
    world.held_back[1] = true;
    assert_eq!(world.plan().held[0].hold, Hold::Review);
}

#[test]
fn nights_without_room_are_counted() {
    let mut world = World::new(7);
    world.hits = (0..7).map(|row| hit(row, 1)).collect();
    world.carried = vec![CarriedCall {
        waits: 2,
        ..carried(6, 1, None, AS_OF)
    }];
    world.teams.insert("care".to_owned(), team(1, 0.0));
    let queue = world.plan();
    let waits: Vec<u32> = queue.ledger.iter().map(|row| row.waits).collect();
    assert_eq!(waits, [1, 1, 1, 1, 1, 1, 3]);
    let alerts = alerts(&world.reasons, &world.settings, &queue.ledger);
    assert_eq!(
        alerts,
        ["installation: 1 have found no room in the hours of team care for up to 3 nights"]
    );
}
