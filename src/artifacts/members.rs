use super::{Night, float, words};
use crate::outputs::{ColumnData, OutColumn, OutTable, OutputError};

/// `members.parquet`: which segment each customer belongs to, and why.
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
        )
.unit("1"),
        OutColumn::new(
            "second_segment_id",
            "The next nearest segment; for a customer outside, the nearest.",
            words(members.iter().map(|member| member.second.and_then(id))),
        ),
        OutColumn::new(
            "distance",
            "Distance to the middle of the segment in scaled units; of a dense region, to its nearest core point. Empty in segments set apart by rule.",
            ColumnData::Float(members.iter().map(|member| member.distance).collect()),
        )
.unit("scaled units"),
        OutColumn::new(
            "because",
            "What speaks most for the segment against the second one, the most telling first, at most three features: higher or lower than half way between the two, yes or no, or the level. Empty in reserved segments.",
            because(night),
        ),
    ];
    // Who opted out of personalisation has no profile to be looked at.
    let shown = night.shown();
    for (interest, affinity) in night.plan.view.interests.iter().zip(night.affinities) {
        columns.push(
            OutColumn::new(
                interest.column(),
                format!(
                    "Affinity to {}, from 0 to 1; 0.5 is a typical user.",
                    interest.label.text(crate::domain::Language::En)
                ),
                ColumnData::Float(kept(&affinity.affinity, &shown)),
            )
            .unit("1"),
        );
    }
    for (tag, holds) in night.plan.view.tags.iter().zip(night.tags) {
        let label = tag.label.text(crate::domain::Language::En);
        columns.push(OutColumn::new(
            tag.name.clone(),
            format!("Tag: {label}."),
            ColumnData::Bool(kept(holds, &shown)),
        ));
    }
    OutTable::new(
        "members",
        "One row per customer: segment and why, affinities and tags; the latter two are empty for customers who opted out of personalisation.",
        columns,
    )
}

fn kept<T: Copy>(values: &[T], shown: &[bool]) -> Vec<Option<T>> {
    let values = values.iter().zip(shown);
    values
        .map(|(&value, shown)| shown.then_some(value))
        .collect()
}

/// The texts are few, so a row takes two bytes before compression.
fn because(night: &Night<'_>) -> ColumnData {
    let (places, texts) = night.segmentation.reasons.texts();
    if texts.len() >= usize::from(ColumnData::NO_WORD) {
        let text = |place: Option<u32>| place.and_then(|at| texts.get(at as usize)).cloned();
        return ColumnData::Text(places.into_iter().map(text).collect());
    }
    let code = |place: Option<u32>| {
        place
            .and_then(|at| u16::try_from(at).ok())
            .unwrap_or(ColumnData::NO_WORD)
    };
    ColumnData::Word {
        codes: places.into_iter().map(code).collect(),
        words: texts,
    }
}
