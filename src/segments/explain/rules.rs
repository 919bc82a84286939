//! A tree's leaves as short rules.

use rayon::prelude::*;
use serde::{Deserialize, Serialize};

use super::refine::{Counts, Draft};
use super::tree::{Sample, Tree};

/// A further rule for a cluster must add this share of the cluster's members.
const ADDS: f64 = 0.1;

/// A further rule must be right more often than not.
const RIGHT: f64 = 0.5;

/// A rule: a customer for whom all conditions hold is likely in the cluster.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Rule {
    /// The cluster that it speaks of.
    pub cluster: usize,
    /// What must hold, the most telling first.
    pub conditions: Vec<Condition>,
    /// Share of the cluster's members for whom it holds, 0 to 1; none where no
    /// member was there to measure it on.
    pub covers: Option<f64>,
    /// Share of cluster members among those for whom it holds, 0 to 1.
    pub precision: Option<f64>,
}

/// What a rule asks of one dimension: a value above one limit, at most
/// another, or both.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
pub struct Condition {
    /// Index into the dimensions of the space before its projection.
    pub question: usize,
    /// The value is above that, in the unit of the answer.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub above: Option<f64>,
    /// The value is at most that, in the unit of the answer.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub at_most: Option<f64>,
}

impl Condition {
    pub(super) fn holds(&self, value: f64) -> bool {
        self.above.is_none_or(|limit| value > limit)
            && self.at_most.is_none_or(|limit| value <= limit)
    }
}

impl Rule {
    /// Whether it holds for a customer whose values are `value`, by dimension.
    pub(super) fn holds(&self, value: impl Fn(usize) -> f64) -> bool {
        self.conditions
            .iter()
            .all(|condition| condition.holds(value(condition.question)))
    }

    /// Whether it speaks of these dimensions and clusters only.
    pub(super) fn is_sound(&self, dimensions: usize, clusters: usize) -> bool {
        self.cluster < clusters && self.conditions.iter().all(|c| c.question < dimensions)
    }
}

/// Rules for each cluster, the best first, without the figures of an
/// independent measurement.
///
/// The way to a leaf has many turns that matter little to it, and its
/// thresholds were chosen for what other leaves leave over. So every leaf is
/// made a rule that stands by itself (see [`Draft::refined`]). A cluster's
/// second rule is made from the customers for whom the first does not hold,
/// and so on (sequential covering).
pub(super) fn rules(tree: &Tree, sample: &Sample<'_>) -> Vec<Rule> {
    let mut leaves = Vec::new();
    walk(tree, sample, &Draft::default(), &mut leaves);
    (0..sample.clusters)
        .into_par_iter()
        .flat_map_iter(|cluster| {
            let of_cluster = leaves.iter().filter(|(of, _)| *of == cluster);
            let drafts = of_cluster.map(|(_, draft)| draft.clone()).collect();
            of_leaves(cluster, drafts, sample)
        })
        .collect()
}

/// The rules of one cluster from the ways to its leaves.
fn of_leaves(cluster: usize, mut drafts: Vec<Draft>, sample: &Sample<'_>) -> Vec<Rule> {
    let mut left: Vec<u32> = (0..).take(sample.labels.len()).collect();
    let size = Counts::of(&left, cluster, sample).members;
    let mut rules = Vec::new();
    while !drafts.is_empty() {
        let mut best: Option<(usize, Draft, Counts)> = None;
        for (at, draft) in drafts.iter().enumerate() {
            let (draft, counts) = draft.refined(cluster, &left, sample);
            if best
                .as_ref()
                .is_none_or(|(.., best)| counts.score() > best.score())
            {
                best = Some((at, draft, counts));
            }
        }
        let Some((at, draft, counts)) = best else {
            break;
        };
        drafts.remove(at);
        let adds = counts.members as f64 >= ADDS * size as f64;
        let conditions = draft.conditions(sample);
        // One cluster of all is not worth a rule.
        if !conditions.is_empty() && (rules.is_empty() || adds && counts.precision() >= RIGHT) {
            left.retain(|&row| !draft.holds(row, sample));
            rules.push(Rule {
                cluster,
                conditions,
                covers: None,
                precision: None,
            });
        }
    }
    rules
}

/// The way to every leaf and its cluster.
fn walk(tree: &Tree, sample: &Sample<'_>, way: &Draft, leaves: &mut Vec<(usize, Draft)>) {
    match tree {
        Tree::Cluster(cluster) => leaves.push((*cluster, way.clone())),
        Tree::Split {
            question,
            threshold,
            at_most,
            above,
        } => {
            let cut = sample.thresholds[*question].partition_point(|t| t < threshold);
            walk(at_most, sample, &way.at_most(*question, cut), leaves);
            walk(above, sample, &way.above(*question, cut), leaves);
        }
    }
}
