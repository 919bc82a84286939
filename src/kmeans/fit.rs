//! Fitting: several starts, the best is kept.

use std::borrow::Cow;

use linfa::DatasetBase;
use linfa::traits::Fit;
use ndarray::{Array1, ArrayBase, ArrayView2, Data, Ix2};
use pulp::Arch;
use rand::Rng;

use super::assign::measured;
use super::error::KMeansError;
use super::lanes::KMeansFloat;
use super::lloyd::{Stop, lloyd};
use super::model::KMeans;
use super::observations::Observations;
use super::params::KMeansValidParams;
use super::plan::Sparing;
use super::seeding::{check_centres, seeding};
use super::transfer::{MOST_ROWS, transfer};

/// A model and the cluster of each row it was fitted to.
#[derive(Debug, Clone, PartialEq)]
pub struct Fitted<F> {
    /// The model.
    pub model: KMeans<F>,
    /// The nearest centroid of each row.
    pub labels: Vec<u32>,
}

/// Runs Lloyd's iteration from `centres` (clusters × columns).
///
/// Centres of another fit are as good as any, so that similar problems (the
/// same data tomorrow, one cluster more) can share work.
///
/// # Errors
/// Centres have another number of columns than the data or a value that is not
/// finite, or there are fewer different rows of positive weight than centres.
pub fn fit_from<F: KMeansFloat>(
    data: &Observations<F>,
    centres: ArrayView2<F>,
    stop: &Stop,
) -> Result<Fitted<F>, KMeansError> {
    data.check_clusters(centres.nrows())?;
    check_centres(data, centres.nrows(), &centres.to_owned())?;
    Ok(run(data, centres, stop, Sparing::WherePays, Arch::new()))
}

/// Lloyd's iteration, then sizes, labels and inertia by the centroids reached,
/// as the model would predict them.
pub(super) fn run<F: KMeansFloat>(
    data: &Observations<F>,
    centres: ArrayView2<F>,
    stop: &Stop,
    sparing: Sparing,
    arch: Arch,
) -> Fitted<F> {
    let ended = lloyd(data, centres, stop, sparing, arch);
    let measured = ended.measured;
    Fitted {
        model: KMeans {
            centroids: ended.centroids,
            sizes: Array1::from_vec(measured.sizes),
            inertia: measured.inertia,
            iterations: ended.iterations,
            converged: ended.converged,
        },
        labels: measured.labels,
    }
}

/// Improves a fit to small data by transfers.
fn refine<F: KMeansFloat>(data: &Observations<F>, fitted: &mut Fitted<F>) {
    let clusters = fitted.model.centroids.nrows();
    let Some(centroids) = transfer(data, &fitted.labels, clusters) else {
        return;
    };
    let measured = measured(data, centroids.view());
    // Centroids rounded to `F` may undo a very small gain.
    if measured.inertia < fitted.model.inertia {
        fitted.labels = measured.labels;
        fitted.model.centroids = centroids;
        fitted.model.inertia = measured.inertia;
        fitted.model.sizes = Array1::from_vec(measured.sizes);
    }
}

impl<F: KMeansFloat, R: Rng + Clone> KMeansValidParams<F, R> {
    /// Fits to data that have been checked already, and returns the labels too.
    ///
    /// # Errors
    /// There are fewer different rows of positive weight than clusters, or
    /// precomputed centres do not fit.
    pub fn fit_observations(&self, data: &Observations<F>) -> Result<Fitted<F>, KMeansError> {
        let mut rng = self.rng().clone();
        let mut best: Option<Fitted<F>> = None;
        for _ in 0..self.n_runs(data.rows()) {
            let centres = seeding(
                data,
                self.n_clusters(),
                self.init_method(),
                self.seeding_rows_limit(),
                &mut rng,
            )?;
            let mut fitted = run(
                data,
                centres.view(),
                self.stop(),
                Sparing::WherePays,
                Arch::new(),
            );
            if self.transfers() && data.rows() <= MOST_ROWS && fitted.model.converged {
                refine(data, &mut fitted);
            }
            best = match best {
                Some(best) if best.model.inertia <= fitted.model.inertia => Some(best),
                _ => Some(fitted),
            };
        }
        best.ok_or(KMeansError::Params(super::KMeansParamsError::Runs))
    }
}

impl<F, R, D, T> Fit<ArrayBase<D, Ix2>, T, KMeansError> for KMeansValidParams<F, R>
where
    F: KMeansFloat,
    R: Rng + Clone,
    D: Data<Elem = F>,
{
    type Object = KMeans<F>;

    /// Fits to the rows of a dataset, with its weights if it has any.
    fn fit(&self, dataset: &DatasetBase<ArrayBase<D, Ix2>, T>) -> Result<KMeans<F>, KMeansError> {
        let weights = weights_of(&dataset.weights);
        let data = Observations::new(dataset.records().view(), weights.as_deref())?;
        Ok(self.fit_observations(&data)?.model)
    }
}

/// The weights of a dataset; `None` when it has none.
pub(super) fn weights_of(weights: &Array1<f32>) -> Option<Cow<'_, [f32]>> {
    if weights.is_empty() {
        return None;
    }
    Some(match weights.as_slice() {
        Some(weights) => Cow::Borrowed(weights),
        None => Cow::Owned(weights.to_vec()),
    })
}
