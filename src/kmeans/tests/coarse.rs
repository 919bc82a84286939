//! The coarse copy changes nothing but the time.

use ndarray::{Array2, ArrayView2};
use proptest::prelude::*;
use pulp::Arch;

use super::data::{clouds, first};
use crate::kmeans::assign::{inertia, labels, packed};
use crate::kmeans::coarse::{Coarse, Moves};
use crate::kmeans::fit::run;
use crate::kmeans::plan::Sparing;
use crate::kmeans::{Fitted, KMeansFloat, Observations, Stop};

const TO_THE_END: Stop = Stop {
    max_n_iterations: 60,
    tolerance: 0.0,
};

fn fitted<F: KMeansFloat>(
    points: &Array2<F>,
    weights: Option<&[f32]>,
    centres: ArrayView2<F>,
    coarse: bool,
    arch: Arch,
) -> Fitted<F> {
    let data = Observations::new(points.view(), weights).unwrap();
    let data = data.with_coarse(coarse);
    assert_eq!(data.coarse().is_some(), coarse);
    run(&data, centres, &TO_THE_END, Sparing::Never, arch)
}

/// Fits with and without the copy, on this machine's instructions and without.
fn same_with_copy<F: KMeansFloat>(points: &Array2<F>, centres: ArrayView2<F>) {
    let exact = fitted(points, None, centres, false, Arch::new());
    assert!(exact == fitted(points, None, centres, true, Arch::new()));
    assert!(exact == fitted(points, None, centres, true, Arch::Scalar));
}

/// All rows of a matrix that has a copy, as they move from cluster 0.
fn moves<F: KMeansFloat>(points: &Array2<F>, centres: ArrayView2<F>) -> Option<Moves> {
    let data = Observations::new(points.view(), None).unwrap();
    let coarse = Coarse::of(&data).unwrap();
    let centres = packed(centres);
    let search = coarse.search_for(&centres)?;
    let labels = vec![0; points.nrows()];
    let chunk = points.as_slice().unwrap();
    Some(search.moves(Arch::new(), chunk, 0, &labels, &centres))
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(60))]
    #[test]
    fn a_copy_changes_neither_labels_nor_sums(
        rows in 30usize..3_000, columns in 1usize..40, clusters in 1usize..15,
        spread in 0.0f64..6.0, seed in 0u64..1000,
    ) {
        let points = clouds::<f32>(rows, columns, clusters, spread, seed);
        same_with_copy(&points, first(&points, clusters).view());
        let points = clouds::<f64>(rows, columns, clusters, spread, seed);
        same_with_copy(&points, first(&points, clusters).view());
    }

    #[test]
    fn a_copy_is_exact_on_a_grid_full_of_ties(
        rows in 30usize..600, clusters in 1usize..9, steps in 2u64..9, seed in 0u64..1000,
    ) {
        let points = clouds::<f32>(rows, 2, 3, 3.0, seed).mapv(|x| (x * steps as f32).round());
        same_with_copy(&points, first(&points, clusters).view());
    }

    #[test]
    fn columns_of_very_different_spread_and_place_are_told_apart(
        rows in 30usize..2_000, clusters in 2usize..9, scale in -8i32..8, seed in 0u64..1000,
    ) {
        let mut points = clouds::<f64>(rows, 5, clusters, 3.0, seed);
        points.column_mut(1).mapv_inplace(|x| x * 10f64.powi(scale));
        points.column_mut(2).mapv_inplace(|x| x + 10f64.powi(scale));
        points.column_mut(3).fill(7.0);
        same_with_copy(&points, first(&points, clusters).view());
    }
}

#[test]
fn rows_far_from_all_others_are_looked_up_in_the_matrix() {
    let mut points = clouds::<f32>(5_000, 6, 4, 1.0, 3);
    let centres = first(&points, 7);
    // In all places of a tile, the last row among them.
    for row in (0..5_000).step_by(77).chain([4_999]) {
        points.row_mut(row).mapv_inplace(|x| x * 20.0);
    }
    same_with_copy(&points, centres.view());
    let found = moves(&points, centres.view()).unwrap();
    let expected = labels(points.view(), centres.view());
    let mut label = vec![0; 5_000];
    for (&row, &nearest) in std::iter::zip(&found.rows, &found.nearest) {
        label[row as usize] = nearest;
    }
    assert_eq!(label, expected);
    assert!(found.rows.is_sorted());
}

