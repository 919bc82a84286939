//! k-means by clubcall's own [`crate::kmeans`].

use linfa::ParamGuard;
use ndarray::{Array2, ArrayView2};
use rand::SeedableRng;
use rand_xoshiro::Xoshiro256Plus;

use super::{ClusterError, Job};
use crate::kmeans::{KMeans, KMeansError, KMeansFloat, KMeansValidParams, Observations};

/// The centroids (clusters × features).
pub(super) fn fit<F: KMeansFloat>(
    points: ArrayView2<F>,
    job: Job,
) -> Result<Array2<F>, ClusterError> {
    let fitted = params(job)
        .and_then(|params| params.fit_observations(&Observations::new(points, None)?))
        .map_err(fault)?;
    Ok(fitted.model.centroids().clone())
}

/// What both k-means and mini-batch k-means are asked for.
pub(super) fn params<F: KMeansFloat>(
    job: Job,
) -> Result<KMeansValidParams<F, Xoshiro256Plus>, KMeansError> {
    let params = KMeans::params_with_rng(job.k, Xoshiro256Plus::seed_from_u64(job.seed));
    Ok(params.n_runs(job.starts.max(1)).check()?)
}

pub(super) fn fault(fault: KMeansError) -> ClusterError {
    match fault {
        KMeansError::TooFewDistinct { distinct, clusters }
        | KMeansError::TooFewRows {
            rows: distinct,
            clusters,
        } => ClusterError::TooAlike {
            distinct,
            k: clusters,
        },
        fault => ClusterError::Failed(fault.to_string()),
    }
}
