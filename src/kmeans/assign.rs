//! The nearest centroid of every row, and how far it is.

use ndarray::{ArrayView2, Axis};
use pulp::Arch;
use rayon::prelude::*;

use super::centres::Centres;
use super::chunks::{chunk_of, chunk_rows, map_chunks, squared_distance, vectorised};
use super::kernel::Nearest;
use super::lanes::KMeansFloat;
use super::observations::{Observations, weight};

/// Where a row belongs.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Assignment<F> {
    /// Index of the nearest centroid; of equally near ones the first.
    pub cluster: u32,
    /// Squared Euclidean distance from it.
    pub squared_distance: F,
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

/// What the rows of some data come to, by their nearest centroids.
#[derive(Debug, Clone)]
pub(super) struct Measured {
    pub(super) labels: Vec<u32>,
    /// Weighted sum of squared distances.
    pub(super) inertia: f64,
    /// Sum of weights of each cluster.
    pub(super) sizes: Vec<f64>,
}

/// Assigns every row to its nearest centroid.
///
/// Which centroid is nearest is found by scores; the distance from it is then
/// computed from the differences, in `f64`, so that it is exact to the last
/// digits even for a point on a centroid.
pub(super) fn assign<F: KMeansFloat>(
    points: ArrayView2<F>,
    centroids: ArrayView2<F>,
) -> Vec<Assignment<F>> {
    let columns = centroids.ncols();
    let flat = centroids.as_standard_layout();
    let flat = flat.as_slice().unwrap_or_default();
    let chunks = over_chunks(
        points,
        &packed(centroids),
        &mut vec![0; points.nrows()],
        #[inline(always)]
        |chunk, labels| {
            let mut assigned = Vec::with_capacity(labels.len());
            for (point, &cluster) in chunk.chunks_exact(columns).zip(labels) {
                let centroid = &flat[cluster as usize * columns..][..columns];
                assigned.push(Assignment {
                    cluster,
                    squared_distance: F::nearest(squared_distance(point, centroid)),
                });
            }
            assigned
        },
    );
    chunks.concat()
}

/// The nearest centroid of every row.
pub(super) fn labels<F: KMeansFloat>(points: ArrayView2<F>, centroids: ArrayView2<F>) -> Vec<u32> {
    let mut labels = vec![0; points.nrows()];
    let centres = packed(centroids);
    over_chunks(points, &centres, &mut labels, |_, _| ());
    labels
}

/// Assigns every row of the data and adds up.
pub(super) fn measured<F: KMeansFloat>(
    data: &Observations<F>,
    centroids: ArrayView2<F>,
) -> Measured {
    let labels = labels(data.points, centroids);
    let mut sizes = vec![0.0; centroids.nrows()];
    for (row, &cluster) in labels.iter().enumerate() {
        sizes[cluster as usize] += data.weight(row);
    }
    Measured {
        inertia: inertia(data, centroids, &labels),
        labels,
        sizes,
    }
}

/// The weighted sum of the squared distances of rows from the centroids of their
/// clusters.
pub(super) fn inertia<F: KMeansFloat>(
    data: &Observations<F>,
    centroids: ArrayView2<F>,
    labels: &[u32],
) -> f64 {
    let flat: Vec<f64> = centroids.iter().map(|&value| value.into()).collect();
    let chunks = map_chunks(data.rows(), chunk_rows(data.rows(), 1), |rows| {
        let chunk = chunk_of(data.points, rows.clone());
        let weights = data.weights.map(|weights| &weights[rows.start..]);
        vectorised(
            #[inline(always)]
            || {
                squares(
                    chunk.as_slice().unwrap_or_default(),
                    &labels[rows],
                    &flat,
                    data.columns(),
                    weights,
                )
            },
        )
    });
    chunks.into_iter().sum()
}

/// The weighted sum of the squared distances of rows from their centroids.
#[inline(always)]
fn squares<F: KMeansFloat>(
    rows: &[F],
    labels: &[u32],
    centroids: &[f64],
    columns: usize,
    weights: Option<&[f32]>,
) -> f64 {
    let mut sum = 0.0;
    // Some columns at a time, whose sums stay in registers as rows go by.
    let mut column = 0;
    while column < columns {
        let (width, squares) = match columns - column {
            16.. => (
                16,
                squares_of::<F, 16>(rows, labels, centroids, columns, weights, column),
            ),
            8.. => (
                8,
                squares_of::<F, 8>(rows, labels, centroids, columns, weights, column),
            ),
            4.. => (
                4,
                squares_of::<F, 4>(rows, labels, centroids, columns, weights, column),
            ),
            _ => (
                1,
                squares_of::<F, 1>(rows, labels, centroids, columns, weights, column),
            ),
        };
        column += width;
        sum += squares;
    }
    sum
}

/// The part of [`squares`] that `N` columns from `column` on have.
#[inline(always)]
fn squares_of<F: KMeansFloat, const N: usize>(
    rows: &[F],
    labels: &[u32],
    centroids: &[f64],
    columns: usize,
    weights: Option<&[f32]>,
    column: usize,
) -> f64 {
    let mut sums = [0.0; N];
    for (index, (row, &label)) in rows.chunks_exact(columns).zip(labels).enumerate() {
        let weight = weight(weights, index);
        let row = &row[column..column + N];
        let centroid = &centroids[label as usize * columns + column..][..N];
        for lane in 0..N {
            let difference = row[lane].into() - centroid[lane];
            sums[lane] += weight * (difference * difference);
        }
    }
    // Through memory, so that compilers add whole registers until here.
    let mut stored = vec![0.0; N];
    stored.copy_from_slice(&sums);
    stored.iter().sum()
}

/// Assigns rows chunk by chunk and hands each chunk with its labels to `work`; the
/// outcomes in order.
fn over_chunks<F: KMeansFloat, T: Send>(
    points: ArrayView2<F>,
    centres: &Centres<F>,
    labels: &mut [u32],
    work: impl Fn(&[F], &[u32]) -> T + Sync,
) -> Vec<T> {
    let size = chunk_rows(points.nrows(), centres.clusters);
    labels
        .par_chunks_mut(size)
        .enumerate()
        .map(|(chunk, labels)| {
            let range = chunk * size..chunk * size + labels.len();
            let chunk = chunk_of(points, range);
            let chunk = chunk.as_slice().unwrap_or_default();
            let found = Arch::new().dispatch(Nearest::<_, false> {
                chunk,
                rows: None,
                centres,
            });
            labels.copy_from_slice(&found.nearest);
            vectorised(
                #[inline(always)]
                || work(chunk, labels),
            )
        })
        .collect()
}
