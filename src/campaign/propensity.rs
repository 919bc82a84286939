//! How likely an invited customer is to accept.
//!
//! Without a score from outside, the probability is a prior: the activity's
//! usual acceptance, moved by what past outcomes say about the interest, and
//! spread over the eligible customers in proportion to their affinity.

use std::collections::BTreeMap;

use super::Activity;
use super::activity::series_of;

/// What came of an invitation in the past.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Outcome {
    /// The customer's row.
    pub row: u32,
    /// The activity's id, of tonight's activities or of an earlier one.
    pub activity: String,
    /// Whether the customer accepted.
    pub responded: bool,
}

/// Probabilities from a prior stay within these limits: nobody is certain.
pub const LIMITS: (f64, f64) = (0.01, 0.95);

/// How many outcomes the stated acceptance weighs as much as.
pub const PRIOR_STRENGTH: f64 = 50.0;

/// The usual acceptance of each activity after past outcomes.
///
/// Outcomes are pooled by interest: with n outcomes, S acceptances and E
/// acceptances expected from the activities' own stated rates, each stated
/// rate of that interest is multiplied by (m·E/n + S) / (m·E/n + E), m being
/// [`PRIOR_STRENGTH`]. For a single activity this is the posterior mean of the
/// beta-binomial model (Gelman et al., Bayesian Data Analysis, 2.4). An
/// outcome belongs to the activity of the same id, else to one of the same
/// series; others say nothing.
#[must_use]
pub fn acceptance_after(activities: &[Activity], outcomes: &[Outcome]) -> Vec<f64> {
    let mut by_name: BTreeMap<&str, usize> = BTreeMap::new();
    for (index, activity) in activities.iter().enumerate() {
        by_name.entry(activity.series()).or_insert(index);
    }
    by_name.extend(
        activities
            .iter()
            .enumerate()
            .map(|(index, a)| (a.id.as_str(), index)),
    );
    // Counted in whole numbers per activity first: sums of floats in the order
    // of the outcomes would depend on that order.
    let mut counts = vec![(0_u32, 0_u32); activities.len()];
    for outcome in outcomes {
        let id = outcome.activity.as_str();
        if let Some(&index) = by_name.get(id).or_else(|| by_name.get(series_of(id))) {
            counts[index].0 += 1;
            counts[index].1 += u32::from(outcome.responded);
        }
    }
    let mut interests: BTreeMap<&str, (f64, f64, f64)> = BTreeMap::new();
    for (activity, &(trials, accepted)) in activities.iter().zip(&counts) {
        let sums = interests.entry(&activity.interest).or_default();
        sums.0 += f64::from(trials);
        sums.1 += f64::from(accepted);
        sums.2 += f64::from(trials) * activity.acceptance.get();
    }
    activities
        .iter()
        .map(|activity| {
            let stated = activity.acceptance.get();
            match interests.get(activity.interest.as_str()) {
                Some(&(trials, accepted, expected)) if trials > 0.0 && expected > 0.0 => {
                    let prior = PRIOR_STRENGTH * expected / trials;
                    (stated * (prior + accepted) / (prior + expected)).min(stated.max(LIMITS.1))
                }
                _ => stated,
            }
        })
        .collect()
}

