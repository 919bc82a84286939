use super::{Night, int, text, words};
use crate::calls::{Hold, ReasonState};
use crate::domain::days_from_date;
use crate::outputs::{ColumnData, OutColumn, OutTable, OutputError};

/// `reasons.parquet`: what became of every reason of every customer. The next
/// night takes the age, the attempts and the owners from here.
pub(super) fn table(night: &Night<'_>) -> Result<OutTable, OutputError> {
    let rows = &night.calls.ledger;
    let file = &night.plan.file;
    let reason = |index: u16| file.calls[usize::from(index)].id.as_str();
    let activity = |index: u16| file.activities[usize::from(index)].id.as_str();
    let held = |state: ReasonState| match state {
        ReasonState::Held(hold) => Some(Hold::as_str(hold)),
        ReasonState::Call { .. } => None,
    };
    let leads = |state: ReasonState| matches!(state, ReasonState::Call { leads: true, .. });
    OutTable::new(
        "reasons",
        "One row per customer and reason: in a call, carried over, or held and why.",
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
                "The first day the reason was seen.",
                ColumnData::Date(rows.iter().map(|r| Some(days_from_date(r.since))).collect()),
            ),
            OutColumn::new(
                "attempt",
                "Which attempt about it is next, from 1.",
                int(rows.iter().map(|r| r.attempt)),
            )
            .unit("1"),
            OutColumn::new(
                "owner",
                "Who answers for it.",
                text(rows.iter().map(|r| &r.owner)),
            ),
            OutColumn::new(
                "state",
                "planned, carried_over or held.",
                words(rows.iter().map(|r| Some(r.state.as_str()))),
            ),
            OutColumn::new(
                "leads",
                "Whether it is the leading reason of its call.",
                ColumnData::Bool(rows.iter().map(|r| Some(leads(r.state))).collect()),
            ),
            OutColumn::new(
                "held_by",
                "The rule that keeps it back, where one does.",
                words(rows.iter().map(|r| held(r.state))),
            ),
        ],
    )
}
