//! `report.html`: the night as one page, made from a published run alone.
//!
//! Every chart and table of the page is the result of one SQL query over the
//! run's Parquet files, so each figure can be asked for again, in any engine;
//! the page shows the query. Results are embedded as one block of JSON, apart
//! from what draws them. The page asks nothing of the network: a content
//! security policy forbids it.
//!
//! ```text
//! Parquet ─► charts    one query per chart
//!         ─► data      the results as JSON
//!         ─► page      the frame, the style, Apache ECharts, one script per chart
//! ```
//!
//! To add a chart: `charts/<id>.sql`, `charts/<id>.js` with its words in both
//! languages and its drawing, and a line in `charts.rs`.

mod charts;
mod data;

use std::collections::BTreeMap;
use std::path::Path;

use minijinja::{AutoEscape, Environment, context};

use crate::store::{Manifest, OutputRecord};

/// Why there is no page.
#[derive(Debug, thiserror::Error)]
pub enum ReportError {
    /// A query failed.
    #[error("report: chart `{chart}`: {reason}")]
    Query {
        /// The chart.
        chart: &'static str,
        /// What the engine said.
        reason: String,
    },
    /// The results cannot be written as JSON.
    #[error("report: {0}")]
    Json(#[from] serde_json::Error),
    /// The frame of the page cannot be filled.
    #[error("report: {0}")]
    Page(#[from] minijinja::Error),
}

/// The page of the run in `folder`. `outputs` are the run's files so far; the
/// page itself and what is no table of the run is not read.
///
/// # Errors
/// When a table cannot be read.
pub fn render(
    folder: &Path,
    manifest: &Manifest,
    outputs: &BTreeMap<String, OutputRecord>,
) -> Result<String, ReportError> {
    let data = serde_json::to_string(&data::collect(folder, manifest, outputs)?)?;
    let drawings: Vec<&str> = charts::CHARTS.iter().map(|chart| chart.drawing).collect();
    let mut environment = Environment::new();
    environment.set_auto_escape_callback(|_| AutoEscape::None);
    environment.add_template("page", include_str!("page/page.html"))?;
    Ok(environment.get_template("page")?.render(context! {
        language => manifest.language.tag(),
        title => format!("{} {}", manifest.pipeline, manifest.as_of),
        style => include_str!("page/page.css"),
        echarts => include_str!("vendor/echarts.min.js"),
        // `<` could end the block early.
        data => data.replace('<', "\\u003c"),
        scripts => [
            include_str!("page/words.js"),
            include_str!("page/data.js"),
            include_str!("page/export.js"),
            include_str!("page/table.js"),
            include_str!("page/chart.js"),
        ].join("\n"),
        drawings => drawings.join("\n"),
        page => include_str!("page/page.js"),
    })?)
}
