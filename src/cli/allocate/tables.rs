//! The tables that are written.

use std::io::BufWriter;
use std::path::Path;
use std::sync::Arc;

use super::super::{Exit, Failure};
use super::problem_file::Stated;
use super::publish;
use crate::allocation::{Problem, Why};
use crate::outputs::{ColumnData, OutColumn, OutTable, OutputError, write_parquet};

/// Who is invited to what.
pub(super) fn assignments(
    stated: &Stated,
    problem: &Problem,
    customers: &Arc<Vec<String>>,
    chosen: &[bool],
) -> Result<OutTable, OutputError> {
    let offers: Vec<usize> = (0..chosen.len()).filter(|&offer| chosen[offer]).collect();
    let columns = ids(stated, problem, customers, &offers);
    OutTable::new("assignments", "One row is an invitation.", columns.into())
}

/// What became of every candidate.
pub(super) fn decisions(
    stated: &Stated,
    problem: &Problem,
    customers: &Arc<Vec<String>>,
    whys: &[Why],
) -> Result<OutTable, OutputError> {
    let offers: Vec<usize> = (0..whys.len()).collect();
    let mut columns: Vec<OutColumn> = ids(stated, problem, customers, &offers).into();
    drop(offers);
    columns.push(OutColumn::new(
        "decision",
        "invited or not_selected",
        word(["invited", "not_selected"], whys, |why| {
            u16::from(why != Why::Chosen)
        }),
    ));
    columns.push(OutColumn::new(
        "reason",
        "what decided: selected; no_value; constraint (its price is higher than the value, or it is full); \
         conflict; contact_rule; better_offer",
        word(
            ["selected", "no_value", "constraint", "conflict", "contact_rule", "better_offer"],
            whys,
            |why| match why {
                Why::Chosen => 0,
                Why::NoValue => 1,
                Why::Total(_) => 2,
                Why::Conflict(_) => 3,
                Why::ContactRule(_) => 4,
                Why::Better => 5,
            },
        ),
    ));
    let names = |names: Vec<&String>| -> Vec<String> { names.into_iter().cloned().collect() };
    let totals = names(problem.totals.iter().map(|total| &total.name).collect());
    let conflicts = names(
        problem
            .rules
            .conflicts()
            .iter()
            .map(|conflict| &conflict.name)
            .collect(),
    );
    let rules = names(
        problem
            .rules
            .contact()
            .iter()
            .map(|rule| &rule.name)
            .collect(),
    );
    let (first_conflict, first_rule) =
        (totals.len() as u16, (totals.len() + conflicts.len()) as u16);
    columns.push(OutColumn::new(
        "constraint",
        "the constraint, conflict or contact rule that bound",
        word([totals, conflicts, rules].concat(), whys, |why| match why {
            Why::Total(total) => total,
            Why::Conflict(conflict) => first_conflict + conflict,
            Why::ContactRule(rule) => first_rule + rule,
            Why::Chosen | Why::NoValue | Why::Better => ColumnData::NO_WORD,
        }),
    ));
    OutTable::new(
        "decisions",
        "One row is a candidate and what became of it.",
        columns,
    )
}

fn ids(
    stated: &Stated,
    problem: &Problem,
    customers: &Arc<Vec<String>>,
    offers: &[usize],
) -> [OutColumn; 2] {
    let activities = stated
        .offered
        .iter()
        .map(|activity| activity.id.clone())
        .collect();
    [
        OutColumn::new(
            "customer_id",
            "the customer",
            ColumnData::Id {
                rows: offers
                    .iter()
                    .map(|&offer| problem.offers.customer[offer])
                    .collect(),
                ids: Arc::clone(customers),
            },
        ),
        OutColumn::new(
            "activity_id",
            "the activity",
            ColumnData::Word {
                codes: offers
                    .iter()
                    .map(|&offer| problem.offers.activity[offer])
                    .collect(),
                words: activities,
            },
        ),
    ]
}

fn word<T: Into<String>>(
    words: impl IntoIterator<Item = T>,
    whys: &[Why],
    code: impl Fn(Why) -> u16,
) -> ColumnData {
    ColumnData::Word {
        codes: whys.iter().map(|&why| code(why)).collect(),
        words: words.into_iter().map(Into::into).collect(),
    }
}

/// Writes a table as Parquet into the folder.
pub(super) fn write(table: &OutTable, folder: &Path) -> Result<(), Failure> {
    let path = folder.join(format!("{}.parquet", table.name));
    let mut failed = None;
    publish(&path, |file| {
        let mut out = BufWriter::new(file);
        if let Err(error) = write_parquet(table, &mut out) {
            failed = Some(error);
        }
        std::io::Write::flush(&mut out)
    })?;
    failed.map_or(Ok(()), |error| {
        Err(Failure::new(Exit::CannotWrite, error.to_string()))
    })
}
