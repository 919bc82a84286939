use ndarray::{Array2, ArrayView2};
use rayon::prelude::*;
use serde::{Deserialize, Serialize};

use super::{Centroids, Density, Mixture};
use crate::kmeans::KMeansFloat;

/// What an algorithm made of the points: all that is needed to say where any
/// other point belongs. Its numbers have 12 significant digits (see
/// [`crate::segments::Model`]).
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case", tag = "kind")]
pub enum Grouping {
    /// A point belongs to the nearest centroid.
    Centroids(Centroids),
    /// A point belongs to the likeliest normal distribution.
    Mixture(Mixture),
    /// A point belongs to the dense region within whose reach it lies.
    Density(Density),
}

/// Where a point belongs.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(in crate::segments) struct Placed {
    /// Its cluster, the first of equally near ones; where it is outside, the
    /// one that it is least far from.
    pub(in crate::segments) cluster: usize,
    /// The next nearest cluster, if there are two.
    pub(in crate::segments) second: Option<usize>,
    /// Euclidean distance to the cluster's centre; of a dense region, to its
    /// nearest core point.
    pub(in crate::segments) distance: f64,
    /// The probability that it belongs to the cluster rather than to another;
    /// 1 before [`Grouping::calibrate`].
    pub(in crate::segments) confidence: f64,
    /// Whether it lies far from every cluster.
    pub(in crate::segments) outside: bool,
}

impl Grouping {
    /// By the nearest of `centres` (clusters × dimensions).
    pub(in crate::segments) fn of_centres<F: KMeansFloat>(centres: &Array2<F>) -> Self {
        Self::Centroids(Centroids::new(centres))
    }

    /// Number of clusters.
    pub(in crate::segments) fn clusters(&self) -> usize {
        self.centres().len()
    }

    /// The middle of each cluster: its centroid or mean; of a dense region the
    /// mean of its core points, which may lie outside of it.
    pub(in crate::segments) fn centres(&self) -> &[Vec<f64>] {
        match self {
            Self::Centroids(centroids) => centroids.centres(),
            Self::Mixture(mixture) => mixture.centres(),
            Self::Density(density) => density.centres(),
        }
    }

    /// Whether it can place points of that many dimensions; a file may have
    /// been edited.
    pub(in crate::segments) fn is_sound(&self, dimensions: usize) -> bool {
        match self {
            Self::Centroids(centroids) => centroids.is_sound(dimensions),
            Self::Mixture(mixture) => mixture.is_sound(dimensions),
            Self::Density(density) => density.is_sound(dimensions),
        }
    }

    /// The clusters at `order`, in that order; others are left out.
    pub(in crate::segments) fn select(&self, order: &[usize]) -> Self {
        match self {
            Self::Centroids(centroids) => Self::Centroids(centroids.select(order)),
            Self::Mixture(mixture) => Self::Mixture(mixture.select(order)),
            Self::Density(density) => Self::Density(density.select(order)),
        }
    }

    /// Learns from the points of the fit how surely points belong to their
    /// clusters, and how far from all of them is outside: `outside`
    /// interquartile ranges (see `fence`), or nowhere. Dense regions know both
    /// already.
    pub(in crate::segments) fn calibrate<F: KMeansFloat>(
        &mut self,
        points: ArrayView2<F>,
        outside: Option<f64>,
    ) {
        match self {
            Self::Centroids(centroids) => centroids.calibrate(points, outside),
            Self::Mixture(mixture) => mixture.calibrate(points, outside),
            Self::Density(_) => {}
        }
    }

    /// Where `point` belongs; it has as many dimensions as the points of the
    /// fit.
    pub(in crate::segments) fn place(&self, point: &[f64]) -> Placed {
        match self {
            Self::Centroids(centroids) => centroids.place(point),
            Self::Mixture(mixture) => mixture.place(point),
            Self::Density(density) => density.place(point),
        }
    }

    /// What draws `point` to a cluster: the centre it is compared with there,
    /// and in `force` a number per dimension, such that the sum of force ×
    /// (point − centre) is the squared distance that decides. That is Euclidean
    /// (of a dense region, from its nearest core point) and in a mixture
    /// Mahalanobis.
    pub(in crate::segments) fn pull(
        &self,
        point: &[f64],
        cluster: usize,
        force: &mut Vec<f64>,
    ) -> &[f64] {
        let centre = match self {
            Self::Centroids(centroids) => &centroids.centres()[cluster],
            Self::Mixture(mixture) => return mixture.pull(point, cluster, force),
            Self::Density(density) => density.nearest_core(point, cluster),
        };
        force.clear();
        force.extend(point.iter().zip(centre).map(|(x, c)| x - c));
        centre
    }

    /// The cluster of each of `points` (customers × dimensions), also of those
    /// outside.
    pub(in crate::segments) fn labels<F: KMeansFloat>(&self, points: ArrayView2<F>) -> Vec<usize> {
        (0..points.nrows())
            .into_par_iter()
            .map_init(Vec::new, |point, row| {
                point.clear();
                point.extend(points.row(row).iter().copied().map(F::into));
                self.place(point).cluster
            })
            .collect()
    }
}

/// The nearest cluster and the next, each with how far it is in some measure;
/// the first of equally near ones.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) struct Nearest {
    pub(super) first: (usize, f64),
    pub(super) second: Option<(usize, f64)>,
}

impl Nearest {
    pub(super) fn of(distances: impl Iterator<Item = f64>) -> Self {
        let (mut first, mut second) = ((0, f64::INFINITY), None::<(usize, f64)>);
        for (cluster, distance) in distances.enumerate() {
            if cluster == 0 || distance < first.1 {
                if cluster > 0 {
                    second = Some(first);
                }
                first = (cluster, distance);
            } else if second.is_none_or(|second| distance < second.1) {
                second = Some((cluster, distance));
            }
        }
        Self { first, second }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_first_of_equally_near_ones_comes_first() {
        let nearest = |distances: &[f64]| Nearest::of(distances.iter().copied());
        assert_eq!(nearest(&[3.0, 1.0, 2.0]).first, (1, 1.0));
        assert_eq!(nearest(&[3.0, 1.0, 2.0]).second, Some((2, 2.0)));
        assert_eq!(nearest(&[1.0, 1.0, 1.0]).first, (0, 1.0));
        assert_eq!(nearest(&[1.0, 1.0, 1.0]).second, Some((1, 1.0)));
        assert_eq!(nearest(&[2.0]).second, None);
    }
}
