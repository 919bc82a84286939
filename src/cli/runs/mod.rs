//! `clubcall runs`: what is published, whether it is whole, and what changed
//! between two nights.

mod diff;
mod list;
mod show;

use std::io::{self, Write};

use clap::{Args, Subcommand};

use super::{Failure, OutArgs};
use crate::store::OutDir;

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
    #[command(after_help = "Example:\n  clubcall runs list --json")]
    List {
        /// Print JSON
        #[arg(long)]
        json: bool,
    },
    /// Show what a run is made of, and whether its files are whole
    #[command(after_help = "Example:\n  clubcall runs show 2026-11-01")]
    Show {
        /// The run
        #[arg(default_value = "current")]
        run: String,
        /// Print JSON: the manifest, and where the run was delivered
        #[arg(long)]
        json: bool,
    },
    /// Show what changed from one run to another: inputs, pipeline, model,
    /// segments, invitations, lists, alerts
    #[command(after_help = "Example:\n  clubcall runs diff 2026-10-31 current --json")]
    Diff {
        /// The earlier run
        #[arg(default_value = "previous")]
        from: String,
        /// The later run
        #[arg(default_value = "current")]
        to: String,
        /// Print JSON
        #[arg(long)]
        json: bool,
    },
    /// Remove the runs of all but the newest nights
    #[command(after_help = "Example:\n  clubcall runs prune --keep 35")]
    Prune {
        /// How many nights stay
        #[arg(long, value_name = "N")]
        keep: usize,
    },
}

pub(super) fn main(args: &RunsArgs) -> Result<(), Failure> {
    let out = OutDir::open(&args.out.out)?;
    let text = match &args.command {
        RunsCommand::List { json } => list::list(&out, *json)?,
        RunsCommand::Show { run, json } => show::show(&out, run, *json)?,
        RunsCommand::Diff { from, to, json } => diff::diff(&out, from, to, *json)?,
        RunsCommand::Prune { keep } => prune(&out, *keep)?,
    };
    let _ = writeln!(io::stdout().lock(), "{}", text.trim_end());
    Ok(())
}

fn prune(out: &OutDir, keep: usize) -> Result<String, Failure> {
    let removed = out.lock()?.prune(keep)?;
    let mut text = format!("{} runs removed\n", removed.len());
    for run in removed {
        text.push_str(&format!("  {run}\n"));
    }
    Ok(text)
}
