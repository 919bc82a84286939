//! Measuring a table: its contracts, its digest, and the rows to set aside.

use std::collections::BTreeMap;

use polars::prelude::*;

use super::canonical::{self, ColumnKind};
use super::check::{self, Check, CheckKind};
use super::error::TableError;
use super::scan::{self, FILE, ROW, Scanned};
use super::settings::{Severity, TableSettings};
use super::source::Source;
use super::typing::{self, Night};
use super::{CheckRecord, Reject, ValidTable, ValidTables};

/// One table to be measured.
pub(super) struct Job<'a> {
    pub(super) name: &'a str,
    pub(super) settings: &'a TableSettings,
    pub(super) sources: &'a BTreeMap<String, Source>,
    pub(super) scanned: &'a Scanned,
    pub(super) checks: &'a [Check],
    pub(super) previous_rows: Option<u64>,
    pub(super) night: &'a Night,
}

/// Measures the table and notes checks and rejects in `valid`.
pub(super) fn run(job: &Job<'_>, valid: &mut ValidTables) -> Result<ValidTable, TableError> {
    let row_checks: Vec<(&Check, &Expr)> = job
        .checks
        .iter()
        .filter_map(|check| match &check.kind {
            CheckKind::Row(expr) => Some((check, expr)),
            _ => None,
        })
        .collect();
    let rejecting = row_checks
        .iter()
        .filter(|(check, _)| check.severity == Severity::Reject)
        .map(|(_, expr)| (*expr).clone())
        .reduce(Expr::or)
        .unwrap_or_else(|| lit(false));

    // One pass: the count, the digest, the rejected rows and every row rule.
    let [high, low] = digest(&job.scanned.plain_schema);
    let mut measures = vec![
        len().cast(DataType::Int64).alias("rows"),
        high.alias("high"),
        low.alias("low"),
        rejecting
            .clone()
            .sum()
            .cast(DataType::Int64)
            .alias("rejected"),
    ];
    for (index, (_, expr)) in row_checks.iter().enumerate() {
        measures.push(
            (*expr)
                .clone()
                .sum()
                .cast(DataType::Int64)
                .alias(format!("row{index}")),
        );
    }
    for (index, check) in job.checks.iter().enumerate() {
        if let CheckKind::Age { column, .. } = &check.kind {
            let newest = col(column).cast(DataType::Date).cast(DataType::Int32).max();
            measures.push(newest.cast(DataType::Int64).alias(format!("age{index}")));
        }
    }
    let measured = scan::streamed(job.name, job.scanned.typed.clone().select(measures))?;
    let number = |name: &str| named(&measured, name);
    let rows = number("rows").unwrap_or(0).unsigned_abs();
    let rejected = number("rejected").unwrap_or(0).unsigned_abs();
    let digest = format!(
        "{rows:x}-{:016x}{:016x}",
        number("high").unwrap_or(0),
        number("low").unwrap_or(0)
    );

    let mut frame = job.scanned.typed.clone();
    let mut kept = rows - rejected;
    if rejected > 0 {
        frame = frame.filter(rejecting.not());
    }
    type_checks(job, valid)?;
    for (index, check) in job.checks.iter().enumerate() {
        let (violations, detail) = match &check.kind {
            CheckKind::Row(expr) => {
                let place = row_checks
                    .iter()
                    .position(|(other, _)| std::ptr::eq(*other, check));
                let count = place
                    .and_then(|place| number(&format!("row{place}")))
                    .unwrap_or(0);
                if count > 0 && check.severity == Severity::Reject {
                    set_aside(job, check, |typed| typed.filter(expr.clone()), valid)?;
                }
                (count.unsigned_abs(), None)
            }
            CheckKind::Age { days, .. } => {
                let newest = number(&format!("age{index}")).and_then(|day| i32::try_from(day).ok());
                check::age(newest, *days, job.night)
            }
            CheckKind::Volume { least, most } => {
                check::volume(rows, job.previous_rows, *least, *most)
            }
            CheckKind::Unique(columns) => {
                let keys: Vec<Expr> = columns.iter().map(col).collect();
                let doubled = frame
                    .clone()
                    .group_by(keys.clone())
                    .agg([len().alias("copies")])
                    .filter(col("copies").gt(lit(1)));
                let count = counted(job.name, doubled.clone().select([col("copies").sum()]))?;
                if count > 0 && check.severity == Severity::Reject {
                    let join = |typed: LazyFrame| {
                        typed.join(
                            doubled.clone(),
                            keys.clone(),
                            keys.clone(),
                            JoinArgs::new(JoinType::Semi),
                        )
                    };
                    set_aside(job, check, join, valid)?;
                    frame = frame.join(doubled, keys.clone(), keys, JoinArgs::new(JoinType::Anti));
                    kept -= count;
                }
                (count, None)
            }
            CheckKind::References { table, column } => {
                let Some(other) = valid.tables.get(table) else {
                    continue;
                };
                let known = other
                    .frame
                    .clone()
                    .select([col(column)])
                    .unique(None, UniqueKeepStrategy::Any);
                let key = [col(&check.column)];
                let join = |typed: LazyFrame, how| {
                    typed.filter(col(&check.column).is_not_null()).join(
                        known.clone(),
                        key.clone(),
                        [col(column)],
                        JoinArgs::new(how),
                    )
                };
                let unknown = join(frame.clone(), JoinType::Anti).select([len()]);
                let count = counted(job.name, unknown)?;
                if count > 0 && check.severity == Severity::Reject {
                    set_aside(job, check, |typed| join(typed, JoinType::Anti), valid)?;
                    frame = join(frame, JoinType::Semi);
                    kept -= count;
                }
                (count, None)
            }
        };
        valid
            .checks
            .push(check.record(job.name, violations, detail));
    }
    Ok(ValidTable {
        frame,
        schema: job.scanned.schema.clone(),
        rows: kept,
        digest,
    })
}

