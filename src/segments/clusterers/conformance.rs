//! The contract that every algorithm keeps; see the module's documentation.

use ndarray::{Array2, ArrayView2, Axis, array};
use rand::SeedableRng;
use rand_distr::{Distribution, StandardNormal, WeightedIndex};
use rand_xoshiro::Xoshiro256Plus;

use super::*;
use crate::segments::agreement::adjusted_rand;
use crate::segments::fixtures::{blobs, on_threads};

fn job(k: usize) -> Job {
    Job {
        k,
        seed: 7,
        starts: 4,
        density: DensityJob::default(),
    }
}

/// An algorithm and the width of the numbers that it gets.
#[derive(Debug, Clone, Copy)]
struct Case {
    algorithm: Algorithm,
    single: bool,
}

impl Case {
    /// Every algorithm in `f64` and in `f32`.
    fn all() -> impl Iterator<Item = Self> {
        let both = |algorithm| [false, true].map(|single| Self { algorithm, single });
        Algorithm::ALL.into_iter().flat_map(both)
    }

    /// Those that are told the number of clusters, or the others.
    fn told(k: bool) -> impl Iterator<Item = Self> {
        Self::all().filter(move |case| case.algorithm.takes_k() == k)
    }

    fn fit(self, points: ArrayView2<f64>, k: usize) -> Result<Grouping, ClusterError> {
        if self.single {
            self.fit_to(points.mapv(|value| value as f32).view(), k)
        } else {
            self.fit_to(points, k)
        }
    }

    fn fit_to<F: KMeansFloat>(
        self,
        points: ArrayView2<F>,
        k: usize,
    ) -> Result<Grouping, ClusterError> {
        let mut grouping = self.algorithm.fit(points, job(k))?;
        grouping.calibrate(points, Some(3.0));
        Ok(grouping)
    }

    fn fitted(self, points: ArrayView2<f64>, k: usize) -> Grouping {
        self.fit(points, k)
            .unwrap_or_else(|fault| panic!("{self:?}: {fault}"))
    }
}

fn place_all(grouping: &Grouping, points: ArrayView2<f64>) -> Vec<Placed> {
    let place = |point: ArrayView1<f64>| grouping.place(&point.to_vec());
    points.rows().into_iter().map(place).collect()
}

/// Points that some algorithm may refuse, as too much alike or nowhere dense;
/// what it makes of them otherwise can be computed with.
fn survives(points: &Array2<f64>, k: usize) {
    for case in Case::all() {
        let grouping = match case.fit(points.view(), k) {
            Ok(grouping) => grouping,
            Err(ClusterError::TooAlike { .. } | ClusterError::NothingDense { .. }) => continue,
            Err(fault) => panic!("{case:?}: {fault}"),
        };
        assert!(grouping.is_sound(points.ncols()), "{case:?}");
        for placed in place_all(&grouping, points.view()) {
            assert!(placed.cluster < grouping.clusters(), "{case:?}");
            assert!(placed.second.is_none_or(|second| second != placed.cluster));
            assert!(placed.distance >= 0.0, "{case:?} {placed:?}");
            assert!(
                (0.0..=1.0).contains(&placed.confidence),
                "{case:?} {placed:?}"
            );
        }
    }
}

#[test]
fn every_algorithm_finds_separated_groups() {
    let (points, truth) = blobs(5, 200, 3, 1);
    for case in Case::all() {
        let grouping = case.fitted(points.view(), 5);
        assert_eq!(grouping.clusters(), 5, "{case:?}");
        let found = grouping.labels(points.view());
        assert!(adjusted_rand(&found, &truth) > 0.99, "{case:?}");
        let narrow = points.mapv(|value| value as f32);
        assert_eq!(grouping.labels(narrow.view()), found, "{case:?}");
    }
}

#[test]
fn every_algorithm_refuses_points_without_rows_or_columns() {
    for case in Case::all() {
        for (rows, columns) in [(0, 3), (3, 0), (0, 0)] {
            let points = Array2::zeros((rows, columns));
            assert_eq!(
                case.fit(points.view(), 2).unwrap_err(),
                ClusterError::Empty { rows, columns },
                "{case:?}"
            );
        }
    }
}

