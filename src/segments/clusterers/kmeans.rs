//! k-means by clubcall's own [`crate::kmeans`].

use linfa::ParamGuard;
use ndarray::{Array2, ArrayView2};
use rand::SeedableRng;
use rand_xoshiro::Xoshiro256Plus;

use super::{ClusterError, Job};
use crate::kmeans::{KMeans, KMeansError, KMeansFloat, Observations};

/// The centroids (clusters × features).
pub(super) fn fit<F: KMeansFloat>(
    points: ArrayView2<F>,
    job: Job,
) -> Result<Array2<F>, ClusterError> {
    let rng = Xoshiro256Plus::seed_from_u64(job.seed);
    let params = KMeans::params_with_rng(job.k, rng)
        .n_runs(job.starts.max(1))
        .check();
    params
        .map_err(KMeansError::from)
        .and_then(|params| params.fit_observations(&Observations::new(points, None)?))
        .map(|fitted| fitted.model.centroids().clone())
        .map_err(fault)
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
