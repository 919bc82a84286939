use serde::Serialize;

use crate::cli::{Failure, json};
use crate::store::{OutDir, Run};
use crate::watch::grouped;

/// A line of the list.
#[derive(Debug, Serialize)]
struct Line<'a> {
    run: &'a str,
    as_of: String,
    pipeline: &'a str,
    version: &'a str,
    customers: u64,
    invited: u64,
    alerts: usize,
    /// `current`, `superseded`, or null.
    state: Option<&'static str>,
    previous_run: Option<&'a str>,
}

/// All runs, the oldest night first.
pub(super) fn list(out: &OutDir, as_json: bool) -> Result<String, Failure> {
    let runs = out.runs()?;
    let lines: Vec<Line<'_>> = runs.list().iter().map(line).collect();
    if as_json {
        return json(&lines);
    }
    if runs.is_empty() {
        return Ok(format!("no runs in {}\n", out.path().display()));
    }
    let mut text = format!(
        "{:<24}{:<16}{:>10} {:>8} {:>7}\n",
        "run", "pipeline", "customers", "invited", "alerts"
    );
    for line in lines {
        text.push_str(&format!(
            "{:<24}{:<16}{:>10} {:>8} {:>7}  {}\n",
            line.run,
            line.pipeline,
            grouped(line.customers),
            grouped(line.invited),
            line.alerts,
            line.state.unwrap_or_default()
        ));
    }
    for broken in runs.broken() {
        text.push_str(&format!(
            "{:<24}cannot be read: {}\n",
            broken.run_id, broken.problem
        ));
    }
    Ok(text)
}

fn line(run: &Run) -> Line<'_> {
    let manifest = &run.manifest;
    let count = |stage: &str, name: &str| {
        let mut stages = manifest.stages.iter();
        let stage = stages.find(|count| count.stage == stage);
        stage
            .and_then(|stage| stage.rows.get(name).copied())
            .unwrap_or(0)
    };
    Line {
        run: run.id(),
        as_of: manifest.as_of.to_string(),
        pipeline: &manifest.pipeline,
        version: &manifest.version,
        customers: count("view", "customers"),
        invited: count("campaign", "invited"),
        alerts: manifest.alerts.len(),
        state: match (run.current, run.superseded) {
            (true, _) => Some("current"),
            (_, true) => Some("superseded"),
            _ => None,
        },
        previous_run: manifest.previous_run.as_deref(),
    }
}
