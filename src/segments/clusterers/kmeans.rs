//! k-means by [`crate::kmeans`]: Lloyd's algorithm, started by greedy k-means++.

use ndarray::{Array2, ArrayView2};
use rand::SeedableRng;
use rand_xoshiro::Xoshiro256Plus;

use linfa::ParamGuard;

use super::{ClusterError, Job};
use crate::kmeans::{KMeans, KMeansError, KMeansFloat, Observations};

/// The centres of the best of some random starts: clusters × features.
pub(super) fn fit<F: KMeansFloat>(
    points: ArrayView2<F>,
    job: Job,
) -> Result<Array2<F>, ClusterError> {
    let failed = |fault: KMeansError| ClusterError::Failed(fault.to_string());
    let rng = Xoshiro256Plus::seed_from_u64(job.seed);
    let data = Observations::new(points, None).map_err(failed)?;
    let params = KMeans::params_with_rng(job.k, rng)
        .n_runs(job.starts.max(1))
        .check()
        .map_err(|fault| failed(fault.into()))?;
    let fitted = params.fit_observations(&data).map_err(failed)?;
    Ok(fitted.model.centroids().clone())
}
