use super::{Night, int, text};
use crate::outputs::{ColumnData, OutColumn, OutTable, OutputError};
use crate::segments::QUIET;

/// `rules.parquet`: the segments in rules that a person can read.
pub(super) fn table(night: &Night<'_>) -> Result<OutTable, OutputError> {
    let segments = &night.segmentation.segments;
    let rules = &night.segmentation.rules;
    // Quiet is whom the pipeline says: the rule makes the segment.
    let quiet = segments.iter().any(|segment| segment.id == QUIET);
    let quiet = night.plan.file.segments.quiet.iter().filter(|_| quiet);
    let places = rules.iter().enumerate().map(|(at, rule)| {
        let before = rules[..at].iter().rev();
        1 + before
            .take_while(|other| other.segment == rule.segment)
            .count()
    });
    let ids = rules
        .iter()
        .map(|rule| segments[rule.segment].id.as_str())
        .chain(quiet.clone().map(|_| QUIET));
    let sentences = rules.iter().map(|rule| &rule.sentence).chain(quiet.clone());
    let conditions = rules.iter().map(|rule| &rule.condition);
    let conditions = conditions.chain(quiet.clone());
    let unmeasured = || quiet.clone().map(|_| None);
    let covers = rules.iter().map(|rule| rule.covers).chain(unmeasured());
    let precision = rules.iter().map(|rule| rule.precision).chain(unmeasured());
    OutTable::new(
        "rules",
        "One row per rule of thumb: who is in a segment, in words and in SQL; several rules of a segment go together by OR. The pipeline's rule makes the quiet segment.",
        vec![
            OutColumn::new("segment_id", "The segment.", text(ids)),
            OutColumn::new(
                "place",
                "Place among the segment's rules, the best is 1.",
                int(places.chain(quiet.clone().map(|_| 1))),
            )
            .unit("1"),
            OutColumn::new("rule", "What holds for its customers.", text(sentences)),
            OutColumn::new(
                "condition",
                "The same as an SQL condition over the features, as a tag or an activity's `eligible` takes it.",
                text(conditions),
            ),
            OutColumn::new(
                "covers",
                "Share of the segment's customers for whom it holds, 0 to 1, at the model's fit and on customers not used to find it; empty for a rule that makes its segment.",
                ColumnData::Float(covers.collect()),
            )
            .unit("1"),
            OutColumn::new(
                "precision",
                "Share of the segment's customers among those for whom it holds, 0 to 1, measured in the same way.",
                ColumnData::Float(precision.collect()),
            )
            .unit("1"),
        ],
    )
}
