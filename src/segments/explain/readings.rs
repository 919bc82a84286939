//! What can be asked about a customer: a question per dimension of the space,
//! in the column's own terms.

use serde::{Deserialize, Serialize};

use crate::segments::model::{exact, is_value};
use crate::segments::space::{RawColumn, Space};
use crate::segments::statistics::quantile;
use crate::segments::{Aspect, Encoding, FeatureColumn, ModelFeature};

/// How people read a number of one of the space's dimensions.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
pub struct Reading {
    /// What kind of number it is.
    pub kind: ReadingKind,
    /// The median at the fit; rules take a missing value for it.
    pub typical: f64,
}

/// What the numbers of a dimension are to people.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum ReadingKind {
    /// Nothing but 0 and 1.
    YesNo,
    /// A part of 1, which people say in percent.
    Share,
    /// Any other number; of an ordinal the place in the order, from 0.
    Number,
}

/// Tonight's answers: the columns behind the dimensions of a space before its
/// projection.
pub(super) struct Answers<'a> {
    questions: Vec<Question<'a>>,
    columns: Vec<RawColumn<'a>>,
}

/// One question.
struct Question<'a> {
    /// Index of the feature.
    column: usize,
    feature: &'a ModelFeature,
    /// Index of the dimension among the feature's.
    dimension: usize,
    aspect: Aspect,
}

impl<'a> Answers<'a> {
    pub(super) fn of(space: &'a Space, from: &'a [FeatureColumn]) -> Self {
        let column = |name: &str| from.iter().find(|column| column.name == name);
        let questions = space.features.iter().enumerate().flat_map(|(at, feature)| {
            let aspects = feature.aspects().into_iter().enumerate();
            aspects.map(move |(dimension, aspect)| Question {
                column: at,
                feature,
                dimension,
                aspect,
            })
        });
        Self {
            questions: questions.collect(),
            columns: space
                .features
                .iter()
                .map(|feature| feature.read(column(&feature.name)))
                .collect(),
        }
    }

    /// Number of questions.
    pub(super) fn len(&self) -> usize {
        self.questions.len()
    }

    /// A customer's answer: the value in the column's unit, or 1 for those who
    /// have the level and 0 for those who do not. NaN is missing.
    pub(super) fn raw(&self, row: usize, question: usize) -> f64 {
        let Question {
            column,
            feature,
            dimension,
            aspect,
        } = &self.questions[question];
        let value = self.columns[*column].at(row);
        let yes_no = |yes: bool| f64::from(u8::from(yes));
        match (&feature.encoding, aspect) {
            (_, Aspect::Value) => value,
            (Encoding::Category(levels), _) if feature.indicator.is_none() => {
                yes_no(levels.dimension(value) == Some(*dimension))
            }
            (Encoding::Category(levels), Aspect::Level(_) | Aspect::Other) => {
                yes_no(!value.is_nan() && levels.dimension(value) == Some(*dimension))
            }
            _ => yes_no(value.is_nan()),
        }
    }

    /// Learns from `rows` how people read the answers.
    pub(super) fn reading(&self, question: usize, rows: &[usize]) -> Reading {
        let mut values: Vec<f64> = rows
            .iter()
            .map(|&row| self.raw(row, question))
            .filter(|&value| is_value(value))
            .collect();
        values.sort_unstable_by(f64::total_cmp);
        Reading::of(&values)
    }
}

impl Reading {
    fn of(sorted: &[f64]) -> Self {
        let whole = |value: &f64| *value == 0.0 || *value == 1.0;
        let kind = if sorted.iter().all(whole) {
            ReadingKind::YesNo
        } else if sorted.iter().all(|value| (0.0..=1.0).contains(value)) {
            ReadingKind::Share
        } else {
            ReadingKind::Number
        };
        Self {
            kind,
            typical: exact(quantile(sorted, 0.5).unwrap_or(0.0)),
        }
    }

    /// The answer that a rule goes by.
    pub(super) fn value(&self, raw: f64) -> f64 {
        if is_value(raw) { raw } else { self.typical }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn shares_and_yes_or_no_are_told_from_other_numbers() {
        for (values, expected) in [
            (vec![0.0, 1.0, 1.0], ReadingKind::YesNo),
            (vec![0.0, 0.4, 1.0], ReadingKind::Share),
            (vec![0.0, 1.0, 2.0], ReadingKind::Number),
            (vec![-0.1, 0.5], ReadingKind::Number),
        ] {
            assert_eq!(Reading::of(&values).kind, expected);
        }
    }
}
