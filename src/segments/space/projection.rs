//! Principal components: the directions in which the customers vary most
//! (Pearson 1901; Jolliffe 2002, *Principal Component Analysis*, chapter 2).
//!
//! The covariance of a few dozen dimensions is small, so its whole
//! eigendecomposition (linfa's) is exact and quick. `linfa-reduction` would
//! iterate over all customers instead and give only the leading directions
//! approximately, without the share of the variance that they hold.

use linfa_linalg::eigh::{EigSort, EighInto};
use ndarray::{Array1, Array2, ArrayView2, Axis};
use serde::{Deserialize, Serialize};

use crate::segments::model::exact;
use crate::segments::settings::Pca;

/// A variance this small against the largest is only rounding.
const NOTHING: f64 = 1e-12;

/// A projection onto principal components. Lengths along them are as before,
/// so distances only lose what the left-out components held.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Projection {
    /// Subtracted first: one number per dimension before the projection.
    pub mean: Vec<f64>,
    /// Components × dimensions before the projection; each of length 1, at
    /// right angles to each other, the largest variance first. A coordinate is
    /// the sum of its loadings times the centred dimensions.
    pub axes: Vec<Vec<f64>>,
    /// Variance along each axis at the fit.
    pub variances: Vec<f64>,
    /// Share of the variance that all axes hold together, 0 to 1.
    pub share: f64,
}

impl Projection {
    /// The principal components of `points` (customers × dimensions) that
    /// `kept` asks for; none if the points do not vary. Components along which
    /// nothing varies are left out even when asked for.
    pub(super) fn learn(points: ArrayView2<f64>, kept: Pca) -> Option<Self> {
        let (mean, variances, axes) = principal_components(points)?;
        let total = variances.sum();
        let all = variances
            .iter()
            .filter(|&&v| v > NOTHING * variances[0])
            .count();
        let count = match kept {
            Pca::Components(count) => count as usize,
            Pca::Share(share) => {
                let mut sum = 0.0;
                // Rounding must not ask for one more.
                let enough = |&variance: &f64| {
                    sum += variance;
                    sum >= (share - NOTHING) * total
                };
                variances.iter().position(enough).map_or(all, |at| at + 1)
            }
        }
        .min(all);
        (count > 0).then(|| Self {
            mean: mean.iter().copied().map(exact).collect(),
            axes: axes
                .outer_iter()
                .take(count)
                .map(|axis| axis.iter().copied().map(exact).collect())
                .collect(),
            variances: variances.iter().take(count).copied().map(exact).collect(),
            share: exact(variances.iter().take(count).sum::<f64>() / total),
        })
    }

    /// Writes the coordinates of `point` along the axes.
    pub(in crate::segments) fn apply(&self, point: &[f64], along: &mut [f64]) {
        for (coordinate, axis) in along.iter_mut().zip(&self.axes) {
            *coordinate = axis
                .iter()
                .zip(point)
                .zip(&self.mean)
                .map(|((loading, value), mean)| loading * (value - mean))
                .sum();
        }
    }

    pub(super) fn is_sound(&self, dimensions: usize) -> bool {
        self.mean.len() == dimensions
            && !self.axes.is_empty()
            && self.axes.iter().all(|axis| axis.len() == dimensions)
            && self.variances.len() == self.axes.len()
    }
}

/// Mean, variances and axes (components × dimensions) of `points` (customers ×
/// dimensions), the largest variance first; none if they do not vary.
///
/// Axes have no natural direction; each points to where its largest loading is
/// positive, so that neither picture nor model flips from night to night.
pub(in crate::segments) fn principal_components(
    points: ArrayView2<f64>,
) -> Option<(Array1<f64>, Array1<f64>, Array2<f64>)> {
    let mean = points.mean_axis(Axis(0))?;
    let centred = &points - &mean;
    let covariance = centred.t().dot(&centred) / points.nrows() as f64;
    let (variances, vectors) = covariance.eigh_into().ok()?.sort_eig_desc();
    let mut axes = vectors.t().to_owned();
    for mut axis in axes.outer_iter_mut() {
        // Rounding must not choose between loadings of the same size.
        let peak = axis.iter().fold(0.0f64, |peak, &loading| {
            if loading.abs() > peak.abs() * (1.0 + 1e-9) {
                loading
            } else {
                peak
            }
        });
        let length = axis.dot(&axis).sqrt().copysign(peak);
        axis /= length;
    }
    let varies = variances.first().is_some_and(|&largest| largest > NOTHING);
    varies.then(|| (mean, variances.mapv(|variance| variance.max(0.0)), axes))
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;
    use crate::segments::fixtures::blobs;

    fn random(count: usize, dimensions: usize, seed: u64) -> Array2<f64> {
        let (mut points, _) = blobs(3, count / 3, dimensions, seed);
        let shear = Array2::from_shape_fn((dimensions, dimensions), |(i, j)| {
            1.0 / (1.0 + ((i * 7 + j * 3) % 5) as f64)
        });
        points = points.dot(&shear);
        points
    }

    proptest! {
        #[test]
        fn all_components_keep_all_distances(dimensions in 1..8usize, seed in 0..1000u64) {
            let points = random(30, dimensions, seed);
            let projection = Projection::learn(points.view(), Pca::Components(99)).unwrap();
            let project = |row: usize| {
                let mut along = vec![0.0; projection.axes.len()];
                projection.apply(&points.row(row).to_vec(), &mut along);
                along
            };
            let squared = |a: &[f64], b: &[f64]| -> f64 {
                a.iter().zip(b).map(|(a, b)| (a - b) * (a - b)).sum()
            };
            let before = squared(&points.row(3).to_vec(), &points.row(17).to_vec());
            let after = squared(&project(3), &project(17));
            // The axes are found by iteration: right to about three digits at worst.
            prop_assert!((before - after).abs() <= 1e-3 * before.max(1.0), "{before} {after}");
            prop_assert!((projection.share - 1.0).abs() < 1e-9);
            prop_assert!(projection.variances.is_sorted_by(|a, b| a >= b));
        }
    }

    #[test]
    fn as_few_components_are_kept_as_hold_the_share() {
        // Independent dimensions of deviation 3, 2 and 1: 9, 4 and 1 of 14.
        let points = Array2::from_shape_fn((8, 3), |(row, dimension)| {
            let sign = if row >> dimension & 1 == 0 { 1.0 } else { -1.0 };
            sign * (3 - dimension) as f64
        });
        for (share, count) in [(0.5, 1), (9.0 / 14.0, 1), (0.65, 2), (0.93, 3), (0.999, 3)] {
            let projection = Projection::learn(points.view(), Pca::Share(share)).unwrap();
            assert_eq!(projection.axes.len(), count, "{share}");
        }
        let projection = Projection::learn(points.view(), Pca::Components(2)).unwrap();
        assert_eq!(projection.variances, [9.0, 4.0]);
        assert_eq!(projection.share, exact(13.0 / 14.0));
    }

    #[test]
    fn directions_without_variance_are_left_out() {
        let points = Array2::from_shape_fn((9, 3), |(row, _)| row as f64);
        let projection = Projection::learn(points.view(), Pca::Components(3)).unwrap();
        assert_eq!(projection.axes.len(), 1);
        assert!(projection.axes[0].iter().all(|&loading| loading > 0.0));
        let flat = Array2::from_elem((9, 3), 2.0);
        assert_eq!(Projection::learn(flat.view(), Pca::Share(0.9)), None);
    }
}
