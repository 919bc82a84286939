//! Random problems, checked against what the rules say in so many words and
//! against exhaustive search.

use proptest::prelude::*;

use super::*;

/// A small problem as data: everything that is needed to judge a choice
/// without the code under test.
#[derive(Debug, Clone)]
struct Small {
    /// (unit, customer, activity, value, probability, cost), without repeats.
    offers: Vec<(u32, u32, u16, f64, f64, f64)>,
    totals: Vec<Total>,
    contact: Vec<ContactRule>,
    pairs: Vec<(u16, u16)>,
}

const ACTIVITIES: usize = 4;

fn small() -> impl Strategy<Value = Small> {
    let offer = (
        0_u32..6,
        0_u16..ACTIVITIES as u16,
        -20_i32..80,
        0_u32..10,
        0_u32..5,
    );
    let total = (
        0_u8..5,
        prop::collection::vec(any::<bool>(), ACTIVITIES),
        0_u32..12,
        prop::option::weighted(0.2, 1_u32..30),
    );
    let rule = (1_u16..3, prop::collection::vec(any::<bool>(), ACTIVITIES));
    (
        prop::collection::vec(offer, 1..12),
        prop::collection::vec(total, 0..4),
        prop::collection::vec(rule, 0..3),
        prop::collection::vec((0_u16..ACTIVITIES as u16, 0_u16..ACTIVITIES as u16), 0..3),
    )
        .prop_map(|(offers, totals, rules, pairs)| {
            let mut offers: Vec<_> = offers
                .into_iter()
                .map(|(customer, activity, value, probability, cost)| {
                    // Two customers share a unit.
                    let unit = customer / 2;
                    (
                        unit,
                        customer,
                        activity,
                        f64::from(value) / 10.0,
                        f64::from(probability) / 10.0,
                        f64::from(cost) / 4.0,
                    )
                })
                .collect();
            offers.sort_by_key(|offer| (offer.0, offer.1, offer.2));
            offers.dedup_by_key(|offer| (offer.0, offer.1, offer.2));
            let totals =
                totals
                    .into_iter()
                    .enumerate()
                    .map(|(at, (kind, members, bound, soft))| {
                        let (measure, sense, scale) = [
                            (Measure::Invitations, Sense::AtMost, 0.5),
                            (Measure::Invitations, Sense::AtLeast, 0.25),
                            (Measure::Cost, Sense::AtMost, 0.4),
                            (Measure::Responses, Sense::AtLeast, 0.1),
                            (Measure::Responses, Sense::AtMost, 0.2),
                        ][usize::from(kind)]
                        .clone();
                        let bound = f64::from(bound) * scale;
                        // Whole numbers of invitations, as people write them.
                        let bound = if measure == Measure::Invitations {
                            bound.floor()
                        } else {
                            bound
                        };
                        Total {
                            name: format!("total {at}"),
                            measure,
                            sense,
                            members,
                            bound,
                            soft: soft.map(|price| f64::from(price) / 5.0),
                        }
                    });
            let contact = rules.into_iter().map(|(max, members)| ContactRule {
                name: "rule".into(),
                max,
                members,
            });
            Small {
                offers,
                totals: totals.collect(),
                contact: contact.collect(),
                pairs: pairs.into_iter().filter(|(a, b)| a != b).collect(),
            }
        })
}

impl Small {
    fn problem(&self) -> Problem {
        let mut starts = vec![0];
        starts.extend(
            (1..self.offers.len() as u32)
                .filter(|&at| self.offers[at as usize].0 != self.offers[at as usize - 1].0),
        );
        starts.push(self.offers.len() as u32);
        let conflict = Conflict {
            name: "conflict".into(),
            pairs: self.pairs.clone(),
        };
        Problem {
            activities: ACTIVITIES,
            offers: Offers {
                starts,
                customer: self.offers.iter().map(|offer| offer.1).collect(),
                activity: self.offers.iter().map(|offer| offer.2).collect(),
                value: self.offers.iter().map(|offer| offer.3).collect(),
                probability: self.offers.iter().map(|offer| offer.4).collect(),
                cost: Costs::PerOffer(self.offers.iter().map(|offer| offer.5).collect()),
            },
            totals: self.totals.clone(),
            rules: Rules::new(ACTIVITIES, self.contact.clone(), vec![conflict]),
        }
    }

