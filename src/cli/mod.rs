//! The command line: one file per command.
//!
//! Errors are rendered here and nowhere else; every command ends with an
//! [`Exit`].

mod allocate;
mod check;
mod completions;
mod deliver;
mod exit;
mod explain;
mod load;
mod man;
mod measure;
mod report;
mod run;
mod runs;
mod sample;
mod schema;
mod segments;
mod sql;

use std::panic::{AssertUnwindSafe, catch_unwind};
use std::path::PathBuf;
use std::process::ExitCode;
use std::sync::Mutex;

use clap::{Args, Parser, Subcommand, ValueEnum};

pub use exit::{Exit, Failure};

use crate::watch::Show;

/// Nightly customer segmentation and club campaigns: Parquet in, published
/// lists out.
#[derive(Debug, Parser)]
#[command(
    name = "clubcall",
    version,
    propagate_version = true,
    max_term_width = 80
)]
#[command(after_help = exit::HELP)]
pub struct Cli {
    #[command(subcommand)]
    command: Command,
}

#[derive(Debug, Subcommand)]
enum Command {
    /// Run a night and publish it
    Run(run::RunArgs),
    /// Check a pipeline, its inputs and its activities; writes nothing
    Check(check::CheckArgs),
    /// Take a published run to its destinations
    Deliver(deliver::DeliverArgs),
    /// List, show, compare or prune published runs
    Runs(runs::RunsArgs),
    /// Explain one customer: segment, invitations, calls, and why
    Explain(explain::ExplainArgs),
    /// Make a published run's report again
    Report(report::ReportArgs),
    /// List, show, name and compare segments
    Segments(segments::SegmentsArgs),
    /// Decide who is invited to what, from your own scores
    Allocate(allocate::AllocateArgs),
    /// Measure what activities do, against those who were held out
    Measure(measure::MeasureArgs),
    /// Ask a run's tables in SQL
    Sql(sql::SqlArgs),
    /// Write realistic synthetic data with the planted truth beside it, or a
    /// problem of allocation
    Sample(sample::SampleArgs),
    /// Print the JSON Schema of pipeline files, for editors
    #[command(after_help = "Example:\n  clubcall schema > pipelines/clubcall.schema.json")]
    Schema,
    /// Print a completion script for a shell
    Completions(completions::CompletionsArgs),
    /// Write a man page for every command
    Man(man::ManArgs),
}

impl Command {
    /// Whether the command was asked to log JSON lines.
    fn logs_json(&self) -> bool {
        match self {
            Self::Run(args) => args.show.log == Log::Json,
            Self::Check(args) => args.show.log == Log::Json,
            _ => false,
        }
    }
}

/// Where published runs are.
#[derive(Debug, Args)]
struct OutArgs {
    /// The folder that runs are published in
    #[arg(long, value_name = "DIR", default_value = "out", global = true)]
    out: PathBuf,
}

/// How progress is shown.
#[derive(Debug, Args)]
struct ShowArgs {
    /// How to log: text, or one JSON object a line
    #[arg(long, value_enum, default_value = "text")]
    log: Log,
    /// Show no progress
    #[arg(long, short)]
    quiet: bool,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
enum Log {
    /// Bars on a terminal, else lines.
    Text,
    /// JSON lines.
    Json,
}

impl ShowArgs {
    fn show(&self) -> Show {
        match (self.quiet, self.log) {
            (true, _) => Show::Quiet,
            (false, Log::Json) => Show::Json,
            (false, Log::Text) => Show::Auto,
        }
    }
}

/// Runs the command line and gives the process's exit code.
#[must_use]
pub fn main() -> ExitCode {
    quiet_panics();
    let cli = match Cli::try_parse() {
        Ok(cli) => cli,
        Err(error) => {
            let failed = error.use_stderr();
            // Nothing can be done when the terminal is gone.
            let _ = error.print();
            return if failed {
                Exit::Usage.into()
            } else {
                ExitCode::SUCCESS
            };
        }
    };
    let run = || match &cli.command {
        Command::Run(args) => run::main(args),
        Command::Check(args) => check::main(args),
        Command::Deliver(args) => deliver::main(args),
        Command::Runs(args) => runs::main(args),
        Command::Explain(args) => explain::main(args),
        Command::Report(args) => report::main(args),
        Command::Segments(args) => segments::main(args),
        Command::Allocate(args) => allocate::main(args),
        Command::Measure(args) => measure::main(args),
        Command::Sql(args) => sql::main(args),
        Command::Sample(args) => sample::main(args),
        Command::Schema => schema::main(),
        Command::Completions(args) => completions::main(args),
        Command::Man(args) => man::main(args),
    };
    let ended = catch_unwind(AssertUnwindSafe(run)).unwrap_or_else(|_| Err(fault_of_clubcall()));
    match ended {
        Ok(()) => ExitCode::SUCCESS,
        Err(failure) => {
            failure.print(cli.command.logs_json());
            failure.exit.into()
        }
    }
}

/// Indented JSON.
fn json(value: &impl serde::Serialize) -> Result<String, Failure> {
    serde_json::to_string_pretty(value)
        .map_err(|error| Failure::new(Exit::Software, format!("no JSON can be made: {error}")))
}

/// Where the last panic happened.
static PANICKED_AT: Mutex<Option<String>> = Mutex::new(None);

/// Readers of corrupt files may panic. The panic becomes an error where it is
/// caught; its own message could hold data and is not shown, only its place.
fn quiet_panics() {
    std::panic::set_hook(Box::new(|panic| {
        if let (Ok(mut place), Some(location)) = (PANICKED_AT.lock(), panic.location()) {
            *place = Some(location.to_string());
        }
    }));
}

/// A panic that nothing caught.
fn fault_of_clubcall() -> Failure {
    let place = PANICKED_AT.lock().ok().and_then(|place| place.clone());
    Failure::new(
        Exit::Software,
        format!(
            "clubcall itself failed at {}; nothing was published\n  next: report it with the pipeline file",
            place.as_deref().unwrap_or("an unknown place")
        ),
    )
}
