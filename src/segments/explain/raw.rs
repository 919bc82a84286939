//! The dimensions of the model's space as people know them: in raw units.

use crate::segments::model::is_value;
use crate::segments::{FeatureColumn, Space};

/// The raw values behind the dimensions of a space.
pub(super) struct Raw<'a> {
    columns: Vec<(&'a [f64], f64)>,
}

impl<'a> Raw<'a> {
    /// The columns behind the dimensions of `space`, by name; an absent one is
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

    /// Number of dimensions.
    pub(super) fn dimensions(&self) -> usize {
        self.columns.len()
    }

    /// A customer's value, in the feature's unit; what stands in for a missing
    /// value is the same as in clustering.
    pub(super) fn value(&self, row: usize, dimension: usize) -> f64 {
        let (values, fill) = self.columns[dimension];
        let value = values.get(row).copied().unwrap_or(f64::NAN);
        if is_value(value) { value } else { fill }
    }
}
