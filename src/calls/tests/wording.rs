//! What is said.

use std::collections::BTreeMap;

use super::promises::called_back;
use super::world::*;
use crate::domain::{CallClass, Label};

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
fn machines_have_no_talking_points_and_promises_are_for_lists_only() {
    let mut world = called_back(Some("2026-11-02T10:00:00+08:00"));
    for contact in world.history.iter_mut().flatten() {
        contact.promise = Some("A discount".to_owned());
    }
    world.reasons[3] = reason("expiring", "sms", 30, CallClass::Service, "messages");
    world.hits.push(hit(0, 3));
    let queue = world.plan();
    let of = |reason| queue.calls.iter().find(|call| call.lead.reason == reason);
    assert!(of(3).unwrap().talking_points.is_empty());
    let call = of(1).unwrap();
    assert_eq!(call.promises.len(), 1, "{call:?}");
    let told = |point: &String| point.starts_with("Promised");
    assert!(call.promises.iter().all(told) && !call.talking_points.iter().any(told));
}
