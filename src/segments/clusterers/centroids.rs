use ndarray::{Array2, ArrayView2};
use rayon::prelude::*;
use serde::{Deserialize, Serialize};

use super::fence::fences;
use super::grouping::{Nearest, Placed};
use super::spheres::Spheres;
use super::squared_distance;
use crate::kmeans::KMeansFloat;
use crate::segments::model::exact;

/// Clusters by nearest centroid.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Centroids {
    /// Clusters × dimensions.
    centroids: Vec<Vec<f64>>,
    /// How surely points belong to the nearest, once learned.
    spheres: Option<Spheres>,
    /// The distance from each centroid beyond which nothing belongs to it.
    fences: Option<Vec<f64>>,
}

impl Centroids {
    pub(super) fn new<F: KMeansFloat>(centroids: &Array2<F>) -> Self {
        let doubles = |centroid: ndarray::ArrayView1<F>| {
            centroid.iter().map(|&value| exact(value.into())).collect()
        };
        Self {
            centroids: centroids.outer_iter().map(doubles).collect(),
            spheres: None,
            fences: None,
        }
    }

    pub(super) fn centres(&self) -> &[Vec<f64>] {
        &self.centroids
    }

    pub(super) fn is_sound(&self, dimensions: usize) -> bool {
        let clusters = self.centroids.len();
        clusters > 0
            && self.centroids.iter().all(|c| c.len() == dimensions)
            && self
                .spheres
                .as_ref()
                .is_none_or(|spheres| spheres.is_sound(clusters, dimensions))
            && self.fences.as_ref().is_none_or(|f| f.len() == clusters)
    }

    pub(super) fn select(&self, order: &[usize]) -> Self {
        Self {
            centroids: order.iter().map(|&at| self.centroids[at].clone()).collect(),
            spheres: self.spheres.as_ref().map(|spheres| spheres.select(order)),
            fences: self
                .fences
                .as_ref()
                .map(|fences| order.iter().map(|&at| fences[at]).collect()),
        }
    }

    pub(super) fn calibrate<F: KMeansFloat>(
        &mut self,
        points: ArrayView2<F>,
        outside: Option<f64>,
    ) {
        self.spheres = Some(Spheres::fit(points, &self.centroids));
        self.fences = outside.map(|factor| {
            let placed: Vec<(usize, f64)> = (0..points.nrows())
                .into_par_iter()
                .map(|row| {
                    let point: Vec<f64> = points.row(row).iter().copied().map(F::into).collect();
                    let (cluster, squared) = Nearest::of(self.squared_distances(&point)).first;
                    (cluster, squared.sqrt())
                })
                .collect();
            fences(&placed, self.centroids.len(), factor)
        });
    }

    pub(super) fn place(&self, point: &[f64]) -> Placed {
        let squared: Vec<f64> = self.squared_distances(point).collect();
        let nearest = Nearest::of(squared.iter().copied());
        let cluster = nearest.first.0;
        let beyond = |(squared, fence): (&f64, &f64)| *squared > fence * fence;
        Placed {
            cluster,
            second: nearest.second.map(|second| second.0),
            distance: nearest.first.1.sqrt(),
            confidence: self
                .spheres
                .as_ref()
                .map_or(1.0, |spheres| spheres.posterior(point, cluster)),
            outside: self
                .fences
                .as_ref()
                .is_some_and(|fences| squared.iter().zip(fences).all(beyond)),
        }
    }

    fn squared_distances(&self, point: &[f64]) -> impl Iterator<Item = f64> {
        let centroids = self.centroids.iter();
        centroids.map(move |centroid| squared_distance(point, centroid))
    }
}
