use super::{Night, float, int, text, words};
use crate::outputs::{ColumnData, OutColumn, OutTable, OutputError};

/// `segments.parquet`: the segments of the night.
pub(super) fn table(night: &Night<'_>) -> Result<OutTable, OutputError> {
    let segments = &night.segmentation.segments;
    let top = |index: usize| {
        let parts: Vec<String> = segments[index]
            .top_interests
            .iter()
            .map(|(interest, lift)| format!("{interest} {lift:.2}"))
            .collect();
        parts.join(", ")
    };
    OutTable::new(
        "segments",
        "One row per segment.",
        vec![
            OutColumn::new(
                "segment_id",
                "The segment; it keeps its id from night to night.",
                text(segments.iter().map(|s| &s.id)),
            ),
            OutColumn::new(
                "name",
                "The segment's name.",
                text(segments.iter().map(|s| &s.name)),
            ),
            OutColumn::new(
                "size",
                "Customers in it.",
                int(segments.iter().map(|s| s.size)),
            )
.unit("customers"),
            OutColumn::new(
                "share",
                "Part of all customers, 0 to 1.",
                float(segments.iter().map(|s| s.share)),
            )
.unit("1"),
            OutColumn::new(
                "stability",
                "Mean Jaccard similarity over bootstrap refits (Hennig 2007), 0 to 1; highly stable from 0.85 on, doubtful below 0.75.",
                ColumnData::Float(segments.iter().map(|s| s.stability).collect()),
            )
.unit("1"),
            OutColumn::new(
                "status",
                "What happened since the previous run: kept, new, split, merged, retired, or reserved by rule.",
                words(segments.iter().map(|s| Some(s.status.as_str()))),
            ),
            OutColumn::new(
                "lineage",
                "The segments it came from, comma-separated.",
                text(segments.iter().map(|s| s.lineage.join(", "))),
            ),
            OutColumn::new(
                "top_interests",
                "The interests that stand out, with their lift (1 is the average customer).",
                text((0..segments.len()).map(top)),
            ),
        ],
    )
}
