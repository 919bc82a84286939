//! The lists that the CRM and the call centre import: one file per format.
//!
//! A [`List`] describes its columns and makes its rows on demand, so a million
//! rows cost no memory here. Typed cells (ids, phones, dates, numbers, words)
//! obey a strict grammar and are refused when they do not, so that they never
//! need escaping. Free text is cleaned and cannot start a formula.
//!
//! What an importer takes is data, a [`Layout`](layout::Layout) per [`Preset`];
//! `shape` brings a list into it, and there is one writer per file format.
//!
//! To add a preset: a file in `presets/` and a variant of [`Preset`].

mod cell;
mod csv_file;
mod jsonl_file;
mod layout;
mod list;
mod parquet_file;
mod preset;
mod presets;
mod settings;
mod shape;
mod source;
mod text;
mod xlsx_file;

pub use cell::Kind;
pub use list::{List, ListColumn, Row};
pub use preset::{Preset, write};
pub use settings::{ColumnSetting, ExportSettings, NamePattern, shared_folders};
pub use shape::for_each_file;
pub use source::{QUEUE, Source, SourceColumn};

/// A list could not be made or written. Never holds a value of the list.
#[derive(Debug, thiserror::Error)]
pub enum ListError {
    /// The name would not be safe as a file name.
    #[error("`{name}` cannot name a list; allowed: a-z, 0-9 and `-`, at most 100 letters")]
    Name {
        /// The name.
        name: String,
    },
    /// The columns are none, too many, or share a name.
    #[error("list `{list}`: {problem}")]
    Columns {
        /// The list.
        list: String,
        /// What is wrong with them.
        problem: String,
    },
    /// A row has more or fewer cells than the list has columns.
    #[error("list `{list}`, row {row}: {found} cells for {expected} columns")]
    Width {
        /// The list.
        list: String,
        /// The row, from 1.
        row: usize,
        /// Columns of the list.
        expected: usize,
        /// Cells of the row.
        found: usize,
    },
    /// A typed cell breaks its grammar.
    #[error("list `{list}`, column `{column}`, row {row}: not {expected}")]
    Grammar {
        /// The list.
        list: String,
        /// The column.
        column: String,
        /// The row, from 1.
        row: usize,
        /// What the column takes.
        expected: &'static str,
    },
    /// Two rows have the same external id.
    #[error(
        "list `{list}`, row {row}: {columns} is that of an earlier row; \
         the importer would take the two for one"
    )]
    Twice {
        /// The list.
        list: String,
        /// The headers of the id.
        columns: String,
        /// The row, from 1.
        row: usize,
    },
    /// A text is longer than a cell can hold.
    #[error("list `{list}`, column `{column}`, row {row}: longer than {limit} characters")]
    Long {
        /// The list.
        list: String,
        /// The column.
        column: String,
        /// The row, from 1.
        row: usize,
        /// The longest text allowed.
        limit: usize,
    },
    /// The file could not be written.
    #[error("list `{list}` could not be written: {source}")]
    Write {
        /// The list.
        list: String,
        /// What went wrong.
        source: std::io::Error,
    },
}
