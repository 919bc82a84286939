use std::fmt::{self, Display, Write};

use super::{Kind, ListError, Source};

/// The longest text that a cell of a workbook holds, in UTF-16 units
/// (Excel specifications and limits).
pub(super) const CELL_LIMIT: usize = 32_767;
/// Excel's limit of columns; far beyond what an importer maps.
const COLUMN_LIMIT: usize = 16_384;

/// A column of a list.
#[derive(Debug, Clone)]
pub struct ListColumn {
    /// The name in the header.
    pub name: String,
    /// What a value means, for the package descriptor.
    pub description: String,
    /// What the cells hold.
    pub kind: Kind,
}

impl ListColumn {
    /// A column.
    pub fn new(name: impl Into<String>, description: impl Into<String>, kind: Kind) -> Self {
        Self {
            name: name.into(),
            description: description.into(),
            kind,
        }
    }
}

/// The cells of one row while it is made; reused from row to row.
#[derive(Debug, Default)]
pub struct Row {
    text: String,
    /// For each cell where its text ends, and whether there is any.
    ends: Vec<(usize, bool)>,
}

impl Row {
    /// Adds a cell.
    pub fn push(&mut self, value: impl Display) {
        // Writing into a String fails only if the value's Display does; then
        // the cell keeps what was written, and its grammar judges it.
        let _ = write!(self.text, "{value}");
        self.ends.push((self.text.len(), true));
    }

    /// Adds a cell, empty for `None`.
    pub fn push_opt(&mut self, value: Option<impl Display>) {
        match value {
            Some(value) => self.push(value),
            None => self.empty(),
        }
    }

    /// Adds an empty cell.
    pub fn empty(&mut self) {
        self.ends.push((self.text.len(), false));
    }

    pub(super) fn clear(&mut self) {
        self.text.clear();
        self.ends.clear();
    }

    /// The cells so far; `None` is an empty one.
    pub(super) fn cells(&self) -> impl Iterator<Item = Option<&str>> {
        let mut start = 0;
        self.ends.iter().map(move |&(end, filled)| {
            let text = &self.text[start..end];
            start = end;
            filled.then_some(text)
        })
    }
}

type MakeRow<'a> = Box<dyn Fn(usize, &mut Row) + Send + Sync + 'a>;

/// Which alphabet the headers have.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Headers {
    /// Ours: `a-z`, `0-9` and `_`.
    Ours,
    /// An importer's: see [`is_header`].
    Importers,
}

/// A list to export: its columns, and a function that makes a row.
pub struct List<'a> {
    name: String,
    title: String,
    description: String,
    columns: Vec<ListColumn>,
    key: Vec<String>,
    len: usize,
    make: MakeRow<'a>,
}

impl fmt::Debug for List<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("List")
            .field("name", &self.name)
            .field("len", &self.len)
            .finish_non_exhaustive()
    }
}

impl<'a> List<'a> {
    /// A list of `len` rows. `make(row, cells)` pushes one cell per column for
    /// rows 0 to `len - 1`, and the same cells whenever it is asked again.
    ///
    /// # Errors
    /// When the name is unsafe as a file name, or columns are none, too many,
    /// unnamed or named twice.
    pub fn new(
        name: impl Into<String>,
        title: impl Into<String>,
        columns: Vec<ListColumn>,
        len: usize,
        make: impl Fn(usize, &mut Row) + Send + Sync + 'a,
    ) -> Result<Self, ListError> {
        Self::checked(name.into(), title.into(), columns, len, Headers::Ours, make)
    }

    /// A list under an importer's headers; `key` has the headers that tell a
    /// row from all others.
    ///
    /// # Errors
    /// As [`List::new`], with the importer's alphabet of headers.
    pub(super) fn for_importer(
        name: String,
        title: String,
        description: String,
        columns: Vec<ListColumn>,
        key: Vec<String>,
        len: usize,
        make: impl Fn(usize, &mut Row) + Send + Sync + 'a,
    ) -> Result<Self, ListError> {
        let list = Self::checked(name, title, columns, len, Headers::Importers, make)?;
        Ok(Self {
            description,
            key,
            ..list
        })
    }

    fn checked(
        name: String,
        title: String,
        columns: Vec<ListColumn>,
        len: usize,
        headers: Headers,
        make: impl Fn(usize, &mut Row) + Send + Sync + 'a,
    ) -> Result<Self, ListError> {
        if !is_list_name(&name) {
            return Err(ListError::Name { name });
        }
        let fault = |problem: String| ListError::Columns {
            list: name.clone(),
            problem,
        };
        if columns.is_empty() || columns.len() > COLUMN_LIMIT {
            return Err(fault(format!(
                "{} columns; allowed: 1 to {COLUMN_LIMIT}",
                columns.len()
            )));
        }
        for (index, column) in columns.iter().enumerate() {
            let usable = match headers {
                Headers::Ours => is_column_name(&column.name),
                Headers::Importers => is_header(&column.name),
            };
            if !usable {
                return Err(fault(format!(
                    "column {} has no usable name; allowed: {}",
                    index + 1,
                    match headers {
                        Headers::Ours => "a-z, 0-9 and _",
                        Headers::Importers => HEADER_ALPHABET,
                    }
                )));
            }
            if columns[..index].iter().any(|c| c.name == column.name) {
                return Err(fault(format!("two columns named `{}`", column.name)));
            }
        }
        let key = Source::of(&name).map_or(&[][..], Source::key);
        let has = |header: &&&str| columns.iter().any(|column| column.name == **header);
        Ok(Self {
            key: key.iter().filter(has).map(|&k| k.to_owned()).collect(),
            description: title.clone(),
            name,
            title,
            columns,
            len,
            make: Box::new(make),
        })
    }

