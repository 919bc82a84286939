//! Mini-batch k-means (Sculley 2010) by clubcall's own [`crate::kmeans`]: the
//! same clusters but for a little, for a small part of the work where customers
//! are many. The first batch is clustered in full, so that the others only have
//! to refine its centroids; they settle within a few batches.

use linfa::ParamGuard;
use ndarray::{Array2, ArrayView2, Axis};
use rand::SeedableRng;
use rand::seq::SliceRandom;
use rand_xoshiro::Xoshiro256Plus;

use super::kmeans::fault;
use super::{ClusterError, Job, distinct_points, kmeans};
use crate::kmeans::{Init, KMeans, KMeansError, KMeansFloat, Observations};
use crate::segments::sampling::seed_for;

/// Customers per batch; a group of one per cent has a hundred of them.
const BATCH: usize = 10_000;

/// Passes over the customers, unless the centroids settle before.
const PASSES: usize = 10;

/// The centroids (clusters × features).
pub(super) fn fit<F: KMeansFloat>(
    points: ArrayView2<F>,
    job: Job,
) -> Result<Array2<F>, ClusterError> {
    let mut rows: Vec<usize> = (0..points.nrows()).collect();
    let mut rng = Xoshiro256Plus::seed_from_u64(seed_for(job.seed, "minibatch", job.k));
    rows.shuffle(&mut rng);
    let first = points.select(Axis(0), &rows[..BATCH.min(rows.len())]);
    if rows.len() <= BATCH || distinct_points(first.view(), job.k) < job.k {
        return kmeans::fit(points, job);
    }
    let starts = kmeans::fit(first.view(), job)?;
    let params = KMeans::params_with_rng(job.k, rng.clone())
        .init(Init::Precomputed(starts))
        .check()
        .map_err(|params| fault(KMeansError::from(params)))?;
    let mut model: Option<KMeans<F>> = None;
    'passes: for _ in 0..PASSES {
        for batch in rows.chunks(BATCH) {
            let batch = points.select(Axis(0), batch);
            let batch = Observations::new(batch.view(), None).map_err(fault)?;
            let moved = params.fit_batch(model, &batch).map_err(fault)?;
            let settled = moved.converged();
            model = Some(moved);
            if settled {
                break 'passes;
            }
        }
        rows.shuffle(&mut rng);
    }
    model
        .map(|model| model.centroids().clone())
        .ok_or_else(|| ClusterError::Failed("there are no batches".to_owned()))
}