/// Spreads `acceptance` over customers in proportion to their affinity: a
/// factor times the affinity, held within [`LIMITS`], with the factor chosen
/// so that the mean is `acceptance` (or as near as the limits let it be).
///
/// `affinities` are those of the eligible customers; what is not a positive
/// number counts as 0. Where nobody has any affinity everyone gets
/// `acceptance`.
#[must_use]
pub fn spread(acceptance: f64, affinities: &[f64]) -> Vec<f64> {
    let (floor, ceiling) = (LIMITS.0.min(acceptance), LIMITS.1.max(acceptance));
    let clean: Vec<f64> = affinities
        .iter()
        .map(|&a| if a.is_finite() { a.max(0.0) } else { 0.0 })
        .collect();
    let sum: f64 = clean.iter().sum();
    if sum <= 0.0 {
        return vec![acceptance; clean.len()];
    }
    let count = clean.len() as f64;
    let mean = |factor: f64| {
        clean
            .iter()
            .map(|a| (factor * a).clamp(floor, ceiling))
            .sum::<f64>()
            / count
    };
    let mut low = 0.0;
    let mut high = acceptance * count / sum;
    if (mean(high) - acceptance).abs() > 1e-9 {
        // The ceiling takes from the mean, so a larger factor may be needed;
        // the mean grows with the factor, so halving the interval finds it.
        for _ in 0..60 {
            if mean(high) >= acceptance {
                break;
            }
            low = high;
            high *= 2.0;
        }
        for _ in 0..40 {
            let middle = f64::midpoint(low, high);
            if mean(middle) < acceptance {
                low = middle;
            } else {
                high = middle;
            }
        }
    }
    clean
        .iter()
        .map(|a| (high * a).clamp(floor, ceiling))
        .collect()
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;
    use crate::campaign::testing::activity;

    fn mean(values: &[f64]) -> f64 {
        values.iter().sum::<f64>() / values.len() as f64
    }

    proptest! {
        #[test]
        fn the_mean_is_the_acceptance(
            acceptance in 0.02..0.5_f64,
            affinities in prop::collection::vec(0.05..1.0_f64, 1..200),
        ) {
            let spread = spread(acceptance, &affinities);
            prop_assert!((mean(&spread) - acceptance).abs() < 1e-6);
            prop_assert!(spread.iter().all(|p| (0.01..=0.95).contains(p)));
        }

        #[test]
        fn more_affinity_is_never_less_likely(
            mut affinities in prop::collection::vec(0.0..1.0_f64, 2..50),
        ) {
            affinities.sort_by(f64::total_cmp);
            prop_assert!(spread(0.3, &affinities).is_sorted());
        }
    }

    #[test]
    fn without_limits_it_is_proportional() {
        let spread = spread(0.3, &[0.2, 0.4]);
        assert!((spread[0] - 0.2).abs() < 1e-9 && (spread[1] - 0.4).abs() < 1e-9);
    }

    #[test]
    fn odd_affinities_do_no_harm() {
        assert_eq!(spread(0.3, &[]), Vec::<f64>::new());
        assert_eq!(spread(0.3, &[0.0, f64::NAN]), [0.3, 0.3]);
        let one = spread(0.3, &[f64::NAN, 0.0, 0.5]);
        assert_eq!((one[0], one[1]), (0.01, 0.01));
        assert!(
            one[2] > 0.85,
            "as near to the mean as the limits let it: {one:?}"
        );
    }

    #[test]
    fn outcomes_move_the_stated_rate() {
        let night = activity("film-night-2026-11", "film");
        let outcomes = |id: &str, accepted: usize, all: usize| -> Vec<Outcome> {
            (0..all)
                .map(|at| Outcome {
                    row: 0,
                    activity: id.into(),
                    responded: at < accepted,
                })
                .collect()
        };
        let after =
            |outcomes: &[Outcome]| acceptance_after(std::slice::from_ref(&night), outcomes)[0];
        let stated = night.acceptance.get();
        assert_eq!(after(&[]), stated);
        assert_eq!(
            after(&outcomes("bake-off-2026-10", 10, 10)),
            stated,
            "something else"
        );
        // Beta-binomial: (50 · 0.25 + 30) / (50 + 50).
        let series = after(&outcomes("film-night-2026-10", 30, 50));
        assert!((series - (50.0 * stated + 30.0) / 100.0).abs() < 1e-12);
        let none = after(&outcomes("film-night-2026-10", 0, 10_000));
        assert!(none > 0.0 && none < 0.01);
    }

    #[test]
    fn activities_of_an_interest_keep_their_proportion() {
        let mut activities = [
            activity("a", "film"),
            activity("b", "film"),
            activity("c", "gym"),
        ];
        activities[1].acceptance = crate::domain::Share::of(0.5);
        let outcomes: Vec<Outcome> = (0..20)
            .map(|at| Outcome {
                row: 0,
                activity: "a".into(),
                responded: at % 2 == 0,
            })
            .collect();
        let after = acceptance_after(&activities, &outcomes);
        assert!(after[0] > 0.25 && (after[1] / after[0] - 2.0).abs() < 1e-9);
        assert_eq!(after[2], 0.25);
    }
}
