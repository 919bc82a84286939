//! Which run this is, and whether it has been done.

use super::{Job, NightError, Outcome, Report};
use crate::store::{self, Run};
use crate::tables::ValidTables;

/// The run's id: the as-of date and a digest of everything that the results
/// depend on. Where the files lie, how rows are ordered and how many threads
/// there are is no part of it.
pub(super) fn run_id(job: &Job<'_>, tables: &ValidTables, previous: Option<&Run>) -> String {
    let as_of = tables.night.as_of;
    let mut parts = vec![
        env!("CARGO_PKG_VERSION").to_owned(),
        job.plan.digest.clone(),
        fingerprint(job),
        previous.map(|run| run.id().to_owned()).unwrap_or_default(),
        job.sample
            .map(|count| count.to_string())
            .unwrap_or_default(),
    ];
    // On a first night the model is fitted anyway, and nobody has seen a name.
    if previous.is_some() {
        parts.push(if job.refit { "refit" } else { "" }.to_owned());
        parts.push(job.names.digest());
    }
    for (name, table) in &tables.tables {
        parts.push(format!("{name}={}", table.digest));
    }
    let parts: Vec<&str> = parts.iter().map(String::as_str).collect();
    store::run_id(as_of, &parts)
}

/// What tells one key from another without giving it away.
fn fingerprint(job: &Job<'_>) -> String {
    let hash = job.plan.key.hash(&[b"fingerprint"]);
    hash[..8].iter().map(|byte| format!("{byte:02x}")).collect()
}

/// The report of the published run of that id, if it is whole and a new one is
/// not forced.
pub(super) fn finished(job: &Job<'_>, run_id: &str) -> Result<Option<Report>, NightError> {
    let Some(lock) = job.lock.filter(|_| !job.force) else {
        return Ok(None);
    };
    let Some(run) = job.runs.list().iter().find(|run| run.id() == run_id) else {
        return Ok(None);
    };
    if lock.out().verify(run_id).is_err() || run.superseded {
        return Ok(None);
    }
    let summary = String::from_utf8_lossy(&run.read("summary.txt")?).into_owned();
    Ok(Some(Report {
        run_id: run_id.to_owned(),
        summary,
        outcome: Outcome::AlreadyDone,
    }))
}
