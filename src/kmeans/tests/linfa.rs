//! The same centroids as linfa's own k-means and as the textbook.

use linfa::DatasetBase;
use linfa::traits::{Fit, Predict};
use linfa_clustering::{KMeans as Reference, KMeansInit};
use ndarray::{Array2, array};

use super::data::{clouds, first, rng, textbook};
use crate::kmeans::{Init, KMeans, KMeansFloat};

#[test]
fn a_case_worked_by_hand() {
    // From 0 and 1: first {0, 0.5} and {1, 4, 5} (0.5 is a tie, the first centre
    // wins), means 0.25 and 10/3; then {0, 0.5, 1} and {4, 5}, means 0.5 and 4.5.
    let points = array![[0.0], [0.5], [1.0], [4.0], [5.0]];
    let model = KMeans::params(2)
        .init(Init::Precomputed(array![[0.0], [1.0]]))
        .tolerance(0.0)
        .fit(&DatasetBase::from(points.clone()))
        .unwrap();
    let apart = (model.centroids() - array![[0.5], [4.5]]).mapv(f64::abs);
    assert!(apart.sum() < 1e-14);
    assert!((model.inertia() - 1.0).abs() < 1e-14);
    assert_eq!(model.sizes(), array![3.0, 2.0]);
    assert_eq!(model.iterations(), 3);
    assert!(model.converged());
    assert_eq!(model.predict(&points), array![0, 0, 0, 1, 1]);
}

#[test]
fn converged_centroids_are_those_of_linfa() {
    for (columns, clusters, seed) in [(2, 3, 1), (5, 4, 2), (17, 7, 3), (33, 6, 4)] {
        let points = clouds::<f64>(1_500, columns, clusters, 3.0, seed);
        // One start a group, a little beside it: both have the same way to go.
        let near = KMeans::params(clusters)
            .fit(&DatasetBase::from(points.view()))
            .unwrap();
        let starts = near.centroids() + 0.7;
        let data = DatasetBase::from(points);
        let ours = KMeans::params(clusters)
            .init(Init::Precomputed(starts.clone()))
            .tolerance(0.0)
            .fit(&data)
            .unwrap();
        // linfa counts the old centroid as a member, so it only crawls towards
        // the mean; it needs a small tolerance and many iterations.
        let theirs = Reference::params_with_rng(clusters, rng(1))
            .init_method(KMeansInit::Precomputed(starts))
            .n_runs(1)
            .max_n_iterations(5_000)
            .tolerance(1e-12)
            .fit(&data)
            .unwrap();
        let apart = (ours.centroids() - theirs.centroids()).mapv(f64::abs);
        let apart = apart.fold(0.0f64, |a, &b| a.max(b));
        assert!(apart < 1e-6, "{columns} columns: {apart}");
    }
}

fn like_the_textbook<F: KMeansFloat>(tolerance: f64) {
    for (rows, columns, clusters) in [(50, 1, 1), (300, 3, 2), (2_000, 24, 12), (700, 9, 17)] {
        let points = clouds::<F>(rows, columns, clusters, 0.9, 8);
        let starts = first(&points, clusters);
        let wide = |matrix: &Array2<F>| matrix.mapv(|value| value.into());
        let (centroids, _, inertia) = textbook(&wide(&points), &vec![1.0; rows], &wide(&starts), 7);
        let model = KMeans::params(clusters)
            .init(Init::Precomputed(starts))
            .max_n_iterations(7)
            .tolerance(0.0)
            .fit(&DatasetBase::from(points))
            .unwrap();
        let apart = (wide(model.centroids()) - &centroids).mapv(f64::abs);
        let apart = apart.fold(0.0f64, |a, &b| a.max(b));
        assert!(apart < tolerance, "{rows} rows: {apart}");
        assert!((model.inertia() / inertia - 1.0).abs() < tolerance);
    }
}

#[test]
fn iterations_are_those_of_the_textbook_in_f64() {
    like_the_textbook::<f64>(1e-12);
}

#[test]
fn iterations_are_those_of_the_textbook_in_f32() {
    like_the_textbook::<f32>(1e-6);
}
