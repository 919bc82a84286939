//! What must hold of every campaign, tried on random small worlds.

use std::collections::{BTreeMap, BTreeSet};

use proptest::prelude::*;

use super::testing::{activity, contact, counted, people, shanghai};
use super::*;
use crate::domain::{CallClass, Decision, People, Share};

/// A random world with everything that can keep a customer off.
#[derive(Debug, Clone)]
struct World {
    people: People,
    activities: Vec<Activity>,
    held_back: Vec<bool>,
    eligible: Vec<Vec<u32>>,
    affinity: Vec<Vec<f64>>,
    scores: Vec<Score>,
    contacts: Vec<Contact>,
    suppressions: Vec<Suppression>,
    service_first: Vec<bool>,
    follow_up_first: Vec<bool>,
    stale: bool,
    controls: ControlSettings,
}

impl World {
    fn plan(&self) -> Campaign {
        let policy = Policy::default();
        let key = Key::new(b"test key").unwrap();
        let input = CampaignInput {
            as_of: "2026-11-01".parse().unwrap(),
            timezone: &shanghai(),
            people: &self.people,
            activities: &self.activities,
            held_back: &self.held_back,
            eligible: &self.eligible,
            affinity: &self.affinity,
            segment: &vec![0; self.people.len()],
            scores: &self.scores,
            outcomes: &[],
            bounds: Bounds::default(),
            contacts: &self.contacts,
            suppressions: &self.suppressions,
            do_not_contact_stale: self.stale,
            service_first: &self.service_first,
            follow_up_first: &self.follow_up_first,
            policy: &policy,
            propensity: PropensitySettings::default(),
            controls: &self.controls,
            key: &key,
        };
        plan_campaign(&input).unwrap()
    }
}

/// One customer's random traits.
type Traits = (
    u32,
    [bool; 4],
    Option<i32>,
    Option<usize>,
    [bool; 3],
    u8,
    [f64; 3],
);

fn traits() -> impl Strategy<Value = Traits> {
    (
        0..40_u32,
        prop::array::uniform4(prop::bool::weighted(0.8)),
        prop::option::weighted(0.9, 10..80_i32),
        prop::option::weighted(0.9, 0..3_usize),
        // personalisation, no phone, service case
        (
            prop::bool::weighted(0.9),
            prop::bool::weighted(0.1),
            prop::bool::weighted(0.1),
        )
            .prop_map(|(a, b, c)| [a, b, c]),
        0..20_u8,
        prop::array::uniform3(0.0..1.0_f64),
    )
}

fn world() -> impl Strategy<Value = World> {
    (
        prop::collection::vec(traits(), 1..80),
        prop::array::uniform3(0..6_u32),
        prop::collection::vec((0..80_u32, 0..4_usize, 1..28_i8, 0..4_u8), 0..30),
        prop::bool::weighted(0.1),
        prop::bool::weighted(0.1),
    )
        .prop_map(|(traits, seats, contacts, stale, held)| {
            build(&traits, seats, &contacts, stale, held)
        })
}

const PLACES: [&str; 3] = ["harbour", "hills", "airport"];

