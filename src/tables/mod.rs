//! Input tables: from Parquet files to tables whose contracts hold.
//!
//! [`Catalog::open`] finds files, checks their footers and knows every column
//! without reading data; [`Catalog::validate`] measures the contracts in one
//! pass per table and sets faulty rows aside. Downstream only sees
//! [`ValidTables`].
//!
//! | file | job |
//! | --- | --- |
//! | `canonical/` | the tables with a meaning: columns and built-in contracts |
//! | `settings` | `[sources]` and `[tables]` as written |
//! | `source` | paths to files with sound footers |
//! | `scan` | lazy frames with mapped and typed columns |
//! | `typing` | types, zones, what was known at the as-of date |
//! | `anniversary` | days to birthdays and anniversaries |
//! | `check` | one contract |
//! | `measure` | all contracts of a table, the digest, the rejects |

mod anniversary;
pub mod canonical;
mod check;
mod error;
mod measure;
mod scan;
mod settings;
mod source;
mod typing;

use std::collections::BTreeMap;
use std::path::Path;

use polars::prelude::*;

pub use check::CheckRecord;
pub use error::TableError;
pub use settings::{CheckSettings, Paths, Severity, SourceSettings, TableSettings};
pub use source::{Source, SourceFile};
pub use typing::Night;

use check::Check;
use scan::Scanned;

/// All tables of a pipeline, with columns known and nothing read.
pub struct Catalog {
    sources: BTreeMap<String, Source>,
    settings: BTreeMap<String, TableSettings>,
    night: Night,
    scanned: BTreeMap<String, Scanned>,
}

/// A table whose contracts hold.
#[derive(Clone)]
pub struct ValidTable {
    /// The rows, without those set aside. Nothing is in memory yet.
    pub frame: LazyFrame,
    /// The columns: canonical ones typed, `days_since_…` for every date.
    pub schema: SchemaRef,
    /// The rows of `frame`.
    pub rows: u64,
    /// A digest of the content that does not depend on the order of rows or on
    /// how they are spread over files.
    pub digest: String,
}

/// What the night reads from.
pub struct ValidTables {
    /// The tables by name; `customers` is there.
    pub tables: BTreeMap<String, ValidTable>,
    /// Every contract with what became of it.
    pub checks: Vec<CheckRecord>,
    /// Rows that were set aside.
    pub rejects: Vec<Reject>,
    /// The night they were read for.
    pub night: Night,
}

/// A row that was set aside. It never holds a value.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct Reject {
    /// The table.
    pub table: String,
    /// The file, or `query` when the table is a query.
    pub file: String,
    /// The row in the file, from 1.
    pub row: Option<u64>,
    /// The column.
    pub column: String,
    /// The rule that the row breaks.
    pub rule: String,
}

impl Catalog {
    /// Finds all sources and the columns of all tables.
    ///
    /// # Errors
    /// All faults of sources, mappings and queries at once; or the first
    /// missing or unreadable file.
    pub fn open(
        sources: &BTreeMap<String, SourceSettings>,
        tables: &BTreeMap<String, TableSettings>,
        folder: &Path,
        night: Night,
    ) -> Result<Self, TableError> {
        let mut faults = Vec::new();
        let mut opened = BTreeMap::new();
        for (name, settings) in sources {
            if let Some(source) = gathered(source::open(name, settings, folder), &mut faults)? {
                opened.insert(name.clone(), source);
            }
        }
        if !faults.is_empty() {
            return Err(TableError::Faults(faults));
        }
        let mut catalog = Self {
            sources: opened,
            settings: tables.clone(),
            night,
            scanned: BTreeMap::new(),
        };
        catalog.scan()?;
        Ok(catalog)
    }

    /// The same tables as seen on another night.
    ///
    /// # Errors
    /// As [`Catalog::open`].
    pub fn on(mut self, night: Night) -> Result<Self, TableError> {
        self.night = night;
        self.scan()?;
        Ok(self)
    }

    fn scan(&mut self) -> Result<(), TableError> {
        let mut faults = Vec::new();
        for (name, settings) in &self.settings {
            let scanned = scan::table(name, settings, &self.sources, false, &self.night);
            if let Some(scanned) = gathered(scanned, &mut faults)? {
                self.scanned.insert(name.clone(), scanned);
            }
        }
        // Contracts are compiled here too, so that `check` sees their faults.
        if faults.is_empty() {
            faults = self.compiled().1;
        }
        if faults.is_empty() {
            Ok(())
        } else {
            Err(TableError::Faults(faults))
        }
    }