#[test]
fn every_algorithm_refuses_numbers_that_cannot_be_computed_with() {
    let (good, _) = blobs(3, 50, 2, 1);
    for case in Case::all() {
        for unfit in [f64::NAN, f64::INFINITY, f64::NEG_INFINITY, -1e31] {
            let mut points = good.clone();
            points[[17, 1]] = unfit;
            points[[60, 0]] = unfit;
            let fault = case.fit(points.view(), 3).unwrap_err();
            let expected = ClusterError::NotFinite { row: 17, column: 1 };
            assert_eq!(fault, expected, "{case:?}");
            assert!(fault.to_string().contains("row 17"), "{fault}");
        }
    }
}

#[test]
fn a_grouping_of_another_space_is_not_sound() {
    let (points, _) = blobs(3, 50, 3, 1);
    for case in Case::all() {
        let grouping = case.fitted(points.view(), 3);
        assert!(grouping.is_sound(3), "{case:?}");
        assert!(!grouping.is_sound(2) && !grouping.is_sound(4), "{case:?}");
    }
}

#[test]
fn more_clusters_than_points_are_refused() {
    let three = array![[1.0, 2.0], [3.0, 4.0], [9.0, 1.0]];
    for case in Case::told(true) {
        let fault = case.fit(three.view(), 4).unwrap_err();
        let expected = ClusterError::TooAlike { distinct: 3, k: 4 };
        assert_eq!(fault, expected, "{case:?}");
    }
    // Those that find the number need enough points to call a place dense.
    for case in Case::told(false) {
        let fault = case.fit(three.view(), 1).unwrap_err();
        assert!(
            matches!(fault, ClusterError::TooFew { rows: 3, .. }),
            "{case:?}: {fault}"
        );
    }
}

#[test]
fn more_clusters_than_different_points_are_refused() {
    let alike = Array2::from_shape_fn((50, 2), |(row, _)| (row % 2) as f64);
    for case in Case::told(true) {
        for k in [3, 51] {
            let fault = case.fit(alike.view(), k).unwrap_err();
            assert_eq!(fault, ClusterError::TooAlike { distinct: 2, k }, "{case:?}");
        }
    }
    // The others find what there is.
    for case in Case::told(false) {
        assert_eq!(case.fitted(alike.view(), 3).clusters(), 2, "{case:?}");
    }
}

#[test]
fn duplicates_are_clusters_like_any_others() {
    let points = Array2::from_shape_fn((300, 2), |(row, column)| {
        [[0.0, 0.0], [5.0, 1.0], [2.0, 9.0]][row % 3][column]
    });
    let truth: Vec<usize> = (0..300).map(|row| row % 3).collect();
    for case in Case::all() {
        let grouping = case.fitted(points.view(), 3);
        let placed = place_all(&grouping, points.view());
        let found: Vec<usize> = placed.iter().map(|placed| placed.cluster).collect();
        assert_eq!(adjusted_rand(&found, &truth), 1.0, "{case:?}");
        for placed in placed {
            assert!(!placed.outside && placed.distance < 1e-9, "{case:?}");
            assert!(placed.confidence > 0.99, "{case:?} {placed:?}");
        }
    }
}

#[test]
fn constant_columns_and_odd_scales_do_no_harm() {
    let (points, truth) = blobs(4, 100, 2, 3);
    let mut wide = Array2::from_elem((400, 5), 7.0);
    wide.column_mut(1).assign(&points.column(0));
    wide.column_mut(3).assign(&points.column(1));
    for case in Case::all() {
        let found = case.fitted(wide.view(), 4).labels(wide.view());
        assert!(adjusted_rand(&found, &truth) > 0.99, "{case:?}");
    }
    survives(&Array2::from_elem((200, 3), 1.5), 1);
    survives(&Array2::from_elem((200, 3), 0.0), 1);
    survives(&points.mapv(|value| value * 1e-12), 4);
    survives(&points.mapv(|value| value * 1e12), 4);
    survives(&points.mapv(|value| value + 1e9), 4);
    // One customer further out than any distribution expects.
    let mut outlier = points.clone();
    outlier[[5, 0]] = 1e6;
    survives(&outlier, 4);
    // Columns that say the same.
    let twice = Array2::from_shape_fn((400, 4), |(row, column)| points[[row, column % 2]]);
    survives(&twice, 4);
    // More columns than customers in a cluster.
    let (few, _) = blobs(3, 12, 3, 5);
    let many = Array2::from_shape_fn((36, 40), |(row, column)| {
        few[[row, column % 3]] + ((row * 31 + column * 17) % 13) as f64 * 0.1
    });
    survives(&many, 3);
}

