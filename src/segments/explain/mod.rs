//! Why a segment is what it is, and why a customer is in it.
//!
//! When a model is fitted, a small decision tree is grown that tells from the
//! raw features which cluster a customer is in (`tree`), at thresholds that
//! people would choose (`thresholds`). Its leaves become short rules (`rules`,
//! `refine`), which `words` puts into sentences and `sql` into conditions. How well tree and
//! rules reproduce the model is measured on customers whom neither has seen.
//! All of it is part of the model, so it stays the same for as long as the
//! model is kept.
//!
//! For one customer, `why` splits what decides between the segment and the
//! runner-up into a part for each feature.

mod contrast;
mod readings;
mod reasons;
mod refine;
mod rules;
mod sql;
mod thresholds;
mod tree;
mod why;
mod words;

#[cfg(test)]
mod tests;

use rayon::prelude::*;
use serde::{Deserialize, Serialize};

use super::model::exact;
use super::sampling::{Sampler, seed_for};
use super::{SegmentInput, Space};
use readings::Answers;
pub use readings::{Reading, ReadingKind};
pub use reasons::Reasons;
pub(super) use reasons::reasons;
pub use rules::{Condition, Rule};
use thresholds::thresholds;
pub use tree::Tree;
use tree::{Limits, Sample};
pub use why::{Contribution, Why, why};
pub use words::ToldRule;
pub(super) use words::told;

/// Customers that a tree is grown on; no more than two thirds of all.
const GROWN_ON: usize = 40_000;

/// Leaves of a tree for each cluster.
const LEAVES: usize = 2;

/// A leaf holds at least one in so many of the customers it is grown on.
const LEAF_PART: usize = 500;

/// The longest way in a tree of that many clusters: setting apart one cluster
/// after another, as interests ask for, takes one question less than there are
/// clusters.
fn depth(clusters: usize) -> usize {
    clusters.saturating_sub(1).clamp(5, 12)
}

/// The model in rules that a person can read.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Explanation {
    /// How people read each of the space's dimensions before its projection;
    /// tree and rules ask about them.
    pub readings: Vec<Reading>,
    /// Tells from raw values which cluster a customer is in.
    pub tree: Tree,
    /// The tree's leaves as rules that stand by themselves, by cluster and the
    /// best first.
    pub rules: Vec<Rule>,
    /// How well the tree reproduces the model.
    pub fidelity: Fidelity,
}

/// How well a tree reproduces the model, on customers it was not grown on.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Fidelity {
    /// Customers that it was measured on.
    pub customers: usize,
    /// Share of them whose cluster the tree gives, 0 to 1; none without
    /// customers.
    pub share: Option<f64>,
    /// The same for each cluster.
    pub clusters: Vec<ClusterFidelity>,
}

/// How well a tree knows one cluster.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
pub struct ClusterFidelity {
    /// Of those that the tree takes for members, the share who are.
    pub precision: Option<f64>,
    /// Of the members, the share whom the tree takes for members.
    pub recall: Option<f64>,
}

impl Explanation {
    /// Whether it fits a model of this space and that many clusters; a file may
    /// have been edited.
    pub(super) fn is_sound(&self, space: &Space, clusters: usize) -> bool {
        let questions = space.columns_named().len();
        self.readings.len() == questions
            && self.tree.is_sound(questions, clusters)
            && self
                .rules
                .iter()
                .all(|rule| rule.is_sound(questions, clusters))
            && self.fidelity.clusters.len() == clusters
    }
}

/// Explains the clusters of a fit: `labels` holds the cluster of each of
/// `rows`.
pub(super) fn learn(
    input: &SegmentInput,
    space: &Space,
    rows: &[usize],
    labels: &[usize],
    clusters: usize,
) -> Explanation {
    let answers = Answers::of(space, input.features);
    let seed = seed_for(input.seed, "rules", 0);
    let count = GROWN_ON.min(rows.len() * 2 / 3);
    let sample = Sampler::draw(input.ids, rows, count, seed).first(count);
    let (mut grown, mut unseen) = (Labelled::default(), Labelled::default());
    let mut next = sample.iter().peekable();
    for (row, &label) in rows.iter().zip(labels) {
        let seen = next.next_if_eq(&row).is_some();
        let part = if seen { &mut grown } else { &mut unseen };
        part.rows.push(*row);
        part.labels.push(label);
    }

    let readings: Vec<Reading> = (0..answers.len())
        .into_par_iter()
        .map(|question| answers.reading(question, &grown.rows))
        .collect();
    let value = |row: usize, question: usize| readings[question].value(answers.raw(row, question));
    let cuts: Vec<Vec<f64>> = (0..answers.len())
        .into_par_iter()
        .map(|question| thresholds(grown.rows.iter().map(|&row| value(row, question))))
        .collect();
    let bins: Vec<Vec<u16>> = cuts
        .par_iter()
        .enumerate()
        .map(|(question, cuts)| {
            let bin = |&row: &usize| {
                // No more thresholds than quantiles, far fewer than 65 536.
                cuts.partition_point(|&cut| cut < value(row, question)) as u16
            };
            grown.rows.iter().map(bin).collect()
        })
        .collect();
    let sample = Sample {
        thresholds: &cuts,
        bins: &bins,
        labels: &grown.labels,
        clusters,
    };
    let tree = sample.tree(Limits {
        depth: depth(clusters),
        leaves: LEAVES * clusters,
        leaf_rows: (grown.rows.len() / LEAF_PART).max(5),
    });
    let mut rules = rules::rules(&tree, &sample);
    let fidelity = measure(&tree, &mut rules, &value, &unseen, clusters);
    Explanation {
        readings,
        tree,
        rules,
        fidelity,
    }
}

/// Customers and their clusters.
#[derive(Default)]
struct Labelled {
    rows: Vec<usize>,
    labels: Vec<usize>,
}

/// Fills in the rules' figures and measures the tree.
fn measure(
    tree: &Tree,
    rules: &mut [Rule],
    value: &(dyn Fn(usize, usize) -> f64 + Sync),
    on: &Labelled,
    clusters: usize,
) -> Fidelity {
    let given: Vec<usize> = on
        .rows
        .par_iter()
        .map(|&row| tree.cluster(|question| value(row, question)))
        .collect();
    let mut members = vec![0; clusters];
    let (mut taken, mut right) = (members.clone(), members.clone());
    for (&given, &truth) in given.iter().zip(&on.labels) {
        members[truth] += 1;
        taken[given] += 1;
        right[truth] += usize::from(given == truth);
    }
    rules.par_iter_mut().for_each(|rule| {
        let (mut covered, mut correct) = (0, 0);
        for (&row, &truth) in on.rows.iter().zip(&on.labels) {
            if rule.holds(|question| value(row, question)) {
                covered += 1;
                correct += usize::from(truth == rule.cluster);
            }
        }
        rule.covers = part(correct, members[rule.cluster]);
        rule.precision = part(correct, covered);
    });
    Fidelity {
        customers: on.rows.len(),
        share: part(right.iter().sum(), on.rows.len()),
        clusters: (0..clusters)
            .map(|cluster| ClusterFidelity {
                precision: part(right[cluster], taken[cluster]),
                recall: part(right[cluster], members[cluster]),
            })
            .collect(),
    }
}

fn part(count: usize, of: usize) -> Option<f64> {
    (of > 0).then(|| exact(count as f64 / of as f64))
}
