//! Gaussian mixtures by linfa: expectation–maximisation (Dempster, Laird and
//! Rubin 1977), started by k-means, with a full covariance per cluster.
//!
//! linfa weighs densities without taking the largest out first, so a point far
//! from every component makes all of them not a number, and it stops at a
//! covariance that a cluster of few or equal points has lost a dimension of.
//! Where that happens the fit is made again without the points far out, then
//! with covariances kept larger.

use linfa::traits::Fit;
use linfa::{DatasetBase, ParamGuard};
use linfa_clustering::GaussianMixtureModel;
use ndarray::{Array2, ArrayView2, Axis};
use rand::SeedableRng;
use rand_xoshiro::Xoshiro256Plus;
use rayon::prelude::*;

use super::spheres::LEAST_VARIANCE;
use super::{Centroids, ClusterError, Job, Mixture, kmeans};

/// linfa works on one thread, a second per start and more in ten dimensions.
pub(super) const MOST_ROWS: usize = 20_000;

const MAX_ITERATIONS: u64 = 500;

/// Gain of the mean log-likelihood at which the estimate has settled, as in
/// scikit-learn.
const TOLERANCE: f64 = 1e-3;

/// Added to the covariances' diagonals, as parts of the mean variance of a
/// column: the first that works is taken.
const REGULARISATIONS: [f64; 3] = [1e-6, 1e-4, 1e-2];

/// Interquartile ranges beyond which a second try leaves a point out.
const FAR_OUT: f64 = 3.0;

pub(super) fn fit(points: &Array2<f64>, job: Job) -> Result<Mixture, ClusterError> {
    let variance = points.var_axis(Axis(0), 0.0).mean().unwrap_or(0.0);
    let mut kept = None;
    for (trial, part) in REGULARISATIONS.into_iter().enumerate() {
        let regularisation = (part * variance).max(LEAST_VARIANCE);
        if let Some(mixture) = best(points.view(), job, regularisation) {
            return Ok(mixture);
        }
        if trial == 0 {
            kept = inner(points, job)?;
        }
        let trimmed = kept
            .as_ref()
            .and_then(|points| best(points.view(), job, regularisation));
        if let Some(mixture) = trimmed {
            return Ok(mixture);
        }
    }
    Err(ClusterError::Failed(format!(
        "no {} normal distributions fit these customers; \
         lower `segments.k`, or use `algorithm = \"kmeans\"`",
        job.k
    )))
}

/// The likeliest of a few starts.
fn best(points: ArrayView2<f64>, job: Job, regularisation: f64) -> Option<Mixture> {
    // Each start is the best of several of k-means already.
    let fits: Vec<(f64, Mixture)> = (0..job.starts.div_ceil(4).max(1) as u64)
        .into_par_iter()
        .filter_map(|start| {
            let rng = Xoshiro256Plus::seed_from_u64(job.seed.wrapping_add(start));
            let mixture = one(points, job.k, regularisation, rng)?;
            Some((log_likelihood(&mixture, points), mixture))
        })
        .collect();
    let mut best: Option<(f64, Mixture)> = None;
    for fit in fits {
        if best.as_ref().is_none_or(|best| fit.0 > best.0) {
            best = Some(fit);
        }
    }
    best.map(|(_, mixture)| mixture)
}

fn one(
    points: ArrayView2<f64>,
    k: usize,
    regularisation: f64,
    rng: Xoshiro256Plus,
) -> Option<Mixture> {
    let fitted = GaussianMixtureModel::params_with_rng(k, rng)
        .reg_covariance(regularisation)
        .tolerance(TOLERANCE)
        .max_n_iterations(MAX_ITERATIONS)
        .check()
        .ok()?
        .fit(&DatasetBase::from(points))
        .ok()?;
    Mixture::new(fitted.weights(), fitted.means(), fitted.covariances())
}

/// The sum over points in their order.
fn log_likelihood(mixture: &Mixture, points: ArrayView2<f64>) -> f64 {
    let densities: Vec<f64> = (0..points.nrows())
        .into_par_iter()
        .map(|row| mixture.log_density(&points.row(row).to_vec()))
        .collect();
    densities.iter().sum()
}

/// The points that lie within the fences of a k-means with as many clusters,
/// if these leave any out and enough in.
fn inner(points: &Array2<f64>, job: Job) -> Result<Option<Array2<f64>>, ClusterError> {
    let mut centroids = Centroids::new(&kmeans::fit(points.view(), job)?);
    centroids.calibrate(points.view(), Some(FAR_OUT));
    let inside = |&row: &usize| !centroids.place(&points.row(row).to_vec()).outside;
    let rows: Vec<usize> = (0..points.nrows()).filter(inside).collect();
    let inner = points.select(Axis(0), &rows);
    let enough = super::distinct_points(inner.view(), job.k) == job.k;
    Ok((rows.len() < points.nrows() && enough).then_some(inner))
}
