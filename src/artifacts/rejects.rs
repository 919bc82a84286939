use super::{Night, text};
use crate::outputs::{ColumnData, OutColumn, OutTable, OutputError};

/// `rejects.parquet`: rows that were set aside, without their values.
pub(super) fn table(night: &Night<'_>) -> Result<OutTable, OutputError> {
    let rejects = &night.tables.rejects;
    let row = |row: Option<u64>| row.and_then(|row| i64::try_from(row).ok());
    OutTable::new(
        "rejects",
        "One row per input row and rule it breaks; the row took no part in the run.",
        vec![
            OutColumn::new(
                "table",
                "The input table.",
                text(rejects.iter().map(|r| &r.table)),
            ),
            OutColumn::new(
                "file",
                "The file, as the pipeline's source names it.",
                text(rejects.iter().map(|r| &r.file)),
            ),
            OutColumn::new(
                "row",
                "The row in the file, from 1.",
                ColumnData::Int(rejects.iter().map(|r| row(r.row)).collect()),
            )
            .unit("1"),
            OutColumn::new(
                "column",
                "The column.",
                text(rejects.iter().map(|r| &r.column)),
            ),
            OutColumn::new(
                "rule",
                "The rule that the row breaks.",
                text(rejects.iter().map(|r| &r.rule)),
            ),
        ],
    )
}
