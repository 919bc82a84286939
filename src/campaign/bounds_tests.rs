//! What the allocation does within seats, constraints, rules and conflicts,
//! seen from the whole stage.

use super::testing::{activity, contact, people, shanghai};
use super::*;
use crate::allocation::{ConflictSettings, ConstraintSettings, ContactRuleSettings};
use crate::domain::{Decision, People, Share};

/// A night without controls: candidates by (row, activity, probability, worth
/// of an acceptance).
struct World {
    people: People,
    activities: Vec<Activity>,
    offers: Vec<(u32, u16, f64, f64)>,
    contacts: Vec<Contact>,
    constraints: Vec<ConstraintSettings>,
    contact_rules: Vec<ContactRuleSettings>,
    conflicts: Vec<ConflictSettings>,
    call_minutes: Option<CallMinutes>,
    caps: Vec<Cap>,
}

/// `rows` customers, all of them candidates for each of the activities; the
/// higher the row the more an acceptance is worth, and all accept.
fn world(rows: u32, activities: &[(&str, &str)]) -> World {
    let activities: Vec<Activity> = activities
        .iter()
        .map(|(id, interest)| activity(id, interest))
        .collect();
    let all = |at: u16| (0..rows).map(move |row| (row, at, 1.0, 10.0 + f64::from(row)));
    World {
        people: people(rows),
        offers: (0..activities.len() as u16).flat_map(all).collect(),
        activities,
        contacts: Vec::new(),
        constraints: Vec::new(),
        contact_rules: Vec::new(),
        conflicts: Vec::new(),
        call_minutes: None,
        caps: Policy::default().marketing_caps,
    }
}

fn read<T: serde::de::DeserializeOwned>(text: &str) -> T {
    toml::from_str(text).unwrap()
}

impl World {
    fn plan(&self) -> Campaign {
        let rows = self.people.len();
        let scores: Vec<Score> = self
            .offers
            .iter()
            .map(|&(row, activity, probability, worth)| Score {
                row,
                activity,
                probability,
                value: Some(worth),
            })
            .collect();
        let eligible: Vec<Vec<u32>> = (0..self.activities.len())
            .map(|at| {
                let of = self
                    .offers
                    .iter()
                    .filter(|offer| usize::from(offer.1) == at);
                of.map(|offer| offer.0).collect()
            })
            .collect();
        let policy = Policy {
            marketing_caps: self.caps.clone(),
            ..Policy::default()
        };
        let controls = ControlSettings {
            universal: Share::of(0.0),
            per_activity: Share::of(0.0),
            ..ControlSettings::default()
        };
        plan_campaign(&CampaignInput {
            as_of: "2026-11-01".parse().unwrap(),
            timezone: &shanghai(),
            people: &self.people,
            activities: &self.activities,
            held_back: &vec![false; self.activities.len()],
            eligible: &eligible,
            affinity: &vec![vec![0.5; rows]; self.activities.len()],
            segment: &vec![0; rows],
            scores: &scores,
            outcomes: &[],
            propensity: PropensitySettings::default(),
            bounds: Bounds {
                constraints: &self.constraints,
                contact_rules: &self.contact_rules,
                conflicts: &self.conflicts,
                call_minutes: self.call_minutes.as_ref(),
            },
            contacts: &self.contacts,
            suppressions: &[],
            do_not_contact_stale: false,
            service_first: &vec![false; rows],
            follow_up_first: &vec![false; self.people.unit_keys.len()],
            policy: &policy,
            controls: &controls,
            key: &Key::new(b"test key").unwrap(),
        })
        .unwrap()
    }
}

/// The rows that have an entry of that status, by rank.
fn listed(campaign: &Campaign, activity: u16, status: InvitationStatus) -> Vec<u32> {
    let of = campaign
        .invitations
        .iter()
        .filter(|i| i.activity == activity && i.status == status);
    of.map(|invitation| invitation.row).collect()
}

fn invited(campaign: &Campaign, activity: u16) -> Vec<u32> {
    listed(campaign, activity, InvitationStatus::Invited)
}

/// What became of a candidate, and what bound.
fn why(campaign: &Campaign, row: u32, activity: u16) -> (DecisionReason, Option<&str>) {
    let ledger = &campaign.candidates;
    let at = ledger
        .of_row(row)
        .find(|&at| ledger.activity[at] == activity)
        .unwrap();
    (ledger.reason[at], ledger.constraint_name(at))
}

