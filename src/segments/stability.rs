use ndarray::{ArrayView2, Axis};
use rand::{Rng, SeedableRng};
use rand_xoshiro::Xoshiro256Plus;
use rayon::prelude::*;

use super::SegmentError;
use super::clusterers::{Algorithm, Grouping, Job};
use super::sampling::seed_for;

const RESAMPLES: usize = 8;

/// From this on a cluster is highly stable (Hennig 2007).
pub(super) const STABLE: f64 = 0.85;

/// Below this a cluster is doubtful (Hennig 2007).
pub(super) const DOUBTFUL: f64 = 0.75;

/// How surely each cluster comes back when the customers are drawn again, 0 to
/// 1: the mean over bootstrap resamples of the best Jaccard similarity with a
/// cluster of the resample's fit (Hennig 2007, *Cluster-wise assessment of
/// cluster stability*). Clusters are compared on all of `points`, to which
/// both fits extend.
///
/// `job` is that of the fit; its number of clusters is not looked at.
///
/// # Errors
/// When a resample cannot be clustered.
pub(super) fn stability(
    algorithm: Algorithm,
    points: ArrayView2<f64>,
    grouping: &Grouping,
    job: Job,
) -> Result<Vec<f64>, SegmentError> {
    let clusters = grouping.clusters();
    let original = grouping.labels(points);
    let similarities: Vec<Vec<f64>> = (0..RESAMPLES)
        .into_par_iter()
        .map(|resample| {
            let seed = seed_for(job.seed, "stability", resample);
            let mut rng = Xoshiro256Plus::seed_from_u64(seed);
            let count = points.nrows();
            let mut rows: Vec<usize> = (0..count).map(|_| rng.gen_range(0..count)).collect();
            rows.sort_unstable();
            let drawn = points.select(Axis(0), &rows);
            // A resample can hold fewer different customers than clusters.
            let k = super::clusterers::distinct_points(drawn.view(), clusters);
            let again = algorithm.fit(drawn.view(), Job { k, seed, ..job })?;
            let labels = again.labels(points);
            Ok(best_jaccards(
                &original,
                &labels,
                clusters,
                again.clusters(),
            ))
        })
        .collect::<Result<_, SegmentError>>()?;
    Ok((0..clusters)
        .map(|cluster| {
            similarities.iter().map(|best| best[cluster]).sum::<f64>() / RESAMPLES as f64
        })
        .collect())
}

/// For each cluster of `a` the highest Jaccard similarity with one of `b`.
fn best_jaccards(a: &[usize], b: &[usize], in_a: usize, in_b: usize) -> Vec<f64> {
    let mut both = vec![vec![0u64; in_b]; in_a];
    let mut sizes = vec![0u64; in_b];
    for (&a, &b) in a.iter().zip(b) {
        both[a][b] += 1;
        sizes[b] += 1;
    }
    both.iter()
        .map(|both| {
            let size: u64 = both.iter().sum();
            let similarities = both
                .iter()
                .zip(&sizes)
                .map(|(&shared, &other)| shared as f64 / (size + other - shared).max(1) as f64);
            similarities.fold(0.0, f64::max)
        })
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::segments::clusterers::DensityJob;
    use crate::segments::fixtures::blobs;

    fn of(k: usize) -> Vec<f64> {
        let (points, _) = blobs(3, 300, 2, 4);
        let job = Job {
            k,
            seed: 1,
            starts: 4,
            density: DensityJob::default(),
        };
        let grouping = Algorithm::Kmeans.fit(points.view(), job).unwrap();
        stability(Algorithm::Kmeans, points.view(), &grouping, job).unwrap()
    }

    #[test]
    fn real_groups_are_stable_and_cut_ones_are_not() {
        assert!(of(3).iter().all(|&similarity| similarity > 0.99));
        assert!(of(7).iter().any(|&similarity| similarity < STABLE));
    }

    #[test]
    fn similarity_is_shared_over_all() {
        let best = best_jaccards(&[0, 0, 0, 1, 1], &[0, 0, 1, 1, 1], 2, 2);
        assert_eq!(best, [2.0 / 3.0, 2.0 / 3.0]);
    }
}
