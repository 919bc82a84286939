use super::{Night, int, text, words};
use crate::domain::days_from_date;
use crate::outputs::{ColumnData, OutColumn, OutTable, OutputError};

/// `overdue.parquet`: what is open and overdue, by who answers for it.
pub(super) fn table(night: &Night<'_>) -> Result<OutTable, OutputError> {
    let rows = &night.overdue;
    let (file, as_of) = (&night.plan.file, night.tables.night.as_of);
    OutTable::new(
        "overdue",
        "One row per owner, team and reason with open cases.",
        vec![
            OutColumn::new(
                "owner",
                "Who answers for them.",
                text(rows.iter().map(|row| &row.owner)),
            ),
            OutColumn::new(
                "team",
                "The team.",
                words(rows.iter().map(|row| Some(row.team.as_str()))),
            ),
            OutColumn::new(
                "reason",
                "The reason.",
                words(rows.iter().map(|row| {
                    let reason = file.calls.get(usize::from(row.reason));
                    reason.map(|reason| reason.id.as_str())
                })),
            ),
            OutColumn::new("open", "Open cases.", int(rows.iter().map(|row| row.open)))
                .unit("cases"),
            OutColumn::new(
                "overdue",
                "Of them, those whose due time has passed, without marketing that policy keeps back.",
                int(rows.iter().map(|row| row.overdue)),
            )
            .unit("cases"),
            OutColumn::new(
                "awaiting_outcome",
                "Of the open, those that were listed and whose outcome is not known yet.",
                int(rows.iter().map(|row| row.awaiting)),
            )
            .unit("cases"),
            OutColumn::new(
                "oldest_since",
                "Since when the oldest is open.",
                ColumnData::Date(
                    rows.iter()
                        .map(|row| Some(days_from_date(row.oldest_since)))
                        .collect(),
                ),
            ),
            OutColumn::new(
                "oldest_days",
                "Days for which the oldest has been open.",
                int(rows.iter().map(|row| (as_of - row.oldest_since).get_days())),
            )
            .unit("d"),
            OutColumn::new(
                "no_capacity_days",
                "Most nights in a row that one of them found no room in the team's hours.",
                int(rows.iter().map(|row| row.waits)),
            )
            .unit("nights"),
            OutColumn::new(
                "alert",
                "Whether these are enough for an alert.",
                ColumnData::Bool(
                    rows.iter()
                        .map(|row| Some(row.waits >= file.queue.alert_nights))
                        .collect(),
                ),
            ),
        ],
    )
}
