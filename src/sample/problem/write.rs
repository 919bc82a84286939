use std::fs;
use std::ops::Range;
use std::path::Path;

use rayon::prelude::*;

use super::ProblemSettings;
use super::activity;
use super::candidates::{Candidate, Neighbourhood, World};
use super::conflict::{self, Apart, Conflict};
use super::document;
use super::limit::{self, Limit};
use super::planted::{self, Tariff, Use};
use crate::sample::household::NEIGHBOURHOOD;
use crate::sample::parquet_file::{Column, TableWriter};
use crate::sample::write::{check_customers, prepare, refuse};
use crate::sample::{SampleError, SampleProgress, SampleSummary};

/// Neighbourhoods that are in memory together.
const BLOCK: u64 = 64;

/// Writes a problem into `out`, which is created and must be empty, and calls
/// `progress` after each block of customers: `candidates.parquet`, a feasible
/// choice in `planted/assignments.parquet`, and `problem.toml`.
///
/// The bytes depend on `settings` alone.
///
/// # Errors
/// When a setting is out of range, `out` is not empty, or a file cannot be
/// written.
pub fn write_problem(
    settings: &ProblemSettings,
    out: &Path,
    progress: &mut dyn FnMut(SampleProgress),
) -> Result<SampleSummary, SampleError> {
    check(settings)?;
    prepare(out)?;
    let maker = Maker::new(settings);
    let nobody = maker.block(0..0);
    let file = |name: &str, like| TableWriter::create(&out.join(name), like);
    let mut candidates = file("candidates.parquet", &nobody.candidates)?;
    let mut planted = file("planted/assignments.parquet", &nobody.planted)?;
    let mut used = nobody.used;
    let end = settings.customers.div_ceil(NEIGHBOURHOOD);
    let range = |first: u64| first.min(end)..(first + BLOCK).min(end);
    let mut block = maker.block(range(0));
    for first in (0..end).step_by(BLOCK as usize) {
        used.add_all(&block.used);
        // The next block is made while this one is written.
        let (written, next) = rayon::join(
            || {
                candidates.write(block.candidates)?;
                planted.write(block.planted)
            },
            || maker.block(range(first + BLOCK)),
        );
        written?;
        block = next;
        progress(SampleProgress {
            customers_done: settings.customers.min((first + BLOCK) * NEIGHBOURHOOD),
            customers: settings.customers,
        });
    }
    let (candidate_rows, candidate_bytes) = candidates.finish()?;
    let (planted_rows, planted_bytes) = planted.finish()?;
    let path = out.join("problem.toml");
    fs::write(&path, maker.page(&used)).map_err(|source| SampleError::Io { path, source })?;
    Ok(SampleSummary {
        rows: vec![
            ("candidates", candidate_rows),
            ("planted/assignments", planted_rows),
        ],
        bytes: candidate_bytes + planted_bytes,
    })
}

fn check(settings: &ProblemSettings) -> Result<(), SampleError> {
    check_customers(settings.customers)?;
    if !(2..=2000).contains(&settings.activities) {
        return refuse("activities", settings.activities.to_string(), "2 to 2000");
    }
    if !(0.001..=0.9).contains(&settings.share) {
        return refuse("share", settings.share.to_string(), "0.001 to 0.9");
    }
    Ok(())
}

/// The rows of some neighbouring customers, and what the planted choice uses of
/// them.
struct Block {
    candidates: Vec<Column>,
    planted: Vec<Column>,
    used: Use,
}

/// The candidates of a neighbourhood, and those that the planted choice takes.
struct Made {
    from: Neighbourhood,
    /// Their ids, by place in the neighbourhood.
    customers: Vec<String>,
    units: Vec<String>,
    /// Positions of candidates.
    chosen: Vec<usize>,
    used: Use,
}

/// A row of a table of candidates.
type Row<'a> = (&'a Made, &'a Candidate);

impl Made {
    fn rows(&self) -> impl Iterator<Item = Row<'_>> {
        self.from
            .candidates
            .iter()
            .map(move |candidate| (self, candidate))
    }

    fn chosen_rows(&self) -> impl Iterator<Item = Row<'_>> {
        self.chosen
            .iter()
            .map(move |&at| (self, &self.from.candidates[at]))
    }
}

