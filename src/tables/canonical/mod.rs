//! The tables clubcall knows by name: their columns, and the contracts that
//! every one of them has to keep.
//!
//! To add a table: a file here, and a line in [`ALL`].

mod complaints;
mod contacts;
mod customers;
mod orders;
mod outcomes;
mod preferences;
mod scores;
mod suppressions;
mod tags;
mod usage;

use super::settings::CheckSettings;

/// Every table with a meaning of its own. Pipelines may declare others.
pub const ALL: [&CanonicalTable; 10] = [
    &customers::TABLE,
    &usage::TABLE,
    &preferences::TABLE,
    &tags::TABLE,
    &contacts::TABLE,
    &outcomes::TABLE,
    &complaints::TABLE,
    &orders::TABLE,
    &suppressions::TABLE,
    &scores::TABLE,
];

/// The canonical table of that name.
#[must_use]
pub fn find(name: &str) -> Option<&'static CanonicalTable> {
    ALL.into_iter().find(|table| table.name == name)
}

/// A table with a meaning of its own.
#[derive(Debug)]
pub struct CanonicalTable {
    /// The name in `[tables.NAME]`.
    pub name: &'static str,
    /// What one row is.
    pub one_row: &'static str,
    /// The columns with a meaning; others may be there too.
    pub columns: &'static [CanonicalColumn],
    /// The date column by which rows from the as-of date on are left out, so
    /// that a back-fill sees what was known that night.
    pub dated: Option<&'static str>,
    /// The contracts it keeps in every pipeline.
    pub checks: fn() -> Vec<CheckSettings>,
}

/// A column with a meaning.
#[derive(Debug)]
pub struct CanonicalColumn {
    /// The name.
    pub name: &'static str,
    /// The type it is brought to.
    pub kind: ColumnKind,
    /// Whether the table makes no sense without it.
    pub required: bool,
    /// Whether it holds names, numbers or addresses of people.
    pub personal: bool,
    /// Whether a moment from the as-of date on was not known that night and is
    /// read as missing.
    pub forgets_future: bool,
}

/// The types of canonical columns.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ColumnKind {
    /// Text; numbers are written out.
    Text,
    /// A whole number.
    Integer,
    /// A number.
    Number,
    /// Yes or no.
    Flag,
    /// A day.
    Date,
    /// A moment, in the pipeline's zone.
    Moment,
}

/// An optional column.
const fn column(name: &'static str, kind: ColumnKind) -> CanonicalColumn {
    CanonicalColumn {
        name,
        kind,
        required: false,
        personal: false,
        forgets_future: false,
    }
}

impl CanonicalColumn {
    /// The table makes no sense without it.
    const fn required(mut self) -> Self {
        self.required = true;
        self
    }

    /// It holds a name, a number or an address.
    const fn personal(mut self) -> Self {
        self.personal = true;
        self
    }

    /// What lies ahead of the as-of date was not known.
    const fn forgets_future(mut self) -> Self {
        self.forgets_future = true;
        self
    }
}

/// Whether a column of that name holds names, numbers or addresses of people
/// in any canonical table.
#[must_use]
pub fn is_personal(column: &str) -> bool {
    let mut columns = ALL.iter().flat_map(|table| table.columns);
    columns.any(|known| known.personal && known.name == column)
}

/// A contract on one column.
fn check(column: &str) -> CheckSettings {
    CheckSettings {
        column: Some(column.to_owned()),
        ..CheckSettings::default()
    }
}
