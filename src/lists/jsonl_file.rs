use std::io::{self, BufWriter, Write};

use super::{Kind, List, ListError, Row};

/// Writes the list as JSON Lines (<https://jsonlines.org>): an object a line in
/// UTF-8, its members in the order of the columns, a missing value as `null`.
/// Numbers are JSON numbers; ids and phones are strings.
///
/// # Errors
/// When a cell breaks its column's grammar or `out` fails.
pub(super) fn write(list: &List<'_>, out: &mut (dyn Write + Send)) -> Result<(), ListError> {
    let failed = |source: io::Error| ListError::Write {
        list: list.name().to_owned(),
        source,
    };
    let mut out = BufWriter::new(out);
    let mut row = Row::default();
    for index in 0..list.len() {
        list.fill(index, &mut row)?;
        line(list, &row, &mut out).map_err(failed)?;
    }
    out.flush().map_err(failed)
}

fn line(list: &List<'_>, row: &Row, out: &mut impl Write) -> io::Result<()> {
    let mut before = "{";
    for (column, cell) in list.columns().iter().zip(row.cells()) {
        write!(
            out,
            "{before}{}:",
            serde_json::Value::from(column.name.as_str())
        )?;
        before = ",";
        match (cell.filter(|text| !text.is_empty()), column.kind) {
            (None, _) => out.write_all(b"null")?,
            // The grammar of our numbers is that of JSON.
            (Some(number), Kind::Integer | Kind::Number) => out.write_all(number.as_bytes())?,
            (Some(text), _) => serde_json::to_writer(&mut *out, text)?,
        }
    }
    out.write_all(b"}\n")
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::lists::ListColumn;

    #[test]
    fn a_line_is_an_object_with_types() {
        let columns = vec![
            ListColumn::new("customer_id", "", Kind::Id),
            ListColumn::new("name", "", Kind::Text),
            ListColumn::new("rank", "", Kind::Integer),
        ];
        let names = ["=1\n\"张\"", ""];
        let list = List::new("calls", "", columns, 2, |index, row| {
            row.push(format_args!("C{index}"));
            row.push_opt((!names[index].is_empty()).then_some(names[index]));
            row.push(index);
        });
        let mut out = Vec::new();
        write(&list.unwrap(), &mut out).unwrap();
        assert_eq!(
            String::from_utf8(out).unwrap(),
            "{\"customer_id\":\"C0\",\"name\":\"=1\\n\\\"张\\\"\",\"rank\":0}\n\
             {\"customer_id\":\"C1\",\"name\":null,\"rank\":1}\n"
        );
    }
}
