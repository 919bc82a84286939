use std::io::{self, Write};

use clap::Args;
use comfy_table::Table;
use comfy_table::presets::UTF8_BORDERS_ONLY;
use polars::prelude::*;
use polars::sql::SQLContext;

use super::{Exit, Failure, OutArgs};
use crate::store::OutDir;

/// Rows that are shown; the query's own LIMIT can ask for fewer.
const SHOWN: usize = 1_000;

/// Ask a run's tables in SQL.
#[derive(Debug, Args)]
#[command(
    after_help = "Tables: members, segments, profiles, rules, choice, invitations, decisions, constraints,\n\
controls, propensity, calibration, calls, reasons, reconciliation, rejects, attendance,\n\
funnel, history, scatter, overlap, notes, checks, labels; lift, from the second night on; and known, where an\n\
export names customers, and migration and drift, from the second night on\n\n\
Example:\n  clubcall sql \"SELECT segment_name, COUNT(*) AS customers FROM members GROUP BY 1 ORDER BY 2 DESC\""
)]
pub(super) struct SqlArgs {
    /// The query
    query: String,
    /// The run: an id or its beginning, `current` or `previous`
    #[arg(long, default_value = "current")]
    run: String,
    #[command(flatten)]
    out: OutArgs,
}

pub(super) fn main(args: &SqlArgs) -> Result<(), Failure> {
    let out = OutDir::open(&args.out.out)?;
    let runs = out.runs()?;
    let run = runs.find(&args.run)?;
    let mut context = SQLContext::new();
    for path in run.manifest.outputs.keys() {
        let Some(name) = path
            .strip_suffix(".parquet")
            .filter(|name| !name.contains('/'))
        else {
            continue;
        };
        let file = run.path.join(path);
        let frame = LazyFrame::scan_parquet(
            PlRefPath::new(file.to_string_lossy()),
            ScanArgsParquet::default(),
        )
        .map_err(|error| failed(&error))?;
        context.register(name, frame);
    }
    let frame = context
        .execute(&args.query)
        .and_then(|frame| frame.limit(SHOWN as u32 + 1).collect())
        .map_err(|error| failed(&error))?;
    print(&frame).map_err(|error| failed(&error))
}

fn failed(error: &PolarsError) -> Failure {
    Failure::new(
        Exit::Usage,
        format!(
            "the query cannot be run: {}",
            crate::rules::first_line(error)
        ),
    )
}

fn print(frame: &DataFrame) -> PolarsResult<()> {
    let mut table = Table::new();
    table.load_style(UTF8_BORDERS_ONLY);
    table.set_header(frame.get_column_names().iter().map(|name| name.as_str()));
    let rows = frame.height().min(SHOWN);
    for row in 0..rows {
        let cells: PolarsResult<Vec<String>> = frame
            .columns()
            .iter()
            .map(|column| cell(column.get(row)?))
            .collect();
        table.add_row(cells?);
    }
    let mut out = io::stdout().lock();
    let _ = writeln!(out, "{table}");
    let _ = if frame.height() > SHOWN {
        writeln!(
            out,
            "the first {SHOWN} rows; add LIMIT or WHERE to see others"
        )
    } else {
        writeln!(out, "{rows} {}", if rows == 1 { "row" } else { "rows" })
    };
    Ok(())
}

/// A value as people read it.
fn cell(value: AnyValue<'_>) -> PolarsResult<String> {
    Ok(match value {
        AnyValue::Null => String::new(),
        AnyValue::String(text) => text.to_owned(),
        AnyValue::StringOwned(text) => text.to_string(),
        AnyValue::Float64(number) => format!("{number:.4}")
            .trim_end_matches('0')
            .trim_end_matches('.')
            .to_owned(),
        other => other.to_string(),
    })
}
