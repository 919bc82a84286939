//! What earlier nights left: the model and registry to start from, carried-over
//! calls, and our own invitations that no contact history covers yet.

mod decisions;

use std::collections::BTreeMap;
use std::io::Cursor;
use std::path::PathBuf;

use jiff::civil::Date;
use polars::prelude::*;
use serde::de::DeserializeOwned;

use crate::calls::{CallReason, Trigger, contact_class};
use crate::campaign::{Contact, Volumes};
use crate::domain::{CallClass, Channel, People};
use crate::segments::{self, NameError, Names, Registry};
use crate::store::{OutDir, Run, Runs, StoreError};

pub use decisions::{DECISIONS, Decided, Decisions, decisions};

/// Why an earlier run cannot be used.
#[derive(Debug, thiserror::Error)]
pub enum PreviousError {
    /// A file of the run is missing or was changed after it was published.
    #[error(transparent)]
    Store(#[from] StoreError),
    /// A file of the run has not the form that this version writes.
    #[error(
        "run {run}: {file} is not of the form this version reads: {reason}\n  next: run with --fresh to start without it"
    )]
    Form {
        /// The run.
        run: String,
        /// Its file.
        file: &'static str,
        /// What is wrong.
        reason: String,
    },
    /// The file of names is not of the form that this version writes.
    #[error(
        "{} cannot be read: {reason}\n  next: mend the file, or move it away and name the segments again",
        path.display()
    )]
    Names {
        /// The file.
        path: PathBuf,
        /// What is wrong.
        reason: NameError,
    },
}

/// The rows of every table in an earlier run, for volume contracts.
#[must_use]
pub fn rows(previous: Option<&Run>) -> BTreeMap<String, u64> {
    let inputs = previous.iter().flat_map(|run| &run.manifest.inputs);
    inputs
        .map(|(table, input)| (table.clone(), input.rows))
        .collect()
}

/// What people have decided about names, up to now.
///
/// # Errors
/// When the file is there and cannot be read.
pub fn names(out: &OutDir) -> Result<Names, PreviousError> {
    let Some(content) = out.read_names()? else {
        return Ok(Names::default());
    };
    Names::from_json(&content).map_err(|reason| PreviousError::Names {
        path: out.names_path(),
        reason,
    })
}

/// The model, registry and members to start from, with names as people have
/// changed them since.
///
/// # Errors
/// When a file is missing, changed or of another form.
pub fn segments(run: &Run, names: &Names) -> Result<segments::Previous, PreviousError> {
    let mut registry = registry(run)?;
    names.apply(&mut registry);
    Ok(segments::Previous {
        model: json(run, "model.json")?,
        registry,
        members: members(run)?
            .pairs()
            .into_iter()
            .map(|(id, segment)| (id.to_owned(), segment.to_owned()))
            .collect(),
    })
}

/// The segments there had ever been by the end of a run, under the names of
/// that night.
///
/// # Errors
/// When the file is missing, changed or of another form.
pub fn registry(run: &Run) -> Result<Registry, PreviousError> {
    json(run, "registry.json")
}

/// Who was in which segment in a run.
pub struct Members {
    customers: StringChunked,
    segments: StringChunked,
}

impl Members {
    /// Customer id and segment id of everyone, in the order of the table:
    /// ascending by customer.
    #[must_use]
    pub fn pairs(&self) -> Vec<(&str, &str)> {
        let pairs = self.customers.iter().zip(self.segments.iter());
        pairs
            .filter_map(|(id, segment)| Some((id?, segment?)))
            .collect()
    }
}

/// Who was in which segment in a run.
///
/// # Errors
/// When the table is missing, changed or of another form.
pub fn members(run: &Run) -> Result<Members, PreviousError> {
    const FILE: &str = "members.parquet";
    let frame = frame(run, FILE, &["customer_id", "segment_id"])?;
    let text = |column: &str| -> PolarsResult<StringChunked> {
        Ok(frame
            .column(column)?
            .cast(&DataType::String)?
            .str()?
            .clone())
    };
    let form = |error: PolarsError| PreviousError::Form {
        run: run.id().to_owned(),
        file: FILE,
        reason: crate::rules::first_line(&error),
    };
    Ok(Members {
        customers: text("customer_id").map_err(form)?,
        segments: text("segment_id").map_err(form)?,
    })
}

