use ndarray::{Array1, Array2, Array3, ArrayView2};
use rayon::prelude::*;
use serde::{Deserialize, Serialize};

use super::fence::fences;
use super::grouping::{Nearest, Placed};
use super::squared_distance;
use crate::kmeans::KMeansFloat;
use crate::segments::model::exact;

/// Clusters by likeliest normal distribution.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Mixture {
    /// Clusters × dimensions.
    means: Vec<Vec<f64>>,
    /// Per cluster the inverse of its covariance's Cholesky factor, a lower
    /// triangle column by column: it makes the cluster a unit sphere.
    whitenings: Vec<Vec<f64>>,
    /// Logarithm of weight / √|covariance|.
    offsets: Vec<f64>,
    /// The Mahalanobis distance from each mean beyond which nothing belongs to
    /// the cluster.
    fences: Option<Vec<f64>>,
}

impl Mixture {
    /// Of weights (clusters), means (clusters × dimensions) and covariances
    /// (clusters × dimensions × dimensions); none if a covariance is not
    /// positive definite, or a number not finite.
    pub(super) fn new(
        weights: &Array1<f64>,
        means: &Array2<f64>,
        covariances: &Array3<f64>,
    ) -> Option<Self> {
        let inverses: Vec<Array2<f64>> = covariances
            .outer_iter()
            .map(inverse_factor)
            .collect::<Option<_>>()?;
        let offset = |(weight, inverse): (&f64, &Array2<f64>)| {
            weight.ln() + inverse.diag().iter().map(|value| value.ln()).sum::<f64>()
        };
        let offsets: Vec<f64> = weights.iter().zip(&inverses).map(offset).collect();
        let mixture = Self {
            means: means
                .outer_iter()
                .map(|mean| rounded(mean.iter()))
                .collect(),
            whitenings: inverses.iter().map(packed).collect(),
            offsets: rounded(offsets.iter()),
            fences: None,
        };
        let numbers = mixture.means.iter().chain(&mixture.whitenings).flatten();
        let mut numbers = numbers.chain(&mixture.offsets);
        numbers.all(|number| number.is_finite()).then_some(mixture)
    }

    pub(super) fn centres(&self) -> &[Vec<f64>] {
        &self.means
    }

    pub(super) fn is_sound(&self, dimensions: usize) -> bool {
        let clusters = self.means.len();
        let triangle = dimensions * (dimensions + 1) / 2;
        clusters > 0
            && self.means.iter().all(|mean| mean.len() == dimensions)
            && self.whitenings.len() == clusters
            && self.whitenings.iter().all(|w| w.len() == triangle)
            && self.offsets.len() == clusters
            && self.fences.as_ref().is_none_or(|f| f.len() == clusters)
    }

    pub(super) fn select(&self, order: &[usize]) -> Self {
        let rows = |from: &[Vec<f64>]| order.iter().map(|&at| from[at].clone()).collect();
        let numbers = |from: &[f64]| order.iter().map(|&at| from[at]).collect();
        Self {
            means: rows(&self.means),
            whitenings: rows(&self.whitenings),
            offsets: numbers(&self.offsets),
            fences: self.fences.as_deref().map(numbers),
        }
    }

    pub(super) fn calibrate<F: KMeansFloat>(
        &mut self,
        points: ArrayView2<F>,
        outside: Option<f64>,
    ) {
        self.fences = outside.map(|factor| {
            let placed: Vec<(usize, f64)> = (0..points.nrows())
                .into_par_iter()
                .map(|row| {
                    let point: Vec<f64> = points.row(row).iter().copied().map(F::into).collect();
                    let squared: Vec<f64> = self.squared_mahalanobis(&point).collect();
                    let cluster = self.likeliest(&squared).first.0;
                    (cluster, squared[cluster].sqrt())
                })
                .collect();
            fences(&placed, self.means.len(), factor)
        });
    }

    /// The logarithm of the density at `point`, up to a constant that depends
    /// on the dimensions alone.
    pub(super) fn log_density(&self, point: &[f64]) -> f64 {
        let squared: Vec<f64> = self.squared_mahalanobis(point).collect();
        let own = self.likeliest(&squared).first.1;
        let relative = self.offsets.iter().zip(&squared);
        let relative = relative.map(|(offset, squared)| (offset - squared / 2.0 + own).exp());
        relative.sum::<f64>().ln() - own
    }

    pub(super) fn place(&self, point: &[f64]) -> Placed {
        let squared: Vec<f64> = self.squared_mahalanobis(point).collect();
        let nearest = self.likeliest(&squared);
        let (cluster, own) = nearest.first;
        let relative = self.offsets.iter().zip(&squared);
        let relative = relative.map(|(offset, squared)| (offset - squared / 2.0 + own).exp());
        let beyond = |(squared, fence): (&f64, &f64)| *squared > fence * fence;
        Placed {
            cluster,
            second: nearest.second.map(|second| second.0),
            distance: squared_distance(point, &self.means[cluster]).sqrt(),
            confidence: 1.0 / relative.sum::<f64>(),
            outside: self
                .fences
                .as_ref()
                .is_some_and(|fences| squared.iter().zip(fences).all(beyond)),
        }
    }

