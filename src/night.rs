//! The night, as data flows. Each stage is a function from typed input to a
//! named output; this page says which feeds which.

mod campaign;
mod carried;
mod follow_up;
mod identify;
mod lift;
mod publishing;
mod reasons;
mod review;
mod segmenting;

use std::collections::BTreeSet;
use std::sync::Arc;

pub use follow_up::columns;

use crate::artifacts;
use crate::calls::{CallQueue, CallsError};
use crate::campaign::{Campaign, CampaignError, ContactOutcome};
use crate::lists::ListError;
use crate::outputs::OutputError;
use crate::pipeline::Plan;
use crate::previous::{self, PreviousError};
use crate::records::RecordError;
use crate::report::ReportError;
use crate::segments::{Names, SegmentError, SegmentStatus, Segmentation};
use crate::store::{Published, Run, RunLock, Runs, StoreError};
use crate::tables::{Catalog, TableError, ValidTables};
use crate::view::{self, CustomerView, ViewError};
use crate::watch::{Watch, grouped};

/// A night to be run.
pub struct Job<'a> {
    /// What is asked for.
    pub plan: &'a Plan,
    /// Where it is read from, for the as-of date.
    pub catalog: &'a Catalog,
    /// What was published before.
    pub runs: &'a Runs,
    /// Where to publish; `None` publishes nothing.
    pub lock: Option<&'a RunLock>,
    /// What people have decided about the segments' names.
    pub names: &'a Names,
    /// Take only this many customers.
    pub sample: Option<usize>,
    /// Run although the same night is published already.
    pub force: bool,
    /// Start without a previous run.
    pub fresh: bool,
    /// Fit the segments' model again although it still holds.
    pub refit: bool,
    /// Agents to add to teams, to see what they would do; for a night that is
    /// not published.
    pub agents: &'a [MoreAgents],
}

/// So many agents more or fewer.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct MoreAgents {
    /// In which team; `None` for each.
    pub team: Option<String>,
    /// How many.
    pub agents: i32,
}

/// What became of a night.
pub struct Report {
    /// The run's id.
    pub run_id: String,
    /// The morning's page.
    pub summary: String,
    /// How it ended.
    pub outcome: Outcome,
}

/// How a night ended.
pub enum Outcome {
    /// The run is published, and `current` names it.
    Published(Box<Published>),
    /// The same night was published before; nothing was done.
    AlreadyDone,
    /// Everything was computed and nothing published, as asked.
    DryRun,
}

