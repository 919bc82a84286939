use std::io::Write;

use jiff::civil::Date;

use super::{Kind, List, ListError, Row};
use crate::domain::days_from_date;
use crate::outputs::{ColumnData, OutColumn, OutTable, write_parquet};

/// Writes the list as Parquet: days and numbers have types, everything else is
/// text as it is. A list is held in memory while it is written.
///
/// # Errors
/// When a cell breaks its column's grammar or `out` fails.
pub(super) fn write(list: &List<'_>, mut out: &mut (dyn Write + Send)) -> Result<(), ListError> {
    let mut data: Vec<ColumnData> = list.columns().iter().map(|c| empty(c.kind)).collect();
    let mut row = Row::default();
    for index in 0..list.len() {
        list.fill(index, &mut row)?;
        for (data, cell) in data.iter_mut().zip(row.cells()) {
            push(data, cell.filter(|text| !text.is_empty()));
        }
    }
    let columns = list.columns().iter().zip(data);
    let table = OutTable {
        name: "list",
        description: "A list to be imported.",
        columns: columns
            .map(|(column, data)| OutColumn::new(&column.name, &column.description, data))
            .collect(),
        rows: list.len(),
    };
    write_parquet(&table, &mut out).map_err(|error| ListError::Write {
        list: list.name().to_owned(),
        source: std::io::Error::other(error),
    })
}

fn empty(kind: Kind) -> ColumnData {
    match kind {
        Kind::Date => ColumnData::Date(Vec::new()),
        Kind::Integer => ColumnData::Int(Vec::new()),
        Kind::Number => ColumnData::Float(Vec::new()),
        _ => ColumnData::Text(Vec::new()),
    }
}

/// The grammar of the cell has been checked, so it parses.
fn push(data: &mut ColumnData, cell: Option<&str>) {
    match data {
        ColumnData::Date(days) => {
            let day = cell.and_then(|text| text.parse::<Date>().ok());
            days.push(day.map(days_from_date));
        }
        ColumnData::Int(numbers) => numbers.push(cell.and_then(|text| text.parse().ok())),
        ColumnData::Float(numbers) => numbers.push(cell.and_then(|text| text.parse().ok())),
        ColumnData::Text(texts) => texts.push(cell.map(str::to_owned)),
        _ => {}
    }
}

#[cfg(test)]
mod tests {
    use ::parquet::arrow::arrow_reader::ParquetRecordBatchReaderBuilder;
    use arrow_array::cast::AsArray;
    use arrow_array::types::{Date32Type, Int64Type};

    use super::*;
    use crate::lists::ListColumn;

    #[test]
    fn texts_are_as_they_are_and_days_and_numbers_have_types() {
        let columns = vec![
            ListColumn::new("phone", "", Kind::Phone),
            ListColumn::new("name", "", Kind::Text),
            ListColumn::new("rank", "", Kind::Integer),
            ListColumn::new("due", "", Kind::Date),
        ];
        let list = List::new("calls", "", columns, 1, |_, row| {
            row.push("+999105550123");
            row.push("=张伟");
            row.push(7);
            row.push("1970-01-03");
        });
        let mut file = tempfile::tempfile().unwrap();
        write(&list.unwrap(), &mut file).unwrap();
        let reader = ParquetRecordBatchReaderBuilder::try_new(file).unwrap();
        let batch = reader.build().unwrap().next().unwrap().unwrap();
        assert_eq!(batch.column(0).as_string::<i32>().value(0), "+999105550123");
        assert_eq!(batch.column(1).as_string::<i32>().value(0), "=张伟");
        assert_eq!(batch.column(2).as_primitive::<Int64Type>().value(0), 7);
        assert_eq!(batch.column(3).as_primitive::<Date32Type>().value(0), 2);
    }
}
