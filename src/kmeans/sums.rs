//! What each cluster adds up to.

use std::iter::zip;

use super::lanes::KMeansFloat;

/// Columns that are added at once.
const EIGHT: usize = 8;

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
    /// Points added or transferred.
    pub(super) changes: usize,
    columns: usize,
}

impl Sums {
    pub(super) fn new(clusters: usize, columns: usize) -> Self {
        Self {
            points: vec![0.0; clusters * columns],
            weights: vec![0.0; clusters],
            members: vec![0; clusters],
            changes: 0,
            columns,
        }
    }

    /// Adds `point` less `origin` to a cluster, `weight` times.
    #[inline(always)]
    pub(super) fn add<F: KMeansFloat>(
        &mut self,
        cluster: u32,
        point: &[F],
        origin: &[f64],
        weight: f64,
    ) {
        let columns = self.columns;
        let sums = &mut self.points[cluster as usize * columns..][..columns];
        let (sums, sums_rest) = sums.as_chunks_mut::<EIGHT>();
        let (point, point_rest) = point[..columns].as_chunks::<EIGHT>();
        let (origin, origin_rest) = origin[..columns].as_chunks::<EIGHT>();
        for ((sums, point), origin) in zip(zip(sums, point), origin) {
            let values = eight(point, origin, weight);
            for (sum, value) in zip(sums, values) {
                *sum += value;
            }
        }
        for ((sum, &value), &origin) in zip(zip(sums_rest, point_rest), origin_rest) {
            *sum += weight * (value.into() - origin);
        }
        self.changes += 1;
        self.count(cluster, weight);
    }

    /// Takes `point` from one cluster and adds it to another.
    #[inline(always)]
    pub(super) fn transfer<F: KMeansFloat>(
        &mut self,
        from: u32,
        to: u32,
        point: &[F],
        origin: &[f64],
        weight: f64,
    ) {
        let columns = self.columns;
        let of = |cluster: u32| cluster as usize * columns..(cluster as usize + 1) * columns;
        let Ok([less, more]) = self.points.get_disjoint_mut([of(from), of(to)]) else {
            return;
        };
        let (less, less_rest) = less.as_chunks_mut::<EIGHT>();
        let (more, more_rest) = more.as_chunks_mut::<EIGHT>();
        let (point, point_rest) = point[..columns].as_chunks::<EIGHT>();
        let (origin, origin_rest) = origin[..columns].as_chunks::<EIGHT>();
        for ((less, more), (point, origin)) in zip(zip(less, more), zip(point, origin)) {
            let values = eight(point, origin, weight);
            for (less, value) in zip(less, values) {
                *less -= value;
            }
            for (more, value) in zip(more, values) {
                *more += value;
            }
        }
        let rest = zip(zip(less_rest, more_rest), zip(point_rest, origin_rest));
        for ((less, more), (&value, &origin)) in rest {
            let value = weight * (value.into() - origin);
            *less -= value;
            *more += value;
        }
        self.changes += 1;
        self.count(from, -weight);
        self.count(to, weight);
    }

    /// Counts a member more, or with a negative weight one less.
    #[inline(always)]
    fn count(&mut self, cluster: u32, weight: f64) {
        let cluster = cluster as usize;
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

/// Eight columns of a point less the origin, `weight` times.
#[inline(always)]
fn eight<F: KMeansFloat>(point: &[F; EIGHT], origin: &[f64; EIGHT], weight: f64) -> [f64; EIGHT] {
    let mut values = [0.0; EIGHT];
    for ((to, &value), &origin) in zip(zip(&mut values, point), origin) {
        *to = weight * (value.into() - origin);
    }
    values
}
