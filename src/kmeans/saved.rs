//! The saved form of a model, checked when it is read.

use ndarray::{Array1, Array2};
use serde::{Deserialize, Serialize};

use super::error::KMeansError;
use super::lanes::KMeansFloat;
use super::model::KMeans;

/// Plain vectors, so that the file is readable and needs no feature of ndarray.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub(super) struct Saved<F> {
    centroids: Vec<Vec<F>>,
    sizes: Vec<f64>,
    inertia: f64,
    iterations: u64,
    converged: bool,
}

impl<F: KMeansFloat> From<KMeans<F>> for Saved<F> {
    fn from(model: KMeans<F>) -> Self {
        Self {
            centroids: model
                .centroids
                .outer_iter()
                .map(|row| row.to_vec())
                .collect(),
            sizes: model.sizes.to_vec(),
            inertia: model.inertia,
            iterations: model.iterations,
            converged: model.converged,
        }
    }
}

impl<F: KMeansFloat> TryFrom<Saved<F>> for KMeans<F> {
    type Error = KMeansError;

    fn try_from(saved: Saved<F>) -> Result<Self, KMeansError> {
        let damaged = |what: &str| KMeansError::Damaged(what.to_owned());
        let clusters = saved.centroids.len();
        let columns = saved.centroids.first().map_or(0, Vec::len);
        if columns == 0 {
            return Err(damaged("it has no centroids"));
        }
        if saved.sizes.len() != clusters {
            return Err(damaged("it has not one size a cluster"));
        }
        let values: Vec<F> = saved.centroids.into_iter().flatten().collect();
        if !values.iter().all(|value| value.is_finite()) {
            return Err(damaged("a centroid is infinite or not a number"));
        }
        let centroids = Array2::from_shape_vec((clusters, columns), values)
            .map_err(|_| damaged("its centroids differ in length"))?;
        Ok(Self {
            centroids,
            sizes: Array1::from_vec(saved.sizes),
            inertia: saved.inertia,
            iterations: saved.iterations,
            converged: saved.converged,
        })
    }
}
