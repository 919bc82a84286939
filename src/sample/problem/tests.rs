use std::collections::{BTreeMap, BTreeSet};
use std::fs::{self, File};
use std::path::Path;

use arrow_array::cast::AsArray;
use arrow_array::types::Float64Type;
use parquet::arrow::arrow_reader::ParquetRecordBatchReaderBuilder;
use toml::{Table, Value};

use super::*;
use crate::sample::SampleError;

fn settings() -> ProblemSettings {
    ProblemSettings {
        customers: 1_500,
        activities: 50,
        share: 0.12,
        seed: 1,
        seats: false,
        households: false,
    }
}

fn write(settings: &ProblemSettings, out: &Path, threads: usize) {
    rayon::ThreadPoolBuilder::new()
        .num_threads(threads)
        .build()
        .unwrap()
        .install(|| write_problem(settings, out, &mut |_| {}))
        .unwrap();
}

/// A problem as its files tell it, read without the code that wrote it.
struct Problem {
    document: Table,
    /// By id.
    activities: BTreeMap<String, Table>,
    rows: Vec<Row>,
    /// Places of the planted choice among the rows.
    planted: Vec<usize>,
}

#[derive(Debug, Clone, PartialEq)]
struct Row {
    customer: String,
    activity: String,
    value: f64,
    probability: f64,
    unit: String,
}

impl Problem {
    fn of(settings: &ProblemSettings) -> Self {
        let folder = tempfile::tempdir().unwrap();
        let out = folder.path().join("problem");
        write(settings, &out, 2);
        let rows = rows(&out.join("candidates.parquet"));
        let places: BTreeMap<(&str, &str), usize> = rows
            .iter()
            .enumerate()
            .map(|(at, row)| ((row.customer.as_str(), row.activity.as_str()), at))
            .collect();
        assert_eq!(places.len(), rows.len(), "a candidate is there twice");
        let planted = rows_of_pairs(&out.join("planted/assignments.parquet"))
            .iter()
            .map(|(customer, activity)| places[&(customer.as_str(), activity.as_str())])
            .collect();
        let document = fs::read_to_string(out.join("problem.toml")).unwrap();
        let document: Table = document.parse().unwrap();
        let activities = document["activities"].as_array().unwrap().iter();
        let activities = activities.map(|activity| {
            let activity = activity.as_table().unwrap().clone();
            (text(&activity, "id").to_owned(), activity)
        });
        Self {
            activities: activities.collect(),
            document,
            planted,
            rows,
        }
    }

    fn tables(&self, name: &str) -> Vec<&Table> {
        let tables = self.document[name].as_array().unwrap();
        tables
            .iter()
            .map(|table| table.as_table().unwrap())
            .collect()
    }

    /// What the chosen rows use of a constraint.
    fn used(&self, constraint: &Table, chosen: &[usize]) -> f64 {
        let used = chosen.iter().map(|&at| &self.rows[at]).filter_map(|row| {
            let activity = &self.activities[&row.activity];
            holds(constraint, activity).then(|| match text(constraint, "kind") {
                "budget" => number(&activity["cost"]),
                "min_responses" | "max_responses" => row.probability,
                _ => 1.0,
            })
        });
        used.sum()
    }

    /// The constraints and seats that the chosen rows break.
    fn broken(&self, chosen: &[usize]) -> Vec<String> {
        let mut broken = Vec::new();
        for constraint in self.tables("constraints") {
            let (used, bound) = (self.used(constraint, chosen), number(&constraint["bound"]));
            let kept = if text(constraint, "kind").starts_with("min") {
                used >= bound
            } else {
                used <= bound
            };
            if !kept {
                broken.push(text(constraint, "name").to_owned());
            }
        }
        for activity in self.tables("activities") {
            let id = text(activity, "id");
            let coming: f64 = chosen
                .iter()
                .filter(|&&at| self.rows[at].activity == id)
                .map(|&at| self.rows[at].probability)
                .sum();
            if activity
                .get("seats")
                .is_some_and(|seats| coming > number(seats))
            {
                broken.push(format!("seats of {id}"));
            }
        }
        broken
    }

    fn conflict(&self, one: &Row, other: &Row) -> bool {
        let (first, second) = (
            &self.activities[&one.activity],
            &self.activities[&other.activity],
        );
        let later = whole(&second["day"]) - whole(&first["day"]);
        self.tables("conflicts").iter().any(|rule| {
            is_of(rule["first"].as_table().unwrap(), first)
                && is_of(rule["second"].as_table().unwrap(), second)
                && (0..=whole(&rule["lag_days"])).contains(&later)
        })
    }
}

fn text<'a>(table: &'a Table, key: &str) -> &'a str {
    table[key].as_str().unwrap()
}

fn whole(value: &Value) -> i64 {
    value.as_integer().unwrap()
}

fn number(value: &Value) -> f64 {
    value.as_float().unwrap_or_else(|| whole(value) as f64)
}

fn texts(value: &Value) -> BTreeSet<&str> {
    value
        .as_array()
        .unwrap()
        .iter()
        .map(|text| text.as_str().unwrap())
        .collect()
}

