//! Silhouettes of several labellings from one set of distances.
//!
//! A silhouette needs, for each point, its summed distance to every cluster.
//! The points are brought into the order of the labellings' common refinement:
//! points that every labelling keeps together form a *cell* and lie side by
//! side. One sum per cell then serves all labellings, and the distances, which
//! are what costs, are computed once.

use linfa::Float;
use ndarray::{ArrayView2, Axis};
use rayon::prelude::*;

/// Points whose distances are held at a time; with their coordinates they stay
/// in the first-level cache.
const TILE: usize = 256;

/// Rows that go through a tile together.
const BLOCK: usize = 4;

/// The silhouette of every point in every labelling: labellings × points, each
/// −1 to 1 (Rousseeuw 1987, *Silhouettes: a graphical aid*), with Euclidean
/// distances. A point alone in its cluster has 0, as in the paper; so has
/// every point of a labelling with one cluster.
///
/// `labellings` hold one label per row of `points`. Time grows with the square
/// of the rows.
pub(super) fn silhouettes<F: Float + Into<f64>>(
    points: ArrayView2<F>,
    labellings: &[&[u32]],
) -> Vec<Vec<f64>> {
    let cells = Cells::of(labellings, points.nrows());
    // Features × points, so that distances to neighbours in the order are
    // computed side by side.
    let columns = points.select(Axis(0), &cells.order).reversed_axes();
    let columns = columns.as_standard_layout();
    let columns: Vec<&[F]> = columns
        .outer_iter()
        .filter_map(|column| column.to_slice())
        .collect();
    let count = cells.order.len();
    let starts: Vec<usize> = (0..count).step_by(BLOCK).collect();
    let found: Vec<Vec<f64>> = starts
        .par_iter()
        .flat_map_iter(|&start| {
            let rows: Vec<usize> = (start..count.min(start + BLOCK)).collect();
            let sums = summed_distances(&columns, &cells, &rows);
            let cells = &cells;
            rows.into_iter()
                .zip(sums)
                .map(move |(row, sums)| cells.silhouettes(row, &sums))
        })
        .collect();
    let mut by_labelling = vec![vec![0.0; count]; labellings.len()];
    for (&row, found) in cells.order.iter().zip(found) {
        for (silhouettes, silhouette) in by_labelling.iter_mut().zip(found) {
            silhouettes[row] = silhouette;
        }
    }
    by_labelling
}

/// The common refinement of some labellings.
struct Cells {
    /// The points, cell after cell.
    order: Vec<usize>,
    /// Where each cell ends in that order.
    ends: Vec<usize>,
    /// Cell of each point, in that order.
    cell_of: Vec<usize>,
    /// Each cell's cluster: labellings × cells.
    clusters: Vec<Vec<usize>>,
    /// Points in each cluster: labellings × clusters.
    sizes: Vec<Vec<u64>>,
}

impl Cells {
    fn of(labellings: &[&[u32]], count: usize) -> Self {
        let labels_of = |row: usize| labellings.iter().map(move |labels| labels[row]);
        let mut order: Vec<usize> = (0..count).collect();
        order.sort_by(|&a, &b| labels_of(a).cmp(labels_of(b)));
        let same = |a: usize, b: usize| labels_of(a).eq(labels_of(b));
        let groups: Vec<&[usize]> = order.chunk_by(|&a, &b| same(a, b)).collect();
        let mut ends = Vec::with_capacity(groups.len());
        let mut cell_of = Vec::with_capacity(count);
        let mut clusters = vec![Vec::with_capacity(groups.len()); labellings.len()];
        let mut sizes: Vec<Vec<u64>> = vec![Vec::new(); labellings.len()];
        for (cell, group) in groups.iter().enumerate() {
            cell_of.resize(cell_of.len() + group.len(), cell);
            ends.push(cell_of.len());
            for ((clusters, sizes), labels) in clusters.iter_mut().zip(&mut sizes).zip(labellings) {
                let cluster = labels[group[0]] as usize;
                clusters.push(cluster);
                sizes.resize(sizes.len().max(cluster + 1), 0);
                sizes[cluster] += group.len() as u64;
            }
        }
        Self {
            order,
            ends,
            cell_of,
            clusters,
            sizes,
        }
    }

    /// The silhouette in each labelling of the point at `row` of the order,
    /// from its summed distance to each cell.
    fn silhouettes(&self, row: usize, to_cells: &[f64]) -> Vec<f64> {
        self.clusters
            .iter()
            .zip(&self.sizes)
            .map(|(clusters, sizes)| {
                let mut sums = vec![0.0; sizes.len()];
                for (&cluster, distance) in clusters.iter().zip(to_cells) {
                    sums[cluster] += distance;
                }
                of_point(&sums, sizes, clusters[self.cell_of[row]])
            })
            .collect()
    }
}

/// The summed distance of each of `rows` to each cell: rows × cells.
fn summed_distances<F: Float + Into<f64>>(
    columns: &[&[F]],
    cells: &Cells,
    rows: &[usize],
) -> Vec<Vec<f64>> {
    let mut sums = vec![vec![0.0; cells.ends.len()]; rows.len()];
    let count = cells.order.len();
    for from in (0..count).step_by(TILE) {
        let to = count.min(from + TILE);
        for (sums, &row) in sums.iter_mut().zip(rows) {
            let distances = pulp::Arch::new().dispatch(|| distances(columns, row, from..to));
            let mut at = from;
            let mut cell = cells.cell_of[from];
            while at < to {
                let end = cells.ends[cell].min(to);
                sums[cell] += distances[at - from..end - from]
                    .iter()
                    .map(|&distance| distance.into())
                    .sum::<f64>();
                (at, cell) = (end, cell + 1);
            }
        }
    }
    sums
}

