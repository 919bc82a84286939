use ndarray::Array2;
use rayon::prelude::*;

use super::FeatureColumn;
use super::clusterers::squared_distance;
use super::model::{ModelFeature, is_value};
use super::settings::Scale;

/// Where a customer came to lie.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) struct Placed {
    /// Index of the nearest cluster.
    pub(super) cluster: usize,
    /// Index of the second nearest, if there are two.
    pub(super) second: Option<usize>,
    /// Distance to the nearest centroid, in scaled space.
    pub(super) distance: f64,
    /// See [`super::Member::confidence`].
    pub(super) confidence: f64,
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

/// The columns behind `features`, by name; an absent one is all missing.
fn columns<'a>(features: &[ModelFeature], from: &'a [FeatureColumn]) -> Vec<&'a [f64]> {
    features
        .iter()
        .map(|feature| {
            let column = from.iter().find(|column| column.name == feature.name);
            column.map_or(&[][..], |column| &column.values)
        })
        .collect()
}

fn place_in(features: &[ModelFeature], columns: &[&[f64]], row: usize, point: &mut [f64]) {
    for ((value, feature), column) in point.iter_mut().zip(features).zip(columns) {
        *value = feature.scaled(column.get(row).copied().unwrap_or(f64::NAN));
    }
}

/// `rows` in scaled space: rows × features.
pub(super) fn matrix(
    features: &[ModelFeature],
    from: &[FeatureColumn],
    rows: &[usize],
) -> Array2<f64> {
    let columns = columns(features, from);
    let mut points = Array2::zeros((rows.len(), features.len()));
    for (mut point, &row) in points.outer_iter_mut().zip(rows) {
        if let Some(point) = point.as_slice_mut() {
            place_in(features, &columns, row, point);
        }
    }
    points
}

/// Assigns each of `rows` to its nearest centroid; the first of equally near
/// ones.
pub(super) fn place<C: AsRef<[f64]> + Sync>(
    features: &[ModelFeature],
    centroids: &[C],
    from: &[FeatureColumn],
    rows: &[usize],
) -> Vec<Placed> {
    let columns = columns(features, from);
    rows.par_iter()
        .map_init(
            || vec![0.0; features.len()],
            |point, &row| {
                place_in(features, &columns, row, point);
                nearest_two(point, centroids)
            },
        )
        .collect()
}

fn nearest_two<C: AsRef<[f64]>>(point: &[f64], centroids: &[C]) -> Placed {
    let (mut first, mut second) = ((0, f64::INFINITY), (None, f64::INFINITY));
    for (cluster, centroid) in centroids.iter().enumerate() {
        let distance = squared_distance(point, centroid.as_ref());
        if distance < first.1 {
            if first.1.is_finite() {
                second = (Some(first.0), first.1);
            }
            first = (cluster, distance);
        } else if distance < second.1 {
            second = (Some(cluster), distance);
        }
    }
    let confidence = match second {
        (None, _) => 1.0,
        (Some(_), distance) if distance > 0.0 => 1.0 - first.1 / distance,
        (Some(_), _) => 0.0,
    };
    Placed {
        cluster: first.0,
        second: second.0,
        distance: first.1.sqrt(),
        confidence,
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

    #[test]
    fn confidence_runs_from_a_tie_to_certainty() {
        let centroids = [[0.0], [10.0]];
        let certain = nearest_two(&[0.0], &centroids);
        assert_eq!(
            (certain.cluster, certain.second, certain.confidence),
            (0, Some(1), 1.0)
        );
        let tie = nearest_two(&[5.0], &centroids);
        assert_eq!((tie.cluster, tie.second, tie.confidence), (0, Some(1), 0.0));
        let between = nearest_two(&[7.5], &centroids);
        assert_eq!((between.cluster, between.second), (1, Some(0)));
        assert!((between.confidence - (1.0 - 1.0 / 9.0)).abs() < 1e-12);
    }
}
