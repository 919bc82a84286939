//! Clustering algorithms: points in, a grouping out.
//!
//! To add one: a file here with a `fit` of the same shape, a variant of
//! [`Algorithm`], and an arm in `Algorithm::fit`. The contract test below runs
//! over `Algorithm::ALL`, so a new variant is held to it at once.
//!
//! The contract: a [`Grouping`] of the points; the same points, seed and settings give the same bits on any
//! number of threads; separated groups are found.

mod grouping;
mod kmeans;

use ndarray::{ArrayView1, ArrayView2};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

pub use grouping::Grouping;
pub(super) use grouping::Placed;

/// How segments are found.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "lowercase")]
pub enum Algorithm {
    /// k-means (Lloyd's algorithm, started by greedy k-means++).
    #[default]
    Kmeans,
}

/// An algorithm could not be run on these points.
#[derive(Debug, thiserror::Error, PartialEq, Eq)]
pub enum ClusterError {
    /// There are fewer different points than clusters asked for.
    #[error("{distinct} customers differ from each other, too few for {k} segments")]
    TooAlike {
        /// Points that differ from each other.
        distinct: usize,
        /// Clusters asked for.
        k: usize,
    },
    /// The algorithm's own failure.
    #[error("clustering failed: {0}")]
    Failed(String),
}

/// What is asked of an algorithm besides the points.
#[derive(Debug, Clone, Copy)]
pub(super) struct Job {
    /// Clusters to find, at least 1.
    pub(super) k: usize,
    /// Seed of all randomness.
    pub(super) seed: u64,
    /// Random starts, of which the best is taken.
    pub(super) starts: usize,
}

impl Algorithm {
    #[cfg(test)]
    const ALL: [Self; 1] = [Self::Kmeans];

    /// Finds clusters in `points` (customers × features, finite).
    ///
    /// # Errors
    /// When the points hold too few different ones, or the algorithm fails.
    pub(super) fn fit(self, points: ArrayView2<f64>, job: Job) -> Result<Grouping, ClusterError> {
        let distinct = distinct_points(points, job.k);
        if distinct < job.k {
            return Err(ClusterError::TooAlike { distinct, k: job.k });
        }
        match self {
            Self::Kmeans => kmeans::fit(points, job).map(|centres| Grouping::of_centres(&centres)),
        }
    }
}

/// The number of different points, counted no further than `enough`.
pub(super) fn distinct_points(points: ArrayView2<f64>, enough: usize) -> usize {
    let mut seen: Vec<ArrayView1<f64>> = Vec::with_capacity(enough);
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

#[cfg(test)]
mod tests {
    use ndarray::Array2;

    use super::*;
    use crate::segments::agreement::adjusted_rand;
    use crate::segments::fixtures::{blobs, on_threads};

    #[test]
    fn every_algorithm_finds_separated_groups() {
        for algorithm in Algorithm::ALL {
            let (points, truth) = blobs(5, 200, 3, 1);
            let job = Job {
                k: 5,
                seed: 7,
                starts: 4,
            };
            let grouping = algorithm.fit(points.view(), job).unwrap();
            assert_eq!(grouping.clusters(), 5);
            assert!(grouping.is_sound(3));
            let found = grouping.labels(points.view());
            assert!(adjusted_rand(&found, &truth) > 0.99, "{algorithm:?}");
        }
    }

    #[test]
    fn every_algorithm_gives_the_same_bits_on_any_number_of_threads() {
        for algorithm in Algorithm::ALL {
            let (points, _) = blobs(6, 700, 4, 2);
            let job = Job {
                k: 4,
                seed: 3,
                starts: 2,
            };
            let fit = || algorithm.fit(points.view(), job).unwrap();
            assert_eq!(on_threads(1, fit), on_threads(3, fit), "{algorithm:?}");
        }
    }

    #[test]
    fn every_algorithm_refuses_what_is_too_alike() {
        for algorithm in Algorithm::ALL {
            let points = Array2::from_shape_fn((50, 2), |(row, _)| (row % 2) as f64);
            let job = Job {
                k: 3,
                seed: 3,
                starts: 2,
            };
            let fault = algorithm.fit(points.view(), job).unwrap_err();
            assert_eq!(
                fault,
                ClusterError::TooAlike { distinct: 2, k: 3 },
                "{algorithm:?}"
            );
            assert!(
                algorithm.fit(points.view(), Job { k: 2, ..job }).is_ok(),
                "{algorithm:?}"
            );
        }
    }
}
