//! Lift is measured as it was planted.

use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;

use clubcall::measure::{Experiment, measure};
use polars::prelude::*;
use rand::{Rng, SeedableRng};
use rand_xoshiro::Xoshiro256Plus;
use serde_json::Value;

use crate::support::frame::{self, shuffled};
use crate::support::{Table, Workspace, history, sample};

/// The chances of a response of one activity's customers, with and without a
/// contact, by activity: what `clubcall sample` planted.
fn planted_chances(sample: &Path) -> BTreeMap<String, Vec<(f64, f64)>> {
    let truth = Table::read(&sample.join("truth/responses.parquet"));
    let (with, without) = (
        truth.numbers("probability_contacted"),
        truth.numbers("probability_control"),
    );
    let mut chances: BTreeMap<String, Vec<(f64, f64)>> = BTreeMap::new();
    for (row, activity) in truth.words("activity_id").into_iter().enumerate() {
        chances
            .entry(activity)
            .or_default()
            .push((with[row], without[row]));
    }
    chances
}

/// What 1,000 simulated campaigns show. Each is one of the sample's past
/// activities, the customers drawn into arms and their responses drawn anew.
#[derive(Debug, Default)]
struct Shown {
    /// Campaigns with enough in both arms to tell a lift by.
    told: f64,
    /// Of these, how many intervals hold the true effect.
    covered: f64,
    /// Campaigns whose sizes of arms have a p-value below 0.05, and those that
    /// are flagged.
    below_five: f64,
    flagged: f64,
}

/// `worth` draws what a response is worth; `mean_worth` is its mean. Campaigns
/// go to `times` customers like each of the sample's.
fn simulated(
    sample: &Path,
    seed: u64,
    worth: fn(&mut Xoshiro256Plus) -> f64,
    mean_worth: f64,
    times: usize,
) -> Shown {
    let chances = planted_chances(sample);
    let rng = &mut Xoshiro256Plus::seed_from_u64(seed);
    let mut shown = Shown::default();
    for customers in chances.values().cycle().take(1_000) {
        let mut experiment = Experiment {
            arms: vec!["control".to_owned(), "contacted".to_owned()],
            planned: Some(vec![0.1, 0.9]),
            ..Experiment::default()
        };
        for &(with, without) in customers
            .iter()
            .flat_map(|chance| std::iter::repeat_n(chance, times))
        {
            let contacted = rng.gen_bool(0.9);
            let responded = rng.gen_bool(if contacted { with } else { without });
            experiment.arm.push(u16::from(contacted));
            experiment
                .response
                .push(if responded { worth(rng) } else { 0.0 });
        }
        let effects = customers.iter().map(|(with, without)| with - without);
        let truth = mean_worth * effects.sum::<f64>() / customers.len() as f64;
        let found = measure(&experiment);
        let sizes = found.sample_ratio.unwrap();
        shown.below_five += f64::from(u8::from(sizes.p < 0.05));
        shown.flagged += f64::from(u8::from(sizes.mismatch));
        let comparison = &found.comparisons[0];
        if let Some(lift) = comparison.lift.filter(|_| !comparison.few_values) {
            shown.told += 1.0;
            shown.covered += f64::from(u8::from(lift.absolute.covers(truth)));
        }
    }
    println!("{shown:?}");
    shown
}

#[test]
fn intervals_cover_the_samples_true_effects_in_95_of_100_campaigns() {
    let shown = simulated(sample::large(), 2026, |_| 1.0, 1.0, 1);
    assert!(shown.told > 990.0, "{shown:?}");
    let covered = shown.covered / shown.told;
    assert!((0.93..=0.97).contains(&covered), "{shown:?}");
    // True draws: 5 % are to be below 0.05 (three standard deviations of a
    // thousand are 2 points), 0.1 % are to be flagged.
    assert!((30.0..=70.0).contains(&shown.below_five), "{shown:?}");
    assert!(shown.flagged <= 5.0, "{shown:?}");
}

#[test]
fn intervals_of_values_cover_the_samples_true_effects() {
    // Values are told where each arm has ten other than 0.
    let worth = |rng: &mut Xoshiro256Plus| rng.gen_range(5.0..31.0);
    let shown = simulated(sample::eventful(), 2027, worth, 18.0, 8);
    assert!(shown.told > 500.0, "{shown:?}");
    let covered = shown.covered / shown.told;
    assert!((0.93..=0.97).contains(&covered), "{shown:?}");
}

