use std::collections::BTreeMap;
use std::io::{self, Write};
use std::path::PathBuf;

use clap::Args;

use super::{Exit, Failure, ShowArgs, deliver, load};
use crate::calls::Team;
use crate::night::{self, Job, MoreAgents, Outcome};
use crate::previous;
use crate::store::OutDir;
use crate::watch::Watch;

/// Run a night and publish it.
///
/// The run is published completely or not at all; running the same night again
/// changes nothing.
#[derive(Debug, Args)]
#[command(
    after_help = "Example:\n  clubcall run pipelines/nightly.toml --as-of 2026-11-01 --out out"
)]
pub(super) struct RunArgs {
    /// The pipeline file
    pipeline: PathBuf,
    /// The night's date: data up to the day before count [default: as the pipeline says]
    #[arg(long, value_name = "DATE|today|data")]
    as_of: Option<String>,
    /// Where to publish [default: as the pipeline says]
    #[arg(long, value_name = "DIR")]
    out: Option<PathBuf>,
    /// Compute everything and publish nothing
    #[arg(long)]
    dry_run: bool,
    /// Take only N customers, and publish below `sample` in the output folder
    /// unless --out says otherwise
    #[arg(long, value_name = "N")]
    sample: Option<usize>,
    /// Run and publish although the same night is published already
    #[arg(long)]
    force: bool,
    /// Fit the segments anew although the model still holds; ids and names stay
    /// with the segments that go on. It is another run than one that keeps the
    /// model
    #[arg(long)]
    refit: bool,
    /// Take the run to the pipeline's [[destinations]] once it is published
    #[arg(long, conflicts_with = "dry_run")]
    deliver: bool,
    /// What more agents would do, for every team (+5) or one (care=+5); may be
    /// given several times
    #[arg(
        long,
        value_name = "[TEAM=]+N",
        requires = "dry_run",
        allow_hyphen_values = true
    )]
    agents: Vec<String>,
    /// Start without the model and history of earlier runs
    #[arg(long)]
    fresh: bool,
    #[command(flatten)]
    pub(super) show: ShowArgs,
}

pub(super) fn main(args: &RunArgs) -> Result<(), Failure> {
    let mut watch = Watch::new(args.show.show());
    let ready = load::pipeline(&args.pipeline, args.as_of.as_deref())?;
    let settings = &ready.plan.file.pipeline;
    let folder = match (&args.out, args.sample) {
        (Some(out), _) => out.clone(),
        // A few customers must never be taken for everybody's night.
        (None, Some(_)) => settings.out.join("sample"),
        (None, None) => settings.out.clone(),
    };
    let agents = agents(&args.agents, &ready.plan.file.teams)?;
    let out = OutDir::open(folder)?;
    let lock = if args.dry_run {
        None
    } else {
        Some(out.lock()?)
    };
    let runs = out.runs()?;
    let names = previous::names(&out)?;
    let job = Job {
        plan: &ready.plan,
        catalog: &ready.catalog,
        runs: &runs,
        lock: lock.as_ref(),
        names: &names,
        sample: args.sample,
        force: args.force,
        fresh: args.fresh,
        refit: args.refit,
        agents: &agents,
    };
    let report = night::run(&job, &mut watch)?;
    let mut stdout = io::stdout().lock();
    let _ = write!(stdout, "{}", report.summary);
    let _ = match report.outcome {
        Outcome::Published(_) => writeln!(
            stdout,
            "\nPublished {}",
            out.run_path(&report.run_id).display()
        ),
        Outcome::AlreadyDone => writeln!(
            stdout,
            "\nDone already: {} (nothing was changed; --force runs it again)",
            out.run_path(&report.run_id).display()
        ),
        Outcome::DryRun => writeln!(
            stdout,
            "\nDry run of {}: nothing was published",
            report.run_id
        ),
    };
    drop(stdout);
    if args.deliver {
        // The next night may begin while a slow destination takes this one.
        drop(lock);
        let destinations: Vec<_> = ready.plan.file.destinations.iter().collect();
        return deliver::deliver_to(&out, &report.run_id, &destinations);
    }
    Ok(())
}

/// What `--agents` asks: `+5`, or `care=+5` for one team.
fn agents(asked: &[String], teams: &BTreeMap<String, Team>) -> Result<Vec<MoreAgents>, Failure> {
    let read = |text: &String| {
        let (team, number) = match text.split_once('=') {
            Some((team, number)) => (Some(team.to_owned()), number),
            None => (None, text.as_str()),
        };
        let usage = |text: String| Failure::new(Exit::Usage, text);
        let agents = number.parse().map_err(|_| {
            usage(format!(
                "--agents {text}: give a number such as +5, or TEAM=+5"
            ))
        })?;
        if let Some(team) = team.as_ref().filter(|team| !teams.contains_key(*team)) {
            let known: Vec<&str> = teams.keys().map(String::as_str).collect();
            let known = known.join(", ");
            return Err(usage(format!(
                "--agents {text}: no team `{team}`; known: {known}"
            )));
        }
        Ok(MoreAgents { team, agents })
    };
    asked.iter().map(read).collect()
}
