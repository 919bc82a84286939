use super::{Night, float, words};
use crate::outputs::{OutColumn, OutTable, OutputError};

/// `scatter.parquet`: a sample of customers on a plane; nothing says which.
pub(super) fn table(night: &Night<'_>) -> Result<OutTable, OutputError> {
    let points = &night.segmentation.scatter;
    let segments = &night.segmentation.segments;
    let id = |at: usize| segments.get(at).map(|segment| segment.id.as_str());
    // Thousandths suffice to draw a point, and make small files.
    let short = |value: f64| (value * 1e3).round() / 1e3;
    OutTable::new(
        "scatter",
        "One row per customer of a sample, on the two principal components of the clustered space.",
        vec![
            OutColumn::new(
                "segment_id",
                "The customer's segment.",
                words(points.iter().map(|point| id(point.segment))),
            ),
            OutColumn::new(
                "x",
                "Place along the first component, in scaled units.",
                float(points.iter().map(|point| short(point.x))),
            )
            .unit("scaled units"),
            OutColumn::new(
                "y",
                "Place along the second component, in scaled units.",
                float(points.iter().map(|point| short(point.y))),
            )
            .unit("scaled units"),
        ],
    )
}
