mod book;
mod figures;
mod files;
mod inputs;
mod published;
mod recorded;
mod show;

use std::collections::BTreeMap;
use std::io::{self, Write};
use std::path::PathBuf;

use clap::{Args, ValueEnum};
use jiff::civil::Date;
use serde::Serialize;

use super::{Exit, Failure};
use crate::measure::{Measurement, Pooling, adjust_together};

/// Measure what activities do, against those who were held out.
///
/// From published runs: the outcomes table of PIPELINE joined with who was
/// held out; of an activity that no run knows, the outcomes alone, where they
/// say who was held out. Or from any experiment: a file of arms and a file of
/// outcomes.
#[derive(Debug, Args)]
#[command(
    after_help = "Files: --arms has the columns unit, arm and may have segment, score, pre;\n\
--outcomes has unit, response (0 or 1, or a value).\n\n\
Example:\n  clubcall measure pipelines/nightly.toml --as-of 2026-12-01\n  \
clubcall measure --arms arms.parquet --outcomes outcomes.parquet --planned control=0.1,sms=0.9"
)]
pub(super) struct MeasureArgs {
    /// The pipeline file whose runs are measured
    #[arg(
        required_unless_present = "arms",
        conflicts_with_all = ["arms", "outcomes", "control", "planned"]
    )]
    pipeline: Option<PathBuf>,
    /// Where the runs are [default: as the pipeline says]
    #[arg(long, value_name = "DIR", requires = "pipeline")]
    out: Option<PathBuf>,
    /// Outcomes up to the day before count [default: as the pipeline says]
    #[arg(long, value_name = "DATE|today|data", requires = "pipeline")]
    as_of: Option<String>,
    /// Only who could first be invited in this run: an id or its beginning,
    /// `current` or `previous`
    #[arg(
        long,
        value_name = "ID",
        requires = "pipeline",
        conflicts_with = "since"
    )]
    run: Option<String>,
    /// Only who could first be invited on this day or later
    #[arg(long, value_name = "DATE", requires = "pipeline")]
    since: Option<Date>,
    /// Only this activity, in full
    #[arg(long, value_name = "ID", requires = "pipeline")]
    activity: Option<String>,
    /// What counts as a response
    #[arg(long, value_enum, default_value = "responded")]
    response: Response,
    /// A Parquet file: which unit was drawn into which arm
    #[arg(long, value_name = "FILE", requires = "outcomes")]
    arms: Option<PathBuf>,
    /// A Parquet file: what each unit did
    #[arg(long, value_name = "FILE", requires = "arms")]
    outcomes: Option<PathBuf>,
    /// The arm that was held out
    #[arg(long, value_name = "NAME", default_value = "control")]
    control: String,
    /// The planned shares of all arms, to check their sizes against
    #[arg(long, value_name = "ARM=SHARE", value_delimiter = ',', value_parser = planned)]
    planned: Vec<(String, f64)>,
    /// Print JSON
    #[arg(long)]
    json: bool,
}

/// A column of the outcomes table.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
enum Response {
    /// Took the offer up.
    Responded,
    /// Was there.
    Attended,
    /// The value of it.
    Value,
}

impl Response {
    /// The column's name.
    const fn column(self) -> &'static str {
        match self {
            Self::Responded => "responded",
            Self::Attended => "attended",
            Self::Value => "value",
        }
    }

    /// How the responses of a unit's customers make the unit's.
    const fn pooling(self) -> Pooling {
        match self {
            Self::Responded | Self::Attended => Pooling::Any,
            Self::Value => Pooling::Sum,
        }
    }
}

/// What was measured: one experiment, or one per activity.
#[derive(Debug, Serialize)]
struct Measured {
    experiments: Vec<Named>,
    /// What the reader must know.
    notes: Vec<String>,
}

/// An experiment by its name.
#[derive(Debug, Serialize)]
struct Named {
    name: String,
    #[serde(flatten)]
    measurement: Measurement,
    notes: Vec<String>,
}

pub(super) fn main(args: &MeasureArgs) -> Result<(), Failure> {
    let mut measured = match (&args.pipeline, &args.arms, &args.outcomes) {
        (Some(pipeline), _, _) => published::measure(pipeline, args)?,
        (None, Some(arms), Some(outcomes)) => files::measure(arms, outcomes, args)?,
        (None, _, _) => {
            return Err(Failure::new(
                Exit::Usage,
                "give a pipeline file, or --arms and --outcomes",
            ));
        }
    };
    if measured.experiments.len() > 1 {
        // Where nobody has responded yet, nothing was looked at.
        let comparisons = measured
            .experiments
            .iter_mut()
            .flat_map(|named| &mut named.measurement.comparisons)
            .filter(|found| found.treated.total != 0.0 || found.control.total != 0.0);
        adjust_together(comparisons.filter_map(|found| found.lift.as_mut()));
    }
    let text = if args.json {
        serde_json::to_string_pretty(&measured)
            .map_err(|error| Failure::new(Exit::Software, error.to_string()))?
    } else if measured.experiments.len() == 1 && args.activity.is_some() || args.arms.is_some() {
        show::in_full(&measured)
    } else {
        show::overview(&measured)
    };
    let _ = writeln!(io::stdout().lock(), "{}", text.trim_end());
    Ok(())
}

/// `ARM=SHARE`.
fn planned(text: &str) -> Result<(String, f64), String> {
    let (arm, share) = text.split_once('=').ok_or("allowed: ARM=SHARE")?;
    match share.trim().parse::<f64>() {
        Ok(share) if share > 0.0 && share.is_finite() => Ok((arm.trim().to_owned(), share)),
        _ => Err(format!("the share of `{arm}` is no number above 0")),
    }
}

impl MeasureArgs {
    fn plan(&self) -> Option<BTreeMap<String, f64>> {
        (!self.planned.is_empty()).then(|| self.planned.iter().cloned().collect())
    }
}