/// A customer whom an export's list of customers has named.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct KnownCustomer {
    /// The export's folder.
    pub export: String,
    /// The customer.
    pub customer_id: String,
    /// The first such night.
    pub since: Date,
}

/// The customers whom lists of customers have named up to a run; none where no
/// export asked for such a list.
///
/// # Errors
/// When the table is there and changed or of another form.
pub fn known(run: &Run) -> Result<Vec<KnownCustomer>, PreviousError> {
    const FILE: &str = "known.parquet";
    if !run.manifest.outputs.contains_key(FILE) {
        return Ok(Vec::new());
    }
    let frame = frame(run, FILE, &["export", "customer_id", "since"])?;
    let [exports, customers, days] =
        ["export", "customer_id", "since"].map(|column| texts(&frame, column));
    let rows = exports.into_iter().zip(customers).zip(days);
    Ok(rows
        .filter_map(|((export, customer_id), since)| {
            Some(KnownCustomer {
                export: export?,
                customer_id: customer_id?,
                since: since?.parse().ok()?,
            })
        })
        .collect())
}

/// A segment on a night.
#[derive(Debug, Clone, PartialEq)]
pub struct SegmentNight {
    /// The night.
    pub as_of: Date,
    /// Its run.
    pub run_id: String,
    /// The segment.
    pub segment_id: String,
    /// Its name that night.
    pub name: String,
    /// Customers in it.
    pub size: u64,
    /// Part of all customers, 0 to 1.
    pub share: f64,
}

/// How large segments were on the nights up to `run`. Runs from before there
/// was a history say how large theirs were.
///
/// # Errors
/// When the run's table cannot be read.
pub fn history(run: &Run) -> Result<Vec<SegmentNight>, PreviousError> {
    const FILE: &str = "history.parquet";
    let kept = run.manifest.outputs.contains_key(FILE);
    let file = if kept { FILE } else { "segments.parquet" };
    let columns = ["as_of", "run_id", "segment_id", "name", "size", "share"];
    let frame = frame(run, file, if kept { &columns } else { &columns[2..] })?;
    let [days, runs, ids, names] =
        ["as_of", "run_id", "segment_id", "name"].map(|name| texts(&frame, name));
    let [sizes, shares] =
        ["size", "share"].map(|name| crate::view::numbers(&frame, name).unwrap_or_default());
    let night = |at: usize| {
        Some(SegmentNight {
            as_of: match &days[at] {
                Some(day) => day.parse().ok()?,
                None => run.manifest.as_of,
            },
            run_id: runs[at].clone().unwrap_or_else(|| run.id().to_owned()),
            segment_id: ids[at].clone()?,
            name: names[at].clone()?,
            size: *sizes.get(at)? as u64,
            share: *shares.get(at)?,
        })
    };
    Ok((0..frame.height()).filter_map(night).collect())
}

fn json<T: DeserializeOwned>(run: &Run, file: &'static str) -> Result<T, PreviousError> {
    serde_json::from_slice(&run.read(file)?).map_err(|error| PreviousError::Form {
        run: run.id().to_owned(),
        file,
        reason: error.to_string(),
    })
}

