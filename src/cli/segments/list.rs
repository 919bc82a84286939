use serde::Serialize;

use super::published::{Named, Row, before, percent, rows, table};
use super::{Failure, json};
use crate::store::OutDir;
use crate::watch::grouped;

/// A line of the list.
#[derive(Debug, Serialize)]
struct Line {
    segment_id: String,
    /// From the next night on.
    name: String,
    /// In this run.
    published_name: String,
    size: u64,
    share: f64,
    /// Size in the run that this one started from.
    previous_size: Option<u64>,
    previous_share: Option<f64>,
    status: String,
    /// The segments that the status is about.
    lineage: Vec<String>,
    stability: Option<f64>,
    locked: bool,
}

/// A run's segments, what changed, and whose name is locked.
pub(super) fn list(out: &OutDir, run: &str, as_json: bool) -> Result<String, Failure> {
    let runs = out.runs()?;
    let run = runs.find(run)?;
    let named = Named::read(out, run)?;
    let earlier = before(&runs, run)
        .map(rows)
        .transpose()?
        .unwrap_or_default();
    let line = |row: Row| {
        let before = earlier.iter().find(|earlier| earlier.id == row.id);
        let others = row.lineage.split(", ").filter(|id| !id.is_empty());
        Line {
            name: named.name(&row.id, &row.name).to_owned(),
            locked: named.locked(&row.id),
            previous_size: before.map(|row| row.size),
            previous_share: before.map(|row| row.share),
            lineage: others.map(str::to_owned).collect(),
            segment_id: row.id,
            published_name: row.name,
            size: row.size,
            share: row.share,
            status: row.status,
            stability: row.stability,
        }
    };
    let lines: Vec<Line> = rows(run)?.into_iter().map(line).collect();
    if as_json {
        return json(&lines);
    }
    let cells = lines.iter().map(|line| {
        vec![
            line.segment_id.clone(),
            line.name.clone(),
            grouped(line.size),
            percent(line.share),
            change(line),
            line.stability
                .map(|s| format!("{s:.2}"))
                .unwrap_or_default(),
            status(line),
        ]
    });
    let header = [
        "segment", "name", "size", "share", "+/-", "stable", "status",
    ];
    let mut text = format!("run {}\n\n", run.id());
    text.push_str(&table(header, cells.collect(), &[0, 1, 6]));
    text.push('\n');
    for line in lines.iter().filter(|line| line.name != line.published_name) {
        text.push_str(&format!(
            "\n{} is published as \"{}\" in this run, and as \"{}\" from the next night on.",
            line.segment_id, line.published_name, line.name
        ));
    }
    Ok(text)
}

/// By how many customers the segment grew or shrank.
fn change(line: &Line) -> String {
    line.previous_size.map_or_else(String::new, |before| {
        let sign = if line.size < before { "-" } else { "+" };
        format!("{sign}{}", grouped(line.size.abs_diff(before)))
    })
}

fn status(line: &Line) -> String {
    let others = line.lineage.join(", ");
    let status = match (line.status.as_str(), others.is_empty()) {
        ("split", false) => format!("split from {others}"),
        ("merged", false) => format!("merged with {others}"),
        ("retired", false) => format!("retired, went to {others}"),
        (status, _) => status.to_owned(),
    };
    if line.locked {
        format!("{status}, locked")
    } else {
        status
    }
}
