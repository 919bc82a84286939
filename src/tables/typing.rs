//! Bringing columns to the types that rules can rely on.

use polars::prelude::*;

use super::canonical::{CanonicalColumn, CanonicalTable, ColumnKind};
use crate::domain::days_from_date;
use crate::rules;

/// The moment type of every table: milliseconds, in the pipeline's own zone.
pub(super) const MOMENT: DataType = DataType::Datetime(TimeUnit::Milliseconds, None);

/// The night for which tables are read.
#[derive(Debug, Clone)]
pub struct Night {
    /// Data from this day on are not known yet.
    pub as_of: jiff::civil::Date,
    /// The pipeline's IANA zone.
    pub timezone: String,
}

impl Night {
    /// The as-of date as polars stores dates.
    pub(super) fn day(&self) -> Expr {
        lit(days_from_date(self.as_of)).cast(DataType::Date)
    }
}

/// The expression that brings a raw column of `from` type to something rules
/// can use, or `None` for nested columns, which are left out.
pub(super) fn plain(name: &str, from: &DataType, night: &Night) -> Option<Expr> {
    let column = col(name);
    Some(match from {
        DataType::Datetime(_, Some(_)) => local(column, &night.timezone),
        DataType::Datetime(_, None) => column.cast(MOMENT),
        DataType::Decimal(..) => column.cast(DataType::Float64),
        DataType::Categorical(..) | DataType::Enum(..) => column.cast(DataType::String),
        DataType::List(_) | DataType::Struct(_) | DataType::Array(..) => return None,
        DataType::Null => column.cast(DataType::String),
        _ => column,
    })
}

/// A zoned moment as local time of the pipeline's zone.
fn local(moment: Expr, timezone: &str) -> Expr {
    let zone = TimeZone::opt_try_new(Some(timezone)).ok().flatten();
    let moment = match zone {
        Some(zone) => moment.dt().convert_time_zone(zone),
        None => moment,
    };
    moment
        .dt()
        .replace_time_zone(None, lit("raise"), NonExistent::Raise)
        .cast(MOMENT)
}

/// The expression that brings a plain column to a canonical type; what cannot
/// be becomes missing, which the `type` contract counts.
pub(super) fn typed(column: &CanonicalColumn, from: &DataType) -> Expr {
    let raw = col(column.name);
    match (column.kind, from) {
        (ColumnKind::Text, DataType::Float32 | DataType::Float64) => {
            // An id that passed through a spreadsheet: 17.0 means 17.
            let whole = raw.clone().eq(raw.clone().floor());
            when(whole)
                .then(raw.clone().cast(DataType::Int64).cast(DataType::String))
                .otherwise(raw.cast(DataType::String))
        }
        (ColumnKind::Text, _) => raw.cast(DataType::String),
        (ColumnKind::Integer, _) => raw.cast(DataType::Int64),
        (ColumnKind::Number, _) => raw.cast(DataType::Float64),
        (ColumnKind::Flag, DataType::String) => flag(raw),
        (ColumnKind::Flag, _) => raw.cast(DataType::Boolean),
        (ColumnKind::Date, DataType::String) => raw.str().to_date(lenient("%Y-%m-%d")),
        (ColumnKind::Date, _) => raw.cast(DataType::Date),
        (ColumnKind::Moment, DataType::String) => {
            let moment = |text: Expr, form: &str| {
                text.str().to_datetime(
                    Some(TimeUnit::Milliseconds),
                    None,
                    lenient(form),
                    lit("null"),
                )
            };
            // A day alone is its midnight.
            let day = raw.clone().str().to_date(lenient("%Y-%m-%d")).cast(MOMENT);
            moment(raw.clone(), "%Y-%m-%dT%H:%M:%S%.f")
                .fill_null(moment(raw, "%Y-%m-%d %H:%M:%S%.f"))
                .fill_null(day)
        }
        (ColumnKind::Moment, _) => raw.cast(MOMENT),
    }
}

/// ISO dates and times; what is none becomes missing.
fn lenient(form: &str) -> StrptimeOptions {
    StrptimeOptions {
        format: Some(form.into()),
        strict: false,
        exact: true,
        cache: true,
    }
}

/// Yes and no, as people and systems write them.
fn flag(text: Expr) -> Expr {
    let lower = text.str().to_lowercase();
    let is = |words: &[&str]| {
        words
            .iter()
            .map(|word| lower.clone().eq(lit(*word)))
            .reduce(Expr::or)
            .unwrap_or_else(|| lit(false))
    };
    when(is(&["true", "t", "yes", "y", "1"]))
        .then(lit(true))
        .when(is(&["false", "f", "no", "n", "0"]))
        .then(lit(false))
        .otherwise(lit(NULL))
}

/// Leaves out what was not known at the as-of date: rows dated later, and
/// later moments of columns that fill in over time.
pub(super) fn as_known(
    frame: LazyFrame,
    table: &CanonicalTable,
    schema: &Schema,
    night: &Night,
) -> LazyFrame {
    let mut frame = frame;
    if let Some(dated) = table.dated.filter(|name| schema.contains(name)) {
        let date = col(dated);
        frame = frame.filter(date.clone().is_null().or(date.lt(night.day())));
    }
    let forgotten: Vec<Expr> = table
        .columns
        .iter()
        .filter(|column| column.forgets_future && schema.contains(column.name))
        .map(|column| {
            when(col(column.name).lt(night.day()))
                .then(col(column.name))
                .otherwise(lit(NULL))
                .alias(column.name)
        })
        .collect();
    frame.with_columns(forgotten)
}

/// For every date or moment `c`, the whole days from it to the as-of date as
/// `days_since_c` (negative when it lies ahead).
pub(super) fn days_since(schema: &Schema, night: &Night) -> Vec<Expr> {
    let today = days_from_date(night.as_of);
    schema
        .iter()
        .filter(|(_, dtype)| matches!(dtype, DataType::Date | DataType::Datetime(..)))
        .map(|(name, _)| {
            (lit(today) - col(name.clone()).cast(DataType::Date).cast(DataType::Int32))
                .alias(format!("days_since_{name}"))
        })
        .collect()
}

/// The error text of a polars failure, without plan or values: polars lists
/// offending values in brackets, and they may be personal.
pub(super) fn reason(error: &PolarsError) -> String {
    let text = rules::first_line(error);
    let end = text.find('[').unwrap_or(text.len());
    text[..end].trim_end_matches([' ', ':']).to_owned()
}
