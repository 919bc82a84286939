//! Call-backs that were promised.

use super::world::*;
use crate::calls::*;
use crate::campaign::testing::contact;
use crate::campaign::{Contact, ContactOutcome};
use crate::domain::{CallClass, DecisionReason};

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
    assert_eq!(call.promises, ["Promised: A discount"]);
}

/// The installation case of a customer who asked to be called again.
pub(super) fn called_back(callback_at: Option<&str>) -> World {
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
