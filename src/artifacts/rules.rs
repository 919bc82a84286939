use super::{Night, int, text};
use crate::outputs::{ColumnData, OutColumn, OutTable, OutputError};

/// `rules.parquet`: the segments in rules that a person can read.
pub(super) fn table(night: &Night<'_>) -> Result<OutTable, OutputError> {
    let segments = &night.segmentation.segments;
    let rules = &night.segmentation.rules;
    let places = rules.iter().enumerate().map(|(at, rule)| {
        let before = rules[..at].iter().rev();
        1 + before
            .take_while(|other| other.segment == rule.segment)
            .count()
    });
    OutTable::new(
        "rules",
        "One row per rule of thumb: who is in a segment, in words and in SQL; several rules of a segment go together by OR.",
        vec![
            OutColumn::new(
                "segment_id",
                "The segment.",
                text(rules.iter().map(|rule| &segments[rule.segment].id)),
            ),
            OutColumn::new(
                "place",
                "Place among the segment's rules, the best is 1.",
                int(places),
            )
.unit("1"),
            OutColumn::new(
                "rule",
                "What holds for its customers.",
                text(rules.iter().map(|rule| &rule.sentence)),
            ),
            OutColumn::new(
                "condition",
                "The same as an SQL condition over the features, as a tag or an activity's `eligible` takes it.",
                text(rules.iter().map(|rule| &rule.condition)),
            ),
            OutColumn::new(
                "covers",
                "Share of the segment's customers for whom it holds, 0 to 1, at the model's fit and on customers not used to find it.",
                ColumnData::Float(rules.iter().map(|rule| rule.covers).collect()),
            )
.unit("1"),
            OutColumn::new(
                "precision",
                "Share of the segment's customers among those for whom it holds, 0 to 1, measured in the same way.",
                ColumnData::Float(rules.iter().map(|rule| rule.precision).collect()),
            )
.unit("1"),
        ],
    )
}
