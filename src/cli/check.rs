use std::io::{self, Write};
use std::path::PathBuf;

use clap::Args;

use super::{Exit, Failure, ShowArgs, load};
use crate::campaign;
use crate::measure;
use crate::night::NightError;
use crate::pipeline::Plan;
use crate::previous;
use crate::store::OutDir;
use crate::tables::{Severity, ValidTables};
use crate::view;
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
    let as_of = ready.catalog.as_of();
    let valid = watch.stage("tables", |stage| {
        let valid = ready
            .catalog
            .validate(&previous::rows(runs.previous_for(as_of)))?;
        stage.rows(valid.tables.values().map(|table| table.rows).sum());
        Ok::<_, Failure>(valid)
    })?;
    let interests: Vec<&str> = file
        .interests
        .iter()
        .map(|interest| interest.id.as_str())
        .collect();
    let findings = campaign::review(&file.activities, as_of, &interests, &file.policy);

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
    let count = file.activities.len();
    text.push_str(&format!(
        "\nPre-launch review: {count} activities, {} findings\n",
        findings.len()
    ));
    for finding in &findings {
        text.push_str(&format!("  {}: {}\n", finding.activity, finding.text));
    }
    text.push_str(&power(&ready.plan, &valid)?);
    for note in &ready.plan.view.notes {
        text.push_str(&format!("  note: {note}\n"));
    }
    let _ = write!(io::stdout().lock(), "{text}");
    if findings.is_empty() {
        Ok(())
    } else {
        Err(Failure::new(
            Exit::Data,
            "the pre-launch review has findings: those activities would be held back",
        ))
    }
}

/// What the planned sizes of the control groups can show, by activity.
///
/// The policy is not applied here, so the groups of a night are smaller; the
/// summary of a dry run has their power.
fn power(plan: &Plan, tables: &ValidTables) -> Result<String, Failure> {
    let file = &plan.file;
    if file.activities.is_empty() {
        return Ok(String::new());
    }
    let view = view::build(&plan.view, tables, None).map_err(NightError::from)?;
    let mut text = String::from(
        "\nPower: smallest lift shown with 80 % power, two-sided 5 %, before the policy\n",
    );
    let (universal, held) = (
        file.controls.universal.get(),
        file.controls.per_activity.get(),
    );
    for (activity, condition) in file.activities.iter().zip(&plan.eligible) {
        let line = match view.holds(&activity.id, condition) {
            Ok(holds) => {
                let people = &view.people;
                let mut units: Vec<u32> = (holds.iter().zip(&people.unit))
                    .filter_map(|(&yes, &unit)| yes.then_some(unit))
                    .collect();
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
            // Who is eligible by segment is known once there are segments.
            Err(_) => "eligible by segment: see a dry run".to_owned(),
        };
        text.push_str(&format!("  {:<30} {line}\n", activity.id));
    }
    Ok(text)
}
