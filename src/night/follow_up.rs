//! From the view and the previous run to what the call queue needs.

use std::collections::BTreeMap;

use jiff::ToSpan;
use jiff::civil::Date;
use polars::prelude::*;

use super::campaign::zone;
use super::{Job, NightError};
use crate::calls::{
    self, CallQueue, CallsError, CarriedCall, QueueInput, ReasonHit, Team, Trigger,
};
use crate::campaign::{CallMinutes, Contact, Invitation};
use crate::pipeline::Plan;
use crate::previous::{self, PreviousError};
use crate::records;
use crate::segments::InterestAffinity;
use crate::store::Run;
use crate::tables::ValidTables;
use crate::view::CustomerView;

/// Who meets the conditions of call reasons tonight.
pub(super) struct Reasons {
    hits: Vec<(u32, u16)>,
    /// The reasons that are conditions.
    conditions: Vec<u16>,
    /// By row: whether a reason that blocks promotion holds.
    pub(super) service_first: Vec<bool>,
}

impl Reasons {
    /// The customers who meet each of so many reasons, where it is a condition.
    pub(super) fn rows(&self, reasons: usize) -> Vec<Option<Vec<u32>>> {
        let mut rows: Vec<Option<Vec<u32>>> = vec![None; reasons];
        for &(row, reason) in &self.hits {
            rows[usize::from(reason)].get_or_insert_default().push(row);
        }
        for &reason in &self.conditions {
            rows[usize::from(reason)].get_or_insert_default();
        }
        rows
    }
}

/// Evaluates every call reason that is a condition.
pub(super) fn reasons(plan: &Plan, view: &CustomerView) -> Result<Reasons, NightError> {
    let mut reasons = Reasons {
        hits: Vec::new(),
        conditions: Vec::new(),
        service_first: vec![false; view.people.len()],
    };
    for (index, (call, when)) in (0u16..).zip(plan.file.calls.iter().zip(&plan.call_when)) {
        let Some(when) = when else { continue };
        reasons.conditions.push(index);
        for (row, holds) in (0u32..).zip(view.holds(&call.id, when)?) {
            if holds {
                reasons.hits.push((row, index));
                reasons.service_first[row as usize] |= call.blocks_marketing();
            }
        }
    }
    Ok(reasons)
}

/// What is left for invitations by call of the hours of the team that makes
/// them, after all calls that do not depend on invitations: those come first.
/// `None` when there is no such team, or it has no limit.
pub(super) fn call_minutes(
    night: &FollowUp<'_>,
    reasons: &Reasons,
) -> Result<Option<CallMinutes>, NightError> {
    let file = &night.job.plan.file;
    let mut calls = file.calls.iter();
    let Some(invitation) = calls.find(|call| call.on == Some(Trigger::Invitation)) else {
        return Ok(None);
    };
    let name = invitation.team.first();
    let Some(team) = file.teams.get(name) else {
        return Ok(None);
    };
    let Some(all) = team.capacity(night.tables.night.as_of, &file.policy) else {
        return Ok(None);
    };
    let nobody = vec![false; night.view.people.unit_keys.len()];
    let first = plan(night, reasons, &[], &nobody, &file.teams)?;
    let mut loads = first.loads.iter();
    let load = loads.find(|load| load.team == name);
    Ok(Some(CallMinutes {
        name: format!("minutes of team {name}"),
        left: (all - load.map_or(0.0, |load| load.planned_minutes)).max(0.0),
        per_call: invitation.minutes.unwrap_or(team.minutes_per_call),
    }))
}

/// What the calls stage looks at, whoever is invited.
pub(super) struct FollowUp<'a> {
    pub(super) job: &'a Job<'a>,
    pub(super) view: &'a CustomerView,
    pub(super) tables: &'a ValidTables,
    pub(super) affinities: &'a [InterestAffinity],
    pub(super) contacts: &'a [Contact],
    /// The contact history alone, if there is one.
    pub(super) history: Option<&'a [Contact]>,
    /// By reason: whether the review keeps it back.
    pub(super) held_back: &'a [bool],
    pub(super) previous: Option<&'a Run>,
}

