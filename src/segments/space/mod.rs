//! The space in which customers are compared: what distances are measured in.
//!
//! Every clustered column becomes one or more dimensions: a number, or the
//! place of an ordinal, on its scale (`number`), a part of a whole as a
//! log-ratio (`composition`), a category with a dimension per level
//! (`category`), and a missing value as a dimension where it is asked for.
//! `learn` finds scales, levels and stand-ins; a `projection` may follow. All
//! of it is in the model, so that a later night reads its columns the same way.
//!
//! Each column varies by about its weight, whatever it holds, so that a
//! category or a yes/no counts like a number.

mod category;
mod composition;
mod feature;
mod learn;
mod number;
mod projection;
mod reader;

use ndarray::{Array2, Axis};
use rayon::prelude::*;
use serde::{Deserialize, Serialize};

pub use category::{Level, Levels};
pub use composition::{Composition, Part};
pub(super) use feature::Raw as RawColumn;
pub use feature::{Aspect, Dimension, Encoding, ModelFeature};
pub use number::Scaling;
pub use projection::Projection;
pub(super) use projection::principal_components;
pub(super) use reader::{Reader, Scratch};

use super::FeatureColumn;
use super::clusterers::{Grouping, Placed};

/// The space in which customers are clustered.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
pub struct Space {
    /// The columns that span it, in order; each has the dimensions that
    /// [`ModelFeature::aspects`] names.
    pub features: Vec<ModelFeature>,
    /// The wholes that features are parts of.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub compositions: Vec<Composition>,
    /// What the dimensions of the features are projected onto, if anything.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub projection: Option<Projection>,
}

impl Space {
    /// Number of dimensions in which distances are measured.
    pub(super) fn dimensions(&self) -> usize {
        match &self.projection {
            Some(projection) => projection.axes.len(),
            None => self.encoded(),
        }
    }

    /// The dimensions before the projection, in order: what each coordinate of
    /// a point says, or without a projection that of each centroid.
    #[must_use]
    pub fn columns_named(&self) -> Vec<Dimension> {
        let features = self.features.iter().enumerate();
        features
            .flat_map(|(feature, column)| {
                let aspects = column.aspects().into_iter();
                aspects.map(move |aspect| Dimension { feature, aspect })
            })
            .collect()
    }

    /// `rows` in this space: rows × dimensions.
    pub(super) fn points(&self, from: &[FeatureColumn], rows: &[usize]) -> Array2<f64> {
        let reader = Reader::new(self, from);
        let mut points = Array2::zeros((rows.len(), self.dimensions()));
        points
            .axis_iter_mut(Axis(0))
            .into_par_iter()
            .zip(rows)
            .for_each_init(
                || reader.scratch(),
                |scratch, (mut point, &row)| {
                    if let Some(point) = point.as_slice_mut() {
                        reader.write(row, scratch, point);
                    }
                },
            );
        points
    }

    /// The same space before its projection, whose dimensions
    /// [`Self::columns_named`] names.
    #[must_use]
    pub fn before_projection(&self) -> Self {
        Self {
            projection: None,
            ..self.clone()
        }
    }

    /// Reads tonight's columns customer by customer.
    pub(super) fn reader<'a>(&'a self, from: &'a [FeatureColumn]) -> Reader<'a> {
        Reader::new(self, from)
    }

    /// Where each of `rows` belongs.
    pub(super) fn place(
        &self,
        grouping: &Grouping,
        from: &[FeatureColumn],
        rows: &[usize],
    ) -> Vec<Placed> {
        let reader = Reader::new(self, from);
        rows.par_iter()
            .map_init(
                || (vec![0.0; self.dimensions()], reader.scratch()),
                |(point, scratch), &row| {
                    reader.write(row, scratch, point);
                    grouping.place(point)
                },
            )
            .collect()
    }

    /// Number of dimensions before the projection.
    fn encoded(&self) -> usize {
        self.features.iter().map(ModelFeature::dimensions).sum()
    }

    /// For each composition its features.
    fn parts(&self) -> Vec<Vec<usize>> {
        let mut parts = vec![Vec::new(); self.compositions.len()];
        for (index, feature) in self.features.iter().enumerate() {
            if let Encoding::Part(part) = &feature.encoding
                && let Some(parts) = parts.get_mut(part.composition)
            {
                parts.push(index);
            }
        }
        parts
    }

    /// Whether customers can be placed in it; a file may have been edited.
    pub(super) fn is_sound(&self) -> bool {
        let known = |feature: &ModelFeature| match &feature.encoding {
            Encoding::Part(part) => part.composition < self.compositions.len(),
            _ => true,
        };
        let projection = self.projection.as_ref();
        self.features.iter().all(|f| f.is_sound() && known(f))
            && self
                .compositions
                .iter()
                .zip(self.parts())
                .all(|(whole, parts)| whole.is_sound(parts.len()))
            && projection.is_none_or(|projection| projection.is_sound(self.encoded()))
    }
}
