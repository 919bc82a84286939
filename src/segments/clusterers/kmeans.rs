//! k-means by linfa: Lloyd's algorithm from k-means++ starts (Arthur and
//! Vassilvitskii 2007), with the update that counts the old centroid as one
//! more member, so that no cluster empties into nothing.
//!
//! linfa assigns points in parallel, each on its own, and does every sum and
//! every draw on one thread, so its result is the same on any number of
//! threads. That does not hold for its `KMeansPara` start, which is why the
//! start is k-means++.

use linfa::DatasetBase;
use linfa::traits::Fit;
use linfa_clustering::{KMeans, KMeansInit};
use ndarray::{Array2, ArrayView2, Axis};
use rand::SeedableRng;
use rand_xoshiro::Xoshiro256Plus;

use super::{ClusterError, Job};

const MAX_ITERATIONS: u64 = 300;

/// Centroids have settled when together they move by less than this part of
/// the points' mean deviation.
const TOLERANCE: f64 = 1e-3;

pub(super) fn fit(points: ArrayView2<f64>, job: Job) -> Result<Array2<f64>, ClusterError> {
    // linfa's tolerance is absolute; deviation ties it to the data's scale.
    let deviation = points.var_axis(Axis(0), 0.0).mean().unwrap_or(0.0).sqrt();
    let rng = Xoshiro256Plus::seed_from_u64(job.seed);
    let model = KMeans::params_with_rng(job.k, rng)
        .init_method(KMeansInit::KMeansPlusPlus)
        .n_runs(job.starts)
        .max_n_iterations(MAX_ITERATIONS)
        .tolerance((TOLERANCE * deviation).max(f64::MIN_POSITIVE))
        .fit(&DatasetBase::from(points))
        .map_err(|fault| ClusterError::Failed(fault.to_string()))?;
    Ok(model.centroids().to_owned())
}