    fn used(&self, total: &Total, chosen: &[bool]) -> f64 {
        self.offers
            .iter()
            .zip(chosen)
            .filter(|(offer, chosen)| **chosen && total.members[usize::from(offer.2)])
            .map(|(offer, _)| match total.measure {
                Measure::Cost => offer.5,
                Measure::Responses => offer.4,
                _ => 1.0,
            })
            .sum()
    }

    /// What a choice is worth; `None` when something forbids it.
    fn worth(&self, chosen: &[bool]) -> Option<f64> {
        let taken: Vec<_> = self
            .offers
            .iter()
            .zip(chosen)
            .filter(|(_, chosen)| **chosen)
            .map(|(offer, _)| offer)
            .collect();
        for (at, a) in taken.iter().enumerate() {
            for b in &taken[at + 1..] {
                if a.1 == b.1
                    && (self.pairs.contains(&(a.2, b.2)) || self.pairs.contains(&(b.2, a.2)))
                {
                    return None;
                }
            }
        }
        for rule in &self.contact {
            for unit in 0..3 {
                let counted = taken
                    .iter()
                    .filter(|offer| offer.0 == unit && rule.members[usize::from(offer.2)]);
                if counted.count() > usize::from(rule.max) {
                    return None;
                }
            }
        }
        let mut worth: f64 = taken.iter().map(|offer| offer.3).sum();
        for total in &self.totals {
            let used = self.used(total, chosen);
            let beyond = match total.sense {
                Sense::AtMost => used - total.bound,
                Sense::AtLeast => total.bound - used,
            };
            match total.soft {
                Some(price) => worth -= price * beyond.max(0.0),
                None if beyond > 1e-7 => return None,
                None => {}
            }
        }
        Some(worth)
    }

    /// The best of all choices there are.
    fn best(&self) -> Option<f64> {
        let number = self.offers.len();
        (0_u32..1 << number)
            .filter_map(|bits| {
                self.worth(
                    &(0..number)
                        .map(|at| bits >> at & 1 == 1)
                        .collect::<Vec<_>>(),
                )
            })
            .max_by(f64::total_cmp)
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(600))]

    #[test]
    fn the_choice_is_allowed_and_the_best_or_there_is_none(small in small()) {
        let best = small.best();
        match solve(&small.problem()) {
            Ok(solution) => {
                let worth = small.worth(&solution.chosen);
                prop_assert!(worth.is_some(), "not allowed: {:?}", solution.chosen);
                prop_assert!((worth.unwrap() - solution.value).abs() < 1e-9);
                prop_assert!(solution.value <= solution.bound + 1e-9);
                let best = best.unwrap();
                prop_assert!(solution.bound >= best - 1e-7, "the bound {} is below {best}", solution.bound);
                prop_assert!(solution.value >= best - 1e-6 * best.abs().max(1.0), "{} of {best}", solution.value);
                for (total, used) in small.totals.iter().zip(&solution.used) {
                    prop_assert!((small.used(total, &solution.chosen) - used).abs() < 1e-9);
                }
            }
            Err(unsolved) => prop_assert!(best.is_none(), "{unsolved} but {best:?} can be had"),
        }
    }

    #[test]
    fn the_group_that_cannot_hold_is_without_one_too_many(small in small()) {
        let Err(Unsolved::Infeasible(infeasible)) = solve(&small.problem()) else {
            return Ok(());
        };
        let only = |rows: Vec<usize>| Small {
            totals: rows.into_iter().map(|row| small.totals[row].clone()).collect(),
            ..small.clone()
        };
        let group: Vec<usize> = infeasible.group.iter().map(|(row, _)| *row).collect();
        prop_assert!(only(group.clone()).best().is_none(), "the group can hold");
        for &(row, gives) in &infeasible.group {
            // Whole invitations may need more than the proof says, never less.
            let mut eased = only(group.clone());
            let at = group.iter().position(|other| *other == row).unwrap();
            let short = 0.98 * gives - 1e-6;
            match eased.totals[at].sense {
                Sense::AtMost => eased.totals[at].bound += short,
                Sense::AtLeast => eased.totals[at].bound -= short,
            }
            prop_assert!(eased.best().is_none(), "less than {gives} would do for {row}");
        }
    }

    #[test]
    fn every_offer_has_the_reason_that_decided(small in small()) {
        let problem = small.problem();
        let Ok(solution) = solve(&problem) else { return Ok(()) };
        for (offer, why) in reasons(&problem, &solution).into_iter().enumerate() {
            let (unit, customer, activity, value, ..) = small.offers[offer];
            let chosen = || small.offers.iter().zip(&solution.chosen).filter(|(_, chosen)| **chosen).map(|(offer, _)| offer);
            match why {
                Why::Chosen => prop_assert!(solution.chosen[offer]),
                Why::NoValue => prop_assert!(value <= 0.0 || solution.prices.iter().any(|price| *price > 0.0)),
                Why::Total(total) => prop_assert!(small.totals[usize::from(total)].members[usize::from(activity)]),
                Why::Conflict(_) => prop_assert!(chosen().any(|other| other.1 == customer
                    && (small.pairs.contains(&(other.2, activity)) || small.pairs.contains(&(activity, other.2))))),
                Why::ContactRule(rule) => {
                    let rule = &small.contact[usize::from(rule)];
                    prop_assert!(rule.members[usize::from(activity)]);
                    let counted = chosen().filter(|other| other.0 == unit && rule.members[usize::from(other.2)]);
                    prop_assert_eq!(counted.count(), usize::from(rule.max));
                }
                Why::Better => {}
            }
            prop_assert_eq!(solution.chosen[offer], why == Why::Chosen);
        }
    }
}

