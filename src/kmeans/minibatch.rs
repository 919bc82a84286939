//! Mini-batches, for data beyond memory.

use linfa::DatasetBase;
use linfa::traits::FitWith;
use ndarray::{Array1, ArrayBase, ArrayView2, Data, Ix2};
use rand::Rng;

use super::assign::measured;
use super::chunks::squared_distance;
use super::error::{IncrKMeansError, KMeansError};
use super::fit::weights_of;
use super::lanes::KMeansFloat;
use super::model::KMeans;
use super::observations::Observations;
use super::params::KMeansValidParams;
use super::seeding::seeding;

impl<F: KMeansFloat, R: Rng + Clone> KMeansValidParams<F, R> {
    /// Takes one batch into account (Sculley, "Web-scale k-means clustering",
    /// 2010): every centre becomes the mean of all rows assigned to it so far.
    /// Without a model the first batch also chooses the starting centres, by
    /// the best of all runs.
    ///
    /// Batches should be drawn from all over the data; rows in an order that
    /// means something (by date, by customer) give poor centres.
    ///
    /// # Errors
    /// The batch is not fit for clustering, or of another number of columns.
    pub fn fit_batch(
        &self,
        model: Option<KMeans<F>>,
        batch: &Observations<F>,
    ) -> Result<KMeans<F>, KMeansError> {
        let model = match model {
            Some(model) if model.centroids.ncols() == batch.columns() => model,
            Some(model) => {
                return Err(KMeansError::Columns {
                    expected: model.centroids.ncols(),
                    found: batch.columns(),
                });
            }
            None => self.first_model(batch)?,
        };
        let columns = batch.columns();
        let measured = measured(batch, model.centroids.view());
        let labels = measured.labels;
        // Differences from the old centres, so that means far from the origin
        // keep their digits.
        let mut moves = vec![0.0; model.centroids.len()];
        for (row, (point, &cluster)) in batch.points.outer_iter().zip(&labels).enumerate() {
            let cluster = cluster as usize;
            let (weight, centre) = (batch.weight(row), model.centroids.row(cluster));
            let sums = &mut moves[cluster * columns..][..columns];
            for ((sum, &value), &centre) in sums.iter_mut().zip(point).zip(centre) {
                *sum += weight * (value.into() - centre.into());
            }
        }
        let mut centroids = model.centroids.clone();
        let sizes = model.sizes + Array1::from_vec(measured.sizes);
        for ((mut centre, sums), &size) in centroids
            .outer_iter_mut()
            .zip(moves.chunks_exact(columns))
            .zip(&sizes)
        {
            if size > 0.0 {
                for (centre, sum) in centre.iter_mut().zip(sums) {
                    *centre = F::nearest((*centre).into() + sum / size);
                }
            }
        }
        let shift: f64 = centroids
            .outer_iter()
            .zip(model.centroids.outer_iter())
            .map(|(to, from)| squared_distance(&to.to_vec(), &from.to_vec()))
            .sum();
        Ok(KMeans {
            centroids,
            sizes,
            inertia: measured.inertia,
            iterations: model.iterations + 1,
            converged: shift <= self.stop().tolerance * batch.variance,
        })
    }

    /// Takes each of the batches (rows × columns) into account once, in order.
    ///
    /// # Errors
    /// There is no batch, or one is not fit for clustering.
    pub fn fit_batches<'a>(
        &self,
        batches: impl IntoIterator<Item = ArrayView2<'a, F>>,
    ) -> Result<KMeans<F>, KMeansError> {
        let mut model = None;
        for batch in batches {
            model = Some(self.fit_batch(model, &Observations::new(batch, None)?)?);
        }
        model.ok_or(KMeansError::NoBatches)
    }

    /// The best starting centres for a first batch, with no rows assigned yet.
    fn first_model(&self, batch: &Observations<F>) -> Result<KMeans<F>, KMeansError> {
        let mut rng = self.rng().clone();
        let mut best: Option<KMeans<F>> = None;
        for _ in 0..self.n_runs(batch.rows()) {
            let centroids = seeding(
                batch,
                self.n_clusters(),
                self.init_method(),
                self.seeding_rows_limit(),
                &mut rng,
            )?;
            let inertia = measured(batch, centroids.view()).inertia;
            if best.as_ref().is_none_or(|best| inertia < best.inertia) {
                best = Some(KMeans {
                    sizes: Array1::zeros(centroids.nrows()),
                    centroids,
                    inertia,
                    iterations: 0,
                    converged: false,
                });
            }
        }
        best.ok_or(KMeansError::Params(super::KMeansParamsError::Runs))
    }
}

impl<'a, F, R, D, T> FitWith<'a, ArrayBase<D, Ix2>, T, IncrKMeansError<KMeans<F>>>
    for KMeansValidParams<F, R>
where
    F: KMeansFloat,
    R: Rng + Clone,
    D: Data<Elem = F>,
{
    type ObjectIn = Option<KMeans<F>>;
    type ObjectOut = KMeans<F>;

    /// Takes one batch into account; see [`KMeansValidParams::fit_batch`]. While
    /// the centres still move, the model comes back in
    /// [`IncrKMeansError::NotConverged`], as with linfa's own k-means.
    fn fit_with(
        &self,
        model: Option<KMeans<F>>,
        dataset: &'a DatasetBase<ArrayBase<D, Ix2>, T>,
    ) -> Result<KMeans<F>, IncrKMeansError<KMeans<F>>> {
        let weights = weights_of(&dataset.weights);
        let batch = Observations::new(dataset.records().view(), weights.as_deref())?;
        let model = self.fit_batch(model, &batch)?;
        if model.converged {
            Ok(model)
        } else {
            Err(IncrKMeansError::NotConverged(model))
        }
    }
}
