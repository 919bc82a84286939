//! What can be asked about a customer: the clustered columns in raw units.

use serde::{Deserialize, Serialize};

use crate::segments::model::is_value;
use crate::segments::{FeatureColumn, Space};

/// What the values of a column are to people.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Reading {
    /// Nothing but 0 and 1.
    YesNo,
    /// A part of 1, which people say in percent.
    Share,
    /// Any other number.
    Number,
}

impl Reading {
    /// What such values are.
    fn of(values: impl Iterator<Item = f64>) -> Self {
        let mut reading = Self::YesNo;
        for value in values {
            if !(0.0..=1.0).contains(&value) {
                return Self::Number;
            }
            if value != 0.0 && value != 1.0 {
                reading = Self::Share;
            }
        }
        reading
    }
}

/// The raw values behind the features of a space.
pub(super) struct Raw<'a> {
    columns: Vec<(&'a [f64], f64)>,
}

impl<'a> Raw<'a> {
    /// The columns behind the features of `space`, by name; an absent one is
    /// all missing.
    pub(super) fn of(space: &Space, from: &'a [FeatureColumn]) -> Self {
        let columns = space.features.iter().map(|feature| {
            let column = from.iter().find(|column| column.name == feature.name);
            (
                column.map_or(&[][..], |column| &column.values),
                feature.fill,
            )
        });
        Self {
            columns: columns.collect(),
        }
    }

    /// Number of features.
    pub(super) fn len(&self) -> usize {
        self.columns.len()
    }

    /// A customer's value, in the feature's unit; what stands in for a missing
    /// value is the same as in clustering.
    pub(super) fn value(&self, row: usize, feature: usize) -> f64 {
        let (values, fill) = self.columns[feature];
        let value = values.get(row).copied().unwrap_or(f64::NAN);
        if is_value(value) { value } else { fill }
    }

    /// What a feature's values among `rows` are to people.
    pub(super) fn reading(&self, feature: usize, rows: &[usize]) -> Reading {
        Reading::of(rows.iter().map(|&row| self.value(row, feature)))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn shares_and_yes_or_no_are_told_from_other_numbers() {
        for (values, expected) in [
            (vec![0.0, 1.0, 1.0], Reading::YesNo),
            (vec![0.0, 0.4, 1.0], Reading::Share),
            (vec![0.0, 1.0, 2.0], Reading::Number),
            (vec![-0.1, 0.5], Reading::Number),
        ] {
            assert_eq!(Reading::of(values.into_iter()), expected);
        }
    }
}
