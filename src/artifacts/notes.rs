use super::{Night, int, text, words};
use crate::outputs::{OutColumn, OutTable, OutputError};

/// `notes.parquet`: what somebody should know about the night.
pub(super) fn table(night: &Night<'_>) -> Result<OutTable, OutputError> {
    let alerts = night.alerts.iter().map(|text| ("alert", text));
    let warnings = night.warnings.iter().map(|text| ("warning", text));
    let rows: Vec<(&str, &String)> = alerts.chain(warnings).collect();
    OutTable::new(
        "notes",
        "One row per alert or warning of the night.",
        vec![
            OutColumn::new(
                "place",
                "The place in the summary, from 1.",
                int(1..=rows.len()),
            )
            .unit("place"),
            OutColumn::new(
                "kind",
                "alert: somebody must look at it; warning: odd, but it changed nothing.",
                words(rows.iter().map(|row| Some(row.0))),
            ),
            OutColumn::new("text", "What it is.", text(rows.iter().map(|row| row.1))),
        ],
    )
}
