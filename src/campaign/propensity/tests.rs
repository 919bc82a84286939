//! What propensity promises, on seeded simulated pasts.

use jiff::civil::Date;
use rand::seq::SliceRandom;
use rand::{Rng, SeedableRng};
use rand_xoshiro::Xoshiro256Plus;

use super::*;
use crate::campaign::testing::{activity, contact, people, shanghai};
use crate::campaign::{Activity, Bounds, Contact, ControlSettings, Key, Policy};
use crate::domain::{People, Share};

/// The activities of the simulations and their interests.
const SERIES: [(&str, &str); 3] = [
    ("film-night", "film"),
    ("film-tickets", "film"),
    ("gym", "sports"),
];

/// What all of them state.
const STATED: f64 = 0.25;

/// Who is in the past, and what is planted.
struct Past {
    people: People,
    activities: Vec<Activity>,
    eligible: Vec<Vec<u32>>,
    affinity: Vec<Vec<f64>>,
    segment: Vec<u32>,
    outcomes: Vec<Outcome>,
    contacts: Vec<Contact>,
    settings: PropensitySettings,
}

/// A customer as the planted truth sees one.
#[derive(Clone, Copy)]
struct Customer {
    segment: u32,
    affinity: f64,
    age: i32,
    /// How much the customer takes part in anything, in log-odds.
    keen: f64,
}

/// The planted chances of a response with an invitation and without, by
/// customer, series and the month of the invitation.
type Truth = fn(Customer, usize, usize) -> (f64, f64);

impl Past {
    /// `months` of invitations: each month every customer is considered for
    /// one activity, and one in ten is held out.
    fn new(seed: u64, customers: u32, months: usize, truth: Truth) -> (Self, Vec<Customer>) {
        let rng = &mut Xoshiro256Plus::seed_from_u64(seed);
        let all: Vec<Customer> = (0..customers)
            .map(|_| Customer {
                segment: rng.gen_range(0..6),
                affinity: rng.gen_range(0.3..1.0),
                age: rng.gen_range(18..80),
                keen: rng.gen_range(-1.5..1.5),
            })
            .collect();
        let mut people = people(customers);
        people.age = all.iter().map(|customer| Some(customer.age)).collect();
        let activities: Vec<Activity> = SERIES
            .iter()
            .map(|(series, interest)| activity(&format!("{series}-2026-11"), interest))
            .collect();
        let mut past = Self {
            affinity: vec![all.iter().map(|c| c.affinity).collect(); 3],
            eligible: vec![(0..customers).collect(); 3],
            segment: all.iter().map(|customer| customer.segment).collect(),
            people,
            activities,
            outcomes: Vec::new(),
            contacts: Vec::new(),
            settings: PropensitySettings::default(),
        };
        for month in 0..months {
            let number = 11 - months + month;
            for (row, &customer) in (0..).zip(&all) {
                let series = rng.gen_range(0..3);
                let (with, without) = truth(customer, series, month);
                let held_out = rng.gen_bool(0.1);
                let responded = rng.gen_bool(if held_out { without } else { with });
                let id = format!("{}-2026-{number:02}", SERIES[series].0);
                let day = rng.gen_range(1..15_i8);
                if !held_out {
                    let date = Date::constant(2026, number as i8, day).to_string();
                    past.contacts.push(contact(row, &id, &date));
                }
                past.outcomes.push(Outcome {
                    row,
                    activity: id,
                    responded,
                    date: Some(Date::constant(2026, number as i8, day + 10)),
                    held_out: Some(held_out),
                });
            }
        }
        (past, all)
    }

    fn chances(&self) -> (Vec<Vec<Chance>>, Propensity) {
        let zone = shanghai();
        let key = Key::new(b"test key").unwrap();
        chances(&CampaignInput {
            as_of: Date::constant(2026, 11, 1),
            timezone: &zone,
            people: &self.people,
            activities: &self.activities,
            held_back: &[false; 3],
            eligible: &self.eligible,
            affinity: &self.affinity,
            segment: &self.segment,
            scores: &[],
            outcomes: &self.outcomes,
            bounds: Bounds::default(),
            contacts: &self.contacts,
            suppressions: &[],
            do_not_contact_stale: false,
            service_first: &vec![false; self.people.len()],
            follow_up_first: &vec![false; self.people.unit_keys.len()],
            policy: &Policy::default(),
            propensity: self.settings,
            controls: &ControlSettings::default(),
            key: &key,
        })
        .unwrap()
    }
}

fn share(log_odds: f64) -> f64 {
    1.0 / (1.0 + (-log_odds).exp())
}

