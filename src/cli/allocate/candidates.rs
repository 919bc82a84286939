//! The candidates file: read row group by row group, in parallel, into offers
//! in a fixed order whatever the order of rows.

use std::collections::HashMap;
use std::fs::File;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::path::Path;
use std::sync::Arc;

use arrow_array::{Array, ArrayRef, Float64Array, RecordBatch, StringArray};
use parquet::arrow::ProjectionMask;
use parquet::arrow::arrow_reader::{
    ArrowReaderMetadata, ArrowReaderOptions, ParquetRecordBatchReaderBuilder,
};
use rayon::prelude::*;

use super::super::{Exit, Failure};
use super::columns::{numbers, text};
use super::interner::Interner;
use super::problem_file::Stated;
use crate::allocation::{Costs, Offers};
use crate::domain::nearest;
use crate::watch::grouped;

/// Candidates as offers, and the ids of the customers that they name.
#[derive(Debug)]
pub(super) struct Candidates {
    pub(super) offers: Offers,
    /// By the number that offers have.
    pub(super) customers: Arc<Vec<String>>,
}

const REQUIRED: [&str; 4] = ["customer_id", "activity_id", "value", "probability"];
const OPTIONAL: [&str; 2] = ["contact_unit", "cost"];
const BATCH_ROWS: usize = 65_536;

pub(super) fn read(path: &Path, stated: &Stated) -> Result<Candidates, Failure> {
    let file = File::open(path).map_err(|error| {
        Failure::new(
            Exit::NoInput,
            format!("--candidates: cannot read {}: {error}", path.display()),
        )
    })?;
    // Readers of corrupt files may panic.
    let read = catch_unwind(AssertUnwindSafe(|| {
        Reading::new(path, &file, stated)?.all()
    }));
    read.unwrap_or_else(|_| Err(unreadable(path)))
}

fn unreadable(path: &Path) -> Failure {
    let said = format!(
        "--candidates: {} is no readable Parquet file",
        path.display()
    );
    Failure::new(Exit::Data, said)
}

/// What is needed while the file is read.
struct Reading<'a> {
    path: &'a Path,
    metadata: ArrowReaderMetadata,
    columns: ProjectionMask,
    activities: HashMap<&'a str, u16>,
    cost: &'a [f64],
    customers: Interner,
    units: Option<Interner>,
    costs: bool,
}

/// The columns of a row group; ids as numbers in order of appearance.
#[derive(Default)]
struct Part {
    customer: Vec<u32>,
    unit: Vec<u32>,
    activity: Vec<u16>,
    value: Vec<f64>,
    probability: Vec<f64>,
    cost: Vec<f64>,
    faults: Faults,
}

/// Rows at fault, by what is wrong.
#[derive(Default, Clone)]
struct Faults {
    empty: [u64; 6],
    value: u64,
    probability: u64,
    cost: u64,
    unknown: u64,
    /// Some of the unknown activities.
    examples: Vec<String>,
}

impl<'a> Reading<'a> {
    fn new(path: &'a Path, file: &'a File, stated: &'a Stated) -> Result<Self, Failure> {
        // Parquet's own types are few; those that writers noted beside them are
        // many.
        let options = ArrowReaderOptions::new().with_skip_arrow_metadata(true);
        let metadata = ArrowReaderMetadata::load(file, options).map_err(|_| unreadable(path))?;
        let there: Vec<&str> = metadata
            .schema()
            .fields()
            .iter()
            .map(|field| field.name().as_str())
            .collect();
        let missing: Vec<&str> = REQUIRED
            .into_iter()
            .filter(|name| !there.contains(name))
            .collect();
        if !missing.is_empty() {
            return Err(Failure::new(
                Exit::Data,
                format!(
                    "--candidates: {} has no column {}; it has {}\n  next: rename or add it",
                    path.display(),
                    missing.join(", "),
                    there.join(", ")
                ),
            ));
        }
        let wanted: Vec<&str> = REQUIRED
            .into_iter()
            .chain(OPTIONAL)
            .filter(|name| there.contains(name))
            .collect();
        Ok(Self {
            path,
            columns: ProjectionMask::columns(metadata.parquet_schema(), wanted.iter().copied()),
            metadata,
            activities: (0_u16..)
                .zip(&stated.offered)
                .map(|(at, activity)| (activity.id.as_str(), at))
                .collect(),
            cost: &stated.cost,
            customers: Interner::new(),
            units: wanted.contains(&"contact_unit").then(Interner::new),
            costs: wanted.contains(&"cost"),
        })
    }

