pub mod ladder;
mod silhouette;
mod dispersion;
use ndarray::ArrayView2;
use rayon::prelude::*;
use serde::{Deserialize, Serialize};

use super::SegmentError;
use super::clusterers::{Job, Placed, distinct_points, squared_distance};
use super::model::exact;
use super::sampling::seed_for;
use super::settings::{KSetting, SegmentSettings};

/// A number of clusters that was tried, and how good it is.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct KTrial {
    /// Number of clusters.
    pub k: usize,
    /// Mean squared distance to the nearest centroid, in scaled space.
    pub inertia: f64,
    /// Mean silhouette, −1 to 1 (Rousseeuw 1987).
    pub silhouette: f64,
    /// Share of the smallest cluster among the clustered customers.
    pub smallest_share: f64,
    /// Whether this number was taken.
    pub chosen: bool,
}

/// Tries every number of clusters that the settings allow on `sample` and
/// judges each by its silhouette on `judged`, a part of the sample (both
/// customers × features). Exactly one trial is chosen.
///
/// # Errors
/// When the customers are too few or too alike.
pub(super) fn choose(
    sample: ArrayView2<f64>,
    judged: ArrayView2<f64>,
    settings: &SegmentSettings,
    seed: u64,
    warnings: &mut Vec<String>,
) -> Result<Vec<KTrial>, SegmentError> {
    let candidates = settings.candidates();
    let (low, high) = (*candidates.start(), *candidates.end());
    if sample.nrows() < 2 * low {
        return Err(SegmentError::TooFew {
            usable: sample.nrows(),
            needed: 2 * low,
        });
    }
    // A larger number than the customers allow is not tried rather than an
    // error, as long as the smallest number works.
    let possible = distinct_points(sample, high)
        .min(sample.nrows() / 2)
        .max(low);
    let tried: Vec<Tried> = (low..=high.min(possible))
        .into_par_iter()
        .map(|k| attempt(k, sample, judged, settings, seed))
        .collect::<Result<_, _>>()?;
    let labellings: Vec<&[usize]> = tried.iter().map(|tried| tried.labels.as_slice()).collect();
    let silhouettes = silhouettes(judged, &labellings);
    let mut trials: Vec<KTrial> = tried
        .iter()
        .zip(silhouettes)
        .map(|(tried, silhouette)| KTrial {
            k: tried.k,
            inertia: exact(tried.inertia),
            silhouette: exact(silhouette),
            smallest_share: exact(tried.smallest_share),
            chosen: false,
        })
        .collect();
    let min_share = settings.min_share.get();
    let (best, large_enough) = best_of(&trials, min_share);
    if !large_enough && matches!(settings.k, KSetting::Auto(_)) {
        warnings.push(format!(
            "no number of segments gives every segment {:.1} % of customers; {} has the best silhouette",
            min_share * 100.0,
            trials[best].k
        ));
    }
    trials[best].chosen = true;
    Ok(trials)
}

struct Tried {
    k: usize,
    inertia: f64,
    smallest_share: f64,
    labels: Vec<usize>,
}

fn attempt(
    k: usize,
    sample: ArrayView2<f64>,
    judged: ArrayView2<f64>,
    settings: &SegmentSettings,
    seed: u64,
) -> Result<Tried, SegmentError> {
    let job = Job {
        k,
        seed: seed_for(seed, "sweep", k),
        starts: settings.starts as usize,
    };
    let grouping = settings.algorithm.fit(sample, job)?;
    let sample = sample.as_standard_layout();
    let placed: Vec<Placed> = sample
        .outer_iter()
        .map(|point| grouping.place(point.to_slice().unwrap_or_default()))
        .collect();
    let mut sizes = vec![0u64; k];
    placed.iter().for_each(|placed| sizes[placed.cluster] += 1);
    let smallest = sizes.into_iter().min().unwrap_or(0);
    let count = placed.len() as f64;
    Ok(Tried {
        k,
        inertia: placed.iter().map(|p| p.distance * p.distance).sum::<f64>() / count,
        smallest_share: smallest as f64 / count,
        labels: grouping.labels(judged),
    })
}

/// The trial with the highest silhouette among those whose smallest cluster is
/// large enough, or among all if none is; the smaller k of equals.
fn best_of(trials: &[KTrial], min_share: f64) -> (usize, bool) {
    let best = |allowed: &dyn Fn(&KTrial) -> bool| {
        let mut best: Option<usize> = None;
        for (index, trial) in trials
            .iter()
            .enumerate()
            .filter(|(_, trial)| allowed(trial))
        {
            if best.is_none_or(|best| trial.silhouette > trials[best].silhouette) {
                best = Some(index);
            }
        }
        best
    };
    match best(&|trial| trial.smallest_share >= min_share) {
        Some(index) => (index, true),
        None => (best(&|_| true).unwrap_or(0), false),
    }
}

