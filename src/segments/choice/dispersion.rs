//! How tight the clusters of a labelling are and how far apart: one pass over
//! the points.

use ndarray::{Array1, Array2, ArrayView1, ArrayView2};
use rayon::prelude::*;

use crate::kmeans::KMeansFloat;

/// Rows added up by one task. It does not depend on the number of threads, and
/// tasks are added in order, so that sums come out the same.
const ROWS: usize = 4_096;

/// What the criteria need to know of a labelling.
#[derive(Debug, Clone)]
pub(super) struct Dispersion {
    /// Points in each cluster.
    pub(super) sizes: Vec<u64>,
    /// Mean of each cluster: clusters × features; zeros for an empty one.
    means: Array2<f64>,
    /// Sum of squared distances to the own cluster's mean.
    within: f64,
    /// Mean distance to that mean, by cluster.
    mean_distances: Vec<f64>,
}

impl Dispersion {
    /// Measures `clusters` clusters: `labels` holds one below that for each of
    /// `points` (rows × features).
    pub(super) fn of<F: KMeansFloat>(
        points: ArrayView2<F>,
        labels: &[u32],
        clusters: usize,
    ) -> Self {
        let features = points.ncols();
        let mut sizes = vec![0u64; clusters];
        labels.iter().for_each(|&label| sizes[label as usize] += 1);
        let mut means = added_up(
            points,
            labels,
            (clusters, features),
            |sums, label, point| {
                for (sum, &value) in sums.row_mut(label).iter_mut().zip(&point) {
                    *sum += value.into();
                }
            },
        );
        for (mut mean, &size) in means.outer_iter_mut().zip(&sizes) {
            mean /= size.max(1) as f64;
        }
        // Squared and plain distance of each point to its mean.
        let sums = added_up(points, labels, (clusters, 2), |sums, label, point| {
            let squared: f64 = point
                .iter()
                .zip(means.row(label))
                .map(|(&value, mean)| {
                    let value: f64 = value.into();
                    (value - mean) * (value - mean)
                })
                .sum();
            sums[[label, 0]] += squared;
            sums[[label, 1]] += squared.sqrt();
        });
        let mean_distance = |(sum, &size): (&f64, &u64)| sum / size.max(1) as f64;
        Self {
            within: sums.column(0).sum(),
            mean_distances: sums
                .column(1)
                .iter()
                .zip(&sizes)
                .map(mean_distance)
                .collect(),
            sizes,
            means,
        }
    }

    /// Mean squared distance to the own cluster's mean.
    pub(super) fn inertia(&self) -> f64 {
        self.within / self.count().max(1.0)
    }

    /// Share of the smallest cluster.
    pub(super) fn smallest_share(&self) -> f64 {
        let smallest = self.sizes.iter().min().copied().unwrap_or(0);
        smallest as f64 / self.count().max(1.0)
    }

    /// The index of Caliński and Harabasz (1974, *A dendrite method for cluster
    /// analysis*): variance between clusters over variance within, each by its
    /// degrees of freedom. Higher is better; none of fewer than two clusters
    /// or without any variance within.
    pub(super) fn calinski_harabasz(&self) -> Option<f64> {
        let centre = self.centre();
        let between: f64 = self
            .filled()
            .map(|cluster| {
                self.sizes[cluster] as f64 * apart(&self.means, cluster, &centre).powi(2)
            })
            .sum();
        let clusters = self.filled().count() as f64;
        let freedom = self.count() - clusters;
        (clusters > 1.0 && freedom > 0.0 && self.within > 0.0)
            .then(|| between / (clusters - 1.0) / (self.within / freedom))
    }

    /// The index of Davies and Bouldin (1979, *A cluster separation measure*)
    /// with p = 2 and q = 1: how much each cluster overlaps the one it overlaps
    /// most, on average. Lower is better; none of fewer than two clusters or
    /// when two have the same mean.
    pub(super) fn davies_bouldin(&self) -> Option<f64> {
        let overlap = |a: usize, b: usize| {
            let mean = self.means.row(b).to_owned();
            (self.mean_distances[a] + self.mean_distances[b]) / apart(&self.means, a, &mean)
        };
        let worst = |a: usize| {
            let others = self.filled().filter(|&b| b != a);
            others.map(|b| overlap(a, b)).fold(0.0, f64::max)
        };
        let clusters = self.filled().count();
        let index = self.filled().map(worst).sum::<f64>() / clusters.max(1) as f64;
        (clusters > 1 && index.is_finite()).then_some(index)
    }

