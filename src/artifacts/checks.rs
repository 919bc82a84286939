use super::{Night, int, text, words};
use crate::outputs::{OutColumn, OutTable, OutputError};

/// `checks.parquet`: what the contracts of the input tables found.
pub(super) fn table(night: &Night<'_>) -> Result<OutTable, OutputError> {
    let checks = &night.tables.checks;
    OutTable::new(
        "checks",
        "One row per rule of an input table, kept or broken.",
        vec![
            OutColumn::new(
                "table",
                "The input table.",
                text(checks.iter().map(|c| &c.table)),
            ),
            OutColumn::new(
                "column",
                "The column or columns; empty where the rule is about whole rows or the table.",
                text(checks.iter().map(|c| &c.column)),
            ),
            OutColumn::new(
                "rule",
                "The rule in words.",
                text(checks.iter().map(|c| &c.rule)),
            ),
            OutColumn::new(
                "severity",
                "What a violation leads to: warn, reject (the row) or fail (the run).",
                words(checks.iter().map(|c| Some(c.severity.as_str()))),
            ),
            OutColumn::new(
                "violations",
                "Rows that break it; 1 for a rule about the table.",
                int(checks.iter().map(|c| c.violations)),
            )
            .unit("rows"),
        ],
    )
}