/// Whether a constraint's set has the activity.
fn holds(constraint: &Table, activity: &Table) -> bool {
    let day = whole(&activity["day"]);
    let any = |key: &str, own: BTreeSet<&str>| {
        constraint
            .get(key)
            .is_none_or(|names| !texts(names).is_disjoint(&own))
    };
    any("channels", [text(activity, "channel")].into())
        && any("products", texts(&activity["products"]))
        && constraint.get("from").is_none_or(|from| day >= whole(from))
        && constraint.get("to").is_none_or(|to| day <= whole(to))
}

/// Whether a side of a conflict is about the activity.
fn is_of(side: &Table, activity: &Table) -> bool {
    side.get("channel")
        .is_none_or(|channel| *channel == activity["channel"])
        && side
            .get("product")
            .is_none_or(|product| texts(&activity["products"]).contains(product.as_str().unwrap()))
}

fn rows(path: &Path) -> Vec<Row> {
    let reader = ParquetRecordBatchReaderBuilder::try_new(File::open(path).unwrap()).unwrap();
    let mut rows = Vec::new();
    for batch in reader.build().unwrap() {
        let batch = batch.unwrap();
        let column = |name: &str| batch.column_by_name(name).unwrap();
        let customers = column("customer_id").as_string::<i32>();
        let units = batch
            .column_by_name("contact_unit")
            .map(|units| units.as_string::<i32>());
        for at in 0..batch.num_rows() {
            rows.push(Row {
                customer: customers.value(at).to_owned(),
                activity: column("activity_id")
                    .as_string::<i32>()
                    .value(at)
                    .to_owned(),
                value: column("value").as_primitive::<Float64Type>().value(at),
                probability: column("probability")
                    .as_primitive::<Float64Type>()
                    .value(at),
                unit: units.unwrap_or(customers).value(at).to_owned(),
            });
        }
    }
    rows
}

fn rows_of_pairs(path: &Path) -> Vec<(String, String)> {
    let reader = ParquetRecordBatchReaderBuilder::try_new(File::open(path).unwrap()).unwrap();
    let batches = reader.build().unwrap().map(Result::unwrap);
    let pairs = batches.flat_map(|batch| {
        let text =
            |column: usize, at: usize| batch.column(column).as_string::<i32>().value(at).to_owned();
        (0..batch.num_rows())
            .map(|at| (text(0, at), text(1, at)))
            .collect::<Vec<_>>()
    });
    pairs.collect()
}

#[test]
fn the_same_seed_gives_the_same_bytes_on_any_number_of_threads() {
    let folder = tempfile::tempdir().unwrap();
    let paths = ["one", "two", "other"].map(|name| folder.path().join(name));
    let settings = ProblemSettings {
        seats: true,
        ..settings()
    };
    write(&settings, &paths[0], 1);
    write(&settings, &paths[1], 2);
    write(
        &ProblemSettings {
            seed: 2,
            ..settings
        },
        &paths[2],
        2,
    );
    for name in [
        "candidates.parquet",
        "planted/assignments.parquet",
        "problem.toml",
    ] {
        let [one, two, other] = paths
            .each_ref()
            .map(|path| fs::read(path.join(name)).unwrap());
        assert!(one == two, "{name} depends on threads");
        assert!(one != other, "{name} does not depend on the seed");
    }
    let activities = |path: &Path| {
        let page = fs::read_to_string(path.join("problem.toml")).unwrap();
        page.split("[[constraints]]").next().unwrap().to_owned()
    };
    assert_ne!(activities(&paths[0]), activities(&paths[2]));
}

#[test]
fn the_first_customers_stay_when_more_are_asked_for() {
    let few = Problem::of(&ProblemSettings {
        customers: 70,
        ..settings()
    });
    let more = Problem::of(&settings());
    assert_eq!(few.rows[..], more.rows[..few.rows.len()]);
    assert!(more.rows[few.rows.len()].customer.as_str() > "C0000070");
}

#[test]
fn the_share_is_as_asked_and_customers_differ() {
    for share in [0.05, 0.15] {
        let problem = Problem::of(&ProblemSettings {
            customers: 4_000,
            share,
            ..settings()
        });
        let found = problem.rows.len() as f64 / (4_000.0 * 50.0);
        assert!((found / share - 1.0).abs() < 0.05, "{share}: {found}");
        let mut counts: BTreeMap<&str, usize> = BTreeMap::new();
        for row in &problem.rows {
            *counts.entry(&row.customer).or_default() += 1;
            assert!((0.0..=1.0).contains(&row.probability));
        }
        let mean = problem.rows.len() / 4_000;
        let keen = counts.values().filter(|count| **count >= 2 * mean).count();
        assert!(
            (100..1_500).contains(&keen),
            "{keen} have twice the mean {mean}"
        );
        let worth = problem.rows.iter().filter(|row| row.value > 0.0).count();
        assert!(worth > problem.rows.len() / 2 && worth < problem.rows.len());
    }
}

