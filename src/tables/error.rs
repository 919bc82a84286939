use std::path::PathBuf;

use super::CheckRecord;
use crate::domain::Fault;

/// Why the tables cannot be used. No message holds a value of a row.
#[derive(Debug, thiserror::Error)]
pub enum TableError {
    /// The pipeline file names sources, columns or rules that do not exist.
    #[error("{} faults in sources and tables", .0.len())]
    Faults(Vec<Fault>),
    /// No file is where a source says.
    #[error(
        "source `{source_name}`: no file matches {pattern}\n  \
         next: check the path in [sources.{source_name}]; it starts at the pipeline file's folder"
    )]
    Missing {
        /// The source.
        source_name: String,
        /// The path or glob.
        pattern: String,
    },
    /// A file is no readable Parquet file.
    #[error(
        "source `{source_name}`: cannot read {}: {reason}\n  \
         next: write the file again, or take it out of [sources.{source_name}]", file.display()
    )]
    Unreadable {
        /// The source.
        source_name: String,
        /// The file.
        file: PathBuf,
        /// What is wrong with it.
        reason: String,
    },
    /// A file of a source has other columns than the first one.
    #[error(
        "source `{source_name}`: {} has {found}, but {} has {expected}\n  \
         next: bring the files to one schema, or make them two sources joined by a query",
        file.display(), first.display()
    )]
    Schema {
        /// The source.
        source_name: String,
        /// The file that differs.
        file: PathBuf,
        /// The first file.
        first: PathBuf,
        /// What the file has.
        found: String,
        /// What the first one has.
        expected: String,
    },
    /// Reading or computing a table failed.
    #[error(
        "table `{table}`: {reason}\n  next: look at the files of its source, then run `clubcall check`"
    )]
    Engine {
        /// The table.
        table: String,
        /// What the engine said.
        reason: String,
    },
    /// Contracts of severity `fail` are broken.
    #[error("{}", broken(.0))]
    Contracts(Vec<CheckRecord>),
}

fn broken(records: &[CheckRecord]) -> String {
    let mut text = format!(
        "{} {} broken; nothing was published",
        records.len(),
        if records.len() == 1 {
            "contract is"
        } else {
            "contracts are"
        }
    );
    for record in records {
        text.push_str(&format!("\n  {record}"));
    }
    text.push_str(
        "\n  next: mend the input, or set another severity in [[tables.NAME.checks]] for your own \
         contracts",
    );
    text
}
