//! The loop over blocks of customers, and the files they are written to.

use std::fs;
use std::path::Path;

use rayon::prelude::*;

use super::activities::{self, Activity};
use super::approaches::{self, Approach};
use super::calendar::Calendar;
use super::household::{Household, NEIGHBOURHOOD};
use super::parquet_file::{Column, TableWriter};
use super::profile::Person;
use super::truth::Effect;
use super::{
    SampleError, SampleProgress, SampleSettings, SampleSummary, Table, complaints, contacts,
    customers, moments, orders, outcomes, packages, preferences, readme, suppressions, truth,
    usage,
};
use crate::domain::date_from_days;

/// Neighbourhoods of customers that are in memory together.
const BLOCK: u64 = 256;

/// What every table is made from, apart from the customers.
struct World {
    seed: u64,
    calendar: Calendar,
    activities: Vec<Activity>,
    customers: u64,
    /// Digits of a customer id.
    id_width: usize,
}

/// Some consecutive customers and the approaches to them.
struct Block<'a> {
    people: &'a [Person],
    approaches: Vec<(&'a Person, Approach)>,
}

/// A file that every block adds rows to.
struct Sink {
    table: Table,
    /// The day of a usage file, since 1970-01-01; 0 for other tables.
    day: i32,
    writer: TableWriter,
}

/// Writes the sample into `out`, which is created and must be empty, and calls
/// `progress` after each block of customers.
///
/// The bytes depend on `settings` alone. `README.md` is written last, so a
/// folder without it was interrupted.
///
/// # Errors
/// When a setting is out of range, `out` is not empty, or a file cannot be
/// written.
pub fn write_sample(
    settings: &SampleSettings,
    out: &Path,
    progress: &mut dyn FnMut(SampleProgress),
) -> Result<SampleSummary, SampleError> {
    check(settings)?;
    prepare(out)?;
    let world = World::new(settings);
    let mut sinks = world.sinks(settings.days, out)?;
    let mut effects = vec![Effect::default(); world.activities.len()];
    let neighbourhoods = settings.customers.div_ceil(NEIGHBOURHOOD);
    for first in (0..neighbourhoods).step_by(BLOCK as usize) {
        let people = world.people(first, neighbourhoods.min(first + BLOCK));
        let block = world.block(&people);
        for (_, approach) in &block.approaches {
            effects[approach.activity].add(approach);
        }
        sinks.par_iter_mut().try_for_each(|sink| {
            let columns = world.columns(sink.table, sink.day, &block);
            sink.writer.write(columns)
        })?;
        let done = settings.customers.min((first + BLOCK) * NEIGHBOURHOOD);
        progress(SampleProgress {
            customers_done: done,
            customers: settings.customers,
        });
    }
    let summary = world.finish(sinks, &effects, out)?;
    let path = out.join("README.md");
    fs::write(&path, readme::page(settings)).map_err(|source| SampleError::Io { path, source })?;
    Ok(summary)
}

fn check(settings: &SampleSettings) -> Result<(), SampleError> {
    check_customers(settings.customers)?;
    if !(1..=800).contains(&settings.days) {
        return refuse("days", settings.days.to_string(), "1 to 800");
    }
    if !(2000..=2100).contains(&settings.until.year()) {
        return refuse(
            "until",
            settings.until.to_string(),
            "a date in the years 2000 to 2100",
        );
    }
    Ok(())
}

/// Whether so many customers can be generated.
pub(super) fn check_customers(customers: u64) -> Result<(), SampleError> {
    if !(1..=100_000_000).contains(&customers) {
        return refuse("customers", customers.to_string(), "1 to 100000000");
    }
    Ok(())
}

/// The error about a setting that is out of its range.
pub(super) fn refuse(
    setting: &'static str,
    value: String,
    allowed: &'static str,
) -> Result<(), SampleError> {
    Err(SampleError::Setting {
        setting,
        value,
        allowed,
    })
}

/// Creates the folder, or makes sure that it is empty.
pub(super) fn prepare(out: &Path) -> Result<(), SampleError> {
    let io = |source| SampleError::Io {
        path: out.to_owned(),
        source,
    };
    fs::create_dir_all(out).map_err(io)?;
    match fs::read_dir(out).map_err(io)?.next() {
        None => Ok(()),
        Some(_) => Err(SampleError::NotEmpty {
            path: out.to_owned(),
        }),
    }
}

impl World {
    fn new(settings: &SampleSettings) -> Self {
        let calendar = Calendar::new(settings.until);
        Self {
            seed: settings.seed,
            calendar,
            activities: activities::past(calendar.last),
            customers: settings.customers,
            id_width: if settings.customers > 9_999_999 { 8 } else { 7 },
        }
    }

