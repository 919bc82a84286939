//! What can still be checked of a file whose form is at fault.
//!
//! Entries with a fault of form are left out of their lists, so that the
//! references of the other entries are checked in the same go. Only lists that
//! nothing else refers to can lose entries; otherwise a fault would breed others.

use std::collections::{BTreeMap, BTreeSet};

use serde_json::Value;

use super::document::Document;
use super::faults::Faults;
use super::file::PipelineFile;
use super::references;
use crate::domain::Fault;

/// Lists whose entries no other section names.
const LOOSE: [&str; 6] = [
    "calls",
    "conflicts",
    "constraints",
    "contact_rules",
    "exports",
    "tags",
];

/// Faults of reference among the entries that have the right form, with their
/// keys as in the file.
pub(super) fn references(document: &Document, faults: &Faults) -> Vec<Fault> {
    let mut broken: BTreeMap<&str, BTreeSet<usize>> = BTreeMap::new();
    for (_, fault) in faults.iter() {
        match entry(&fault.key) {
            Some((section, index)) if LOOSE.contains(&section) => {
                broken.entry(section).or_default().insert(index);
            }
            _ => return Vec::new(),
        }
    }
    let mut value = document.value.clone();
    let mut left: BTreeMap<&str, Vec<usize>> = BTreeMap::new();
    for (section, indices) in &broken {
        let Some(Value::Array(entries)) = value.get_mut(*section) else {
            return Vec::new();
        };
        left.insert(
            *section,
            (0..entries.len())
                .filter(|i| !indices.contains(i))
                .collect(),
        );
        let mut index = 0;
        entries.retain(|_| {
            index += 1;
            !indices.contains(&(index - 1))
        });
    }
    let Ok(file) = serde_json::from_value::<PipelineFile>(value) else {
        return Vec::new();
    };
    let as_written = |mut fault: Fault| {
        let place = entry(&fault.key).and_then(|(section, index)| {
            let original = *left.get(section)?.get(index)?;
            let rest = fault.key.split_once(']').map_or("", |(_, rest)| rest);
            Some(format!("{section}[{original}]{rest}"))
        });
        if let Some(key) = place {
            fault.key = key;
        }
        fault
    };
    references::check(&file)
        .into_iter()
        .map(as_written)
        .collect()
}

/// The list and the entry that a key is in: `calls[3].team` is `calls`, 3.
fn entry(key: &str) -> Option<(&str, usize)> {
    let (section, rest) = key.split_once('[')?;
    let (index, _) = rest.split_once(']')?;
    Some((section, index.parse().ok()?))
}
