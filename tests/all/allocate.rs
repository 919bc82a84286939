//! `clubcall allocate`: the optimum, within every bound, for people who bring
//! their own scores.

use std::fs;

use polars::prelude::*;
use serde_json::Value;

use crate::support::frame::{self, shuffled};
use crate::support::workspace::ended;
use crate::support::{Ended, Table, Workspace};

/// Small problems of all kinds, each with the exact answer that an integer
/// programming solver found: its value, or that there is none, with the
/// smallest groups of constraints that cannot hold.
fn known() -> Vec<Value> {
    let path = concat!(
        env!("CARGO_MANIFEST_DIR"),
        "/tests/all/data/allocation.json"
    );
    serde_json::from_str(&fs::read_to_string(path).unwrap()).unwrap()
}

/// The candidates of a known problem.
fn candidates(columns: &Value) -> DataFrame {
    let columns = columns.as_object().unwrap().iter().map(|(name, values)| {
        let values = values.as_array().unwrap();
        if values.iter().any(Value::is_string) {
            let texts: Vec<&str> = values.iter().map(|value| value.as_str().unwrap()).collect();
            Column::new(name.as_str().into(), texts)
        } else {
            let numbers: Vec<Option<f64>> = values.iter().map(Value::as_f64).collect();
            Column::new(name.as_str().into(), numbers)
        }
    });
    DataFrame::new_infer_height(columns.collect()).unwrap()
}

fn allocate(workspace: &Workspace, out: &str) -> Ended {
    workspace.clubcall(&[
        "allocate",
        "--candidates",
        "candidates.parquet",
        "--problem",
        "problem.toml",
        "--out",
        out,
    ])
}

fn solution(workspace: &Workspace, out: &str) -> Value {
    let text = fs::read_to_string(workspace.path(&format!("{out}/solution.json"))).unwrap();
    serde_json::from_str(&text).unwrap()
}

#[test]
fn small_problems_are_solved_to_the_optimum_or_named_impossible() {
    let workspace = Workspace::empty();
    let (mut solved, mut impossible) = (0, 0);
    for (at, case) in known().iter().enumerate() {
        fs::write(
            workspace.path("problem.toml"),
            case["problem"].as_str().unwrap(),
        )
        .unwrap();
        frame::write(
            &workspace.path("candidates.parquet"),
            candidates(&case["candidates"]),
        );
        let ended = allocate(&workspace, &format!("out{at}"));
        if let Some(value) = case["expected"]["value"].as_f64() {
            assert_eq!(ended.code, 0, "{at}: {}", ended.stderr);
            let found = solution(&workspace, &format!("out{at}"));
            let apart = found["value"].as_f64().unwrap() - value;
            assert!(apart.abs() < 1e-6, "{at}: {apart} off {value}");
            assert!(found["bound"].as_f64().unwrap() >= value - 1e-6, "{at}");
            solved += 1;
        } else {
            assert_eq!(ended.code, 65, "{at}: {}", ended.stdout);
            assert!(
                !workspace.path(&format!("out{at}")).exists(),
                "{at}: something was written"
            );
            let groups = case["expected"]["smallest_groups"].as_array();
            if let Some(size) = groups.and_then(|groups| groups[0].as_array()).map(Vec::len) {
                let named = ended.stderr.matches("would have to give by").count();
                assert_eq!(named, size, "{at}: {}", ended.stderr);
            }
            impossible += 1;
        }
    }
    assert!(
        solved >= 40 && impossible >= 15,
        "{solved} and {impossible}"
    );
}

const PROBLEM: &str = r#"
[[activities]]
id = "film"
date = 2026-11-20
channel = "sms"
products = ["film"]
cost = 0.5
seats = 2

[[activities]]
id = "gym"
date = 2026-11-25
channel = "call"
products = ["health"]
cost = 2

[[constraints]]
name = "calls this month"
kind = "max_invitations"
channels = ["call"]
from = 2026-11-01
to = 2026-11-30
bound = 3

[[contact_rules]]
name = "one each"
max = 1
"#;

/// Ten customers who like film, more and more, and some of them the gym.
fn ten() -> DataFrame {
    let mut rows: (Vec<i64>, Vec<&str>, Vec<f64>, Vec<f64>) = Default::default();
    for customer in 0..10_i64 {
        for (activity, value) in [
            ("film", customer as f64),
            ("gym", 5.0 + 0.1 * customer as f64),
        ] {
            rows.0.push(100 + customer);
            rows.1.push(activity);
            rows.2.push(value);
            rows.3.push(0.5);
        }
    }
    df!("customer_id" => rows.0, "activity_id" => rows.1, "value" => rows.2, "probability" => rows.3).unwrap()
}

