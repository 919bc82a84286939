use super::{Night, int, text, words};
use crate::calls::HitRef;
use crate::domain::days_from_date;
use crate::outputs::{ColumnData, OutColumn, OutTable, OutputError};

/// `calls.parquet`: the call queue, in the order in which it is worked.
pub(super) fn table(night: &Night<'_>) -> Result<OutTable, OutputError> {
    let calls = &night.calls.calls;
    let file = &night.plan.file;
    let reason = |hit: &HitRef| file.calls[usize::from(hit.reason)].id.as_str();
    let activity = |hit: &HitRef| {
        hit.activity
            .map(|index| file.activities[usize::from(index)].id.as_str())
    };
    let further = |hits: &[HitRef]| hits.iter().map(reason).collect::<Vec<_>>().join(", ");
    OutTable::new(
        "calls",
        "One row per call, message or visit, in the order in which they are made.",
        vec![
            OutColumn::new(
                "customer_id",
                "The customer to reach.",
                night.ids(calls.iter().map(|c| c.lead.row)),
            ),
            OutColumn::new(
                "reason",
                "The leading reason.",
                words(calls.iter().map(|c| Some(reason(&c.lead)))),
            ),
            OutColumn::new(
                "activity_id",
                "The activity, where the reason comes from one.",
                words(calls.iter().map(|c| activity(&c.lead))),
            ),
            OutColumn::new(
                "further_reasons",
                "Further reasons of the same phone or household, comma-separated.",
                text(calls.iter().map(|c| further(&c.further_reasons))),
            ),
            OutColumn::new(
                "action",
                "sms, call, survey, promotion or visit.",
                words(calls.iter().map(|c| Some(c.action.as_str()))),
            ),
            OutColumn::new(
                "channel",
                "app, sms, call or visit.",
                words(calls.iter().map(|c| Some(c.channel.as_str()))),
            ),
            OutColumn::new(
                "team",
                "The team that does it.",
                words(calls.iter().map(|c| Some(c.team.as_str()))),
            ),
            OutColumn::new(
                "owner",
                "Who answers for it.",
                words(calls.iter().map(|c| Some(c.owner.as_str()))),
            ),
            OutColumn::new(
                "priority",
                "The lowest is first.",
                int(calls.iter().map(|c| c.priority)),
            )
            .unit("1"),
            OutColumn::new(
                "since",
                "The first day the reason was seen.",
                ColumnData::Date(
                    calls
                        .iter()
                        .map(|c| Some(days_from_date(c.since)))
                        .collect(),
                ),
            ),
            OutColumn::new(
                "due_at",
                "When it is due, in the customer's zone with its offset.",
                text(calls.iter().map(|c| c.due_at)),
            ),
            OutColumn::new(
                "not_before",
                "Not earlier than this, in the customer's zone with its offset.",
                text(calls.iter().map(|c| c.not_before)),
            ),
            OutColumn::new(
                "not_after",
                "Not later than this, in the customer's zone with its offset.",
                text(calls.iter().map(|c| c.not_after)),
            ),
            OutColumn::new(
                "attempt",
                "Which attempt about the reason it is, from 1.",
                int(calls.iter().map(|c| c.attempt)),
            )
            .unit("1"),
            OutColumn::new(
                "status",
                "planned for today, or carried_over.",
                words(calls.iter().map(|c| Some(c.status.as_str()))),
            ),
            OutColumn::new(
                "script",
                "What to say.",
                text(calls.iter().map(|c| &c.script)),
            ),
            OutColumn::new(
                "talking_points",
                "What to raise besides, separated by semicolons.",
                text(calls.iter().map(|c| c.talking_points.join("; "))),
            ),
        ],
    )
}
