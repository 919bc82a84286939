//! Parquet files of the sample: columns that carry their description, and a
//! writer with settings that keep small files small.

use std::collections::HashMap;
use std::fs::{self, File};
use std::io::BufWriter;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use arrow_array::{
    ArrayRef, BooleanArray, Date32Array, Float64Array, Int32Array, RecordBatch, StringArray,
    TimestampMillisecondArray,
};
use arrow_schema::{DataType, Field, Schema, SchemaRef, TimeUnit};
use parquet::arrow::ArrowWriter;
use parquet::basic::{Compression, Encoding, ZstdLevel};
use parquet::file::properties::WriterProperties;
use parquet::schema::types::ColumnPath;

use super::SampleError;

/// Rows in a row group: large enough to compress, small enough that one
/// unfinished group per day of usage fits in memory.
const ROW_GROUP_ROWS: usize = 1 << 16;

/// What wrote the files. No version, so that the same bytes come from any.
const CREATED_BY: &str = "clubcall sample";

/// A column's description in the file, and its values for some customers.
pub(super) struct Column {
    field: Field,
    values: ArrayRef,
    /// Whether each text comes in many rows.
    repeats: bool,
}

impl Column {
    fn new(
        name: &str,
        description: &str,
        kind: DataType,
        nullable: bool,
        values: ArrayRef,
    ) -> Self {
        let about = HashMap::from([("description".to_owned(), description.to_owned())]);
        Self {
            field: Field::new(name, kind, nullable).with_metadata(about),
            values,
            repeats: false,
        }
    }

    /// The same column, stored by a dictionary even where its name stands for
    /// nearly unique text.
    pub(super) fn repeated(mut self) -> Self {
        self.repeats = true;
        self
    }

    /// The same column with the unit of its values.
    pub(super) fn unit(mut self, unit: &str) -> Self {
        let mut about = self.field.metadata().clone();
        about.insert("unit".to_owned(), unit.to_owned());
        self.field = self.field.with_metadata(about);
        self
    }

    /// Text that is always there.
    pub(super) fn text<T: AsRef<str>>(
        name: &str,
        description: &str,
        values: impl IntoIterator<Item = T>,
    ) -> Self {
        let values = Arc::new(StringArray::from_iter_values(values));
        Self::new(name, description, DataType::Utf8, false, values)
    }

    /// Text that may be missing.
    pub(super) fn some_text<T: AsRef<str>>(
        name: &str,
        description: &str,
        values: impl IntoIterator<Item = Option<T>>,
    ) -> Self {
        let values = Arc::new(values.into_iter().collect::<StringArray>());
        Self::new(name, description, DataType::Utf8, true, values)
    }

    /// Dates that may be missing, as days since 1970-01-01.
    pub(super) fn some_date(
        name: &str,
        description: &str,
        values: impl IntoIterator<Item = Option<i32>>,
    ) -> Self {
        let values = Arc::new(values.into_iter().collect::<Date32Array>());
        Self::new(name, description, DataType::Date32, true, values)
    }

    /// Dates that are always there.
    pub(super) fn date(
        name: &str,
        description: &str,
        values: impl IntoIterator<Item = i32>,
    ) -> Self {
        let values = Arc::new(Date32Array::from_iter_values(values));
        Self::new(name, description, DataType::Date32, false, values)
    }

    /// Instants that may be missing, as milliseconds since 1970-01-01 UTC.
    pub(super) fn some_instant(
        name: &str,
        description: &str,
        values: impl IntoIterator<Item = Option<i64>>,
    ) -> Self {
        let values = values.into_iter().collect::<TimestampMillisecondArray>();
        let kind = DataType::Timestamp(TimeUnit::Millisecond, Some("UTC".into()));
        Self::new(
            name,
            description,
            kind,
            true,
            Arc::new(values.with_timezone("UTC")),
        )
    }

    /// Instants that are always there.
    pub(super) fn instant(
        name: &str,
        description: &str,
        values: impl IntoIterator<Item = i64>,
    ) -> Self {
        let mut column = Self::some_instant(name, description, values.into_iter().map(Some));
        column.field = column.field.with_nullable(false);
        column
    }