/// The distance from one point to those in `range`. Each is computed on its
/// own, feature after feature, whatever the width of the registers.
#[inline(always)]
fn distances<F: Float>(columns: &[&[F]], row: usize, range: std::ops::Range<usize>) -> [F; TILE] {
    let mut distances = [F::zero(); TILE];
    for column in columns {
        let here = column[row];
        for (distance, &there) in distances.iter_mut().zip(&column[range.clone()]) {
            let apart = there - here;
            *distance += apart * apart;
        }
    }
    for distance in &mut distances {
        *distance = distance.sqrt();
    }
    distances
}

/// The silhouette of one point from its summed distances to each cluster.
fn of_point(sums: &[f64], sizes: &[u64], own: usize) -> f64 {
    if sizes[own] < 2 {
        return 0.0;
    }
    let within = sums[own] / (sizes[own] - 1) as f64;
    let between = (0..sums.len())
        .filter(|&other| other != own && sizes[other] > 0)
        .map(|other| sums[other] / sizes[other] as f64)
        .fold(f64::INFINITY, f64::min);
    let larger = within.max(between);
    if larger > 0.0 && larger.is_finite() {
        (between - within) / larger
    } else {
        0.0
    }
}

#[cfg(test)]
mod tests {
    use ndarray::{Array2, array};
    use proptest::prelude::*;

    use super::*;
    use crate::segments::fixtures::{blobs, on_threads};

    fn mean(values: &[f64]) -> f64 {
        values.iter().sum::<f64>() / values.len() as f64
    }

    #[test]
    fn the_silhouette_is_the_textbook_one() {
        let points = array![[0.0], [1.0], [10.0], [12.0], [40.0]];
        let found = &silhouettes(points.view(), &[&[0, 0, 1, 1, 2]])[0];
        let expected = [10.0 / 11.0, 9.0 / 10.0, 7.5 / 9.5, 9.5 / 11.5, 0.0];
        for (found, expected) in found.iter().zip(expected) {
            assert!((found - expected).abs() < 1e-12, "{found} {expected}");
        }
    }

    #[test]
    fn one_cluster_or_equal_points_have_no_silhouette() {
        let points = array![[1.0], [1.0], [1.0]];
        assert_eq!(
            silhouettes(points.view(), &[&[0, 0, 0], &[0, 1, 1]]),
            [[0.0; 3], [0.0; 3]]
        );
    }

    /// Straight from the definition.
    fn slow(points: &Array2<f64>, labels: &[u32]) -> Vec<f64> {
        let sizes = |label| labels.iter().filter(|&&other| other == label).count() as f64;
        (0..labels.len())
            .map(|row| {
                let to = |label: u32| -> f64 {
                    (0..labels.len())
                        .filter(|&other| labels[other] == label)
                        .map(|other| {
                            let apart = &points.row(row) - &points.row(other);
                            apart.dot(&apart).sqrt()
                        })
                        .sum()
                };
                let own = labels[row];
                let others = (0..=*labels.iter().max().unwrap())
                    .filter(|&label| label != own && sizes(label) > 0.0)
                    .map(|label| to(label) / sizes(label))
                    .fold(f64::INFINITY, f64::min);
                let within = to(own) / (sizes(own) - 1.0);
                if sizes(own) < 2.0 || others.is_infinite() {
                    return 0.0;
                }
                (others - within) / others.max(within)
            })
            .collect()
    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(32))]
        #[test]
        fn many_labellings_at_once_are_as_each_alone(
            labels in prop::collection::vec((0..5u32, 0..3u32, 2..9u32), 2..600)
        ) {
            let (points, _) = blobs(3, labels.len().div_ceil(3), 3, 5);
            let points = points.select(Axis(0), &(0..labels.len()).collect::<Vec<_>>());
            let [a, b, c] = [
                labels.iter().map(|l| l.0).collect::<Vec<_>>(),
                labels.iter().map(|l| l.1).collect(),
                labels.iter().map(|l| l.2).collect(),
            ];
            let found = silhouettes(points.view(), &[&a, &b, &c]);
            for (found, labels) in found.iter().zip([&a, &b, &c]) {
                for (found, expected) in found.iter().zip(slow(&points, labels)) {
                    prop_assert!((found - expected).abs() < 1e-9, "{} {}", found, expected);
                }
            }
        }
    }

    #[test]
    fn single_precision_and_other_threads_say_the_same() {
        let (points, truth) = blobs(4, 500, 2, 3);
        let labels: Vec<u32> = truth.iter().map(|&group| group as u32).collect();
        let double = silhouettes(points.view(), &[&labels]);
        let three = on_threads(3, || silhouettes(points.view(), &[&labels]));
        assert_eq!(double, three);
        let single = silhouettes(points.mapv(|x| x as f32).view(), &[&labels]);
        assert!((mean(&double[0]) - mean(&single[0])).abs() < 1e-6);
    }
}
