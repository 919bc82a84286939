use ndarray::{Array2, ArrayView2};
use rayon::prelude::*;
use serde::{Deserialize, Serialize};

use super::squared_distance;
use crate::segments::model::exact;

/// What an algorithm made of the points: all that is needed to say where any
/// other point belongs.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case", tag = "kind")]
pub enum Grouping {
    /// A point belongs to the nearest centroid.
    Centroids {
        /// Clusters × dimensions.
        centroids: Vec<Vec<f64>>,
    },
}

/// Where a point belongs.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(in crate::segments) struct Placed {
    /// Its cluster; the first of equally near ones.
    pub(in crate::segments) cluster: usize,
    /// The second nearest cluster, if there are two.
    pub(in crate::segments) second: Option<usize>,
    /// Distance to the cluster's centre.
    pub(in crate::segments) distance: f64,
    /// See [`crate::segments::Member::confidence`].
    pub(in crate::segments) confidence: f64,
}

impl Grouping {
    /// The grouping by the nearest of `centres` (clusters × dimensions).
    pub(in crate::segments) fn of_centres(centres: &Array2<f64>) -> Self {
        Self::Centroids {
            centroids: centres.outer_iter().map(|c| c.to_vec()).collect(),
        }
    }

    /// Number of clusters.
    pub(in crate::segments) fn clusters(&self) -> usize {
        match self {
            Self::Centroids { centroids } => centroids.len(),
        }
    }

    /// Whether it can place points of that many dimensions; a file may have
    /// been edited.
    pub(in crate::segments) fn is_sound(&self, dimensions: usize) -> bool {
        match self {
            Self::Centroids { centroids } => {
                !centroids.is_empty() && centroids.iter().all(|c| c.len() == dimensions)
            }
        }
    }

    /// The same with 12 significant digits; see [`exact`].
    pub(in crate::segments) fn rounded(mut self) -> Self {
        match &mut self {
            Self::Centroids { centroids } => {
                centroids
                    .iter_mut()
                    .flatten()
                    .for_each(|value| *value = exact(*value));
            }
        }
        self
    }

    /// The clusters at `order`, in that order; others are left out.
    pub(in crate::segments) fn select(&self, order: &[usize]) -> Self {
        match self {
            Self::Centroids { centroids } => Self::Centroids {
                centroids: order.iter().map(|&at| centroids[at].clone()).collect(),
            },
        }
    }

    /// Where `point` belongs.
    pub(in crate::segments) fn place(&self, point: &[f64]) -> Placed {
        match self {
            Self::Centroids { centroids } => nearest_two(point, centroids),
        }
    }

    /// The cluster of each of `points` (customers × dimensions).
    pub(in crate::segments) fn labels(&self, points: ArrayView2<f64>) -> Vec<usize> {
        let points = points.as_standard_layout();
        (0..points.nrows())
            .into_par_iter()
            .map(|row| {
                let point = points.row(row);
                self.place(point.to_slice().unwrap_or_default()).cluster
            })
            .collect()
    }
}

fn nearest_two(point: &[f64], centroids: &[Vec<f64>]) -> Placed {
    let (mut first, mut second) = ((0, f64::INFINITY), (None, f64::INFINITY));
    for (cluster, centroid) in centroids.iter().enumerate() {
        let distance = squared_distance(point, centroid);
        if distance < first.1 {
            if first.1.is_finite() {
                second = (Some(first.0), first.1);
            }
            first = (cluster, distance);
        } else if distance < second.1 {
            second = (Some(cluster), distance);
        }
    }
    let confidence = match second {
        (None, _) => 1.0,
        (Some(_), distance) if distance > 0.0 => 1.0 - first.1 / distance,
        (Some(_), _) => 0.0,
    };
    Placed {
        cluster: first.0,
        second: second.0,
        distance: first.1.sqrt(),
        confidence,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn confidence_runs_from_a_tie_to_certainty() {
        let centroids = [vec![0.0], vec![10.0]];
        let certain = nearest_two(&[0.0], &centroids);
        assert_eq!(
            (certain.cluster, certain.second, certain.confidence),
            (0, Some(1), 1.0)
        );
        let tie = nearest_two(&[5.0], &centroids);
        assert_eq!((tie.cluster, tie.second, tie.confidence), (0, Some(1), 0.0));
        let between = nearest_two(&[7.5], &centroids);
        assert_eq!((between.cluster, between.second), (1, Some(0)));
        assert!((between.confidence - (1.0 - 1.0 / 9.0)).abs() < 1e-12);
    }
}
