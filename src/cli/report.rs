use std::io::{self, Write};
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use clap::Args;

use super::{Exit, Failure, OutArgs};
use crate::report;
use crate::store::OutDir;

/// Make a published run's report again.
///
/// The page is made from the run's tables by this version of clubcall. What was
/// published stays as it is.
#[derive(Debug, Args)]
#[command(after_help = "Example:\n  clubcall report --run previous --open")]
pub(super) struct ReportArgs {
    /// The run: an id or its beginning, `current` or `previous`
    #[arg(long, default_value = "current")]
    run: String,
    /// Where to write the page [default: OUT/runs/RUN.report.html]
    #[arg(long, value_name = "FILE")]
    to: Option<PathBuf>,
    /// Show it in the browser
    #[arg(long)]
    open: bool,
    #[command(flatten)]
    out: OutArgs,
}

pub(super) fn main(args: &ReportArgs) -> Result<(), Failure> {
    let out = OutDir::open(&args.out.out)?;
    let runs = out.runs()?;
    let run = runs.find(&args.run)?;
    let page = report::render(&run.path, &run.manifest, &run.manifest.outputs)
        .map_err(|error| Failure::new(Exit::Data, error.to_string()))?;
    let beside = || out.runs_path().join(format!("{}.report.html", run.id()));
    let file = args.to.clone().unwrap_or_else(beside);
    std::fs::write(&file, page).map_err(|error| {
        let text = format!("{} cannot be written: {error}", file.display());
        Failure::new(Exit::CannotWrite, text)
    })?;
    let _ = writeln!(io::stdout().lock(), "{}", file.display());
    if args.open {
        open(&file)?;
    }
    Ok(())
}

/// Hands the file to the desktop's browser.
fn open(file: &Path) -> Result<(), Failure> {
    let opener = if cfg!(target_os = "macos") {
        "open"
    } else if cfg!(windows) {
        "explorer"
    } else {
        "xdg-open"
    };
    let mut command = Command::new(opener);
    command
        .arg(file)
        .stdin(Stdio::null())
        .stdout(Stdio::null())
        .stderr(Stdio::null());
    match command.spawn() {
        Ok(_) => Ok(()),
        Err(error) => Err(Failure::new(
            Exit::Software,
            format!("`{opener}` cannot be started: {error}\n  next: open the file in a browser"),
        )),
    }
}