/// Acceptance differs by segment and series, and grows with affinity less than
/// in proportion; a fifth would come without an invitation.
fn by_segment(customer: Customer, series: usize, _: usize) -> (f64, f64) {
    let segment = [-2.6, -2.0, -1.6, -1.2, -0.7, 0.0][customer.segment as usize];
    let with = share(segment + [0.0, 0.5, -0.8][series] + 0.8 * (customer.affinity - 0.65));
    (with, with / 5.0)
}

/// Acceptance depends on what the prior does not know: age, and how keen
/// customers are on anything, which shows in what they did before.
fn by_person(customer: Customer, series: usize, _: usize) -> (f64, f64) {
    let age = if customer.age < 40 { 0.9 } else { -0.6 };
    let with = share(-1.4 + age + customer.keen + [0.0, 0.3, -0.3][series]);
    (with, with / 5.0)
}

/// The same until the last month, when what was true of age turns round.
fn turned(customer: Customer, series: usize, month: usize) -> (f64, f64) {
    let turned = Customer {
        age: if month < 5 {
            customer.age
        } else {
            98 - customer.age
        },
        ..customer
    };
    by_person(turned, series, month)
}

/// The root of the mean square distance from the planted chances.
fn distance(chances: &[Vec<f64>], all: &[Customer], truth: Truth) -> f64 {
    let mut squares = 0.0;
    for (series, chances) in chances.iter().enumerate() {
        for (&chance, &customer) in chances.iter().zip(all) {
            squares += (chance - truth(customer, series, 9).0).powi(2);
        }
    }
    (squares / (3 * all.len()) as f64).sqrt()
}

fn probabilities(chances: &[Vec<Chance>]) -> Vec<Vec<f64>> {
    let of = |chances: &Vec<Chance>| chances.iter().map(|chance| chance.probability).collect();
    chances.iter().map(of).collect()
}

#[test]
fn without_outcomes_the_stated_acceptance_is_spread_by_affinity() {
    let (mut past, _) = Past::new(1, 200, 1, by_segment);
    past.outcomes.clear();
    let (chances, told) = past.chances();
    let spread = Spread::new(STATED, &past.affinity[0]);
    for (row, chance) in chances[0].iter().enumerate() {
        assert_eq!(chance.probability, spread.at(past.affinity[0][row]));
        assert_eq!(chance.worth, None);
    }
    assert_eq!((told.model, told.invited), (Model::Prior, 0));
    assert!(told.reason.contains("stated"), "{}", told.reason);
}

#[test]
fn acceptance_planted_by_segment_is_found_and_better_than_one_rate_for_all() {
    for (seed, customers, months) in [(1, 300, 1), (2, 300, 3), (3, 2_000, 3)] {
        let (past, all) = Past::new(seed, customers, months, by_segment);
        let (chances, _) = past.chances();
        let found = distance(&probabilities(&chances), &all, by_segment);
        // The best that one rate per activity can do: its mean truth.
        let flat: Vec<Vec<f64>> = (0..3)
            .map(|series| {
                let truth = all.iter().map(|&c| by_segment(c, series, 0).0);
                vec![truth.sum::<f64>() / all.len() as f64; all.len()]
            })
            .collect();
        let flat = distance(&flat, &all, by_segment);
        let stated = Spread::new(STATED, &past.affinity[0]);
        let stated = vec![past.affinity[0].iter().map(|&a| stated.at(a)).collect(); 3];
        let stated = distance(&stated, &all, by_segment);
        println!("{customers} × {months}: found {found:.4}, flat {flat:.4}, stated {stated:.4}");
        assert!(
            found < 0.8 * flat && found < 0.65 * stated,
            "{found} {flat} {stated}"
        );
    }
}

#[test]
fn pooling_follows_from_how_far_segments_lie_apart() {
    fn alike(customer: Customer, series: usize, month: usize) -> (f64, f64) {
        by_segment(
            Customer {
                segment: 2,
                ..customer
            },
            series,
            month,
        )
    }
    let strength = |truth| {
        let (_, told) = Past::new(5, 3_000, 2, truth).0.chances();
        let of = |level| {
            told.pooling
                .iter()
                .find(|pooled| pooled.0 == level)
                .unwrap()
                .1
        };
        of(Level::Segment)
    };
    let (unlike, alike) = (strength(by_segment), strength(alike));
    println!("unlike {unlike}, alike {alike}");
    assert!(unlike < 60.0 && alike > 400.0, "{unlike} {alike}");
}

