use super::{Night, float, int, optional_text, text, words};
use crate::calls::{Call, HitRef};
use crate::domain::days_from_date;
use crate::outputs::{ColumnData, OutColumn, OutTable, OutputError};

/// What the call is about, by which it is known again on the next night:
/// reason, customer and first day, and the activity where there is one.
pub(super) fn call_id(night: &Night<'_>, call: &Call) -> String {
    let file = &night.plan.file;
    let reason = &file.calls[usize::from(call.lead.reason)].id;
    let customer = &night.view.people.ids[call.lead.row as usize];
    let since = call.since;
    match call.lead.activity {
        Some(activity) => {
            let activity = &file.activities[usize::from(activity)].id;
            format!("{reason}:{customer}:{since}:{activity}")
        }
        None => format!("{reason}:{customer}:{since}"),
    }
}

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
                "call_id",
                "The matter; it keeps its id while it is carried over.",
                text(calls.iter().map(|c| call_id(night, c))),
            ),
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
                "starts_at",
                "About when it is made, if that is today: the plan of the day.",
                optional_text(calls.iter().map(|c| c.starts_at)),
            ),
            OutColumn::new(
                "promised_at",
                "When the customer was promised to be called back, if that is kept.",
                optional_text(calls.iter().map(|c| c.promised_at)),
            ),
            OutColumn::new(
                "planned_for",
                "The day for which it is planned; missing beyond the days planned.",
                ColumnData::Date(
                    calls
                        .iter()
                        .map(|c| c.planned_for.map(days_from_date))
                        .collect(),
                ),
            ),
            OutColumn::new(
                "minutes",
                "Minutes of an agent that it takes.",
                float(calls.iter().map(|c| c.minutes)),
            )
            .unit("min"),
            OutColumn::new(
                "late",
                "Whether it is due before it can be made.",
                ColumnData::Bool(calls.iter().map(|c| Some(c.late)).collect()),
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
                "sentence",
                "The reasons in a sentence each, separated by semicolons.",
                text(calls.iter().map(|c| &c.sentence)),
            ),
            OutColumn::new(
                "script",
                "What to say.",
                text(calls.iter().map(|c| &c.script)),
            ),
            OutColumn::new(
                "talking_points",
                "What to raise besides, separated by semicolons; promises are in the lists.",
                text(calls.iter().map(|c| c.talking_points.join("; "))),
            ),
        ],
    )
}
