//! The experiments that published runs are: every activity against its own
//! control, and all activities against the universal one.

use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;

use jiff::civil::Date;

use super::super::{Exit, Failure, load};
use super::book::Book;
use super::inputs::{Customers, outcomes};
use super::{MeasureArgs, Measured, Named, recorded};
use crate::campaign::UNIVERSAL;
use crate::domain::{Fault, days_from_date};
use crate::measure::{Entered, Entries, SAMPLE_RATIO_ALPHA, Scope, measure as measured, responses};
use crate::store::{OutDir, Run, Runs};
use crate::watch::grouped;

pub(super) fn measure(pipeline: &Path, args: &MeasureArgs) -> Result<Measured, Failure> {
    let ready = load::pipeline(pipeline, args.as_of.as_deref())?;
    let file = &ready.plan.file;
    let as_of = ready.catalog.as_of();
    let out = OutDir::open(
        args.out
            .clone()
            .unwrap_or_else(|| file.pipeline.out.clone()),
    )?;
    let runs = out.runs()?;
    let nights = nights(&runs, &file.pipeline.name, as_of);
    let only = match &args.run {
        Some(run) => Some(runs.find(run)?.manifest.as_of),
        None => None,
    };
    if nights.is_empty() {
        return Err(Failure::new(
            Exit::NoInput,
            format!(
                "{} has no run of the pipeline `{}` before {as_of}\n  next: publish one with \
                 `clubcall run`, or give --out or --as-of",
                out.path().display(),
                file.pipeline.name
            ),
        ));
    }
    let tables = ready
        .catalog
        .only(&["customers", "outcomes"])
        .validate(&BTreeMap::new())?;
    if !tables.tables.contains_key("outcomes") {
        return Err(Failure::new(
            Exit::Usage,
            "the pipeline has no table `outcomes`, so there is nothing to measure\n  next: add \
             [tables.outcomes] with customer_id, activity_id and responded",
        ));
    }
    let customers = Customers::read(&tables)?;
    let mut book = Book::default();
    for run in &nights {
        book.add(run, &customers)?;
    }
    let entries = &book.entries;
    let outcomes = outcomes(&tables, &customers, args.response)?;
    let responses = responses(&outcomes, entries);
    let recorded: BTreeSet<&str> = outcomes
        .iter()
        .filter(|outcome| outcome.held_out.is_some())
        .map(|outcome| outcome.activity.as_str())
        .collect();
    let wanted = wanted(entries, &recorded, args.activity.as_deref());
    let scopes = match (wanted, &args.activity) {
        (Ok(scopes), _) => scopes,
        (Err(unknown), Some(activity)) => {
            let pooling = args.response.pooling();
            let recorded = recorded::measure(&outcomes, &customers.unit, activity, pooling);
            return recorded.ok_or(unknown);
        }
        (Err(unknown), None) => return Err(unknown),
    };
    let of_night = |night: i32| {
        only.is_none_or(|day| night == days_from_date(day))
            && args.since.is_none_or(|day| night >= days_from_date(day))
    };
    let pooling = args.response.pooling();
    let segments = book.segment_names();
    let mut experiments = Vec::new();
    for scope in scopes {
        let share = match scope {
            Scope::Everything => file.controls.universal,
            Scope::Activity(_) => file.controls.per_activity,
        };
        let share = Some(share.get()).filter(|&share| share > 0.0 && share < 1.0);
        let entered = entries.experiment(scope, of_night, &responses, pooling, share, &segments);
        if !entered.experiment.arm.is_empty() {
            experiments.push(named(entries.name(scope), &entered));
        }
    }
    if experiments.is_empty() {
        return Err(Failure::new(
            Exit::NoInput,
            "nobody could first be invited in the runs that were asked for\n  next: leave --run, \
             --since or --activity out",
        ));
    }
    Ok(Measured {
        notes: notes(&nights, &runs, &book, as_of),
        experiments,
    })
}

/// The runs that stand for the nights before `as_of`, oldest first.
fn nights<'a>(runs: &'a Runs, pipeline: &str, as_of: Date) -> Vec<&'a Run> {
    let stands = |run: &&Run| {
        !run.superseded && run.manifest.pipeline == pipeline && run.manifest.as_of < as_of
    };
    runs.list().iter().filter(stands).collect()
}

/// The activities to measure; all, or the one asked for. Those that outcomes
/// alone know are named among what could be asked for.
fn wanted(
    entries: &Entries,
    recorded: &BTreeSet<&str>,
    activity: Option<&str>,
) -> Result<Vec<Scope>, Failure> {
    let scopes = entries.scopes();
    let Some(asked) = activity else {
        return Ok(scopes);
    };
    match scopes.iter().find(|&&scope| entries.name(scope) == asked) {
        Some(&scope) => Ok(vec![scope]),
        None => {
            let activities = entries.activities().iter().map(String::as_str);
            let known = activities
                .chain(recorded.iter().copied())
                .chain([UNIVERSAL]);
            let fault = Fault::unknown("--activity", "activity", asked, known);
            Err(Failure::new(Exit::Usage, fault.to_string()))
        }
    }
}

fn named(name: &str, entered: &Entered) -> Named {
    let measurement = measured(&entered.experiment);
    let mut notes = vec![format!(
        "{} customers in {} contact units; a unit counts once, from its first night",
        grouped(entered.customers),
        grouped(entered.experiment.arm.len() as u64)
    )];
    if entered.mixed > 0 {
        notes.push(format!(
            "{} units left out: their customers have come together after the draw",
            grouped(entered.mixed)
        ));
    }
    if entered.redrawn > 0 {
        notes.push(format!(
            "{} units were drawn anew on a later night; they count where they were first",
            grouped(entered.redrawn)
        ));
    }
    Named {
        name: name.to_owned(),
        measurement,
        notes,
    }
}

fn notes(nights: &[&Run], runs: &Runs, book: &Book, as_of: Date) -> Vec<String> {
    let mut notes = Vec::new();
    let days: Vec<Date> = nights.iter().map(|run| run.manifest.as_of).collect();
    if let (Some(first), Some(last)) = (days.first(), days.last()) {
        notes.push(format!(
            "{} nights from {first} to {last}; outcomes up to the day before {as_of}",
            nights.len()
        ));
    }
    let started = nights
        .first()
        .and_then(|run| run.manifest.previous_run.as_deref());
    if let Some(gone) = started.filter(|id| runs.find(id).is_err()) {
        notes.push(format!(
            "run {gone} and those before it are removed: who was invited then is missing, who \
             was held out is not; trust no activity that was open before {}",
            days.first().copied().unwrap_or(as_of)
        ));
    }
    if book.unknown > 0 {
        notes.push(format!(
            "{} candidates are no customers any more: left out",
            grouped(book.unknown)
        ));
    }
    notes.push(format!(
        "planned sizes are those of [controls] in the pipeline file; sizes are off below p = \
         {SAMPLE_RATIO_ALPHA}"
    ));
    notes
}
