//! Contracts: what a table has to keep, measured in one pass over its rows.

use std::collections::BTreeMap;
use std::fmt;

use polars::prelude::*;
use serde::{Deserialize, Serialize};

use super::settings::{CheckSettings, Severity};
use super::typing::Night;
use crate::domain::{Fault, days_from_date};
use crate::rules;

/// What became of a contract.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct CheckRecord {
    /// The table.
    pub table: String,
    /// The column or columns, or empty when the rule is about the table.
    pub column: String,
    /// The rule in words, as `not null` or `0 to 1`.
    pub rule: String,
    /// What happens to what breaks it.
    pub severity: Severity,
    /// The rows that break it; 1 for a rule about the table.
    pub violations: u64,
    /// What was found, where a count says too little.
    pub detail: Option<String>,
}

impl fmt::Display for CheckRecord {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "table `{}`", self.table)?;
        if !self.column.is_empty() {
            write!(f, ", column `{}`", self.column)?;
        }
        write!(f, ": {}", self.rule)?;
        match &self.detail {
            Some(detail) => write!(f, "; {detail}"),
            None if self.violations == 1 => write!(f, "; 1 row breaks it"),
            None => write!(f, "; {} rows break it", self.violations),
        }
    }
}

/// A contract, ready to be measured.
#[derive(Debug, Clone)]
pub(super) struct Check {
    pub(super) column: String,
    pub(super) rule: String,
    pub(super) severity: Severity,
    pub(super) kind: CheckKind,
}

/// How a contract is measured.
#[derive(Debug, Clone)]
pub(super) enum CheckKind {
    /// A yes/no expression: the row breaks the rule.
    Row(Expr),
    /// Rows that agree in all of these columns.
    Unique(Vec<String>),
    /// A value that the other table's column lacks.
    References { table: String, column: String },
    /// The newest day of the column is older than this.
    Age { column: String, days: u32 },
    /// The number of rows against the previous run.
    Volume { least: f64, most: f64 },
}

impl Check {
    /// The record of the check for `table`.
    pub(super) fn record(
        &self,
        table: &str,
        violations: u64,
        detail: Option<String>,
    ) -> CheckRecord {
        CheckRecord {
            table: table.to_owned(),
            column: self.column.clone(),
            rule: self.rule.clone(),
            severity: self.severity,
            violations,
            detail,
        }
    }
}

/// Turns a contract as written into one that can be measured; `None` when it is
/// built in and its column is not there.
pub(super) fn compile(
    settings: &CheckSettings,
    schema: &Schema,
    tables: &BTreeMap<String, SchemaRef>,
    key: &str,
    built_in: bool,
) -> Result<Option<Check>, Fault> {
    let known = || schema.iter_names().map(PlSmallStr::as_str);
    for name in settings.column.iter().chain(&settings.unique) {
        if !schema.contains(name) {
            return if built_in {
                Ok(None)
            } else {
                Err(Fault::unknown(key, "column", name, known()))
            };
        }
    }
    if let (true, Some(text)) = (built_in, &settings.expect)
        && let Ok(expr) = rules::parse(text)
        && rules::columns(&expr)
            .iter()
            .any(|name| !schema.contains(name))
    {
        return Ok(None);
    }
    let rules = [
        settings.not_null,
        !settings.unique.is_empty(),
        !settings.accepted.is_empty(),
        settings.min.is_some() || settings.max.is_some(),
        settings.pattern.is_some(),
        settings.references.is_some(),
        settings.max_age_days.is_some(),
        settings.volume.is_some(),
        settings.expect.is_some(),
    ];
    let count = rules.iter().filter(|&&given| given).count();
    if count != 1 {
        return Err(Fault::new(key, format!("has {count} rules")).allowed(
            "exactly one of not_null, unique, accepted, min/max, pattern, references, \
             max_age_days, volume, expect",
        ));
    }
    let needs_column =
        settings.unique.is_empty() && settings.volume.is_none() && settings.expect.is_none();
    let name = match (&settings.column, needs_column) {
        (Some(name), _) => name.clone(),
        (None, false) => settings.unique.join(", "),
        (None, true) => {
            return Err(Fault::new(
                format!("{key}.column"),
                "is required and missing",
            ));
        }
    };
    let (rule, kind) = rule(settings, &name, schema, tables, key)?;
    let Some(kind) = kind else { return Ok(None) };
    Ok(Some(Check {
        column: name,
        rule,
        severity: settings.severity,
        kind,
    }))
}

