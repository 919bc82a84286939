//! Why a customer is in one segment and not in another.

use std::collections::HashMap;

use rayon::prelude::*;

use super::Reading;
use crate::segments::clusterers::Placed;
use crate::segments::{FeatureColumn, Model};

/// Reasons given for a customer, at most.
const MOST: usize = 3;

/// Reasons are given until they make up this share of all that speaks for the
/// segment.
const ENOUGH: f64 = 0.8;

/// What decides between a customer's segment and the runner-up.
#[derive(Debug, Clone, PartialEq)]
pub struct Why {
    /// Index of the customer's cluster in the model.
    pub cluster: usize,
    /// Index of the runner-up.
    pub second: usize,
    /// One part per feature of the model's space, in their order. They add up
    /// to the squared distance from the runner-up's centre less that from the
    /// cluster's: from centroids the Euclidean distance in the model's space,
    /// from dense regions that to their nearest core points, and from a mixture
    /// the Mahalanobis distances, whose difference is twice the log-odds
    /// without what the clusters' weights and volumes add.
    pub parts: Vec<Part>,
}

/// What one feature says between a segment and the runner-up.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Part {
    /// Index into the space's features.
    pub feature: usize,
    /// How much it speaks for the segment; below 0, for the runner-up.
    pub amount: f64,
    /// Whether the customer's value lies above the middle between the two
    /// centres.
    pub higher: bool,
}

/// Why the customer at `row` of `features` is where the model places them; none
/// if there is one cluster only.
#[must_use]
pub fn why(model: &Model, features: &[FeatureColumn], row: usize) -> Option<Why> {
    let columns = model.space.columns(features);
    let mut point = vec![0.0; model.space.dimensions()];
    model.space.fill(&columns, row, &mut point);
    let placed = model.grouping.place(&point);
    let second = placed.second?;
    let mut scratch = Scratch::default();
    let parts = parts(model, &point, (placed.cluster, second), &mut scratch);
    Some(Why {
        cluster: placed.cluster,
        second,
        parts,
    })
}

#[derive(Default)]
struct Scratch {
    own: Vec<f64>,
    other: Vec<f64>,
}

fn parts(
    model: &Model,
    point: &[f64],
    (own, second): (usize, usize),
    scratch: &mut Scratch,
) -> Vec<Part> {
    let here = model.grouping.pull(point, own, &mut scratch.own);
    let there = model.grouping.pull(point, second, &mut scratch.other);
    let forces = scratch.own.iter().zip(&scratch.other);
    let centres = here.iter().zip(there);
    point
        .iter()
        .zip(centres)
        .zip(forces)
        .enumerate()
        .map(|(feature, ((&x, (&here, &there)), (own, other)))| Part {
            feature,
            amount: (x - there) * other - (x - here) * own,
            higher: x > here + (there - here) / 2.0,
        })
        .collect()
}

/// For everybody the features that speak most for the segment against the
/// runner-up.
#[derive(Debug, Clone, PartialEq)]
pub struct Reasons {
    words: Vec<String>,
    of: Vec<[u16; MOST]>,
}

/// Stands where there is no further reason.
const NONE: u16 = u16::MAX;

impl Reasons {
    /// The reasons as texts, each kept once, and for each customer the index
    /// of theirs; none in reserved segments, and where there is one segment.
    ///
    /// A text names up to three features, the most telling first: `music_share
    /// higher, age lower` says that the customer's value is above, or below,
    /// the middle between the two segments; a yes/no reads `consented yes`.
    #[must_use]
    pub fn texts(&self) -> (Vec<Option<u32>>, Vec<String>) {
        let mut texts = Vec::new();
        let mut known: HashMap<[u16; MOST], u32> = HashMap::new();
        let places = self.of.iter().map(|reasons| {
            (reasons[0] != NONE).then(|| {
                *known.entry(*reasons).or_insert_with(|| {
                    texts.push(self.text(reasons));
                    // No more texts than customers.
                    (texts.len() - 1) as u32
                })
            })
        });
        (places.collect(), texts)
    }

    fn text(&self, reasons: &[u16; MOST]) -> String {
        let words = reasons
            .iter()
            .filter_map(|&word| self.words.get(usize::from(word)));
        words.map(String::as_str).collect::<Vec<_>>().join(", ")
    }
}

/// The reasons of `customers` customers, of whom `rows` take part in
/// clustering.
pub(in crate::segments) fn reasons(
    model: &Model,
    features: &[FeatureColumn],
    customers: usize,
    rows: &[usize],
    placed: &[Placed],
) -> Reasons {
    let columns = model.space.columns(features);
    let found: Vec<[u16; MOST]> = rows
        .par_iter()
        .zip(placed)
        .map_init(
            || (vec![0.0; model.space.dimensions()], Scratch::default()),
            |(point, scratch), (&row, placed)| match placed.second {
                Some(second) if !placed.outside => {
                    model.space.fill(&columns, row, point);
                    top(parts(model, point, (placed.cluster, second), scratch))
                }
                _ => [NONE; MOST],
            },
        )
        .collect();
    let mut of = vec![[NONE; MOST]; customers];
    for (&row, found) in rows.iter().zip(found) {
        of[row] = found;
    }
    let words = model.space.features.iter().enumerate();
    let words = words.flat_map(|(feature, column)| {
        let [low, high] = match model.explanation.readings.get(feature) {
            Some(Reading::YesNo) => ["no", "yes"],
            _ => ["lower", "higher"],
        };
        [low, high].map(|word| format!("{} {word}", column.name))
    });
    Reasons {
        words: words.collect(),
        of,
    }
}

/// The words of the parts that speak most for the segment; a feature has two
/// words.
fn top(mut parts: Vec<Part>) -> [u16; MOST] {
    parts.retain(|part| part.amount > 0.0);
    let all: f64 = parts.iter().map(|part| part.amount).sum();
    // Stable: of equal ones the first feature leads.
    parts.sort_by(|a, b| b.amount.total_cmp(&a.amount));
    let (mut top, mut told) = ([NONE; MOST], 0.0);
    for (word, part) in top.iter_mut().zip(parts) {
        if told >= ENOUGH * all {
            break;
        }
        told += part.amount;
        *word = u16::try_from(2 * part.feature + usize::from(part.higher)).unwrap_or(NONE);
    }
    top
}
