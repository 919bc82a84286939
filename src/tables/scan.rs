//! Lazy frames over the files of sources, as columns that rules can use.

use std::collections::BTreeMap;
use std::panic::{AssertUnwindSafe, catch_unwind};

use polars::io::HiveOptions;
use polars::io::RowIndex;
use polars::prelude::*;
use polars::sql::SQLContext;

use super::anniversary;
use super::canonical::{self, CanonicalTable};
use super::error::TableError;
use super::settings::TableSettings;
use super::source::Source;
use super::typing::{self, Night};
use crate::domain::{Fault, days_from_date};
use crate::rules;

/// The row's place in its source, for rejects.
pub(super) const ROW: &str = "__row";
/// The row's file, for rejects.
pub(super) const FILE: &str = "__file";

/// A table as it will be read: nothing is read yet.
#[derive(Clone)]
pub(super) struct Scanned {
    /// Plain columns, before canonical types.
    pub(super) plain: LazyFrame,
    /// With canonical types and as known at the as-of date.
    pub(super) typed: LazyFrame,
    /// The columns of `plain`.
    pub(super) plain_schema: SchemaRef,
    /// The columns of `typed`, without [`ROW`] and [`FILE`].
    pub(super) schema: SchemaRef,
}

/// The frame over a source's files. With `places`, every row carries its file
/// and number.
pub(super) fn source(
    source: &Source,
    places: bool,
    night: &Night,
) -> Result<LazyFrame, TableError> {
    let args = ScanArgsParquet {
        hive_options: HiveOptions {
            enabled: Some(source.hive),
            hive_start_idx: 0,
            schema: None,
            try_parse_dates: true,
        },
        glob: false,
        row_index: places.then(|| RowIndex {
            name: ROW.into(),
            offset: 0,
        }),
        include_file_paths: places.then(|| FILE.into()),
        ..ScanArgsParquet::default()
    };
    let paths: Vec<PlRefPath> = source
        .files
        .iter()
        .map(|file| PlRefPath::new(file.path.to_string_lossy()))
        .collect();
    let engine = |error: &PolarsError| TableError::Engine {
        table: source.name.clone(),
        reason: typing::reason(error),
    };
    let mut frame =
        LazyFrame::scan_parquet_files(paths.into(), args).map_err(|error| engine(&error))?;
    let schema = guarded(&source.name, || frame.collect_schema())?;
    let columns: Vec<Expr> = schema
        .iter()
        .filter_map(|(name, dtype)| {
            typing::plain(name, dtype, night).map(|expr| expr.alias(name.clone()))
        })
        .collect();
    Ok(frame.select(columns))
}

