//! SQL over the tables of runs.

use std::collections::BTreeSet;
use std::ops::ControlFlow;

use polars::prelude::*;
use polars::sql::SQLContext;
use sqlparser::ast::visit_relations;
use sqlparser::dialect::GenericDialect;
use sqlparser::parser::Parser;

use super::{PublishedError, meant, scan, tables};
use crate::store::{Run, Runs};

/// A query over published tables.
#[derive(Debug, Clone, Copy)]
pub struct Query<'a> {
    /// The text. A table is named by itself (`members`), or with a run
    /// (`members@previous`, `"members@2026-10-25"`).
    pub text: &'a str,
    /// The run of tables that are named by themselves.
    pub run: &'a Run,
    /// The runs that others may be of.
    pub runs: &'a Runs,
}

/// Prepares a query; nothing is read until it is collected.
///
/// `TABLE@previous` is of the run that [`Query::run`] started from.
///
/// # Errors
/// When the text is no SQL, or names a table, run or column that is not there.
pub fn query(query: Query<'_>) -> Result<LazyFrame, PublishedError> {
    let mut context = SQLContext::new();
    let mut columns: BTreeSet<String> = BTreeSet::new();
    for name in relations(query.text) {
        let (table, run) = match name.split_once('@') {
            Some((table, run)) => (table, run_named(&query, run)?),
            None => (name.as_str(), query.run),
        };
        let known = tables(run);
        // A name without a run that no table has may be the query's own (WITH).
        if name == table && !known.iter().any(|known| known == table) {
            continue;
        }
        let mut frame = scan(run, table)?;
        let schema = frame.collect_schema().map_err(|error| failed(&error))?;
        columns.extend(schema.iter_names().map(ToString::to_string));
        context.register(&name, frame);
    }
    let explained = |error: PolarsError| better(&error, query.run, &columns);
    let mut frame = context.execute(query.text).map_err(explained)?;
    frame
        .collect_schema()
        .map_err(|error| better(&error, query.run, &columns))?;
    Ok(frame)
}

/// The run after the `@`.
fn run_named<'a>(query: &Query<'a>, name: &str) -> Result<&'a Run, PublishedError> {
    let before = query.run.manifest.previous_run.as_deref();
    Ok(match (name, before) {
        ("previous", Some(before)) => query.runs.find(before)?,
        _ => query.runs.find(name)?,
    })
}

/// The names of relations in a query; none where it cannot be parsed, which
/// polars tells best.
fn relations(text: &str) -> BTreeSet<String> {
    let mut names = BTreeSet::new();
    let statements = Parser::parse_sql(&GenericDialect {}, text).unwrap_or_default();
    let _ = visit_relations(&statements, |relation| {
        let first = relation.0.first().and_then(|part| part.as_ident());
        names.extend(first.map(|name| name.value.clone()));
        ControlFlow::<()>::Continue(())
    });
    names
}

/// The error with what was probably meant.
fn better(error: &PolarsError, run: &Run, columns: &BTreeSet<String>) -> PublishedError {
    let text = crate::rules::first_line(error);
    if let Some(table) = between(&text, "relation '", "' was not found") {
        return PublishedError::NoTable {
            run: run.id().to_owned(),
            table: table.to_owned(),
            known: tables(run),
        };
    }
    let column = between(&text, "unable to find column \"", "\"")
        .or_else(|| between(&text, "Column '", "'"))
        .or_else(|| between(&text, "column '", "'"))
        .or_else(|| between(&text, "column named '", "'"));
    if let (Some(column), PolarsError::ColumnNotFound(_) | PolarsError::SQLInterface(_)) =
        (column, error)
    {
        let column = column.rsplit('.').next().unwrap_or(column);
        if !columns.contains(column) {
            let known: Vec<String> = columns.iter().cloned().collect();
            return PublishedError::Query(format!(
                "there is no column `{column}`{}",
                meant(column, &known)
            ));
        }
    }
    PublishedError::Query(text)
}

fn between<'a>(text: &'a str, before: &str, after: &str) -> Option<&'a str> {
    let rest = &text[text.find(before)? + before.len()..];
    Some(&rest[..rest.find(after)?])
}

fn failed(error: &PolarsError) -> PublishedError {
    PublishedError::Query(crate::rules::first_line(error))
}
