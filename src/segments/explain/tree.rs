//! A decision tree grown on bins.

use rayon::prelude::*;
use serde::{Deserialize, Serialize};

/// A decision tree over the dimensions of the model's space, in raw units.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Tree {
    /// All who come here are said to be in this cluster.
    Cluster(usize),
    /// A question with two answers.
    Split {
        /// Index into the dimensions of the space before its projection.
        question: usize,
        /// In the question's unit.
        threshold: f64,
        /// Where those go whose value is at most the threshold.
        at_most: Box<Tree>,
        /// Where those go whose value is above it.
        above: Box<Tree>,
    },
}

impl Tree {
    /// The cluster that it gives to a customer whose values are `value`, by
    /// dimension.
    pub(super) fn cluster(&self, value: impl Fn(usize) -> f64) -> usize {
        let mut node = self;
        loop {
            match node {
                Self::Cluster(cluster) => return *cluster,
                Self::Split {
                    question,
                    threshold,
                    at_most,
                    above,
                } => {
                    node = if value(*question) > *threshold {
                        above
                    } else {
                        at_most
                    };
                }
            }
        }
    }

    /// Whether it speaks of these dimensions and clusters only.
    pub(super) fn is_sound(&self, dimensions: usize, clusters: usize) -> bool {
        match self {
            Self::Cluster(cluster) => *cluster < clusters,
            Self::Split {
                question,
                threshold,
                at_most,
                above,
            } => {
                *question < dimensions
                    && threshold.is_finite()
                    && at_most.is_sound(dimensions, clusters)
                    && above.is_sound(dimensions, clusters)
            }
        }
    }

    /// Number of questions on the longest way.
    #[cfg(test)]
    pub(super) fn depth(&self) -> usize {
        match self {
            Self::Cluster(_) => 0,
            Self::Split { at_most, above, .. } => 1 + at_most.depth().max(above.depth()),
        }
    }

    /// Number of leaves.
    #[cfg(test)]
    pub(super) fn leaves(&self) -> usize {
        match self {
            Self::Cluster(_) => 1,
            Self::Split { at_most, above, .. } => at_most.leaves() + above.leaves(),
        }
    }
}

/// What a tree is grown on.
pub(super) struct Sample<'a> {
    /// Thresholds per dimension, ascending.
    pub(super) thresholds: &'a [Vec<f64>],
    /// Per dimension, for each customer the number of thresholds below the
    /// value.
    pub(super) bins: &'a [Vec<u16>],
    /// The cluster of each customer.
    pub(super) labels: &'a [usize],
    /// Number of clusters.
    pub(super) clusters: usize,
}

/// How large a tree may grow.
#[derive(Debug, Clone, Copy)]
pub(super) struct Limits {
    pub(super) depth: usize,
    pub(super) leaves: usize,
    /// Customers at the least in a leaf.
    pub(super) leaf_rows: usize,
}

/// A place in the tree while it grows.
struct Node {
    rows: Vec<u32>,
    depth: usize,
    cluster: usize,
    split: Option<Split>,
    children: Option<(usize, usize)>,
}

/// The best question at a node.
#[derive(Debug, Clone, Copy)]
struct Split {
    question: usize,
    /// Index of the threshold.
    cut: usize,
    /// By how much it lowers the weighted Gini impurity.
    gain: f64,
}