#[test]
fn almost_all_rows_are_sure() {
    let points = clouds::<f32>(20_000, 24, 12, 0.4, 1);
    let found = moves(&points, first(&points, 12).view()).unwrap();
    // Clouds overlap, so some rows do lie between two centres.
    assert!(found.unsure > 0);
    assert!(found.unsure < 20_000 / 50, "{}", found.unsure);
}

#[test]
fn centres_too_far_for_whole_numbers_are_left_to_the_matrix() {
    let points = clouds::<f32>(500, 3, 3, 1.0, 5);
    for far in [100.0, 1e7] {
        let mut centres = first(&points, 3);
        centres.row_mut(1).fill(far);
        assert!(moves(&points, centres.view()).is_none());
        same_with_copy(&points, centres.view());
    }
    // Nor can whole numbers tell centres apart that are all at the means.
    let middle = Array2::from_shape_fn((2, 3), |(_, column)| points.column(column).mean().unwrap());
    same_with_copy(&points, middle.view());
}

#[test]
fn weights_count_for_sizes_and_inertia_as_they_do_without_a_copy() {
    let points = clouds::<f64>(3_000, 4, 5, 2.0, 8);
    let weights: Vec<f32> = (0..3_000).map(|row| (row % 4) as f32 / 2.0).collect();
    let centres = first(&points, 5);
    let fit = |coarse| fitted(&points, Some(&weights), centres.view(), coarse, Arch::new());
    assert!(fit(true) == fit(false));
}

#[test]
fn a_copy_is_made_only_where_it_is_of_use() {
    let points = clouds::<f32>(5_000, 4, 3, 1.0, 2);
    fn made(points: &Array2<f32>, weights: Option<&[f32]>) -> bool {
        let data = Observations::new(points.view(), weights).unwrap();
        data.coarse().is_some()
    }
    let machine_has_it = !matches!(Arch::new(), Arch::Scalar);
    assert_eq!(
        made(&points, None),
        machine_has_it && cfg!(target_arch = "x86_64")
    );
    // Few rows.
    assert!(!made(&first(&points, 1_000), None));
    // Nothing to tell apart.
    assert!(!made(&Array2::ones((5_000, 4)), None));
    // Weights sit where the points lie close together, and most do not.
    let near = Array2::from_shape_fn((5_000, 4), |(row, column)| {
        points[(row, column)] * if row < 100 { 1e-3 } else { 1.0 }
    });
    let weights: Vec<f32> = (0..5_000)
        .map(|row| if row < 100 { 1e6 } else { 1e-6 })
        .collect();
    assert!(!made(&near, Some(&weights)));
}

#[test]
fn a_sample_of_the_rows_has_a_copy_of_its_own() {
    let points = clouds::<f32>(10_000, 3, 4, 2.0, 4);
    let data = Observations::new(points.view(), None)
        .unwrap()
        .with_coarse(true);
    let reversed =
        Array2::from_shape_fn((10_000, 3), |(row, column)| points[(9_999 - row, column)]);
    let sample = data.sample(reversed.view(), None).with_coarse(true);
    let centres = first(&points, 4);
    let fit = |data: &Observations<f32>| {
        run(
            data,
            centres.view(),
            &TO_THE_END,
            Sparing::Never,
            Arch::new(),
        )
        .labels
    };
    let mut labels = fit(&sample);
    labels.reverse();
    assert!(labels == fit(&data));
    // Nor does it take the squares of all rows for its own.
    let few = first(&points, 5_000);
    let few = data.sample(few.view(), None);
    let fitted = run(
        &few,
        centres.view(),
        &TO_THE_END,
        Sparing::Never,
        Arch::new(),
    );
    let distances = inertia(&few, fitted.model.centroids().view(), &fitted.labels);
    assert_eq!(fitted.model.inertia(), distances);
}