/// Arms and outcomes of the sample's past activity, as files in `workspace`.
fn write_experiment(workspace: &Workspace, activity: &str) {
    let of = |table: &str| {
        let table = Table::read(&sample::large().join(table));
        let about = table.words("activity_id");
        let here: Vec<usize> = (0..table.len())
            .filter(|&row| about[row] == activity)
            .collect();
        (table, here)
    };
    let (contacts, made) = of("contacts.parquet");
    let ids = contacts.words("customer_id");
    let contacted: BTreeSet<&String> = made.iter().map(|&row| &ids[row]).collect();
    let (outcomes, here) = of("outcomes.parquet");
    let (ids, responded) = (outcomes.words("customer_id"), outcomes.flags("responded"));
    let units: Vec<&str> = here.iter().map(|&row| ids[row].as_str()).collect();
    let arms: Vec<&str> = here
        .iter()
        .map(|&row| {
            if contacted.contains(&ids[row]) {
                "contacted"
            } else {
                "control"
            }
        })
        .collect();
    let frame = df!["unit" => &units, "arm" => arms].unwrap();
    frame::write(&workspace.path("arms.parquet"), frame);
    // Only responses are recorded, as many systems do.
    let yes: Vec<&str> = here
        .iter()
        .filter(|&&row| responded[row] == Some(true))
        .map(|&row| ids[row].as_str())
        .collect();
    let ones = vec![1_i32; yes.len()];
    let frame = df!["unit" => yes, "response" => ones].unwrap();
    frame::write(&workspace.path("outcomes.parquet"), frame);
}

const FILES: [&str; 5] = [
    "measure",
    "--arms",
    "arms.parquet",
    "--outcomes",
    "outcomes.parquet",
];

/// What the command says in JSON.
fn measured(workspace: &Workspace, arguments: &[&str]) -> Value {
    let said = workspace
        .clubcall(&[arguments, &["--json"]].concat())
        .success();
    serde_json::from_str(&said.stdout).unwrap()
}

fn figure(value: &Value, path: &str) -> f64 {
    let found = value.pointer(path).and_then(Value::as_f64);
    found.unwrap_or_else(|| panic!("no number at {path} in {value}"))
}

#[test]
fn an_experiment_in_two_files_is_measured_against_its_control() {
    let truth = Table::read(&sample::large().join("truth/activities.parquet"));
    let (names, effects) = (truth.words("activity_id"), truth.numbers("effect"));
    let workspace = Workspace::empty();
    let mut covered = 0;
    for (activity, effect) in names.iter().zip(&effects) {
        write_experiment(&workspace, activity);
        let said = measured(
            &workspace,
            &[&FILES[..], &["--planned", "control=0.1,contacted=0.9"]].concat(),
        );
        let lift = "/experiments/0/comparisons/0/lift/absolute";
        let (low, high) = (
            figure(&said, &format!("{lift}/low")),
            figure(&said, &format!("{lift}/high")),
        );
        covered += usize::from(low <= *effect && *effect <= high);
        assert_eq!(said["experiments"][0]["sample_ratio"]["mismatch"], false);
    }
    println!("{covered} of {} effects covered", names.len());
    // 29 activities: fewer than 25 would be a chance of 1 in 80.
    assert!(covered >= 25, "{covered} of {}", names.len());
}

#[test]
fn the_table_fits_a_terminal_and_says_what_was_done() {
    let workspace = Workspace::empty();
    write_experiment(&workspace, "film-night-2026-10");
    let said = workspace.clubcall(&FILES).success().stdout;
    for part in [
        "contacted",
        "control",
        "lift (95 % interval)",
        "points",
        "count as 0",
        "--planned",
    ] {
        assert!(said.contains(part), "{part} is not in\n{said}");
    }
    assert!(
        said.lines().all(|line| line.chars().count() <= 80),
        "{said}"
    );
}

