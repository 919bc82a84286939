use jiff::Timestamp;
use jiff::civil::{Date, DateTime};
use jiff::tz::Offset;
use polars::prelude::*;

use super::RecordError;
use crate::domain::date_from_days;
use crate::tables::ValidTables;

/// The columns of a table in memory, for reading row by row. Columns that are
/// not there, or of another type, are empty.
pub struct Rows {
    frame: DataFrame,
}

impl Rows {
    /// These columns of a table, as far as it has them; `None` without the
    /// table.
    ///
    /// # Errors
    /// When the table cannot be read.
    pub fn read(
        tables: &ValidTables,
        name: &str,
        columns: &[&str],
    ) -> Result<Option<Self>, RecordError> {
        let Some(table) = tables.tables.get(name) else {
            return Ok(None);
        };
        let there: Vec<Expr> = columns
            .iter()
            .filter(|column| table.schema.contains(column))
            .map(|column| col(*column))
            .collect();
        let frame = table.frame.clone().select(there).collect();
        frame
            .map(|frame| Some(Self { frame }))
            .map_err(|error| RecordError {
                table: name.to_owned(),
                reason: crate::rules::first_line(&error),
            })
    }

    /// The number of rows.
    #[must_use]
    pub fn height(&self) -> usize {
        self.frame.height()
    }

    /// Whether the table has the column.
    #[must_use]
    pub fn has(&self, name: &str) -> bool {
        self.frame.column(name).is_ok()
    }

    fn cast(&self, name: &str, dtype: &DataType) -> Option<Column> {
        self.frame.column(name).ok()?.cast(dtype).ok()
    }

    /// Words and other texts.
    #[must_use]
    pub fn texts(&self, name: &str) -> Vec<Option<String>> {
        let column = self.cast(name, &DataType::String);
        match column.as_ref().and_then(|column| column.str().ok()) {
            Some(values) => values
                .iter()
                .map(|value| value.map(str::to_owned))
                .collect(),
            None => vec![None; self.height()],
        }
    }

    /// Days.
    #[must_use]
    pub fn dates(&self, name: &str) -> Vec<Option<Date>> {
        let column = self
            .cast(name, &DataType::Date)
            .and_then(|column| column.cast(&DataType::Int32).ok());
        match column.as_ref().and_then(|column| column.i32().ok()) {
            Some(values) => values
                .iter()
                .map(|value| value.map(date_from_days))
                .collect(),
            None => vec![None; self.height()],
        }
    }

    /// Moments as the tables have them: dates and times of the pipeline's zone.
    #[must_use]
    pub fn moments(&self, name: &str) -> Vec<Option<DateTime>> {
        let column = self
            .cast(name, &DataType::Datetime(TimeUnit::Milliseconds, None))
            .and_then(|column| column.cast(&DataType::Int64).ok());
        let moment = |value: i64| {
            let at = Timestamp::from_millisecond(value).ok()?;
            Some(Offset::UTC.to_datetime(at))
        };
        match column.as_ref().and_then(|column| column.i64().ok()) {
            Some(values) => values.iter().map(|value| moment(value?)).collect(),
            None => vec![None; self.height()],
        }
    }

    /// Numbers; flags as 0 and 1.
    #[must_use]
    pub fn numbers(&self, name: &str) -> Vec<Option<f64>> {
        let column = self.cast(name, &DataType::Float64);
        match column.as_ref().and_then(|column| column.f64().ok()) {
            Some(values) => values.iter().collect(),
            None => vec![None; self.height()],
        }
    }

    /// Yes or no.
    #[must_use]
    pub fn flags(&self, name: &str) -> Vec<Option<bool>> {
        let column = self.cast(name, &DataType::Boolean);
        match column.as_ref().and_then(|column| column.bool().ok()) {
            Some(values) => values.iter().collect(),
            None => vec![None; self.height()],
        }
    }
}
