//! Which number of clusters is taken.

use super::KTrial;
use crate::segments::stability::{DOUBTFUL, STABLE};

/// What should be said about a choice besides the number.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Finding {
    /// Every number tried has a cluster below the smallest share allowed.
    NoneLargeEnough,
    /// Every number tried has a cluster that does not come back from other
    /// customers; the most stable one was taken.
    NoneStable,
    /// The clusters are no tighter than those that evenly spread points have.
    NoStructure,
    /// An algorithm that looks for dense regions found one that holds all.
    OneRegion,
}

/// The place of the number that is taken, and what to say of it; see
/// [`super`]. `trials` is not empty; one without a stability does not compete
/// with those that have one. `one` is the gap of a single cluster, with its
/// error.
pub(super) fn decide(
    trials: &[KTrial],
    min_share: f64,
    one: Option<(f64, f64)>,
) -> (usize, Vec<Finding>) {
    let mut findings = Vec::new();
    let large = at(trials, |trial| trial.smallest_share >= min_share);
    let large = if large.is_empty() {
        findings.push(Finding::NoneLargeEnough);
        (0..trials.len()).collect()
    } else {
        large
    };
    let least = |&at: &usize| trials[at].smallest_stability.unwrap_or(0.0);
    let beyond = |gate: f64| -> Vec<usize> {
        let stable = large.iter().filter(|at| least(at) >= gate);
        stable.copied().collect()
    };
    let tiers = [beyond(STABLE), beyond(DOUBTFUL)];
    let taken = match tiers.into_iter().find(|tier| !tier.is_empty()) {
        Some(tier) => clearest(trials, &tier),
        None => {
            findings.push(Finding::NoneStable);
            highest(&large, |at| least(&at))
        }
    };
    if let (Some(gap), Some((one, error))) = (trials[taken].gap, one)
        && gap <= one + error
    {
        findings.push(Finding::NoStructure);
    }
    (taken, findings)
}

/// The fewest clusters whose gap is within one standard error of the highest;
/// where there are no gaps, the highest silhouette.
fn clearest(trials: &[KTrial], among: &[usize]) -> usize {
    if among.iter().any(|&at| trials[at].gap.is_none()) {
        return highest(among, |at| trials[at].silhouette);
    }
    let gap = |at: usize| trials[at].gap.unwrap_or(f64::NEG_INFINITY);
    let best = highest(among, gap);
    let enough = gap(best) - trials[best].gap_error.unwrap_or(0.0);
    let first = among.iter().copied().find(|&at| gap(at) >= enough);
    first.unwrap_or(best)
}

/// Of equals the first.
fn highest(among: &[usize], value: impl Fn(usize) -> f64) -> usize {
    let higher = |best: usize, next: usize| {
        if value(next) > value(best) {
            next
        } else {
            best
        }
    };
    among.iter().copied().reduce(higher).unwrap_or(0)
}

fn at(trials: &[KTrial], allowed: impl Fn(&KTrial) -> bool) -> Vec<usize> {
    (0..trials.len())
        .filter(|&at| allowed(&trials[at]))
        .collect()
}

/// How many numbers have their stability measured when that takes a fit for
/// each number and resample.
const FINALISTS: usize = 3;

/// The numbers that may be taken if they prove stable: those of the highest
/// silhouettes among the ones whose clusters are all large enough.
pub(super) fn finalists(trials: &[KTrial], min_share: f64) -> Vec<usize> {
    let mut large = at(trials, |trial| trial.smallest_share >= min_share);
    if large.is_empty() {
        large = (0..trials.len()).collect();
    }
    large.sort_by(|&a, &b| trials[b].silhouette.total_cmp(&trials[a].silhouette));
    large.truncate(FINALISTS);
    large.sort_unstable();
    large
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Trials of 4, 5, … clusters: gap, smallest stability, smallest share.
    fn trials(of: &[(f64, f64, f64)]) -> Vec<KTrial> {
        of.iter()
            .zip(4..)
            .map(|(&(gap, stability, share), k)| KTrial {
                k,
                inertia: 1.0,
                silhouette: 1.0 / k as f64,
                weakest_silhouette: 0.0,
                calinski_harabasz: None,
                davies_bouldin: None,
                gap: Some(gap),
                gap_error: Some(0.05),
                gap_to_next: None,
                stability: Some(1.0),
                smallest_stability: Some(stability),
                smallest_share: share,
                chosen: false,
            })
            .collect()
    }

    #[test]
    fn the_fewest_clusters_near_the_highest_gap_are_taken() {
        let trials = trials(&[
            (1.0, 0.9, 0.1),
            (1.46, 0.9, 0.1),
            (1.5, 0.9, 0.1),
            (1.4, 0.9, 0.1),
        ]);
        assert_eq!(decide(&trials, 0.02, Some((0.5, 0.1))), (1, vec![]));
    }

    #[test]
    fn small_and_unstable_clusters_are_avoided() {
        let trials = trials(&[
            (1.0, 0.80, 0.1),
            (1.2, 0.86, 0.1),
            (1.5, 0.80, 0.1),
            (1.9, 0.99, 0.01),
        ]);
        assert_eq!(decide(&trials, 0.02, None).0, 1);
        // None highly stable: those that are not doubtful compete.
        assert_eq!(decide(&trials[2..], 0.02, None), (0, vec![]));
    }

    #[test]
    fn what_no_number_can_give_is_said() {
        let mut trials = trials(&[(1.0, 0.5, 0.1), (1.0, 0.6, 0.1), (1.9, 0.4, 0.1)]);
        assert_eq!(
            decide(&trials, 0.02, Some((0.99, 0.02))),
            (1, vec![Finding::NoneStable, Finding::NoStructure])
        );
        trials[0].smallest_stability = Some(0.9);
        assert_eq!(
            decide(&trials, 0.2, Some((0.5, 0.1))),
            (0, vec![Finding::NoneLargeEnough])
        );
    }

    #[test]
    fn without_gaps_the_silhouette_decides_among_the_finalists() {
        let mut trials = trials(&[
            (0.0, 0.5, 0.1),
            (0.0, 0.9, 0.001),
            (0.0, 0.9, 0.1),
            (0.0, 0.9, 0.1),
            (0.0, 0.9, 0.1),
        ]);
        let finalists = finalists(&trials, 0.02);
        assert_eq!(finalists, [0, 2, 3]);
        for (at, trial) in trials.iter_mut().enumerate() {
            trial.gap = None;
            if !finalists.contains(&at) {
                trial.smallest_stability = None;
            }
        }
        assert_eq!(decide(&trials, 0.02, None), (2, vec![]));
    }
}
