//! `clubcall segments`: what the segments are, what they are called, and how
//! customers move between them.

mod compare;
mod list;
mod naming;
pub(super) mod published;
mod show;

use std::io::{self, Write};

use clap::{Args, Subcommand};

use super::{Failure, OutArgs, json};
use crate::store::OutDir;

/// List, show, name and compare segments.
///
/// A published run never changes. A new name waits in `names.json` of the output
/// folder, and the next night publishes under it.
#[derive(Debug, Args)]
#[command(
    after_help = "Runs are named by their id, its beginning, `current` or `previous`.\n\n\
Example:\n  clubcall segments rename S01 \"Cinema club\"\n  clubcall segments compare previous current"
)]
pub(super) struct SegmentsArgs {
    #[command(subcommand)]
    command: SegmentsCommand,
    #[command(flatten)]
    out: OutArgs,
}

#[derive(Debug, Subcommand)]
enum SegmentsCommand {
    /// List a run's segments, with what changed since the run before
    #[command(after_help = "Example:\n  clubcall segments list --run previous --json")]
    List {
        /// The run
        #[arg(long, value_name = "ID", default_value = "current")]
        run: String,
        /// Print JSON
        #[arg(long)]
        json: bool,
    },
    /// Show what sets a segment apart, and where it came from
    #[command(after_help = "Example:\n  clubcall segments show S01")]
    Show {
        /// The segment
        id: String,
        /// The run
        #[arg(long, value_name = "ID", default_value = "current")]
        run: String,
        /// Print JSON
        #[arg(long)]
        json: bool,
    },
    /// Give a segment a name and lock it
    #[command(after_help = "Example:\n  clubcall segments rename S01 \"Cinema club\"")]
    Rename {
        /// The segment
        id: String,
        /// What to call it from the next night on
        name: String,
    },
    /// Keep a segment's name whatever happens to the segment
    #[command(after_help = "Example:\n  clubcall segments lock S01")]
    Lock {
        /// The segment
        id: String,
    },
    /// Let a segment be named anew when it merges with another
    #[command(after_help = "Example:\n  clubcall segments unlock S01")]
    Unlock {
        /// The segment
        id: String,
    },
    /// Show how customers moved between the segments of two runs
    #[command(after_help = "Example:\n  clubcall segments compare 2026-10-01 current")]
    Compare {
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
}

pub(super) fn main(args: &SegmentsArgs) -> Result<(), Failure> {
    let out = OutDir::open(&args.out.out)?;
    let text = match &args.command {
        SegmentsCommand::List { run, json } => list::list(&out, run, *json)?,
        SegmentsCommand::Show { id, run, json } => show::show(&out, run, id, *json)?,
        SegmentsCommand::Rename { id, name } => naming::rename(&out, id, name)?,
        SegmentsCommand::Lock { id } => naming::lock(&out, id)?,
        SegmentsCommand::Unlock { id } => naming::unlock(&out, id)?,
        SegmentsCommand::Compare { from, to, json } => compare::compare(&out, from, to, *json)?,
    };
    let _ = writeln!(io::stdout().lock(), "{}", text.trim_end());
    Ok(())
}
