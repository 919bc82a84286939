use super::{Night, text};
use crate::outputs::{ColumnData, OutColumn, OutTable, OutputError};

/// `profiles.parquet`: every feature in every segment.
pub(super) fn table(night: &Night<'_>) -> Result<OutTable, OutputError> {
    let segments = &night.segmentation.segments;
    let profiles = &night.segmentation.profiles;
    let column = |name, description, value: fn(&crate::segments::Profile) -> Option<f64>| {
        OutColumn::new(
            name,
            description,
            ColumnData::Float(profiles.iter().map(value).collect()),
        )
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
            column("mean", "Mean in the segment, in the feature's unit.", |p| {
                p.mean
            }),
            column(
                "median",
                "Median in the segment, in the feature's unit.",
                |p| p.median,
            ),
            column(
                "population_mean",
                "Mean over all customers, in the feature's unit.",
                |p| p.population_mean,
            ),
            column(
                "lift",
                "Mean divided by the population's mean; 1 is average.",
                |p| p.lift,
            ),
            column(
                "z",
                "Mean minus the population's mean, in the population's standard deviations.",
                |p| p.z,
            ),
        ],
    )
}