    /// The customers of these neighbourhoods.
    fn people(&self, from: u64, to: u64) -> Vec<Person> {
        let people: Vec<Vec<Person>> = (from..to)
            .into_par_iter()
            .map(|neighbourhood| {
                let first = neighbourhood * NEIGHBOURHOOD;
                (first..self.customers)
                    .zip(Household::of_neighbourhood(self.seed, neighbourhood))
                    .map(|(index, household)| {
                        Person::new(
                            self.seed,
                            self.calendar.last,
                            self.id_width,
                            index,
                            household,
                        )
                    })
                    .collect()
            })
            .collect();
        people.into_iter().flatten().collect()
    }

    fn block<'a>(&self, people: &'a [Person]) -> Block<'a> {
        let approaches: Vec<Vec<Approach>> = people
            .par_iter()
            .map(|person| approaches::of(self.seed, self.calendar, &self.activities, person))
            .collect();
        let approaches = people
            .iter()
            .zip(approaches)
            .flat_map(|(person, all)| all.into_iter().map(move |approach| (person, approach)))
            .collect();
        Block { people, approaches }
    }

    /// One file per table and, for usage, per day.
    fn sinks(&self, days: u32, out: &Path) -> Result<Vec<Sink>, SampleError> {
        let last = self.calendar.last;
        let mut sinks = Vec::new();
        // Usage first: these are the longest pieces of work of a block.
        for day in last - days as i32 + 1..=last {
            let path = out.join(format!("usage/date={}/part-0.parquet", date_from_days(day)));
            sinks.push(self.sink(Table::Usage, day, &path)?);
        }
        for table in Table::ALL {
            if table != Table::Usage {
                let path = out.join(format!("{}.parquet", table.name()));
                sinks.push(self.sink(table, 0, &path)?);
            }
        }
        for sink in &mut sinks {
            if sink.table == Table::Suppressions {
                sink.writer.write(suppressions::registry_columns(last))?;
            }
        }
        Ok(sinks)
    }

    fn sink(&self, table: Table, day: i32, path: &Path) -> Result<Sink, SampleError> {
        let nobody = Block {
            people: &[],
            approaches: Vec::new(),
        };
        let writer = TableWriter::create(path, &self.columns(table, day, &nobody))?;
        Ok(Sink { table, day, writer })
    }

    /// A table's rows of these customers.
    fn columns(&self, table: Table, day: i32, block: &Block<'_>) -> Vec<Column> {
        let Self {
            seed,
            calendar,
            activities,
            ..
        } = self;
        let Block { people, approaches } = block;
        match table {
            Table::Customers => customers::columns(people),
            Table::Usage => usage::columns(*seed, calendar.last, day, people),
            Table::Preferences => preferences::columns(*seed, calendar.last, people),
            Table::Contacts => contacts::columns(activities, approaches),
            Table::Outcomes => outcomes::columns(activities, approaches),
            Table::Complaints => complaints::columns(*seed, *calendar, people),
            Table::Orders => orders::columns(*seed, *calendar, people),
            Table::Suppressions => suppressions::columns(*seed, calendar.last, people),
            Table::Packages => packages::columns(*seed, *calendar, people),
            Table::Moments => moments::columns(*seed, *calendar, people),
            Table::TruthCustomers => truth::customer_columns(people),
            Table::TruthResponses => truth::response_columns(activities, approaches),
        }
    }

    fn finish(
        &self,
        sinks: Vec<Sink>,
        effects: &[Effect],
        out: &Path,
    ) -> Result<SampleSummary, SampleError> {
        let mut rows = Table::ALL.map(|table| (table.name(), 0)).to_vec();
        let mut bytes = 0;
        let ends = sinks
            .into_par_iter()
            .map(|sink| Ok((sink.table, sink.writer.finish()?)))
            .collect::<Result<Vec<_>, SampleError>>()?;
        for (table, (table_rows, table_bytes)) in ends {
            rows[table as usize].1 += table_rows;
            bytes += table_bytes;
        }
        // Averages over all customers, known only now.
        let name = "truth/activities";
        let path = out.join(format!("{name}.parquet"));
        let averages = || truth::activity_columns(&self.activities, effects);
        let mut writer = TableWriter::create(&path, &averages())?;
        writer.write(averages())?;
        let (table_rows, table_bytes) = writer.finish()?;
        rows.push((name, table_rows));
        Ok(SampleSummary {
            rows,
            bytes: bytes + table_bytes,
        })
    }
}
