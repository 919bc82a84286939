//! From the view and the previous run to what the call queue needs.

use polars::prelude::*;

use super::campaign::zone;
use super::{Job, NightError};
use crate::calls::{self, CallQueue, CarriedCall, QueueInput, ReasonHit, Trigger};
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
    /// By row: whether a reason that blocks promotion holds.
    pub(super) service_first: Vec<bool>,
}

/// Evaluates every call reason that is a condition.
pub(super) fn reasons(plan: &Plan, view: &CustomerView) -> Result<Reasons, NightError> {
    let mut reasons = Reasons {
        hits: Vec::new(),
        service_first: vec![false; view.people.len()],
    };
    for (index, (call, when)) in (0u16..).zip(plan.file.calls.iter().zip(&plan.call_when)) {
        let Some(when) = when else { continue };
        for (row, holds) in (0u32..).zip(view.holds(&call.id, when)?) {
            if holds {
                reasons.hits.push((row, index));
                reasons.service_first[row as usize] |= call.blocks_promotion;
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
    let Some(team) = file.teams.get(&invitation.team) else {
        return Ok(None);
    };
    let Some(all) = team.capacity(night.tables.night.as_of, &file.policy) else {
        return Ok(None);
    };
    let nobody = vec![false; night.view.people.unit_keys.len()];
    let first = plan(night, reasons, &[], &nobody)?;
    let mut loads = first.loads.iter();
    let load = loads.find(|load| load.team == invitation.team);
    Ok(Some(CallMinutes {
        name: format!("minutes of team {}", invitation.team),
        left: (all - load.map_or(0.0, |load| load.planned_minutes)).max(0.0),
        per_call: team.minutes_per_call,
    }))
}

/// What the calls stage looks at, whoever is invited.
pub(super) struct FollowUp<'a> {
    pub(super) job: &'a Job<'a>,
    pub(super) view: &'a CustomerView,
    pub(super) tables: &'a ValidTables,
    pub(super) affinities: &'a [InterestAffinity],
    pub(super) contacts: &'a [Contact],
    pub(super) previous: Option<&'a Run>,
}

/// Runs the calls stage, for tonight's invitations and those held out of all
/// campaigns, by row of contact units.
pub(super) fn plan(
    night: &FollowUp<'_>,
    reasons: &Reasons,
    invitations: &[Invitation],
    universal_control: &[bool],
) -> Result<CallQueue, NightError> {
    let FollowUp {
        job,
        view,
        tables,
        affinities,
        contacts,
        previous,
    } = *night;
    let file = &job.plan.file;
    let as_of = tables.night.as_of;
    let people = &view.people;
    let hits: Vec<ReasonHit> = reasons
        .hits
        .iter()
        .map(|&(row, reason)| ReasonHit {
            row,
            reason,
            activity: None,
            since: as_of,
            value: 0.0,
        })
        .collect();
    let carried = match previous {
        Some(run) => carried(job.plan, view, run)?,
        None => Vec::new(),
    };
    Ok(calls::plan_calls(&QueueInput {
        as_of,
        timezone: &zone(job.plan),
        language: file.pipeline.language,
        people,
        reasons: &file.calls,
        teams: &file.teams,
        hits: &hits,
        carried: &carried,
        invitations,
        universal_control,
        contacts,
        suppressions: &records::suppressions(tables, people)?,
        do_not_contact_stale: super::campaign::stale(job.plan, tables),
        policy: &file.policy,
        activities: &file.activities,
        top_interest: &top_interests(job.plan, people.len(), affinities),
        key: &job.plan.key,
    })?)
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

/// The reasons that the previous run had; reasons and
/// activities that the pipeline no longer has are passed over.
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
        "owner",
    ];
    let frame = previous::frame(run, "reasons.parquet", &columns)?;
    let [ids, reasons, activities, owners] =
        ["customer_id", "reason", "activity_id", "owner"].map(|name| previous::texts(&frame, name));
    let since = previous::texts(&frame, "since");
    let attempts = frame
        .column("attempt")
        .and_then(|column| column.cast(&DataType::UInt32));
    let attempt = |index: usize| {
        let values = attempts.as_ref().ok()?.u32().ok()?;
        values.get(index)
    };
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
            since: since[index].as_deref()?.parse().ok()?,
            attempt: attempt(index)?,
            owner: owners[index].clone()?,
        })
    };
    Ok((0..frame.height()).filter_map(call).collect())
}
