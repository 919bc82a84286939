use std::collections::BTreeMap;

use serde::Serialize;

use crate::cli::{Failure, json};
use crate::store::{Delivery, Manifest, OutDir};
use crate::watch::{grouped, paragraph};

/// A run in full.
#[derive(Debug, Serialize)]
struct Shown<'a> {
    #[serde(flatten)]
    manifest: &'a Manifest,
    deliveries: &'a BTreeMap<String, Delivery>,
}

/// What a run is made of and where it was taken; an error if a file is not as it
/// was published.
pub(super) fn show(out: &OutDir, name: &str, as_json: bool) -> Result<String, Failure> {
    let runs = out.runs()?;
    let run = runs.find(name)?;
    let manifest = &run.manifest;
    let deliveries = out.deliveries(run.id())?;
    if as_json {
        out.verify(run.id())?;
        return json(&Shown {
            manifest,
            deliveries: &deliveries,
        });
    }
    let mut text = format!(
        "run          {}\nnight        {}\npipeline     {} ({})\nversion      {}\nstarts from  {}\n",
        run.id(),
        manifest.as_of,
        manifest.pipeline,
        &manifest.pipeline_digest[..manifest.pipeline_digest.len().min(12)],
        manifest.version,
        manifest.previous_run.as_deref().unwrap_or("nothing")
    );
    text.push_str("\ninputs\n");
    for (table, input) in &manifest.inputs {
        text.push_str(&format!("  {table:<14} {:>14} rows\n", grouped(input.rows)));
    }
    text.push_str("\nalerts\n");
    if manifest.alerts.is_empty() {
        text.push_str("  none\n");
    }
    for alert in &manifest.alerts {
        text.push_str(&paragraph(alert, "  ", "    "));
    }
    text.push_str(&format!(
        "\n{:<56}{:>11} {:>10}\n",
        "files", "bytes", "rows"
    ));
    for (path, record) in &manifest.outputs {
        let rows = record.rows.map(grouped).unwrap_or_default();
        let line = format!("  {path:<54}{:>11} {rows:>10}", grouped(record.bytes));
        text.push_str(line.trim_end());
        text.push('\n');
    }
    if !deliveries.is_empty() {
        text.push_str("\ndestinations\n");
    }
    for (name, delivery) in &deliveries {
        let state = match (delivery.delivered, delivery.current) {
            (true, true) => "there, current",
            (true, false) => "there",
            _ => "failed",
        };
        text.push_str(&format!(
            "  {name:<24} {:<9} {state:<15} {}\n",
            delivery.kind, delivery.at
        ));
    }
    out.verify(run.id())?;
    text.push_str("\nevery file is as it was published\n");
    Ok(text)
}
