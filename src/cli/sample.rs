use std::io::{self, Write};
use std::path::PathBuf;

use clap::Args;
use jiff::civil::Date;

use super::{Exit, Failure};
use crate::sample::{SampleSettings, write_sample};
use crate::watch::grouped;

/// Write realistic synthetic data of a city operator, with the planted truth
/// beside it. The same seed gives the same bytes.
#[derive(Debug, Args)]
#[command(
    after_help = "Example:\n  clubcall sample --customers 5000 --days 90 --seed 1 --out sample-data"
)]
pub(super) struct SampleArgs {
    /// The number of customers
    #[arg(long, value_name = "N", default_value_t = 5_000)]
    customers: u64,
    /// The number of days of usage
    #[arg(long, value_name = "D", default_value_t = 90)]
    days: u32,
    /// What every random choice starts from
    #[arg(long, value_name = "S", default_value_t = 1)]
    seed: u64,
    /// The last day of data
    #[arg(long, value_name = "DATE", default_value = "2026-10-31")]
    until: Date,
    /// The folder to write
    #[arg(long, value_name = "DIR")]
    out: PathBuf,
    /// Show no progress
    #[arg(long, short)]
    quiet: bool,
}

pub(super) fn main(args: &SampleArgs) -> Result<(), Failure> {
    let settings = SampleSettings {
        customers: args.customers,
        days: args.days,
        seed: args.seed,
        until: args.until,
    };
    let bar = indicatif::ProgressBar::new(args.customers);
    if args.quiet {
        bar.set_draw_target(indicatif::ProgressDrawTarget::hidden());
    }
    let summary = write_sample(&settings, &args.out, &mut |progress| {
        bar.set_position(progress.customers_done)
    })
    .map_err(|error| Failure::new(Exit::CannotWrite, error.to_string()))?;
    bar.finish_and_clear();
    let mut stdout = io::stdout().lock();
    for (table, rows) in &summary.rows {
        let _ = writeln!(stdout, "{table:<18} {:>13} rows", grouped(*rows));
    }
    let _ = writeln!(
        stdout,
        "{} bytes in {}",
        grouped(summary.bytes),
        args.out.display()
    );
    Ok(())
}
