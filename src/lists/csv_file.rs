use std::borrow::Cow;
use std::io::{self, Write};

use csv::{QuoteStyle, Terminator, WriterBuilder};

use super::layout::Layout;
use super::text::cell_text;
use super::{Kind, List, ListError, Row};
use crate::outputs::Encoding;

/// Writes the list as delimited text in the layout's form: RFC 4180 with a
/// header line, in UTF-8 without a byte order mark, unless it says otherwise.
/// No line break is inside a cell, and an empty cell is a missing value.
///
/// # Errors
/// When a cell breaks its column's grammar or `out` fails.
pub(super) fn write(
    list: &List<'_>,
    layout: &Layout,
    out: &mut (dyn Write + Send),
) -> Result<(), ListError> {
    let form = layout.text;
    let failed = |source: io::Error| ListError::Write {
        list: list.name().to_owned(),
        source,
    };
    // A csv::Error may quote the record, so only its I/O part goes on.
    let csv_failed = |error: csv::Error| match error.into_kind() {
        csv::ErrorKind::Io(source) => failed(source),
        _ => failed(io::Error::other("the CSV writer refused a record")),
    };
    if form.encoding == Encoding::Utf8Bom {
        out.write_all("\u{feff}".as_bytes()).map_err(failed)?;
    }
    let mut writer = WriterBuilder::new()
        // Layouts have ASCII delimiters.
        .delimiter(u8::try_from(form.delimiter).unwrap_or(b','))
        .terminator(if form.line_end == "\n" {
            Terminator::Any(b'\n')
        } else {
            Terminator::CRLF
        })
        // What refuses quotes gets text that needs none.
        .quote_style(if layout.refused.contains(&'"') {
            QuoteStyle::Never
        } else {
            QuoteStyle::Necessary
        })
        .from_writer(out);
    if form.header {
        for column in list.columns() {
            let header = encoded(Cow::Borrowed(column.name.as_str()), form.encoding);
            writer.write_field(header).map_err(csv_failed)?;
        }
        writer.write_record(None::<&[u8]>).map_err(csv_failed)?;
    }
    let mut row = Row::default();
    for index in 0..list.len() {
        list.fill(index, &mut row)?;
        for (column, cell) in list.columns().iter().zip(row.cells()) {
            let text = cell.unwrap_or_default();
            match column.kind {
                Kind::Text => {
                    let text = cell_text(text, layout.guard);
                    writer.write_field(encoded(text, form.encoding))
                }
                _ => writer.write_field(text),
            }
            .map_err(csv_failed)?;
        }
        writer.write_record(None::<&[u8]>).map_err(csv_failed)?;
    }
    writer.flush().map_err(failed)
}

/// The text in the file's encoding. Every byte of a GB 18030 character but its
/// digits is above the delimiters and quotes, so a cell is encoded by itself.
fn encoded(text: Cow<'_, str>, encoding: Encoding) -> Cow<'_, [u8]> {
    match (encoding, text) {
        (Encoding::Gb18030, text) => Cow::Owned(encoding_rs::GB18030.encode(&text).0.into_owned()),
        (_, Cow::Borrowed(text)) => Cow::Borrowed(text.as_bytes()),
        (_, Cow::Owned(text)) => Cow::Owned(text.into_bytes()),
    }
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
        write(&list, &Layout::CSV, &mut out)?;
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

    #[test]
    fn the_same_text_comes_in_the_encodings_that_excel_and_old_systems_read() {
        let columns = || vec![ListColumn::new("name", "", Kind::Text)];
        let texts = ["张伟，“龙”", "𠮷野, \"é\"", "😀"];
        let list = List::new("calls", "", columns(), 3, |index, row| {
            row.push(texts[index])
        });
        let list = list.unwrap();
        let bytes = |encoding| {
            let mut out = Vec::new();
            write(&list, &Layout::CSV.encoded(encoding), &mut out).unwrap();
            out
        };
        let plain = bytes(Encoding::Utf8);
        let marked = bytes(Encoding::Utf8Bom);
        assert_eq!(marked, [b"\xef\xbb\xbf", plain.as_slice()].concat());
        let chinese = bytes(Encoding::Gb18030);
        let (text, _, faulty) = encoding_rs::GB18030.decode(&chinese);
        assert!(!faulty);
        assert_eq!(text.as_bytes(), plain);
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