    fn all(self) -> Result<Candidates, Failure> {
        let groups = self.metadata.metadata().num_row_groups();
        let rows: i64 = self.metadata.metadata().file_metadata().num_rows();
        if u32::try_from(rows).is_err() {
            return Err(self.fault(vec![format!("{rows} rows are more than 4 billion")]));
        }
        let parts: Vec<Part> = (0..groups)
            .into_par_iter()
            .map(|group| self.group(group))
            .collect::<Result<_, _>>()?;
        self.check(&parts)?;
        let (customers, customer_rank) = self.customers.sorted();
        let mut unit_of = Vec::new();
        if let Some(units) = &self.units {
            let (_, unit_rank) = units.sorted();
            unit_of = vec![u32::MAX; customers.len()];
            let mut split = vec![false; customers.len()];
            for part in &parts {
                for (customer, unit) in part.customer.iter().zip(&part.unit) {
                    let customer = customer_rank[*customer as usize] as usize;
                    let unit = unit_rank[*unit as usize];
                    split[customer] |= unit_of[customer] != u32::MAX && unit_of[customer] != unit;
                    unit_of[customer] = unit;
                }
            }
            let split = split.iter().filter(|split| **split).count();
            if split > 0 {
                return Err(self.fault(vec![format!(
                    "column contact_unit: {} customers are in more than one unit",
                    grouped(split as u64)
                )]));
            }
        }
        let (offers, repeated) = self.sorted(&parts, &customer_rank, &unit_of, customers.len());
        if repeated > 0 {
            return Err(self.fault(vec![format!(
                "{} rows repeat a customer and activity; keep one of each",
                grouped(repeated)
            )]));
        }
        Ok(Candidates {
            offers,
            customers: Arc::new(customers),
        })
    }

    fn group(&self, group: usize) -> Result<Part, Failure> {
        // Threads must not share a file's position, as clones of one would.
        let file = File::open(self.path).map_err(|_| unreadable(self.path))?;
        let reader =
            ParquetRecordBatchReaderBuilder::new_with_metadata(file, self.metadata.clone())
                .with_row_groups(vec![group])
                .with_projection(self.columns.clone())
                .with_batch_size(BATCH_ROWS)
                .build()
                .map_err(|_| unreadable(self.path))?;
        let mut part = Part::default();
        for batch in reader {
            let batch = batch.map_err(|_| unreadable(self.path))?;
            self.batch(&batch, &mut part)?;
        }
        Ok(part)
    }