#[test]
fn neither_the_order_of_rows_nor_the_threads_change_a_figure() {
    let workspace = Workspace::empty();
    let units: Vec<String> = (0..3_000).map(|unit| format!("u{unit:04}")).collect();
    let frame = df![
        "unit" => &units,
        "arm" => (0..3_000).map(|unit| ["a", "b", "control"][unit % 3]).collect::<Vec<_>>(),
        "segment" => (0..3_000).map(|unit| format!("s{}", unit % 7)).collect::<Vec<_>>(),
        "score" => (0..3_000).map(|unit| f64::from(unit * 37 % 101) / 7.0).collect::<Vec<_>>(),
        "pre" => (0..3_000).map(|unit| f64::from(unit * 13 % 17) / 3.0).collect::<Vec<_>>(),
    ]
    .unwrap();
    frame::write(&workspace.path("arms.parquet"), frame);
    let values: Vec<f64> = (0..3_000)
        .map(|unit| f64::from(unit * 29 % 23) / 9.0)
        .collect();
    let frame = df!["unit" => &units, "response" => values].unwrap();
    frame::write(&workspace.path("outcomes.parquet"), frame);
    let first = workspace
        .clubcall(&[&FILES[..], &["--json"]].concat())
        .success()
        .stdout;
    for seed in [1, 2] {
        for file in ["arms.parquet", "outcomes.parquet"] {
            frame::edit(&workspace.path(file), |frame| shuffled(&frame, seed));
        }
        let mut command = workspace.command();
        command
            .args(FILES)
            .arg("--json")
            .env("POLARS_MAX_THREADS", "1");
        let again = crate::support::workspace::ended(&mut command)
            .success()
            .stdout;
        assert!(again == first, "row order or threads show");
    }
    let said: Value = serde_json::from_str(&first).unwrap();
    let found = &said["experiments"][0];
    assert_eq!(found["kind"], "value");
    assert_eq!(found["comparisons"].as_array().unwrap().len(), 2);
    assert_eq!(
        found["comparisons"][0]["segments"]
            .as_array()
            .unwrap()
            .len(),
        7
    );
    assert!(found["comparisons"][0]["qini"]["area"].is_number());
    assert!(found["comparisons"][0]["adjusted"]["absolute"]["low"].is_number());
}

#[test]
fn what_is_wrong_with_an_experiment_is_told_with_counts_and_without_units() {
    let workspace = Workspace::empty();
    let arms = |workspace: &Workspace, units: &[&str], arms: &[&str]| {
        let frame = df!["unit" => units, "arm" => arms].unwrap();
        frame::write(&workspace.path("arms.parquet"), frame);
    };
    let frame = df!["unit" => ["anna", "anna"], "response" => [1, 0]].unwrap();
    frame::write(&workspace.path("outcomes.parquet"), frame);
    arms(
        &workspace,
        &["anna", "anna", "bert", "bert"],
        &["x", "y", "x", "x"],
    );
    let failed = workspace.clubcall(&FILES).exits(65);
    for part in [
        "arms: 1 units are in two arms",
        "arms: 1 rows repeat a unit",
        "outcomes: 1 rows repeat a unit",
        "no arm `control`",
        "allowed: x, y",
    ] {
        assert!(
            failed.stderr.contains(part),
            "{part} is not in\n{}",
            failed.stderr
        );
    }
    assert!(!failed.stderr.contains("anna"), "{}", failed.stderr);

    arms(&workspace, &["anna", "bert"], &["x", "y"]);
    std::fs::write(workspace.path("outcomes.parquet"), "no Parquet").unwrap();
    let failed = workspace.clubcall(&FILES).exits(65);
    assert!(
        failed.stderr.contains("no readable Parquet file"),
        "{}",
        failed.stderr
    );
    let frame = df!["customer" => ["anna"], "response" => [1]].unwrap();
    frame::write(&workspace.path("outcomes.parquet"), frame);
    let failed = workspace.clubcall(&FILES).exits(65);
    assert!(
        failed.stderr.contains("lacks the column unit"),
        "{}",
        failed.stderr
    );
    std::fs::remove_file(workspace.path("outcomes.parquet")).unwrap();
    workspace.clubcall(&FILES).exits(66);
    for wrong in [
        &["measure"][..],
        &["measure", "--arms", "arms.parquet"],
        &[
            "measure",
            "p.toml",
            "--arms",
            "arms.parquet",
            "--outcomes",
            "o.parquet",
        ],
        &[&FILES[..], &["--planned", "x=often"]].concat(),
    ] {
        workspace.clubcall(wrong).exits(64);
    }
}

