//! From the view and the optional tables to what the campaign stage needs.

use jiff::tz::TimeZone;

use super::follow_up::Reasons;
use super::{Job, NightError};
use crate::campaign::{self, Campaign, CampaignInput, ReviewFinding};
use crate::pipeline::Plan;
use crate::previous;
use crate::records;
use crate::segments::InterestAffinity;
use crate::store::Run;
use crate::tables::ValidTables;
use crate::view::CustomerView;

/// The pre-launch review of every activity.
pub(super) fn review(plan: &Plan, tables: &ValidTables) -> Vec<ReviewFinding> {
    let interests: Vec<&str> = plan
        .file
        .interests
        .iter()
        .map(|interest| interest.id.as_str())
        .collect();
    campaign::review(
        &plan.file.activities,
        tables.night.as_of,
        &interests,
        &plan.file.policy,
    )
}

/// Runs the campaign stage.
pub(super) fn plan(
    job: &Job<'_>,
    view: &CustomerView,
    tables: &ValidTables,
    affinities: &[InterestAffinity],
    reasons: &Reasons,
    findings: &[ReviewFinding],
    previous: Option<&Run>,
) -> Result<Campaign, NightError> {
    let file = &job.plan.file;
    let as_of = tables.night.as_of;
    let people = &view.people;
    let mut contacts = records::contacts(tables, people, &file.calls)?;
    contacts.extend(previous::own_contacts(
        job.runs,
        previous,
        as_of,
        people,
        &file.calls,
        &contacts,
    )?);
    let eligible = file
        .activities
        .iter()
        .zip(&job.plan.eligible)
        .map(|(activity, condition)| {
            let holds = view.holds(&activity.id, condition)?;
            Ok((0u32..)
                .zip(holds)
                .filter_map(|(row, yes)| yes.then_some(row))
                .collect())
        });
    let eligible: Vec<Vec<u32>> = eligible.collect::<Result<_, NightError>>()?;
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
        eligible: &eligible,
        affinity: &affinity,
        scores: &records::scores(tables, people, &file.activities)?,
        outcomes: &records::outcomes(tables, people)?,
        contacts: &contacts,
        suppressions: &records::suppressions(tables, people)?,
        do_not_contact_stale: stale(job.plan, tables),
        service_first: &reasons.service_first,
        policy: &file.policy,
        controls: &file.controls,
        key: &job.plan.key,
    })?)
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