#[test]
fn the_best_are_invited_the_next_wait_and_the_rest_learn_why() {
    let mut world = world(5, &[("a", "film")]);
    world.activities[0].seats = Seats::Total(2);
    world.activities[0].waitlist = Share::of(0.5);
    world.offers[4].3 = 0.5;
    let campaign = world.plan();
    assert_eq!(invited(&campaign, 0), [3, 2]);
    assert_eq!(listed(&campaign, 0, InvitationStatus::Waitlist), [1]);
    assert_eq!(
        why(&campaign, 0, 0),
        (DecisionReason::NoSeat, Some("seats of a"))
    );
    assert_eq!(
        why(&campaign, 4, 0).0,
        DecisionReason::NoValue,
        "it costs more than it brings"
    );
    let seats = &campaign.optimum.totals[0];
    assert!(seats.price > 0.0 && seats.used == 2.0, "{seats:?}");
}

#[test]
fn a_household_gets_one_entry_and_all_of_them_together_are_worth_most() {
    // Greedy would give the seat of `a` to row 1 and leave row 0 with nothing.
    let mut world = world(2, &[("a", "film"), ("b", "gym")]);
    world.activities[0].seats = Seats::Total(1);
    world.offers = vec![(0, 0, 1.0, 18.0), (1, 0, 1.0, 20.0), (1, 1, 1.0, 19.0)];
    let campaign = world.plan();
    assert_eq!(
        (invited(&campaign, 0), invited(&campaign, 1)),
        (vec![0], vec![1])
    );
    assert!(campaign.optimum.gap() < 1e-9);

    world.people.unit = vec![0, 0];
    world.people.unit_keys.truncate(1);
    let campaign = world.plan();
    assert_eq!(
        (invited(&campaign, 0), invited(&campaign, 1)),
        (vec![1], vec![])
    );
    assert_eq!(
        why(&campaign, 1, 1),
        (DecisionReason::OtherInvitation, Some("on the list of a"))
    );
}

#[test]
fn a_district_has_its_own_seats() {
    let mut world = world(5, &[("a", "film")]);
    world.activities[0].seats =
        Seats::ByDistrict([("harbour".into(), 1), ("hills".into(), 0)].into());
    world.activities[0].waitlist = Share::of(1.0);
    let places = [
        Some("harbour"),
        Some("harbour"),
        Some("hills"),
        Some("airport"),
        None,
    ];
    world.people.district = places.map(|place| place.map(str::to_owned)).into();
    let campaign = world.plan();
    assert_eq!(invited(&campaign, 0), [1]);
    assert_eq!(listed(&campaign, 0, InvitationStatus::Waitlist), [0]);
    for row in 2..5 {
        assert_eq!(
            why(&campaign, row, 0),
            (DecisionReason::NoSeatInPlace, None)
        );
    }
}

#[test]
fn constraints_bound_sets_of_activities_and_the_ledger_names_them() {
    let mut world = world(8, &[("a", "film"), ("b", "film"), ("c", "gym")]);
    world
        .offers
        .iter_mut()
        .filter(|offer| offer.1 < 2)
        .for_each(|offer| offer.3 += 5.0);
    world.constraints = vec![
        read("name = 'film club'\nkind = 'max_invitations'\nproducts = ['film']\nbound = 2"),
        read("kind = 'budget'\nbound = 5\nto = 2026-11-30"),
    ];
    let campaign = world.plan();
    let all = [0, 1, 2].map(|activity| invited(&campaign, activity).len());
    assert_eq!(all[0] + all[1], 2, "{all:?}");
    assert_eq!(all.iter().sum::<usize>(), 5, "each costs 1");
    let (reason, bound) = why(&campaign, 0, 2);
    assert_eq!(
        (reason, bound),
        (DecisionReason::Constraint, Some("budget 2"))
    );
}

#[test]
fn earlier_nights_use_up_a_constraint_unless_it_is_for_each_night() {
    let mut world = world(6, &[("a", "film")]);
    world.caps.clear();
    world.contacts = vec![contact(0, "a", "2026-10-30"), contact(1, "a", "2026-10-31")];
    world.constraints = vec![read("name = 'three'\nkind = 'max_invitations'\nbound = 3")];
    let campaign = world.plan();
    assert_eq!(invited(&campaign, 0).len(), 1);
    let three = |campaign: &Campaign| {
        let mut totals = campaign.optimum.totals.iter();
        totals
            .find(|total| total.name == "three")
            .map(|total| total.bound)
    };
    assert_eq!(three(&campaign), Some(1.0));
    world.constraints[0].nightly = true;
    let campaign = world.plan();
    assert_eq!(invited(&campaign, 0).len(), 3);
    assert_eq!(three(&campaign), Some(3.0));
}

