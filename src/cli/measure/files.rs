//! An experiment in two files.

use std::fs;
use std::io::Cursor;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::path::Path;

use polars::prelude::*;

use super::super::{Exit, Failure};
use super::{MeasureArgs, Measured, Named};
use crate::measure::{ArmRows, Kind, OutcomeRows, join, measure as measured};
use crate::previous::texts;
use crate::watch::grouped;

pub(super) fn measure(
    arms: &Path,
    outcomes: &Path,
    args: &MeasureArgs,
) -> Result<Measured, Failure> {
    let arm_frame = read(arms, "--arms", &["unit", "arm"])?;
    let outcome_frame = read(outcomes, "--outcomes", &["unit", "response"])?;
    let has = |name: &str| arm_frame.column(name).is_ok();
    let arm_rows = ArmRows {
        unit: texts(&arm_frame, "unit"),
        arm: texts(&arm_frame, "arm"),
        segment: has("segment").then(|| texts(&arm_frame, "segment")),
        score: has("score").then(|| numbers(&arm_frame, "score")),
        before: has("pre").then(|| numbers(&arm_frame, "pre")),
    };
    let outcome_rows = OutcomeRows {
        unit: texts(&outcome_frame, "unit"),
        response: numbers(&outcome_frame, "response"),
    };
    let joined = join(
        &arm_rows,
        &outcome_rows,
        &args.control,
        args.plan().as_ref(),
    )
    .map_err(|faults| {
        let told: Vec<String> = faults.iter().map(|fault| format!("  {fault}")).collect();
        Failure::new(
            Exit::Data,
            format!("the experiment cannot be measured:\n{}", told.join("\n")),
        )
    })?;
    let measurement = measured(&joined.experiment);
    let mut notes = Vec::new();
    if joined.without_outcome > 0 {
        notes.push(format!(
            "{} units have no row of outcomes: they count as 0",
            grouped(joined.without_outcome)
        ));
    }
    if joined.unknown_outcomes > 0 {
        notes.push(format!(
            "{} rows of outcomes are of units in no arm: left out",
            grouped(joined.unknown_outcomes)
        ));
    }
    for (column, what, values) in [
        ("score", "are not in the Qini curve", &arm_rows.score),
        ("pre", "stand at the mean of the others", &arm_rows.before),
    ] {
        let missing = values
            .iter()
            .flatten()
            .filter(|value| value.is_none())
            .count() as u64;
        if missing > 0 {
            notes.push(format!(
                "{} units without {column} {what}",
                grouped(missing)
            ));
        }
    }
    if measurement.sample_ratio.is_none() {
        notes.push("the sizes of the arms are not checked: give --planned".to_owned());
    }
    if measurement.kind == Kind::Value {
        notes.push("responses are values: means are compared".to_owned());
    }
    Ok(Measured {
        experiments: vec![Named {
            name: "experiment".to_owned(),
            measurement,
            notes: Vec::new(),
        }],
        notes,
    })
}

/// A file's columns; those `required` are there.
fn read(path: &Path, option: &str, required: &[&str]) -> Result<DataFrame, Failure> {
    let bytes = fs::read(path).map_err(|error| {
        Failure::new(
            Exit::NoInput,
            format!("{option}: cannot read {}: {error}", path.display()),
        )
    })?;
    let parsed = catch_unwind(AssertUnwindSafe(|| {
        ParquetReader::new(Cursor::new(bytes)).finish()
    }));
    // Readers of corrupt files may panic.
    let frame = parsed.ok().and_then(Result::ok).ok_or_else(|| {
        Failure::new(
            Exit::Data,
            format!("{option}: {} is no readable Parquet file", path.display()),
        )
    })?;
    let missing: Vec<&str> = required
        .iter()
        .copied()
        .filter(|name| frame.column(name).is_err())
        .collect();
    if missing.is_empty() {
        return Ok(frame);
    }
    let there: Vec<&str> = frame
        .get_column_names()
        .iter()
        .map(|name| name.as_str())
        .collect();
    Err(Failure::new(
        Exit::Data,
        format!(
            "{option}: {} lacks the column {}\n    there is: {}\n  next: rename the columns to {}",
            path.display(),
            missing.join(", "),
            there.join(", "),
            required.join(", ")
        ),
    ))
}

/// A column of numbers, flags as 0 and 1; what is no number is missing.
fn numbers(frame: &DataFrame, column: &str) -> Vec<Option<f64>> {
    let cast = frame
        .column(column)
        .and_then(|column| column.cast(&DataType::Float64));
    match cast.as_ref().map(|column| column.f64()) {
        Ok(Ok(values)) => values.iter().collect(),
        _ => vec![None; frame.height()],
    }
}
