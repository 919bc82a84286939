use super::words::Word;
use crate::domain::Language;

/// The most rows that the page shows of a table; the Parquet holds the rest.
const MOST_ROWS: usize = 200;

/// A table of the page: the cells are plain text, escaped when rendered.
#[derive(Debug, Clone)]
pub struct Table {
    /// The columns; the first heads each row.
    pub columns: Vec<Column>,
    /// The rows, each as long as `columns`.
    pub rows: Vec<Vec<String>>,
    /// How many rows there are beyond `rows`.
    pub more: usize,
}

/// A column of a [`Table`].
#[derive(Debug, Clone)]
pub struct Column {
    /// What it is called.
    pub label: String,
    /// Whether it holds numbers, which stand at the right.
    pub numeric: bool,
}

impl Table {
    /// A table of at most 200 of the rows.
    pub(super) fn new(columns: Vec<Column>, rows: impl IntoIterator<Item = Vec<String>>) -> Self {
        let mut rows = rows.into_iter();
        let shown = rows.by_ref().take(MOST_ROWS).collect();
        Self {
            columns,
            rows: shown,
            more: rows.count(),
        }
    }
}

/// A column of text.
pub(super) fn text(word: Word, language: Language) -> Column {
    Column {
        label: word.text(language).to_owned(),
        numeric: false,
    }
}

/// A column of numbers.
pub(super) fn number(word: Word, language: Language) -> Column {
    Column {
        label: word.text(language).to_owned(),
        numeric: true,
    }
}
