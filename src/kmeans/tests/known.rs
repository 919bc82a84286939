//! The best known sums of squares of well-known data.
//!
//! `tests/all/data/iris.csv` and `wine.csv` are the measurements that
//! scikit-learn bundles (Fisher 1936 and Forina et al. 1986, from the UCI
//! Machine Learning Repository), without the classes.

use ndarray::{Array2, Axis};

use super::data::rng;
use crate::kmeans::KMeans;
use linfa::DatasetBase;
use linfa::traits::Fit;

fn read(text: &str) -> Array2<f64> {
    let rows: Vec<Vec<f64>> = text
        .lines()
        .map(|line| {
            line.split(',')
                .map(|value| value.parse().unwrap())
                .collect()
        })
        .collect();
    let shape = (rows.len(), rows[0].len());
    Array2::from_shape_vec(shape, rows.concat()).unwrap()
}

fn iris() -> Array2<f64> {
    read(include_str!("../../../tests/all/data/iris.csv"))
}

fn wine() -> Array2<f64> {
    read(include_str!("../../../tests/all/data/wine.csv"))
}

/// Columns of mean 0 and deviation 1.
fn standardised(points: Array2<f64>) -> Array2<f64> {
    let means = points.mean_axis(Axis(0)).unwrap();
    let deviations = points.std_axis(Axis(0), 0.0);
    (points - means) / deviations
}

fn reaches(points: Array2<f64>, clusters: usize, best: f64) {
    let narrow = DatasetBase::from(points.mapv(|value| value as f32));
    let wide = DatasetBase::from(points);
    for seed in 0..10 {
        let wide = KMeans::params_with_rng(clusters, rng(seed))
            .fit(&wide)
            .unwrap();
        let narrow = KMeans::params_with_rng(clusters, rng(seed))
            .fit(&narrow)
            .unwrap();
        for reached in [wide.inertia(), narrow.inertia()] {
            assert!(
                reached <= 1.0002 * best && reached >= 0.999_99 * best,
                "seed {seed}: {reached} instead of {best}"
            );
        }
    }
}

#[test]
fn iris_in_three_clusters_reaches_the_best_known_sum() {
    reaches(iris(), 3, 78.851_44);
    reaches(standardised(iris()), 3, 139.820_5);
}

#[test]
fn wine_in_three_clusters_reaches_the_best_known_sum() {
    reaches(wine(), 3, 2_370_689.687);
    reaches(standardised(wine()), 3, 1_277.928);
}
