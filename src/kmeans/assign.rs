//! The nearest centroid of every row, and how far it is.

use ndarray::{ArrayView2, Axis};
use pulp::Arch;

use super::centres::Centres;
use super::chunks::{chunk_of, chunk_rows, map_chunks, squared_distance};
use super::kernel::{Found, NEAREST, Nearest, Sink};
use super::lanes::KMeansFloat;

/// Where a row belongs.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Assignment<F> {
    /// Index of the nearest centroid; of equally near ones the first.
    pub cluster: u32,
    /// Squared Euclidean distance from it.
    pub squared_distance: F,
}

/// Sums over assigned rows.
#[derive(Debug, Clone)]
pub(super) struct Tally {
    /// Weighted sum of squared distances.
    pub(super) inertia: f64,
    /// Sum of weights of each cluster.
    pub(super) sizes: Vec<f64>,
}

/// Packs centroids (clusters × columns) about their mean.
pub(super) fn packed<F: KMeansFloat>(centroids: ArrayView2<F>) -> Centres<F> {
    let clusters = centroids.nrows().max(1) as f64;
    let offset: Vec<F> = centroids
        .axis_iter(Axis(1))
        .map(|column| F::nearest(column.iter().map(|&c| c.into()).sum::<f64>() / clusters))
        .collect();
    let about = centroids
        .iter()
        .zip(offset.iter().cycle())
        .map(|(&c, &offset)| F::nearest(c.into() - offset.into()))
        .collect();
    Centres::new(offset, about, centroids.nrows())
}

/// Assigns every row to its nearest centroid and turns each into a `T` in
/// `assigned`, given row, cluster and squared distance; returns the sums.
///
/// Which centroid is nearest is found by scores; the distance from it is then
/// computed from the differences, in `f64`, so that it is exact to the last
/// digits even for a point on a centroid.
pub(super) fn assign<F: KMeansFloat, T: Send>(
    points: ArrayView2<F>,
    centroids: ArrayView2<F>,
    weight: impl Fn(usize) -> f64 + Sync,
    arch: Arch,
    to: impl Fn(u32, f64) -> T + Sync,
) -> (Vec<T>, Tally) {
    let centres = packed(centroids);
    let centroids = centroids.as_standard_layout();
    let centroids = centroids.as_slice().unwrap_or_default();
    let (clusters, rows) = (centres.clusters, points.nrows());
    let chunks = map_chunks(rows, chunk_rows(rows, clusters), |range| {
        let chunk = chunk_of(points, range.clone());
        let mut sink = Measurer {
            centroids,
            columns: centres.columns,
            start: range.start,
            weight: &weight,
            to: &to,
            assigned: Vec::with_capacity(range.len()),
            tally: Tally::new(clusters),
        };
        arch.dispatch(Nearest::<_, _, false> {
            chunk: chunk.as_slice().unwrap_or_default(),
            rows: None,
            centres: &centres,
            sink: &mut sink,
        });
        (sink.assigned, sink.tally)
    });
    let mut all = Vec::with_capacity(rows);
    let mut total = Tally::new(clusters);
    for (assigned, tally) in chunks {
        all.extend(assigned);
        total.inertia += tally.inertia;
        for (sum, size) in total.sizes.iter_mut().zip(tally.sizes) {
            *sum += size;
        }
    }
    (all, total)
}

impl Tally {
    fn new(clusters: usize) -> Self {
        Self {
            inertia: 0.0,
            sizes: vec![0.0; clusters],
        }
    }
}

struct Measurer<'a, F, W, M, T> {
    centroids: &'a [F],
    columns: usize,
    start: usize,
    weight: &'a W,
    to: &'a M,
    assigned: Vec<T>,
    tally: Tally,
}

impl<F, W, M, T> Sink<F> for Measurer<'_, F, W, M, T>
where
    F: KMeansFloat,
    W: Fn(usize) -> f64,
    M: Fn(u32, f64) -> T,
{
    #[inline(always)]
    fn take(&mut self, chunk: &[F], rows: &[u32], found: &[Found<F>]) {
        for (&row, found) in rows.iter().zip(found) {
            let row = row as usize;
            let cluster = found[NEAREST].to_index();
            let point = &chunk[row * self.columns..][..self.columns];
            let centroid = &self.centroids[cluster as usize * self.columns..][..self.columns];
            let distance = squared_distance(point, centroid);
            let weight = (self.weight)(self.start + row);
            self.tally.inertia += weight * distance;
            self.tally.sizes[cluster as usize] += weight;
            self.assigned.push((self.to)(cluster, distance));
        }
    }
}