/// A problem of many units with everything in it, by a seed.
fn many(units: u32, seed: u64) -> Problem {
    use rand::{Rng, SeedableRng};
    let mut rng = rand_xoshiro::Xoshiro256Plus::seed_from_u64(seed);
    let activities = 12_u16;
    let mut offers = Offers {
        starts: vec![0],
        customer: Vec::new(),
        activity: Vec::new(),
        value: Vec::new(),
        probability: Vec::new(),
        cost: Costs::PerActivity(
            (0..activities)
                .map(|activity| 0.1 * f64::from(activity % 4 + 1))
                .collect(),
        ),
    };
    for unit in 0..units {
        for activity in (0..activities)
            .filter(|_| rng.gen_bool(0.4))
            .collect::<Vec<_>>()
        {
            let probability: f64 = rng.gen_range(0.02..0.5);
            offers.customer.push(unit);
            offers.activity.push(activity);
            offers
                .value
                .push(probability * rng.gen_range(5.0..40.0) - 0.5);
            offers.probability.push(probability);
        }
        offers.starts.push(offers.activity.len() as u32);
    }
    let some = |modulus: u16| {
        (0..activities)
            .map(|activity| activity % modulus == 0)
            .collect::<Vec<_>>()
    };
    let units = f64::from(units);
    let total = |name: &str, measure, sense, members, bound| Total {
        name: name.into(),
        measure,
        sense,
        members,
        bound,
        soft: None,
    };
    Problem {
        activities: usize::from(activities),
        offers,
        totals: vec![
            total("budget", Measure::Cost, Sense::AtMost, some(1), 0.2 * units),
            total(
                "thirds",
                Measure::Invitations,
                Sense::AtMost,
                some(3),
                (0.3 * units).floor(),
            ),
            total(
                "halves",
                Measure::Responses,
                Sense::AtMost,
                some(2),
                0.1 * units,
            ),
            total(
                "quarter",
                Measure::Invitations,
                Sense::AtLeast,
                some(4),
                (0.22 * units).ceil(),
            ),
        ],
        rules: Rules::new(
            usize::from(activities),
            vec![ContactRule {
                name: "two".into(),
                max: 2,
                members: some(1),
            }],
            vec![Conflict {
                name: "apart".into(),
                pairs: vec![(0, 1), (2, 5), (7, 9)],
            }],
        ),
    }
}

