//! Clustering algorithms: points in, a grouping out.
//!
//! To add one: a file here with a `fit` of the same shape, a variant of
//! [`Algorithm`], and an arm in `Algorithm::fit`. The tests in `conformance`
//! run over `Algorithm::ALL`, so a new variant is held to the contract at once.
//!
//! The contract, for points in `f32` and `f64` alike:
//!
//! * points without rows or columns, and numbers that are missing, infinite or
//!   beyond ±10³⁰ are typed errors, and so is a number of clusters that the
//!   different points do not allow; nothing panics;
//! * the same points, seed and settings give the same bits on any number of
//!   threads;
//! * separated groups are found, in any order of the rows;
//! * a [`Grouping`] says where any point belongs, and how surely. It survives
//!   its file: a loaded one places every point as before.
//!
//! linfa's mixture, DBSCAN and OPTICS get a copy of the points in `f64`: they
//! are fitted on samples (see `Algorithm::row_limit`), and their sums run in
//! the type of the points.

mod centroids;
mod dbscan;
mod density;
mod error;
mod fence;
mod gaussian_mixture;
mod grouping;
mod kmeans;
mod minibatch;
mod mixture;
mod neighbours;
mod optics;
mod reachability;
mod settings;
mod spheres;

#[cfg(test)]
mod conformance;

use ndarray::{Array2, ArrayView1, ArrayView2};
use rayon::prelude::*;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::kmeans::KMeansFloat;

pub use centroids::Centroids;
pub use density::Density;
pub use error::ClusterError;
pub use grouping::Grouping;
pub(super) use grouping::Placed;
pub use mixture::Mixture;
pub use settings::{DbscanSettings, Off, OpticsSettings, Outside, Reach};
pub(super) use settings::{DensityJob, outside};

/// How segments are found.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum Algorithm {
    /// k-means (Lloyd's algorithm, started by greedy k-means++).
    #[default]
    Kmeans,
    /// Mini-batch k-means: nearly the same in less time, for millions of
    /// customers (see `fit_rows`).
    Minibatch,
    /// A mixture of normal distributions, each with a covariance of its own:
    /// for elongated groups and groups within others.
    GaussianMixture,
    /// Dense regions of any shape (DBSCAN); finds their number itself.
    Dbscan,
    /// Dense regions of any shape and of different density (OPTICS); finds
    /// their number itself.
    Optics,
}

/// What is asked of an algorithm besides the points.
#[derive(Debug, Clone, Copy)]
pub(super) struct Job {
    /// Clusters to find, at least 1; see [`Algorithm::takes_k`].
    pub(super) k: usize,
    /// Seed of all randomness.
    pub(super) seed: u64,
    /// Random starts, of which the best is taken.
    pub(super) starts: usize,
    /// What dense means, to the algorithms that look for density.
    pub(super) density: DensityJob,
}

/// A larger number cannot be squared and summed without losing the rest.
const LARGEST: f64 = 1e30;

impl Algorithm {
    /// All of them.
    pub(super) const ALL: [Self; 5] = [
        Self::Kmeans,
        Self::Minibatch,
        Self::GaussianMixture,
        Self::Dbscan,
        Self::Optics,
    ];

    /// The name in a pipeline file.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Kmeans => "kmeans",
            Self::Minibatch => "minibatch",
            Self::GaussianMixture => "gaussian_mixture",
            Self::Dbscan => "dbscan",
            Self::Optics => "optics",
        }
    }

    /// Whether it is told the number of clusters; otherwise it finds it.
    #[must_use]
    pub const fn takes_k(self) -> bool {
        match self {
            Self::Kmeans | Self::Minibatch | Self::GaussianMixture => true,
            Self::Dbscan | Self::Optics => false,
        }
    }

    /// The most customers it can be fitted on within seconds: the work of
    /// DBSCAN and OPTICS grows with their square.
    pub(super) const fn row_limit(self) -> usize {
        match self {
            Self::Kmeans | Self::Minibatch => usize::MAX,
            Self::GaussianMixture => gaussian_mixture::MOST_ROWS,
            Self::Dbscan => dbscan::MOST_ROWS,
            Self::Optics => optics::MOST_ROWS,
        }
    }

    /// Finds clusters in `points` (customers × features).
    ///
    /// # Errors
    /// When the points cannot be computed with or are too alike, or the
    /// algorithm fails.
    pub(super) fn fit<F: KMeansFloat>(
        self,
        points: ArrayView2<F>,
        job: Job,
    ) -> Result<Grouping, ClusterError> {
        check(points)?;
        if self.takes_k() {
            let distinct = distinct_points(points, job.k);
            if distinct < job.k {
                return Err(ClusterError::TooAlike { distinct, k: job.k });
            }
        }
        let centroids = |centres: Array2<F>| Grouping::of_centres(&centres);
        match self {
            Self::Kmeans => kmeans::fit(points, job).map(centroids),
            Self::Minibatch => minibatch::fit(points, job).map(centroids),
            Self::GaussianMixture => {
                gaussian_mixture::fit(&doubles(points), job).map(Grouping::Mixture)
            }
            Self::Dbscan => dbscan::fit(&doubles(points), job.density).map(Grouping::Density),
            Self::Optics => optics::fit(&doubles(points), job.density).map(Grouping::Density),
        }
    }
}

/// That there are points, and that all their numbers can be computed with.
fn check<F: KMeansFloat>(points: ArrayView2<F>) -> Result<(), ClusterError> {
    if points.is_empty() {
        return Err(ClusterError::Empty {
            rows: points.nrows(),
            columns: points.ncols(),
        });
    }
    let unfit = |&value: &F| {
        let value: f64 = value.into();
        value.is_nan() || value.abs() > LARGEST
    };
    let fault = (0..points.nrows()).into_par_iter().find_map_first(|row| {
        let column = points.row(row).iter().position(unfit)?;
        Some(ClusterError::NotFinite { row, column })
    });
    fault.map_or(Ok(()), Err)
}

fn doubles<F: KMeansFloat>(points: ArrayView2<F>) -> Array2<f64> {
    points.mapv(F::into)
}

/// The number of different points, counted no further than `enough`.
pub(super) fn distinct_points<F: KMeansFloat>(points: ArrayView2<F>, enough: usize) -> usize {
    let mut seen: Vec<ArrayView1<F>> = Vec::with_capacity(enough.min(points.nrows()));
    for point in points.rows() {
        if seen.len() == enough {
            break;
        }
        if !seen.contains(&point) {
            seen.push(point);
        }
    }
    seen.len()
}

/// Squared Euclidean distance.
pub(super) fn squared_distance(a: &[f64], b: &[f64]) -> f64 {
    a.iter().zip(b).map(|(a, b)| (a - b) * (a - b)).sum()
}
