use serde::{Deserialize, Serialize};

use super::model::{Model, exact, is_value};
use super::{FeatureColumn, FeatureDrift};

const BINS: usize = 10;

/// What stands in for an empty bin, whose logarithm would be infinite; among
/// few customers, half a customer.
pub(super) const FLOOR: f64 = 1e-4;

/// A column's distribution: the shares of customers between its deciles.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Bins {
    /// Upper ends of all bins but the last, ascending, in the column's unit.
    pub edges: Vec<f64>,
    /// Share of customers per bin, then the share whose value is missing.
    pub shares: Vec<f64>,
}

impl Bins {
    /// Cuts a distribution at its deciles. `sorted` holds the values that are
    /// there; tied deciles give one bin.
    pub(super) fn of(sorted: &[f64], missing: usize) -> Self {
        let mut edges: Vec<f64> = (1..BINS)
            .filter_map(|decile| sorted.get(sorted.len() * decile / BINS))
            .map(|&edge| exact(edge))
            .collect();
        edges.dedup();
        let missing = std::iter::repeat_n(f64::NAN, missing);
        let (shares, _) = shares(&edges, sorted.iter().copied().chain(missing));
        Self {
            edges,
            shares: shares.into_iter().map(exact).collect(),
        }
    }

    /// Whether edges and shares fit together; a file may have been edited.
    pub(super) fn is_sound(&self) -> bool {
        self.shares.len() == self.edges.len() + 2
    }

    /// One bin per place, 0 to `count` − 1; a place that is no number is missing.
    pub(super) fn of_places(count: usize, places: impl Iterator<Item = f64>) -> Self {
        let edges: Vec<f64> = (1..count).map(|place| place as f64 - 1.0).collect();
        let (shares, _) = shares(&edges, places);
        Self {
            edges,
            shares: shares.into_iter().map(exact).collect(),
        }
    }

    /// The population stability index of `values` against these bins: the sum
    /// over bins of (actual − expected) · ln(actual / expected), missing
    /// values being a bin of their own. 0.1 is called a small shift, 0.25 a
    /// large one.
    pub(super) fn psi(&self, values: impl Iterator<Item = f64>) -> f64 {
        let (actual, count) = shares(&self.edges, values);
        let floor = FLOOR.max(0.5 / count.max(1) as f64);
        let pairs = self.shares.iter().zip(&actual);
        pairs
            .map(|(&expected, &actual)| psi(expected.max(floor), actual.max(floor)))
            .sum()
    }

    /// What chance alone makes of the index when `now` values are held against
    /// these bins of `then` values: its mean and three deviations, by its
    /// asymptotic χ² distribution (Yurdakul and Naranjo 2020, *Statistical
    /// properties of the population stability index*).
    pub(super) fn chance(&self, then: u64, now: u64) -> f64 {
        let freedom = self.edges.len() as f64;
        let scale = 1.0 / then.max(1) as f64 + 1.0 / now.max(1) as f64;
        scale * (freedom + 3.0 * (2.0 * freedom).sqrt())
    }
}

/// What one bin adds to the population stability index; shares above 0.
pub(super) fn psi(expected: f64, actual: f64) -> f64 {
    (actual - expected) * (actual / expected).ln()
}

/// The share of values in each bin, and their number.
fn shares(edges: &[f64], values: impl Iterator<Item = f64>) -> (Vec<f64>, u64) {
    let mut counts = vec![0u64; edges.len() + 2];
    for value in values {
        let bin = if is_value(value) {
            edges.partition_point(|&edge| edge < value)
        } else {
            edges.len() + 1
        };
        counts[bin] += 1;
    }
    let all = counts.iter().sum::<u64>();
    let share = |count| count as f64 / all.max(1) as f64;
    (counts.into_iter().map(share).collect(), all)
}

/// How far each of the model's features has moved since its fit, on `rows`;
/// nothing if there is no row.
pub(super) fn drift(model: &Model, from: &[FeatureColumn], rows: &[usize]) -> Vec<FeatureDrift> {
    if rows.is_empty() {
        return Vec::new();
    }
    let drift_of = |feature: &super::ModelFeature| {
        let column = from.iter().find(|column| column.name == feature.name)?;
        let values = feature.read(Some(column));
        Some(FeatureDrift {
            feature: feature.name.clone(),
            psi: feature.bins.psi(rows.iter().map(|&row| values.at(row))),
        })
    };
    model.space.features.iter().filter_map(drift_of).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn ramp(shift: f64) -> Vec<f64> {
        (0..1000).map(|i| f64::from(i) + shift).collect()
    }

    #[test]
    fn the_same_distribution_does_not_drift() {
        let bins = Bins::of(&ramp(0.0), 0);
        assert_eq!(bins.edges.len(), 9);
        assert!(bins.psi(ramp(0.0).into_iter()) < 1e-9);
    }

    #[test]
    fn a_shift_is_seen_and_grows() {
        let bins = Bins::of(&ramp(0.0), 0);
        let small = bins.psi(ramp(30.0).into_iter());
        let large = bins.psi(ramp(500.0).into_iter());
        assert!(small < 0.1 && large > 0.25, "{small} {large}");
    }

    #[test]
    fn values_that_go_missing_are_drift() {
        let bins = Bins::of(&ramp(0.0), 10);
        let lost = ramp(0.0)
            .into_iter()
            .map(|value| if value < 400.0 { f64::NAN } else { value });
        assert!(bins.psi(lost) > 0.25);
    }

    #[test]
    fn psi_is_the_textbook_sum() {
        let bins = Bins {
            edges: vec![0.0],
            shares: vec![0.5, 0.5, 0.0],
        };
        let psi = bins.psi([-1.0, 1.0, 1.0, 1.0].into_iter());
        let expected = -0.25 * (0.25f64 / 0.5).ln() + 0.25 * (0.75f64 / 0.5).ln();
        assert!((psi - expected).abs() < 1e-12);
    }

    #[test]
    fn many_equal_values_make_few_bins() {
        let mut values = vec![0.0; 900];
        values.extend((1..=100).map(f64::from));
        let bins = Bins::of(&values, 0);
        assert!(bins.edges.len() <= 2 && bins.shares.len() == bins.edges.len() + 2);
        assert!((bins.shares.iter().sum::<f64>() - 1.0).abs() < 1e-9);
    }
}
