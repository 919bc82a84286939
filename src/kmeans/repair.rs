//! Empty clusters are given a point.

use super::centres::Centres;
use super::chunks::{chunk_of, chunk_rows, map_chunks, squared_distance};
use super::lanes::KMeansFloat;
use super::observations::Observations;
use super::sums::Sums;

/// Moves into each empty cluster the point that is farthest from the mean of
/// its own one; of equally far ones the first. Returns the rows moved.
///
/// A mean is farther from no point than the old centre was, so the sum of
/// squares still falls with every iteration. When every point sits on its mean
/// there is nothing to gain, and the empty centre stays where it was.
pub(super) fn fill_empty<F: KMeansFloat>(
    data: &Observations<F>,
    centres: &Centres<F>,
    labels: &mut [u32],
    sums: &mut Sums,
) -> Vec<usize> {
    let columns = centres.columns;
    let offset = centres.origin();
    let empty: Vec<u32> = (0..centres.clusters as u32)
        .filter(|&cluster| sums.members[cluster as usize] == 0)
        .collect();
    let mut moved = Vec::new();
    for cluster in empty {
        let mut means = vec![0.0; centres.clusters * columns];
        for (cluster, to) in means.chunks_exact_mut(columns).enumerate() {
            if let Some(mean) = sums.mean(cluster) {
                let mean = mean.zip(&offset).map(|(mean, offset)| mean + offset);
                to.iter_mut().zip(mean).for_each(|(to, mean)| *to = mean);
            }
        }
        let Some(row) = farthest(data, labels, &means, &moved) else {
            break;
        };
        let point = data.points.row(row).to_vec();
        let weight = data.weight(row);
        sums.transfer(labels[row], cluster, &point, &offset, weight);
        labels[row] = cluster;
        moved.push(row);
    }
    moved
}

/// The row of positive weight that is farthest from its mean, and from the rows
/// moved before (whose twins are no gain).
fn farthest<F: KMeansFloat>(
    data: &Observations<F>,
    labels: &[u32],
    means: &[f64],
    moved: &[usize],
) -> Option<usize> {
    let columns = data.columns();
    let moved: Vec<Vec<F>> = moved
        .iter()
        .map(|&row| data.points.row(row).to_vec())
        .collect();
    let farther = |a: (f64, usize), b: (f64, usize)| if b.0 > a.0 { b } else { a };
    let rows = data.rows();
    let (distance, row) = map_chunks(rows, chunk_rows(rows, 1), |range| {
        let chunk = chunk_of(data.points, range.clone());
        let points = chunk.as_slice().unwrap_or_default();
        range
            .zip(points.chunks_exact(columns))
            .filter(|&(row, _)| data.weight(row) > 0.0)
            .map(|(row, point)| {
                let mean = &means[labels[row] as usize * columns..][..columns];
                let to_moved = moved.iter().map(|other| squared_distance(point, other));
                (to_moved.fold(squared_distance(point, mean), f64::min), row)
            })
            .fold((0.0, rows), farther)
    })
    .into_iter()
    .fold((0.0, rows), farther);
    (distance > 0.0).then_some(row)
}
