//! For everybody, in a few words, why they are where they are.

use std::collections::HashMap;

use rayon::prelude::*;

use super::contrast::{Contrast, Part};
use crate::segments::clusterers::Placed;
use crate::segments::{FeatureColumn, Model};

/// Reasons given for a customer, at most.
const MOST: usize = 3;

/// Reasons are given until they make up this share of all that speaks for the
/// segment.
const ENOUGH: f64 = 0.8;

/// Stands where there is no further reason.
const NONE: u16 = u16::MAX;

/// For everybody the features that speak most for the segment against the
/// runner-up.
#[derive(Debug, Clone, PartialEq)]
pub struct Reasons {
    words: Vec<String>,
    of: Vec<[u16; MOST]>,
}

impl Reasons {
    /// The reasons as texts, each kept once, and for each customer the index
    /// of theirs; none in reserved segments, and where there is one segment.
    ///
    /// A text names up to three features, the most telling first:
    /// `music_share_90d higher, plan=gold` (see
    /// [`super::Contribution::words`]).
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
    let contrast = Contrast::new(model, features);
    let found: Vec<[u16; MOST]> = rows
        .par_iter()
        .zip(placed)
        .map_init(
            || contrast.scratch(),
            |work, (&row, placed)| match placed.second {
                Some(second) if !placed.outside => {
                    top(contrast.parts(row, (placed.cluster, second), work))
                }
                _ => [NONE; MOST],
            },
        )
        .collect();
    let mut of = vec![[NONE; MOST]; customers];
    for (&row, found) in rows.iter().zip(found) {
        of[row] = found;
    }
    Reasons {
        words: contrast.words().to_vec(),
        of,
    }
}

/// The words of the parts that speak most for the segment.
fn top(parts: &[Part]) -> [u16; MOST] {
    let mut all = 0.0;
    let mut best: [Option<Part>; MOST] = [None; MOST];
    for &part in parts.iter().filter(|part| part.amount > 0.0) {
        all += part.amount;
        let mut next = Some(part);
        // Of equal ones the first feature leads.
        for place in &mut best {
            let goes_before = match (&next, &place) {
                (Some(next), Some(there)) => next.amount > there.amount,
                (next, there) => next.is_some() && there.is_none(),
            };
            if goes_before {
                std::mem::swap(place, &mut next);
            }
        }
    }
    let (mut top, mut told) = ([NONE; MOST], 0.0);
    for (word, part) in top.iter_mut().zip(best.into_iter().flatten()) {
        if told >= ENOUGH * all {
            break;
        }
        told += part.amount;
        *word = u16::try_from(part.word).unwrap_or(NONE);
    }
    top
}

#[cfg(test)]
mod tests {
    use super::*;

    fn part(word: usize, amount: f64) -> Part {
        Part {
            feature: word,
            amount,
            word,
        }
    }

    #[test]
    fn the_fewest_reasons_that_say_most_are_given_and_none_against() {
        let parts = |amounts: &[f64]| -> Vec<Part> {
            amounts
                .iter()
                .enumerate()
                .map(|(at, &a)| part(at, a))
                .collect()
        };
        assert_eq!(top(&parts(&[1.0, 9.0, -50.0])), [1, NONE, NONE]);
        assert_eq!(top(&parts(&[1.0, 2.0, 4.0, 3.0])), [2, 3, 1]);
        assert_eq!(top(&parts(&[2.0, 2.0])), [0, 1, NONE]);
        assert_eq!(top(&parts(&[-1.0])), [NONE; MOST]);
    }
}
