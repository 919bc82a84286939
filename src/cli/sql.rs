use std::fs::File;
use std::io::{self, IsTerminal, Write};
use std::path::{Path, PathBuf};

use clap::{Args, ValueEnum};
use comfy_table::presets::{NOTHING, UTF8_BORDERS_ONLY};
use comfy_table::{ContentArrangement, Table};
use polars::prelude::{DataFrame, ParquetWriter, PolarsError};

use super::{Exit, Failure, OutArgs, json};
use crate::published::{self, Query, Record};
use crate::store::{OutDir, Run};
use crate::watch::grouped;

/// Rows that a table on the screen has at most; the query's own LIMIT can ask
/// for fewer, and the other formats have all.
const SHOWN: usize = 1_000;

/// Ask a run's tables in SQL.
///
/// A table of another run is TABLE@RUN: `members@previous`, or, in quotes,
/// `"members@2026-10-25"`. `@previous` is the run that --run started from.
#[derive(Debug, Args)]
#[command(
    after_help = "Example:\n  clubcall sql \"SELECT segment_name, COUNT(*) AS customers FROM members GROUP BY 1\"\n  \
clubcall sql \"SELECT n.segment_name, COUNT(*) AS came\n    FROM members n JOIN members@previous b USING (customer_id)\n    \
WHERE n.segment_id <> b.segment_id GROUP BY 1\"\n  \
clubcall sql --tables\n  clubcall sql --describe decisions\n  \
clubcall sql \"SELECT * FROM decisions\" --format parquet --output decisions.parquet"
)]
pub(super) struct SqlArgs {
    /// The query
    #[arg(required_unless_present_any = ["tables", "describe"])]
    query: Option<String>,
    /// List the run's tables, with what a row of each is
    #[arg(long, conflicts_with_all = ["query", "output", "describe"])]
    tables: bool,
    /// Show what the columns of a table mean, with their units
    #[arg(long, value_name = "TABLE", conflicts_with_all = ["query", "output"])]
    describe: Option<String>,
    /// The run: an id or its beginning, `current` or `previous`
    #[arg(long, value_name = "ID", default_value = "current")]
    run: String,
    /// How to write the rows
    #[arg(long, value_enum, default_value = "table")]
    format: Format,
    /// The file to write; standard output when absent
    #[arg(long, value_name = "FILE")]
    output: Option<PathBuf>,
    #[command(flatten)]
    out: OutArgs,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
enum Format {
    /// For the screen, the first 1,000 rows.
    Table,
    /// With a header, RFC 4180.
    Csv,
    /// An array of objects.
    Json,
    /// Needs --output.
    Parquet,
}

pub(super) fn main(args: &SqlArgs) -> Result<(), Failure> {
    let out = OutDir::open(&args.out.out)?;
    let runs = out.runs()?;
    let run = runs.find(&args.run)?;
    let Some(query) = &args.query else {
        let text = match &args.describe {
            Some(table) => described(run, table, args.format)?,
            None => listed(run, args.format)?,
        };
        let _ = writeln!(io::stdout().lock(), "{text}");
        return Ok(());
    };
    if args.format == Format::Parquet && args.output.is_none() {
        return Err(Failure::new(
            Exit::Usage,
            "--format parquet writes a file\n  next: add --output FILE",
        ));
    }
    let frame = published::query(Query {
        text: query,
        run,
        runs: &runs,
    })
    .map_err(|error| {
        let mut failure = Failure::from(error);
        if query.contains('@') && failure.message.contains("sql parser") {
            failure.message.push_str(
                "\n  next: a table of a run by its date or id stands in double quotes, as in \
                 \"members@2026-11-01\"",
            );
        }
        failure
    })?;
    let frame = match args.format {
        Format::Table => frame.limit(SHOWN as u32 + 1),
        _ => frame,
    };
    let frame = frame.collect().map_err(|error| failed(&error))?;
    match &args.output {
        None => {
            let mut stdout = io::stdout().lock();
            // A reader that has seen enough, as `head`, closes the pipe.
            match write(frame, args.format, &mut stdout) {
                Err(Unwritten::File(error)) if error.kind() == io::ErrorKind::BrokenPipe => Ok(()),
                ended => ended.map_err(|error| error.failure(Path::new("standard output"))),
            }
        }
        Some(path) => {
            let rows = frame.height();
            let mut file =
                File::create(path).map_err(|error| Unwritten::File(error).failure(path))?;
            write(frame, args.format, &mut file).map_err(|error| error.failure(path))?;
            let mut stderr = io::stderr().lock();
            let _ = writeln!(
                stderr,
                "{} rows in {}",
                grouped(rows as u64),
                path.display()
            );
            Ok(())
        }
    }
}

/// Why rows could not be written.
enum Unwritten {
    Values(PolarsError),
    File(io::Error),
}

impl Unwritten {
    fn failure(self, path: &Path) -> Failure {
        match self {
            Self::Values(error) => failed(&error),
            Self::File(error) => Failure::new(
                Exit::CannotWrite,
                format!("{} cannot be written: {error}", path.display()),
            ),
        }
    }
}

impl From<io::Error> for Unwritten {
    fn from(error: io::Error) -> Self {
        Self::File(error)
    }
}

impl From<PolarsError> for Unwritten {
    fn from(error: PolarsError) -> Self {
        match error {
            PolarsError::IO { error, .. } => {
                Self::File(io::Error::new(error.kind(), error.to_string()))
            }
            error => Self::Values(error),
        }
    }
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

fn write(mut frame: DataFrame, format: Format, out: &mut impl Write) -> Result<(), Unwritten> {
    if format == Format::Parquet {
        ParquetWriter::new(out).finish(&mut frame)?;
        return Ok(());
    }
    let rows = published::records(&frame)?;
    let names: Vec<&str> = frame
        .get_column_names()
        .iter()
        .map(|name| name.as_str())
        .collect();
    match format {
        Format::Csv => csv(&names, &rows, out)?,
        Format::Json => {
            serde_json::to_writer_pretty(&mut *out, &rows).map_err(io::Error::from)?;
            writeln!(out)?;
        }
        _ => screen(&names, &rows, out)?,
    }
    Ok(())
}

/// Exact values; null is empty.
fn csv(names: &[&str], rows: &[Record], out: &mut impl Write) -> Result<(), io::Error> {
    let mut writer = csv::Writer::from_writer(out);
    writer.write_record(names)?;
    for row in rows {
        writer.write_record(row.iter().map(|(_, value)| match value {
            serde_json::Value::Null => String::new(),
            serde_json::Value::String(text) => text.clone(),
            other => other.to_string(),
        }))?;
    }
    writer.flush()
}

fn screen(names: &[&str], rows: &[Record], out: &mut impl Write) -> Result<(), io::Error> {
    let mut table = Table::new();
    table.load_style(UTF8_BORDERS_ONLY);
    fit(&mut table);
    table.set_header(names);
    for row in rows.iter().take(SHOWN) {
        table.add_row(row.iter().map(|(_, value)| published::shown(value)));
    }
    writeln!(out, "{table}")?;
    if rows.len() > SHOWN {
        writeln!(
            out,
            "the first {SHOWN} rows; add LIMIT or WHERE to see others, or --format csv for all"
        )
    } else {
        let word = if rows.len() == 1 { "row" } else { "rows" };
        writeln!(out, "{} {word}", rows.len())
    }
}

/// Long texts are broken where a terminal is too narrow for them.
fn fit(table: &mut Table) {
    let terminal = io::stdout().is_terminal();
    if let Some((width, _)) = terminal_size::terminal_size().filter(|_| terminal) {
        table.set_content_arrangement(ContentArrangement::Dynamic);
        table.set_width(width.0);
    }
}

/// The run's tables.
fn listed(run: &Run, format: Format) -> Result<String, Failure> {
    let tables: Result<Vec<_>, _> = published::tables(run)
        .iter()
        .map(|table| published::describe(run, table))
        .collect();
    let tables = tables?;
    if format == Format::Json {
        return json(&tables);
    }
    let rows = tables.iter().map(|table| {
        [
            table.table.clone(),
            grouped(table.rows),
            table.description.clone(),
        ]
    });
    Ok(plain(["table", "rows", "a row"], rows))
}

/// A table's columns.
fn described(run: &Run, table: &str, format: Format) -> Result<String, Failure> {
    let found = published::describe(run, table)?;
    if format == Format::Json {
        return json(&found);
    }
    let rows = found.columns.iter().map(|column| {
        [
            column.name.clone(),
            column.kind.clone(),
            column.unit.clone().unwrap_or_default(),
            column.description.clone(),
        ]
    });
    let columns = plain(["column", "type", "unit", "means"], rows);
    Ok(format!("{}\n\n{columns}", found.description))
}

/// Columns of text, the last broken to fit 80 columns.
fn plain<const N: usize>(header: [&str; N], rows: impl Iterator<Item = [String; N]>) -> String {
    let mut table = Table::new();
    table.load_style(NOTHING);
    table.set_content_arrangement(ContentArrangement::Dynamic);
    table.set_width(80);
    table.set_header(header);
    table.add_rows(rows);
    for column in table.column_iter_mut() {
        column.set_padding((0, 2));
    }
    let lines: Vec<String> = table
        .lines()
        .map(|line| line.trim_end().to_owned())
        .collect();
    lines.join("\n")
}
