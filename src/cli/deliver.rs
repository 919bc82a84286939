use std::io::{self, Write};
use std::path::{Path, PathBuf};

use clap::Args;
use jiff::{Timestamp, Unit};

use super::{Exit, Failure};
use crate::deliver::{self, DeliverError, DestinationSettings};
use crate::domain::nearest;
use crate::pipeline::Loaded;
use crate::store::{OutDir, StoreError};
use crate::watch::grouped;

/// Take a published run to its destinations.
///
/// A run can be delivered again at any time: what is there already stays. A
/// destination that fails keeps what it had before, and the others are tried
/// all the same.
#[derive(Debug, Args)]
#[command(
    after_help = "Runs are named by their id, its beginning, `current` or `previous`.\n\n\
Example:\n  clubcall deliver current --pipeline pipelines/nightly.toml --to warehouse"
)]
pub(super) struct DeliverArgs {
    /// The run
    #[arg(default_value = "current")]
    run: String,
    /// The pipeline file with the [[destinations]]
    #[arg(long, value_name = "PIPELINE")]
    pipeline: PathBuf,
    /// Only to the destination of this name; may be given several times
    #[arg(long, value_name = "NAME")]
    to: Vec<String>,
    /// The folder that runs are published in [default: as the pipeline says]
    #[arg(long, value_name = "DIR")]
    out: Option<PathBuf>,
}

pub(super) fn main(args: &DeliverArgs) -> Result<(), Failure> {
    let loaded = Loaded::read(&args.pipeline)?;
    let faults = loaded.references();
    if !faults.is_empty() {
        return Err(loaded.placed(faults).into());
    }
    let file = &loaded.file;
    let wanted = chosen(&file.destinations, &args.to)?;
    let out = OutDir::open(args.out.as_ref().unwrap_or(&file.pipeline.out))?;
    deliver_to(&out, &args.run, &wanted)
}

/// The destinations of those names, or all.
fn chosen<'d>(
    all: &'d [DestinationSettings],
    names: &[String],
) -> Result<Vec<&'d DestinationSettings>, Failure> {
    let known: Vec<&str> = all
        .iter()
        .map(|destination| destination.name.as_str())
        .collect();
    if known.is_empty() {
        return Err(Failure::new(
            Exit::Usage,
            "the pipeline has no [[destinations]]",
        ));
    }
    if let Some(name) = names.iter().find(|name| !known.contains(&name.as_str())) {
        let meant = nearest(name, &known).map_or_else(
            || format!("known: {}", known.join(", ")),
            |near| format!("did you mean `{near}`?"),
        );
        return Err(Failure::new(
            Exit::Usage,
            format!("no destination `{name}`; {meant}"),
        ));
    }
    let wanted =
        |destination: &&DestinationSettings| names.is_empty() || names.contains(&destination.name);
    Ok(all.iter().filter(wanted).collect())
}

/// Takes a run to each of the destinations and says what became of it.
///
/// # Errors
/// When the run is not there, another process delivers, or any destination
/// failed.
pub(super) fn deliver_to(
    out: &OutDir,
    run: &str,
    destinations: &[&DestinationSettings],
) -> Result<(), Failure> {
    let runs = out.runs()?;
    let run = runs.find(run)?;
    let lock = out.lock_deliveries()?;
    let mut failed: Vec<String> = Vec::new();
    let mut worst = None;
    for destination in destinations {
        let ended = deliver::deliver(out, &lock, run, destination, now());
        let mut stdout = io::stdout().lock();
        match ended {
            Ok(brought) => {
                let rows = match brought.rows {
                    0 => String::new(),
                    rows => format!(", {} rows", grouped(rows)),
                };
                let _ = writeln!(
                    stdout,
                    "{}: run {} is there, {} files{rows}{}",
                    destination.name,
                    run.id(),
                    grouped(brought.files),
                    if brought.current {
                        ", and current"
                    } else {
                        "; a later night stays current"
                    }
                );
            }
            Err(error) => {
                failed.push(format!("{}: {error}", destination.name));
                worst.get_or_insert(exit(&error));
            }
        }
    }
    match worst {
        None => Ok(()),
        Some(exit) => Err(Failure::new(
            exit,
            format!(
                "{}\n  next: clubcall deliver {} once it is mended; it is recorded in {}",
                failed.join("\n"),
                run.id(),
                shown(&out.deliveries_path(run.id()))
            ),
        )),
    }
}

fn shown(path: &Path) -> String {
    path.display().to_string()
}

/// What the clock says, to the second.
fn now() -> String {
    let now = Timestamp::now();
    now.round(Unit::Second).unwrap_or(now).to_string()
}

fn exit(error: &DeliverError) -> Exit {
    match error {
        DeliverError::Store(StoreError::Damaged { .. }) | DeliverError::Form { .. } => Exit::Data,
        DeliverError::Store(_) => Exit::CannotWrite,
        DeliverError::Settings(_) => Exit::Usage,
        DeliverError::Nothing(_) => Exit::NoInput,
        DeliverError::Bucket { .. }
        | DeliverError::Connection { .. }
        | DeliverError::Refused { .. } => Exit::Unavailable,
    }
}
