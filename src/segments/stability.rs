use ndarray::{Array2, ArrayView2, Axis};
use rand::{Rng, SeedableRng};
use rand_xoshiro::Xoshiro256Plus;
use rayon::prelude::*;

use super::SegmentError;
use super::choice::{Effort, ladder};
use super::clusterers::{Algorithm, Grouping, Job, distinct_points};
use super::sampling::seed_for;
use crate::kmeans::{KMeans, KMeansError, KMeansFloat, Observations};

const RESAMPLES: usize = 8;

/// From this on a cluster is highly stable (Hennig 2007).
pub(super) const STABLE: f64 = 0.85;

/// Below this a cluster is doubtful (Hennig 2007), and a number of clusters with
/// such a one is not taken if there is another.
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
            let drawn = resampled(points, job.seed, resample);
            // A resample can hold fewer different customers than clusters.
            let k = distinct_points(drawn.view(), clusters);
            let seed = seed_for(job.seed, "refit", resample);
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
    Ok(means(&similarities, clusters))
}

/// The same for k-means models of ascending numbers of clusters at once: models
/// × clusters. The models' own centres are among each refit's starts, so that a
/// cluster is unstable because the customers suggest another and not because a
/// refit was unlucky.
///
/// # Errors
/// When a resample cannot be clustered at all.
pub(super) fn stabilities<F: KMeansFloat>(
    points: ArrayView2<F>,
    models: &[KMeans<F>],
    seed: u64,
) -> Result<Vec<Vec<f64>>, KMeansError> {
    let centres: Vec<ArrayView2<F>> = models.iter().map(|m| m.centroids().view()).collect();
    let (Some(low), Some(high)) = (centres.first(), centres.last()) else {
        return Ok(Vec::new());
    };
    let (low, high) = (low.nrows(), high.nrows());
    let originals: Vec<Vec<usize>> = models
        .iter()
        .map(|model| labels(model, points))
        .collect::<Result<_, _>>()?;
    let by_resample: Vec<Vec<Vec<f64>>> = (0..RESAMPLES)
        .into_par_iter()
        .map(|resample| {
            let drawn = resampled(points, seed, resample);
            let data = Observations::new(drawn.view(), None)?;
            let effort = Effort {
                starts: 1,
                rounds: 0,
                seed: seed_for(seed, "refit", resample),
            };
            let rungs = match ladder(&data, low..=high, &centres, effort) {
                Err(KMeansError::TooFewRows { .. } | KMeansError::TooFewDistinct { .. }) => {
                    Vec::new()
                }
                rungs => rungs?,
            };
            let found = originals.iter().zip(&centres).map(|(original, centres)| {
                let k = centres.nrows();
                // A resample can hold fewer different customers than clusters.
                let Some(again) = rungs.get(k - low).or(rungs.last()) else {
                    return Ok(vec![0.0; k]);
                };
                let labels = labels(again, points)?;
                Ok(best_jaccards(
                    original,
                    &labels,
                    k,
                    again.centroids().nrows(),
                ))
            });
            found.collect()
        })
        .collect::<Result<_, KMeansError>>()?;
    Ok((0..models.len())
        .map(|at| {
            let similarities: Vec<&[f64]> =
                by_resample.iter().map(|of| of[at].as_slice()).collect();
            means(&similarities, centres[at].nrows())
        })
        .collect())
}

fn labels<F: KMeansFloat>(
    model: &KMeans<F>,
    points: ArrayView2<F>,
) -> Result<Vec<usize>, KMeansError> {
    let assigned = model.assign(points)?;
    Ok(assigned.into_iter().map(|to| to.cluster as usize).collect())
}

/// As many of `points` as there are, drawn with replacement.
fn resampled<F: Copy>(points: ArrayView2<F>, seed: u64, resample: usize) -> Array2<F> {
    let mut rng = Xoshiro256Plus::seed_from_u64(seed_for(seed, "stability", resample));
    let count = points.nrows();
    let mut rows: Vec<usize> = (0..count).map(|_| rng.gen_range(0..count)).collect();
    rows.sort_unstable();
    points.select(Axis(0), &rows)
}

/// The mean of each cluster's similarities over the resamples.
fn means(similarities: &[impl AsRef<[f64]>], clusters: usize) -> Vec<f64> {
    (0..clusters)
        .map(|cluster| {
            let of_cluster = similarities.iter().map(|best| best.as_ref()[cluster]);
            of_cluster.sum::<f64>() / similarities.len().max(1) as f64
        })
        .collect()
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
    use crate::segments::fixtures::{blobs, on_threads};

    const EFFORT: Effort = Effort {
        starts: 2,
        rounds: 2,
        seed: 1,
    };

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
    fn all_numbers_at_once_say_the_same() {
        let (points, _) = blobs(3, 300, 2, 4);
        let data = Observations::new(points.view(), None).unwrap();
        let models = ladder(&data, 2..=7, &[], EFFORT).unwrap();
        let found = on_threads(2, || stabilities(points.view(), &models, 1).unwrap());
        assert_eq!(
            found,
            on_threads(1, || stabilities(points.view(), &models, 1).unwrap())
        );
        assert!(
            found
                .iter()
                .zip(2..)
                .all(|(clusters, k)| clusters.len() == k)
        );
        assert!(found[1].iter().all(|&similarity| similarity > 0.99));
        assert!(found[5].iter().any(|&similarity| similarity < DOUBTFUL));
    }

    #[test]
    fn a_resample_of_fewer_different_points_than_clusters_is_compared_all_the_same() {
        let points = Array2::from_shape_fn((6, 1), |(row, _)| row as f64);
        let data = Observations::new(points.view(), None).unwrap();
        let models = ladder(&data, 2..=6, &[], EFFORT).unwrap();
        let found = stabilities(points.view(), &models, 3).unwrap();
        assert_eq!(found.len(), 5);
        assert!(found[4].iter().any(|&similarity| similarity < 1.0));
    }

    #[test]
    fn similarity_is_shared_over_all() {
        let best = best_jaccards(&[0, 0, 0, 1, 1], &[0, 0, 1, 1, 1], 2, 2);
        assert_eq!(best, [2.0 / 3.0, 2.0 / 3.0]);
    }
}