    fn count(&self) -> f64 {
        self.sizes.iter().sum::<u64>() as f64
    }

    fn filled(&self) -> impl Iterator<Item = usize> {
        (0..self.sizes.len()).filter(|&cluster| self.sizes[cluster] > 0)
    }

    fn centre(&self) -> Array1<f64> {
        let mut centre = Array1::zeros(self.means.ncols());
        for (mean, &size) in self.means.outer_iter().zip(&self.sizes) {
            centre.scaled_add(size as f64, &mean);
        }
        centre / self.count().max(1.0)
    }
}

fn apart(means: &Array2<f64>, cluster: usize, from: &Array1<f64>) -> f64 {
    let apart = &means.row(cluster) - from;
    apart.dot(&apart).sqrt()
}

/// Sums over all points, one row of sums per cluster.
fn added_up<F: KMeansFloat>(
    points: ArrayView2<F>,
    labels: &[u32],
    shape: (usize, usize),
    add: impl Fn(&mut Array2<f64>, usize, ArrayView1<F>) + Sync,
) -> Array2<f64> {
    let starts: Vec<usize> = (0..points.nrows()).step_by(ROWS).collect();
    let parts: Vec<Array2<f64>> = starts
        .par_iter()
        .map(|&start| {
            let mut sums = Array2::zeros(shape);
            let end = points.nrows().min(start + ROWS);
            for (row, &label) in (start..end).zip(&labels[start..end]) {
                add(&mut sums, label as usize, points.row(row));
            }
            sums
        })
        .collect();
    let mut sums = Array2::zeros(shape);
    parts.iter().for_each(|part| sums += part);
    sums
}

#[cfg(test)]
mod tests {
    use ndarray::array;

    use super::*;
    use crate::segments::fixtures::{blobs, on_threads};

    #[test]
    fn the_criteria_are_those_of_scikit_learn() {
        // calinski_harabasz_score and davies_bouldin_score of scikit-learn 1.9.
        let points = array![
            [1.0, 2.0],
            [1.5, 1.8],
            [5.0, 8.0],
            [8.0, 8.0],
            [1.0, 0.6],
            [9.0, 11.0]
        ];
        let found = Dispersion::of(points.view(), &[0, 0, 1, 1, 0, 1], 2);
        assert_eq!(found.sizes, [3, 3]);
        assert!((found.calinski_harabasz().unwrap() - 35.586566542).abs() < 1e-9);
        assert!((found.davies_bouldin().unwrap() - 0.282698184).abs() < 1e-9);
    }

    #[test]
    fn what_is_not_defined_is_said_to_be_none() {
        let points = array![[1.0], [1.0], [2.0]];
        let one = Dispersion::of(points.view(), &[0, 0, 0], 1);
        assert_eq!(
            (one.calinski_harabasz(), one.davies_bouldin()),
            (None, None)
        );
        let tight = Dispersion::of(points.view(), &[0, 0, 1], 2);
        assert_eq!(tight.calinski_harabasz(), None);
        assert_eq!(tight.davies_bouldin(), Some(0.0));
        let same = Dispersion::of(points.view(), &[0, 1, 0], 3);
        assert_eq!((same.smallest_share(), same.filled().count()), (0.0, 2));
    }

    #[test]
    fn the_number_of_threads_and_the_layout_do_not_matter() {
        let (points, truth) = blobs(4, 3_000, 3, 1);
        let labels: Vec<u32> = truth.iter().map(|&group| group as u32).collect();
        let measure = |points: ArrayView2<f64>| {
            let found = Dispersion::of(points, &labels, 4);
            (
                found.inertia(),
                found.calinski_harabasz(),
                found.davies_bouldin(),
            )
        };
        let alone = on_threads(1, || measure(points.view()));
        assert_eq!(alone, on_threads(4, || measure(points.view())));
        let turned = points.t().as_standard_layout().into_owned();
        assert_eq!(alone, measure(turned.t()));
        let single = Dispersion::of(points.mapv(|x| x as f32).view(), &labels, 4);
        assert!((alone.0 - single.inertia()).abs() < 1e-6 * alone.0);
    }
}