#[test]
fn arms_of_other_sizes_than_planned_are_flagged() {
    let workspace = Workspace::empty();
    write_experiment(&workspace, "film-night-2026-10");
    let planned = ["--planned", "control=1,contacted=1"];
    let said = workspace
        .clubcall(&[&FILES[..], &planned].concat())
        .success();
    assert!(said.stdout.contains("SIZES ARE OFF"), "{}", said.stdout);
}

/// What an invitation adds to the chance of a response in [`add_outcomes`].
const EFFECT: f64 = 0.3;

/// Responses to the activities of the published nights: everyone is likelier
/// to respond the likelier the night thought it, and those invited by
/// [`EFFECT`] more.
fn add_outcomes(workspace: &Workspace, nights: &[&Path]) {
    let rng = &mut Xoshiro256Plus::seed_from_u64(4);
    let mut invited: BTreeMap<(String, String), (bool, f64)> = BTreeMap::new();
    for night in nights {
        let decisions = Table::read(&night.join("decisions.parquet"));
        let (ids, activities) = (
            decisions.words("customer_id"),
            decisions.words("activity_id"),
        );
        let (reasons, probability) = (decisions.words("reason"), decisions.numbers("probability"));
        for (row, pair) in ids.into_iter().zip(activities).enumerate() {
            let known = invited.entry(pair).or_insert((false, probability[row]));
            known.0 |= reasons[row] == "selected";
        }
    }
    let (mut ids, mut activities, mut responded) = (Vec::new(), Vec::new(), Vec::new());
    for ((id, activity), (invited, probability)) in invited {
        let chance = 0.02 + 0.2 * probability + if invited { EFFECT } else { 0.0 };
        ids.push(id);
        activities.push(activity);
        responded.push(rng.gen_bool(chance.min(1.0)));
    }
    let at = vec!["2026-11-20"; ids.len()];
    let frame = df![
        "customer_id" => ids, "activity_id" => activities, "responded" => &responded,
        "attended" => &responded, "at" => at
    ];
    frame::write(
        &workspace.path("sample-data/outcomes.parquet"),
        frame.unwrap(),
    );
}

#[test]
fn published_nights_show_what_their_invitations_did() {
    let workspace = Workspace::with_own_data(sample::large());
    let mut nights = Vec::new();
    for date in ["2026-10-27", "2026-11-01"] {
        workspace.night(date, &["--quiet"]);
        nights.push(workspace.current());
    }
    let ask = ["measure", "pipelines/nightly.toml", "--as-of", "2026-12-01"];
    let before = workspace.clubcall(&ask).success().stdout;
    assert!(before.contains("no response yet"), "{before}");

    let folders: Vec<&Path> = nights.iter().map(std::path::PathBuf::as_path).collect();
    add_outcomes(&workspace, &folders);
    let said = workspace.clubcall(&ask).success().stdout;
    assert!(said.contains("film-night-2026-11"), "{said}");
    assert!(
        said.lines().all(|line| line.chars().count() <= 80),
        "{said}"
    );

    let said = measured(&workspace, &ask);
    let experiments = said["experiments"].as_array().unwrap();
    assert_eq!(experiments.len(), 13, "12 activities and all together");
    let (mut covered, mut told) = (0, 0);
    for found in experiments {
        assert_eq!(
            found["sample_ratio"]["mismatch"], false,
            "{}",
            found["name"]
        );
        let arms = &found["comparisons"][0];
        let held_out = figure(arms, "/control/units") + figure(arms, "/treated/units");
        let share = figure(arms, "/control/units") / held_out;
        let planned = if found["name"] == "universal" {
            0.05
        } else {
            0.10
        };
        assert!((share - planned).abs() < 0.04, "{}: {share}", found["name"]);
        let effect = &arms["effect_on_reached"];
        if effect.is_object() && found["name"] != "universal" {
            let within = figure(effect, "/low") <= EFFECT && EFFECT <= figure(effect, "/high");
            covered += usize::from(within);
            told += 1;
        }
    }
    println!("{covered} of {told} effects covered");
    assert!(told >= 8 && covered + 2 >= told, "{covered} of {told}");

    // The second night alone: those who could first be invited then.
    let film = ["--activity", "film-night-2026-11"];
    let units = |more: &[&str]| -> f64 {
        let said = measured(&workspace, &[&ask[..], &film, more].concat());
        let arms = &said["experiments"][0]["comparisons"][0];
        figure(arms, "/treated/units") + figure(arms, "/control/units")
    };
    let all = units(&[]);
    let first = units(&["--run", "2026-10-27"]);
    let second = units(&["--since", "2026-11-01"]);
    assert!(
        first > 0.0 && second > 0.0 && first + second == all,
        "{first} + {second} = {all}"
    );
    let full = workspace
        .clubcall(&[&ask[..], &film].concat())
        .success()
        .stdout;
    for part in [
        "lift of an invitation",
        "by segment",
        "segments were looked at",
        "contact units",
    ] {
        assert!(full.contains(part), "{part} is not in\n{full}");
    }
    assert!(
        full.lines().all(|line| line.chars().count() <= 80),
        "{full}"
    );
}

