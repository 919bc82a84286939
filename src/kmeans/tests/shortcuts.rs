//! Bounds, offsets and repairs change nothing but the time.

use linfa::traits::Predict;
use ndarray::{Array1, Array2, array};
use proptest::prelude::*;
use pulp::Arch;

use super::data::{clouds, first, rng};
use crate::kmeans::fit::run;
use crate::kmeans::plan::Sparing;
use crate::kmeans::{Fitted, Init, KMeansFloat, Observations, Stop, fit_from, seeding};

const TO_THE_END: Stop = Stop {
    max_n_iterations: 60,
    tolerance: 0.0,
};

fn with<F: KMeansFloat>(points: &Array2<F>, clusters: usize, sparing: Sparing) -> Fitted<F> {
    let data = Observations::new(points.view(), None).unwrap();
    let centres = first(points, clusters);
    run(&data, centres.view(), &TO_THE_END, sparing, Arch::new())
}

fn bounds_change_nothing<F: KMeansFloat>(points: &Array2<F>, clusters: usize) {
    let plain = with(points, clusters, Sparing::Never);
    assert!(plain == with(points, clusters, Sparing::Always));
    assert!(plain == with(points, clusters, Sparing::WherePays));
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(60))]
    #[test]
    fn sparing_rows_changes_neither_labels_nor_sums(
        rows in 30usize..3_000, columns in 1usize..12, clusters in 1usize..15,
        spread in 0.0f64..6.0, seed in 0u64..1000,
    ) {
        bounds_change_nothing(&clouds::<f32>(rows, columns, clusters, spread, seed), clusters);
        bounds_change_nothing(&clouds::<f64>(rows, columns, clusters, spread, seed), clusters);
    }

    #[test]
    fn sparing_rows_is_exact_on_a_grid_full_of_ties(
        rows in 30usize..600, clusters in 1usize..9, steps in 2u64..9, seed in 0u64..1000,
    ) {
        let points = clouds::<f32>(rows, 2, 3, 3.0, seed).mapv(|x| (x * steps as f32).round());
        let distinct: std::collections::BTreeSet<String> =
            points.outer_iter().map(|row| row.to_string()).collect();
        prop_assume!(distinct.len() >= clusters);
        bounds_change_nothing(&points, clusters);
    }
}

#[test]
fn a_point_is_spared_until_centres_have_used_up_its_gap() {
    use crate::kmeans::bounds::{Bounds, UNKNOWN};
    let mut bounds = Bounds::new(2);
    assert!(!bounds.safe(0, UNKNOWN));
    let centres = crate::kmeans::assign::packed(array![[0.0f64], [10.0]].view());
    let far = bounds.key(8.0, 0);
    bounds.moved(&[1.0, 3.0], &centres, 100.0);
    // The own centre moved by 1, the other by 3: four of eight are used up.
    assert!(bounds.safe(0, far));
    bounds.moved(&[1.0, 2.5], &centres, 100.0);
    assert!(bounds.safe(0, far));
    bounds.moved(&[0.5, 0.6], &centres, 100.0);
    assert!(!bounds.safe(0, far));
}

#[test]
fn data_far_from_the_origin_are_clustered_as_well_as_near_it() {
    // Whole numbers in f32, which a shift by 4,000,000 leaves exact.
    let near = clouds::<f32>(4_000, 6, 5, 4.0, 2).mapv(|x| (x * 8.0).round());
    let far = near.mapv(|x| x + 4_000_000.0);
    let (near_fit, far_fit) = (
        with(&near, 5, Sparing::WherePays),
        with(&far, 5, Sparing::WherePays),
    );
    // Centroids themselves are kept to a quarter out there, so a few rows that
    // lie between two of them may differ.
    let pairs = near_fit.labels.iter().zip(&far_fit.labels);
    let differ = pairs.filter(|(near, far)| near != far).count();
    assert!(differ < 8, "{differ}");
    let far = clouds::<f64>(2_000, 3, 4, 3.0, 1).mapv(|x| x + 1e9);
    let near = far.mapv(|x| x - 1e9);
    let (near, far) = (
        with(&near, 4, Sparing::WherePays),
        with(&far, 4, Sparing::WherePays),
    );
    assert!(near.labels == far.labels);
    // Centroids keep the sixteen digits that f64 has.
    assert!((near.model.inertia() / far.model.inertia() - 1.0).abs() < 1e-9);
}

#[test]
fn inertia_from_sums_is_that_of_the_distances() {
    // Far out the means of `f32` are rounded by a part of the deviations.
    for shift in [0.0, 4_000_000.0] {
        let points = clouds::<f32>(3_000, 5, 4, 3.0, 6).mapv(|x| (x * 8.0).round() + shift);
        let weights: Vec<f32> = (0..3_000).map(|row| (row % 3) as f32).collect();
        let data = Observations::new(points.view(), Some(&weights)).unwrap();
        let fitted = fit_from(&data, first(&points, 4).view(), &TO_THE_END).unwrap();
        let centroids = fitted.model.centroids().view();
        let distances = crate::kmeans::assign::inertia(&data, centroids, &fitted.labels);
        let off = fitted.model.inertia() / distances - 1.0;
        assert!(off.abs() < 1e-12, "{off}");
    }
}