/// The frame of a table over its sources.
pub(super) fn table(
    name: &str,
    settings: &TableSettings,
    sources: &BTreeMap<String, Source>,
    places: bool,
    night: &Night,
) -> Result<Scanned, TableError> {
    let key = format!("tables.{name}");
    let fault = |fault: Fault| TableError::Faults(vec![fault]);
    let engine = |error: PolarsError| TableError::Engine {
        table: name.to_owned(),
        reason: typing::reason(&error),
    };
    let raw = match (&settings.from, &settings.query) {
        (Some(from), None) => {
            let Some(found) = sources.get(from) else {
                let known = sources.keys().map(String::as_str);
                return Err(fault(Fault::unknown(
                    format!("{key}.from"),
                    "source",
                    from,
                    known,
                )));
            };
            source(found, places, night)?
        }
        (None, Some(query)) => {
            let mut context = SQLContext::new();
            for (name, found) in sources {
                context.register(name, source(found, false, night)?);
            }
            // So that a query can tell what was known that night.
            let today = Column::new("as_of".into(), [days_from_date(night.as_of)]);
            let night_table = DataFrame::new(1, vec![today]).map_err(engine)?.lazy();
            context.register(
                "night",
                night_table.select([col("as_of").cast(DataType::Date)]),
            );
            context.execute(query).map_err(|error| {
                fault(Fault::new(
                    format!("{key}.query"),
                    format!("cannot be run: {}", typing::reason(&error)),
                ))
            })?
        }
        _ => {
            return Err(fault(
                Fault::new(key, "is neither from a source nor a query")
                    .allowed("exactly one of `from`, `query`"),
            ));
        }
    };
    let mut raw = raw;
    let schema = guarded(name, || raw.collect_schema())?;
    let mut mapped = Vec::new();
    let mut faults = Vec::new();
    for (column, text) in &settings.columns {
        match rules::checked(text, &schema) {
            Ok((expr, _)) => mapped.push(expr.alias(column.as_str())),
            Err(error) => faults.push(error.into_fault(format!("{key}.columns.{column}"))),
        }
    }
    if !faults.is_empty() {
        return Err(TableError::Faults(faults));
    }
    let mut plain = raw.with_columns(mapped);
    let plain_schema = guarded(name, || plain.collect_schema())?;
    let canonical = canonical::find(name);
    missing_columns(canonical, &plain_schema, &key).map_err(fault)?;
    let mut typed = match canonical {
        Some(table) => as_typed(plain.clone(), table, &plain_schema, night),
        None => plain.clone(),
    };
    let typed_schema = typed.collect_schema().map_err(engine)?;
    typed = typed.with_columns(typing::days_since(&typed_schema, night));
    if name == "customers" {
        typed = typed.with_columns(anniversary::days_to(&typed_schema, night));
    }
    let mut schema = typed.collect_schema().map_err(engine)?.as_ref().clone();
    schema.shift_remove(ROW);
    schema.shift_remove(FILE);
    Ok(Scanned {
        plain,
        typed,
        plain_schema,
        schema: schema.into(),
    })
}

fn as_typed(frame: LazyFrame, table: &CanonicalTable, schema: &Schema, night: &Night) -> LazyFrame {
    let casts: Vec<Expr> = table
        .columns
        .iter()
        .filter_map(|column| {
            let from = schema.get(column.name)?;
            Some(typing::typed(column, from).alias(column.name))
        })
        .collect();
    typing::as_known(frame.with_columns(casts), table, schema, night)
}

fn missing_columns(
    table: Option<&CanonicalTable>,
    schema: &Schema,
    key: &str,
) -> Result<(), Fault> {
    let Some(table) = table else { return Ok(()) };
    let missing: Vec<&str> = table
        .columns
        .iter()
        .filter(|column| column.required && !schema.contains(column.name))
        .map(|column| column.name)
        .collect();
    if missing.is_empty() {
        return Ok(());
    }
    let there: Vec<&str> = schema.iter_names().map(PlSmallStr::as_str).collect();
    Err(
        Fault::new(key, format!("lacks the column {}", missing.join(", "))).allowed(format!(
            "map it: columns = {{ {} = \"…\" }}; there is {}",
            missing[0],
            there.join(", ")
        )),
    )
}

/// Runs a polars call that may panic on hostile files, and makes that an error.
pub(super) fn guarded<T>(
    table: &str,
    call: impl FnOnce() -> PolarsResult<T>,
) -> Result<T, TableError> {
    let failed = |reason: String| TableError::Engine {
        table: table.to_owned(),
        reason,
    };
    match catch_unwind(AssertUnwindSafe(call)) {
        Ok(Ok(value)) => Ok(value),
        Ok(Err(error)) => Err(failed(typing::reason(&error))),
        Err(_) => Err(failed("a file is corrupt: its reader gave up".to_owned())),
    }
}

/// Runs a frame on the streaming engine: memory stays flat in the rows read.
pub(super) fn streamed(table: &str, frame: LazyFrame) -> Result<DataFrame, TableError> {
    // A frame without sinks gives a single result.
    guarded(table, || {
        Ok(frame
            .collect_with_engine(Engine::Streaming)?
            .unwrap_single())
    })
}
