use serde::Serialize;
use statrs::distribution::{ChiSquared, ContinuousCDF};

/// Below this p-value the arms are not what was planned: a fault in drawing,
/// delivering or recording that makes every other figure doubtful. As low as
/// practitioners take it (Fabijan et al., KDD 2019), since every experiment is
/// tested.
pub const SAMPLE_RATIO_ALPHA: f64 = 0.001;

/// The check that the arms have the sizes that were planned.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct SampleRatio {
    /// Units by arm that the plan leads to expect.
    pub expected: Vec<f64>,
    /// P-value of Pearson's chi-squared test of goodness of fit.
    pub p: f64,
    /// Whether the sizes are off: `p` below [`SAMPLE_RATIO_ALPHA`].
    pub mismatch: bool,
}

/// Compares the sizes of arms with planned shares, which need not add up to 1.
/// `None` where there are fewer than two arms or a share is not above 0.
#[must_use]
pub fn sample_ratio(units: &[u64], planned: &[f64]) -> Option<SampleRatio> {
    let plan: f64 = planned.iter().sum();
    let sound = planned.iter().all(|&share| share > 0.0) && plan.is_finite();
    if units.len() != planned.len() || units.len() < 2 || !sound {
        return None;
    }
    let total = units.iter().sum::<u64>() as f64;
    let expected: Vec<f64> = planned.iter().map(|share| total * share / plan).collect();
    let distance: f64 = units
        .iter()
        .zip(&expected)
        .filter(|&(_, &expected)| expected > 0.0)
        .map(|(&found, expected)| (found as f64 - expected).powi(2) / expected)
        .sum();
    let p = ChiSquared::new((units.len() - 1) as f64).ok()?.sf(distance);
    Some(SampleRatio {
        expected,
        p,
        mismatch: p < SAMPLE_RATIO_ALPHA,
    })
}

#[cfg(test)]
mod tests {
    use super::super::interval::tests::near;
    use super::*;

    #[test]
    fn p_values_are_those_of_scipy() {
        // scipy 1.17: stats.chisquare.
        let fits = sample_ratio(&[9_012, 1_001], &[0.9, 0.1]).unwrap();
        assert!(near(fits.p, 0.992_026_468_310_375_4), "{fits:?}");
        assert!(!fits.mismatch);
        let off = sample_ratio(&[821, 3_179, 1_000], &[1.0, 3.0, 1.0]).unwrap();
        assert!(near(off.p, 5.286_647_294_955_574e-10), "{off:?}");
        assert!(off.mismatch);
        assert_eq!(off.expected, [1_000.0, 3_000.0, 1_000.0]);
    }

    #[test]
    fn a_plan_that_cannot_be_is_not_checked() {
        assert_eq!(sample_ratio(&[10, 10], &[1.0, 0.0]), None);
        assert_eq!(sample_ratio(&[10, 10], &[1.0]), None);
        assert_eq!(sample_ratio(&[10], &[1.0]), None);
    }
}