fn rule(
    settings: &CheckSettings,
    name: &str,
    schema: &Schema,
    tables: &BTreeMap<String, SchemaRef>,
    key: &str,
) -> Result<(String, Option<CheckKind>), Fault> {
    let column = || col(name);
    let row = |expr: Expr| Some(CheckKind::Row(expr.fill_null(lit(false))));
    Ok(if settings.not_null {
        (
            "not null".to_owned(),
            Some(CheckKind::Row(column().is_null())),
        )
    } else if !settings.unique.is_empty() {
        (
            "unique".to_owned(),
            Some(CheckKind::Unique(settings.unique.clone())),
        )
    } else if !settings.accepted.is_empty() {
        let is_one = settings
            .accepted
            .iter()
            .map(|value| column().cast(DataType::String).eq(lit(value.as_str())))
            .reduce(Expr::or)
            .unwrap_or_else(|| lit(true));
        (
            format!("one of {}", settings.accepted.join(", ")),
            row(is_one.not()),
        )
    } else if settings.min.is_some() || settings.max.is_some() {
        // Not a number and infinite are no amounts.
        let mut outside = match schema.get(name) {
            Some(dtype) if dtype.is_float() => column().is_finite().not(),
            _ => lit(false),
        };
        if let Some(min) = settings.min {
            outside = outside.or(column().lt(lit(min)));
        }
        if let Some(max) = settings.max {
            outside = outside.or(column().gt(lit(max)));
        }
        let words = match (settings.min, settings.max) {
            (Some(min), Some(max)) => format!("{min} to {max}"),
            (Some(min), None) => format!("{min} or more"),
            (_, max) => format!("{} or less", max.unwrap_or_default()),
        };
        (words, row(outside))
    } else if let Some(pattern) = &settings.pattern {
        let matches = column()
            .cast(DataType::String)
            .str()
            .contains(lit(pattern.as_str()), true);
        (format!("matches {pattern}"), row(matches.not()))
    } else if let Some(reference) = &settings.references {
        let (table, other) = reference
            .split_once('.')
            .unwrap_or((reference, "customer_id"));
        let Some(schema) = tables.get(table) else {
            let known = tables.keys().map(String::as_str);
            return Err(Fault::unknown(
                format!("{key}.references"),
                "table",
                table,
                known,
            ));
        };
        if !schema.contains(other) {
            let known = schema.iter_names().map(PlSmallStr::as_str);
            return Err(Fault::unknown(
                format!("{key}.references"),
                "column",
                other,
                known,
            ));
        }
        let kind = CheckKind::References {
            table: table.to_owned(),
            column: other.to_owned(),
        };
        (format!("known in {table}.{other}"), Some(kind))
    } else if let Some(days) = settings.max_age_days {
        let kind = CheckKind::Age {
            column: name.to_owned(),
            days,
        };
        (
            format!("newest at most {days} days before the as-of date"),
            Some(kind),
        )
    } else if let Some([least, most]) = settings.volume {
        let kind = CheckKind::Volume { least, most };
        (
            format!("rows {least} to {most} times the previous run's"),
            Some(kind),
        )
    } else {
        let text = settings.expect.as_deref().unwrap_or_default();
        let holds = rules::condition(text, schema)
            .map_err(|error| error.into_fault(format!("{key}.expect")))?;
        (format!("expects {text}"), row(holds.not()))
    })
}

/// The newest day against the as-of date, as a violation and in words.
pub(super) fn age(newest: Option<i32>, days: u32, night: &Night) -> (u64, Option<String>) {
    match newest {
        None => (1, Some("there is no date at all".to_owned())),
        Some(newest) => {
            let age = i64::from(days_from_date(night.as_of)) - i64::from(newest);
            let date = crate::domain::date_from_days(newest);
            let detail = format!("the newest is {date}, {age} days before {}", night.as_of);
            (u64::from(age > i64::from(days)), Some(detail))
        }
    }
}

/// The number of rows against the previous run's, as a violation and in words.
pub(super) fn volume(
    rows: u64,
    previous: Option<u64>,
    least: f64,
    most: f64,
) -> (u64, Option<String>) {
    let Some(previous) = previous.filter(|&previous| previous > 0) else {
        return (
            0,
            Some(format!("{rows} rows; no previous run to compare with")),
        );
    };
    let ratio = rows as f64 / previous as f64;
    let outside = ratio < least || ratio > most;
    let detail = format!("{rows} rows against {previous} in the previous run");
    (u64::from(outside), Some(detail))
}