    /// Truth values; missing means unknown.
    pub(super) fn some_flag(
        name: &str,
        description: &str,
        values: impl IntoIterator<Item = Option<bool>>,
    ) -> Self {
        let values = Arc::new(values.into_iter().collect::<BooleanArray>());
        Self::new(name, description, DataType::Boolean, true, values)
    }

    /// Truth values that are always known.
    pub(super) fn flag(
        name: &str,
        description: &str,
        values: impl IntoIterator<Item = bool>,
    ) -> Self {
        let mut column = Self::some_flag(name, description, values.into_iter().map(Some));
        column.field = column.field.with_nullable(false);
        column
    }

    /// Whole numbers.
    pub(super) fn count(name: &str, description: &str, values: Vec<i32>) -> Self {
        let values = Arc::new(Int32Array::from(values));
        Self::new(name, description, DataType::Int32, false, values)
    }

    /// Numbers.
    pub(super) fn number(
        name: &str,
        description: &str,
        values: impl IntoIterator<Item = f64>,
    ) -> Self {
        let values = Arc::new(Float64Array::from_iter_values(values));
        Self::new(name, description, DataType::Float64, false, values)
    }
}

/// A file that takes its rows in batches of columns and creates itself with
/// the first one.
pub(super) struct TableWriter {
    path: PathBuf,
    schema: SchemaRef,
    writer: ArrowWriter<BufWriter<File>>,
    rows: u64,
}

impl TableWriter {
    /// Creates the file, and its folder, for columns like these (whose values
    /// are not written).
    pub(super) fn create(path: &Path, like: &[Column]) -> Result<Self, SampleError> {
        let io = |source| SampleError::Io {
            path: path.to_owned(),
            source,
        };
        if let Some(folder) = path.parent() {
            fs::create_dir_all(folder).map_err(io)?;
        }
        let file = BufWriter::new(File::create(path).map_err(io)?);
        let fields: Vec<Field> = like.iter().map(|column| column.field.clone()).collect();
        let schema = Arc::new(Schema::new(fields));
        let writer = ArrowWriter::try_new(file, Arc::clone(&schema), Some(properties(like)))
            .map_err(|source| SampleError::Parquet {
                path: path.to_owned(),
                source,
            })?;
        Ok(Self {
            path: path.to_owned(),
            schema,
            writer,
            rows: 0,
        })
    }

    /// Appends rows.
    pub(super) fn write(&mut self, columns: Vec<Column>) -> Result<(), SampleError> {
        let values = columns.into_iter().map(|column| column.values).collect();
        let batch = RecordBatch::try_new(Arc::clone(&self.schema), values)
            .map_err(|error| self.failed(error.into()))?;
        self.rows += batch.num_rows() as u64;
        self.writer
            .write(&batch)
            .map_err(|error| self.failed(error))
    }

    /// Writes the footer; rows and bytes of the finished file.
    pub(super) fn finish(mut self) -> Result<(u64, u64), SampleError> {
        self.writer.finish().map_err(|error| self.failed(error))?;
        Ok((self.rows, self.writer.bytes_written() as u64))
    }

    fn failed(&self, source: parquet::errors::ParquetError) -> SampleError {
        SampleError::Parquet {
            path: self.path.clone(),
            source,
        }
    }
}

fn properties(like: &[Column]) -> WriterProperties {
    // Higher levels gain under 1 % on numbers this random, and each column of
    // each open file would hold several times the working memory.
    let level = ZstdLevel::try_new(1).unwrap_or_default();
    let mut properties = WriterProperties::builder()
        .set_created_by(CREATED_BY.to_owned())
        .set_compression(Compression::ZSTD(level))
        .set_max_row_group_row_count(Some(ROW_GROUP_ROWS));
    for Column { field, repeats, .. } in like {
        // Sorted, nearly unique text: the difference to the row above is a
        // byte or two, a dictionary would hold everything once more.
        if !repeats && matches!(field.name().as_str(), "customer_id" | "phone") {
            let column = ColumnPath::from(field.name().as_str());
            properties = properties
                .set_column_dictionary_enabled(column.clone(), false)
                .set_column_encoding(column, Encoding::DELTA_BYTE_ARRAY);
        }
    }
    properties.build()
}
