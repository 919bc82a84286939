//! Synthetic data of a city telecom operator, of any size, with the planted
//! truth beside it.
//!
//! A customer is a function of the seed and the customer's number
//! ([`profile`]), and so is what the customer does on a day ([`usage`]) or in
//! a campaign ([`approaches`]). Nothing is kept: customers are recomputed block
//! by block, every file takes its rows of a block, and the next block follows.
//! So memory does not grow with customers, each file's rows come in the
//! order of customers whatever thread writes them, and the same settings give
//! the same bytes. The first customers stay the same when more are asked for.
//!
//! | to add | do |
//! | --- | --- |
//! | a table | a file with its columns, a line in [`Table`] |
//! | a past activity | a line in `activities.rs` |

mod activities;
mod approaches;
mod bayes;
mod calendar;
mod complaints;
mod contacts;
mod customers;
mod draw;
mod household;
mod interests;
mod moments;
mod names;
mod orders;
mod outcomes;
mod packages;
mod parquet_file;
mod preferences;
mod problem;
mod profile;
mod readme;
mod seed;
mod suppressions;
mod taste;
mod truth;
mod usage;
mod write;

use std::io;
use std::path::PathBuf;

use jiff::civil::Date;

pub use bayes::likeliest_groups;
pub use problem::{ProblemSettings, write_problem};
pub use write::write_sample;

/// What to generate.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SampleSettings {
    /// Number of customers, 1 to 100,000,000.
    pub customers: u64,
    /// Days of usage up to and including `until`, 1 to 800 (one file each).
    pub days: u32,
    /// The same seed gives the same bytes.
    pub seed: u64,
    /// The last day of data, in the years 2000 to 2100.
    pub until: Date,
}

impl Default for SampleSettings {
    fn default() -> Self {
        Self {
            customers: 5000,
            days: 90,
            seed: 1,
            until: Date::constant(2026, 10, 31),
        }
    }
}

/// How far the writing is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct SampleProgress {
    /// Customers whose rows are all written.
    pub customers_done: u64,
    /// Customers asked for.
    pub customers: u64,
}

/// What was written.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SampleSummary {
    /// Rows of each table, by the table's name (`truth/…` for the truth).
    pub rows: Vec<(&'static str, u64)>,
    /// Bytes of all Parquet files together.
    pub bytes: u64,
}

/// Why no sample was written.
#[derive(Debug, thiserror::Error)]
pub enum SampleError {
    /// A setting is out of its range.
    #[error("{setting} is {value}; allowed: {allowed}")]
    Setting {
        /// The setting's name.
        setting: &'static str,
        /// What it was.
        value: String,
        /// What it may be.
        allowed: &'static str,
    },
    /// The folder has something in it, which would mix with the sample.
    #[error("{} is not empty; choose a new folder or empty it first", path.display())]
    NotEmpty {
        /// The folder.
        path: PathBuf,
    },
    /// A file could not be written.
    #[error("cannot write {}", path.display())]
    Io {
        /// The file or folder.
        path: PathBuf,
        /// What the system said.
        source: io::Error,
    },
    /// A Parquet file could not be written.
    #[error("cannot write {}", path.display())]
    Parquet {
        /// The file.
        path: PathBuf,
        /// What the writer said.
        source: parquet::errors::ParquetError,
    },
}

/// The tables that grow with every block of customers, in the order of the
/// summary.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Table {
    Customers,
    Usage,
    Preferences,
    Contacts,
    Outcomes,
    Complaints,
    Orders,
    Suppressions,
    Packages,
    Moments,
    TruthCustomers,
    TruthResponses,
}

impl Table {
    const ALL: [Self; 12] = [
        Self::Customers,
        Self::Usage,
        Self::Preferences,
        Self::Contacts,
        Self::Outcomes,
        Self::Complaints,
        Self::Orders,
        Self::Suppressions,
        Self::Packages,
        Self::Moments,
        Self::TruthCustomers,
        Self::TruthResponses,
    ];

    const fn name(self) -> &'static str {
        match self {
            Self::Customers => "customers",
            Self::Usage => "usage",
            Self::Preferences => "preferences",
            Self::Contacts => "contacts",
            Self::Outcomes => "outcomes",
            Self::Complaints => "complaints",
            Self::Orders => "orders",
            Self::Suppressions => "suppressions",
            Self::Packages => "packages",
            Self::Moments => "moments",
            Self::TruthCustomers => "truth/customers",
            Self::TruthResponses => "truth/responses",
        }
    }
}

#[cfg(test)]
mod tests;