fn build(
    traits: &[Traits],
    seats: [u32; 3],
    contacts: &[(u32, usize, i8, u8)],
    stale: bool,
    held: bool,
) -> World {
    let count = traits.len() as u32;
    let mut people = people(count);
    let units: BTreeSet<u32> = traits.iter().map(|t| t.0).collect();
    people.unit_keys = units.iter().map(|unit| format!("unit-{unit:03}")).collect();
    let number: BTreeMap<u32, u32> = units.into_iter().zip(0..).collect();
    let mut suppressions = Vec::new();
    for (row, t) in traits.iter().enumerate() {
        people.unit[row] = number[&t.0];
        people.consent[row] = t.1;
        people.age[row] = t.2;
        people.district[row] = t.3.map(|place| PLACES[place].to_owned());
        people.personalisation[row] = t.4[0];
        if t.4[1] {
            people.phone[row] = None;
        }
        if t.5 < 4 {
            let mut channels = [t.5 == 3; 4];
            channels[usize::from(t.5)] = true;
            suppressions.push(Suppression {
                row: row as u32,
                channels,
            });
        }
    }
    let mut activities = vec![
        activity("a", "film"),
        activity("b", "gym"),
        activity("c", "film"),
    ];
    activities[0].seats = Seats::Total(seats[0]);
    activities[1].seats = Seats::ByDistrict(
        [
            (PLACES[0].to_owned(), seats[1]),
            (PLACES[1].to_owned(), seats[2]),
        ]
        .into(),
    );
    activities[2].channels = vec![Channel::Call];
    let contacts = contacts
        .iter()
        .filter(|c| c.0 < count)
        .map(|&(row, of, day, outcome)| {
            let date = jiff::civil::Date::constant(2026, 10, day);
            Contact {
                class: if outcome == 3 {
                    CallClass::Service
                } else {
                    CallClass::Marketing
                },
                outcome: [
                    Some(ContactOutcome::Ignored),
                    Some(ContactOutcome::Accepted),
                    None,
                    None,
                ][usize::from(outcome)],
                ..contact(row, ["a", "b", "c", "old"][of], &date.to_string())
            }
        })
        .collect();
    let column = |at: usize| traits.iter().map(|t| t.6[at]).collect::<Vec<f64>>();
    let affinity: Vec<Vec<f64>> = (0..3).map(column).collect();
    let eligible = affinity
        .iter()
        .map(|column| {
            (0..count)
                .filter(|&row| column[row as usize] > 0.2)
                .collect()
        })
        .collect();
    World {
        scores: (0..count)
            .step_by(7)
            .map(|row| Score {
                row,
                activity: 0,
                probability: 0.4,
                value: Some(f64::from(row) - 9.0),
            })
            .collect(),
        held_back: vec![false, false, held],
        service_first: traits.iter().map(|t| t.4[2]).collect(),
        follow_up_first: (0..people.unit_keys.len())
            .map(|unit| unit % 5 == 3)
            .collect(),
        people,
        activities,
        eligible,
        affinity,
        contacts,
        suppressions,
        stale,
        controls: ControlSettings::default(),
    }
}