#[test]
fn labels_are_those_the_model_predicts_wherever_the_data_lie() {
    // Far out, centroids are rounded by more than some points' margins.
    for shift in [0.0, 1e3, 1e5] {
        for seed in 0..20 {
            let points = clouds::<f32>(2_000, 3, 6, 1.0, seed).mapv(|x| x + shift);
            let fitted = with(&points, 6, Sparing::Always);
            let predicted: Array1<usize> = fitted.model.predict(&points);
            let differ = std::iter::zip(&fitted.labels, &predicted)
                .filter(|&(&label, &predicted)| label as usize != predicted)
                .count();
            assert_eq!(differ, 0, "shift {shift}, seed {seed}");
        }
    }
}

#[test]
fn empty_clusters_are_given_the_farthest_points() {
    // All points are nearest to the first centre; the others start far away.
    let points = array![[0.0], [1.0], [2.0], [50.0], [90.0]];
    let data = Observations::new(points.view(), None).unwrap();
    let centres = array![[10.0], [1e6], [1e6]];
    let fitted = fit_from(&data, centres.view(), &TO_THE_END).unwrap();
    let mut sizes = fitted.model.sizes().to_vec();
    sizes.sort_by(f64::total_cmp);
    assert_eq!(sizes, [1.0, 1.0, 3.0]);
    assert_eq!(fitted.model.inertia(), 2.0);
}

#[test]
fn no_cluster_stays_empty_however_bad_the_start() {
    for seed in 0..30 {
        let points = clouds::<f32>(200, 3, 4, 2.0, seed);
        let data = Observations::new(points.view(), None).unwrap();
        let centres = Array2::from_elem((20, 3), 1000.0);
        let fitted = fit_from(&data, centres.view(), &TO_THE_END).unwrap();
        assert!(
            fitted.model.sizes().iter().all(|&size| size > 0.0),
            "{seed}"
        );
    }
}

#[test]
fn constant_columns_change_nothing() {
    let points = clouds::<f64>(500, 3, 3, 2.0, 4);
    let mut wide = Array2::from_elem((500, 5), 123.456);
    for column in 0..3 {
        wide.column_mut(column).assign(&points.column(column));
    }
    let narrow = with(&points, 3, Sparing::WherePays);
    let wide = with(&wide, 3, Sparing::WherePays);
    assert!(narrow.labels == wide.labels);
    assert!(
        wide.model
            .centroids()
            .column(4)
            .iter()
            .all(|&c| c == 123.456)
    );
}

#[test]
fn one_cluster_is_the_mean() {
    let points = array![[1.0, 2.0], [3.0, 4.0], [5.0, 9.0]];
    let fitted = with(&points, 1, Sparing::WherePays);
    assert_eq!(fitted.model.centroids(), array![[3.0, 5.0]]);
    assert_eq!(fitted.model.inertia(), 34.0);
}

#[test]
fn a_small_group_far_away_is_among_greedy_starts() {
    let points = Array2::from_shape_fn((20_200, 1), |(row, _)| {
        (row % 7) as f64 * 0.1 + if row % 101 == 0 { 100.0 } else { 0.0 }
    });
    let data = Observations::new(points.view(), None).unwrap();
    for seed in 0..20 {
        for rows in [1_000, 50_000] {
            let starts = seeding(&data, 2, &Init::GreedyPlusPlus, rows, &mut rng(seed)).unwrap();
            assert!(starts.iter().any(|&x| x > 50.0), "seed {seed}");
        }
    }
}

#[test]
fn starts_are_different_rows_while_there_are_any() {
    let points = Array2::from_shape_fn((30_000, 1), |(row, _)| (row / 29_997) as f64 * row as f64);
    let data = Observations::new(points.view(), None).unwrap();
    for init in [Init::GreedyPlusPlus, Init::PlusPlus] {
        // A sample misses the three rows that differ; all rows are looked at.
        let starts = seeding(&data, 4, &init, 100, &mut rng(1)).unwrap();
        let mut values: Vec<f64> = starts.iter().copied().collect();
        values.sort_by(f64::total_cmp);
        assert_eq!(values, [0.0, 29_997.0, 29_998.0, 29_999.0]);
    }
}

#[test]
fn transfers_reach_what_lloyd_misses() {
    // Lloyd's iteration stays at {0, 1, 2, 13} and {20, 27}, since 13 is 9 from
    // the one mean and 10.5 from the other. Moving it moves both means, and the
    // sum of squares falls from 134.5 to 100.
    let points = array![[0.0], [1.0], [2.0], [13.0], [20.0], [27.0]];
    let data = Observations::new(points.view(), None).unwrap();
    let labels = [0, 0, 0, 0, 1, 1];
    let improved = crate::kmeans::transfer::transfer(&data, &labels, 2).unwrap();
    assert_eq!(improved, array![[1.0], [20.0]]);
    assert!(crate::kmeans::transfer::transfer(&data, &[0, 0, 0, 1, 1, 1], 2).is_none());
}