/// Two sums of 32-bit halves of a hash per row: they stay the same in any order
/// of rows and cannot overflow below four billion rows.
fn digest(schema: &Schema) -> [Expr; 2] {
    // An odd constant with mixed bits: 2^64 divided by the golden ratio.
    const SPREAD: u64 = 0x9e37_79b9_7f4a_7c15;
    let mut row = lit(0u64);
    for (index, name) in schema.iter_names().enumerate() {
        let seed = index as u64 + 1;
        row = row * lit(SPREAD) + col(name.clone()).hash(seed, 7, 11, 13);
    }
    // Hashed once more, so that values that change rows change the sum.
    let hash = row.hash(17, 19, 23, 29);
    let half = lit(1u64 << 32);
    [hash.clone().floor_div(half.clone()), hash % half].map(|part| part.cast(DataType::Int64).sum())
}

/// Values that are there but are not of their column's type: they count as
/// missing, and the summary says how many.
fn type_checks(job: &Job<'_>, valid: &mut ValidTables) -> Result<(), TableError> {
    let Some(table) = canonical::find(job.name) else {
        return Ok(());
    };
    let doubtful: Vec<_> = table
        .columns
        .iter()
        .filter(|column| {
            let from = job.scanned.plain_schema.get(column.name);
            from == Some(&DataType::String) && column.kind != ColumnKind::Text
        })
        .collect();
    if doubtful.is_empty() {
        return Ok(());
    }
    let counts: Vec<Expr> = doubtful
        .iter()
        .map(|column| {
            let lost = col(column.name)
                .is_not_null()
                .and(typing::typed(column, &DataType::String).is_null());
            lost.sum().cast(DataType::Int64).alias(column.name)
        })
        .collect();
    let measured = scan::streamed(job.name, job.scanned.plain.clone().select(counts))?;
    for column in doubtful {
        valid.checks.push(CheckRecord {
            table: job.name.to_owned(),
            column: column.name.to_owned(),
            rule: format!("is a {:?}", column.kind).to_lowercase(),
            severity: Severity::Warn,
            violations: named(&measured, column.name).unwrap_or(0).unsigned_abs(),
            detail: None,
        });
    }
    Ok(())
}

/// Notes file and row of everything that `offending` leaves of the table.
fn set_aside(
    job: &Job<'_>,
    check: &Check,
    offending: impl Fn(LazyFrame) -> LazyFrame,
    valid: &mut ValidTables,
) -> Result<(), TableError> {
    let from = job
        .settings
        .from
        .as_ref()
        .and_then(|from| job.sources.get(from));
    let reject = |file: String, row: Option<u64>| Reject {
        table: job.name.to_owned(),
        file,
        row,
        column: check.column.clone(),
        rule: check.rule.clone(),
    };
    let Some(source) = from else {
        let count = counted(
            job.name,
            offending(job.scanned.typed.clone()).select([len()]),
        )?;
        let rows = (0..count).map(|_| reject("query".to_owned(), None));
        valid.rejects.extend(rows);
        return Ok(());
    };
    let placed = scan::table(job.name, job.settings, job.sources, true, job.night)?;
    let found = offending(placed.typed).select([col(ROW).cast(DataType::Int64), col(FILE)]);
    let found = scan::streamed(job.name, found)?;
    let mut starts = BTreeMap::new();
    let mut start = 0;
    for file in &source.files {
        let path = file.path.to_string_lossy().into_owned();
        starts.insert(path, (start, file.name.clone()));
        start += file.rows;
    }
    let rows = found
        .column(ROW)
        .and_then(|column| Ok(column.i64()?.clone()));
    let files = found
        .column(FILE)
        .and_then(|column| Ok(column.str()?.clone()));
    if let (Ok(rows), Ok(files)) = (rows, files) {
        for (row, file) in rows.iter().zip(files.iter()) {
            let file = file.unwrap_or_default().to_owned();
            let (first, name) = starts.get(&file).cloned().unwrap_or((0, file));
            let row = row.map(|row| row.unsigned_abs() - first + 1);
            valid.rejects.push(reject(name, row));
        }
    }
    Ok(())
}

/// The single number of a one-cell frame.
fn counted(table: &str, frame: LazyFrame) -> Result<u64, TableError> {
    let frame = scan::streamed(table, frame)?;
    Ok(cell(&frame, 0).unwrap_or(0).unsigned_abs())
}

/// The whole number in the first row of a column.
pub(super) fn cell(frame: &DataFrame, index: usize) -> Option<i64> {
    frame.columns().get(index)?.get(0).ok()?.extract()
}

fn named(frame: &DataFrame, name: &str) -> Option<i64> {
    frame.column(name).ok()?.get(0).ok()?.extract()
}
