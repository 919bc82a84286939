//! From a run's Parquet files to what the page embeds.

use std::collections::BTreeMap;
use std::path::Path;

use polars::prelude::*;
use polars::sql::SQLContext;
use serde_json::{Map, Value, json};

use super::ReportError;
use super::charts::{CHARTS, Chart};
use crate::store::{Manifest, OutputRecord};

/// Rows of a result that the page takes; it says how many there are.
const ROWS: usize = 4_000;

/// What runs are made of and the result of every chart's query.
pub(super) fn collect(
    folder: &Path,
    manifest: &Manifest,
    outputs: &BTreeMap<String, OutputRecord>,
) -> Result<Value, ReportError> {
    let mut charts = Map::new();
    for chart in CHARTS {
        if outputs.contains_key(&format!("{}.parquet", chart.table)) {
            let result = query(folder, chart).map_err(|error| ReportError::Query {
                chart: chart.id,
                reason: crate::rules::first_line(&error),
            })?;
            charts.insert(chart.id.to_owned(), result);
        }
    }
    charts.insert("files".to_owned(), files(outputs));
    Ok(json!({
        "pipeline": manifest.pipeline,
        "run_id": manifest.run_id,
        "as_of": manifest.as_of.to_string(),
        "previous_run": manifest.previous_run,
        "version": manifest.version,
        "language": manifest.language,
        "charts": charts,
    }))
}

fn query(folder: &Path, chart: &Chart) -> PolarsResult<Value> {
    let file = folder.join(format!("{}.parquet", chart.table));
    let path = PlRefPath::new(file.to_string_lossy());
    let mut context = SQLContext::new();
    context.register(
        chart.table,
        LazyFrame::scan_parquet(path, ScanArgsParquet::default())?,
    );
    let frame = context.execute(chart.sql)?.collect()?;
    let names: Vec<&str> = frame
        .get_column_names()
        .iter()
        .map(|name| name.as_str())
        .collect();
    let rows: PolarsResult<Vec<Value>> = (0..frame.height().min(ROWS))
        .map(|row| {
            let cells = frame
                .columns()
                .iter()
                .map(|column| column.get(row).map(cell));
            cells.collect::<PolarsResult<Vec<Value>>>().map(Value::from)
        })
        .collect();
    Ok(json!({
        "table": chart.table,
        "sql": chart.sql.trim(),
        "columns": names,
        "rows": rows?,
        "total": frame.height(),
    }))
}

fn cell(value: AnyValue<'_>) -> Value {
    match value {
        AnyValue::Null => Value::Null,
        AnyValue::Boolean(yes) => Value::from(yes),
        AnyValue::String(text) => Value::from(text),
        AnyValue::StringOwned(text) => Value::from(text.as_str()),
        AnyValue::Date(_) | AnyValue::Datetime(..) => Value::from(value.to_string()),
        AnyValue::Float64(number) => Value::from(number),
        AnyValue::Float32(number) => Value::from(number),
        other => match (other.get_str(), other.extract::<i64>()) {
            (Some(text), _) => Value::from(text),
            (None, Some(number)) => Value::from(number),
            (None, None) => Value::from(other.to_string()),
        },
    }
}

/// The run's files; the page does not know its own size.
fn files(outputs: &BTreeMap<String, OutputRecord>) -> Value {
    let rows: Vec<Value> = outputs
        .iter()
        .filter(|(path, _)| *path != "report.html")
        .map(|(path, record)| json!([path, record.bytes, record.rows]))
        .collect();
    json!({
        "table": "manifest.json",
        "columns": ["path", "bytes", "rows"],
        "total": rows.len(),
        "rows": rows.into_iter().take(ROWS).collect::<Vec<_>>(),
    })
}