/// Runs the calls stage with those teams, for tonight's invitations and those
/// held out of all campaigns, by row of contact units.
pub(super) fn plan(
    night: &FollowUp<'_>,
    reasons: &Reasons,
    invitations: &[Invitation],
    universal_control: &[bool],
    teams: &BTreeMap<String, Team>,
) -> Result<CallQueue, NightError> {
    let FollowUp {
        job,
        view,
        tables,
        affinities,
        contacts,
        history,
        held_back,
        previous,
    } = *night;
    let file = &job.plan.file;
    let as_of = tables.night.as_of;
    let people = &view.people;
    let hits = hits(job.plan, view, reasons, as_of)?;
    let carried = match previous {
        Some(run) => carried(job.plan, view, run)?,
        None => Vec::new(),
    };
    let columns = columns(job.plan, view)?;
    Ok(calls::plan_calls(&QueueInput {
        as_of,
        timezone: &zone(job.plan),
        language: file.pipeline.language,
        people,
        reasons: &file.calls,
        teams,
        hits: &hits,
        carried: &carried,
        settings: &file.queue,
        held_back,
        invitations,
        universal_control,
        contacts,
        history,
        suppressions: &records::suppressions(tables, people)?,
        do_not_contact_stale: super::campaign::stale(job.plan, tables),
        policy: &file.policy,
        activities: &file.activities,
        top_interest: &top_interests(job.plan, people.len(), affinities),
        next_best: &next_best(people.len(), invitations),
        columns: &columns,
        key: &job.plan.key,
    })?)
}

/// The teams with the agents that were asked about; `None` if nobody asked.
pub(super) fn reinforced(job: &Job<'_>) -> Option<BTreeMap<String, Team>> {
    if job.agents.is_empty() {
        return None;
    }
    let mut teams = job.plan.file.teams.clone();
    for more in job.agents {
        for (name, team) in &mut teams {
            let meant = more.team.as_ref().is_none_or(|wanted| wanted == name);
            if meant && !team.automatic && team.visits_a_day.is_none() {
                team.agents = team.agents.saturating_add_signed(more.agents);
            }
        }
    }
    Some(teams)
}

/// Conditions that hold, each since the day of what it is about.
fn hits(
    plan: &Plan,
    view: &CustomerView,
    reasons: &Reasons,
    as_of: Date,
) -> Result<Vec<ReasonHit>, NightError> {
    let numbers = |column: Option<&String>| column.map(|name| view.numbers(name)).transpose();
    let calls = plan.file.calls.iter();
    let days_ago = calls.clone().map(|call| numbers(call.days_ago.as_ref()));
    let days_ago = days_ago.collect::<Result<Vec<_>, _>>()?;
    let values = calls.map(|call| numbers(call.value.as_ref()));
    let values = values.collect::<Result<Vec<_>, _>>()?;
    let hit = |&(row, reason): &(u32, u16)| {
        let days = days_ago[usize::from(reason)].as_ref();
        let days = days
            .map(|days| days[row as usize])
            .filter(|days| (0.0..3e6).contains(days));
        let since = days.and_then(|days| as_of.checked_sub((days as i64).days()).ok());
        ReasonHit {
            row,
            reason,
            activity: None,
            since: since.unwrap_or(as_of),
            dated: since.is_some(),
            value: values[usize::from(reason)]
                .as_ref()
                .map(|values| values[row as usize])
                .filter(|value| value.is_finite())
                .unwrap_or_default(),
        }
    };
    Ok(reasons.hits.iter().map(hit).collect())
}

/// The columns that the texts of call reasons mention, as people read them;
/// empty where the view does not have them yet.
///
/// # Errors
/// When a text has no valid syntax or a column cannot be read.
pub fn columns(
    plan: &Plan,
    view: &CustomerView,
) -> Result<BTreeMap<String, Vec<String>>, NightError> {
    let columns = calls::mentioned(&plan.file.calls).map_err(CallsError::from)?;
    let columns = columns.into_iter().map(|name| {
        let told = if view.frame.column(&name).is_ok() {
            told(view, &name)?
        } else {
            vec![String::new(); view.people.len()]
        };
        Ok((name, told))
    });
    columns.collect()
}

/// A column as people read it: whole numbers without decimals, nothing where it
/// is missing.
fn told(view: &CustomerView, column: &str) -> Result<Vec<String>, NightError> {
    // Whether there is such a column.
    view.words(column)?;
    let text = |word: Option<String>| {
        let word = word.unwrap_or_default();
        word.strip_suffix(".0").unwrap_or(&word).to_owned()
    };
    Ok(previous::texts(&view.frame, column)
        .into_iter()
        .map(text)
        .collect())
}

