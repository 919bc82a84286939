//! Why a segment is what it is: rules that a person can read.
//!
//! When a model is fitted, a small decision tree is grown that tells from the
//! raw features which cluster a customer is in (`tree`), at thresholds that
//! people would choose (`thresholds`), and its leaves are shortened into rules
//! (`rules`). How well both reproduce the model is measured on customers whom
//! neither has seen. Tree, rules and figures are part of the model, so they
//! stay the same for as long as the model is kept.

mod raw;
mod refine;
mod rules;
mod thresholds;
mod tree;

use rayon::prelude::*;
use serde::{Deserialize, Serialize};

use super::clusterers::Grouping;
use super::model::exact;
use super::sampling::{Sampler, seed_for};
use super::{SegmentInput, Space};
use raw::Raw;
pub use rules::{Condition, Rule};
use thresholds::thresholds;
pub use tree::Tree;
use tree::{Limits, Sample};

/// Customers that a tree is grown on; no more than two thirds of all.
const GROWN_ON: usize = 40_000;

/// The longest way in a tree.
const DEPTH: usize = 8;

/// Leaves for each cluster.
const LEAVES: usize = 2;

/// A leaf holds at least one in so many of the customers it is grown on.
const LEAF_PART: usize = 500;

/// The model in rules that a person can read.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Explanation {
    /// Tells from raw values which cluster a customer is in.
    pub tree: Tree,
    /// The tree's leaves in short, by cluster.
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
    /// Whether it fits a model of that many dimensions and clusters; a file
    /// may have been edited.
    pub(super) fn is_sound(&self, dimensions: usize, clusters: usize) -> bool {
        self.tree.is_sound(dimensions, clusters)
            && self
                .rules
                .iter()
                .all(|rule| rule.is_sound(dimensions, clusters))
            && self.fidelity.clusters.len() == clusters
    }
}

/// Explains the clusters of `grouping` among `rows`.
pub(super) fn learn(
    input: &SegmentInput,
    space: &Space,
    grouping: &Grouping,
    rows: &[usize],
) -> Explanation {
    let raw = Raw::of(space, input.features);
    let seed = seed_for(input.seed, "rules", 0);
    let grown_on = GROWN_ON.min(rows.len() * 2 / 3);
    let grown = Sampler::draw(input.ids, rows, grown_on, seed).first(grown_on);
    let clusters = grouping.clusters();

    let labels = labels(space, grouping, input, &grown);
    let cuts: Vec<Vec<f64>> = (0..raw.dimensions())
        .into_par_iter()
        .map(|dimension| thresholds(grown.iter().map(|&row| raw.value(row, dimension))))
        .collect();
    let bins: Vec<Vec<u16>> = cuts
        .par_iter()
        .enumerate()
        .map(|(dimension, cuts)| {
            let bin = |&row: &usize| {
                let value = raw.value(row, dimension);
                // No more thresholds than quantiles, far fewer than 65 536.
                cuts.partition_point(|&cut| cut < value) as u16
            };
            grown.iter().map(bin).collect()
        })
        .collect();
    let sample = Sample {
        thresholds: &cuts,
        bins: &bins,
        labels: &labels,
        clusters,
    };
    let tree = sample.tree(Limits {
        depth: std::env::var("DEPTH")
            .ok()
            .map_or(DEPTH, |d| d.parse().unwrap()),
        leaves: std::env::var("LEAVES")
            .ok()
            .map_or(LEAVES, |d| d.parse().unwrap())
            * clusters,
        leaf_rows: (grown.len() / LEAF_PART).max(5),
    });
    let mut rules = rules::rules(&tree, &sample);

    let mut is_grown = grown.iter().peekable();
    let unseen: Vec<usize> = rows
        .iter()
        .copied()
        .filter(|row| is_grown.next_if_eq(&row).is_none())
        .collect();
    let truth = self::labels(space, grouping, input, &unseen);
    let fidelity = measure(&tree, &mut rules, &raw, &unseen, &truth, clusters);
    Explanation {
        tree,
        rules,
        fidelity,
    }
}

fn labels(space: &Space, grouping: &Grouping, input: &SegmentInput, rows: &[usize]) -> Vec<usize> {
    space
        .place(grouping, input.features, rows)
        .into_iter()
        .map(|placed| placed.cluster)
        .collect()
}

/// Fills in the rules' figures and measures the tree on `rows`, whose clusters
/// are `truth`.
fn measure(
    tree: &Tree,
    rules: &mut [Rule],
    raw: &Raw<'_>,
    rows: &[usize],
    truth: &[usize],
    clusters: usize,
) -> Fidelity {
    let given: Vec<usize> = rows
        .par_iter()
        .map(|&row| tree.cluster(|dimension| raw.value(row, dimension)))
        .collect();
    let (mut members, mut taken, mut right) =
        (vec![0; clusters], vec![0; clusters], vec![0; clusters]);
    for (&given, &truth) in given.iter().zip(truth) {
        members[truth] += 1;
        taken[given] += 1;
        right[truth] += usize::from(given == truth);
    }
    rules.par_iter_mut().for_each(|rule| {
        let (mut covered, mut correct) = (0, 0);
        for (&row, &truth) in rows.iter().zip(truth) {
            if rule.holds(|dimension| raw.value(row, dimension)) {
                covered += 1;
                correct += usize::from(truth == rule.cluster);
            }
        }
        rule.covers = part(correct, members[rule.cluster]);
        rule.precision = part(correct, covered);
    });
    Fidelity {
        customers: rows.len(),
        share: part(right.iter().sum(), rows.len()),
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