    /// See [`super::Grouping::pull`].
    pub(super) fn pull(&self, point: &[f64], cluster: usize, force: &mut Vec<f64>) -> &[f64] {
        let mean = &self.means[cluster];
        let mut rest = &self.whitenings[cluster][..];
        force.clear();
        force.resize(mean.len(), 0.0);
        for row in 1..=mean.len() {
            let (weights, after) = rest.split_at(row);
            rest = after;
            let from_mean = point.iter().zip(mean).zip(weights);
            let along: f64 = from_mean.map(|((x, mean), w)| (x - mean) * w).sum();
            for (force, weight) in force.iter_mut().zip(weights) {
                *force += weight * along;
            }
        }
        mean
    }

    /// By falling log-density, at these squared Mahalanobis distances.
    fn likeliest(&self, squared: &[f64]) -> Nearest {
        let clusters = self.offsets.iter().zip(squared);
        Nearest::of(clusters.map(|(offset, squared)| squared / 2.0 - offset))
    }

    fn squared_mahalanobis(&self, point: &[f64]) -> impl Iterator<Item = f64> {
        let mut along = vec![0.0; point.len()];
        let clusters = self.means.iter().zip(&self.whitenings);
        clusters.map(move |(mean, whitening)| {
            along.fill(0.0);
            let mut rest = &whitening[..];
            for (column, (x, mean)) in point.iter().zip(mean).enumerate() {
                let (weights, after) = rest.split_at(point.len() - column);
                rest = after;
                for (along, weight) in along[column..].iter_mut().zip(weights) {
                    *along += (x - mean) * weight;
                }
            }
            along.iter().map(|along| along * along).sum()
        })
    }
}

/// The inverse of a covariance's lower Cholesky factor; none if the covariance
/// is not positive definite.
fn inverse_factor(covariance: ArrayView2<f64>) -> Option<Array2<f64>> {
    let size = covariance.nrows();
    let mut factor = Array2::<f64>::zeros((size, size));
    let mut inverse = Array2::<f64>::zeros((size, size));
    for row in 0..size {
        for column in 0..=row {
            let before = (0..column).map(|at| factor[[row, at]] * factor[[column, at]]);
            let left = covariance[[row, column]] - before.sum::<f64>();
            if row > column {
                factor[[row, column]] = left / factor[[column, column]];
            } else if left > 0.0 {
                factor[[row, row]] = left.sqrt();
            } else {
                return None;
            }
        }
        for column in 0..=row {
            let unit = if row == column { 1.0 } else { 0.0 };
            let before = (column..row).map(|at| factor[[row, at]] * inverse[[at, column]]);
            inverse[[row, column]] = (unit - before.sum::<f64>()) / factor[[row, row]];
        }
    }
    Some(inverse)
}

/// The columns of a lower triangle, each from the diagonal down.
fn packed(triangle: &Array2<f64>) -> Vec<f64> {
    let columns = triangle.columns().into_iter().enumerate();
    rounded(columns.flat_map(|(at, column)| column.into_iter().skip(at)))
}

fn rounded<'a>(numbers: impl Iterator<Item = &'a f64>) -> Vec<f64> {
    numbers.map(|&number| exact(number)).collect()
}

#[cfg(test)]
mod tests {
    use ndarray::array;

    use super::*;

    #[test]
    fn densities_and_probabilities_are_the_textbook_ones() {
        let mixture = Mixture::new(
            &array![0.25, 0.75],
            &array![[0.0, 0.0], [3.0, 1.0]],
            &array![[[2.0, 0.5], [0.5, 1.0]], [[1.0, 0.0], [0.0, 4.0]]],
        )
        .unwrap();
        // By the explicit inverse of each covariance at (1, 1).
        let first = 0.25 / 1.75f64.sqrt() * (-0.5 * (1.0 - 2.0 * 0.5 + 2.0) / 1.75f64).exp();
        let second = 0.75 / 2.0 * (-0.5 * 4.0f64).exp();
        let expected = (first + second).ln();
        assert!((mixture.log_density(&[1.0, 1.0]) - expected).abs() < 1e-10);
        let placed = mixture.place(&[1.0, 1.0]);
        assert_eq!((placed.cluster, placed.second), (0, Some(1)));
        assert!((placed.confidence - first / (first + second)).abs() < 1e-10);
        assert!((placed.distance - 2.0f64.sqrt()).abs() < 1e-12);
    }

    #[test]
    fn a_flat_covariance_is_refused() {
        let flat = array![[[1.0, 1.0], [1.0, 1.0]]];
        assert!(Mixture::new(&array![1.0], &array![[0.0, 0.0]], &flat).is_none());
    }
}
