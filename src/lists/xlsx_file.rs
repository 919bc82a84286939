use std::io::{self, Write};
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::path::Path;

use rust_xlsxwriter::{
    DocProperties, ExcelDateTime, Format, IgnoreError, Workbook, Worksheet, XlsxError,
};

use super::text::{one_line, starts_formula};
use super::{Kind, List, ListError, Row};

/// Data rows of a sheet: Excel's 1,048,576 less the header.
const SHEET_ROWS: usize = 1_048_575;
/// Digits that Excel keeps of a number; longer ones go out as text.
const NUMBER_DIGITS: usize = 15;
/// Excel's built-in number format "Text" (ECMA-376 part 1, 18.8.30).
const TEXT_FORMAT: u8 = 49;
/// Rows that decide how wide a column is shown.
const SAMPLE_ROWS: usize = 1_000;

/// Writes the list for people: a workbook with a bold, fixed header line,
/// filters and fitting widths; further sheets where one is full.
///
/// Every cell but a number is a text cell in text format, so that Excel turns
/// no phone or id into a number and no text into a formula, not even after an
/// edit. Text that looks like a formula also has Excel's own mark for
/// "typed after an apostrophe", which leaves the text itself unchanged.
///
/// # Errors
/// When a cell breaks its column's grammar, or `out` or `scratch` fails.
pub(super) fn write(
    list: &List<'_>,
    scratch: &Path,
    out: &mut (dyn Write + Send),
) -> Result<(), ListError> {
    // The library writes rows to a temporary file and panics when that disk
    // is full; here it is an error like any other.
    let made = catch_unwind(AssertUnwindSafe(|| {
        workbook(list, scratch, SHEET_ROWS, out)
    }));
    made.unwrap_or_else(|_| Err(failed(list, io::Error::other("the scratch file failed"))))
}

fn failed(list: &List<'_>, source: io::Error) -> ListError {
    ListError::Write {
        list: list.name().to_owned(),
        source,
    }
}

fn workbook(
    list: &List<'_>,
    scratch: &Path,
    sheet_rows: usize,
    out: &mut (dyn Write + Send),
) -> Result<(), ListError> {
    let refused = |error: XlsxError| {
        let source = match error {
            XlsxError::IoError(source) | XlsxError::TempFileError(_, source) => source,
            other => io::Error::other(other),
        };
        failed(list, source)
    };
    let mut workbook = Workbook::new();
    workbook.set_tempdir(scratch).map_err(refused)?;
    // A fixed day, since the real one would change the bytes from run to run.
    let created = ExcelDateTime::from_ymd(2000, 1, 1).map_err(refused)?;
    let properties = DocProperties::new()
        .set_title(list.title())
        .set_author("clubcall")
        .set_creation_datetime(&created);
    workbook.set_properties(&properties);

    let formats = Formats::new();
    let widths = widths(list)?;
    let mut row = Row::default();
    for number in 0..list.len().div_ceil(sheet_rows).max(1) {
        let first = number * sheet_rows;
        let rows = sheet_rows.min(list.len() - first);
        let sheet = workbook
            .add_worksheet_with_constant_memory()
            .map_err(refused)?;
        sheet
            .set_name(sheet_name(list.name(), number))
            .map_err(refused)?;
        frame(sheet, list, &widths, rows, &formats).map_err(refused)?;
        for index in 0..rows {
            list.fill(first + index, &mut row)?;
            // Below SHEET_ROWS, and columns below Excel's limit.
            line(sheet, index as u32 + 1, list, &row, &formats).map_err(refused)?;
        }
    }
    workbook.save_to_writer(out).map_err(refused)
}

struct Formats {
    header: Format,
    text: Format,
    guarded: Format,
}

impl Formats {
    fn new() -> Self {
        let text = Format::new().set_num_format_index(TEXT_FORMAT);
        Self {
            header: text.clone().set_bold(),
            guarded: text.clone().set_quote_prefix(),
            text,
        }
    }
}

/// Header, filters and widths of a sheet.
fn frame(
    sheet: &mut Worksheet,
    list: &List<'_>,
    widths: &[f64],
    rows: usize,
    formats: &Formats,
) -> Result<(), XlsxError> {
    let last_row = rows as u32;
    let last_column = (list.columns().len() - 1) as u16;
    sheet.set_freeze_panes(1, 0)?;
    sheet.autofilter(0, 0, last_row, last_column)?;
    for (place, column) in (0u16..).zip(list.columns()) {
        sheet.set_column_width(place, widths[usize::from(place)])?;
        sheet.write_string_with_format(0, place, &column.name, &formats.header)?;
    }
    sheet.ignore_error_range(0, 0, last_row, last_column, IgnoreError::NumberStoredAsText)?;
    Ok(())
}

