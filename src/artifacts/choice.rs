use super::{Night, float, int};
use crate::outputs::{ColumnData, OutColumn, OutTable, OutputError};
use crate::segments::KTrial;

/// `choice.parquet`: the numbers of segments that were tried.
pub(super) fn table(night: &Night<'_>) -> Result<OutTable, OutputError> {
    let trials = &night.segmentation.choice;
    let all = |value: fn(&KTrial) -> f64| float(trials.iter().map(value));
    let some =
        |value: fn(&KTrial) -> Option<f64>| ColumnData::Float(trials.iter().map(value).collect());
    OutTable::new(
        "choice",
        "One row per number of segments tried when the model in use was fitted, and how good it was on a sample of the customers.",
        vec![
            OutColumn::new(
                "k",
                "The number of segments.",
                int(trials.iter().map(|trial| trial.k)),
            )
.unit("segments"),
            OutColumn::new(
                "chosen",
                "Whether this number was taken.",
                ColumnData::Bool(trials.iter().map(|trial| Some(trial.chosen)).collect()),
            ),
            OutColumn::new(
                "gap",
                "Gap statistic: logarithm of how much tighter segments are than those of evenly spread customers; only for k-means.",
                some(|trial| trial.gap),
            )
.unit("1"),
            OutColumn::new(
                "gap_error",
                "Standard error of the gap.",
                some(|trial| trial.gap_error),
            )
.unit("1"),
            OutColumn::new(
                "gap_to_next",
                "This gap less that of one segment more, plus one standard error of the latter.",
                some(|trial| trial.gap_to_next),
            )
.unit("1"),
            OutColumn::new(
                "stability",
                "How surely segments come back when the customers are drawn again, 0 to 1: mean bootstrap Jaccard similarity.",
                some(|trial| trial.stability),
            )
.unit("1"),
            OutColumn::new(
                "smallest_stability",
                "The same of the segment that comes back least.",
                some(|trial| trial.smallest_stability),
            )
.unit("1"),
            OutColumn::new(
                "smallest_share",
                "Share of the smallest segment among the clustered customers, 0 to 1.",
                all(|trial| trial.smallest_share),
            )
.unit("1"),
            OutColumn::new(
                "silhouette",
                "Mean silhouette, -1 to 1.",
                all(|trial| trial.silhouette),
            )
.unit("1"),
            OutColumn::new(
                "weakest_silhouette",
                "Mean silhouette of the segment that has the lowest.",
                all(|trial| trial.weakest_silhouette),
            )
.unit("1"),
            OutColumn::new(
                "calinski_harabasz",
                "Variance between segments over variance within; higher is better.",
                some(|trial| trial.calinski_harabasz),
            )
.unit("1"),
            OutColumn::new(
                "davies_bouldin",
                "How much segments overlap their closest neighbour; lower is better.",
                some(|trial| trial.davies_bouldin),
            )
.unit("1"),
            OutColumn::new(
                "inertia",
                "Mean squared distance to the middle of the own segment, in scaled units.",
                all(|trial| trial.inertia),
            )
.unit("scaled units squared"),
        ],
    )
}
