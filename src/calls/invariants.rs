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
        }
    }

    fn plan(&self) -> CallQueue {
        let key = Key::new(b"test key").unwrap();
        let top_interest = vec![Some("Film"); self.people.len()];
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
        priority,
        class,
        due_hours: 24,
        team: team.to_owned(),
        owner: if action == "visit" { MANAGER } else { "desk" }.to_owned(),
        blocks_promotion: id == "complaint",
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
        utilisation: crate::domain::Share::of(1.0),
        automatic: false,
    }
}

fn hit(row: u32, reason: u16) -> ReasonHit {
    ReasonHit {
        row,
        reason,
        activity: None,
        since: AS_OF.parse().unwrap(),
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
        owner: "first desk".to_owned(),
    }
}

fn invitation(row: u32, activity: u16, channel: Channel) -> Invitation {
    let policy = Policy::default();
    let window = Search::new(&policy)
        .first(
            AS_OF.parse().unwrap(),
            channel,
            Callee::living_in(&shanghai()),
        )
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
        }
    }

    #[test]
    fn calls_are_in_order_and_every_window_is_open(world in world()) {
        let queue = world.plan();
        prop_assert!(queue.calls.is_sorted_by_key(|call| call.priority));
        for call in &queue.calls {
            prop_assert!(call.not_before.at < call.not_after.at);
            for hit in &call.further_reasons {
                prop_assert!(world.reasons[usize::from(hit.reason)].priority >= call.priority);
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
    assert_eq!(call.talking_points, ["About ending: Ask.", "Film"]);
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
    assert_eq!(care.late, 3, "the old one, and the two that are due today");
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
    let reminded = contact(1, "reminder", AS_OF);
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
    world.contacts = vec![
        about(0, None),
        about(1, Some(ContactOutcome::NoAnswer)),
        about(2, Some(ContactOutcome::Declined)),
    ];
    let queue = world.plan();
    let mut rows: Vec<u32> = queue.calls.iter().map(|call| call.lead.row).collect();
    rows.sort_unstable();
    assert_eq!(rows, [0, 1], "declined, and too late");
    assert_eq!(queue.lapsed, 2);
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
    world.contacts = vec![
        service("2026-11-01"),
        service("2026-11-01"),
        service("2026-10-31"),
        service("2026-09-01"),
    ];
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
