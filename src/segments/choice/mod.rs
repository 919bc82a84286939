//! The choice of the number of segments.
//!
//! # The rule
//!
//! A fixed number is taken as it is. Among the numbers of a range:
//!
//! 1. Those count whose clusters all hold the smallest share allowed.
//! 2. Of these, those whose clusters are all *stable*: drawn again from other
//!    customers, each comes back with a Jaccard similarity of at least 0.85. If
//!    there are none, 0.75 is enough; if there are still none, the number whose
//!    least stable cluster is the most stable is taken (Hennig 2007 calls 0.85
//!    highly stable and below 0.75 doubtful).
//! 3. Of these, the fewest clusters whose *gap* is within one standard error of
//!    the highest. The gap says how much tighter the clusters are than those of
//!    evenly spread points (Tibshirani, Walther and Hastie 2001). Algorithms
//!    other than k-means have no gap; there the highest silhouette decides.
//!
//! When the gap is no higher than that of a single cluster, the customers form
//! no groups; the segments are then as good as any cut, and a warning says so.
//!
//! Why not the silhouette alone: it prefers few clusters as soon as groups
//! overlap or lie near each other, although all of them are there and stable.
//! On 48 sets of 4 to 11 overlapping normal clouds of unequal size
//! (`cargo bench --bench choice -- clouds`), this rule finds the planted number
//! in 35, the gap by its authors' rule in 33, the highest silhouette in 15.
//!
//! # The work that is shared
//!
//! Everything is tried on nested samples, and only what was found there is
//! carried to all rows:
//!
//! - `ladder`: on a sample, k-means for all numbers, each started from its
//!   neighbours' best centres.
//! - All rows: Lloyd's iteration from the centres found, a few passes for each
//!   number. The last is the final model; nothing is fitted twice.
//! - `silhouette`: one set of distances for all numbers.
//! - `gap`, and [`super::stability`]: a ladder for each reference set and each
//!   resample; the refits start from the model's own centres too.
//!
//! A sum never depends on the number of threads.

mod by_algorithm;
mod dispersion;
mod gap;
mod ladder;
mod rule;
mod silhouette;
mod trial;

use std::ops::RangeInclusive;

use ndarray::ArrayView2;

use self::dispersion::Dispersion;
use self::gap::gaps;
use self::rule::decide;
use self::silhouette::silhouettes;
use self::trial::Measures;
use super::sampling::seed_for;
use super::stability::stabilities;
use crate::kmeans::{KMeans, KMeansError, KMeansFloat, Observations, Stop, fit_from};

pub(super) use self::by_algorithm::choose;
pub(super) use self::ladder::{Effort, ladder};
pub use self::rule::Finding;
pub use self::trial::KTrial;

/// The points that a choice is made from, each rows × features of the same
/// features. The smaller parts should be drawn at random from the larger.
#[derive(Debug, Clone, Copy)]
pub struct Rows<'a, F> {
    /// All that the model is fitted to.
    pub all: ArrayView2<'a, F>,
    /// The part on which centres are looked for.
    pub sample: ArrayView2<'a, F>,
    /// The part on which silhouettes, gaps and stability are measured; time
    /// and the work of silhouettes grow with its square.
    pub judged: ArrayView2<'a, F>,
}

/// What to look for.
#[derive(Debug, Clone)]
pub struct Search {
    /// Numbers of clusters to try, at least 1.
    pub numbers: RangeInclusive<usize>,
    /// Random starts for each number.
    pub starts: usize,
    /// The lowest share of the rows that a cluster should hold.
    pub min_share: f64,
    /// Seed of all draws.
    pub seed: u64,
}

/// A number of clusters, the model, and why.
#[derive(Debug, Clone)]
pub struct Choice<M> {
    /// All numbers tried, ascending; exactly one is chosen. Numbers that the
    /// different points do not allow are left out.
    pub trials: Vec<KTrial>,
    /// The model of the chosen number.
    pub model: M,
    /// How surely each of its clusters comes back, 0 to 1.
    pub stability: Vec<f64>,
    /// What should be said besides.
    pub findings: Vec<Finding>,
}

/// How often the ladder is gone down and up again.
const ROUNDS: usize = 2;

/// Numbers that the ladder goes beyond the largest that is asked for: what they
/// find comes down, and the last of the range has a next one.
const SPARE: usize = 2;

/// Chooses a number of clusters and fits k-means with it; see the module for
/// how.
///
/// # Errors
/// When a value is not finite or the points do not even allow the smallest
/// number.
pub fn choose_k<F: KMeansFloat>(
    rows: &Rows<F>,
    search: &Search,
) -> Result<Choice<KMeans<F>>, KMeansError> {
    let (low, high) = (*search.numbers.start(), *search.numbers.end());
    let effort = Effort {
        starts: search.starts,
        rounds: ROUNDS,
        seed: seed_for(search.seed, "sweep", 0),
    };
    let sample = Observations::new(rows.sample, None)?;
    let rungs = ladder(&sample, low..=high + SPARE, &[], effort)?;
    let top = low + rungs.len() - 1;

    let all = Observations::new(rows.all, None)?;
    let mut models = Vec::new();
    let mut dispersions = Vec::new();
    for rung in rungs.iter().take(high + 1 - low) {
        let fitted = fit_from(&all, rung.centroids().view(), &Stop::default())?;
        let clusters = fitted.model.centroids().nrows();
        dispersions.push(Dispersion::of(rows.all, &fitted.labels, clusters));
        models.push(fitted.model);
    }

    let count = rows.sample.nrows() as f64;
    let inertias: Vec<f64> = rungs.iter().map(|rung| rung.inertia() / count).collect();
    let gaps = gaps(rows.judged, low..=top.min(high + 1), &inertias, search.seed)?;
    let gap_at = |at: usize| {
        gaps.as_ref()
            .and_then(|gaps| gaps.by_number.get(at).copied())
    };
    let labels: Vec<Vec<u32>> = models
        .iter()
        .map(|model| {
            let assigned = model.assign(rows.judged)?;
            Ok(assigned.into_iter().map(|to| to.cluster).collect())
        })
        .collect::<Result<_, KMeansError>>()?;
    let borrowed: Vec<&[u32]> = labels.iter().map(Vec::as_slice).collect();
    let silhouettes = silhouettes(rows.judged, &borrowed);
    let mut stabilities = stabilities(rows.judged, &models, search.seed)?;

    let mut trials: Vec<KTrial> = (0..models.len())
        .map(|at| {
            let mut trial = KTrial::new(&Measures {
                dispersion: &dispersions[at],
                labels: &labels[at],
                silhouettes: &silhouettes[at],
                gap: gap_at(at),
                next_gap: gap_at(at + 1),
            });
            trial.set_stability(&stabilities[at]);
            trial
        })
        .collect();
    let one = gaps.as_ref().map(|gaps| gaps.one);
    let (taken, findings) = decide(&trials, search.min_share, one);
    trials[taken].chosen = true;
    Ok(Choice {
        trials,
        model: models.swap_remove(taken),
        stability: stabilities.swap_remove(taken),
        findings,
    })
}

#[cfg(test)]
mod tests;