    /// The same catalog with these tables alone, for who needs no others.
    #[must_use]
    pub fn only(mut self, tables: &[&str]) -> Self {
        self.settings
            .retain(|name, _| tables.contains(&name.as_str()));
        self.scanned
            .retain(|name, _| tables.contains(&name.as_str()));
        self
    }

    /// The night the tables are read for.
    #[must_use]
    pub fn as_of(&self) -> jiff::civil::Date {
        self.night.as_of
    }

    /// The columns of each table.
    #[must_use]
    pub fn schemas(&self) -> BTreeMap<String, SchemaRef> {
        self.scanned
            .iter()
            .map(|(name, scanned)| (name.clone(), scanned.schema.clone()))
            .collect()
    }

    /// The rows that the footers promise, over all sources.
    #[must_use]
    pub fn promised_rows(&self) -> u64 {
        let files = self.sources.values().flat_map(|source| &source.files);
        files.map(|file| file.rows).sum()
    }

    /// The newest day in a date column, read from the data.
    ///
    /// # Errors
    /// When the files cannot be read.
    pub fn newest(&self, table: &str, column: &str) -> Result<Option<i32>, TableError> {
        let Some(scanned) = self
            .scanned
            .get(table)
            .filter(|t| t.schema.contains(column))
        else {
            return Ok(None);
        };
        let newest = col(column).cast(DataType::Date).cast(DataType::Int32).max();
        let frame = scan::streamed(table, scanned.typed.clone().select([newest]))?;
        Ok(measure::cell(&frame, 0).and_then(|value| i32::try_from(value).ok()))
    }

    /// Measures every contract and sets faulty rows aside.
    ///
    /// `previous_rows` are the rows of each table in the previous run.
    ///
    /// # Errors
    /// All broken contracts of severity `fail` at once, or the first table that
    /// cannot be read.
    pub fn validate(
        &self,
        previous_rows: &BTreeMap<String, u64>,
    ) -> Result<ValidTables, TableError> {
        let (checks, _) = self.compiled();
        let mut valid = ValidTables {
            tables: BTreeMap::new(),
            checks: Vec::new(),
            rejects: Vec::new(),
            night: self.night.clone(),
        };
        // Customers first: other tables refer to them.
        let mut names: Vec<&String> = self.scanned.keys().collect();
        names.sort_by_key(|name| (name.as_str() != "customers", name.as_str()));
        for name in names {
            let job = measure::Job {
                name,
                settings: &self.settings[name],
                sources: &self.sources,
                scanned: &self.scanned[name],
                checks: &checks[name],
                previous_rows: previous_rows.get(name).copied(),
                night: &self.night,
            };
            let table = measure::run(&job, &mut valid)?;
            valid.tables.insert(name.clone(), table);
        }
        valid
            .checks
            .sort_by(|a, b| (&a.table, &a.column, &a.rule).cmp(&(&b.table, &b.column, &b.rule)));
        valid.rejects.sort();
        let broken: Vec<CheckRecord> = valid
            .checks
            .iter()
            .filter(|record| record.severity == Severity::Fail && record.violations > 0)
            .cloned()
            .collect();
        if broken.is_empty() {
            Ok(valid)
        } else {
            Err(TableError::Contracts(broken))
        }
    }

    /// The contracts of each table, built-in ones first, and what is wrong with
    /// them as written.
    fn compiled(&self) -> (BTreeMap<String, Vec<Check>>, Vec<crate::domain::Fault>) {
        let schemas = self.schemas();
        let mut all = BTreeMap::new();
        let mut faults = Vec::new();
        for (name, scanned) in &self.scanned {
            let built_in = canonical::find(name).map_or_else(Vec::new, |table| (table.checks)());
            let own = &self.settings[name].checks;
            let mut checks = Vec::new();
            let both = built_in.iter().map(|check| (check, None));
            for (settings, index) in
                both.chain(own.iter().enumerate().map(|(i, check)| (check, Some(i))))
            {
                let key = format!("tables.{name}.checks[{}]", index.unwrap_or_default());
                match check::compile(settings, &scanned.schema, &schemas, &key, index.is_none()) {
                    Ok(Some(check)) => checks.push(check),
                    Ok(None) => {}
                    Err(fault) => faults.push(fault),
                }
            }
            all.insert(name.clone(), checks);
        }
        (all, faults)
    }
}

/// Puts faults aside to report them together; passes other errors on.
fn gathered<T>(
    result: Result<T, TableError>,
    faults: &mut Vec<crate::domain::Fault>,
) -> Result<Option<T>, TableError> {
    match result {
        Ok(value) => Ok(Some(value)),
        Err(TableError::Faults(more)) => {
            faults.extend(more);
            Ok(None)
        }
        Err(other) => Err(other),
    }
}