    /// The list's name, which is its file name without the ending.
    #[must_use]
    pub fn name(&self) -> &str {
        &self.name
    }

    /// The list's title for people.
    #[must_use]
    pub fn title(&self) -> &str {
        &self.title
    }

    /// What a row is and which rows are in it, for the package descriptor.
    #[must_use]
    pub fn description(&self) -> &str {
        &self.description
    }

    /// The headers that tell a row from all others; none if that is not known.
    #[must_use]
    pub fn key(&self) -> &[String] {
        &self.key
    }

    /// The columns, in the order of the file.
    #[must_use]
    pub fn columns(&self) -> &[ListColumn] {
        &self.columns
    }

    /// The number of rows.
    #[must_use]
    pub fn len(&self) -> usize {
        self.len
    }

    /// Whether there is no row.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.len == 0
    }

    /// Makes row `index` into `row` and checks every cell.
    pub(super) fn fill(&self, index: usize, row: &mut Row) -> Result<(), ListError> {
        row.clear();
        (self.make)(index, row);
        if row.ends.len() != self.columns.len() {
            return Err(ListError::Width {
                list: self.name.clone(),
                row: index + 1,
                expected: self.columns.len(),
                found: row.ends.len(),
            });
        }
        for (column, cell) in self.columns.iter().zip(row.cells()) {
            let Some(text) = cell else { continue };
            if !column.kind.accepts(text) {
                return Err(ListError::Grammar {
                    list: self.name.clone(),
                    column: column.name.clone(),
                    row: index + 1,
                    expected: column.kind.expected(),
                });
            }
            // The apostrophe of a defused formula needs room for one more.
            if text.len() >= CELL_LIMIT && text.encode_utf16().count() >= CELL_LIMIT {
                return Err(ListError::Long {
                    list: self.name.clone(),
                    column: column.name.clone(),
                    row: index + 1,
                    limit: CELL_LIMIT - 1,
                });
            }
        }
        Ok(())
    }
}

fn is_list_name(name: &str) -> bool {
    (1..=100).contains(&name.len())
        && !name.starts_with('-')
        && name
            .bytes()
            .all(|b| b.is_ascii_lowercase() || b.is_ascii_digit() || b == b'-')
}

/// What the headers of importers are made of, for errors.
pub(super) const HEADER_ALPHABET: &str =
    "letters and digits of any script, a letter or digit first, then also space and _ . : / - ( )";

/// Whether a header can stand unescaped in any format: it starts no formula,
/// breaks no line and needs no quotes.
pub(super) fn is_header(name: &str) -> bool {
    (1..=255).contains(&name.chars().count())
        && name.starts_with(char::is_alphanumeric)
        && !name.ends_with(' ')
        && name.chars().all(|c| {
            c.is_alphanumeric() || matches!(c, ' ' | '_' | '.' | ':' | '/' | '-' | '(' | ')')
        })
}

fn is_column_name(name: &str) -> bool {
    name.starts_with(|c: char| c.is_ascii_lowercase())
        && name
            .bytes()
            .all(|b| b.is_ascii_lowercase() || b.is_ascii_digit() || b == b'_')
}

#[cfg(test)]
mod tests {
    use super::*;

    fn phone_list(phone: &'static str) -> List<'static> {
        let columns = vec![ListColumn::new("phone", "the number", Kind::Phone)];
        List::new("calls", "Calls", columns, 1, move |_, row| row.push(phone)).unwrap()
    }

    #[test]
    fn a_bad_cell_is_named_by_place_and_never_shown() {
        let error = phone_list("010-5550-123")
            .fill(0, &mut Row::default())
            .unwrap_err();
        let message = format!("{error} {error:?}");
        assert!(
            error
                .to_string()
                .starts_with("list `calls`, column `phone`, row 1: not")
        );
        assert!(!message.contains("5550"), "{message}");
    }

    #[test]
    fn every_row_has_a_cell_per_column() {
        let columns = vec![ListColumn::new("id", "the id", Kind::Id)];
        let list = List::new("calls", "Calls", columns, 1, |_, row| {
            row.push("C1");
            row.empty();
        })
        .unwrap();
        let error = list.fill(0, &mut Row::default()).unwrap_err();
        assert_eq!(
            error.to_string(),
            "list `calls`, row 1: 2 cells for 1 columns"
        );
    }

    #[test]
    fn unsafe_names_are_refused() {
        let column = || ListColumn::new("id", "the id", Kind::Id);
        for name in ["", "../x", "A", "a b", "-a", "a.csv", "名单"] {
            assert!(
                List::new(name, "", vec![column()], 0, |_, _| {}).is_err(),
                "{name}"
            );
        }
        assert!(List::new("a", "", vec![column(), column()], 0, |_, _| {}).is_err());
        assert!(List::new("a", "", vec![], 0, |_, _| {}).is_err());
        let formula = ListColumn::new("=1", "", Kind::Text);
        assert!(List::new("a", "", vec![formula], 0, |_, _| {}).is_err());
    }

    #[test]
    fn a_text_beyond_a_cell_is_refused() {
        let columns = vec![ListColumn::new("note", "a note", Kind::Text)];
        let long = "张".repeat(CELL_LIMIT);
        let list = List::new("calls", "", columns, 1, move |_, row| row.push(&long)).unwrap();
        assert!(matches!(
            list.fill(0, &mut Row::default()),
            Err(ListError::Long { row: 1, .. })
        ));
    }
}