/// The activity that each customer is invited to, or waits for.
fn next_best(customers: usize, invitations: &[Invitation]) -> Vec<Option<u16>> {
    let mut best: Vec<Option<(f64, u16)>> = vec![None; customers];
    for invitation in invitations {
        let place = &mut best[invitation.row as usize];
        if place.is_none_or(|(value, _)| invitation.value > value) {
            *place = Some((invitation.value, invitation.activity));
        }
    }
    best.into_iter()
        .map(|best| best.map(|(_, activity)| activity))
        .collect()
}

/// The label of each customer's strongest interest; none below one half, where
/// the typical user is.
fn top_interests<'a>(
    plan: &Plan,
    customers: usize,
    affinities: &'a [InterestAffinity],
) -> Vec<Option<&'a str>> {
    let language = plan.file.pipeline.language;
    (0..customers)
        .map(|row| {
            let strongest = affinities
                .iter()
                .max_by(|a, b| a.affinity[row].total_cmp(&b.affinity[row]))?;
            (strongest.affinity[row] >= 0.5).then(|| strongest.label.text(language))
        })
        .collect()
}

/// The reasons as the previous run left them; reasons and activities that the
/// pipeline no longer has are passed over.
pub(super) fn carried(
    plan: &Plan,
    view: &CustomerView,
    run: &Run,
) -> Result<Vec<CarriedCall>, PreviousError> {
    let columns = [
        "customer_id",
        "reason",
        "activity_id",
        "since",
        "attempt",
        "tried_on",
        "owner",
        "state",
        "leads",
        "call_id",
        "waits",
        "listed_on",
        "by_machine",
        "done_on",
    ];
    let frame = previous::frame(run, "reasons.parquet", &columns)?;
    let texts = |name: &str| previous::texts(&frame, name);
    let (ids, reasons, activities) = (texts("customer_id"), texts("reason"), texts("activity_id"));
    let (owners, states, calls) = (texts("owner"), texts("state"), texts("call_id"));
    let dates = |name: &str| -> Vec<Option<Date>> {
        let read = |text: Option<String>| text.as_deref()?.parse().ok();
        texts(name).into_iter().map(read).collect()
    };
    let (since, tried, listed, done) = (
        dates("since"),
        dates("tried_on"),
        dates("listed_on"),
        dates("done_on"),
    );
    let (attempts, waits) = (counts(&frame, "attempt"), counts(&frame, "waits"));
    let (machine, leads) = (flags(&frame, "by_machine"), flags(&frame, "leads"));
    let activity_ids: Vec<&str> = plan
        .file
        .activities
        .iter()
        .map(|activity| activity.id.as_str())
        .collect();
    let reason_ids: Vec<&str> = plan
        .file
        .calls
        .iter()
        .map(|reason| reason.id.as_str())
        .collect();
    let index_of = |ids: &[&str], wanted: &str| {
        let place = ids.iter().position(|id| *id == wanted)?;
        u16::try_from(place).ok()
    };
    let call = |index: usize| {
        let activity = match activities[index].as_deref() {
            Some(id) => Some(index_of(&activity_ids, id)?),
            None => None,
        };
        Some(CarriedCall {
            row: u32::try_from(view.people.row(ids[index].as_deref()?)?).ok()?,
            reason: index_of(&reason_ids, reasons[index].as_deref()?)?,
            activity,
            since: since[index]?,
            attempt: attempts[index]?,
            tried_on: tried[index],
            owner: owners[index].clone()?,
            listed_on: listed[index],
            by_machine: machine[index],
            done_on: done[index],
            given_up: states[index].as_deref() == Some("expired"),
            waits: waits[index].unwrap_or_default(),
            call_id: calls[index].clone(),
            leads: leads[index],
        })
    };
    Ok((0..frame.height()).filter_map(call).collect())
}

fn counts(frame: &DataFrame, column: &str) -> Vec<Option<u32>> {
    let cast = frame
        .column(column)
        .and_then(|column| column.cast(&DataType::UInt32));
    match cast.as_ref().map(|column| column.u32()) {
        Ok(Ok(values)) => values.iter().collect(),
        _ => vec![None; frame.height()],
    }
}

fn flags(frame: &DataFrame, column: &str) -> Vec<bool> {
    match frame.column(column).map(|column| column.bool()) {
        Ok(Ok(values)) => values.iter().map(|value| value == Some(true)).collect(),
        _ => vec![false; frame.height()],
    }
}
