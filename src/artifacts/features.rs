use std::collections::BTreeSet;

use polars::prelude::*;

use super::Night;
use crate::domain::Language;
use crate::outputs::{ColumnData, OutColumn, OutTable, OutputError};
use crate::rules;
use crate::tables::canonical;

/// What is known of a customer besides what rules look at.
const FACTS: [&str; 4] = ["district", "plan", "tier", "days_since_join_date"];

/// `features.parquet`: what segments are made from and what rules look at,
/// customer by customer. Nothing personal: no name, number or birth date, and of
/// the customers table's own columns no text but those that clubcall knows.
pub(super) fn table(night: &Night<'_>) -> Result<OutTable, OutputError> {
    let frame = &night.view.frame;
    let rows = u32::try_from(frame.height()).unwrap_or(u32::MAX);
    let mut columns = vec![OutColumn::new(
        "customer_id",
        "The customer.",
        night.ids(0..rows),
    )];
    let wanted = wanted(night);
    let shown = night.shown();
    for column in frame.columns() {
        let name = column.name().as_str();
        if !wanted.contains(name) {
            continue;
        }
        let Some((description, unit)) = described(night, name, column.dtype()) else {
            continue;
        };
        // A column that cannot be read is a fault of clubcall; the table's own
        // check of lengths finds it.
        let data = data(column, &shown).unwrap_or(ColumnData::Bool(Vec::new()));
        let column = OutColumn::new(name, description, data);
        columns.push(match unit {
            Some(unit) => column.unit(unit),
            None => column,
        });
    }
    OutTable::new(
        "features",
        "One row per customer: the features that segments are made from and the columns that rules look at; empty for customers who opted out of personalisation and for children.",
        columns,
    )
}

/// Clustered features, and every column that a rule of the pipeline reads.
fn wanted(night: &Night<'_>) -> BTreeSet<String> {
    let plan = night.plan;
    let clustered = plan.view.features.iter();
    let clustered = clustered
        .filter(|feature| feature.cluster.is_some())
        .map(|feature| feature.name.clone());
    let tags = plan.view.tags.iter().map(|tag| &tag.when);
    let rules = plan.eligible.iter().chain(tags).chain(&plan.quiet);
    let read = rules.chain(plan.call_when.iter().flatten());
    let facts = FACTS.iter().map(|&name| name.to_owned());
    clustered
        .chain(read.flat_map(rules::columns))
        .chain(facts)
        .collect()
}

/// What a column means and its unit; `None` where it is published elsewhere or
/// may be personal.
fn described(night: &Night<'_>, name: &str, dtype: &DataType) -> Option<(String, Option<String>)> {
    let view = &night.plan.view;
    let elsewhere = view
        .interests
        .iter()
        .any(|interest| interest.column() == name)
        || view.tags.iter().any(|tag| tag.name == name);
    if elsewhere
        || matches!(
            name,
            "customer_id" | "as_of" | "segment_id" | "segment_name"
        )
    {
        return None;
    }
    if let Some(feature) = view.features.iter().find(|feature| feature.name == name) {
        let label = feature.label.text(Language::En);
        return Some((format!("Feature: {label}."), feature.unit.clone()));
    }
    let known = canonical::find("customers").map_or(&[][..], |table| table.columns);
    let find = |name: &str| known.iter().find(|column| column.name == name);
    if name == "age" {
        return Some(("Age in whole years.".to_owned(), Some("years".to_owned())));
    }
    if let Some(date) = name.strip_prefix("days_since_") {
        let personal = find(date).is_some_and(|column| column.personal);
        let text = format!("Days since {date}; below 0 where it is still to come.");
        return (!personal).then(|| (text, Some("d".to_owned())));
    }
    let of_customers = || Some((format!("Column `{name}` of the customers table."), None));
    match find(name) {
        Some(column) if column.personal => None,
        Some(_) => of_customers(),
        // Nobody has said what it holds: a text could be an address.
        None if dtype.is_primitive_numeric() || *dtype == DataType::Boolean => of_customers(),
        None => None,
    }
}

/// A column of the view as a published one.
fn data(column: &Column, shown: &[bool]) -> PolarsResult<ColumnData> {
    fn kept<T>(values: impl Iterator<Item = Option<T>>, shown: &[bool]) -> Vec<Option<T>> {
        values
            .zip(shown)
            .map(|(value, shown)| value.filter(|_| *shown))
            .collect()
    }
    Ok(match column.dtype() {
        DataType::Boolean => ColumnData::Bool(kept(column.bool()?.iter(), shown)),
        DataType::Date => {
            let days = column.cast(&DataType::Int32)?;
            ColumnData::Date(kept(days.i32()?.iter(), shown))
        }
        dtype if dtype.is_integer() => {
            let numbers = column.cast(&DataType::Int64)?;
            ColumnData::Int(kept(numbers.i64()?.iter(), shown))
        }
        dtype if dtype.is_primitive_numeric() || dtype.is_decimal() => {
            let numbers = column.cast(&DataType::Float64)?;
            let finite = numbers
                .f64()?
                .iter()
                .map(|value| value.filter(|v| v.is_finite()));
            ColumnData::Float(kept(finite, shown))
        }
        _ => {
            let texts = column.cast(&DataType::String)?;
            let texts = texts.str()?.iter().zip(shown);
            ColumnData::words(texts.map(|(value, shown)| value.filter(|_| *shown)))
        }
    })
}
