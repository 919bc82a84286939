use ndarray::{Array2, ArrayView2};
use rand::{Rng, SeedableRng};
use rand_distr::{Distribution, StandardNormal};
use rand_xoshiro::Xoshiro256Plus;

use super::*;
use crate::domain::Share;
use crate::segments::clusterers::{Algorithm, ClusterError, DensityJob};
use crate::segments::fixtures::{blobs, on_threads};
use crate::segments::settings::{KSetting, SegmentSettings};
use crate::segments::{Grouping, SegmentError};

fn rows<F>(points: &Array2<F>) -> Rows<'_, F> {
    Rows {
        all: points.view(),
        sample: points.view(),
        judged: points.view(),
    }
}

fn search(numbers: RangeInclusive<usize>) -> Search {
    Search {
        numbers,
        starts: 4,
        min_share: 0.01,
        seed: 5,
    }
}

fn chosen(trials: &[KTrial]) -> Vec<usize> {
    let chosen = trials.iter().filter(|trial| trial.chosen);
    chosen.map(|trial| trial.k).collect()
}

fn even(rows: usize, columns: usize) -> Array2<f64> {
    let mut rng = Xoshiro256Plus::seed_from_u64(3);
    Array2::from_shape_fn((rows, columns), |_| rng.r#gen::<f64>())
}

/// Normal clouds of deviation 1 that hold the given numbers of points, around
/// normal centres of that deviation.
fn clouds(sizes: &[usize], columns: usize, spread: f64, seed: u64) -> Array2<f64> {
    let mut rng = Xoshiro256Plus::seed_from_u64(seed);
    let mut normal = |_| -> f64 { StandardNormal.sample(&mut rng) };
    let mut points = Vec::new();
    for &size in sizes {
        let centre: Vec<f64> = (0..columns).map(&mut normal).collect();
        for _ in 0..size {
            points.extend(centre.iter().map(|c| c * spread + normal(0)));
        }
    }
    Array2::from_shape_vec((sizes.iter().sum(), columns), points).unwrap()
}

#[test]
fn the_planted_number_is_chosen_in_either_precision_and_on_any_threads() {
    let (points, _) = blobs(6, 150, 3, 9);
    let choice = choose_k(&rows(&points), &search(4..=12)).unwrap();
    let tried: Vec<usize> = choice.trials.iter().map(|trial| trial.k).collect();
    assert_eq!(tried, (4..=12).collect::<Vec<_>>());
    assert_eq!(chosen(&choice.trials), [6]);
    assert_eq!(choice.model.centroids().nrows(), 6);
    assert!(choice.stability.len() == 6 && choice.findings.is_empty());
    for threads in [1, 2, 4] {
        let again = on_threads(threads, || {
            choose_k(&rows(&points), &search(4..=12)).unwrap()
        });
        assert_eq!(again.trials, choice.trials);
        assert_eq!(again.model, choice.model);
    }
    let single = points.mapv(|value| value as f32);
    let choice = choose_k(&rows(&single), &search(4..=12)).unwrap();
    assert_eq!(chosen(&choice.trials), [6]);
}

#[test]
fn overlapping_groups_of_unequal_size_are_all_found() {
    for seed in 0..4 {
        let points = clouds(&[500, 400, 300, 200, 120, 60, 40], 8, 2.2, seed);
        let choice = choose_k(&rows(&points), &search(4..=12)).unwrap();
        assert_eq!(chosen(&choice.trials), [7], "seed {seed}");
    }
}

#[test]
fn points_without_groups_are_said_to_have_none() {
    for points in [even(1500, 2), even(1500, 6), clouds(&[1500], 4, 1.0, 1)] {
        let choice = choose_k(&rows(&points), &search(4..=8)).unwrap();
        assert!(
            choice.findings.contains(&Finding::NoStructure),
            "{:?}",
            choice.trials
        );
    }
}

#[test]
fn what_is_found_on_a_sample_is_carried_to_all_rows() {
    let points = clouds(&[4000, 2000, 1000, 500], 4, 4.0, 2);
    let every = |step: usize| {
        let rows: Vec<usize> = (0..points.nrows()).step_by(step).collect();
        points.select(ndarray::Axis(0), &rows)
    };
    let (sample, judged) = (every(5), every(15));
    let parts = Rows {
        all: points.view(),
        sample: sample.view(),
        judged: judged.view(),
    };
    let choice = choose_k(&parts, &search(4..=4)).unwrap();
    assert_eq!(choice.model.sizes().sum(), 7500.0);
    let whole = choose_k(&rows(&points), &search(4..=4)).unwrap();
    assert!((choice.model.inertia() / whole.model.inertia() - 1.0).abs() < 1e-4);
    let on_sample = choose_k(&rows(&sample), &search(4..=4)).unwrap();
    assert!(choice.model.centroids() != on_sample.model.centroids());
}

fn ladder_of(points: ArrayView2<f64>, starts: usize, rounds: usize, seed: u64) -> Vec<f64> {
    let data = Observations::new(points, None).unwrap();
    let effort = Effort {
        starts,
        rounds,
        seed,
    };
    let rungs = ladder(&data, 2..=9, &[], effort).unwrap();
    rungs.iter().map(KMeans::inertia).collect()
}

#[test]
fn a_ladder_finds_what_many_independent_starts_find() {
    // Half the points in one cloud, which tempts k-means to cut it in two.
    let points = clouds(&[1000, 300, 200, 150, 100, 40], 6, 2.0, 8);
    let best = ladder_of(points.view(), 30, 3, 100);
    for seed in 0..5 {
        let found = ladder_of(points.view(), 1, ROUNDS, seed);
        for (k, (found, best)) in (2..).zip(found.iter().zip(&best)).take(6) {
            assert!(*found < best * 1.003, "seed {seed}, k {k}: {found} {best}");
        }
    }
}

#[test]
fn more_clusters_are_never_worse() {
    let found = ladder_of(even(800, 3).view(), 2, ROUNDS, 1);
    assert!(found.is_sorted_by(|fewer, more| more < fewer), "{found:?}");
}

#[test]
fn numbers_beyond_what_differs_are_not_tried() {
    let points = Array2::from_shape_fn((60, 2), |(row, _)| (row % 5) as f64);
    let choice = choose_k(&rows(&points), &search(2..=9)).unwrap();
    let tried: Vec<usize> = choice.trials.iter().map(|trial| trial.k).collect();
    assert_eq!(tried, [2, 3, 4, 5]);
    let fault = choose_k(&rows(&points), &search(6..=9)).unwrap_err();
    assert!(fault.to_string().contains("only 5 rows differ"), "{fault}");
}

fn settled(
    points: &Array2<f64>,
    settings: &SegmentSettings,
) -> (Result<Choice<Grouping>, SegmentError>, Vec<String>) {
    let mut warnings = Vec::new();
    let choice = choose(&rows(points), settings, 5, &mut warnings);
    (choice, warnings)
}

#[test]
fn the_table_survives_its_file() {
    let (points, _) = blobs(4, 100, 2, 9);
    let (choice, _) = settled(&points, &SegmentSettings::default());
    let trials = choice.unwrap().trials;
    let text = serde_json::to_string(&trials).unwrap();
    assert_eq!(serde_json::from_str::<Vec<KTrial>>(&text).unwrap(), trials);
    let trial = &trials[0];
    assert!(trial.gap_to_next.unwrap() > 0.0 && trial.smallest_stability.unwrap() > 0.95);
}

#[test]
fn a_fixed_number_is_taken_without_a_warning() {
    let points = even(400, 2);
    let settings = SegmentSettings {
        k: KSetting::Fixed(7),
        min_share: Share::of(0.9),
        ..SegmentSettings::default()
    };
    let (choice, warnings) = settled(&points, &settings);
    let choice = choice.unwrap();
    assert_eq!(
        (chosen(&choice.trials), choice.model.clusters()),
        (vec![7], 7)
    );
    assert!(warnings.is_empty(), "{warnings:?}");
}

#[test]
fn what_no_number_gives_is_warned_of() {
    let (points, _) = blobs(4, 100, 2, 9);
    let settings = SegmentSettings {
        min_share: Share::of(0.9),
        ..SegmentSettings::default()
    };
    let (_, warnings) = settled(&points, &settings);
    assert!(warnings[0].contains("90.0 %"), "{warnings:?}");
    let (_, warnings) = settled(&even(600, 5), &SegmentSettings::default());
    assert!(
        warnings
            .iter()
            .any(|warning| warning.contains("no clear groups")),
        "{warnings:?}"
    );
}

#[test]
fn too_few_or_too_equal_customers_are_refused() {
    let (fault, _) = settled(&even(7, 2), &SegmentSettings::default());
    assert_eq!(
        fault.unwrap_err(),
        SegmentError::TooFew {
            usable: 7,
            needed: 8
        }
    );
    let points = Array2::from_shape_fn((60, 2), |(row, _)| (row % 3) as f64);
    let (fault, _) = settled(&points, &SegmentSettings::default());
    let expected = ClusterError::TooAlike { distinct: 3, k: 4 };
    assert_eq!(fault.unwrap_err(), SegmentError::Cluster(expected));
}

#[test]
fn an_algorithm_that_shares_nothing_goes_by_the_same_rule() {
    let (points, _) = blobs(5, 150, 3, 9);
    let choice = by_algorithm::each_alone(
        Algorithm::Kmeans,
        &rows(&points),
        &search(3..=8),
        DensityJob::default(),
    );
    let choice = choice.unwrap();
    assert_eq!(
        (chosen(&choice.trials), choice.model.clusters()),
        (vec![5], 5)
    );
    let measured = choice
        .trials
        .iter()
        .filter(|trial| trial.stability.is_some());
    assert_eq!(measured.count(), 3);
}

#[test]
fn the_segments_that_were_judged_are_those_that_are_taken() {
    // Evenly spread points can be cut in many ways that are about as good.
    let points = even(600, 4);
    for seed in 0..4 {
        let search = Search {
            starts: 1,
            seed,
            ..search(3..=6)
        };
        let choice = by_algorithm::each_alone(
            Algorithm::Minibatch,
            &rows(&points),
            &search,
            DensityJob::default(),
        );
        let choice = choice.unwrap();
        let mut sizes = vec![0; choice.model.clusters()];
        for cluster in choice.model.labels(points.view()) {
            sizes[cluster] += 1;
        }
        let smallest = f64::from(sizes.into_iter().min().unwrap()) / 600.0;
        let trial = choice.trials.iter().find(|trial| trial.chosen).unwrap();
        assert!(
            (trial.smallest_share - smallest).abs() < 1e-6,
            "seed {seed}"
        );
    }
}

#[test]
fn one_dense_region_is_said_to_be_one_and_nothing_else() {
    let points = clouds(&[400], 3, 0.0, 2);
    let settings = SegmentSettings {
        algorithm: Algorithm::Dbscan,
        ..SegmentSettings::default()
    };
    let (choice, warnings) = settled(&points, &settings);
    let choice = choice.unwrap();
    assert_eq!(choice.model.clusters(), 1);
    assert!(choice.trials[0].smallest_stability.unwrap() > 0.9);
    assert_eq!(choice.findings, [Finding::OneRegion]);
    assert!(
        warnings.len() == 1
            && warnings[0].contains("one dense region")
            && warnings[0].contains("a shorter `reach`"),
        "{warnings:?}"
    );
    // OPTICS has no reach.
    let settings = SegmentSettings {
        algorithm: Algorithm::Optics,
        ..SegmentSettings::default()
    };
    let (_, warnings) = settled(&points, &settings);
    assert!(warnings[0].contains("fewer `min_points`"), "{warnings:?}");
}
