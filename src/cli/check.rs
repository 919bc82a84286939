use std::io::{self, Write};
use std::path::PathBuf;

use clap::Args;
use jiff::civil::Date;

use super::{Exit, Failure, ShowArgs, load};
use crate::artifacts;
use crate::calls::{self, CallReviewInput};
use crate::campaign::{self, ReviewFinding, ReviewInput};
use crate::measure;
use crate::night::{self, NightError};
use crate::pipeline::Plan;
use crate::previous;
use crate::store::{OutDir, Run};
use crate::tables::Severity;
use crate::view::{self, CustomerView};
use crate::watch::{Watch, grouped};

/// Check a pipeline, its inputs and its activities; writes nothing.
#[derive(Debug, Args)]
#[command(after_help = "Example:\n  clubcall check pipelines/nightly.toml")]
pub(super) struct CheckArgs {
    /// The pipeline file
    pipeline: PathBuf,
    /// The night's date [default: as the pipeline says]
    #[arg(long, value_name = "DATE|today|data")]
    as_of: Option<String>,
    /// Where earlier runs are [default: as the pipeline says]
    #[arg(long, value_name = "DIR")]
    out: Option<PathBuf>,
    #[command(flatten)]
    pub(super) show: ShowArgs,
}

pub(super) fn main(args: &CheckArgs) -> Result<(), Failure> {
    let mut watch = Watch::new(args.show.show());
    let ready = load::pipeline(&args.pipeline, args.as_of.as_deref())?;
    let file = &ready.plan.file;
    let out = OutDir::open(
        args.out
            .clone()
            .unwrap_or_else(|| file.pipeline.out.clone()),
    )?;
    let runs = out.runs()?;
    let previous = runs.previous_for(ready.catalog.as_of());
    let as_of = ready.catalog.as_of();
    let valid = watch.stage("tables", |stage| {
        let valid = ready.catalog.validate(&previous::rows(previous))?;
        stage.rows(valid.tables.values().map(|table| table.rows).sum());
        Ok::<_, Failure>(valid)
    })?;
    let view = view::build(&ready.plan.view, &valid, None).map_err(NightError::from)?;
    let groups = Groups::of(&ready.plan, &view);
    let findings = groups.review(&ready.plan, &view, as_of, previous)?;

    let mut text = format!("{}, night of {as_of}\n\nTables\n", file.pipeline.name);
    for (name, table) in &valid.tables {
        text.push_str(&format!("  {name:<14} {:>13} rows\n", grouped(table.rows)));
    }
    let broken: Vec<_> = valid
        .checks
        .iter()
        .filter(|check| check.violations > 0)
        .collect();
    text.push_str(&format!(
        "\nContracts: {} kept, {} broken\n",
        valid.checks.len() - broken.len(),
        broken.len()
    ));
    for check in &broken {
        let what = match check.severity {
            Severity::Reject => "set aside",
            Severity::Warn | Severity::Fail => "warning",
        };
        text.push_str(&format!("  {what}: {check}\n"));
    }
    let reviewed = format!(
        "{} activities and {} call reasons",
        file.activities.len(),
        file.calls.len()
    );
    text.push('\n');
    text.push_str(&artifacts::review_text(&reviewed, &findings, &[]));
    if !file.constraints.is_empty() {
        text.push_str("  whether the constraints can hold together, a dry run says\n");
    }
    text.push_str(&groups.power(&ready.plan, &view));
    for note in &ready.plan.view.notes {
        text.push_str(&format!("  note: {note}\n"));
    }
    let _ = write!(io::stdout().lock(), "{text}");
    if findings.is_empty() {
        Ok(())
    } else {
        Err(Failure::new(
            Exit::Data,
            "the pre-launch review has findings: those lists would be held back",
        ))
    }
}

/// Whom activities and call reasons are for. Who is meant by segment is known
/// once there are segments, and none here.
struct Groups {
    /// By activity, the rows that meet its rule.
    eligible: Vec<Option<Vec<u32>>>,
    /// By call reason, the rows that meet its condition.
    hits: Vec<Option<Vec<u32>>>,
}

impl Groups {
    fn of(plan: &Plan, view: &CustomerView) -> Self {
        let activities = plan.file.activities.iter().zip(&plan.eligible);
        let reasons = plan.file.calls.iter().zip(&plan.call_when);
        Self {
            eligible: activities
                .map(|(activity, rule)| view.rows(&activity.id, rule).ok())
                .collect(),
            hits: reasons
                .map(|(reason, when)| view.rows(&reason.id, when.as_ref()?).ok())
                .collect(),
        }
    }

    /// What is wrong with activities, then with call reasons.
    fn review(
        &self,
        plan: &Plan,
        view: &CustomerView,
        as_of: Date,
        previous: Option<&Run>,
    ) -> Result<Vec<ReviewFinding>, Failure> {
        let file = &plan.file;
        let interests: Vec<&str> = file.interests.iter().map(|i| i.id.as_str()).collect();
        let eligible: Vec<Option<&[u32]>> = self.eligible.iter().map(Option::as_deref).collect();
        let hits: Vec<Option<&[u32]>> = self.hits.iter().map(Option::as_deref).collect();
        let mut findings = campaign::review(&ReviewInput {
            as_of,
            activities: &file.activities,
            interests: &interests,
            language: file.pipeline.language,
            policy: &file.policy,
            people: &view.people,
            sampled: false,
            eligible: &eligible,
            before: &previous::candidates(previous),
            settings: file.review,
        });
        findings.extend(calls::review(&CallReviewInput {
            as_of,
            reasons: &file.calls,
            teams: &file.teams,
            activities: &file.activities,
            language: file.pipeline.language,
            policy: &file.policy,
            sampled: false,
            hits: &hits,
            columns: &night::columns(plan, view)?,
            before: &previous::conditions(previous),
            settings: file.review,
        }));
        Ok(findings)
    }

    /// What the planned sizes of the control groups can show, by activity.
    ///
    /// The policy is not applied here, so the groups of a night are smaller;
    /// the summary of a dry run has their power.
    fn power(&self, plan: &Plan, view: &CustomerView) -> String {
        let file = &plan.file;
        if file.activities.is_empty() {
            return String::new();
        }
        let mut text = String::from(
            "\nPower: smallest lift shown with 80 % power, two-sided 5 %, before the policy\n",
        );
        let (universal, held) = (
            file.controls.universal.get(),
            file.controls.per_activity.get(),
        );
        for (activity, rows) in file.activities.iter().zip(&self.eligible) {
            let line = match rows {
                Some(rows) => {
                    let unit = |&row: &u32| view.people.unit[row as usize];
                    let mut units: Vec<u32> = rows.iter().map(unit).collect();
                    units.sort_unstable();
                    units.dedup();
                    let drawn = units.len() as f64 * (1.0 - universal);
                    let planned = measure::Plan {
                        base: activity.acceptance.get(),
                        treated: (drawn * (1.0 - held)).round() as u64,
                        control: (drawn * held).round() as u64,
                    };
                    let lift = match measure::detectable_lift(&planned, measure::POWER) {
                        Some(lift) => format!("{:.1} points", lift * 100.0),
                        None => "none".to_owned(),
                    };
                    format!(
                        "{:>9} eligible, {:>7} held out: {lift:>12}",
                        grouped(units.len() as u64),
                        grouped(planned.control)
                    )
                }
                None => "eligible by segment: see a dry run".to_owned(),
            };
            text.push_str(&format!("  {:<30} {line}\n", activity.id));
        }
        text
    }
}
