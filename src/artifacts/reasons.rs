use jiff::civil::Date;

use super::calls::call_id;
use super::{Night, int, optional_text, text, words};
use crate::calls::{Hold, ReasonState};
use crate::domain::days_from_date;
use crate::outputs::{ColumnData, OutColumn, OutTable, OutputError};

/// `reasons.parquet`: what became of every reason of every customer. The next
/// night takes the age, the attempts and the owners from here.
pub(super) fn table(night: &Night<'_>) -> Result<OutTable, OutputError> {
    let (rows, calls) = (&night.calls.ledger, &night.calls.calls);
    let file = &night.plan.file;
    let reason = |index: u16| file.calls[usize::from(index)].id.as_str();
    let activity = |index: u16| file.activities[usize::from(index)].id.as_str();
    let held = |state: ReasonState| match state {
        ReasonState::Held(hold) => Some(Hold::as_str(hold)),
        _ => None,
    };
    let leads = |state: ReasonState| matches!(state, ReasonState::Call { leads: true, .. });
    OutTable::new(
        "reasons",
        "One row per customer and reason: in a call, carried over, held and why, done or given up.",
        vec![
            OutColumn::new(
                "customer_id",
                "The customer.",
                night.ids(rows.iter().map(|r| r.hit.row)),
            ),
            OutColumn::new(
                "reason",
                "The reason.",
                words(rows.iter().map(|r| Some(reason(r.hit.reason)))),
            ),
            OutColumn::new(
                "activity_id",
                "The activity, where the reason comes from one.",
                words(rows.iter().map(|r| r.hit.activity.map(activity))),
            ),
            OutColumn::new(
                "since",
                "Since when it is open.",
                dates(rows.iter().map(|r| Some(r.since))),
            ),
            OutColumn::new(
                "due_at",
                "When it is due, in the customer's zone with its offset.",
                optional_text(rows.iter().map(|r| r.due_at)),
            ),
            OutColumn::new(
                "attempt",
                "Which attempt about it is next, from 1.",
                int(rows.iter().map(|r| r.attempt)),
            )
            .unit("1"),
            OutColumn::new(
                "tried_on",
                "The last day on which it was tried.",
                dates(rows.iter().map(|r| r.tried_on)),
            ),
            OutColumn::new(
                "owner",
                "Who answers for it.",
                text(rows.iter().map(|r| &r.owner)),
            ),
            OutColumn::new(
                "team",
                "The team that has it, or would.",
                words(rows.iter().map(|r| Some(r.team.as_str()))),
            ),
            OutColumn::new(
                "state",
                "planned, carried_over, held, done or expired.",
                words(rows.iter().map(|r| Some(r.state.as_str()))),
            ),
            OutColumn::new(
                "call_id",
                "The call that it is part of.",
                optional_text(
                    rows.iter()
                        .map(|r| Some(call_id(night, calls.get(r.call?)?))),
                ),
            ),
            OutColumn::new(
                "leads",
                "Whether it is the leading reason of its call.",
                ColumnData::Bool(rows.iter().map(|r| Some(leads(r.state))).collect()),
            ),
            OutColumn::new(
                "held_by",
                "What keeps it back, where something does.",
                words(rows.iter().map(|r| held(r.state))),
            ),
            OutColumn::new(
                "overdue",
                "Whether it is open and its due time has passed, and it is not marketing that policy \
                 keeps back.",
                ColumnData::Bool(rows.iter().map(|r| Some(r.overdue)).collect()),
            ),
            OutColumn::new(
                "waits",
                "Nights in a row without room in the team's hours.",
                int(rows.iter().map(|r| r.waits)),
            )
            .unit("nights"),
            OutColumn::new(
                "listed_on",
                "The night that listed it, while its outcome is not known.",
                dates(rows.iter().map(|r| r.listed_on)),
            ),
            OutColumn::new(
                "by_machine",
                "Whether a machine sends it.",
                ColumnData::Bool(rows.iter().map(|r| Some(r.by_machine)).collect()),
            ),
            OutColumn::new(
                "done_on",
                "The day on which it was done.",
                dates(rows.iter().map(|r| match r.state {
                    ReasonState::Done(day) => Some(day),
                    _ => None,
                })),
            ),
        ],
    )
}

fn dates(days: impl Iterator<Item = Option<Date>>) -> ColumnData {
    ColumnData::Date(days.map(|day| day.map(days_from_date)).collect())
}
