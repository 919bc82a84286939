use super::{Night, float, int};
use crate::outputs::{ColumnData, OutColumn, OutTable, OutputError};

/// `migration.parquet`: where the previous run's customers are tonight; nothing
/// on a first night.
pub(super) fn table(night: &Night<'_>) -> Result<Option<OutTable>, OutputError> {
    let Some(migration) = &night.segmentation.migration else {
        return Ok(None);
    };
    let flows = &migration.flows;
    let sizes = migration.sizes_before();
    let share = |from: &Option<String>, customers: u64| {
        let size = sizes.get(&from.as_deref()).copied().unwrap_or(0);
        customers as f64 / size.max(1) as f64
    };
    let table = OutTable::new(
        "migration",
        "One row per pair of segments that customers link: the previous run's and tonight's.",
        vec![
            OutColumn::new(
                "from_segment_id",
                "The segment in the previous run; empty for customers who joined since.",
                ColumnData::words(flows.iter().map(|flow| flow.from.as_deref())),
            ),
            OutColumn::new(
                "to_segment_id",
                "The segment tonight; empty for customers who left.",
                ColumnData::words(flows.iter().map(|flow| flow.to.as_deref())),
            ),
            OutColumn::new(
                "customers",
                "How many went from the one to the other, or stayed.",
                int(flows.iter().map(|flow| flow.customers)),
            )
.unit("customers"),
            OutColumn::new(
                "share",
                "Their part of the first segment's customers, 0 to 1; of all who joined where that is empty.",
                float(flows.iter().map(|flow| share(&flow.from, flow.customers))),
            )
.unit("1"),
        ],
    )?;
    Ok(Some(table))
}
