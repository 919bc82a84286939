use std::io::{self, Write};
use std::path::PathBuf;

use clap::Args;
use indicatif::{ProgressBar, ProgressDrawTarget};
use jiff::civil::Date;

use super::{Exit, Failure};
use crate::sample::{
    ProblemSettings, SampleError, SampleProgress, SampleSettings, write_problem, write_sample,
};
use crate::watch::grouped;

/// Write realistic synthetic data of a city operator, with the planted truth
/// beside it, or a problem of allocation, with a feasible choice beside it. The
/// same seed gives the same bytes.
#[derive(Debug, Args)]
#[command(after_help = "Example:
  clubcall sample --customers 5000 --days 90 --seed 1 --out sample-data
  clubcall sample --problem --customers 10000 --activities 50 --share 0.1 --out problem")]
pub(super) struct SampleArgs {
    /// The number of customers
    #[arg(long, value_name = "N", default_value_t = 5_000)]
    customers: u64,
    /// The number of days of usage
    #[arg(
        long,
        value_name = "D",
        default_value_t = 90,
        conflicts_with = "problem"
    )]
    days: u32,
    /// What every random choice starts from
    #[arg(long, value_name = "S", default_value_t = 1)]
    seed: u64,
    /// The last day of data
    #[arg(
        long,
        value_name = "DATE",
        default_value = "2026-10-31",
        conflicts_with = "problem"
    )]
    until: Date,
    /// The folder to write
    #[arg(long, value_name = "DIR")]
    out: PathBuf,
    /// Show no progress
    #[arg(long, short)]
    quiet: bool,
    /// Write candidates.parquet and problem.toml instead
    #[arg(long)]
    problem: bool,
    #[command(flatten, next_help_heading = "Of a problem")]
    shape: Shape,
}

/// What only a problem has.
#[derive(Debug, Args)]
struct Shape {
    /// The number of activities
    #[arg(long, value_name = "M", default_value_t = 50, requires = "problem")]
    activities: u32,
    /// The share of all pairs of customer and activity that are candidates
    #[arg(long, value_name = "P", default_value_t = 0.10, requires = "problem")]
    share: f64,
    /// Give a tenth of the activities seats
    #[arg(long, requires = "problem")]
    seats: bool,
    /// Count contacts by household (the column contact_unit)
    #[arg(long, requires = "problem")]
    households: bool,
}

pub(super) fn main(args: &SampleArgs) -> Result<(), Failure> {
    let bar = ProgressBar::new(args.customers);
    if args.quiet {
        bar.set_draw_target(ProgressDrawTarget::hidden());
    }
    let mut progress = |progress: SampleProgress| bar.set_position(progress.customers_done);
    let written = if args.problem {
        write_problem(&args.problem(), &args.out, &mut progress)
    } else {
        write_sample(&args.sample(), &args.out, &mut progress)
    };
    let summary = written.map_err(|error| {
        let exit = match error {
            SampleError::Setting { .. } => Exit::Usage,
            _ => Exit::CannotWrite,
        };
        Failure::new(exit, error.to_string())
    })?;
    bar.finish_and_clear();
    let mut stdout = io::stdout().lock();
    for (table, rows) in &summary.rows {
        let _ = writeln!(stdout, "{table:<19} {:>13} rows", grouped(*rows));
    }
    let _ = writeln!(
        stdout,
        "{} bytes in {}",
        grouped(summary.bytes),
        args.out.display()
    );
    Ok(())
}

impl SampleArgs {
    fn sample(&self) -> SampleSettings {
        SampleSettings {
            customers: self.customers,
            days: self.days,
            seed: self.seed,
            until: self.until,
        }
    }

    fn problem(&self) -> ProblemSettings {
        ProblemSettings {
            customers: self.customers,
            activities: self.shape.activities,
            share: self.shape.share,
            seed: self.seed,
            seats: self.shape.seats,
            households: self.shape.households,
        }
    }
}
