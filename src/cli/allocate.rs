mod candidates;
mod columns;
mod interner;
mod problem_file;
mod show;
mod tables;

use std::fs;
use std::io::{self, Write};
use std::path::{Path, PathBuf};
use std::time::Instant;

use clap::Args;

use self::candidates::Candidates;
use super::{Exit, Failure};
use crate::allocation::{Problem, Unsolved, reasons, solve};

/// Decide who is invited to what, from your own scores: one optimum over all
/// candidates, within every bound and rule, with the proof of how near it is.
#[derive(Debug, Args)]
#[command(
    after_help = "Files: --candidates has the columns customer_id, activity_id, value, probability and may\n\
have contact_unit, cost; --problem has [[activities]] and may have [[constraints]],\n\
[[contact_rules]], [[conflicts]]. DIR gets assignments.parquet, decisions.parquet and\n\
solution.json.\n\n\
Example:\n  clubcall allocate --candidates problem/candidates.parquet --problem problem/problem.toml --out plan\n\n\
A problem to try it on:\n  clubcall sample --problem --customers 10000 --activities 50 --out problem"
)]
pub(super) struct AllocateArgs {
    /// A Parquet file: who could be invited to what, and what it is worth
    #[arg(long, value_name = "FILE")]
    candidates: PathBuf,
    /// A TOML file: activities, constraints, contact rules, conflicts
    #[arg(long, value_name = "FILE")]
    problem: PathBuf,
    /// The folder to write
    #[arg(long, value_name = "DIR")]
    out: PathBuf,
    /// Print solution.json
    #[arg(long)]
    json: bool,
}

pub(super) fn main(args: &AllocateArgs) -> Result<(), Failure> {
    let start = Instant::now();
    let stated = problem_file::read(&args.problem)?;
    let found = candidates::read(&args.candidates, &stated)?;
    let Candidates { offers, customers } = found;
    let problem = Problem {
        activities: stated.offered.len(),
        offers,
        totals: stated.totals(),
        rules: stated.rules(),
    };
    let read = start.elapsed();
    let solution =
        solve(&problem).map_err(|unsolved| failure(&problem, &unsolved, &args.problem))?;
    let solve_seconds = (start.elapsed() - read).as_secs_f64();
    let whys = reasons(&problem, &solution);
    let decisions = tables::decisions(&stated, &problem, &customers, &whys);
    let assignments = tables::assignments(&stated, &problem, &customers, &solution.chosen);
    drop(whys);
    fs::create_dir_all(&args.out).map_err(|error| cannot_write(&args.out, &error))?;
    for table in [assignments, decisions] {
        let table = table.map_err(|error| Failure::new(Exit::Software, error.to_string()))?;
        tables::write(&table, &args.out)?;
    }
    let seconds = start.elapsed().as_secs_f64();
    let said = show::Said::new(&stated, &problem, &solution, seconds, solve_seconds);
    let json = said.json()?;
    publish(&args.out.join("solution.json"), |file| {
        writeln!(file, "{json}")
    })?;
    let text = if args.json { json } else { said.text() };
    let _ = writeln!(io::stdout().lock(), "{}", text.trim_end());
    Ok(())
}

/// Writes a file under another name and renames it when it is whole.
fn publish(
    path: &Path,
    write: impl FnOnce(&mut fs::File) -> io::Result<()>,
) -> Result<(), Failure> {
    let mut name = path.as_os_str().to_owned();
    name.push(".part");
    let part = PathBuf::from(name);
    let written = fs::File::create(&part).and_then(|mut file| {
        write(&mut file)?;
        file.sync_all()
    });
    written
        .and_then(|()| fs::rename(&part, path))
        .map_err(|error| {
            let _ = fs::remove_file(&part);
            cannot_write(path, &error)
        })
}

fn cannot_write(path: &Path, error: &io::Error) -> Failure {
    Failure::new(
        Exit::CannotWrite,
        format!("cannot write {}: {error}", path.display()),
    )
}

/// Why there is no allocation, in words.
fn failure(problem: &Problem, unsolved: &Unsolved, path: &Path) -> Failure {
    let bound = |index: usize| -> String { show::bound(&problem.totals[index]) };
    let amount = |index: usize, by: f64| -> String { show::amount(&problem.totals[index], by) };
    let message = match unsolved {
        Unsolved::Infeasible(infeasible) => {
            let group = &infeasible.group;
            let mut text = if group.len() == 1 {
                "this constraint cannot hold, whoever is invited:".to_owned()
            } else {
                format!(
                    "these {} constraints cannot hold together, though any fewer of them can:",
                    group.len()
                )
            };
            for &(index, by) in group {
                text.push_str(&format!(
                    "\n  {}\n      would have to give by {}",
                    bound(index),
                    amount(index, by)
                ));
            }
            text.push_str("\n  next: change one of them by that much, or give it a price (`soft`)");
            text
        }
        Unsolved::NothingFound { beyond, proven } => {
            let mut text = if *proven {
                "no choice of whole invitations keeps all constraints; the nearest misses"
                    .to_owned()
            } else {
                "no choice of whole invitations within all constraints was found; the nearest misses".to_owned()
            };
            for &(index, by) in beyond {
                text.push_str(&format!("\n  {} by {}", bound(index), amount(index, by)));
            }
            text.push_str("\n  next: loosen one of them, or give it a price (`soft`)");
            text
        }
    };
    Failure::new(
        Exit::Data,
        format!("{}: {message}\n  nothing was written", path.display()),
    )
}
