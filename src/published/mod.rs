//! Reading what runs have published: whole tables, one customer's rows, and SQL
//! over the tables of one run or of several.
//!
//! Nothing here needs the pipeline or its inputs. Files are read as they are;
//! whether they are as they were published is for `clubcall runs show`.

mod record;
mod sql;

use std::collections::HashMap;
use std::fs::File;
use std::sync::Arc;

use ::parquet::arrow::arrow_reader::ArrowReaderMetadata;
use arrow_schema::Field;
use polars::prelude::{DataFrame, LazyFrame, PlRefPath, PolarsError, ScanArgsParquet, col, lit};
use serde::Serialize;

pub use record::{Record, records, shown};
pub use sql::{Query, query};

use crate::domain::nearest;
use crate::store::Run;

/// Why a published table cannot be read or asked.
#[derive(Debug, thiserror::Error)]
pub enum PublishedError {
    /// The run has no such table.
    #[error("run {run} has no table `{table}`{}", meant(table, known))]
    NoTable {
        /// The run.
        run: String,
        /// What was asked for.
        table: String,
        /// The tables it has.
        known: Vec<String>,
    },
    /// A query names a run that is not there.
    #[error(transparent)]
    Run(#[from] crate::store::StoreError),
    /// A query is at fault.
    #[error("the query cannot be run: {0}")]
    Query(String),
    /// A table cannot be read.
    #[error(
        "run {run}: {table}.parquet cannot be read: {reason}\n  next: clubcall runs show {run}"
    )]
    Read {
        /// The run.
        run: String,
        /// The table.
        table: String,
        /// What the reader said.
        reason: String,
    },
}

/// The nearest name and all there are, for the end of a sentence.
fn meant(name: &str, known: &[String]) -> String {
    let names: Vec<&str> = known.iter().map(String::as_str).collect();
    let nearest = nearest(name, &names);
    let question = nearest.map_or_else(String::new, |name| format!("; did you mean `{name}`?"));
    format!("{question}\n  known: {}", names.join(", "))
}

/// The names of a run's tables, in order.
#[must_use]
pub fn tables(run: &Run) -> Vec<String> {
    let paths = run.manifest.outputs.keys();
    paths
        .filter_map(|path| path.strip_suffix(".parquet"))
        .filter(|name| !name.contains('/'))
        .map(str::to_owned)
        .collect()
}

/// A run's table, not read yet.
///
/// # Errors
/// When the run has no such table, or its file is no Parquet file.
pub fn scan(run: &Run, table: &str) -> Result<LazyFrame, PublishedError> {
    let known = tables(run);
    if !known.iter().any(|name| name == table) {
        return Err(PublishedError::NoTable {
            run: run.id().to_owned(),
            table: table.to_owned(),
            known,
        });
    }
    let file = run.path.join(format!("{table}.parquet"));
    LazyFrame::scan_parquet(
        PlRefPath::new(file.to_string_lossy()),
        ScanArgsParquet::default(),
    )
    .map_err(|error| unreadable(run, table, &error))
}

/// All rows of a table; none where the run does not have it.
///
/// # Errors
/// When its file cannot be read.
pub fn rows(run: &Run, table: &str) -> Result<Vec<Record>, PublishedError> {
    read(run, table, |frame| frame)
}

/// The rows of a table that are about one customer, in their order; none where
/// the run does not have the table. Only what can hold the customer is read:
/// row groups are passed over by their statistics.
///
/// # Errors
/// When the table's file cannot be read.
pub fn rows_of(run: &Run, table: &str, customer: &str) -> Result<Vec<Record>, PublishedError> {
    read(run, table, |frame| {
        frame.filter(col("customer_id").eq(lit(customer.to_owned())))
    })
}

/// As [`rows_of`], as a data frame; `None` where the run does not have the table.
///
/// # Errors
/// When the table's file cannot be read.
pub fn frame_of(
    run: &Run,
    table: &str,
    customer: &str,
) -> Result<Option<DataFrame>, PublishedError> {
    if !tables(run).iter().any(|name| name == table) {
        return Ok(None);
    }
    scan(run, table)?
        .filter(col("customer_id").eq(lit(customer.to_owned())))
        .collect()
        .map(Some)
        .map_err(|error| unreadable(run, table, &error))
}

fn read(
    run: &Run,
    table: &str,
    what: impl FnOnce(LazyFrame) -> LazyFrame,
) -> Result<Vec<Record>, PublishedError> {
    if !tables(run).iter().any(|name| name == table) {
        return Ok(Vec::new());
    }
    what(scan(run, table)?)
        .collect()
        .and_then(|frame| records(&frame))
        .map_err(|error| unreadable(run, table, &error))
}

/// What a table and its columns mean, as its file says.
#[derive(Debug, Clone, Serialize)]
pub struct Described {
    /// The table.
    pub table: String,
    /// Its rows.
    pub rows: u64,
    /// What one row is.
    pub description: String,
    /// The columns, in order.
    pub columns: Vec<DescribedColumn>,
}

/// What a column means.
#[derive(Debug, Clone, Serialize)]
pub struct DescribedColumn {
    /// The column.
    pub name: String,
    /// Its Arrow type.
    #[serde(rename = "type")]
    pub kind: String,
    /// The unit of a number.
    pub unit: Option<String>,
    /// What a value means.
    pub description: String,
}

/// What a table and its columns mean, from the metadata of its file.
///
/// # Errors
/// When the run has no such table, or its file cannot be read.
pub fn describe(run: &Run, table: &str) -> Result<Described, PublishedError> {
    let _ = scan(run, table)?;
    let failed = |reason: String| PublishedError::Read {
        run: run.id().to_owned(),
        table: table.to_owned(),
        reason,
    };
    let file = File::open(run.path.join(format!("{table}.parquet")))
        .map_err(|error| failed(error.to_string()))?;
    let metadata = ArrowReaderMetadata::load(&file, Default::default())
        .map_err(|error| failed(error.to_string()))?;
    let schema = metadata.schema();
    let rows = metadata.metadata().file_metadata().num_rows();
    let said = |of: &HashMap<String, String>| of.get("description").cloned().unwrap_or_default();
    let column = |field: &Arc<Field>| DescribedColumn {
        name: field.name().clone(),
        kind: field.data_type().to_string(),
        unit: field.metadata().get("unit").cloned(),
        description: said(field.metadata()),
    };
    Ok(Described {
        table: table.to_owned(),
        rows: u64::try_from(rows).unwrap_or_default(),
        description: said(schema.metadata()),
        columns: schema.fields().iter().map(column).collect(),
    })
}

fn unreadable(run: &Run, table: &str, error: &PolarsError) -> PublishedError {
    PublishedError::Read {
        run: run.id().to_owned(),
        table: table.to_owned(),
        reason: crate::rules::first_line(error),
    }
}
