//! A fitted model: centroids, and what they say about rows.

use linfa::traits::{PredictInplace, Transformer};
use ndarray::{Array1, Array2, ArrayBase, ArrayView2, Data, Ix1, Ix2};
use rand::Rng;
use rand_xoshiro::Xoshiro256Plus;
use serde::{Deserialize, Serialize};

use super::assign::{Assignment, assign, labels};
use super::distances::squared_distances;
use super::error::KMeansError;
use super::lanes::KMeansFloat;
use super::params::KMeansParams;
use super::saved::Saved;

/// A fitted k-means model over `F` (`f32` or `f64`).
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(
    into = "Saved<F>",
    try_from = "Saved<F>",
    bound(
        serialize = "F: KMeansFloat + Serialize",
        deserialize = "F: KMeansFloat + Deserialize<'de>"
    )
)]
pub struct KMeans<F> {
    pub(super) centroids: Array2<F>,
    pub(super) sizes: Array1<f64>,
    pub(super) inertia: f64,
    pub(super) iterations: u64,
    pub(super) converged: bool,
}

impl<F: KMeansFloat> KMeans<F> {
    /// Parameters of a fit with `clusters` clusters and a generator of fixed seed.
    #[must_use]
    pub fn params(clusters: usize) -> KMeansParams<F, Xoshiro256Plus> {
        KMeansParams::new(clusters)
    }

    /// Parameters of a fit with `clusters` clusters, started by `rng`.
    #[must_use]
    pub fn params_with_rng<R: Rng>(clusters: usize, rng: R) -> KMeansParams<F, R> {
        KMeansParams::with_rng(clusters, rng)
    }

    /// The centroids (clusters × columns).
    #[must_use]
    pub fn centroids(&self) -> &Array2<F> {
        &self.centroids
    }

    /// The sum of squared distances of the rows from their centroids, times
    /// their weights (not divided by their number). After mini-batches, that of
    /// the last batch.
    #[must_use]
    pub fn inertia(&self) -> f64 {
        self.inertia
    }

    /// The number of rows of each cluster, or the sum of their weights. After
    /// mini-batches, over all batches.
    #[must_use]
    pub fn sizes(&self) -> &Array1<f64> {
        &self.sizes
    }

    /// Iterations of the run that was kept, or mini-batches.
    #[must_use]
    pub fn iterations(&self) -> u64 {
        self.iterations
    }

    /// Whether the centres settled before the limit of iterations.
    #[must_use]
    pub fn converged(&self) -> bool {
        self.converged
    }

    /// The nearest centroid of each of the `points` (rows × columns).
    ///
    /// A row with a value that is not a number belongs to some cluster, at a
    /// distance that is not a number.
    ///
    /// # Errors
    /// The points have another number of columns than the centroids.
    pub fn assign(&self, points: ArrayView2<F>) -> Result<Vec<Assignment<F>>, KMeansError> {
        self.check_columns(points.ncols())?;
        Ok(assign(points, self.centroids.view()))
    }

    /// The squared distance of each of the `points` (rows × columns) from every
    /// centroid (rows × clusters).
    ///
    /// # Errors
    /// The points have another number of columns than the centroids.
    pub fn squared_distances(&self, points: ArrayView2<F>) -> Result<Array2<F>, KMeansError> {
        squared_distances(points, self.centroids.view())
    }

    fn check_columns(&self, found: usize) -> Result<(), KMeansError> {
        let expected = self.centroids.ncols();
        if found == expected {
            Ok(())
        } else {
            Err(KMeansError::Columns { expected, found })
        }
    }

    /// linfa's traits cannot return an error.
    fn assert_columns(&self, found: usize) {
        let expected = self.centroids.ncols();
        assert!(
            found == expected,
            "the data have {found} columns, the centroids {expected}"
        );
    }
}

impl<F: KMeansFloat, D: Data<Elem = F>> PredictInplace<ArrayBase<D, Ix2>, Array1<usize>>
    for KMeans<F>
{
    /// The index of the nearest centroid of each row.
    ///
    /// # Panics
    /// The points have another number of columns than the centroids, or there
    /// are more or fewer than `clusters` has places; [`KMeans::assign`] returns
    /// an error instead.
    fn predict_inplace(&self, points: &ArrayBase<D, Ix2>, clusters: &mut Array1<usize>) {
        self.assert_columns(points.ncols());
        assert_eq!(
            points.nrows(),
            clusters.len(),
            "there must be a place for each row"
        );
        let found = labels(points.view(), self.centroids.view());
        for (to, cluster) in clusters.iter_mut().zip(found) {
            *to = cluster as usize;
        }
    }

    fn default_target(&self, points: &ArrayBase<D, Ix2>) -> Array1<usize> {
        Array1::zeros(points.nrows())
    }
}

impl<F: KMeansFloat, D: Data<Elem = F>> PredictInplace<ArrayBase<D, Ix1>, usize> for KMeans<F> {
    /// The index of the centroid nearest to one point.
    ///
    /// # Panics
    /// The point has another number of columns than the centroids.
    fn predict_inplace(&self, point: &ArrayBase<D, Ix1>, cluster: &mut usize) {
        self.assert_columns(point.len());
        let row = point.view().insert_axis(ndarray::Axis(0));
        for found in labels(row, self.centroids.view()) {
            *cluster = found as usize;
        }
    }

    fn default_target(&self, _: &ArrayBase<D, Ix1>) -> usize {
        0
    }
}

impl<F: KMeansFloat, D: Data<Elem = F>> Transformer<&ArrayBase<D, Ix2>, Array2<F>> for KMeans<F> {
    /// The distance (not squared) of each row from every centroid: rows ×
    /// clusters.
    ///
    /// # Panics
    /// The points have another number of columns than the centroids;
    /// [`KMeans::squared_distances`] returns an error instead.
    fn transform(&self, points: &ArrayBase<D, Ix2>) -> Array2<F> {
        self.assert_columns(points.ncols());
        self.squared_distances(points.view())
            .map(|squares| squares.mapv_into(|square| square.sqrt()))
            .unwrap_or_default()
    }
}

impl<F: KMeansFloat, D: Data<Elem = F>> Transformer<&ArrayBase<D, Ix2>, Array1<F>> for KMeans<F> {
    /// The squared distance of each row from its nearest centroid, as linfa's
    /// own k-means gives it.
    ///
    /// # Panics
    /// The points have another number of columns than the centroids;
    /// [`KMeans::assign`] returns an error instead.
    fn transform(&self, points: &ArrayBase<D, Ix2>) -> Array1<F> {
        self.assert_columns(points.ncols());
        let assigned = assign(points.view(), self.centroids.view());
        assigned.iter().map(|row| row.squared_distance).collect()
    }
}
