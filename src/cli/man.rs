use std::io::{self, Write};
use std::path::PathBuf;

use clap::{Args, CommandFactory};

use super::{Cli, Exit, Failure};

/// Write a man page for every command.
#[derive(Debug, Args)]
#[command(after_help = "Example:\n  clubcall man --out /usr/local/share/man/man1")]
pub(super) struct ManArgs {
    /// The folder to write
    #[arg(long, value_name = "DIR")]
    out: PathBuf,
}

pub(super) fn main(args: &ManArgs) -> Result<(), Failure> {
    let failed = |error: io::Error| {
        Failure::new(
            Exit::CannotWrite,
            format!("{} cannot be written: {error}", args.out.display()),
        )
    };
    std::fs::create_dir_all(&args.out).map_err(failed)?;
    clap_mangen::generate_to(Cli::command(), &args.out).map_err(failed)?;
    let _ = writeln!(
        io::stdout().lock(),
        "man pages are in {}; `man -l {}` shows one",
        args.out.display(),
        args.out.join("clubcall.1").display()
    );
    Ok(())
}
