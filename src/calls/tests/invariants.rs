//! What must hold of every queue: on random small worlds.

use proptest::prelude::*;

use super::world::*;
use crate::calls::*;
use crate::campaign::Suppression;
use crate::campaign::testing::{contact, counted};
use crate::domain::{CallClass, ContactHours};

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
                if t.3 > 6 {
                    let to = ["10:00", "11:30", "13:00"][usize::from(t.3) - 7];
                    world.people.contact_hours[row] =
                        ContactHours::new(Some("09:30"), Some(to), true);
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
    fn every_call_of_today_has_its_turn_within_its_window(world in world()) {
        let queue = world.plan();
        let today = || queue.calls.iter().filter(|call| call.status == CallStatus::Planned);
        for call in today() {
            let turn = call.starts_at.map(|turn| turn.at);
            prop_assert!(turn.is_some_and(|at| call.not_before.at <= at && at < call.not_after.at));
        }
        // An agent of 6 minutes a call who works half an hour of twelve hours is
        // free again after more than two.
        for team in ["care", "clubs"] {
            let by_phone = today().filter(|call| call.team == team && !call.by_machine);
            let turns: Vec<i64> = by_phone.map(|call| call.starts_at.unwrap().at.as_second()).collect();
            prop_assert!(turns.windows(2).all(|pair| pair[1] - pair[0] >= 8580));
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
