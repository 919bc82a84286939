//! What published nights say about who could be invited when.

use std::collections::{BTreeMap, HashMap};

use polars::prelude::*;

use super::super::{Exit, Failure};
use super::files::numbers;
use super::inputs::Customers;
use crate::domain::{DecisionReason, days_from_date};
use crate::measure::{Candidate, Entries};
use crate::previous::{self, texts};
use crate::store::Run;

/// What the runs say about who could be invited when.
#[derive(Default)]
pub(super) struct Book {
    pub(super) entries: Entries,
    /// The number of each activity.
    pub(super) activities: BTreeMap<String, u16>,
    /// Segment ids with their place and their latest name.
    segments: BTreeMap<String, (u32, String)>,
    /// Candidates who are no customers any more.
    pub(super) unknown: u64,
}

impl Book {
    /// Adds a night; nights must come in order, oldest first.
    pub(super) fn add(&mut self, run: &Run, customers: &Customers) -> Result<(), Failure> {
        let segment = self.segments_of(run, customers)?;
        let columns = ["customer_id", "activity_id", "reason", "probability"];
        let frame = frame(run, "decisions.parquet", &columns)?;
        let reasons: HashMap<&str, DecisionReason> = DecisionReason::ALL
            .iter()
            .map(|reason| (reason.as_str(), *reason))
            .collect();
        let text = |name: &str| {
            let column = frame.column(name).and_then(|c| c.cast(&DataType::String));
            column.map_err(|error| unreadable(run, "decisions.parquet", &error))
        };
        let (ids, names, why) = (text("customer_id")?, text("activity_id")?, text("reason")?);
        let strings = |column: &Column| -> Result<StringChunked, Failure> {
            let strings = column.str().cloned();
            strings.map_err(|error| unreadable(run, "decisions.parquet", &error))
        };
        let (ids, names, why) = (strings(&ids)?, strings(&names)?, strings(&why)?);
        let probabilities = numbers(&frame, "probability");
        let mut candidates = Vec::new();
        for (((id, name), why), probability) in ids
            .iter()
            .zip(names.iter())
            .zip(why.iter())
            .zip(probabilities)
        {
            let (Some(id), Some(name), Some(why)) = (id, name, why) else {
                continue;
            };
            let activity = activity_code(&mut self.activities, name)?;
            let Some(&reason) = reasons.get(why) else {
                return Err(Failure::new(
                    Exit::Data,
                    format!(
                        "run {}: decisions.parquet has a reason that this version does not know",
                        run.id()
                    ),
                ));
            };
            let Some(&customer) = customers.rows.get(id) else {
                self.unknown += 1;
                continue;
            };
            candidates.push(Candidate {
                customer,
                unit: customers.unit[customer as usize],
                activity,
                reason,
                probability: probability.unwrap_or(0.0),
                segment: segment.get(&customer).copied().unwrap_or(u32::MAX),
            });
        }
        self.entries
            .add_night(days_from_date(run.manifest.as_of), candidates);
        Ok(())
    }

    /// Each customer's segment that night.
    fn segments_of(
        &mut self,
        run: &Run,
        customers: &Customers,
    ) -> Result<HashMap<u32, u32>, Failure> {
        let columns = ["customer_id", "segment_id", "segment_name"];
        let frame = frame(run, "members.parquet", &columns)?;
        let (ids, segments) = (texts(&frame, "customer_id"), texts(&frame, "segment_id"));
        let names = texts(&frame, "segment_name");
        let mut found = HashMap::with_capacity(ids.len());
        for ((id, segment), name) in ids.into_iter().zip(segments).zip(names) {
            let (Some(id), Some(segment)) = (id, segment) else {
                continue;
            };
            let next = self.segments.len() as u32;
            let known = self
                .segments
                .entry(segment)
                .or_insert((next, String::new()));
            if let Some(name) = name.filter(|name| *name != known.1) {
                known.1 = name;
            }
            if let Some(&customer) = customers.rows.get(&id) {
                found.insert(customer, known.0);
            }
        }
        Ok(found)
    }

    /// The segments' ids and names, in the order of their codes.
    pub(super) fn segment_names(&self) -> Vec<String> {
        let mut names = vec![String::new(); self.segments.len()];
        for (id, (code, name)) in &self.segments {
            if let Some(place) = names.get_mut(*code as usize) {
                *place = format!("{id} {name}");
            }
        }
        names
    }

    /// The activities' ids, in the order of their numbers.
    pub(super) fn activity_names(&self) -> Vec<String> {
        let mut names = vec![String::new(); self.activities.len()];
        for (name, &code) in &self.activities {
            if let Some(place) = names.get_mut(usize::from(code)) {
                place.clone_from(name);
            }
        }
        names
    }
}

/// The activity's number; a new one for a new activity.
fn activity_code(activities: &mut BTreeMap<String, u16>, name: &str) -> Result<u16, Failure> {
    if let Some(&code) = activities.get(name) {
        return Ok(code);
    }
    let code = u16::try_from(activities.len())
        .map_err(|_| Failure::new(Exit::Data, "there are more than 65,000 activities"))?;
    activities.insert(name.to_owned(), code);
    Ok(code)
}

fn frame(run: &Run, file: &'static str, columns: &[&str]) -> Result<DataFrame, Failure> {
    previous::frame(run, file, columns).map_err(|error| Failure::new(Exit::Data, error.to_string()))
}

fn unreadable(run: &Run, file: &str, error: &PolarsError) -> Failure {
    let reason = crate::rules::first_line(error);
    Failure::new(Exit::Data, format!("run {}: {file}: {reason}", run.id()))
}
