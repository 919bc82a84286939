use std::io::{self, Write};

use csv::{Terminator, WriterBuilder};

use super::text::csv_text;
use super::{Kind, List, ListError, Row};

/// Writes the list for machines: RFC 4180 with a header line, UTF-8 without a
/// byte order mark, CRLF line ends, no line break inside a cell. An empty cell
/// is a missing value.
///
/// # Errors
/// When a cell breaks its column's grammar or `out` fails.
pub(super) fn write(list: &List<'_>, out: &mut (dyn Write + Send)) -> Result<(), ListError> {
    let failed = |source: io::Error| ListError::Write {
        list: list.name().to_owned(),
        source,
    };
    // A csv::Error may quote the record, so only its I/O part goes on.
    let csv_failed = |error: csv::Error| match error.into_kind() {
        csv::ErrorKind::Io(source) => failed(source),
        _ => failed(io::Error::other("the CSV writer refused a record")),
    };
    let mut writer = WriterBuilder::new()
        .terminator(Terminator::CRLF)
        .from_writer(out);
    writer
        .write_record(list.columns().iter().map(|column| &column.name))
        .map_err(csv_failed)?;
    let mut row = Row::default();
    for index in 0..list.len() {
        list.fill(index, &mut row)?;
        for (column, cell) in list.columns().iter().zip(row.cells()) {
            let text = cell.unwrap_or_default();
            match column.kind {
                Kind::Text => writer.write_field(csv_text(text).as_bytes()),
                _ => writer.write_field(text),
            }
            .map_err(csv_failed)?;
        }
        writer.write_record(None::<&[u8]>).map_err(csv_failed)?;
    }
    writer.flush().map_err(failed)
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;
    use crate::lists::ListColumn;
    use crate::lists::text::starts_formula;

    fn columns() -> Vec<ListColumn> {
        vec![
            ListColumn::new("customer_id", "", Kind::Id),
            ListColumn::new("phone", "", Kind::Phone),
            ListColumn::new("name", "", Kind::Text),
            ListColumn::new("balance", "", Kind::Number),
        ]
    }

    fn csv(names: &[&str]) -> Result<String, ListError> {
        let list = List::new("calls", "Calls", columns(), names.len(), |index, row| {
            row.push(format_args!("C{index}"));
            row.push("+999105550123");
            row.push_opt((!names[index].is_empty()).then_some(names[index]));
            row.push("-3.5");
        })?;
        let mut out = Vec::new();
        write(&list, &mut out)?;
        Ok(String::from_utf8(out).unwrap())
    }

    #[test]
    fn bytes_are_what_importers_expect() {
        assert_eq!(
            csv(&["张伟", "Smith, \"Al\"", "", "=1+1\nx"]).unwrap(),
            "customer_id,phone,name,balance\r\n\
             C0,+999105550123,张伟,-3.5\r\n\
             C1,+999105550123,\"Smith, \"\"Al\"\"\",-3.5\r\n\
             C2,+999105550123,,-3.5\r\n\
             C3,+999105550123,'=1+1 x,-3.5\r\n"
        );
    }

    proptest! {
        #[test]
        fn hostile_names_survive_the_round_trip_as_one_harmless_cell(
            names in prop::collection::vec("[=+@＝ \t\r\n\",;'-]{0,3}\\PC{0,12}", 1..5)
        ) {
            let names: Vec<&str> = names.iter().map(String::as_str).collect();
            let text = csv(&names).unwrap();
            prop_assert_eq!(text.matches("\r\n").count(), names.len() + 1);
            let mut reader = csv::Reader::from_reader(text.as_bytes());
            let records: Vec<_> = reader.records().map(Result::unwrap).collect();
            prop_assert_eq!(records.len(), names.len());
            for record in &records {
                prop_assert_eq!(record.len(), 4);
                prop_assert_eq!(&record[1], "+999105550123");
                prop_assert!(!starts_formula(&record[2]));
            }
        }
    }
}