/// What makes blocks of customers.
struct Maker {
    world: World,
    limits: Vec<Limit>,
    conflicts: Vec<Conflict>,
    apart: Apart,
    tariff: Tariff,
    customers: u64,
    households: bool,
    /// Digits of a customer id.
    id_width: usize,
}

impl Maker {
    fn new(settings: &ProblemSettings) -> Self {
        let seed = settings.seed;
        let activities = activity::draw(seed, settings.activities as usize);
        let limits = limit::draw(seed, &activities, settings.seats);
        let conflicts = conflict::draw(seed, &activities);
        let apart = Apart::new(&activities, &conflicts);
        let world = World::new(seed, activities, settings.share, settings.households);
        let tariff = planted::tariff(&world, &limits, &apart);
        Self {
            world,
            limits,
            conflicts,
            apart,
            tariff,
            customers: settings.customers,
            households: settings.households,
            id_width: if settings.customers > 9_999_999 { 9 } else { 7 },
        }
    }

    fn block(&self, neighbourhoods: Range<u64>) -> Block {
        let made: Vec<Made> = neighbourhoods
            .into_par_iter()
            .map(|number| self.neighbourhood(number))
            .collect();
        let mut used = Use::nothing(self.world.activities.len());
        // One after the other, so that sums do not depend on threads.
        made.iter().for_each(|made| used.add_all(&made.used));
        let all: Vec<Row<'_>> = made.iter().flat_map(Made::rows).collect();
        let chosen: Vec<Row<'_>> = made.iter().flat_map(Made::chosen_rows).collect();
        Block {
            candidates: self.candidate_columns(&all),
            planted: self.pair_columns(&chosen),
            used,
        }
    }

    fn neighbourhood(&self, number: u64) -> Made {
        let first = number * NEIGHBOURHOOD;
        let customers = (self.customers - first).min(NEIGHBOURHOOD);
        let from = self.world.neighbourhood(number, customers as usize);
        let chosen = self.tariff.choose(&from, &self.apart);
        let mut used = Use::nothing(self.world.activities.len());
        chosen.iter().for_each(|&at| used.add(&from.candidates[at]));
        let id =
            |letter: char, number: u64| format!("{letter}{number:0width$}", width = self.id_width);
        Made {
            customers: (first..first + customers)
                .map(|number| id('C', number + 1))
                .collect(),
            units: from.units.iter().map(|unit| id('H', *unit)).collect(),
            from,
            chosen,
            used,
        }
    }

    fn candidate_columns(&self, rows: &[Row<'_>]) -> Vec<Column> {
        let mut columns = self.pair_columns(rows);
        columns.push(Column::number(
            "value",
            "Expected worth of the invitation less its cost",
            rows.iter().map(|(_, candidate)| candidate.value),
        ));
        columns.push(Column::number(
            "probability",
            "Of accepting the invitation",
            rows.iter().map(|(_, candidate)| candidate.probability),
        ));
        if self.households {
            let units = rows.iter().map(|(made, row)| &made.units[row.customer]);
            let about = "Household whose contacts count together";
            columns.push(Column::text("contact_unit", about, units).repeated());
        }
        columns
    }

    fn pair_columns(&self, rows: &[Row<'_>]) -> Vec<Column> {
        let customers = rows.iter().map(|(made, row)| &made.customers[row.customer]);
        let activities = rows
            .iter()
            .map(|(_, row)| &self.world.activities[row.activity].id);
        vec![
            Column::text("customer_id", "Customer", customers).repeated(),
            Column::text("activity_id", "Activity", activities).repeated(),
        ]
    }

    fn page(&self, used: &Use) -> String {
        let activities = &self.world.activities;
        let bounds: Vec<f64> = self
            .limits
            .iter()
            .map(|limit| limit.bound(limit.used(used, activities)))
            .collect();
        document::page(activities, &self.limits, &bounds, &self.conflicts)
    }
}
