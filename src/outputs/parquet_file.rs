use std::collections::HashMap;
use std::io::Write;
use std::ops::Range;
use std::sync::Arc;

use ::parquet::arrow::ArrowWriter;
use ::parquet::basic::{Compression, ZstdLevel};
use ::parquet::errors::ParquetError;
use ::parquet::file::metadata::KeyValue;
use ::parquet::file::properties::WriterProperties;
use arrow_array::{
    ArrayRef, BooleanArray, Date32Array, Float64Array, Int64Array, RecordBatch, StringArray,
    TimestampMillisecondArray,
};
use arrow_schema::{DataType, Field, Schema, TimeUnit};

use super::{ColumnData, OutColumn, OutTable, OutputError};

/// Rows turned into Arrow arrays at a time; bounds the memory of a write.
const BATCH_ROWS: usize = 65_536;
/// Rows per row group: what a reader can skip or read in parallel.
const ROW_GROUP_ROWS: usize = 4 * BATCH_ROWS;
/// The compression level: close to zstd's default in speed, smaller than snappy.
const ZSTD_LEVEL: i32 = 3;

/// Writes the table as Parquet (zstd, dictionary encoding) and returns when
/// the footer is written; the caller flushes.
///
/// Descriptions and units travel as Arrow field metadata (`description`,
/// `unit`), the table's also as key-value metadata of the file. The same
/// table gives the same bytes: nothing of the machine or the time is in them.
///
/// # Errors
/// When the table is inconsistent (see [`OutTable::new`]) or `out` fails.
pub fn write_parquet<W: Write + Send>(table: &OutTable, out: &mut W) -> Result<(), OutputError> {
    table.check()?;
    let failed = |source: ParquetError| OutputError::Parquet {
        table: table.name.to_owned(),
        source,
    };
    let schema = Arc::new(schema(table));
    let properties = WriterProperties::builder()
        .set_created_by("clubcall".to_owned())
        .set_compression(Compression::ZSTD(
            ZstdLevel::try_new(ZSTD_LEVEL).map_err(failed)?,
        ))
        .set_dictionary_enabled(true)
        .set_max_row_group_row_count(Some(ROW_GROUP_ROWS))
        .set_key_value_metadata(Some(vec![KeyValue::new(
            "description".to_owned(),
            table.description.to_owned(),
        )]))
        .build();
    let mut writer =
        ArrowWriter::try_new(out, Arc::clone(&schema), Some(properties)).map_err(failed)?;
    let mut start = 0;
    while start < table.rows {
        let end = table.rows.min(start + BATCH_ROWS);
        let arrays = table
            .columns
            .iter()
            .map(|column| array(&column.data, start..end))
            .collect();
        let batch = RecordBatch::try_new(Arc::clone(&schema), arrays).map_err(|source| {
            OutputError::Arrow {
                table: table.name.to_owned(),
                source,
            }
        })?;
        writer.write(&batch).map_err(failed)?;
        start = end;
    }
    writer.close().map_err(failed)?;
    Ok(())
}

fn schema(table: &OutTable) -> Schema {
    let fields: Vec<Field> = table.columns.iter().map(field).collect();
    let metadata = HashMap::from([("description".to_owned(), table.description.to_owned())]);
    Schema::new_with_metadata(fields, metadata)
}

/// Nullability follows the kind, never the values: the schema of a table is
/// the same every night.
fn field(column: &OutColumn) -> Field {
    let (kind, nullable) = match &column.data {
        ColumnData::Id { .. } => (DataType::Utf8, false),
        ColumnData::Text(_) | ColumnData::Word { .. } => (DataType::Utf8, true),
        ColumnData::Int(_) => (DataType::Int64, true),
        ColumnData::Float(_) => (DataType::Float64, true),
        ColumnData::Bool(_) => (DataType::Boolean, true),
        ColumnData::Date(_) => (DataType::Date32, true),
        ColumnData::TimestampMs(_) => (
            DataType::Timestamp(TimeUnit::Millisecond, Some("UTC".into())),
            true,
        ),
    };
    let mut metadata = HashMap::from([("description".to_owned(), column.description.clone())]);
    if let Some(unit) = &column.unit {
        metadata.insert("unit".to_owned(), unit.clone());
    }
    Field::new(&column.name, kind, nullable).with_metadata(metadata)
}

/// The rows of a checked column as an Arrow array.
fn array(data: &ColumnData, rows: Range<usize>) -> ArrayRef {
    match data {
        ColumnData::Text(values) => Arc::new(StringArray::from_iter(
            values[rows].iter().map(Option::as_deref),
        )),
        ColumnData::Id { rows: places, ids } => Arc::new(StringArray::from_iter_values(
            places[rows]
                .iter()
                .map(|&place| ids[place as usize].as_str()),
        )),
        ColumnData::Word { codes, words } => Arc::new(StringArray::from_iter(
            codes[rows]
                .iter()
                .map(|&code| words.get(usize::from(code)).map(String::as_str)),
        )),
        ColumnData::Int(values) => Arc::new(Int64Array::from_iter(values[rows].iter().copied())),
        ColumnData::Float(values) => {
            Arc::new(Float64Array::from_iter(values[rows].iter().copied()))
        }
        ColumnData::Bool(values) => Arc::new(BooleanArray::from_iter(values[rows].iter().copied())),
        ColumnData::Date(values) => Arc::new(Date32Array::from_iter(values[rows].iter().copied())),
        ColumnData::TimestampMs(values) => Arc::new(
            TimestampMillisecondArray::from_iter(values[rows].iter().copied()).with_timezone("UTC"),
        ),
    }
}

