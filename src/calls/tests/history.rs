//! What earlier contacts and lists make of a case.

use super::world::*;
use crate::calls::*;
use crate::campaign::testing::contact;
use crate::campaign::{Contact, ContactOutcome};
use crate::domain::CallClass;

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