#[test]
fn one_cluster_holds_everybody_for_sure() {
    let (points, _) = blobs(1, 400, 3, 2);
    for case in Case::all() {
        let grouping = case.fitted(points.view(), 1);
        assert_eq!(grouping.clusters(), 1, "{case:?}");
        for placed in place_all(&grouping, points.view()) {
            assert_eq!(
                (placed.cluster, placed.second, placed.confidence),
                (0, None, 1.0),
                "{case:?}"
            );
        }
    }
}

#[test]
fn every_algorithm_gives_the_same_bits_on_any_number_of_threads() {
    for case in Case::all() {
        // Several chunks of rows for those whose work is cut in chunks.
        let each = if case.algorithm.takes_k() { 700 } else { 100 };
        let (points, _) = blobs(6, each, 4, 2);
        let run = || {
            let grouping = case.fitted(points.view(), 4);
            let placed = place_all(&grouping, points.view());
            (grouping, placed)
        };
        let alone = on_threads(1, run);
        for threads in [2, 4] {
            assert_eq!(on_threads(threads, run), alone, "{case:?}");
        }
    }
}

#[test]
fn a_loaded_grouping_places_everybody_as_before() {
    let (points, _) = blobs(4, 200, 3, 5);
    for case in Case::all() {
        let grouping = case.fitted(points.view(), 4);
        let text = serde_json::to_string(&grouping).unwrap();
        let loaded: Grouping = serde_json::from_str(&text).unwrap();
        assert_eq!(loaded, grouping, "{case:?}");
        assert_eq!(
            place_all(&loaded, points.view()),
            place_all(&grouping, points.view()),
            "{case:?}"
        );
    }
}

/// k-means and mixtures draw their starts among rows, so only the partition of
/// separated groups is the same; dense regions are the same whatever the data.
#[test]
fn the_order_of_rows_does_not_change_the_partition() {
    let (points, _) = blobs(5, 150, 3, 4);
    let order: Vec<usize> = (0..750).map(|row| row * 433 % 750).collect();
    let shuffled = points.select(Axis(0), &order);
    for case in Case::all() {
        let one = case.fitted(points.view(), 5).labels(points.view());
        let other = case.fitted(shuffled.view(), 5).labels(points.view());
        assert_eq!(adjusted_rand(&one, &other), 1.0, "{case:?}");
    }
}

#[test]
fn clusters_in_another_order_are_the_same_clusters() {
    let (points, _) = blobs(4, 100, 3, 5);
    for case in Case::all() {
        let grouping = case.fitted(points.view(), 4);
        let order = [2, 0, 3];
        let some = grouping.select(&order);
        let placed = place_all(&grouping, points.view());
        let again = place_all(&some, points.view());
        for (placed, again) in placed.iter().zip(&again) {
            if order.contains(&placed.cluster) {
                assert_eq!(order[again.cluster], placed.cluster, "{case:?}");
                assert_eq!(again.distance, placed.distance, "{case:?}");
            }
        }
        assert_eq!(some.centres()[1], grouping.centres()[0]);
    }
}

#[test]
fn who_is_far_from_everything_is_outside_and_nobody_else() {
    let (points, _) = blobs(4, 300, 2, 6);
    for case in Case::all() {
        let grouping = case.fitted(points.view(), 4);
        let inside = place_all(&grouping, points.view());
        let share = inside.iter().filter(|placed| placed.outside).count() as f64 / 1200.0;
        // The rims of round groups are too thin to be dense.
        let most = if case.algorithm.takes_k() {
            0.005
        } else {
            0.05
        };
        assert!(share <= most, "{case:?}: {share}");
        let strangers = array![[60.0, 60.0], [10.0, 10.0], [-15.0, 0.0]];
        for placed in place_all(&grouping, strangers.view()) {
            assert!(placed.outside, "{case:?} {placed:?}");
            assert!((0.0..=1.0).contains(&placed.confidence));
        }
    }
    let mut everywhere = Algorithm::Kmeans.fit(points.view(), job(4)).unwrap();
    everywhere.calibrate(points.view(), None);
    assert!(!everywhere.place(&[60.0, 60.0]).outside);
}

