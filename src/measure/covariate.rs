use serde::Serialize;

use super::interval::Interval;
use super::values::{self, Moments};

/// The lift with what was known before taken out.
#[derive(Debug, Clone, Copy, PartialEq, Serialize)]
pub struct Adjusted {
    /// The difference, in the units of the response.
    pub absolute: Interval,
    /// Two-sided p-value.
    pub p: f64,
    /// The part of the response's variance that is gone: 0.3 makes intervals
    /// as narrow as 43 % more units would.
    pub variance_removed: f64,
}

/// A group's responses and what was known of each unit before.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct WithCovariate {
    /// What was known before the arms were drawn, unit by unit.
    pub before: Vec<f64>,
    /// The response, unit by unit.
    pub response: Vec<f64>,
}

/// Controlled experiment using pre-experiment data (Deng, Xu, Kohavi and
/// Walker, WSDM 2013, section 3): the response less `theta` times the
/// covariate, with `theta` from the covariances within both groups.
/// `None` where the covariate is constant or [`values::difference`] has none.
#[must_use]
pub fn adjusted(treated: &WithCovariate, control: &WithCovariate) -> Option<Adjusted> {
    let (mut covariance, mut spread, mut variance) = (0.0, 0.0, 0.0);
    for group in [treated, control] {
        let x = Moments::of(group.before.iter().copied());
        let y = Moments::of(group.response.iter().copied());
        for (before, response) in group.before.iter().zip(&group.response) {
            covariance += (before - x.mean) * (response - y.mean);
            spread += (before - x.mean).powi(2);
            variance += (response - y.mean).powi(2);
        }
    }
    if spread <= 0.0 || variance <= 0.0 {
        return None;
    }
    let theta = covariance / spread;
    let [treated, control] = [treated, control].map(|group| {
        let pairs = group.before.iter().zip(&group.response);
        Moments::of(pairs.map(|(before, response)| response - theta * before))
    });
    let (absolute, p) = values::difference(&treated, &control)?;
    Some(Adjusted {
        absolute,
        p,
        variance_removed: covariance * covariance / (spread * variance),
    })
}

#[cfg(test)]
mod tests {
    use rand::{Rng, SeedableRng};
    use rand_xoshiro::Xoshiro256Plus;

    use super::*;

    /// A group whose response is its habit, noise and an effect.
    fn group(rng: &mut Xoshiro256Plus, units: usize, effect: f64) -> WithCovariate {
        let mut group = WithCovariate::default();
        for _ in 0..units {
            let habit: f64 = rng.gen_range(0.0..10.0);
            group.before.push(habit);
            group
                .response
                .push(habit + effect + rng.gen_range(-1.0..1.0));
        }
        group
    }

    #[test]
    fn a_habit_known_before_makes_the_interval_narrow_and_keeps_the_effect() {
        let rng = &mut Xoshiro256Plus::seed_from_u64(5);
        let (treated, control) = (group(rng, 3_000, 0.2), group(rng, 300, 0.0));
        let found = adjusted(&treated, &control).unwrap();
        let [plain_treated, plain_control] =
            [&treated, &control].map(|group| Moments::of(group.response.iter().copied()));
        let (plain, _) = values::difference(&plain_treated, &plain_control).unwrap();
        let width = |interval: Interval| interval.high - interval.low;
        assert!(found.absolute.covers(0.2), "{found:?}");
        assert!(
            width(found.absolute) < width(plain) / 3.0,
            "{found:?} {plain:?}"
        );
        // The variance is 100 / 12 from habit and 1 / 3 from noise.
        assert!(
            (found.variance_removed - 25.0 / 26.0).abs() < 0.01,
            "{found:?}"
        );
        assert!(found.p < 0.001);
    }

    #[test]
    fn a_covariate_without_spread_adjusts_nothing() {
        let flat = WithCovariate {
            before: vec![3.0; 4],
            response: vec![0.0, 1.0, 0.0, 1.0],
        };
        assert_eq!(adjusted(&flat, &flat), None);
    }
}
