//! What each cluster adds up to.

use super::lanes::KMeansFloat;

/// Sums over the members of each cluster, taken about the kernel's offset.
///
/// Always in `f64`, and always added in the same order. A row that changes
/// cluster is subtracted from one and added to the other, so that an iteration
/// in which few rows change costs little.
#[derive(Debug, Clone)]
pub(super) struct Sums {
    /// Weighted sums of the points, row-major: clusters × columns.
    pub(super) points: Vec<f64>,
    /// Sums of the weights.
    pub(super) weights: Vec<f64>,
    /// Members of positive weight. Unlike sums of weights, these are exact, so
    /// that an empty cluster is known for certain.
    pub(super) members: Vec<i64>,
    columns: usize,
}

impl Sums {
    pub(super) fn new(clusters: usize, columns: usize) -> Self {
        Self {
            points: vec![0.0; clusters * columns],
            weights: vec![0.0; clusters],
            members: vec![0; clusters],
            columns,
        }
    }

    /// Adds `point` with `weight` to a cluster; a negative weight takes it away.
    #[inline(always)]
    pub(super) fn add<F: KMeansFloat>(
        &mut self,
        cluster: u32,
        point: &[F],
        offset: &[F],
        weight: f64,
    ) {
        let cluster = cluster as usize;
        let start = cluster * self.columns;
        let Some(sums) = self.points.get_mut(start..start + self.columns) else {
            return;
        };
        for ((sum, &value), &offset) in sums.iter_mut().zip(point).zip(offset) {
            *sum += weight * (value.into() - offset.into());
        }
        self.weights[cluster] += weight;
        if weight != 0.0 {
            self.members[cluster] += if weight > 0.0 { 1 } else { -1 };
        }
    }

    /// Adds the sums of a chunk.
    pub(super) fn merge(&mut self, chunk: &Self) {
        for (sum, part) in self.points.iter_mut().zip(&chunk.points) {
            *sum += part;
        }
        for (sum, part) in self.weights.iter_mut().zip(&chunk.weights) {
            *sum += part;
        }
        for (sum, part) in self.members.iter_mut().zip(&chunk.members) {
            *sum += part;
        }
    }

    /// The mean of a cluster about the offset; `None` when it has no members.
    pub(super) fn mean(&self, cluster: usize) -> Option<impl Iterator<Item = f64> + '_> {
        let weight = self.weights[cluster];
        (self.members[cluster] > 0 && weight > 0.0).then(|| {
            self.points[cluster * self.columns..][..self.columns]
                .iter()
                .map(move |sum| sum / weight)
        })
    }
}