/// What went out in the `days` before `as_of`, as contacts: our invitations,
/// messages that are sent by machine, and marketing calls that were listed.
/// Those that `history` already holds are left out, and of calls all that it
/// covers: what it does not hold of these was not made.
///
/// # Errors
/// When a run's tables cannot be read.
pub fn own_contacts(
    runs: &Runs,
    previous: Option<&Run>,
    as_of: Date,
    days: u32,
    people: &People,
    reasons: &[CallReason],
    history: &[Contact],
) -> Result<Vec<Contact>, PreviousError> {
    // The latest contact about each thing that the history holds.
    let mut covered: BTreeMap<(u32, &str), Date> = BTreeMap::new();
    for contact in history {
        let latest = covered
            .entry((contact.row, contact.activity.as_str()))
            .or_insert(contact.date);
        *latest = contact.date.max(*latest);
    }
    let newest = history.iter().map(|contact| contact.date).max();
    let sold: Vec<&str> = reasons
        .iter()
        .filter(|reason| reason.class == CallClass::Marketing)
        // Counted as invitations.
        .filter(|reason| reason.on != Some(Trigger::Invitation))
        .map(|reason| reason.id.as_str())
        .collect();
    let mut contacts = Vec::new();
    // The chain of runs that each other started from: never a superseded one.
    let mut next = previous;
    while let Some(run) = next {
        let date = run.manifest.as_of;
        if i64::from((as_of - date).get_days()) > i64::from(days) {
            break;
        }
        for (file, columns, about, kind, sent) in [
            (
                "invitations.parquet",
                &[
                    "customer_id",
                    "activity_id",
                    "channel",
                    "status",
                    "probability",
                ][..],
                "activity_id",
                "status",
                "invited",
            ),
            (
                "calls.parquet",
                &["customer_id", "reason", "channel", "action", "status"][..],
                "reason",
                "action",
                "sms",
            ),
        ] {
            let frame = frame(run, file, columns)?;
            let [ids, abouts, channels, kinds, statuses] =
                ["customer_id", about, "channel", kind, "status"].map(|name| texts(&frame, name));
            let probability = crate::view::numbers(&frame, "probability").unwrap_or_default();
            for index in 0..frame.height() {
                let kind = kinds[index].as_deref();
                let listed = file == "calls.parquet"
                    && kind != Some("visit")
                    && newest.is_none_or(|newest| newest < date)
                    && abouts[index]
                        .as_deref()
                        .is_some_and(|about| sold.contains(&about));
                let went_out = (kind == Some(sent) || listed)
                    && statuses[index].as_deref() != Some("carried_over");
                let row = ids[index]
                    .as_deref()
                    .and_then(|id| people.row(id))
                    .and_then(|row| u32::try_from(row).ok());
                let (true, Some(row), Some(about)) = (went_out, row, &abouts[index]) else {
                    continue;
                };
                let latest = covered.get(&(row, about.as_str()));
                if latest.is_none_or(|&latest| latest < date) {
                    contacts.push(Contact {
                        row,
                        activity: about.clone(),
                        class: contact_class(about, reasons),
                        channel: channels[index].as_deref().and_then(Channel::parse),
                        date,
                        time: None,
                        outcome: None,
                        callback_at: None,
                        promise: None,
                        probability: probability.get(index).copied(),
                    });
                }
            }
        }
        next = run
            .manifest
            .previous_run
            .as_ref()
            .and_then(|id| runs.find(id).ok());
    }
    Ok(contacts)
}

/// The stage under which a manifest counts whom each call reason applies to.
pub const CONDITIONS: &str = "call conditions";

/// The candidates of each activity in a run, by id; none without a run.
#[must_use]
pub fn candidates(run: Option<&Run>) -> Volumes {
    let activities = run.iter().flat_map(|run| &run.manifest.reconciliation);
    activities
        .map(|counts| (counts.activity.clone(), counts.eligible))
        .collect()
}

/// How many customers met the condition of each call reason in a run, by id;
/// none without a run.
#[must_use]
pub fn conditions(run: Option<&Run>) -> Volumes {
    let stages = run.iter().flat_map(|run| &run.manifest.stages);
    let counts = stages.filter(|stage| stage.stage == CONDITIONS);
    counts.flat_map(|stage| stage.rows.clone()).collect()
}

/// Some columns of a run's table; those it lacks are left out.
///
/// # Errors
/// When the file is missing, changed or no Parquet file.
pub fn frame(run: &Run, file: &'static str, columns: &[&str]) -> Result<DataFrame, PreviousError> {
    let bytes = run.read(file)?;
    let reader = ParquetReader::new(Cursor::new(bytes))
        .with_columns(Some(columns.iter().map(|&c| c.to_owned()).collect()));
    reader.finish().map_err(|error| PreviousError::Form {
        run: run.id().to_owned(),
        file,
        reason: crate::rules::first_line(&error),
    })
}

/// A text column row by row.
#[must_use]
pub fn texts(frame: &DataFrame, column: &str) -> Vec<Option<String>> {
    let cast = frame
        .column(column)
        .and_then(|column| column.cast(&DataType::String));
    match cast.as_ref().map(|column| column.str()) {
        Ok(Ok(values)) => values
            .iter()
            .map(|value| value.map(str::to_owned))
            .collect(),
        _ => vec![None; frame.height()],
    }
}
