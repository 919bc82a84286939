use super::{Night, float, words};
use crate::outputs::{ColumnData, OutColumn, OutTable, OutputError};

/// `members.parquet`: which segment each customer belongs to.
pub(super) fn table(night: &Night<'_>) -> Result<OutTable, OutputError> {
    let segments = &night.segmentation.segments;
    let members = &night.segmentation.members;
    let id = |index: usize| segments.get(index).map(|segment| segment.id.as_str());
    let name = |index: usize| segments.get(index).map(|segment| segment.name.as_str());
    let rows = u32::try_from(members.len()).unwrap_or(u32::MAX);
    let mut columns = vec![
        OutColumn::new("customer_id", "The customer.", night.ids(0..rows)),
        OutColumn::new(
            "segment_id",
            "The segment; it keeps its id from night to night.",
            words(members.iter().map(|member| id(member.segment))),
        ),
        OutColumn::new(
            "segment_name",
            "The segment's name.",
            words(members.iter().map(|member| name(member.segment))),
        ),
        OutColumn::new(
            "confidence",
            "The probability that the customer belongs there rather than in another segment, 0 to 1.",
            float(members.iter().map(|member| member.confidence)),
        ),
        OutColumn::new(
            "second_segment_id",
            "The next nearest segment; for a customer outside, the nearest.",
            words(members.iter().map(|member| member.second.and_then(id))),
        ),
    ];
    for (interest, affinity) in night.plan.view.interests.iter().zip(night.affinities) {
        columns.push(OutColumn::new(
            interest.column(),
            format!(
                "Affinity to {}, from 0 to 1; 0.5 is a typical user.",
                interest.label.text(crate::domain::Language::En)
            ),
            float(affinity.affinity.iter().copied()),
        ));
    }
    for (tag, holds) in night.plan.view.tags.iter().zip(night.tags) {
        let label = tag.label.text(crate::domain::Language::En);
        columns.push(OutColumn::new(
            tag.name.clone(),
            format!("Tag: {label}."),
            ColumnData::Bool(holds.iter().map(|&yes| Some(yes)).collect()),
        ));
    }
    OutTable::new(
        "members",
        "One row per customer: segment, affinities and tags.",
        columns,
    )
}
