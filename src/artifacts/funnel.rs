use super::{Night, int, words};
use crate::domain::DecisionReason;
use crate::outputs::{OutColumn, OutTable, OutputError};

/// `funnel.parquet`: `decisions.parquet` counted.
pub(super) fn table(night: &Night<'_>) -> Result<OutTable, OutputError> {
    let rows: Vec<(&str, DecisionReason, u64)> = night
        .campaign
        .funnel
        .iter()
        .flat_map(|funnel| {
            let counts = DecisionReason::ALL.into_iter().zip(funnel.reasons);
            counts.map(|(reason, count)| (funnel.activity.as_str(), reason, count))
        })
        .filter(|row| row.2 > 0)
        .collect();
    OutTable::new(
        "funnel",
        "One row per activity and reason: how many candidates it decided about.",
        vec![
            OutColumn::new(
                "activity_id",
                "The activity.",
                words(rows.iter().map(|row| Some(row.0))),
            ),
            OutColumn::new(
                "decision",
                "invited, waitlist, control, suppressed or not_selected.",
                words(rows.iter().map(|row| Some(row.1.decision().as_str()))),
            ),
            OutColumn::new(
                "reason",
                "The first reason that decided.",
                words(rows.iter().map(|row| Some(row.1.as_str()))),
            ),
            OutColumn::new(
                "candidates",
                "Candidates that it decided about.",
                int(rows.iter().map(|row| row.2)),
            )
            .unit("customers"),
        ],
    )
}
