//! What activities did up to tonight, from the runs that this one starts from.

use std::collections::{BTreeMap, HashMap};

use super::{Job, NightError};
use crate::campaign::{Outcome, UNIVERSAL};
use crate::domain::{DecisionReason, Unit, days_from_date};
use crate::measure::{
    Candidate, Comparison, Entries, Experiment, HELD_OUT, OPEN, Pooling, Response, Scope,
    adjust_together, measure,
};
use crate::previous::{self, texts};
use crate::records;
use crate::store::Run;
use crate::tables::ValidTables;
use crate::view::CustomerView;

/// Decisions beyond which a night does not read its forerunners' again;
/// `clubcall measure` does it at any size.
const DECISIONS: u64 = 2_000_000;

const FILE: &str = "decisions.parquet";

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
    let rows = |run: &Run| run.manifest.outputs.get(FILE).and_then(|file| file.rows);
    let rows = chain(job, previous).into_iter().filter_map(rows);
    rows.sum::<u64>() > DECISIONS
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
    let chain = chain(job, previous);
    let reasons: HashMap<&str, DecisionReason> = DecisionReason::ALL
        .into_iter()
        .map(|reason| (reason.as_str(), reason))
        .collect();
    let mut names: Vec<String> = Vec::new();
    let mut codes: BTreeMap<String, u16> = BTreeMap::new();
    let mut entries = Entries::default();
    for run in chain.into_iter().rev() {
        let frame = previous::frame(run, FILE, &["customer_id", "activity_id", "reason"])?;
        let [ids, activities, why] =
            ["customer_id", "activity_id", "reason"].map(|name| texts(&frame, name));
        let mut candidates = Vec::with_capacity(ids.len());
        for ((id, activity), why) in ids.into_iter().zip(activities).zip(why) {
            let row = id.and_then(|id| view.people.row(&id));
            let reason = why.and_then(|why| reasons.get(why.as_str()).copied());
            let (Some(row), Some(name), Some(reason)) = (row, activity, reason) else {
                continue;
            };
            let activity = *codes.entry(name).or_insert_with_key(|name| {
                names.push(name.clone());
                (names.len() - 1) as u16
            });
            candidates.push(Candidate {
                customer: row as u32,
                unit: view.people.unit[row],
                activity,
                reason,
                probability: 0.0,
                segment: u32::MAX,
            });
        }
        entries.add_night(days_from_date(run.manifest.as_of), candidates);
    }
    let outcomes = records::outcomes(tables, &view.people)?;
    let mut responses: Vec<Response> = outcomes
        .iter()
        .filter_map(|outcome| {
            Some(Response {
                customer: outcome.row,
                activity: *codes.get(&outcome.activity)?,
                day: outcome.date.map(days_from_date),
                value: f64::from(u8::from(outcome.responded)),
            })
        })
        .collect();
    responses.sort_by(|a, b| {
        let key = |response: &Response| (response.customer, response.activity, response.day);
        key(a).cmp(&key(b)).then(a.value.total_cmp(&b.value))
    });
    let mut found: Vec<(String, Comparison)> = Vec::new();
    for scope in entries.scopes() {
        let name = match scope {
            Scope::Everything => UNIVERSAL.to_owned(),
            Scope::Activity(at) => names[usize::from(at)].clone(),
        };
        let entered = entries.experiment(scope, |_| true, &responses, Pooling::Any, None, &[]);
        let compared = measure(&entered.experiment).comparisons;
        // Where nobody has responded yet there is nothing to see.
        let compared = compared
            .into_iter()
            .filter(|seen| seen.treated.total + seen.control.total > 0.0);
        found.extend(compared.map(|seen| (name.clone(), seen)));
    }
    found.extend(told(&outcomes, &codes, &view.people.unit));
    adjust_together(found.iter_mut().filter_map(|(_, seen)| seen.lift.as_mut()));
    Ok(found)
}

/// Activities of which no run knows, as those from before clubcall: their
/// outcomes say who was held out.
fn told(
    outcomes: &[Outcome],
    decided: &BTreeMap<String, u16>,
    unit: &[Unit],
) -> Vec<(String, Comparison)> {
    let mut units: BTreeMap<&str, BTreeMap<Unit, (bool, bool)>> = BTreeMap::new();
    for outcome in outcomes {
        let Some(held_out) = outcome.held_out else {
            continue;
        };
        if decided.contains_key(&outcome.activity) {
            continue;
        }
        let of = units.entry(&outcome.activity).or_default();
        let (out, responded) = of.entry(unit[outcome.row as usize]).or_default();
        *out |= held_out;
        *responded |= outcome.responded;
    }
    let compared = units.into_iter().filter_map(|(activity, units)| {
        let experiment = Experiment {
            arms: vec![OPEN.to_owned(), HELD_OUT.to_owned()],
            control: 1,
            arm: units.values().map(|unit| u16::from(unit.0)).collect(),
            response: units
                .values()
                .map(|unit| f64::from(u8::from(unit.1)))
                .collect(),
            ..Experiment::default()
        };
        let seen = measure(&experiment).comparisons.into_iter().next()?;
        (seen.treated.total + seen.control.total > 0.0).then(|| (activity.to_owned(), seen))
    });
    compared.collect()
}