#[test]
fn a_lower_bound_is_kept_though_it_costs() {
    let mut world = world(6, &[("a", "film"), ("b", "gym")]);
    world
        .offers
        .iter_mut()
        .filter(|offer| offer.1 == 1)
        .for_each(|offer| offer.3 = 0.25);
    world.constraints = vec![read(
        "kind = 'min_responses'\nproducts = ['gym']\nbound = 4",
    )];
    let campaign = world.plan();
    assert_eq!(
        [0, 1].map(|activity| invited(&campaign, activity).len()),
        [2, 4]
    );
}

#[test]
fn what_cannot_hold_holds_its_activities_back_and_the_rest_goes_out() {
    let mut world = world(3, &[("a", "film"), ("b", "gym")]);
    world.constraints = vec![read(
        "name = 'fill the gym'\nkind = 'min_invitations'\nproducts = ['gym']\nbound = 5",
    )];
    let campaign = world.plan();
    assert_eq!(invited(&campaign, 0).len(), 3);
    assert_eq!(
        why(&campaign, 0, 1),
        (
            DecisionReason::ActivityHeldBack,
            Some("constraints that cannot hold")
        )
    );
    let given_up = &campaign.optimum.given_up;
    assert_eq!(given_up[0].activities, ["b"]);
    assert!(
        given_up[0]
            .text
            .contains("\"fill the gym\" (would have to give by 2 invitations)"),
        "{given_up:?}"
    );
}

#[test]
fn invitations_by_call_fit_into_the_hours_that_are_left() {
    let mut world = world(9, &[("a", "film")]);
    world.activities[0].channels = vec![Channel::Call];
    world.call_minutes = Some(CallMinutes {
        name: "minutes of team clubs".into(),
        left: 21.0,
        per_call: 5.0,
    });
    let campaign = world.plan();
    assert_eq!(invited(&campaign, 0), [8, 7, 6, 5]);
    assert_eq!(
        why(&campaign, 0, 0),
        (DecisionReason::Constraint, Some("minutes of team clubs"))
    );
}

#[test]
fn earlier_contacts_count_for_contact_rules() {
    let mut world = world(3, &[("a", "film")]);
    world.caps.clear();
    // Row 0 has had two contacts about film in the window, row 1 one before
    // it and one about something else, row 2 the same one twice.
    world.contacts = vec![
        contact(0, "a-1", "2026-10-05"),
        contact(0, "a-2", "2026-10-20"),
        contact(1, "a-1", "2026-09-30"),
        contact(1, "other", "2026-10-20"),
        contact(2, "a-1", "2026-10-05"),
        contact(2, "a-1", "2026-10-05"),
    ];
    let rule =
        "name = 'film twice'\nmax = 2\nproducts = ['film']\nfrom = '2026-10-01'\nto = '2026-12-31'";
    world.contact_rules = vec![read(rule)];
    let campaign = world.plan();
    assert_eq!(invited(&campaign, 0), [2, 1]);
    assert_eq!(
        why(&campaign, 0, 0),
        (DecisionReason::ContactRule, Some("film twice"))
    );
}

#[test]
fn an_earlier_contact_conflicts_for_as_long_as_its_lag() {
    let mut world = world(4, &[("a", "film"), ("b", "gym")]);
    world.caps.clear();
    world.contacts = vec![
        contact(0, "b-1", "2026-10-22"),
        contact(1, "b-1", "2026-10-21"),
        contact(2, "a-1", "2026-10-31"),
    ];
    world.offers.retain(|offer| offer.1 == 0);
    world.conflicts = vec![read(
        "first = { product = 'gym', channel = 'sms' }\nsecond = { product = 'film' }\nlag_days = 10",
    )];
    let campaign = world.plan();
    // 22 October is ten days before: the last day of the lag.
    assert_eq!(invited(&campaign, 0), [3, 2, 1]);
    let (reason, bound) = why(&campaign, 0, 0);
    assert_eq!(
        (reason, bound),
        (
            DecisionReason::EarlierConflict,
            Some("film after gym by sms within 10 days")
        )
    );
    assert_eq!(reason.decision(), Decision::Suppressed);
}