#[test]
fn assignments_decisions_and_prices_are_written_and_say_the_same() {
    let workspace = Workspace::empty();
    fs::write(workspace.path("problem.toml"), PROBLEM).unwrap();
    frame::write(&workspace.path("candidates.parquet"), ten());
    let ended = allocate(&workspace, "out");
    assert_eq!(ended.code, 0, "{}", ended.stderr);
    assert!(
        ended
            .stdout
            .contains("7 invitations from 20 candidates of 10 customers"),
        "{}",
        ended.stdout
    );
    assert!(
        ended
            .stdout
            .contains("one more of \"seats of film\" (expected responses) is worth"),
        "{}",
        ended.stdout
    );

    // Four may come by half a chance each to two seats; three are called, and
    // of those who like film least.
    let assignments = Table::read(&workspace.path("out/assignments.parquet"));
    let invited: Vec<(String, String)> = assignments
        .words("customer_id")
        .into_iter()
        .zip(assignments.words("activity_id"))
        .collect();
    let of = |activity: &str| -> Vec<&str> {
        invited
            .iter()
            .filter(|(_, to)| to == activity)
            .map(|(customer, _)| customer.as_str())
            .collect()
    };
    assert_eq!(of("film"), ["106", "107", "108", "109"]);
    assert_eq!(of("gym"), ["103", "104", "105"]);

    let decisions = Table::read(&workspace.path("out/decisions.parquet"));
    assert_eq!(decisions.len(), 20);
    let chosen: Vec<(String, String)> = (0..20)
        .filter(|row| decisions.words("decision")[*row] == "invited")
        .map(|row| {
            (
                decisions.words("customer_id")[row].clone(),
                decisions.words("activity_id")[row].clone(),
            )
        })
        .collect();
    assert_eq!(chosen, invited);
    let why = |customer: &str, activity: &str| {
        let row = (0..20).find(|row| {
            decisions.words("customer_id")[*row] == customer
                && decisions.words("activity_id")[*row] == activity
        });
        let row = row.unwrap();
        (
            decisions.words("reason")[row].clone(),
            decisions.texts("constraint")[row].clone(),
        )
    };
    assert_eq!(
        why("109", "gym"),
        ("contact_rule".into(), Some("one each".into()))
    );
    assert_eq!(
        why("101", "film"),
        ("constraint".into(), Some("seats of film".into()))
    );
    assert_eq!(why("100", "film").0, "no_value");

    let found = solution(&workspace, "out");
    assert_eq!(found["invitations"], 7);
    let value = found["value"].as_f64().unwrap();
    assert!(
        (value - (6.0 + 7.0 + 8.0 + 9.0 + 5.3 + 5.4 + 5.5)).abs() < 1e-9,
        "{value}"
    );
    assert_eq!(found["constraints"][0]["slack"], 0.0);
    assert_eq!(found["prices"].as_object().unwrap().len(), 2);
}

#[test]
fn the_order_of_rows_and_the_number_of_threads_change_nothing() {
    let workspace = Workspace::empty();
    let case = &known()[2];
    fs::write(
        workspace.path("problem.toml"),
        case["problem"].as_str().unwrap(),
    )
    .unwrap();
    let frame = candidates(&case["candidates"]);
    let mut found = Vec::new();
    for (seed, threads) in [(0, "1"), (7, "2"), (8, "4")] {
        let rows = if seed == 0 {
            frame.clone()
        } else {
            shuffled(&frame, seed)
        };
        frame::write(&workspace.path("candidates.parquet"), rows);
        let mut command = workspace.command();
        command
            .env("RAYON_NUM_THREADS", threads)
            .args(["allocate", "--out", "out"]);
        command.args([
            "--candidates",
            "candidates.parquet",
            "--problem",
            "problem.toml",
        ]);
        ended(&mut command).success();
        let bytes = |name: &str| fs::read(workspace.path(&format!("out/{name}.parquet"))).unwrap();
        found.push((bytes("assignments"), bytes("decisions")));
    }
    assert!(found[0] == found[1] && found[1] == found[2]);
}

