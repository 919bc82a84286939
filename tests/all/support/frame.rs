//! Parquet files, read and changed row by row.

use std::fs::File;
use std::path::Path;

use jiff::Timestamp;
use jiff::civil::Date;
use jiff::tz::TimeZone;
use polars::prelude::*;

/// A Parquet file in memory.
pub(crate) struct Table(DataFrame);

impl Table {
    pub(crate) fn read(path: &Path) -> Self {
        Self(read(path))
    }

    pub(crate) fn len(&self) -> usize {
        self.0.height()
    }

    pub(crate) fn columns(&self) -> Vec<String> {
        let names = self.0.get_column_names();
        names.iter().map(ToString::to_string).collect()
    }

    /// Text, or anything else written out.
    pub(crate) fn texts(&self, column: &str) -> Vec<Option<String>> {
        let cast = self.cast(column, &DataType::String);
        let values = cast.str().unwrap();
        values
            .iter()
            .map(|value| value.map(str::to_owned))
            .collect()
    }

    /// Text without any missing value.
    pub(crate) fn words(&self, column: &str) -> Vec<String> {
        let words: Option<Vec<String>> = self.texts(column).into_iter().collect();
        words.unwrap_or_else(|| panic!("`{column}` has missing values"))
    }

    pub(crate) fn numbers(&self, column: &str) -> Vec<f64> {
        let cast = self.cast(column, &DataType::Float64);
        let values = cast.f64().unwrap();
        values.iter().map(|v| v.unwrap_or(f64::NAN)).collect()
    }

    pub(crate) fn flags(&self, column: &str) -> Vec<Option<bool>> {
        self.cast(column, &DataType::Boolean)
            .bool()
            .unwrap()
            .iter()
            .collect()
    }

    pub(crate) fn dates(&self, column: &str) -> Vec<Option<Date>> {
        let cast = self.cast(column, &DataType::Date);
        let days = cast.cast(&DataType::Int32).unwrap();
        let epoch = Date::constant(1970, 1, 1);
        let date = |days: i32| epoch.checked_add(jiff::Span::new().days(days)).unwrap();
        days.i32().unwrap().iter().map(|v| v.map(date)).collect()
    }

    /// The day on which a moment falls in a zone.
    pub(crate) fn days_in(&self, column: &str, zone: &TimeZone) -> Vec<Option<Date>> {
        let moments = self.cast(column, &DataType::Int64);
        let day = |millis: i64| {
            let moment = Timestamp::from_millisecond(millis).unwrap();
            zone.to_datetime(moment).date()
        };
        moments.i64().unwrap().iter().map(|v| v.map(day)).collect()
    }

    /// Every value of every column that holds text.
    pub(crate) fn all_texts(&self) -> Vec<String> {
        let columns = self.0.columns().iter();
        columns
            .filter(|column| column.dtype() == &DataType::String)
            .flat_map(|column| column.str().unwrap().iter().flatten().map(str::to_owned))
            .collect()
    }

    fn cast(&self, column: &str, dtype: &DataType) -> Column {
        let column = self.0.column(column);
        column.and_then(|column| column.cast(dtype)).unwrap()
    }
}

pub(crate) fn read(path: &Path) -> DataFrame {
    let file = File::open(path).unwrap_or_else(|error| panic!("{}: {error}", path.display()));
    ParquetReader::new(file).finish().unwrap()
}

pub(crate) fn write(path: &Path, mut frame: DataFrame) {
    let file = File::create(path).unwrap();
    ParquetWriter::new(file)
        .with_compression(ParquetCompression::Uncompressed)
        .finish(&mut frame)
        .unwrap();
}

/// Rewrites a file after `change`.
pub(crate) fn edit(path: &Path, change: impl FnOnce(DataFrame) -> DataFrame) {
    let frame = change(read(path));
    write(path, frame);
}

/// The frame with the values of a text column changed row by row.
pub(crate) fn with_texts(
    mut frame: DataFrame,
    column: &str,
    change: impl Fn(usize, Option<String>) -> Option<String>,
) -> DataFrame {
    let values = Table(frame.clone()).texts(column).into_iter().enumerate();
    let changed: Vec<Option<String>> = values.map(|(row, value)| change(row, value)).collect();
    frame
        .with_column(Column::new(column.into(), changed))
        .unwrap();
    frame
}

/// The frame with the values of a column of numbers changed row by row.
pub(crate) fn with_numbers(
    mut frame: DataFrame,
    column: &str,
    change: impl Fn(usize, f64) -> f64,
) -> DataFrame {
    let values = Table(frame.clone()).numbers(column).into_iter().enumerate();
    let changed: Vec<f64> = values.map(|(row, value)| change(row, value)).collect();
    frame
        .with_column(Column::new(column.into(), changed))
        .unwrap();
    frame
}

/// The rows in the order of a permutation that `seed` chooses.
pub(crate) fn shuffled(frame: &DataFrame, seed: u64) -> DataFrame {
    let mut order: Vec<IdxSize> = (0..frame.height() as IdxSize).collect();
    // A linear congruential generator (Knuth's MMIX constants) is random
    // enough to move every row.
    let mut state = seed;
    for at in (1..order.len()).rev() {
        state = state
            .wrapping_mul(6_364_136_223_846_793_005)
            .wrapping_add(1_442_695_040_888_963_407);
        order.swap(at, (state >> 33) as usize % (at + 1));
    }
    frame.take(&IdxCa::from_vec("order".into(), order)).unwrap()
}
