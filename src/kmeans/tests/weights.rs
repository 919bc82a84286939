//! A weight counts as that many rows.

use ndarray::Axis;
use proptest::prelude::*;

use super::data::{clouds, first, rng, textbook};
use crate::kmeans::{Init, Observations, Stop, fit_from, seeding};

proptest! {
    #![proptest_config(ProptestConfig::with_cases(60))]
    #[test]
    fn whole_weights_are_repeated_rows(
        counts in prop::collection::vec(0usize..4, 40..200), clusters in 1usize..5, seed in 0u64..1000,
    ) {
        let points = clouds::<f64>(counts.len(), 3, clusters, 2.0, seed);
        let weights: Vec<f32> = counts.iter().map(|&count| count as f32).collect();
        let repeated: Vec<usize> = counts
            .iter()
            .enumerate()
            .flat_map(|(row, &count)| std::iter::repeat_n(row, count))
            .collect();
        prop_assume!(counts.iter().filter(|&&count| count > 0).count() >= clusters);
        let rows = points.select(Axis(0), &repeated);
        let weighted = Observations::new(points.view(), Some(&weights)).unwrap();
        let repeated = Observations::new(rows.view(), None).unwrap();
        let centres = first(&points, clusters);
        let stop = Stop::default();
        let weighted = fit_from(&weighted, centres.view(), &stop).unwrap().model;
        let repeated = fit_from(&repeated, centres.view(), &stop).unwrap().model;
        prop_assert!((weighted.inertia() - repeated.inertia()).abs() <= 1e-9 * repeated.inertia());
        let apart = (weighted.centroids() - repeated.centroids()).mapv(f64::abs);
        prop_assert!(apart.iter().all(|&apart| apart < 1e-9));
        prop_assert_eq!(weighted.sizes(), repeated.sizes());
    }
}

#[test]
fn fractional_weights_are_those_of_the_textbook() {
    let points = clouds::<f64>(3_000, 4, 5, 1.5, 7);
    let weights: Vec<f32> = (0..3_000)
        .map(|row| 0.1 + (row % 13) as f32 * 0.7)
        .collect();
    let wide: Vec<f64> = weights.iter().map(|&weight| weight.into()).collect();
    let centres = first(&points, 5);
    let (centroids, labels, inertia) = textbook(&points, &wide, &centres, 15);
    let data = Observations::new(points.view(), Some(&weights)).unwrap();
    let stop = Stop {
        max_n_iterations: 15,
        tolerance: 0.0,
    };
    let fitted = fit_from(&data, centres.view(), &stop).unwrap();
    assert_eq!(fitted.labels, labels);
    let apart = (fitted.model.centroids() - &centroids).mapv(f64::abs);
    assert!(apart.iter().all(|&apart| apart < 1e-10));
    assert!((fitted.model.inertia() / inertia - 1.0).abs() < 1e-12);
}

#[test]
fn rows_of_weight_0_are_never_chosen_and_never_count() {
    let mut points = clouds::<f64>(300, 2, 2, 1.0, 3);
    points.row_mut(7).fill(1e6);
    let mut weights = vec![1.0f32; 300];
    weights[7] = 0.0;
    let data = Observations::new(points.view(), Some(&weights)).unwrap();
    for init in [Init::GreedyPlusPlus, Init::PlusPlus, Init::Random] {
        for seed in 0..20 {
            let centres = seeding(&data, 3, &init, 1_000, &mut rng(seed)).unwrap();
            assert!(centres.iter().all(|&c| c < 1e5), "{init:?}");
        }
    }
    let fitted = fit_from(&data, first(&points, 3).view(), &Stop::default()).unwrap();
    assert!(fitted.model.centroids().iter().all(|&c| c < 1e5));
    assert_eq!(fitted.model.sizes().sum(), 299.0);
}
