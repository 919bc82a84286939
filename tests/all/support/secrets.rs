//! What must not be found outside the lists.

use std::collections::BTreeSet;

use super::{Table, sample};

/// What identifies a person in the sample.
pub(crate) struct Secrets {
    /// Full names, wherever they stand.
    names: BTreeSet<String>,
    /// Numbers (without their plus) and households, as words.
    words: BTreeSet<String>,
}

impl Secrets {
    pub(crate) fn read() -> Self {
        let table = Table::read(&sample::small().join("customers.parquet"));
        let phones = table.texts("phone").into_iter().flatten();
        let phones = phones.map(|phone| phone.trim_start_matches('+').to_owned());
        let secrets = Self {
            names: table.texts("name").into_iter().flatten().collect(),
            words: phones.chain(table.words("household_id")).collect(),
        };
        assert!(secrets.names.len() > 300 && secrets.words.len() > 1_000);
        secrets
    }

    /// How many of them a text holds.
    pub(crate) fn found_in(&self, text: &str) -> usize {
        let words = text.split(|c: char| !c.is_ascii_alphanumeric());
        let words = words.filter(|word| self.words.contains(*word)).count();
        words
            + self
                .names
                .iter()
                .filter(|name| text.contains(*name))
                .count()
    }
}
