use super::{Night, float, int, text};
use crate::domain::days_from_date;
use crate::outputs::{ColumnData, OutColumn, OutTable, OutputError};
use crate::previous::SegmentNight;

/// Nights that the history goes back, tonight included.
const NIGHTS: usize = 30;

/// `history.parquet`: how large segments were on the last nights.
pub(super) fn table(night: &Night<'_>) -> Result<OutTable, OutputError> {
    let tonight = night
        .segmentation
        .segments
        .iter()
        .map(|segment| SegmentNight {
            as_of: night.tables.night.as_of,
            run_id: night.run_id.to_owned(),
            segment_id: segment.id.clone(),
            name: segment.name.clone(),
            size: segment.size as u64,
            share: segment.share,
        });
    let mut rows: Vec<SegmentNight> = night.history.to_vec();
    rows.extend(tonight);
    let mut days: Vec<_> = rows.iter().map(|row| row.as_of).collect();
    days.sort_unstable();
    days.dedup();
    let first = days[days.len().saturating_sub(NIGHTS)..].first().copied();
    rows.retain(|row| Some(row.as_of) >= first);
    OutTable::new(
        "history",
        "One row per segment and night: its size on the last thirty nights up to this one.",
        vec![
            OutColumn::new(
                "as_of",
                "The night.",
                ColumnData::Date(rows.iter().map(|r| Some(days_from_date(r.as_of))).collect()),
            ),
            OutColumn::new("run_id", "The run.", text(rows.iter().map(|r| &r.run_id))),
            OutColumn::new(
                "segment_id",
                "The segment.",
                text(rows.iter().map(|r| &r.segment_id)),
            ),
            OutColumn::new(
                "name",
                "Its name that night.",
                text(rows.iter().map(|r| &r.name)),
            ),
            OutColumn::new("size", "Customers in it.", int(rows.iter().map(|r| r.size)))
                .unit("customers"),
            OutColumn::new(
                "share",
                "Part of all customers, 0 to 1.",
                float(rows.iter().map(|r| r.share)),
            )
            .unit("1"),
        ],
    )
}