/// Why a night could not be run. Nothing was published then.
#[derive(Debug, thiserror::Error)]
#[allow(
    missing_docs,
    reason = "each variant is the error of the stage it is named after"
)]
pub enum NightError {
    #[error(transparent)]
    Tables(#[from] TableError),
    #[error(transparent)]
    View(#[from] ViewError),
    #[error("segments: {0}")]
    Segments(#[from] SegmentError),
    #[error("campaign: {0}")]
    Campaign(#[from] CampaignError),
    #[error("calls: {0}")]
    Calls(#[from] CallsError),
    #[error(transparent)]
    Records(#[from] RecordError),
    #[error(transparent)]
    Previous(#[from] PreviousError),
    #[error(transparent)]
    Outputs(#[from] OutputError),
    #[error(transparent)]
    Lists(#[from] ListError),
    #[error(transparent)]
    Unbalanced(#[from] artifacts::Unbalanced),
    #[error(transparent)]
    Report(#[from] ReportError),
    #[error(transparent)]
    Store(#[from] StoreError),
    #[error("a result cannot be written as JSON: {0}")]
    Json(String),
}

/// Runs a night.
///
/// # Errors
/// The error of the stage that could not go on; what was published before is
/// untouched.
pub fn run(job: &Job<'_>, watch: &mut Watch) -> Result<Report, NightError> {
    let previous = job.previous();
    let tables = watch.stage("tables", |stage| {
        let tables = job.catalog.validate(&previous::rows(previous))?;
        stage.rows(tables.tables.values().map(|table| table.rows).sum());
        Ok::<_, NightError>(tables)
    })?;
    let run_id = identify::run_id(job, &tables, previous);
    if let Some(report) = identify::finished(job, &run_id)? {
        return Ok(report);
    }
    let mut view = watch.stage("view", |stage| {
        stage.begins(
            tables.tables.values().map(|table| table.rows).sum(),
            "rows of tables",
        );
        let view = view::build(&job.plan.view, &tables, job.sample)?;
        stage.rows(view.people.len() as u64);
        Ok::<_, NightError>(view)
    })?;
    let features = segmenting::features(job.plan, &view)?;
    let affinities = segmenting::affinities(job.plan, &view)?;
    let customers = view.people.len() as u64;
    let segmentation = watch.stage("segments", |stage| {
        stage.begins(customers, "customers");
        let segmentation =
            segmenting::segment(job, &view, &features, &affinities, previous, &tables)?;
        stage.rows(segmentation.segments.len() as u64);
        Ok::<_, NightError>(segmentation)
    })?;
    drop(features);
    segmenting::add_names(&mut view, &segmentation)?;
    let reasons = reasons::reasons(job.plan, &view, tables.night.as_of)?;
    let carried = carried::carried(job.plan, &view, previous)?;
    let contacts = campaign::contacts(job, &view, &tables, previous, &carried)?;
    let suppressions = crate::records::suppressions(&tables, &view.people)?;
    let columns = columns(job.plan, &view)?;
    let eligible = campaign::eligible(job.plan, &view)?;
    let review = review::review(job, &view, &eligible, &reasons, &columns, previous);
    let follow_up = follow_up::FollowUp {
        job,
        view: &view,
        tables: &tables,
        reasons: &reasons,
        carried: &carried,
        columns: &columns,
        suppressions: &suppressions,
        top_interest: &follow_up::top_interests(job.plan, &view.people, &affinities),
        contacts: &contacts.made,
        history: contacts.history(),
        universal_control: &(job.plan.file.controls)
            .held_out_of_all(&job.plan.key, &view.people.unit_keys),
        held_back: &crate::calls::held_back(&job.plan.file.calls, &review.calls),
    };
    let campaign = watch.stage("campaign", |stage| {
        stage.begins(customers, "customers");
        let leaves = follow_up::leaves(&follow_up)?;
        let campaign = campaign::plan(
            job,
            &view,
            &tables,
            &affinities,
            &segmenting::numbers(&segmentation),
            &reasons,
            &leaves,
            &eligible,
            &review.activities,
            &contacts,
            &suppressions,
        )?;
        stage.rows(campaign.candidates.len() as u64);
        Ok::<_, NightError>(campaign)
    })?;
    let (calls, what_if) = watch.stage("calls", |stage| {
        stage.begins(customers, "customers");
        let plan = |teams| follow_up::plan(&follow_up, &campaign.invitations, teams);
        let calls = plan(&job.plan.file.teams)?;
        let what_if = follow_up::reinforced(job).as_ref().map(plan).transpose()?;
        stage.rows(calls.calls.len() as u64);
        Ok::<_, NightError>((calls, what_if))
    })?;
    let complaints = crate::records::complaints(&tables)?;
    let results = Results {
        tables,
        view,
        segmentation,
        review,
        campaign,
        calls,
        other_outcomes: contacts.other_outcomes(),
    };
    let tags = segmenting::tags(job.plan, &results.view)?;
    let known = match previous {
        Some(run) => artifacts::Known::from_rows(previous::known(run)?),
        None => artifacts::Known::default(),
    };
    let history = match previous {
        Some(run) => previous::history(run)?,
        None => Vec::new(),
    };
    let lift = lift::so_far(job, &results.view, &results.tables, previous)?;
    let night = artifacts::Night {
        plan: job.plan,
        tables: &results.tables,
        view: &results.view,
        customer_ids: Arc::new(results.view.people.ids.clone()),
        affinities: &affinities,
        tags: &tags,
        segmentation: &results.segmentation,
        contacts: contacts.all(),
        findings: &results.review.activities,
        call_findings: &results.review.calls,
        conditions: reasons
            .rows(job.plan.file.calls.len())
            .iter()
            .map(|rows| rows.as_ref().map(|rows| rows.len() as u64))
            .collect(),
        campaign: &results.campaign,
        calls: &results.calls,
        what_if: what_if.as_ref(),
        overdue: &crate::calls::overdue(&results.calls.ledger),
        complaints: complaints.as_deref(),
        known: &known,
        history: &history,
        lift: &lift,
        previous_run: previous.map(Run::id),
        run_id: &run_id,
        alerts: results.alerts(job.plan),
        warnings: results.warnings(job, previous),
    };
    publishing::publish(job, &night, previous, watch)
}

/// What the stages have found.
struct Results {
    tables: ValidTables,
    view: CustomerView,
    segmentation: Segmentation,
    review: review::Review,
    campaign: Campaign,
    calls: CallQueue,
    /// Contacts of the history whose outcome has a name of its own.
    other_outcomes: u64,
}

impl Job<'_> {
    /// The run that this night starts from.
    fn previous(&self) -> Option<&Run> {
        if self.fresh {
            return None;
        }
        self.runs.previous_for(self.catalog.as_of())
    }
}

impl Results {
    /// What somebody has to look at in the morning.
    fn alerts(&self, plan: &Plan) -> Vec<String> {
        let mut alerts = Vec::new();
        let findings = self.review.activities.iter().chain(&self.review.calls);
        let held: BTreeSet<&str> = findings.map(|f| f.subject.as_str()).collect();
        alerts.extend(
            held.iter()
                .map(|subject| format!("{subject} is held back by the pre-launch review")),
        );
        if campaign::stale(plan, &self.tables) {
            alerts.push(
                "the do-not-contact list is missing or older than 31 days: no marketing by text message or call".to_owned(),
            );
        }
        alerts.extend(self.campaign.optimum.given_up.iter().map(|given_up| {
            format!(
                "constraints that cannot hold together hold back {}",
                given_up.activities.join(", ")
            )
        }));
        alerts.extend(self.segmentation.refused.iter().map(ToString::to_string));
        for segment in &self.segmentation.segments {
            let entry = self.segmentation.registry.get(&segment.id);
            if segment.status == SegmentStatus::Retired && entry.is_some_and(|entry| entry.locked) {
                alerts.push(format!(
                    "{} {}, a name that was locked, is no more: {}",
                    segment.id,
                    segment.name,
                    segment.status.words(&segment.lineage)
                ));
            }
        }
        for drift in &self.segmentation.drift {
            if drift.psi > 0.25 {
                alerts.push(format!(
                    "{} has drifted (PSI {:.2})",
                    drift.feature, drift.psi
                ));
            }
        }
        for load in &self.calls.loads {
            if load.short > 0 {
                alerts.push(format!(
                    "team {} lacks {:.1} hours: {} calls are late because of it",
                    load.team,
                    load.missing_minutes / 60.0,
                    load.short
                ));
            }
        }
        alerts.extend(crate::calls::alerts(
            &plan.file.calls,
            &plan.file.teams,
            &plan.file.queue,
            &self.calls.ledger,
        ));
        alerts
    }

    /// What was odd but changed nothing.
    fn warnings(&self, job: &Job<'_>, previous: Option<&Run>) -> Vec<String> {
        let mut warnings = self.view.notes.clone();
        warnings.extend(self.segmentation.warnings.iter().cloned());
        for check in self
            .tables
            .checks
            .iter()
            .filter(|check| check.violations > 0)
        {
            warnings.push(check.to_string());
        }
        if self.other_outcomes > 0 {
            warnings.push(format!(
                "{} contacts have an outcome that is none of {}: each counts as done",
                grouped(self.other_outcomes),
                ContactOutcome::NAMES.join(", ")
            ));
        }
        if lift::is_left_out(job, previous) {
            warnings.push(
                "lift is not measured nightly with so many decisions: see `clubcall measure`"
                    .to_owned(),
            );
        }
        if let Some(count) = job.sample {
            warnings.push(format!("only a sample of {count} customers took part"));
        }
        warnings
    }
}