    fn batch(&self, batch: &RecordBatch, part: &mut Part) -> Result<(), Failure> {
        let customer = self.text(batch, "customer_id")?;
        let activity = self.text(batch, "activity_id")?;
        ids(
            &customer,
            &self.customers,
            &mut part.customer,
            &mut part.faults.empty[0],
        );
        let mut last: Option<(&str, u16)> = None;
        for id in &activity {
            let Some(id) = id else {
                part.faults.empty[1] += 1;
                part.activity.push(0);
                continue;
            };
            let known = match last {
                Some((same, at)) if same == id => Some(at),
                _ => self.activities.get(id).copied(),
            };
            if let Some(at) = known {
                last = Some((id, at));
                part.activity.push(at);
            } else {
                part.faults.unknown += 1;
                if part.faults.examples.len() < 3
                    && !part.faults.examples.iter().any(|other| other == id)
                {
                    part.faults.examples.push(id.to_owned());
                }
                part.activity.push(0);
            }
        }
        let [mut bad_value, mut bad_probability, mut bad_cost] = [0; 3];
        let value = self.numbers(batch, "value")?;
        add(
            &value,
            &mut part.value,
            &mut part.faults.empty[2],
            |value| {
                bad_value += u64::from(!value.is_finite());
            },
        );
        let probability = self.numbers(batch, "probability")?;
        add(
            &probability,
            &mut part.probability,
            &mut part.faults.empty[3],
            |probability| {
                bad_probability += u64::from(!(0.0..=1.0).contains(&probability));
            },
        );
        if let Some(units) = &self.units {
            let unit = self.text(batch, "contact_unit")?;
            ids(&unit, units, &mut part.unit, &mut part.faults.empty[4]);
        }
        if self.costs {
            let from = part.cost.len();
            let cost = self.numbers(batch, "cost")?;
            let mut absent = 0;
            add(&cost, &mut part.cost, &mut absent, |cost| {
                bad_cost += u64::from(!(cost.is_finite() && cost >= 0.0));
            });
            // Without a cost of its own a candidate has its activity's.
            for (at, cost) in part.cost[from..].iter_mut().enumerate() {
                if cost.is_nan() {
                    *cost = self.cost[usize::from(part.activity[from + at])];
                }
            }
        }
        part.faults.value += bad_value;
        part.faults.probability += bad_probability;
        part.faults.cost += bad_cost;
        Ok(())
    }

    fn column<'b>(&self, batch: &'b RecordBatch, name: &str) -> Result<&'b ArrayRef, Failure> {
        batch
            .column_by_name(name)
            .ok_or_else(|| unreadable(self.path))
    }

    fn text(&self, batch: &RecordBatch, name: &str) -> Result<StringArray, Failure> {
        let column = self.column(batch, name)?;
        text(column).ok_or_else(|| self.wrong_type(name, column, "text or whole numbers"))
    }

    fn numbers(&self, batch: &RecordBatch, name: &str) -> Result<Float64Array, Failure> {
        let column = self.column(batch, name)?;
        numbers(column).ok_or_else(|| self.wrong_type(name, column, "numbers"))
    }

    fn wrong_type(&self, name: &str, column: &ArrayRef, allowed: &str) -> Failure {
        self.fault(vec![format!(
            "column {name} is of type {}; allowed: {allowed}",
            column.data_type()
        )])
    }

    fn check(&self, parts: &[Part]) -> Result<(), Failure> {
        let mut all = Faults::default();
        for part in parts {
            for (to, from) in all.empty.iter_mut().zip(part.faults.empty) {
                *to += from;
            }
            all.value += part.faults.value;
            all.probability += part.faults.probability;
            all.cost += part.faults.cost;
            all.unknown += part.faults.unknown;
            all.examples.extend(part.faults.examples.iter().cloned());
        }
        let mut faults = Vec::new();
        for (name, empty) in REQUIRED.into_iter().chain(OPTIONAL).zip(all.empty) {
            if empty > 0 {
                faults.push(format!("column {name}: {} rows are empty", grouped(empty)));
            }
        }
        for (name, wrong, allowed) in [
            ("value", all.value, "finite numbers"),
            ("probability", all.probability, "0 to 1"),
            ("cost", all.cost, "0 or more"),
        ] {
            if wrong > 0 {
                faults.push(format!(
                    "column {name}: {} rows are not allowed; allowed: {allowed}",
                    grouped(wrong)
                ));
            }
        }
        if all.unknown > 0 {
            let known: Vec<&str> = self.activities.keys().copied().collect();
            all.examples.sort();
            all.examples.dedup();
            let example = &all.examples[0];
            let meant = nearest(example, &known)
                .map_or(String::new(), |name| format!("; did you mean `{name}`?"));
            faults.push(format!(
                "column activity_id: {} rows name activities that the problem has not, such as `{example}`{meant}",
                grouped(all.unknown)
            ));
        }
        if faults.is_empty() {
            Ok(())
        } else {
            Err(self.fault(faults))
        }
    }

    fn fault(&self, faults: Vec<String>) -> Failure {
        let told: Vec<String> = faults.iter().map(|fault| format!("\n  {fault}")).collect();
        Failure::new(
            Exit::Data,
            format!(
                "--candidates: {}:{}\n  next: mend the file; nothing was written",
                self.path.display(),
                told.concat()
            ),
        )
    }

    /// The offers in order of (unit, customer, activity), and how many repeat
    /// a customer and activity.
    fn sorted(
        &self,
        parts: &[Part],
        rank: &[u32],
        unit_of: &[u32],
        customers: usize,
    ) -> (Offers, u64) {
        // Customers in order of their units; alone, each is a unit.
        let mut order: Vec<u32> = (0..customers as u32).collect();
        if !unit_of.is_empty() {
            order.sort_by_key(|&customer| (unit_of[customer as usize], customer));
        }
        let mut counts = vec![0_u32; customers];
        for customer in parts.iter().flat_map(|part| &part.customer) {
            counts[rank[*customer as usize] as usize] += 1;
        }
        let mut next = vec![0_u32; customers];
        let mut starts = Vec::new();
        let mut at = 0;
        let mut before = None;
        for &customer in &order {
            let unit = unit_of.get(customer as usize).copied().unwrap_or(customer);
            if before != Some(unit) {
                starts.push(at);
                before = Some(unit);
            }
            next[customer as usize] = at;
            at += counts[customer as usize];
        }
        starts.push(at);
        let rows = at as usize;
        let mut offers = Offers {
            starts,
            customer: vec![0; rows],
            activity: vec![0; rows],
            value: vec![0.0; rows],
            probability: vec![0.0; rows],
            cost: if self.costs {
                Costs::PerOffer(vec![0.0; rows])
            } else {
                Costs::PerActivity(self.cost.to_vec())
            },
        };
        for part in parts {
            for (row, customer) in part.customer.iter().enumerate() {
                let customer = rank[*customer as usize];
                let to = next[customer as usize] as usize;
                next[customer as usize] += 1;
                offers.customer[to] = customer;
                offers.activity[to] = part.activity[row];
                offers.value[to] = part.value[row];
                offers.probability[to] = part.probability[row];
                if let Costs::PerOffer(cost) = &mut offers.cost {
                    cost[to] = part.cost[row];
                }
            }
        }
        let mut repeated = 0;
        let mut end = 0;
        for &customer in &order {
            let range = end..end + counts[customer as usize] as usize;
            end = range.end;
            by_activity(&mut offers, range.clone());
            repeated += offers.activity[range]
                .windows(2)
                .filter(|pair| pair[0] == pair[1])
                .count() as u64;
        }
        (offers, repeated)
    }
}

