//! Call reasons as the previous run left them.

use jiff::civil::Date;
use polars::prelude::*;

use crate::calls::CarriedCall;
use crate::pipeline::Plan;
use crate::previous::{self, PreviousError};
use crate::store::Run;
use crate::view::CustomerView;

/// The rows of the previous run's ledger; those of reasons, activities and
/// customers that there are no more are passed over.
pub(super) fn carried(
    plan: &Plan,
    view: &CustomerView,
    previous: Option<&Run>,
) -> Result<Vec<CarriedCall>, PreviousError> {
    let Some(run) = previous else {
        return Ok(Vec::new());
    };
    let columns = [
        "customer_id",
        "reason",
        "activity_id",
        "since",
        "attempt",
        "tried_on",
        "owner",
        "state",
        "leads",
        "call_id",
        "waits",
        "listed_on",
        "by_machine",
        "done_on",
    ];
    let frame = previous::frame(run, "reasons.parquet", &columns)?;
    let texts = |name: &str| previous::texts(&frame, name);
    let (ids, reasons, activities) = (texts("customer_id"), texts("reason"), texts("activity_id"));
    let (owners, states, calls) = (texts("owner"), texts("state"), texts("call_id"));
    let dates = |name: &str| -> Vec<Option<Date>> {
        let read = |text: Option<String>| text.as_deref()?.parse().ok();
        texts(name).into_iter().map(read).collect()
    };
    let (since, tried, listed, done) = (
        dates("since"),
        dates("tried_on"),
        dates("listed_on"),
        dates("done_on"),
    );
    let (attempts, waits) = (counts(&frame, "attempt"), counts(&frame, "waits"));
    let (machine, leads) = (flags(&frame, "by_machine"), flags(&frame, "leads"));
    let activity_ids: Vec<&str> = plan
        .file
        .activities
        .iter()
        .map(|activity| activity.id.as_str())
        .collect();
    let reason_ids: Vec<&str> = plan
        .file
        .calls
        .iter()
        .map(|reason| reason.id.as_str())
        .collect();
    let index_of = |ids: &[&str], wanted: &str| {
        let place = ids.iter().position(|id| *id == wanted)?;
        u16::try_from(place).ok()
    };
    let call = |index: usize| {
        let activity = match activities[index].as_deref() {
            Some(id) => Some(index_of(&activity_ids, id)?),
            None => None,
        };
        Some(CarriedCall {
            row: u32::try_from(view.people.row(ids[index].as_deref()?)?).ok()?,
            reason: index_of(&reason_ids, reasons[index].as_deref()?)?,
            activity,
            since: since[index]?,
            attempt: attempts[index]?,
            tried_on: tried[index],
            owner: owners[index].clone()?,
            listed_on: listed[index],
            by_machine: machine[index],
            done_on: done[index],
            given_up: states[index].as_deref() == Some("expired"),
            waits: waits[index].unwrap_or_default(),
            call_id: calls[index].clone(),
            leads: leads[index],
        })
    };
    Ok((0..frame.height()).filter_map(call).collect())
}

fn counts(frame: &DataFrame, column: &str) -> Vec<Option<u32>> {
    let cast = frame
        .column(column)
        .and_then(|column| column.cast(&DataType::UInt32));
    match cast.as_ref().map(|column| column.u32()) {
        Ok(Ok(values)) => values.iter().collect(),
        _ => vec![None; frame.height()],
    }
}

fn flags(frame: &DataFrame, column: &str) -> Vec<bool> {
    match frame.column(column).map(|column| column.bool()) {
        Ok(Ok(values)) => values.iter().map(|value| value == Some(true)).collect(),
        _ => vec![false; frame.height()],
    }
}
