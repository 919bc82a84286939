use crate::campaign::Activity;

/// Probabilities from stated rates stay within these limits: nobody is certain.
pub const LIMITS: (f64, f64) = (0.01, 0.95);

/// The acceptance that an activity states, spread over customers in proportion
/// to their affinity: a factor times the affinity, held within [`LIMITS`].
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Spread {
    /// What everybody gets where nobody has any affinity.
    flat: Option<f64>,
    factor: f64,
    floor: f64,
    ceiling: f64,
}

impl Spread {
    /// The factor with which the mean over the eligible customers is the
    /// stated acceptance, or as near as the limits let it be.
    ///
    /// `affinities` are those of the eligible customers; what is not a positive
    /// number counts as 0.
    #[must_use]
    pub fn new(acceptance: f64, affinities: &[f64]) -> Self {
        let mut spread = Self {
            flat: Some(acceptance),
            factor: 0.0,
            floor: LIMITS.0.min(acceptance),
            ceiling: LIMITS.1.max(acceptance),
        };
        let clean: Vec<f64> = affinities.iter().copied().map(clean).collect();
        let sum: f64 = clean.iter().sum();
        if sum <= 0.0 {
            return spread;
        }
        let count = clean.len() as f64;
        let mean = |factor: f64| {
            let held = |a: &f64| (factor * a).clamp(spread.floor, spread.ceiling);
            clean.iter().map(held).sum::<f64>() / count
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
        spread.flat = None;
        spread.factor = high;
        spread
    }

    /// That of an activity, over its eligible rows.
    pub(super) fn of(activity: &Activity, eligible: &[u32], affinity: &[f64]) -> Self {
        let affinities: Vec<f64> = eligible.iter().map(|&row| affinity[row as usize]).collect();
        Self::new(activity.acceptance.get(), &affinities)
    }

    /// The probability at an affinity.
    #[must_use]
    pub fn at(&self, affinity: f64) -> f64 {
        let held = || (self.factor * clean(affinity)).clamp(self.floor, self.ceiling);
        self.flat.unwrap_or_else(held)
    }
}

/// What is not a positive number counts as 0.
fn clean(affinity: f64) -> f64 {
    if affinity.is_finite() {
        affinity.max(0.0)
    } else {
        0.0
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn spread(acceptance: f64, affinities: &[f64]) -> Vec<f64> {
        let spread = Spread::new(acceptance, affinities);
        affinities.iter().map(|&a| spread.at(a)).collect()
    }

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
}
