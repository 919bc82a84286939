use ndarray::Array2;
use rayon::prelude::*;
use serde::{Deserialize, Serialize};

use super::FeatureColumn;
use super::clusterers::{Grouping, Placed};
use super::model::{ModelFeature, is_value};
use super::settings::Scale;

/// The space in which customers are clustered: the clustered columns, each on
/// its scale.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Space {
    /// The columns that span it, in order.
    pub features: Vec<ModelFeature>,
}

impl Space {
    /// Number of dimensions.
    pub(super) fn dimensions(&self) -> usize {
        self.features.len()
    }

    /// `rows` in this space: rows × dimensions.
    pub(super) fn points(&self, from: &[FeatureColumn], rows: &[usize]) -> Array2<f64> {
        let columns = self.columns(from);
        let mut points = Array2::zeros((rows.len(), self.dimensions()));
        for (mut point, &row) in points.outer_iter_mut().zip(rows) {
            if let Some(point) = point.as_slice_mut() {
                self.fill(&columns, row, point);
            }
        }
        points
    }

    /// Where each of `rows` belongs.
    pub(super) fn place(
        &self,
        grouping: &Grouping,
        from: &[FeatureColumn],
        rows: &[usize],
    ) -> Vec<Placed> {
        let columns = self.columns(from);
        rows.par_iter()
            .map_init(
                || vec![0.0; self.dimensions()],
                |point, &row| {
                    self.fill(&columns, row, point);
                    grouping.place(point)
                },
            )
            .collect()
    }

    /// The columns behind the features, by name; an absent one is all missing.
    pub(super) fn columns<'a>(&self, from: &'a [FeatureColumn]) -> Vec<&'a [f64]> {
        self.features
            .iter()
            .map(|feature| {
                let column = from.iter().find(|column| column.name == feature.name);
                column.map_or(&[][..], |column| &column.values)
            })
            .collect()
    }

    /// Writes a customer's point.
    pub(super) fn fill(&self, columns: &[&[f64]], row: usize, point: &mut [f64]) {
        for ((value, feature), column) in point.iter_mut().zip(&self.features).zip(columns) {
            *value = feature.scaled(column.get(row).copied().unwrap_or(f64::NAN));
        }
    }
}

impl ModelFeature {
    /// The raw value in scaled space; a missing one lies at the median.
    pub(super) fn scaled(&self, raw: f64) -> f64 {
        let raw = if is_value(raw) { raw } else { self.fill };
        let value = transformed(self.scale, &self.percentiles, raw);
        let value = self
            .clip
            .map_or(value, |(low, high)| value.clamp(low, high));
        (value - self.centre) / self.spread * self.weight
    }
}

/// The value before clipping; monotone in `raw` for every scale.
pub(super) fn transformed(scale: Scale, percentiles: &[f64], raw: f64) -> f64 {
    match scale {
        Scale::None | Scale::Standard | Scale::Robust => raw,
        Scale::Log => raw.abs().ln_1p().copysign(raw),
        Scale::Sqrt => raw.abs().sqrt().copysign(raw),
        Scale::Rank => rank(percentiles, raw),
    }
}

/// The share of customers below `raw`, between percentiles by interpolation;
/// the middle of the percentiles that are equal to it.
fn rank(percentiles: &[f64], raw: f64) -> f64 {
    let last = percentiles.len().saturating_sub(1).max(1) as f64;
    let below = percentiles.partition_point(|&p| p < raw);
    let up_to = percentiles.partition_point(|&p| p <= raw);
    if below < up_to {
        return (below + up_to - 1) as f64 / 2.0 / last;
    }
    match (
        below.checked_sub(1).and_then(|i| percentiles.get(i)),
        percentiles.get(below),
    ) {
        (Some(low), Some(high)) => ((below - 1) as f64 + (raw - low) / (high - low)) / last,
        (None, _) => 0.0,
        (_, None) => 1.0,
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    proptest! {
        #[test]
        fn scaling_keeps_the_order(mut raw in prop::collection::vec(-1e6..1e6f64, 2..50)) {
            raw.sort_by(f64::total_cmp);
            let percentiles: Vec<f64> = (0..=100).map(|p| f64::from(p - 50).powi(3)).collect();
            for scale in [Scale::None, Scale::Log, Scale::Sqrt, Scale::Rank] {
                let scaled: Vec<f64> =
                    raw.iter().map(|&raw| transformed(scale, &percentiles, raw)).collect();
                prop_assert!(scaled.is_sorted(), "{:?}", scale);
            }
        }
    }

    #[test]
    fn ranks_lie_between_percentiles_and_tied_ones_in_their_middle() {
        let percentiles = [0.0, 0.0, 0.0, 10.0, 20.0];
        for (raw, expected) in [
            (-1.0, 0.0),
            (0.0, 0.25),
            (5.0, 0.625),
            (10.0, 0.75),
            (20.0, 1.0),
            (99.0, 1.0),
        ] {
            assert_eq!(rank(&percentiles, raw), expected, "{raw}");
        }
    }
}