/// Sorts a customer's offers by activity.
fn by_activity(offers: &mut Offers, range: std::ops::Range<usize>) {
    if offers.activity[range.clone()].is_sorted() {
        return;
    }
    let mut order: Vec<usize> = range.clone().collect();
    order.sort_by_key(|&offer| offers.activity[offer]);
    fn reorder<T: Copy>(values: &mut [T], start: usize, order: &[usize]) {
        let sorted: Vec<T> = order.iter().map(|&from| values[from]).collect();
        values[start..start + sorted.len()].copy_from_slice(&sorted);
    }
    reorder(&mut offers.activity, range.start, &order);
    reorder(&mut offers.value, range.start, &order);
    reorder(&mut offers.probability, range.start, &order);
    if let Costs::PerOffer(cost) = &mut offers.cost {
        reorder(cost, range.start, &order);
    }
}

fn ids(column: &StringArray, interner: &Interner, to: &mut Vec<u32>, empty: &mut u64) {
    let mut last: Option<(&str, u32)> = None;
    for id in column {
        let id = id.unwrap_or_else(|| {
            *empty += 1;
            ""
        });
        // Rows of a customer mostly stand together.
        let number = match last {
            Some((same, number)) if same == id => number,
            _ => interner.number(id),
        };
        last = Some((id, number));
        to.push(number);
    }
}

fn add(column: &Float64Array, to: &mut Vec<f64>, empty: &mut u64, mut check: impl FnMut(f64)) {
    for number in column {
        match number {
            Some(number) => check(number),
            None => *empty += 1,
        }
        to.push(number.unwrap_or(f64::NAN));
    }
}