#[test]
fn what_cannot_be_measured_is_said_with_the_next_step() {
    let workspace = Workspace::new(sample::small());
    let ask = ["measure", "pipelines/nightly.toml", "--as-of", "2026-12-01"];
    let failed = workspace.clubcall(&ask).exits(66);
    assert!(
        failed.stderr.contains("no run of the pipeline `nightly`"),
        "{}",
        failed.stderr
    );
    workspace.night("2026-11-01", &["--quiet"]);
    let unknown = [&ask[..], &["--activity", "film-nigth-2026-11"]].concat();
    let failed = workspace.clubcall(&unknown).exits(64);
    assert!(
        failed.stderr.contains("did you mean `film-night-2026-11`"),
        "{}",
        failed.stderr
    );
    workspace
        .clubcall(&[&ask[..], &["--run", "2025"]].concat())
        .exits(66);
    workspace.edit(
        "pipelines/nightly.toml",
        "[tables.outcomes]\nfrom = \"outcomes\"\n",
        "",
    );
    let failed = workspace.clubcall(&ask).exits(64);
    assert!(
        failed.stderr.contains("no table `outcomes`"),
        "{}",
        failed.stderr
    );
}

#[test]
fn an_activity_that_no_run_knows_is_measured_by_who_was_held_out() {
    let (workspace, _) = history::nights();
    let customers = Table::read(&workspace.path("sample-data/customers.parquet"));
    let ids = customers.words("customer_id");
    let households: BTreeMap<String, String> = ids
        .into_iter()
        .zip(customers.words("household_id"))
        .collect();
    let outcomes = Table::read(&workspace.path("sample-data/outcomes.parquet"));
    let rows = outcomes
        .words("activity_id")
        .into_iter()
        .zip(outcomes.words("customer_id"))
        .zip(
            outcomes
                .flags("held_out")
                .into_iter()
                .zip(outcomes.flags("responded")),
        );
    // By activity and household: whether one was held out, invited, responded.
    let mut all: BTreeMap<String, BTreeMap<String, [bool; 3]>> = BTreeMap::new();
    for ((activity, customer), (held, responded)) in rows {
        let of = all.entry(activity).or_default();
        let of = of.entry(households[&customer].clone()).or_default();
        of[0] |= held == Some(true);
        of[1] |= held == Some(false);
        of[2] |= responded == Some(true);
    }
    let held =
        |units: &BTreeMap<String, [bool; 3]>| units.values().filter(|of| of[0] && !of[1]).count();
    let (activity, units) = all.iter().max_by_key(|(_, units)| held(units)).unwrap();
    assert!(held(units) > 0);
    let arguments = [
        "measure",
        "pipelines/nightly.toml",
        "--as-of",
        "2026-11-01",
        "--json",
        "--activity",
    ];
    let said = workspace
        .clubcall(&[&arguments[..], &[activity]].concat())
        .success();
    let measured: Value = serde_json::from_str(&said.stdout).unwrap();
    let found = &measured["experiments"][0]["comparisons"][0];
    for (arm, at) in [("control", 0), ("treated", 1)] {
        let of_arm = units.values().filter(|of| of[at] && !of[1 - at]);
        let (count, responses) = of_arm.fold((0, 0), |(n, r), of| (n + 1, r + u32::from(of[2])));
        assert_eq!(found[arm]["units"], count, "{arm} of {activity}");
        assert_eq!(
            found[arm]["total"].as_f64(),
            Some(f64::from(responses)),
            "{arm}"
        );
    }
    let unknown = [&arguments[..], &["film-knight-2026-10"]].concat();
    workspace.clubcall(&unknown).exits(64);
}