#[test]
fn logistic_regression_is_used_where_it_is_better_on_the_latest_outcomes() {
    let (past, all) = Past::new(7, 3_000, 6, by_person);
    let (chances, told) = past.chances();
    println!("{}\n{:?}", told.reason, told.pooling);
    assert_eq!(told.model, Model::Logistic, "{}", told.reason);
    let [prior, logistic] = &told.judged[..] else {
        panic!("{:?}", told.judged)
    };
    assert!(logistic.log_loss < prior.log_loss - 0.005);
    assert!(logistic.learned_from > 10_000 && logistic.judged_on > 3_000);
    assert_eq!(logistic.since.month(), 9);
    let found = distance(&probabilities(&chances), &all, by_person);
    let flat: Vec<Vec<f64>> = (0..3)
        .map(|series| {
            let truth = all.iter().map(|&c| by_person(c, series, 0).0);
            vec![truth.sum::<f64>() / all.len() as f64; all.len()]
        })
        .collect();
    let flat = distance(&flat, &all, by_person);
    println!("found {found:.4}, flat {flat:.4}");
    assert!(found < 0.8 * flat);
}

#[test]
fn logistic_regression_is_never_used_where_it_is_worse_out_of_time() {
    for (seed, customers, months, truth) in [
        (11, 3_000, 6, turned as Truth),
        (12, 3_000, 6, by_segment),
        (13, 1_500, 6, by_person),
        (14, 600, 6, by_person),
        (15, 3_000, 6, by_person),
    ] {
        let (past, _) = Past::new(seed, customers, months, truth);
        let (_, told) = past.chances();
        println!("{seed}: {:?} {}", told.model, told.reason);
        if let [prior, logistic] = &told.judged[..] {
            let used = told.model == Model::Logistic;
            assert!(
                !used || logistic.log_loss < prior.log_loss,
                "{}",
                told.reason
            );
        } else {
            assert_eq!(told.model, Model::Prior, "not judged, not used");
        }
        if seed == 11 {
            assert_eq!(told.model, Model::Prior, "{}", told.reason);
            assert!(
                told.judged[1].log_loss > told.judged[0].log_loss,
                "{}",
                told.reason
            );
        }
    }
}

#[test]
fn too_few_outcomes_are_said() {
    let told = |customers, months| Past::new(21, customers, months, by_person).0.chances().1;
    let few = told(300, 2);
    assert!(few.reason.contains("judged on 100"), "{}", few.reason);
    assert!(few.judged.is_empty() && few.model == Model::Prior);
    // Enough to judge the prior, too few for the regression.
    let more = told(600, 2);
    println!("{}", more.reason);
}

#[test]
fn probabilities_are_calibrated() {
    for (seed, truth) in [(31, by_segment as Truth), (32, by_person)] {
        let (past, all) = Past::new(seed, 4_000, 5, truth);
        let (chances, told) = past.chances();
        let mut pairs: Vec<(f64, f64)> = Vec::new();
        for (series, chances) in probabilities(&chances).iter().enumerate() {
            let truths = all.iter().map(|&customer| truth(customer, series, 9).0);
            pairs.extend(chances.iter().copied().zip(truths));
        }
        pairs.sort_by(|a, b| a.0.total_cmp(&b.0));
        for tenth in pairs.chunks(pairs.len() / 10) {
            let mean =
                |of: fn(&(f64, f64)) -> f64| tenth.iter().map(of).sum::<f64>() / tenth.len() as f64;
            let (predicted, true_share) = (mean(|pair| pair.0), mean(|pair| pair.1));
            println!("{seed}: predicted {predicted:.3}, truth {true_share:.3}");
            assert!(
                (predicted - true_share).abs() < 0.025,
                "{predicted} {true_share}"
            );
        }
        let judged = told
            .judged
            .iter()
            .find(|judged| judged.model == told.model)
            .unwrap();
        println!(
            "error {} chance {}",
            judged.calibration_error, judged.error_by_chance
        );
        assert!(
            judged.calibration_error < judged.error_by_chance + 3.0 * judged.chance_deviation,
            "{judged:?}"
        );
        let counted: u64 = judged
            .bins
            .iter()
            .filter(|b| b.interest.is_none())
            .map(|b| b.count)
            .sum();
        let by_interest: u64 = judged
            .bins
            .iter()
            .filter(|b| b.interest.is_some())
            .map(|b| b.count)
            .sum();
        assert_eq!((counted, by_interest), (judged.judged_on, judged.judged_on));
    }
}

#[test]
fn neither_the_order_of_outcomes_nor_the_threads_change_anything() {
    let (mut past, _) = Past::new(41, 1_500, 6, by_person);
    past.settings.uplift = true;
    let first = past.chances();
    assert_eq!(first.1.judged.len(), 2, "{}", first.1.reason);
    let rng = &mut Xoshiro256Plus::seed_from_u64(1);
    past.outcomes.shuffle(rng);
    past.contacts.shuffle(rng);
    for threads in [1, 3] {
        let pool = rayon::ThreadPoolBuilder::new()
            .num_threads(threads)
            .build()
            .unwrap();
        let again = pool.install(|| past.chances());
        assert_eq!(again.1, first.1);
        let bits = |chances: &[Vec<Chance>]| -> Vec<(u64, Option<u64>)> {
            let of =
                |chance: &Chance| (chance.probability.to_bits(), chance.worth.map(f64::to_bits));
            chances.iter().flatten().map(of).collect()
        };
        assert!(bits(&again.0) == bits(&first.0), "{threads} threads");
    }
}

