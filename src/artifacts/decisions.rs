use super::{Night, float};
use crate::domain::{Decision, DecisionReason, days_from_date};
use crate::outputs::{ColumnData, OutColumn, OutTable, OutputError};

/// `decisions.parquet`: what became of every candidate, and why.
pub(super) fn table(night: &Night<'_>) -> Result<OutTable, OutputError> {
    let candidates = &night.campaign.candidates;
    let activities = night
        .plan
        .file
        .activities
        .iter()
        .map(|activity| activity.id.clone());
    let decisions = Decision::ALL.map(|decision| decision.as_str().to_owned());
    let reasons = DecisionReason::ALL.map(|reason| reason.as_str().to_owned());
    OutTable::new(
        "decisions",
        "One row per candidate: an eligible customer and an activity.",
        vec![
            OutColumn::new(
                "customer_id",
                "The customer.",
                night.ids(candidates.row.iter().copied()),
            ),
            OutColumn::new(
                "activity_id",
                "The activity.",
                ColumnData::Word {
                    codes: candidates.activity.clone(),
                    words: activities.collect(),
                },
            ),
            OutColumn::new(
                "decision",
                "invited, waitlist, control, suppressed or not_selected.",
                ColumnData::Word {
                    codes: candidates
                        .reason
                        .iter()
                        .map(|reason| reason.decision() as u16)
                        .collect(),
                    words: decisions.to_vec(),
                },
            ),
            OutColumn::new(
                "reason",
                "The first reason that decided; README lists them all.",
                ColumnData::Word {
                    codes: candidates
                        .reason
                        .iter()
                        .map(|&reason| reason as u16)
                        .collect(),
                    words: reasons.to_vec(),
                },
            ),
            OutColumn::new(
                "constraint",
                "The rule or limit that bound, where one did.",
                ColumnData::Word {
                    codes: candidates.constraint.clone(),
                    words: candidates.constraints.clone(),
                },
            ),
            OutColumn::new(
                "probability",
                "Probability of accepting, 0 to 1.",
                float(candidates.probability.iter().copied()),
            )
            .unit("1"),
            OutColumn::new(
                "value",
                "Expected net value: probability times worth, less cost.",
                float(candidates.value.iter().copied()),
            )
            .unit("currency of the pipeline"),
            OutColumn::new(
                "again_from",
                "Where earlier contacts keep the customer off (contact_cap, cool_off): the first day on which the same contacts no longer do.",
                ColumnData::Date(again_from(night)),
            ),
        ],
    )
}

/// By candidate, when earlier contacts will have left room again.
fn again_from(night: &Night<'_>) -> Vec<Option<i32>> {
    let candidates = &night.campaign.candidates;
    let units = &night.view.people.unit;
    let rows = candidates.row.iter().zip(&candidates.reason);
    rows.map(|(&row, reason)| match reason {
        DecisionReason::ContactCap | DecisionReason::CoolOff => {
            let unit = *units.get(row as usize)?;
            let day = night.campaign.again_from.get(unit as usize);
            day.copied().flatten().map(days_from_date)
        }
        _ => None,
    })
    .collect()
}
