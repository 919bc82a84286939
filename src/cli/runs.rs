use std::io::{self, Write};

use clap::{Args, Subcommand};

use super::{Failure, OutArgs};
use crate::store::{self, OutDir};
use crate::watch::grouped;

/// List, show, compare or prune published runs.
#[derive(Debug, Args)]
#[command(
    after_help = "Runs are named by their id, its beginning, `current` or `previous`.\n\n\
Example:\n  clubcall runs diff previous current"
)]
pub(super) struct RunsArgs {
    #[command(subcommand)]
    command: RunsCommand,
    #[command(flatten)]
    out: OutArgs,
}

#[derive(Debug, Subcommand)]
enum RunsCommand {
    /// List all runs, the oldest night first
    List,
    /// Show what a run is made of, and whether its files are whole
    Show {
        /// The run
        #[arg(default_value = "current")]
        run: String,
    },
    /// Show what changed from one run to another
    Diff {
        /// The earlier run
        #[arg(default_value = "previous")]
        from: String,
        /// The later run
        #[arg(default_value = "current")]
        to: String,
    },
    /// Remove the runs of all but the newest nights
    Prune {
        /// How many nights stay
        #[arg(long, value_name = "N")]
        keep: usize,
    },
}

pub(super) fn main(args: &RunsArgs) -> Result<(), Failure> {
    let out = OutDir::open(&args.out.out)?;
    let text = match &args.command {
        RunsCommand::List => list(&out)?,
        RunsCommand::Show { run } => show(&out, run)?,
        RunsCommand::Diff { from, to } => {
            let runs = out.runs()?;
            let (from, to) = (runs.find(from)?, runs.find(to)?);
            store::diff(&from.manifest, &to.manifest).to_string()
        }
        RunsCommand::Prune { keep } => prune(&out, *keep)?,
    };
    let _ = writeln!(io::stdout().lock(), "{}", text.trim_end());
    Ok(())
}

fn list(out: &OutDir) -> Result<String, Failure> {
    let runs = out.runs()?;
    let mut text = format!(
        "{:<24} {:<16} {:>12} {:>9}  {}\n",
        "run", "pipeline", "customers", "invited", ""
    );
    for run in runs.list() {
        let count = |stage: &str, name: &str| {
            let stage = run
                .manifest
                .stages
                .iter()
                .find(|count| count.stage == stage);
            stage
                .and_then(|stage| stage.rows.get(name).copied())
                .unwrap_or(0)
        };
        let state = match (run.current, run.superseded) {
            (true, _) => "current",
            (_, true) => "superseded",
            _ => "",
        };
        text.push_str(&format!(
            "{:<24} {:<16} {:>12} {:>9}  {state}\n",
            run.id(),
            run.manifest.pipeline,
            grouped(count("view", "customers")),
            grouped(count("campaign", "invited"))
        ));
    }
    for broken in runs.broken() {
        text.push_str(&format!(
            "{:<24} cannot be read: {}\n",
            broken.run_id, broken.problem
        ));
    }
    if runs.is_empty() {
        text = format!("no runs in {}\n", out.path().display());
    }
    Ok(text)
}

fn show(out: &OutDir, name: &str) -> Result<String, Failure> {
    let runs = out.runs()?;
    let run = runs.find(name)?;
    let manifest = &run.manifest;
    let mut text = format!(
        "run          {}\nnight        {}\npipeline     {} ({})\nversion      {}\nstarts from  {}\n",
        run.id(),
        manifest.as_of,
        manifest.pipeline,
        &manifest.pipeline_digest[..manifest.pipeline_digest.len().min(12)],
        manifest.version,
        manifest.previous_run.as_deref().unwrap_or("nothing")
    );
    text.push_str("\ninputs\n");
    for (table, input) in &manifest.inputs {
        text.push_str(&format!("  {table:<14} {:>14} rows\n", grouped(input.rows)));
    }
    text.push_str("\nfiles\n");
    for (path, record) in &manifest.outputs {
        let rows = record
            .rows
            .map(|rows| format!("{} rows", grouped(rows)))
            .unwrap_or_default();
        text.push_str(&format!(
            "  {path:<52} {:>12} bytes {rows:>16}\n",
            grouped(record.bytes)
        ));
    }
    let deliveries = out.deliveries(run.id())?;
    if !deliveries.is_empty() {
        text.push_str("\ndestinations\n");
    }
    for (name, delivery) in &deliveries {
        let state = match (delivery.delivered, delivery.current) {
            (true, true) => "there, current",
            (true, false) => "there",
            _ => "failed",
        };
        text.push_str(&format!(
            "  {name:<24} {:<9} {state:<15} {}\n",
            delivery.kind, delivery.at
        ));
    }
    out.verify(run.id())?;
    text.push_str("\nevery file is as it was published\n");
    Ok(text)
}

fn prune(out: &OutDir, keep: usize) -> Result<String, Failure> {
    let removed = out.lock()?.prune(keep)?;
    let mut text = format!("{} runs removed\n", removed.len());
    for run in removed {
        text.push_str(&format!("  {run}\n"));
    }
    Ok(text)
}