#[cfg(test)]
mod tests {
    use std::fs::File;

    use ::parquet::arrow::arrow_reader::{ArrowReaderMetadata, ParquetRecordBatchReaderBuilder};
    use ::parquet::file::reader::{FileReader, SerializedFileReader};
    use arrow_array::cast::AsArray;
    use arrow_array::types::{Float64Type, Int64Type, TimestampMillisecondType};

    use super::*;

    fn sample(rows: usize) -> OutTable {
        let ids: Vec<String> = (0..rows).map(|row| format!("C{row:07}")).collect();
        let every = |keep: usize| (0..rows).map(move |row| (row % keep == 0).then_some(row));
        OutTable::new(
            "members",
            "One row is a customer.",
            vec![
                OutColumn::new(
                    "customer_id",
                    "the customer",
                    ColumnData::Id {
                        rows: (0..rows as u32).rev().collect(),
                        ids: Arc::new(ids),
                    },
                ),
                OutColumn::new(
                    "segment_name",
                    "the segment's name",
                    ColumnData::words((0..rows).map(|row| [Some("影迷"), None][row % 2])),
                ),
                OutColumn::new(
                    "minutes",
                    "minutes of use",
                    ColumnData::Int(every(3).map(|v| v.map(|n| n as i64)).collect()),
                )
                .unit("min"),
                OutColumn::new(
                    "confidence",
                    "how clear the segment is",
                    ColumnData::Float(every(5).map(|v| v.map(|n| n as f64 / 7.0)).collect()),
                ),
                OutColumn::new(
                    "due_at",
                    "latest time",
                    ColumnData::TimestampMs(vec![Some(1_793_404_800_000); rows]),
                ),
                OutColumn::new("on", "a day", ColumnData::Date(vec![Some(20_757); rows])),
                OutColumn::new("tag", "a tag", ColumnData::Bool(vec![None; rows])),
                OutColumn::new("note", "a text", ColumnData::Text(vec![None; rows])),
            ],
        )
        .unwrap()
    }

    fn bytes(table: &OutTable) -> Vec<u8> {
        let mut out = Vec::new();
        write_parquet(table, &mut out).unwrap();
        out
    }

    fn file(table: &OutTable) -> File {
        let mut file = tempfile::tempfile().unwrap();
        write_parquet(table, &mut file).unwrap();
        file
    }

    #[test]
    fn what_is_written_is_read_back_across_batches() {
        let rows = BATCH_ROWS + 10;
        let reader = ParquetRecordBatchReaderBuilder::try_new(file(&sample(rows)))
            .unwrap()
            .with_batch_size(rows)
            .build()
            .unwrap();
        let batches: Vec<RecordBatch> = reader.map(Result::unwrap).collect();
        assert_eq!(
            batches.iter().map(RecordBatch::num_rows).sum::<usize>(),
            rows
        );
        let last = batches.last().unwrap();
        let end = last.num_rows() - 1;
        assert_eq!(last.column(0).as_string::<i32>().value(end), "C0000000");
        let first = &batches[0];
        assert_eq!(first.column(1).as_string::<i32>().value(0), "影迷");
        assert!(first.column(1).is_null(1));
        assert_eq!(first.column(2).as_primitive::<Int64Type>().value(3), 3);
        assert_eq!(
            first.column(3).as_primitive::<Float64Type>().value(5),
            5.0 / 7.0
        );
        assert_eq!(
            first
                .column(4)
                .as_primitive::<TimestampMillisecondType>()
                .value(0),
            1_793_404_800_000
        );
    }

    #[test]
    fn a_file_explains_itself() {
        let file = file(&sample(3));
        let metadata = ArrowReaderMetadata::load(&file, Default::default()).unwrap();
        let schema = metadata.schema();
        assert_eq!(schema.metadata()["description"], "One row is a customer.");
        let minutes = schema.field_with_name("minutes").unwrap();
        assert_eq!(minutes.metadata()["description"], "minutes of use");
        assert_eq!(minutes.metadata()["unit"], "min");
        assert!(!schema.field_with_name("customer_id").unwrap().is_nullable());
        let reader = SerializedFileReader::new(file).unwrap();
        let footer = reader.metadata().file_metadata();
        assert_eq!(footer.created_by(), Some("clubcall"));
        let pairs = footer.key_value_metadata().unwrap();
        assert!(pairs.iter().any(|pair| pair.key == "description"));
    }

    #[test]
    fn the_same_table_gives_the_same_bytes_and_no_rows_are_fine() {
        assert_eq!(bytes(&sample(1000)), bytes(&sample(1000)));
        assert!(!bytes(&sample(0)).is_empty());
    }
}