impl Sample<'_> {
    /// Grows a classification tree (Breiman, Friedman, Olshen and Stone 1984,
    /// chapter 4: Gini criterion), always splitting the leaf where that helps
    /// most, so that few leaves go a long way. Clusters count by the square
    /// root of their size, so that a small one finds a leaf too.
    ///
    /// Counts are whole numbers, and of equal splits the first question and the
    /// lowest threshold is taken: the same sample gives the same tree on any
    /// number of threads.
    pub(super) fn tree(&self, limits: Limits) -> Tree {
        let rows: Vec<u32> = (0..).take(self.labels.len()).collect();
        let weights: Vec<f64> = self
            .counts(&rows)
            .iter()
            .map(|&count| f64::from(count.max(1)).powf(-0.5))
            .collect();
        let mut nodes = vec![self.node(rows, 0, limits, &weights)];
        let mut leaves = 1;
        while leaves < limits.leaves {
            // The first of equal ones: ties must not depend on anything else.
            let mut best: Option<(usize, Split)> = None;
            for (at, node) in nodes.iter().enumerate() {
                if let (Some(split), None) = (node.split, node.children)
                    && best.is_none_or(|(_, best)| split.gain > best.gain)
                {
                    best = Some((at, split));
                }
            }
            let Some((at, split)) = best else { break };
            let (at_most, above): (Vec<u32>, Vec<u32>) = std::mem::take(&mut nodes[at].rows)
                .into_iter()
                .partition(|&row| self.bin(split.question, row) <= split.cut);
            let depth = nodes[at].depth + 1;
            nodes[at].children = Some((nodes.len(), nodes.len() + 1));
            nodes.push(self.node(at_most, depth, limits, &weights));
            nodes.push(self.node(above, depth, limits, &weights));
            leaves += 1;
        }
        self.assemble(&nodes, 0)
    }

    fn node(&self, rows: Vec<u32>, depth: usize, limits: Limits, weights: &[f64]) -> Node {
        let counts = self.counts(&rows);
        let mut cluster = 0;
        for (candidate, &count) in counts.iter().enumerate() {
            if count > counts[cluster] {
                cluster = candidate;
            }
        }
        let split = (depth < limits.depth)
            .then(|| self.best_split(&rows, &counts, limits, weights))
            .flatten();
        Node {
            rows,
            depth,
            cluster,
            split,
            children: None,
        }
    }

    /// The number of thresholds below a customer's value.
    pub(super) fn bin(&self, question: usize, row: u32) -> usize {
        usize::from(self.bins[question][row as usize])
    }

    fn counts(&self, rows: &[u32]) -> Vec<u32> {
        let mut counts = vec![0; self.clusters];
        for &row in rows {
            counts[self.labels[row as usize]] += 1;
        }
        counts
    }

    fn best_split(
        &self,
        rows: &[u32],
        counts: &[u32],
        limits: Limits,
        weights: &[f64],
    ) -> Option<Split> {
        let per_question: Vec<Option<Split>> = (0..self.bins.len())
            .into_par_iter()
            .map(|question| self.best_cut(question, rows, counts, limits, weights))
            .collect();
        let mut best: Option<Split> = None;
        for split in per_question.into_iter().flatten() {
            if best.is_none_or(|best| split.gain > best.gain) {
                best = Some(split);
            }
        }
        best
    }

    fn best_cut(
        &self,
        question: usize,
        rows: &[u32],
        counts: &[u32],
        limits: Limits,
        weights: &[f64],
    ) -> Option<Split> {
        let k = self.clusters;
        let cuts = self.thresholds[question].len();
        let mut histogram = vec![0u32; (cuts + 1) * k];
        let bins = &self.bins[question];
        for &row in rows {
            histogram[usize::from(bins[row as usize]) * k + self.labels[row as usize]] += 1;
        }
        let before = purity(counts.iter().copied(), weights);
        let mut low = vec![0u32; k];
        let mut below = 0usize;
        let mut best: Option<Split> = None;
        for cut in 0..cuts {
            for (low, &count) in low.iter_mut().zip(&histogram[cut * k..(cut + 1) * k]) {
                *low += count;
                below += count as usize;
            }
            if below < limits.leaf_rows || rows.len() - below < limits.leaf_rows {
                continue;
            }
            let high = counts.iter().zip(&low).map(|(all, low)| all - low);
            let gain = purity(low.iter().copied(), weights) + purity(high, weights) - before;
            // Rounding alone must not make a split.
            if gain > before * 1e-9 && best.is_none_or(|best| gain > best.gain) {
                best = Some(Split {
                    question,
                    cut,
                    gain,
                });
            }
        }
        best
    }

    /// The tree below a node; a question whose answers all lead to the same
    /// cluster is left out.
    fn assemble(&self, nodes: &[Node], at: usize) -> Tree {
        let node = &nodes[at];
        let (Some((at_most, above)), Some(split)) = (node.children, node.split) else {
            return Tree::Cluster(node.cluster);
        };
        let at_most = self.assemble(nodes, at_most);
        let above = self.assemble(nodes, above);
        match (&at_most, &above) {
            (Tree::Cluster(a), Tree::Cluster(b)) if a == b => at_most,
            _ => Tree::Split {
                question: split.question,
                threshold: self.thresholds[split.question][split.cut],
                at_most: Box::new(at_most),
                above: Box::new(above),
            },
        }
    }
}

/// The weight of these customers times (1 − their Gini impurity).
fn purity(counts: impl Iterator<Item = u32>, weights: &[f64]) -> f64 {
    let (mut sum, mut squares) = (0.0, 0.0);
    for (count, weight) in counts.zip(weights) {
        let weighted = f64::from(count) * weight;
        sum += weighted;
        squares += weighted * weighted;
    }
    if sum > 0.0 { squares / sum } else { 0.0 }
}