/// The mean silhouette of each labelling of `points` (Rousseeuw 1987), with
/// Euclidean distances; a point alone in its cluster counts 0.
///
/// The distances are computed once for all labellings: they are what costs.
pub(super) fn silhouettes(points: ArrayView2<f64>, labellings: &[&[usize]]) -> Vec<f64> {
    let points = points.as_standard_layout();
    let count = points.nrows();
    let sizes: Vec<Vec<u64>> = labellings
        .iter()
        .map(|labels| cluster_sizes(labels))
        .collect();
    let by_point: Vec<Vec<f64>> = (0..count)
        .into_par_iter()
        .map(|row| {
            let here = points.row(row);
            let here = here.to_slice().unwrap_or_default();
            let mut sums: Vec<Vec<f64>> =
                sizes.iter().map(|sizes| vec![0.0; sizes.len()]).collect();
            for (other, there) in points.outer_iter().enumerate() {
                let there = there.to_slice().unwrap_or_default();
                let distance = squared_distance(here, there).sqrt();
                for (sums, labels) in sums.iter_mut().zip(labellings) {
                    sums[labels[other]] += distance;
                }
            }
            let all = sums.iter().zip(&sizes).zip(labellings);
            all.map(|((sums, sizes), labels)| of_point(sums, sizes, labels[row]))
                .collect()
        })
        .collect();
    (0..labellings.len())
        .map(|labelling| {
            by_point.iter().map(|point| point[labelling]).sum::<f64>() / count.max(1) as f64
        })
        .collect()
}

fn cluster_sizes(labels: &[usize]) -> Vec<u64> {
    let mut sizes = vec![0; labels.iter().max().map_or(0, |max| max + 1)];
    labels.iter().for_each(|&label| sizes[label] += 1);
    sizes
}

/// The silhouette of one point from its summed distances to each cluster.
fn of_point(sums: &[f64], sizes: &[u64], own: usize) -> f64 {
    if sizes[own] < 2 {
        return 0.0;
    }
    let within = sums[own] / (sizes[own] - 1) as f64;
    let between = (0..sums.len())
        .filter(|&other| other != own && sizes[other] > 0)
        .map(|other| sums[other] / sizes[other] as f64)
        .fold(f64::INFINITY, f64::min);
    let larger = within.max(between);
    if larger > 0.0 && larger.is_finite() {
        (between - within) / larger
    } else {
        0.0
    }
}

#[cfg(test)]
mod tests {
    use ndarray::array;

    use super::*;
    use crate::domain::Share;
    use crate::segments::fixtures::blobs;

    #[test]
    fn the_silhouette_is_the_textbook_one() {
        let points = array![[0.0], [1.0], [10.0], [12.0], [40.0]];
        let score = silhouettes(points.view(), &[&[0, 0, 1, 1, 2]])[0];
        let expected = (10.0 / 11.0 + 9.0 / 10.0 + 7.5 / 9.5 + 9.5 / 11.5 + 0.0) / 5.0;
        assert!((score - expected).abs() < 1e-12, "{score} {expected}");
    }

    #[test]
    fn one_cluster_or_equal_points_have_no_silhouette() {
        let points = array![[1.0], [1.0], [1.0]];
        assert_eq!(
            silhouettes(points.view(), &[&[0, 0, 0], &[0, 1, 1]]),
            [0.0, 0.0]
        );
    }

    #[test]
    fn the_planted_number_is_chosen() {
        let (points, _) = blobs(6, 150, 3, 9);
        let settings = SegmentSettings::default();
        let trials = choose(points.view(), points.view(), &settings, 5, &mut Vec::new()).unwrap();
        assert_eq!(
            trials.iter().map(|trial| trial.k).collect::<Vec<_>>(),
            (4..=12).collect::<Vec<_>>()
        );
        let chosen: Vec<usize> = trials.iter().filter(|t| t.chosen).map(|t| t.k).collect();
        assert_eq!(chosen, [6]);
    }

    #[test]
    fn small_segments_are_avoided_or_warned_of() {
        let trial = |k, silhouette, smallest_share| KTrial {
            k,
            inertia: 1.0,
            silhouette,
            smallest_share,
            chosen: false,
        };
        let trials = [
            trial(4, 0.5, 0.10),
            trial(5, 0.5, 0.08),
            trial(6, 0.9, 0.01),
        ];
        assert_eq!(best_of(&trials, 0.02), (0, true));
        assert_eq!(best_of(&trials, 0.20), (2, false));

        let (points, _) = blobs(4, 100, 2, 9);
        let settings = SegmentSettings {
            min_share: Share::of(0.9),
            ..SegmentSettings::default()
        };
        let mut warnings = Vec::new();
        choose(points.view(), points.view(), &settings, 5, &mut warnings).unwrap();
        assert!(warnings[0].contains("90.0 %"), "{warnings:?}");
    }
}
