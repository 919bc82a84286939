//! Mini-batch k-means (Sculley 2010) by clubcall's own [`crate::kmeans`]: the
//! same clusters but for a little, for a small part of the work where customers
//! are many, since the centroids settle within a few batches.

use ndarray::{Array2, ArrayView2, Axis};
use rand::SeedableRng;
use rand::seq::SliceRandom;
use rand_xoshiro::Xoshiro256Plus;

use super::kmeans::{fault, params};
use super::{ClusterError, Job, distinct_points};
use crate::kmeans::{KMeans, KMeansFloat, Observations};
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
    let params = params(job).map_err(fault)?;
    let mut rows: Vec<usize> = (0..points.nrows()).collect();
    let mut rng = Xoshiro256Plus::seed_from_u64(seed_for(job.seed, "minibatch", job.k));
    let mut model: Option<KMeans<F>> = None;
    'passes: for _ in 0..PASSES {
        rows.shuffle(&mut rng);
        for batch in rows.chunks(BATCH) {
            let batch = points.select(Axis(0), batch);
            if model.is_none() && distinct_points(batch.view(), job.k) < job.k {
                // The first batch holds the starts; all customers do have
                // enough different ones.
                return super::kmeans::fit(points, job);
            }
            let batch = Observations::new(batch.view(), None).map_err(fault)?;
            let moved = params.fit_batch(model, &batch).map_err(fault)?;
            let settled = moved.converged();
            model = Some(moved);
            if settled {
                break 'passes;
            }
        }
    }
    model
        .map(|model| model.centroids().clone())
        .ok_or_else(|| ClusterError::Failed("there are no batches".to_owned()))
}
