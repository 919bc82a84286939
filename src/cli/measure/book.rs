//! What published nights say about who could be invited when.

use std::collections::{BTreeMap, HashMap};

use super::super::{Exit, Failure};
use super::inputs::Customers;
use crate::domain::days_from_date;
use crate::measure::{Candidate, Entries};
use crate::previous::{self, DECISIONS, PreviousError, texts};
use crate::store::Run;

/// What the runs say about who could be invited when.
#[derive(Default)]
pub(super) struct Book {
    pub(super) entries: Entries,
    /// Segment ids with their place and their latest name.
    segments: BTreeMap<String, (u32, String)>,
    /// Candidates who are no customers any more.
    pub(super) unknown: u64,
}

impl Book {
    /// Adds a night; nights must come in order, oldest first.
    pub(super) fn add(&mut self, run: &Run, customers: &Customers) -> Result<(), Failure> {
        let segment = self.segments_of(run, customers)?;
        let decisions = previous::decisions(run).map_err(unreadable)?;
        let mut candidates = Vec::new();
        for decided in decisions.rows() {
            let Some(reason) = decided.reason else {
                return Err(Failure::new(
                    Exit::Data,
                    format!(
                        "run {}: {DECISIONS} has a reason that this version does not know",
                        run.id()
                    ),
                ));
            };
            let Some(&customer) = customers.rows.get(decided.customer) else {
                self.unknown += 1;
                continue;
            };
            candidates.push(Candidate {
                customer,
                unit: customers.unit[customer as usize],
                activity: decided.activity,
                reason,
                probability: decided.probability,
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
        let frame = previous::frame(run, "members.parquet", &columns).map_err(unreadable)?;
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
}

fn unreadable(error: PreviousError) -> Failure {
    Failure::new(Exit::Data, error.to_string())
}