#[test]
fn a_problem_file_is_told_all_its_faults_at_once() {
    let workspace = Workspace::empty();
    let text = PROBLEM.replace("from = 2026-11-01", "from = 3\nactivities = [\"fim\"]");
    fs::write(workspace.path("problem.toml"), text).unwrap();
    frame::write(&workspace.path("candidates.parquet"), ten());
    let ended = allocate(&workspace, "out").exits(64);
    insta::assert_snapshot!(ended.stderr, @r"
    error: problem.toml: 2 faults
      constraints[0].activities: unknown activity `fim`
        allowed: film, gym
        did you mean `film`?
      constraints[0]: the window has `3`
        allowed: dates, as the activities have
    ");
}

#[test]
fn a_set_of_activities_may_be_empty_but_it_is_said() {
    let workspace = Workspace::empty();
    let conflict = "[[conflicts]]\nfirst = { product = \"films\" }\nlag_days = 3";
    fs::write(
        workspace.path("problem.toml"),
        format!("{PROBLEM}\n{conflict}\n"),
    )
    .unwrap();
    frame::write(&workspace.path("candidates.parquet"), ten());
    let ended = allocate(&workspace, "out").success();
    insta::assert_snapshot!(ended.stderr, @r"
    note: problem.toml: conflicts[0].first.product: unknown product `films`
        allowed: film, health
        did you mean `film`?
    ");
}

#[test]
fn candidates_at_fault_are_counted_by_column_and_nothing_is_written() {
    let workspace = Workspace::empty();
    fs::write(workspace.path("problem.toml"), PROBLEM).unwrap();
    let frame = df!(
        "customer_id" => ["a", "a", "b", "c"],
        "activity_id" => ["film", "gim", "film", "gym"],
        "value" => [Some(1.0), None, Some(2.0), Some(f64::INFINITY)],
        "probability" => [0.5, 0.5, 1.5, 0.5],
    );
    frame::write(&workspace.path("candidates.parquet"), frame.unwrap());
    let ended = allocate(&workspace, "out");
    assert_eq!(ended.code, 65);
    insta::assert_snapshot!(ended.stderr, @r"
    error: --candidates: candidates.parquet:
      column value: 1 rows are empty
      column value: 1 rows are not allowed; allowed: finite numbers
      column probability: 1 rows are not allowed; allowed: 0 to 1
      column activity_id: 1 rows name activities that the problem has not, such as `gim`; did you mean `gym`?
      next: mend the file; nothing was written
    ");
    assert!(!workspace.path("out").exists());

    let twice = ten().vstack(&ten().head(Some(3))).unwrap();
    frame::write(&workspace.path("candidates.parquet"), twice);
    let ended = allocate(&workspace, "out");
    assert!(
        ended
            .stderr
            .contains("3 rows repeat a customer and activity"),
        "{}",
        ended.stderr
    );

    let without = ten().drop("value").unwrap();
    frame::write(&workspace.path("candidates.parquet"), without);
    let ended = allocate(&workspace, "out");
    assert!(
        ended
            .stderr
            .contains("has no column value; it has customer_id"),
        "{}",
        ended.stderr
    );

    fs::write(workspace.path("candidates.parquet"), "no Parquet").unwrap();
    let ended = allocate(&workspace, "out");
    assert_eq!(ended.code, 65);
    assert!(
        ended.stderr.contains("is no readable Parquet file"),
        "{}",
        ended.stderr
    );
}

#[test]
fn constraints_that_contradict_each_other_are_named_with_what_is_missing() {
    let workspace = Workspace::empty();
    let text = format!(
        "{PROBLEM}\n[[constraints]]\nname = \"fill the gym\"\nkind = \"min_invitations\"\nproducts = [\"health\"]\nbound = 5\n"
    );
    fs::write(workspace.path("problem.toml"), text).unwrap();
    frame::write(&workspace.path("candidates.parquet"), ten());
    let ended = allocate(&workspace, "out");
    assert_eq!(ended.code, 65);
    insta::assert_snapshot!(ended.stderr, @r"
    error: problem.toml: these 2 constraints cannot hold together, though any fewer of them can:
      calls this month: at most 3 invitations
          would have to give by 2
      fill the gym: at least 5 invitations
          would have to give by 2
      next: change one of them by that much, or give it a price (`soft`)
      nothing was written
    ");
    assert!(!workspace.path("out").exists());
}