#[test]
fn confidence_is_one_half_at_a_tie_and_near_one_at_a_centre() {
    // Two equal groups, one the mirror image of the other.
    let (half, _) = blobs(1, 500, 2, 8);
    let points = Array2::from_shape_fn((1000, 2), |(row, column)| {
        let value = half[[row / 2, column]];
        match (column, row % 2) {
            (0, 0) => 5.0 + value,
            (0, _) => -5.0 - value,
            _ => value,
        }
    });
    for case in Case::all() {
        let grouping = case.fitted(points.view(), 2);
        let at = |x: f64| grouping.place(&[x, 0.0]);
        let tie = at(0.0).confidence;
        // OPTICS reads both groups off one plot, in which their rims differ; that
        // far from both, it is the rims that count.
        let is_tie = (tie - 0.5).abs() < 0.01 || case.algorithm == Algorithm::Optics;
        assert!(is_tie, "{case:?}: {tie}");
        let mut before = 0.0;
        for x in [0.5, 1.0, 2.0, 3.0, 5.0] {
            let placed = at(x);
            assert!(placed.confidence >= before, "{case:?} at {x}");
            before = placed.confidence;
        }
        assert!(before > 0.999, "{case:?}: {before}");
        assert_ne!(at(5.0).cluster, at(-5.0).cluster);
        assert_eq!(at(5.0).second, Some(at(-5.0).cluster));
    }
}

/// Points around the corners of a square, close enough to overlap, and the
/// corner of each.
fn overlapping(weights: [f64; 4], deviations: [f64; 4], apart: f64) -> (Array2<f64>, Vec<usize>) {
    let mut rng = Xoshiro256Plus::seed_from_u64(11);
    let drawn = WeightedIndex::new(weights).unwrap();
    let truth: Vec<usize> = (0..12_000).map(|_| drawn.sample(&mut rng)).collect();
    let points = Array2::from_shape_fn((12_000, 2), |(row, column)| {
        let noise: f64 = StandardNormal.sample(&mut rng);
        let corner = truth[row] >> column & 1;
        noise * deviations[truth[row]] + apart * corner as f64
    });
    (points, truth)
}

#[test]
fn confidence_is_the_share_of_customers_who_are_placed_right() {
    for (weights, deviations) in [
        ([0.25; 4], [1.0; 4]),
        ([0.4, 0.3, 0.2, 0.1], [1.0; 4]),
        ([0.4, 0.3, 0.2, 0.1], [0.6, 1.0, 1.2, 0.8]),
    ] {
        let (points, truth) = overlapping(weights, deviations, 3.0);
        for case in Case::told(true) {
            let grouping = case.fitted(points.view(), 4);
            let placed = place_all(&grouping, points.view());
            // Each cluster is the group that most of it comes from.
            let mut shared = [[0u32; 4]; 4];
            for (placed, &group) in placed.iter().zip(&truth) {
                shared[placed.cluster][group] += 1;
            }
            let group_of = shared.map(|row| (0..4).max_by_key(|&group| row[group]).unwrap());
            let mut bins = [(0.0, 0.0); 20];
            for (placed, &group) in placed.iter().zip(&truth) {
                let bin = &mut bins[((placed.confidence * 20.0) as usize).min(19)];
                bin.0 += placed.confidence;
                bin.1 += f64::from(group_of[placed.cluster] == group);
            }
            // Expected calibration error (Naeini et al. 2015), customers per
            // bin being its weight.
            let error = bins
                .iter()
                .map(|(said, right)| (said - right).abs())
                .sum::<f64>()
                / 12_000.0;
            assert!(error <= 0.03, "{case:?} {deviations:?}: {error}");
        }
    }
}