#[test]
fn a_problem_has_the_promised_constraints() {
    let problem = Problem::of(&ProblemSettings {
        activities: 100,
        ..settings()
    });
    let mut kinds: BTreeMap<&str, usize> = BTreeMap::new();
    for constraint in problem.tables("constraints") {
        *kinds.entry(text(constraint, "kind")).or_default() += 1;
        let activities = problem.tables("activities");
        assert!(
            activities
                .iter()
                .filter(|activity| holds(constraint, activity))
                .count()
                > 1
        );
    }
    let promised = [
        ("budget", 2),
        ("max_invitations", 2),
        ("max_responses", 1),
        ("min_invitations", 2),
        ("min_responses", 1),
    ];
    assert_eq!(kinds, promised.into());
    let rules = problem.tables("contact_rules");
    assert_eq!(rules.len(), 1);
    assert_eq!(
        (&rules[0]["max"], &rules[0]["from"], &rules[0]["to"]),
        (&3.into(), &0.into(), &179.into())
    );
    let conflicts = problem.tables("conflicts");
    assert_eq!(conflicts.len(), 8);
    assert!(
        conflicts
            .iter()
            .all(|rule| (70..=90).contains(&whole(&rule["lag_days"])))
    );
    let days = problem
        .tables("activities")
        .into_iter()
        .map(|activity| whole(&activity["day"]));
    assert!(days.clone().is_sorted() && days.clone().all(|day| (0..180).contains(&day)));
    assert!(
        problem
            .tables("activities")
            .iter()
            .all(|activity| activity.get("seats").is_none())
    );
}

#[test]
fn the_planted_choice_keeps_every_rule() {
    for (seed, seats, households) in [(1, false, false), (2, true, true), (3, true, false)] {
        let problem = Problem::of(&ProblemSettings {
            seed,
            seats,
            households,
            ..settings()
        });
        let seated = problem
            .tables("activities")
            .iter()
            .filter(|a| a.contains_key("seats"))
            .count();
        assert_eq!(seated, if seats { 5 } else { 0 });
        assert!(problem.planted.len() > 1_000);
        assert_eq!(problem.broken(&problem.planted), Vec::<String>::new());
        let mut contacts: BTreeMap<&str, usize> = BTreeMap::new();
        let mut of_customer: BTreeMap<&str, Vec<&Row>> = BTreeMap::new();
        for row in problem.planted.iter().map(|&at| &problem.rows[at]) {
            *contacts.entry(&row.unit).or_default() += 1;
            of_customer.entry(&row.customer).or_default().push(row);
        }
        assert!(contacts.values().all(|count| *count <= 3));
        assert_eq!(households, contacts.len() < of_customer.len());
        for rows in of_customer.values() {
            for (at, one) in rows.iter().enumerate() {
                for other in &rows[at + 1..] {
                    assert!(!problem.conflict(one, other) && !problem.conflict(other, one));
                }
            }
        }
    }
}

#[test]
fn without_the_bounds_customers_would_take_what_they_forbid() {
    let problem = Problem::of(&ProblemSettings {
        seats: true,
        ..settings()
    });
    // The three best of each customer.
    let mut best: BTreeMap<&str, Vec<usize>> = BTreeMap::new();
    for (at, row) in problem.rows.iter().enumerate() {
        best.entry(&row.customer).or_default().push(at);
    }
    let mut wanted = Vec::new();
    for mut rows in best.into_values() {
        rows.retain(|&at| problem.rows[at].value > 0.0);
        rows.sort_by(|&a, &b| problem.rows[b].value.total_cmp(&problem.rows[a].value));
        wanted.extend(rows.into_iter().take(3));
    }
    let broken = problem.broken(&wanted);
    let limits = 8 + 5;
    assert!(broken.len() >= limits - 2, "only {broken:?}");
    for constraint in problem.tables("constraints") {
        if text(constraint, "kind") == "budget" {
            let share = number(&constraint["bound"]) / problem.used(constraint, &wanted);
            assert!(
                (0.3..0.8).contains(&share),
                "{share} of what would be spent"
            );
        }
    }
}

#[test]
fn settings_out_of_range_are_refused_and_nothing_is_written() {
    let folder = tempfile::tempdir().unwrap();
    let out = folder.path().join("problem");
    let attempt = |settings: &ProblemSettings| write_problem(settings, &out, &mut |_| {});
    for (settings, said) in [
        (
            ProblemSettings {
                share: 0.0,
                ..settings()
            },
            "share is 0; allowed: 0.001 to 0.9",
        ),
        (
            ProblemSettings {
                activities: 1,
                ..settings()
            },
            "activities is 1; allowed: 2 to 2000",
        ),
        (
            ProblemSettings {
                customers: 0,
                ..settings()
            },
            "customers is 0; allowed: 1 to 100000000",
        ),
    ] {
        let error = attempt(&settings).unwrap_err();
        assert!(matches!(error, SampleError::Setting { .. }));
        assert_eq!(error.to_string(), said);
    }
    assert!(!out.exists());
}

#[test]
fn the_smallest_problem_is_written() {
    let problem = Problem::of(&ProblemSettings {
        customers: 1,
        activities: 2,
        share: 0.9,
        ..settings()
    });
    assert_eq!(problem.broken(&problem.planted), Vec::<String>::new());
}