proptest! {
    #[test]
    fn seats_are_never_exceeded(world in world()) {
        let campaign = world.plan();
        let mut expected: BTreeMap<(u16, Option<String>), f64> = BTreeMap::new();
        for invitation in &campaign.invitations {
            if invitation.status == InvitationStatus::Invited {
                let place = match &world.activities[usize::from(invitation.activity)].seats {
                    Seats::Total(_) => None,
                    Seats::ByDistrict(_) => world.people.district[invitation.row as usize].clone(),
                };
                *expected.entry((invitation.activity, place)).or_default() += invitation.probability;
            }
        }
        for ((activity, place), expected) in expected {
            let seats = match (&world.activities[usize::from(activity)].seats, place) {
                (Seats::Total(seats), _) => *seats,
                (Seats::ByDistrict(seats), Some(place)) => seats[&place],
                (Seats::ByDistrict(_), None) => 0,
            };
            prop_assert!(expected <= f64::from(seats) + 1e-6);
        }
        for funnel in &campaign.funnel {
            if funnel.expected_attendance > 0.0 && funnel.activity != "b" {
                prop_assert!(funnel.earlier_attendance + funnel.expected_attendance <= funnel.seats as f64 + 1e-6);
            }
        }
    }

    #[test]
    fn nobody_is_listed_who_must_not_be(world in world()) {
        let campaign = world.plan();
        let key = Key::new(b"test key").unwrap();
        let listed = |row: u32, channel: Channel| {
            world.suppressions.iter().any(|s| s.row == row && s.channels[channel.index()])
        };
        for invitation in &campaign.invitations {
            let row = invitation.row as usize;
            let unit = world.people.unit[row];
            prop_assert!(world.people.consents(row, invitation.channel));
            prop_assert!(!listed(invitation.row, invitation.channel));
            prop_assert!(!(world.stale && invitation.channel.needs_phone()));
            prop_assert!(world.people.phone[row].is_some() || !invitation.channel.needs_phone());
            prop_assert!(world.people.personalisation[row]);
            prop_assert!(world.people.age[row].is_some_and(|age| age >= 18));
            prop_assert!(!world.held_back[usize::from(invitation.activity)]);
            let same_unit = |other: &usize| world.people.unit[*other] == unit;
            let household: Vec<usize> = (0..world.people.len()).filter(same_unit).collect();
            prop_assert!(!household.iter().any(|&other| world.service_first[other]));
            prop_assert!(!world.follow_up_first[unit as usize]);
            let draw = UnitDraw::new(&key, &world.controls.salt, &world.people.unit_keys[unit as usize]);
            let id = &world.activities[usize::from(invitation.activity)].id;
            prop_assert!(!draw.in_universal(world.controls.universal));
            prop_assert!(!draw.in_control(NameHash::new("control", id), world.controls.per_activity));
            prop_assert!(!campaign.controls.iter().any(|c| c.unit == draw.pseudonym() && (c.control == UNIVERSAL || c.control == *id)));
            prop_assert!(!world.contacts.iter().any(|c| c.row == invitation.row && c.activity == *id));
            prop_assert!(invitation.value > 0.0);
        }
    }

    #[test]
    fn a_unit_has_one_entry(world in world()) {
        let campaign = world.plan();
        let units = counted(campaign.invitations.iter().map(|i| world.people.unit[i.row as usize]));
        prop_assert!(units.values().all(|&count| count == 1));
    }

    #[test]
    fn decisions_add_up(world in world()) {
        let mut campaign = world.plan();
        for (index, funnel) in campaign.funnel.iter().enumerate() {
            let ledger = &campaign.candidates;
            let of = |decision| (0..ledger.len())
                .filter(|&at| usize::from(ledger.activity[at]) == index && ledger.decision(at) == decision)
                .count();
            let sum: usize = Decision::ALL.into_iter().map(of).sum();
            prop_assert_eq!(sum, world.eligible[index].len());
            prop_assert_eq!(funnel.eligible, sum as u64);
        }
        prop_assert!(reconcile(&campaign, &world.eligible).is_ok());
        if campaign.invitations.pop().is_some() {
            prop_assert!(reconcile(&campaign, &world.eligible).is_err());
        }
    }

    #[test]
    fn the_order_of_inputs_does_not_matter(world in world(), seed in any::<u64>()) {
        let mut shuffled = world.clone();
        let turn = |len: usize| if len == 0 { 0 } else { seed as usize % len };
        shuffled.contacts.reverse();
        let by = turn(shuffled.contacts.len());
        shuffled.contacts.rotate_left(by);
        shuffled.scores.reverse();
        shuffled.suppressions.reverse();
        prop_assert_eq!(world.plan(), shuffled.plan());
    }

    #[test]
    fn larger_control_groups_keep_the_smaller(mut world in world()) {
        world.controls.universal = Share::of(0.05);
        world.controls.per_activity = Share::ZERO;
        let five: BTreeSet<_> = world.plan().controls.into_iter().map(|c| c.unit).collect();
        let all = |world: &World| {
            let key = Key::new(b"key").unwrap();
            world.controls.held_out_of_all(&key, &world.people.unit_keys)
        };
        let five_all = all(&world);
        world.controls.universal = Share::of(0.5);
        let half: BTreeSet<_> = world.plan().controls.into_iter().map(|c| c.unit).collect();
        prop_assert!(five.is_subset(&half));
        prop_assert!(five_all.iter().zip(&all(&world)).all(|(five, half)| !five | half));
    }
}

