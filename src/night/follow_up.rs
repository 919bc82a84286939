//! From the view and the previous run to what the call queue needs.

use std::collections::BTreeMap;

use super::campaign::zone;
use super::reasons::Reasons;
use super::{Job, NightError};
use crate::calls::{
    self, CallQueue, CallStatus, CallsError, CarriedCall, HitRef, QueueInput, Team, Trigger,
};
use crate::campaign::{CallMinutes, Contact, Invitation, Suppression};
use crate::domain::{CallClass, Channel, People};
use crate::pipeline::Plan;
use crate::previous;
use crate::segments::InterestAffinity;
use crate::tables::ValidTables;
use crate::view::CustomerView;

/// What follow-up leaves to invitations: it goes first.
pub(super) struct Leaves {
    /// By contact unit: whether follow-up uses up tonight's marketing contact.
    pub(super) contacted: Vec<bool>,
    /// What is left of the hours of the team that makes invitations by call;
    /// `None` when there is no such team, or it has no limit.
    pub(super) minutes: Option<CallMinutes>,
}

/// Plans the queue as it is without invitations, and says what it leaves.
pub(super) fn leaves(night: &FollowUp<'_>) -> Result<Leaves, CallsError> {
    let file = &night.job.plan.file;
    let people = &night.view.people;
    let queue = plan(night, &[], &file.teams)?;
    let mut contacted = vec![false; people.unit_keys.len()];
    let is_marketing =
        |hit: &HitRef| file.calls[usize::from(hit.reason)].class == CallClass::Marketing;
    let tonight = queue.calls.iter().filter(|call| {
        let mut reasons = std::iter::once(&call.lead).chain(&call.further_reasons);
        call.status == CallStatus::Planned
            && call.channel != Channel::Visit
            && reasons.any(is_marketing)
    });
    for call in tonight {
        contacted[people.unit[call.lead.row as usize] as usize] = true;
    }
    let mut reasons = file.calls.iter();
    let invitation = reasons.find(|call| call.on == Some(Trigger::Invitation));
    let minutes = invitation.and_then(|invitation| {
        let name = invitation.team.first();
        let team = file.teams.get(name)?;
        let all = team.capacity(night.tables.night.as_of, &file.policy)?;
        let load = queue.loads.iter().find(|load| load.team == name);
        Some(CallMinutes {
            name: format!("minutes of team {name}"),
            left: (all - load.map_or(0.0, |load| load.planned_minutes)).max(0.0),
            per_call: invitation.minutes.unwrap_or(team.minutes_per_call),
        })
    });
    Ok(Leaves { contacted, minutes })
}

/// What the calls stage looks at, whoever is invited.
pub(super) struct FollowUp<'a> {
    pub(super) job: &'a Job<'a>,
    pub(super) view: &'a CustomerView,
    pub(super) tables: &'a ValidTables,
    pub(super) reasons: &'a Reasons,
    /// What the previous run left.
    pub(super) carried: &'a [CarriedCall],
    /// The columns that texts mention, as people read them.
    pub(super) columns: &'a BTreeMap<String, Vec<String>>,
    pub(super) suppressions: &'a [Suppression],
    /// By row: the label of the customer's strongest interest.
    pub(super) top_interest: &'a [Option<&'a str>],
    pub(super) contacts: &'a [Contact],
    /// The contact history alone, if there is one.
    pub(super) history: Option<&'a [Contact]>,
    /// By contact unit: whether it is held out of all campaigns.
    pub(super) universal_control: &'a [bool],
    /// By reason: whether the review keeps it back.
    pub(super) held_back: &'a [bool],
}

/// Runs the calls stage with those teams, for those invitations.
pub(super) fn plan(
    night: &FollowUp<'_>,
    invitations: &[Invitation],
    teams: &BTreeMap<String, Team>,
) -> Result<CallQueue, CallsError> {
    let plan = night.job.plan;
    let (file, people) = (&plan.file, &night.view.people);
    calls::plan_calls(&QueueInput {
        as_of: night.tables.night.as_of,
        timezone: &zone(plan),
        language: file.pipeline.language,
        people,
        reasons: &file.calls,
        teams,
        hits: &night.reasons.hits,
        carried: night.carried,
        settings: &file.queue,
        held_back: night.held_back,
        invitations,
        universal_control: night.universal_control,
        contacts: night.contacts,
        history: night.history,
        suppressions: night.suppressions,
        do_not_contact_stale: super::campaign::stale(plan, night.tables),
        policy: &file.policy,
        activities: &file.activities,
        top_interest: night.top_interest,
        next_best: &next_best(people.len(), invitations),
        columns: night.columns,
        key: &plan.key,
    })
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
            if meant && team.by_agents() {
                team.agents = team.agents.saturating_add_signed(more.agents);
            }
        }
    }
    Some(teams)
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

/// The label of each customer's strongest interest; none for who opted out of
/// personalisation, and none below one half, where the typical user is.
pub(super) fn top_interests<'a>(
    plan: &Plan,
    people: &People,
    affinities: &'a [InterestAffinity],
) -> Vec<Option<&'a str>> {
    let language = plan.file.pipeline.language;
    (0..people.len())
        .map(|row| {
            if !people.personalisation[row] {
                return None;
            }
            let strongest = affinities
                .iter()
                .max_by(|a, b| a.affinity[row].total_cmp(&b.affinity[row]))?;
            (strongest.affinity[row] >= 0.5).then(|| strongest.label.text(language))
        })
        .collect()
}
