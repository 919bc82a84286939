//! Published tables as plain data, their Parquet form, and the package
//! descriptor that tells readers what every file holds.
//!
//! A stage hands over an [`OutTable`]; [`write_parquet`] streams it into any
//! writer. Nothing here opens a file. Every column carries a description, so
//! that a table explains itself wherever it is opened.

mod column;
mod datapackage;
mod parquet_file;

pub use column::{ColumnData, OutColumn};
pub use datapackage::{DataPackage, Encoding, Field, FieldType, FileFormat, Resource, TextForm};
pub use parquet_file::write_parquet;

/// A table to publish: named columns of equal length.
#[derive(Debug, Clone)]
pub struct OutTable {
    /// The file name without its ending, such as `members`.
    pub name: &'static str,
    /// What one row is, in a sentence.
    pub description: &'static str,
    /// The columns, in the order of the file.
    pub columns: Vec<OutColumn>,
    /// The number of rows.
    pub rows: usize,
}

/// A table could not be made or written.
#[derive(Debug, thiserror::Error)]
pub enum OutputError {
    /// A table needs at least one column.
    #[error("table `{table}` has no columns")]
    Empty {
        /// The table.
        table: String,
    },
    /// Two columns have the same name.
    #[error("table `{table}` has two columns named `{column}`")]
    Twice {
        /// The table.
        table: String,
        /// The name used twice.
        column: String,
    },
    /// A column is longer or shorter than the first.
    #[error("table `{table}`: column `{column}` has {found} values for {expected} rows")]
    Length {
        /// The table.
        table: String,
        /// The column that differs.
        column: String,
        /// Rows of the table.
        expected: usize,
        /// Values in the column.
        found: usize,
    },
    /// A coded value points beyond its words or ids.
    #[error("table `{table}`: column `{column}`, row {row}: no such code")]
    Code {
        /// The table.
        table: String,
        /// The column.
        column: String,
        /// The row, from 0.
        row: usize,
    },
    /// A number is infinite or not a number.
    #[error("table `{table}`: column `{column}`, row {row}: not a finite number")]
    NotFinite {
        /// The table.
        table: String,
        /// The column.
        column: String,
        /// The row, from 0.
        row: usize,
    },
    /// Arrow refused the values.
    #[error("table `{table}` could not be built: {source}")]
    Arrow {
        /// The table.
        table: String,
        /// What Arrow said.
        source: arrow_schema::ArrowError,
    },
    /// The Parquet writer or what it writes to failed.
    #[error("table `{table}` could not be written: {source}")]
    Parquet {
        /// The table.
        table: String,
        /// What the writer said.
        source: ::parquet::errors::ParquetError,
    },
}

impl OutTable {
    /// A table of these columns; its length is that of the first.
    ///
    /// # Errors
    /// When there is no column, a name is used twice, lengths differ, a code
    /// has no word, or a number is not finite.
    pub fn new(
        name: &'static str,
        description: &'static str,
        columns: Vec<OutColumn>,
    ) -> Result<Self, OutputError> {
        let rows = columns.first().map_or(0, |column| column.data.len());
        let table = Self {
            name,
            description,
            columns,
            rows,
        };
        table.check()?;
        Ok(table)
    }

    /// The column of that name.
    #[must_use]
    pub fn column(&self, name: &str) -> Option<&OutColumn> {
        self.columns.iter().find(|column| column.name == name)
    }

    /// Tests what [`OutTable::new`] promises; the fields are open to all.
    pub(crate) fn check(&self) -> Result<(), OutputError> {
        let table = || self.name.to_owned();
        if self.columns.is_empty() {
            return Err(OutputError::Empty { table: table() });
        }
        for (index, column) in self.columns.iter().enumerate() {
            let name = || column.name.clone();
            if self.columns[..index].iter().any(|c| c.name == column.name) {
                return Err(OutputError::Twice {
                    table: table(),
                    column: name(),
                });
            }
            if column.data.len() != self.rows {
                return Err(OutputError::Length {
                    table: table(),
                    column: name(),
                    expected: self.rows,
                    found: column.data.len(),
                });
            }
            if let Some(row) = column.data.bad_code() {
                return Err(OutputError::Code {
                    table: table(),
                    column: name(),
                    row,
                });
            }
            if let Some(row) = column.data.not_finite() {
                return Err(OutputError::NotFinite {
                    table: table(),
                    column: name(),
                    row,
                });
            }
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn column(name: &str, data: ColumnData) -> OutColumn {
        OutColumn::new(name, "a column", data)
    }

    #[test]
    fn columns_of_unequal_length_are_refused_by_name() {
        let error = OutTable::new(
            "members",
            "a customer",
            vec![
                column("a", ColumnData::Int(vec![Some(1), None])),
                column("b", ColumnData::Bool(vec![Some(true)])),
            ],
        )
        .unwrap_err();
        assert_eq!(
            error.to_string(),
            "table `members`: column `b` has 1 values for 2 rows"
        );
    }

    #[test]
    fn names_are_unique_and_there_is_at_least_one() {
        let one = || column("a", ColumnData::Int(vec![]));
        assert!(matches!(
            OutTable::new("t", "", vec![one(), one()]),
            Err(OutputError::Twice { .. })
        ));
        assert!(matches!(
            OutTable::new("t", "", vec![]),
            Err(OutputError::Empty { .. })
        ));
    }

    #[test]
    fn what_cannot_be_shown_is_refused_with_its_row() {
        let words = ColumnData::Word {
            codes: vec![0, ColumnData::NO_WORD, 2],
            words: vec!["sms".into(), "call".into()],
        };
        assert!(matches!(
            OutTable::new("t", "", vec![column("w", words)]),
            Err(OutputError::Code { row: 2, .. })
        ));
        let numbers = ColumnData::Float(vec![Some(1.0), Some(f64::NAN)]);
        assert!(matches!(
            OutTable::new("t", "", vec![column("x", numbers)]),
            Err(OutputError::NotFinite { row: 1, .. })
        ));
    }
}
