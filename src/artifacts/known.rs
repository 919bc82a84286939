use std::collections::BTreeMap;

use jiff::civil::Date;

use super::{Night, text, words};
use crate::domain::days_from_date;
use crate::outputs::{ColumnData, OutColumn, OutTable, OutputError};
use crate::previous;

/// The customers whom a list of customers has named, by the export's folder,
/// with the first such night: an importer that keeps create and update apart
/// has been told to create them.
#[derive(Debug, Default)]
pub struct Known(BTreeMap<String, BTreeMap<String, Date>>);

impl Known {
    /// From what an earlier run has published.
    #[must_use]
    pub fn from_rows(rows: impl IntoIterator<Item = previous::KnownCustomer>) -> Self {
        let mut known = Self::default();
        for row in rows {
            let of = known.0.entry(row.export).or_default();
            of.insert(row.customer_id, row.since);
        }
        known
    }

    /// Whether an earlier night has named the customer in that folder's list.
    #[must_use]
    pub fn has(&self, export: &str, customer_id: &str) -> bool {
        self.0
            .get(export)
            .is_some_and(|customers| customers.contains_key(customer_id))
    }
}

/// `known.parquet`: whom the lists of customers have named up to tonight; only
/// where an export asks for that list.
pub(super) fn table(night: &Night<'_>) -> Result<Option<OutTable>, OutputError> {
    let exports = &night.plan.file.exports;
    let tonight = night.tables.night.as_of;
    let mut rows: Vec<(&str, &str, Date)> = Vec::new();
    for export in exports.iter().filter(|export| export.wants("customers")) {
        let earlier = night.known.0.get(export.folder());
        let mut all: BTreeMap<&str, Date> = earlier
            .into_iter()
            .flatten()
            .map(|(id, since)| (id.as_str(), *since))
            .collect();
        for id in &night.view.people.ids {
            all.entry(id).or_insert(tonight);
        }
        rows.extend(
            all.into_iter()
                .map(|(id, since)| (export.folder(), id, since)),
        );
    }
    if rows.is_empty() {
        return Ok(None);
    }
    let since = rows.iter().map(|row| Some(days_from_date(row.2)));
    OutTable::new(
        "known",
        "One row per export and customer whom its list of customers has named.",
        vec![
            OutColumn::new(
                "export",
                "The folder below lists/.",
                words(rows.iter().map(|row| Some(row.0))),
            ),
            OutColumn::new(
                "customer_id",
                "The customer.",
                text(rows.iter().map(|row| row.1)),
            ),
            OutColumn::new(
                "since",
                "The first such night.",
                ColumnData::Date(since.collect()),
            ),
        ],
    )
    .map(Some)
}