#[test]
fn the_gap_is_small_and_every_bound_holds() {
    let problem = many(3_000, 1);
    let solution = solve(&problem).unwrap();
    assert!(solution.gap() <= 5e-5, "{}", solution.gap());
    for (total, used) in problem
        .totals
        .iter()
        .zip(totals_of(&problem, &solution.chosen))
    {
        assert!(total.slack(used) >= 0.0, "{}: {used}", total.name);
    }
    for greed in [Greed::Value, Greed::Density] {
        let chosen = greedy(&problem, greed);
        let worth: f64 = chosen
            .iter()
            .zip(&problem.offers.value)
            .filter(|(chosen, _)| **chosen)
            .map(|(_, value)| value)
            .sum();
        assert!(
            worth <= solution.bound,
            "{greed:?} is worth {worth}, above the bound"
        );
    }
}

#[test]
fn threads_change_nothing() {
    let problem = many(5_000, 2);
    let on = |threads| {
        let pool = rayon::ThreadPoolBuilder::new()
            .num_threads(threads)
            .build()
            .unwrap();
        pool.install(|| {
            let solution = solve(&problem).unwrap();
            let whys = reasons(&problem, &solution);
            (solution, whys)
        })
    };
    let one = on(1);
    assert_eq!(one, on(2));
    assert_eq!(one, on(4));
}

#[test]
fn prices_say_what_one_more_or_less_is_worth() {
    let problem = many(3_000, 3);
    let solution = solve(&problem).unwrap();
    assert!(solution.prices.iter().any(|price| *price > 0.1));
    for (index, price) in solution.prices.iter().enumerate() {
        for by in [20.0, -20.0] {
            let mut eased = problem.clone();
            match eased.totals[index].sense {
                Sense::AtMost => eased.totals[index].bound += by,
                Sense::AtLeast => eased.totals[index].bound -= by,
            }
            // A price too low fails on more room, one too high on less.
            let worth = solve(&eased).unwrap().value;
            assert!(
                worth <= solution.bound + price * by,
                "{index}: {worth} with {by} more"
            );
        }
    }
}

#[test]
fn contacts_made_before_are_taken_off() {
    let mut problem = many(200, 4);
    let used: Vec<u16> = (0..200).map(|unit| unit % 4).collect();
    problem.totals.truncate(1);
    problem.totals[0].bound = 1e6;
    problem.rules = problem.rules.clone().after(&used);
    let solution = solve(&problem).unwrap();
    for unit in 0..200 {
        let chosen = problem
            .offers
            .of_unit(unit)
            .filter(|&offer| solution.chosen[offer])
            .count();
        let left = 2_usize.saturating_sub(unit % 4);
        assert!(chosen <= left, "unit {unit} has {chosen} of {left}");
    }
}

#[test]
fn bounds_that_contradict_each_other_are_named_with_what_is_missing() {
    let mut problem = many(400, 5);
    problem.totals[3].bound = 300.0;
    problem.totals[3].members = problem.totals[1].members.clone();
    problem.totals[1].bound = 120.0;
    let Err(Unsolved::Infeasible(infeasible)) = solve(&problem) else {
        panic!("300 of at most 120 were found");
    };
    let group: Vec<usize> = infeasible.group.iter().map(|(row, _)| *row).collect();
    assert_eq!(group, [1, 3]);
    for (_, gives) in infeasible.group {
        assert!((gives - 180.0).abs() < 0.1, "{gives}");
    }
}

#[test]
fn an_empty_problem_has_an_empty_answer() {
    let mut problem = many(0, 6);
    problem.totals.truncate(3);
    let solution = solve(&problem).unwrap();
    assert_eq!(
        (solution.chosen.len(), solution.value, solution.gap()),
        (0, 0.0, 0.0)
    );
}

#[test]
fn without_any_bound_every_unit_has_its_best() {
    let mut problem = many(300, 7);
    problem.totals.clear();
    let solution = solve(&problem).unwrap();
    assert_eq!((solution.gap(), solution.passes), (0.0, 1));
    assert!(solution.chosen.iter().filter(|chosen| **chosen).count() > 300);
}