/// Invitations to the gym add nothing; those to film triple what happens.
fn gym_adds_nothing(customer: Customer, series: usize, month: usize) -> (f64, f64) {
    let with = by_segment(customer, series, month).0;
    (with, if series == 2 { with } else { with / 3.0 })
}

/// The mean part of each activity's acceptance that is worth something.
fn parts(past: &Past) -> (Vec<f64>, Propensity) {
    let (chances, told) = past.chances();
    let part = |(chances, activity): (&Vec<Chance>, &Activity)| {
        let worth = |chance: &Chance| chance.worth.unwrap_or(activity.value) / activity.value;
        chances.iter().map(worth).sum::<f64>() / chances.len() as f64
    };
    (
        chances.iter().zip(&past.activities).map(part).collect(),
        told,
    )
}

#[test]
fn value_counts_what_an_invitation_adds_where_it_is_asked_for_and_known() {
    let (mut past, _) = Past::new(51, 6_000, 5, gym_adds_nothing);
    assert_eq!(parts(&past).0, [1.0; 3]);
    past.settings.uplift = true;
    let (found, told) = parts(&past);
    println!("{found:?} {}", told.value);
    assert!(told.by_uplift, "{}", told.value);
    for (found, planted) in found.iter().zip([2.0 / 3.0, 2.0 / 3.0, 0.0]) {
        assert!((found - planted).abs() < 0.12, "{found} {planted}");
    }
}

#[test]
fn a_few_odd_controls_do_not_take_over() {
    fn alike(customer: Customer, series: usize, month: usize) -> (f64, f64) {
        let with = by_segment(customer, series, month).0;
        (with, with / 3.0)
    }
    let (mut past, _) = Past::new(61, 6_000, 3, alike);
    past.settings.uplift = true;
    // Only eight of the gym's controls are known, and three of them came,
    // where one of ten was to be expected.
    let mut known = 0;
    past.outcomes.retain_mut(|outcome| {
        let gym = outcome.held_out == Some(true) && outcome.activity.starts_with("gym");
        if gym {
            known += 1;
            outcome.responded = known <= 3;
        }
        !gym || known <= 8
    });
    let (found, told) = parts(&past);
    println!("{found:?} {}", told.value);
    assert!(told.by_uplift && found[2] > 0.25, "{found:?}");
}

#[test]
fn where_uplift_is_not_known_value_goes_by_response_and_it_is_said() {
    fn nothing(customer: Customer, series: usize, month: usize) -> (f64, f64) {
        let with = by_segment(customer, series, month).0;
        (with, with)
    }
    let (mut past, _) = Past::new(71, 3_000, 3, nothing);
    past.settings.uplift = true;
    let (found, told) = parts(&past);
    assert!(!told.by_uplift && found == [1.0; 3], "{}", told.value);
    assert!(
        told.value.contains("do not surely respond less"),
        "{}",
        told.value
    );
    past.outcomes
        .retain(|outcome| outcome.held_out == Some(false) || outcome.row % 100 == 0);
    let (found, told) = parts(&past);
    assert!(!told.by_uplift && found == [1.0; 3], "{}", told.value);
    assert!(told.value.contains("needs 10"), "{}", told.value);
}

#[test]
fn scores_from_outside_hold() {
    let (past, _) = Past::new(81, 100, 1, by_segment);
    assert_eq!(past.activities[0].acceptance, Share::of(STATED));
    let zone = shanghai();
    let key = Key::new(b"test key").unwrap();
    let score = Score {
        row: 7,
        activity: 1,
        probability: 0.61,
        value: Some(3.0),
    };
    let (chances, _) = chances(&CampaignInput {
        as_of: Date::constant(2026, 11, 1),
        timezone: &zone,
        people: &past.people,
        activities: &past.activities,
        held_back: &[false; 3],
        eligible: &past.eligible,
        affinity: &past.affinity,
        segment: &past.segment,
        scores: &[score],
        outcomes: &past.outcomes,
        bounds: Bounds::default(),
        contacts: &past.contacts,
        suppressions: &[],
        do_not_contact_stale: false,
        service_first: &[false; 100],
        follow_up_first: &vec![false; past.people.unit_keys.len()],
        policy: &Policy::default(),
        propensity: PropensitySettings { uplift: true },
        controls: &ControlSettings::default(),
        key: &key,
    })
    .unwrap();
    assert_eq!(
        (chances[1][7].probability, chances[1][7].worth),
        (0.61, Some(3.0))
    );
}
