//! Who meets the conditions of call reasons tonight, and since when.

use jiff::ToSpan;
use jiff::civil::Date;

use super::NightError;
use crate::calls::ReasonHit;
use crate::pipeline::Plan;
use crate::view::CustomerView;

/// Who meets the conditions of call reasons tonight.
pub(super) struct Reasons {
    /// By reason, and by row within it.
    pub(super) hits: Vec<ReasonHit>,
    /// The reasons that are conditions.
    conditions: Vec<u16>,
    /// By row: whether a reason that blocks promotion holds.
    pub(super) service_first: Vec<bool>,
}

impl Reasons {
    /// The customers who meet each of so many reasons, where it is a condition.
    pub(super) fn rows(&self, reasons: usize) -> Vec<Option<Vec<u32>>> {
        let mut rows: Vec<Option<Vec<u32>>> = vec![None; reasons];
        for hit in &self.hits {
            rows[usize::from(hit.reason)]
                .get_or_insert_default()
                .push(hit.row);
        }
        for &reason in &self.conditions {
            rows[usize::from(reason)].get_or_insert_default();
        }
        rows
    }
}

/// Evaluates every call reason that is a condition; each hit is open since the
/// day of what it is about.
pub(super) fn reasons(
    plan: &Plan,
    view: &CustomerView,
    as_of: Date,
) -> Result<Reasons, NightError> {
    let mut reasons = Reasons {
        hits: Vec::new(),
        conditions: Vec::new(),
        service_first: vec![false; view.people.len()],
    };
    let numbers = |column: Option<&String>| column.map(|name| view.numbers(name)).transpose();
    for (index, (call, when)) in (0u16..).zip(plan.file.calls.iter().zip(&plan.call_when)) {
        let Some(when) = when else { continue };
        reasons.conditions.push(index);
        let days_ago = numbers(call.days_ago.as_ref())?;
        let values = numbers(call.value.as_ref())?;
        let at = |numbers: Option<&Vec<f64>>, row: usize| numbers.map(|numbers| numbers[row]);
        for (row, holds) in view.holds(&call.id, when)?.into_iter().enumerate() {
            if !holds {
                continue;
            }
            let days = at(days_ago.as_ref(), row).filter(|days| (0.0..3e6).contains(days));
            let since = days.and_then(|days| as_of.checked_sub((days as i64).days()).ok());
            let value = at(values.as_ref(), row).filter(|value| value.is_finite());
            reasons.hits.push(ReasonHit {
                row: row as u32,
                reason: index,
                activity: None,
                since: since.unwrap_or(as_of),
                dated: since.is_some(),
                value: value.unwrap_or_default(),
            });
            reasons.service_first[row] |= call.blocks_marketing();
        }
    }
    Ok(reasons)
}
