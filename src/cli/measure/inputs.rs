//! The input tables that published runs are measured with.

use std::collections::{BTreeMap, HashMap};

use polars::prelude::*;

use super::super::{Exit, Failure};
use super::Response as Asked;
use super::files::numbers;
use crate::domain::{Phone, Unit};
use crate::measure::Response;
use crate::previous::texts;
use crate::tables::ValidTables;
use crate::view::contact_units;

/// The customers and their contact units.
pub(super) struct Customers {
    /// The row of each id.
    pub(super) rows: HashMap<String, u32>,
    /// The contact unit of each row.
    pub(super) unit: Vec<Unit>,
}

impl Customers {
    pub(super) fn read(tables: &ValidTables) -> Result<Self, Failure> {
        let frame = collected(
            tables,
            "customers",
            &["customer_id", "contact_unit", "phone"],
        )?;
        let ids: Vec<String> = texts(&frame, "customer_id")
            .into_iter()
            .map(Option::unwrap_or_default)
            .collect();
        let phones: Vec<Option<Phone>> = texts(&frame, "phone")
            .into_iter()
            .map(|phone| Phone::parse(&phone?).ok())
            .collect();
        let (unit, _) = contact_units(&ids, &phones, &texts(&frame, "contact_unit"));
        Ok(Self {
            rows: ids.into_iter().zip(0..).collect(),
            unit,
        })
    }
}

/// What customers did, in order of customer and activity. Outcomes of
/// activities that no run knows, or of unknown customers, are passed over.
pub(super) fn responses(
    tables: &ValidTables,
    customers: &Customers,
    activities: &BTreeMap<String, u16>,
    asked: Asked,
) -> Result<Vec<Response>, Failure> {
    let frame = outcomes(tables, asked, &["at"])?;
    let column = asked.column();
    let (ids, names) = (texts(&frame, "customer_id"), texts(&frame, "activity_id"));
    let (values, days) = (numbers(&frame, column), days(&frame, "at"));
    let mut responses: Vec<Response> = ids
        .iter()
        .zip(&names)
        .zip(values.into_iter().zip(days))
        .filter_map(|((id, name), (value, day))| {
            Some(Response {
                customer: *customers.rows.get(id.as_deref()?)?,
                activity: *activities.get(name.as_deref()?)?,
                day,
                value: value?,
            })
        })
        .collect();
    responses.sort_by(|a, b| {
        let key = |response: &Response| (response.customer, response.activity, response.day);
        key(a).cmp(&key(b)).then(a.value.total_cmp(&b.value))
    });
    Ok(responses)
}

/// An outcome of one activity.
pub(super) struct Recorded {
    /// The customer's contact unit.
    pub(super) unit: Unit,
    /// Whether the customer was held out.
    pub(super) held_out: bool,
    /// What was asked for.
    pub(super) value: f64,
}

/// The outcomes of an activity that say whether the customer was held out.
pub(super) fn outcomes_of(
    tables: &ValidTables,
    customers: &Customers,
    activity: &str,
    asked: Asked,
) -> Result<Vec<Recorded>, Failure> {
    let frame = outcomes(tables, asked, &["held_out"])?;
    let (ids, names) = (texts(&frame, "customer_id"), texts(&frame, "activity_id"));
    let values = numbers(&frame, asked.column());
    let held = numbers(&frame, "held_out");
    let rows = ids.iter().zip(&names).zip(values.into_iter().zip(held));
    let recorded = rows
        .filter(|((_, name), _)| name.as_deref() == Some(activity))
        .filter_map(|((id, _), (value, held))| {
            let row = *customers.rows.get(id.as_deref()?)?;
            Some(Recorded {
                unit: customers.unit[row as usize],
                held_out: held? == 1.0,
                value: value?,
            })
        });
    Ok(recorded.collect())
}

/// The outcomes table with the column that is asked for, which must be there.
fn outcomes(tables: &ValidTables, asked: Asked, more: &[&str]) -> Result<DataFrame, Failure> {
    let column = asked.column();
    let columns = [&["customer_id", "activity_id", column], more].concat();
    let frame = collected(tables, "outcomes", &columns)?;
    if frame.column(column).is_err() {
        return Err(Failure::new(
            Exit::Usage,
            format!(
                "the table `outcomes` has no column `{column}`\n  next: map it in \
                 [tables.outcomes], or give another --response"
            ),
        ));
    }
    Ok(frame)
}

/// The days of a column, since 1970-01-01; none where it is not there.
fn days(frame: &DataFrame, column: &str) -> Vec<Option<i32>> {
    let days = frame
        .column(column)
        .and_then(|days| days.cast(&DataType::Date)?.cast(&DataType::Int32));
    match days.as_ref().map(|days| days.i32()) {
        Ok(Ok(days)) => days.iter().collect(),
        _ => vec![None; frame.height()],
    }
}

/// Some columns of an input table, as far as it has them.
fn collected(tables: &ValidTables, name: &str, columns: &[&str]) -> Result<DataFrame, Failure> {
    let Some(table) = tables.tables.get(name) else {
        return Ok(DataFrame::empty());
    };
    let there: Vec<Expr> = columns
        .iter()
        .filter(|column| table.schema.contains(column))
        .map(|column| col(*column))
        .collect();
    table
        .frame
        .clone()
        .select(there)
        .collect()
        .map_err(|error| {
            let reason = crate::rules::first_line(&error);
            Failure::new(Exit::Data, format!("table `{name}`: {reason}"))
        })
}
