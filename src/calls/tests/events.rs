//! Reasons that come from activities: invitations by phone and reminders.

use super::world::*;
use crate::calls::*;
use crate::campaign::testing::contact;
use crate::campaign::{Contact, ContactOutcome};

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