fn line(
    sheet: &mut Worksheet,
    at: u32,
    list: &List<'_>,
    row: &Row,
    formats: &Formats,
) -> Result<(), XlsxError> {
    for ((place, column), cell) in (0u16..).zip(list.columns()).zip(row.cells()) {
        let Some(text) = cell.filter(|text| !text.is_empty()) else {
            continue;
        };
        match column.kind {
            Kind::Number | Kind::Integer => match text.parse::<f64>() {
                Ok(number) if digits(text) <= NUMBER_DIGITS => {
                    sheet.write_number(at, place, number)?;
                }
                _ => {
                    sheet.write_string_with_format(at, place, text, &formats.text)?;
                }
            },
            Kind::Text => {
                let line = one_line(text);
                let format = if starts_formula(&line) {
                    &formats.guarded
                } else {
                    &formats.text
                };
                sheet.write_string_with_format(at, place, line, format)?;
            }
            Kind::Id
            | Kind::Key
            | Kind::Phone
            | Kind::Digits
            | Kind::Date
            | Kind::DateTime
            | Kind::Clock
            | Kind::Word => {
                sheet.write_string_with_format(at, place, text, &formats.text)?;
            }
        }
    }
    Ok(())
}

fn digits(number: &str) -> usize {
    number.bytes().filter(u8::is_ascii_digit).count()
}

/// The widths of the columns in Excel's unit, a digit; Chinese letters are two
/// digits wide. Long texts are cut off on the screen, not in the file.
fn widths(list: &List<'_>) -> Result<Vec<f64>, ListError> {
    let shown = |text: &str| -> usize {
        let width = |c: char| if c < '\u{1100}' { 1 } else { 2 };
        text.chars().take(60).map(width).sum()
    };
    // The arrow of the filter covers three digits of the header.
    let mut widest: Vec<usize> = list.columns().iter().map(|c| shown(&c.name) + 3).collect();
    let mut row = Row::default();
    for index in 0..list.len().min(SAMPLE_ROWS) {
        list.fill(index, &mut row)?;
        for (width, cell) in widest.iter_mut().zip(row.cells()) {
            *width = (*width).max(cell.map_or(0, shown));
        }
    }
    Ok(widest
        .into_iter()
        .map(|width| (width as f64 + 2.0).clamp(8.0, 60.0))
        .collect())
}

/// Sheet names have at most 31 letters and are unique.
fn sheet_name(list: &str, number: usize) -> String {
    let suffix = match number {
        0 => String::new(),
        _ => format!("-{}", number + 1),
    };
    let room = 31 - suffix.len();
    format!("{}{suffix}", &list[..list.len().min(room)])
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::lists::ListColumn;

    const NAMES: [&str; 4] = ["张伟", "=HYPERLINK(\"http://x\")", "O'Neil", "+1"];

    fn list(rows: usize) -> List<'static> {
        let columns = vec![
            ListColumn::new("customer_id", "", Kind::Id),
            ListColumn::new("phone", "", Kind::Phone),
            ListColumn::new("name", "", Kind::Text),
            ListColumn::new("priority", "", Kind::Number),
        ];
        List::new("calls-care", "Calls", columns, rows, |index, row| {
            row.push(format_args!("{index:04}"));
            row.push("+999105550123");
            row.push(NAMES[index % NAMES.len()]);
            row.push(index * 10);
        })
        .unwrap()
    }

    fn bytes(list: &List<'_>, sheet_rows: usize) -> Vec<u8> {
        let scratch = tempfile::tempdir().unwrap();
        let mut out = Vec::new();
        workbook(list, scratch.path(), sheet_rows, &mut out).unwrap();
        assert_eq!(scratch.path().read_dir().unwrap().count(), 0);
        out
    }

    /// Counts a file by its name in the archive's directory.
    fn has_file(workbook: &[u8], name: &str) -> bool {
        workbook.windows(name.len()).any(|w| w == name.as_bytes())
    }

    #[test]
    fn two_renders_are_the_same_bytes() {
        assert_eq!(bytes(&list(50), SHEET_ROWS), bytes(&list(50), SHEET_ROWS));
    }

    #[test]
    fn a_full_sheet_goes_on_in_the_next() {
        let workbook = bytes(&list(5), 2);
        assert!(has_file(&workbook, "xl/worksheets/sheet3.xml"));
        assert!(!has_file(&workbook, "xl/worksheets/sheet4.xml"));
        assert!(has_file(&bytes(&list(0), 2), "xl/worksheets/sheet1.xml"));
    }

    #[test]
    fn sheet_names_fit_and_differ() {
        let long = "invitations-of-a-very-long-activity-name";
        assert_eq!(sheet_name(long, 0).len(), 31);
        assert_eq!(sheet_name(long, 1).len(), 31);
        assert_ne!(sheet_name(long, 0), sheet_name(long, 1));
        assert_eq!(sheet_name("calls", 1), "calls-2");
    }

    #[test]
    fn a_bad_cell_or_a_missing_scratch_folder_is_an_error() {
        let columns = vec![ListColumn::new("phone", "", Kind::Phone)];
        let bad = List::new("calls", "", columns, 1, |_, row| row.push("5550123")).unwrap();
        let scratch = tempfile::tempdir().unwrap();
        let error = write(&bad, scratch.path(), &mut Vec::new()).unwrap_err();
        assert!(matches!(error, ListError::Grammar { row: 1, .. }));
        assert!(!error.to_string().contains("5550123"));

        let nowhere = scratch.path().join("none");
        let error = write(&list(1), &nowhere, &mut Vec::new()).unwrap_err();
        assert!(matches!(error, ListError::Write { .. }));
    }
}
