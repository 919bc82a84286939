//! From the view and the optional tables to what the campaign stage needs.

use std::collections::{BTreeMap, BTreeSet};

use jiff::tz::TimeZone;

use super::follow_up::Leaves;
use super::reasons::Reasons;
use super::{Job, NightError};
use crate::calls::{CarriedCall, Trigger};
use crate::campaign::{
    self, Bounds, Campaign, CampaignInput, Contact, ContactOutcome, ReviewFinding, Suppression,
};
use crate::domain::{CallClass, Channel};
use crate::pipeline::Plan;
use crate::previous;
use crate::records;
use crate::segments::InterestAffinity;
use crate::store::Run;
use crate::tables::ValidTables;
use crate::view::CustomerView;

/// By activity: the rows that meet its rule, ascending.
pub(super) fn eligible(plan: &Plan, view: &CustomerView) -> Result<Vec<Vec<u32>>, NightError> {
    let rules = plan.file.activities.iter().zip(&plan.eligible);
    let rows = rules.map(|(activity, condition)| Ok(view.rows(&activity.id, condition)?));
    rows.collect()
}

/// What customers have been contacted about.
pub(super) struct Contacts {
    /// Contacts that were made, and our own that no history holds yet.
    pub(super) made: Vec<Contact>,
    /// How many of them, the first ones, are of the contact history; `None`
    /// without one.
    history: Option<usize>,
    /// Invitations by phone that are still to be made.
    pending: Vec<Contact>,
}

impl Contacts {
    /// The contact history alone, if there is one.
    pub(super) fn history(&self) -> Option<&[Contact]> {
        self.history.map(|count| &self.made[..count])
    }

    /// How many of the history have an outcome that is none of the known names.
    pub(super) fn other_outcomes(&self) -> u64 {
        let history = self.history().unwrap_or_default().iter();
        let other = history.filter(|contact| contact.outcome == Some(ContactOutcome::Other));
        other.count() as u64
    }

    /// Those made and those still to be made.
    pub(super) fn all(&self) -> [&[Contact]; 2] {
        [&self.made, &self.pending]
    }
}

/// Reads the contact history and what earlier runs sent out.
pub(super) fn contacts(
    job: &Job<'_>,
    view: &CustomerView,
    tables: &ValidTables,
    previous: Option<&Run>,
    carried: &[CarriedCall],
) -> Result<Contacts, NightError> {
    let (as_of, people) = (tables.night.as_of, &view.people);
    let calls = &job.plan.file.calls;
    let mut made = records::contacts(tables, people, calls)?;
    let history = tables.tables.contains_key("contacts").then_some(made.len());
    let own = previous::own_contacts(
        job.runs,
        previous,
        as_of,
        job.plan.file.policy.memory_days(),
        people,
        calls,
        &made,
    )?;
    made.extend(own);
    Ok(Contacts {
        pending: pending(job.plan, carried, as_of, &made),
        made,
        history,
    })
}

/// Runs the campaign stage.
#[allow(
    clippy::too_many_arguments,
    reason = "the stage sees all that came before it"
)]
pub(super) fn plan(
    job: &Job<'_>,
    view: &CustomerView,
    tables: &ValidTables,
    affinities: &[InterestAffinity],
    segment: &[u32],
    reasons: &Reasons,
    leaves: &Leaves,
    eligible: &[Vec<u32>],
    findings: &[ReviewFinding],
    contacts: &Contacts,
    suppressions: &[Suppression],
) -> Result<Campaign, NightError> {
    let file = &job.plan.file;
    let as_of = tables.night.as_of;
    let people = &view.people;
    let contacts = [contacts.made.as_slice(), &contacts.pending].concat();
    let affinity: Vec<Vec<f64>> = file
        .activities
        .iter()
        .filter_map(|activity| {
            affinities
                .iter()
                .find(|interest| interest.id == activity.interest)
        })
        .map(|interest| interest.affinity.clone())
        .collect();
    Ok(campaign::plan_campaign(&CampaignInput {
        as_of,
        timezone: &zone(job.plan),
        people,
        activities: &file.activities,
        held_back: &campaign::held_back(&file.activities, findings),
        eligible,
        affinity: &affinity,
        segment,
        scores: &records::scores(tables, people, &file.activities)?,
        outcomes: &records::outcomes(tables, people)?,
        bounds: Bounds {
            constraints: &file.constraints,
            contact_rules: &file.contact_rules,
            conflicts: &file.conflicts,
            call_minutes: leaves.minutes.as_ref(),
        },
        contacts: &contacts,
        suppressions,
        do_not_contact_stale: stale(job.plan, tables),
        service_first: &reasons.service_first,
        follow_up_first: &leaves.contacted,
        policy: &file.policy,
        propensity: file.propensity,
        controls: &file.controls,
        key: &job.plan.key,
    })?)
}

/// Phone invitations that the previous run left open: the household is to be
/// called tonight, so it gets no other invitation.
fn pending(
    plan: &Plan,
    carried: &[CarriedCall],
    as_of: jiff::civil::Date,
    contacts: &[Contact],
) -> Vec<Contact> {
    let answered: BTreeSet<(u32, &str)> = contacts
        .iter()
        .filter(|contact| {
            let open = [ContactOutcome::NoAnswer, ContactOutcome::CallBack];
            contact
                .outcome
                .is_some_and(|outcome| !open.contains(&outcome))
        })
        .map(|contact| (contact.row, contact.activity.as_str()))
        .collect();
    let went_out_with: BTreeMap<(u32, &str), f64> = contacts
        .iter()
        .filter_map(|contact| {
            Some((
                (contact.row, contact.activity.as_str()),
                contact.probability?,
            ))
        })
        .collect();
    let open = carried
        .iter()
        .filter(|call| plan.file.calls[usize::from(call.reason)].on == Some(Trigger::Invitation))
        .filter(|call| call.done_on.is_none() && !call.given_up)
        .filter_map(|call| {
            let activity = &plan.file.activities[usize::from(call.activity?)];
            let waits = activity.starts.0.date() >= as_of
                && !answered.contains(&(call.row, activity.id.as_str()));
            waits.then(|| Contact {
                row: call.row,
                activity: activity.id.clone(),
                class: CallClass::Marketing,
                channel: Some(Channel::Call),
                date: as_of,
                time: None,
                outcome: None,
                callback_at: None,
                promise: None,
                probability: went_out_with
                    .get(&(call.row, activity.id.as_str()))
                    .copied(),
            })
        });
    open.collect()
}

/// The pipeline's zone; the plan has tested that it exists.
pub(super) fn zone(plan: &Plan) -> TimeZone {
    TimeZone::get(&plan.file.pipeline.timezone).unwrap_or(TimeZone::UTC)
}

/// Whether the do-not-contact table is missing or too old to be trusted, and
/// the policy asks for it.
pub(super) fn stale(plan: &Plan, tables: &ValidTables) -> bool {
    if !plan.file.policy.require_do_not_contact {
        return false;
    }
    let old = |check: &crate::tables::CheckRecord| {
        check.table == "suppressions" && check.rule.starts_with("newest") && check.violations > 0
    };
    !tables.tables.contains_key("suppressions") || tables.checks.iter().any(old)
}
