//! k-means by linfa: Lloyd's algorithm (Lloyd 1982), with the update that
//! counts the old centroid as one more member, so that no cluster empties into
//! nothing. The starts are our own; see [`super::seeding`].
//!
//! linfa assigns points in parallel, each on its own, and does every sum on one
//! thread, so its result is the same on any number of threads.

use linfa::DatasetBase;
use linfa::traits::Fit;
use linfa_clustering::{KMeans, KMeansInit};
use ndarray::{Array2, ArrayView2, Axis};
use rand::SeedableRng;
use rand_xoshiro::Xoshiro256Plus;

use super::seeding::greedy_plus_plus;
use super::{ClusterError, Job};

const MAX_ITERATIONS: u64 = 300;

/// Centroids have settled when together they move by less than this part of
/// the points' mean deviation.
const TOLERANCE: f64 = 1e-3;

pub(super) fn fit(points: ArrayView2<f64>, job: Job) -> Result<Array2<f64>, ClusterError> {
    // linfa's tolerance is absolute; deviation ties it to the data's scale.
    let deviation = points.var_axis(Axis(0), 0.0).mean().unwrap_or(0.0).sqrt();
    let mut rng = Xoshiro256Plus::seed_from_u64(job.seed);
    let data = DatasetBase::from(points);
    let mut best: Option<(f64, Array2<f64>)> = None;
    for _ in 0..job.starts.max(1) {
        let starts = greedy_plus_plus(points, job.k, &mut rng);
        let model = KMeans::params_with_rng(job.k, rng.clone())
            .init_method(KMeansInit::Precomputed(starts))
            .n_runs(1)
            .max_n_iterations(MAX_ITERATIONS)
            .tolerance((TOLERANCE * deviation).max(f64::MIN_POSITIVE))
            .fit(&data)
            .map_err(|fault| ClusterError::Failed(fault.to_string()))?;
        if best
            .as_ref()
            .is_none_or(|(inertia, _)| model.inertia() < *inertia)
        {
            best = Some((model.inertia(), model.centroids().to_owned()));
        }
    }
    best.map(|(_, centroids)| centroids)
        .ok_or_else(|| ClusterError::Failed("no start gave centroids".to_owned()))
}
