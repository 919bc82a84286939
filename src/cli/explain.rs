use std::io::{self, Write};

use clap::Args;

use super::{Failure, OutArgs, json};
use crate::explain::{explain, text};
use crate::store::OutDir;

/// Explain one customer: segment, invitations, calls, and why.
///
/// Everything comes from the published run; no input is read. Nothing in the
/// answer names the customer.
#[derive(Debug, Args)]
#[command(
    after_help = "Runs are named by their id, its beginning, `current` or `previous`.\n\n\
Example:\n  clubcall explain C0000042\n  clubcall explain C0000042 --since 2026-10-01 --json"
)]
pub(super) struct ExplainArgs {
    /// The customer's id
    #[arg(value_name = "CUSTOMER_ID")]
    customer: String,
    /// The run
    #[arg(long, value_name = "ID", default_value = "current")]
    run: String,
    /// The run to compare with [default: the one that the run started from]
    #[arg(long, value_name = "ID")]
    since: Option<String>,
    /// Print JSON
    #[arg(long)]
    json: bool,
    #[command(flatten)]
    out: OutArgs,
}

pub(super) fn main(args: &ExplainArgs) -> Result<(), Failure> {
    let out = OutDir::open(&args.out.out)?;
    let runs = out.runs()?;
    let run = runs.find(&args.run)?;
    let before = match (&args.since, &run.manifest.previous_run) {
        (Some(since), _) => Some(runs.find(since)?),
        (None, Some(before)) => runs.find(before).ok(),
        (None, None) => None,
    };
    let explanation = explain(run, before, &args.customer)?;
    let said = if args.json {
        json(&explanation)?
    } else {
        text(&explanation)
    };
    let _ = writeln!(io::stdout().lock(), "{}", said.trim_end());
    Ok(())
}
