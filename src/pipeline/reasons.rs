//! What call reasons say of columns: since when they are open, and what their
//! scripts mention.

use polars::prelude::{DataType, Schema};

use super::file::PipelineFile;
use crate::calls::{self, ACTIVITY_WORDS, CASE_WORDS, CallReason};
use crate::domain::Fault;
use crate::tables::canonical;

/// Every column that a reason names and that does not exist, or must not be
/// told. `schema` is that of the customer view with the segment.
pub(super) fn faults(file: &PipelineFile, schema: &Schema) -> Vec<Fault> {
    let reasons = file.calls.iter().enumerate();
    reasons
        .flat_map(|(index, reason)| of(index, reason, schema))
        .collect()
}

fn of(index: usize, reason: &CallReason, schema: &Schema) -> Vec<Fault> {
    let mut faults = Vec::new();
    let columns = || schema.iter_names().map(|name| name.as_str());
    for (setting, column) in [("days_ago", &reason.days_ago), ("value", &reason.value)] {
        let Some(name) = column else { continue };
        let key = format!("calls[{index}].{setting}");
        match schema.get(name.as_str()) {
            None => faults.push(Fault::unknown(key, "column", name, columns())),
            Some(DataType::String | DataType::Boolean | DataType::Date) => {
                faults.push(Fault::new(key, format!("`{name}` is no number")));
            }
            Some(_) => {}
        }
    }
    for (template, source) in reason.templates() {
        let key = format!("calls[{index}].{template}");
        let mentions = match calls::mentions(&reason.id, source) {
            Ok(mentions) => mentions,
            Err(error) => {
                faults.push(Fault::new(key, error.to_string()));
                continue;
            }
        };
        for name in mentions {
            let name = name.as_str();
            let of_activity = ACTIVITY_WORDS.contains(&name);
            if CASE_WORDS.contains(&name) || (of_activity && reason.on.is_some()) {
                continue;
            }
            if canonical::is_personal(name) {
                let text =
                    format!("`{name}` is personal: agents see name and number beside the script");
                faults.push(Fault::new(key.clone(), text));
            } else if of_activity {
                let text =
                    format!("`{name}` is known where the reason comes from an activity: `on`");
                faults.push(Fault::new(key.clone(), text));
            } else if !schema.contains(name) {
                let known = columns().filter(|name| !canonical::is_personal(name));
                faults.push(Fault::unknown(
                    key.clone(),
                    "word",
                    name,
                    known.chain(CASE_WORDS),
                ));
            }
        }
    }
    faults
}
