use jiff::civil::Date;

use super::{ClusterSettings, Kind, Missing, Model, Registry, SegmentError, Values};
use crate::domain::{Label, Language};

/// A column of the customer view.
#[derive(Debug, Clone)]
pub struct FeatureColumn {
    /// Name in the pipeline.
    pub name: String,
    /// What people call it.
    pub label: Label,
    /// Unit of the values, such as `min`.
    pub unit: Option<String>,
    /// One value per customer: words for categories and ordinals, else
    /// numbers, with 1 for yes and 0 for no.
    pub values: Values,
    /// How it takes part in clustering; without, it is only profiled.
    pub cluster: Option<ClusterSettings>,
}

/// How much each customer is drawn to an interest.
#[derive(Debug, Clone)]
pub struct InterestAffinity {
    /// Id in the pipeline.
    pub id: String,
    /// What people call it; names of segments are made from it.
    pub label: Label,
    /// One number from 0 to 1 per customer.
    pub affinity: Vec<f64>,
}

/// All that segments are made from: columns of equal length, one entry per
/// customer.
#[derive(Debug, Clone)]
pub struct SegmentInput<'a> {
    /// Customer ids, ascending and unique.
    pub ids: &'a [String],
    /// The columns to cluster by and to profile.
    pub features: &'a [FeatureColumn],
    /// Who has no usage to be judged by.
    pub quiet: &'a [bool],
    /// Who does not want personalisation; goes before quiet.
    pub opted_out: &'a [bool],
    /// The interests that segments are named after.
    pub interests: &'a [InterestAffinity],
    /// The night's date.
    pub as_of: Date,
    /// Seed of all randomness.
    pub seed: u64,
    /// Language of new segments' names.
    pub language: Language,
}

/// What the previous night left.
#[derive(Debug, Clone)]
pub struct Previous {
    /// Its `model.json`.
    pub model: Model,
    /// Its `registry.json`, with names as people have changed them since.
    pub registry: Registry,
    /// Customer id and segment id of everyone, in any order.
    pub members: Vec<(String, String)>,
}

impl SegmentInput<'_> {
    /// Checks that the columns fit together.
    pub(super) fn check(&self) -> Result<(), SegmentError> {
        if !self.ids.is_sorted_by(|a, b| a < b) {
            return Err(SegmentError::Unordered);
        }
        let features = self
            .features
            .iter()
            .map(|f| (f.name.as_str(), f.values.len()));
        let interests = self
            .interests
            .iter()
            .map(|i| (i.id.as_str(), i.affinity.len()));
        let flags = [
            ("quiet", self.quiet.len()),
            ("opted_out", self.opted_out.len()),
        ];
        let expected = self.ids.len();
        match features
            .chain(interests)
            .chain(flags)
            .find(|&(_, found)| found != expected)
        {
            Some((column, found)) => Err(SegmentError::Length {
                column: column.to_owned(),
                found,
                expected,
            }),
            None => Ok(()),
        }
    }

    /// Checks the values of the clustered columns at `rows`: no level that an
    /// ordinal's order lacks, nothing missing where that is refused.
    pub(super) fn check_values(&self, rows: &[usize]) -> Result<(), SegmentError> {
        for column in self.features {
            let Some(settings) = &column.cluster else {
                continue;
            };
            let values = &column.values;
            let missing = rows.iter().filter(|&&row| values.is_missing(row)).count();
            if settings.missing == Missing::Refuse && missing > 0 {
                return Err(SegmentError::Missing {
                    feature: column.name.clone(),
                    missing,
                    customers: rows.len(),
                });
            }
            let (Kind::Ordinal, Values::Words(words)) = (settings.kind(), values) else {
                continue;
            };
            let levels = words.levels().iter();
            let known: Vec<bool> = levels.map(|level| settings.order.contains(level)).collect();
            let code = |row: usize| words.codes()[row] as usize;
            let unknown = rows
                .iter()
                .filter(|&&row| known.get(code(row)) == Some(&false));
            let unknown = unknown.count();
            if unknown > 0 {
                return Err(SegmentError::UnknownLevel {
                    feature: column.name.clone(),
                    unknown,
                    customers: rows.len(),
                    order: settings.order.join(", "),
                });
            }
        }
        Ok(())
    }

    /// The rows that take part in clustering, ascending.
    pub(super) fn clustered(&self) -> Vec<usize> {
        (0..self.ids.len())
            .filter(|&row| !self.quiet[row] && !self.opted_out[row])
            .collect()
    }
}
