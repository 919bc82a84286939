use super::{Night, text};
use crate::outputs::{ColumnData, OutColumn, OutTable, OutputError};

/// The unit of what has that of its row's feature.
const OF_FEATURE: &str = "unit of the feature";

/// `profiles.parquet`: every feature in every segment.
pub(super) fn table(night: &Night<'_>) -> Result<OutTable, OutputError> {
    let segments = &night.segmentation.segments;
    let profiles = &night.segmentation.profiles;
    let column = |name, unit, description, value: fn(&crate::segments::Profile) -> Option<f64>| {
        let values = profiles.iter().map(value).collect();
        OutColumn::new(name, description, ColumnData::Float(values)).unit(unit)
    };
    OutTable::new(
        "profiles",
        "One row per segment and feature: how the segment differs from everyone.",
        vec![
            OutColumn::new(
                "segment_id",
                "The segment.",
                text(profiles.iter().map(|p| &segments[p.segment].id)),
            ),
            OutColumn::new(
                "feature",
                "The feature.",
                text(profiles.iter().map(|p| &p.feature)),
            ),
            column("mean", OF_FEATURE, "Mean in the segment, in the feature's unit.", |p| {
                p.mean
            }),
            column(
                "median",
                OF_FEATURE,
                "Median in the segment, in the feature's unit.",
                |p| p.median,
            ),
            column(
                "population_mean",
                OF_FEATURE,
                "Mean over all customers, in the feature's unit.",
                |p| p.population_mean,
            ),
            column(
                "lift",
                "1",
                "Mean divided by the population's mean; 1 is average.",
                |p| p.lift,
            ),
            column(
                "z",
                "standard deviations",
                "Mean minus the population's mean, in the population's standard deviations.",
                |p| p.z,
            ),
            column(
                "cohens_d",
                "standard deviations",
                "Mean minus the mean of all other customers, in pooled standard deviations (Cohen's d); 0.2 is small, 0.8 large.",
                |p| p.cohens_d,
            ),
            column(
                "cliffs_delta",
                "1",
                "How often a member has more than another customer, less how often less (Cliff's delta), -1 to 1; of a yes/no or a level the difference of the shares.",
                |p| p.cliffs_delta,
            ),
            OutColumn::new(
                "rank",
                "Place among the clustered features by how far they set the segment apart, from 1; empty for a feature that segments are not made from.",
                ColumnData::Int(profiles.iter().map(|p| p.rank.map(i64::from)).collect()),
            )
.unit("1"),
        ],
    )
}
