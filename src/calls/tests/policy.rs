//! Who is kept out of a queue, and what goes before what.

use super::world::*;
use crate::calls::*;
use crate::campaign::Suppression;
use crate::campaign::testing::contact;
use crate::domain::{CallClass, DecisionReason};

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
fn children_are_not_called_at_all() {
    let mut world = World::new(2);
    world.people.age = vec![Some(13), Some(14)];
    world.hits = vec![hit(0, 1), hit(1, 1)];
    let queue = world.plan();
    assert_eq!(queue.calls.len(), 1);
    assert_eq!(queue.held[0].hold, Hold::Policy(DecisionReason::Minor));
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
fn a_reason_whose_review_failed_is_held() {
    let mut world = World::new(1);
    world.hits = vec![hit(0, 1)];
    world.held_back[1] = true;
    assert_eq!(world.plan().held[0].hold, Hold::Review);
}

/// A marketing reason by text message, as of a birthday.
fn with_message(world: &mut World) {
    world.reasons[3] = reason("birthday", "sms", 30, CallClass::Marketing, "messages");
}

#[test]
fn a_household_gets_one_new_marketing_contact_a_night() {
    let mut world = World::new(2).household();
    with_message(&mut world);
    // The message is more important than the call about the contract.
    world.hits = vec![hit(0, 2), hit(1, 3)];
    let queue = world.plan();
    assert_eq!(queue.calls.len(), 1);
    assert_eq!(queue.calls[0].lead.reason, 3);
    let held = Hold::Policy(DecisionReason::OtherInvitation);
    assert_eq!(state(&queue, 0).unwrap().state, ReasonState::Held(held));

    // What is being tried already goes on, and is the contact of the night.
    world.carried = vec![carried(0, 2, None, "2026-10-30")];
    let queue = world.plan();
    assert_eq!(queue.calls[0].lead.reason, 2);
    assert_eq!(state(&queue, 1).unwrap().state, ReasonState::Held(held));
}

#[test]
fn service_is_no_marketing_contact() {
    let mut world = World::new(2).household();
    with_message(&mut world);
    world.hits = vec![hit(0, 1), hit(1, 3)];
    assert_eq!(world.plan().calls.len(), 2);
}
