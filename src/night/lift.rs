//! What activities did up to tonight, from the runs that this one starts from.

use super::{Job, NightError};
use crate::domain::days_from_date;
use crate::measure::{
    Candidate, Comparison, Entries, Experiment, Outcome, Pooling, adjust_together, measure,
    responses, told, told_experiment,
};
use crate::previous::{self, DECISIONS};
use crate::records;
use crate::store::Run;
use crate::tables::ValidTables;
use crate::view::CustomerView;

/// Decisions beyond which a night does not read its forerunners' again;
/// `clubcall measure` does it at any size.
const MOST_DECISIONS: u64 = 2_000_000;

/// The runs that each other started from, the newest first.
fn chain<'a>(job: &Job<'a>, previous: Option<&'a Run>) -> Vec<&'a Run> {
    std::iter::successors(previous, |run| {
        let before = run.manifest.previous_run.as_ref()?;
        job.runs.find(before).ok()
    })
    .collect()
}

/// Whether there are too many decisions for a night to read them again.
pub(super) fn is_left_out(job: &Job<'_>, previous: Option<&Run>) -> bool {
    let rows = |run: &Run| {
        run.manifest
            .outputs
            .get(DECISIONS)
            .and_then(|file| file.rows)
    };
    let rows = chain(job, previous).into_iter().filter_map(rows);
    rows.sum::<u64>() > MOST_DECISIONS
}

/// Each activity against its control; empty without outcomes or earlier runs.
pub(super) fn so_far(
    job: &Job<'_>,
    view: &CustomerView,
    tables: &ValidTables,
    previous: Option<&Run>,
) -> Result<Vec<(String, Comparison)>, NightError> {
    if is_left_out(job, previous) {
        return Ok(Vec::new());
    }
    let people = &view.people;
    let mut entries = Entries::default();
    for run in chain(job, previous).into_iter().rev() {
        let decisions = previous::decisions(run)?;
        let candidates = decisions.rows().filter_map(|decided| {
            let row = people.row(decided.customer)?;
            Some(Candidate {
                customer: row as u32,
                unit: people.unit[row],
                activity: decided.activity,
                reason: decided.reason?,
                probability: decided.probability,
                segment: u32::MAX,
            })
        });
        entries.add_night(days_from_date(run.manifest.as_of), candidates);
    }
    let outcomes = outcomes(tables, view)?;
    let responses = responses(&outcomes, &entries);
    let mut found: Vec<(String, Comparison)> = Vec::new();
    let mut add = |name: &str, experiment: &Experiment| {
        let compared = measure(experiment).comparisons.into_iter();
        // Where nobody has responded yet there is nothing to see.
        let seen = compared.filter(|seen| seen.treated.total + seen.control.total > 0.0);
        found.extend(seen.map(|seen| (name.to_owned(), seen)));
    };
    for scope in entries.scopes() {
        let entered = entries.experiment(scope, |_| true, &responses, Pooling::Any, None, &[]);
        add(entries.name(scope), &entered.experiment);
    }
    for (activity, units) in told(&outcomes, &people.unit, Pooling::Any) {
        if entries.number(activity).is_none() {
            add(activity, &told_experiment(&units));
        }
    }
    adjust_together(found.iter_mut().filter_map(|(_, seen)| seen.lift.as_mut()));
    Ok(found)
}

/// Who accepted, or was there where acceptance is not recorded.
fn outcomes(tables: &ValidTables, view: &CustomerView) -> Result<Vec<Outcome>, NightError> {
    let outcomes = records::outcomes(tables, &view.people)?;
    let outcomes = outcomes.into_iter().map(|outcome| Outcome {
        customer: outcome.row,
        activity: outcome.activity,
        day: outcome.date.map(days_from_date),
        value: f64::from(u8::from(outcome.responded)),
        held_out: outcome.held_out,
    });
    Ok(outcomes.collect())
}
