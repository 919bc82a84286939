//! The input tables that published runs are measured with.

use std::collections::HashMap;

use super::super::{Exit, Failure};
use super::Response as Asked;
use crate::domain::{Phone, Unit, days_from_date};
use crate::measure::Outcome;
use crate::records::Rows;
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
        let rows = rows(
            tables,
            "customers",
            &["customer_id", "contact_unit", "phone"],
        )?;
        let ids: Vec<String> = rows
            .texts("customer_id")
            .into_iter()
            .map(Option::unwrap_or_default)
            .collect();
        let phones: Vec<Option<Phone>> = rows
            .texts("phone")
            .into_iter()
            .map(|phone| Phone::parse(&phone?).ok())
            .collect();
        let (unit, _) = contact_units(&ids, &phones, &rows.texts("contact_unit"));
        Ok(Self {
            rows: ids.into_iter().zip(0..).collect(),
            unit,
        })
    }
}

/// What customers did; the column that is asked for must be there. Outcomes of
/// unknown customers are passed over.
pub(super) fn outcomes(
    tables: &ValidTables,
    customers: &Customers,
    asked: Asked,
) -> Result<Vec<Outcome>, Failure> {
    let column = asked.column();
    let columns = ["customer_id", "activity_id", column, "at", "held_out"];
    let rows = rows(tables, "outcomes", &columns)?;
    if !rows.has(column) {
        return Err(Failure::new(
            Exit::Usage,
            format!(
                "the table `outcomes` has no column `{column}`\n  next: map it in \
                 [tables.outcomes], or give another --response"
            ),
        ));
    }
    let (ids, activities) = (rows.texts("customer_id"), rows.texts("activity_id"));
    let (values, days) = (rows.numbers(column), rows.dates("at"));
    let held_out = rows.flags("held_out");
    let outcomes = ids.iter().zip(activities).enumerate();
    let outcomes = outcomes.filter_map(|(at, (id, activity))| {
        Some(Outcome {
            customer: *customers.rows.get(id.as_deref()?)?,
            activity: activity?,
            day: days[at].map(days_from_date),
            value: values[at]?,
            held_out: held_out[at],
        })
    });
    Ok(outcomes.collect())
}

fn rows(tables: &ValidTables, name: &str, columns: &[&str]) -> Result<Rows, Failure> {
    Rows::read(tables, name, columns)?
        .ok_or_else(|| Failure::new(Exit::Usage, format!("the pipeline has no table `{name}`")))
}