#[test]
fn earlier_invitations_take_seats() {
    let traits: Vec<Traits> = (0..40)
        .map(|unit| {
            (
                unit,
                [true; 4],
                Some(40),
                Some(0),
                [true, false, false],
                19,
                [0.5; 3],
            )
        })
        .collect();
    // The other activities are held back or without seats.
    let mut world = build(&traits, [2, 0, 0], &[], false, true);
    world.controls = ControlSettings {
        universal: Share::ZERO,
        per_activity: Share::ZERO,
        ..ControlSettings::default()
    };
    world.scores.clear();
    let invited = |world: &World| world.plan().funnel[0].invited;
    assert_eq!(invited(&world), 8, "2 seats over-invited at 0.25");
    world.contacts = vec![Contact {
        outcome: Some(ContactOutcome::Accepted),
        ..contact(0, "a", "2026-10-20")
    }];
    assert_eq!(invited(&world), 4, "one of them is taken");
    let campaign = world.plan();
    let place = campaign.candidates.of_row(0).start;
    assert_eq!(
        campaign.candidates.reason[place],
        DecisionReason::AlreadyInvited
    );
    assert_eq!(campaign.funnel[0].waitlist, 1, "a fifth of 4, rounded up");
}

#[test]
fn the_ledger_names_what_bound() {
    let traits: Vec<Traits> = (0..6)
        .map(|unit| {
            (
                unit,
                [true; 4],
                Some(40),
                Some(0),
                [true, false, false],
                19,
                [0.5; 3],
            )
        })
        .collect();
    let mut world = build(&traits, [0, 0, 0], &[(1, 3, 30, 2)], false, true);
    world.controls.universal = Share::ZERO;
    world.controls.per_activity = Share::ZERO;
    world.activities[1].seats = Seats::Total(0);
    let campaign = world.plan();
    let ledger = &campaign.candidates;
    let named = |row: u32| -> Vec<&str> {
        ledger
            .of_row(row)
            .filter_map(|at| ledger.constraint_name(at))
            .collect()
    };
    // The score of row 0 makes `a` worth less than nothing: no seat is missed.
    assert_eq!(named(0), ["seats of b", "review"]);
    assert_eq!(
        named(1),
        [
            "policy.marketing_caps = 1 in 7 days",
            "policy.marketing_caps = 1 in 7 days",
            "review"
        ]
    );
}

#[test]
fn wrong_inputs_are_errors() {
    let policy = Policy::default();
    let key = Key::new(b"test key").unwrap();
    let people = people(2);
    let activities = [activity("a", "film")];
    let zone = shanghai();
    let controls = ControlSettings::default();
    let base = CampaignInput {
        as_of: "2026-11-01".parse().unwrap(),
        timezone: &zone,
        people: &people,
        activities: &activities,
        held_back: &[false],
        eligible: &[vec![0, 1]],
        affinity: &[vec![0.5, 0.5]],
        segment: &[0, 0],
        scores: &[],
        outcomes: &[],
        bounds: Bounds::default(),
        contacts: &[],
        suppressions: &[],
        do_not_contact_stale: false,
        service_first: &[false, false],
        follow_up_first: &vec![false; people.unit_keys.len()],
        policy: &policy,
        propensity: PropensitySettings::default(),
        controls: &controls,
        key: &key,
    };
    let error = |input: CampaignInput<'_>| plan_campaign(&input).unwrap_err();
    assert!(plan_campaign(&base).is_ok());
    assert_eq!(
        error(CampaignInput {
            held_back: &[],
            ..base
        }),
        CampaignError::Length {
            list: "held_back",
            found: 0,
            expected: 1
        }
    );
    assert_eq!(
        error(CampaignInput {
            eligible: &[vec![1, 0]],
            ..base
        }),
        CampaignError::Eligible {
            activity: "a".into()
        }
    );
    assert_eq!(
        error(CampaignInput {
            contacts: &[contact(2, "a", "2026-10-01")],
            ..base
        }),
        CampaignError::Rows {
            list: "contacts",
            count: 1
        }
    );
    let score = Score {
        row: 0,
        activity: 0,
        probability: 0.5,
        value: None,
    };
    assert_eq!(
        error(CampaignInput {
            scores: &[score, score],
            ..base
        }),
        CampaignError::RepeatedScores { count: 1 }
    );
    let odd = Score {
        probability: f64::NAN,
        ..score
    };
    assert_eq!(
        error(CampaignInput {
            scores: &[odd],
            ..base
        }),
        CampaignError::Scores { count: 1 }
    );
}
