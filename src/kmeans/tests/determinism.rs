//! The same bits on any number of threads and on any instruction set.

use proptest::prelude::*;
use pulp::Arch;

use super::data::{clouds, first, on_threads, rng};
use crate::kmeans::distances::squared_distances_with;
use crate::kmeans::fit::run;
use crate::kmeans::plan::Sparing;
use crate::kmeans::{Fitted, Init, KMeans, KMeansFloat, Observations, Stop};
use linfa::DatasetBase;
use linfa::traits::Fit;

/// Every instruction set of this machine; the first is the portable one.
fn instruction_sets() -> Vec<Arch> {
    let mut sets = vec![Arch::Scalar];
    #[cfg(target_arch = "x86_64")]
    {
        sets.extend(pulp::x86::V3::try_new().map(Arch::V3));
        sets.extend(pulp::x86::V4::try_new().map(Arch::V4));
    }
    #[cfg(target_arch = "aarch64")]
    sets.extend(pulp::aarch64::Neon::try_new().map(Arch::Neon));
    sets
}

fn bits<F: KMeansFloat>(fitted: &Fitted<F>) -> (Vec<u64>, u64, Vec<u32>) {
    let centroids = fitted.model.centroids().iter();
    (
        centroids.map(|&c| c.into().to_bits()).collect(),
        fitted.model.inertia().to_bits(),
        fitted.labels.clone(),
    )
}

fn the_same_on_every_set<F: KMeansFloat>(rows: usize, columns: usize, clusters: usize, seed: u64) {
    let points = clouds::<F>(rows, columns, clusters, 0.7, seed);
    let data = Observations::new(points.view(), None).unwrap();
    let centres = first(&points, clusters);
    let stop = Stop {
        max_n_iterations: 12,
        tolerance: 0.0,
    };
    let results: Vec<_> = instruction_sets()
        .into_iter()
        .map(|arch| {
            let fitted = run(&data, centres.view(), &stop, Sparing::Always, arch);
            let distances = squared_distances_with(points.view(), centres.view(), arch).unwrap();
            let distances: Vec<u64> = distances.iter().map(|&d| d.into().to_bits()).collect();
            (bits(&fitted), distances)
        })
        .collect();
    for other in &results[1..] {
        assert_eq!(&results[0], other);
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(40))]
    #[test]
    fn every_instruction_set_gives_the_bits_of_the_portable_one(
        rows in 20usize..400, columns in 1usize..40, clusters in 1usize..20, seed in 0u64..1000,
    ) {
        the_same_on_every_set::<f32>(rows, columns, clusters, seed);
        the_same_on_every_set::<f64>(rows, columns, clusters, seed);
    }
}

#[test]
fn the_number_of_threads_changes_no_bit() {
    for init in [Init::GreedyPlusPlus, Init::PlusPlus, Init::Random] {
        let points = clouds::<f32>(9_000, 5, 6, 0.8, 3);
        let weights: Vec<f32> = (0..9_000).map(|row| (row % 5) as f32 * 0.37).collect();
        let fit = || {
            let data = DatasetBase::from(points.clone()).with_weights(weights.clone().into());
            KMeans::params_with_rng(6, rng(9))
                .n_runs(2)
                .seeding_rows(4_000)
                .init(init.clone())
                .fit(&data)
                .unwrap()
        };
        let one = on_threads(1, fit);
        assert_eq!(one, on_threads(2, fit), "{init:?}");
        assert_eq!(one, on_threads(4, fit), "{init:?}");
    }
}

#[test]
fn columns_stored_first_give_the_same_bits_as_rows_stored_first() {
    let points = clouds::<f64>(3_000, 7, 4, 1.0, 5);
    let turned = points.t().as_standard_layout().into_owned();
    let fit = |points: ndarray::ArrayView2<f64>| {
        KMeans::params(4)
            .n_runs(2)
            .fit(&DatasetBase::from(points))
            .unwrap()
    };
    assert_eq!(fit(points.view()), fit(turned.t()));
}
