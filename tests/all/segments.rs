//! Segments from night to night: what they are called, when the model is made
//! anew, and who moved.

use std::collections::BTreeMap;
use std::fs;

use serde_json::Value;

use crate::support::workspace::copy_tree;
use crate::support::{Table, Workspace, history, sample};

/// A copy of three published nights.
fn published() -> Workspace {
    let (shared, _) = history::nights();
    let workspace = Workspace::new(sample::small());
    copy_tree(&shared.path("out"), &workspace.path("out"));
    workspace
}

fn segments(workspace: &Workspace, arguments: &[&str]) -> String {
    let mut all = vec!["segments"];
    all.extend(arguments);
    workspace.clubcall(&all).success().stdout
}

fn json(workspace: &Workspace, arguments: &[&str]) -> Value {
    serde_json::from_str(&segments(workspace, arguments)).unwrap()
}

/// Names by segment id in the current run.
fn names(workspace: &Workspace) -> BTreeMap<String, String> {
    let table = Table::read(&workspace.current().join("segments.parquet"));
    let ids = table.words("segment_id").into_iter();
    ids.zip(table.words("name")).collect()
}

/// Segments by customer in a run.
fn members(run: &std::path::Path) -> BTreeMap<String, String> {
    let table = Table::read(&run.join("members.parquet"));
    let ids = table.words("customer_id").into_iter();
    ids.zip(table.words("segment_id")).collect()
}

#[test]
fn the_list_shows_each_segment_with_its_change_and_lock() {
    let workspace = published();
    let list = json(&workspace, &["list", "--json"]);
    let lines = list.as_array().unwrap();
    let total: u64 = lines
        .iter()
        .map(|line| line["size"].as_u64().unwrap())
        .sum();
    assert_eq!(total, 800);
    let before = json(&workspace, &["list", "--run", "previous", "--json"]);
    for line in lines {
        let earlier = before.as_array().unwrap().iter();
        let mut earlier = earlier.filter(|other| other["segment_id"] == line["segment_id"]);
        let size = earlier
            .next()
            .map_or(Value::Null, |other| other["size"].clone());
        assert_eq!(line["previous_size"], size, "{line}");
        assert_eq!(line["locked"], false);
    }
    let text = segments(&workspace, &["list"]);
    for (id, name) in names(&workspace) {
        let line = text.lines().find(|line| line.trim_start().starts_with(&id));
        assert!(line.unwrap().contains(&name), "{text}");
    }
}

#[test]
fn a_segment_shows_what_sets_it_apart_and_where_it_came_from() {
    let workspace = published();
    let shown = json(&workspace, &["show", "S01", "--json"]);
    assert_eq!(shown["name"], names(&workspace)["S01"].as_str());
    let z: Vec<f64> = shown["profile"]
        .as_array()
        .unwrap()
        .iter()
        .filter_map(|feature| feature["z"].as_f64())
        .collect();
    assert!(
        z.len() > 5 && z.is_sorted_by(|a, b| a.abs() >= b.abs()),
        "{z:?}"
    );
    assert_eq!(shown["lineage"][0]["status"], "new");
    assert_eq!(shown["lineage"][0]["on"], "2026-10-25");
    let text = segments(&workspace, &["show", "S01"]);
    assert!(
        text.contains("What sets it apart") && text.contains("2026-10-25"),
        "{text}"
    );
    let fault = workspace.clubcall(&["segments", "show", "S1"]).exits(64);
    assert!(
        fault.stderr.contains("did you mean `S01`?"),
        "{}",
        fault.stderr
    );
}

#[test]
fn a_new_name_waits_for_the_next_night_and_then_stays() {
    let workspace = Workspace::new(sample::small());
    workspace.night("2026-10-25", &[]);
    let first = workspace.snapshot("out/runs");
    let old = names(&workspace)["S01"].clone();
    let said = segments(&workspace, &["rename", "S01", "Cinema club"]);
    assert!(
        said.contains("Cinema club") && said.contains("locked"),
        "{said}"
    );
    segments(&workspace, &["rename", "quiet", "Sleepers"]);
    assert_eq!(
        workspace.snapshot("out/runs"),
        first,
        "a published run changed"
    );
    assert_eq!(names(&workspace)["S01"], old);
    let line = &json(&workspace, &["list", "--json"])[0];
    assert_eq!(
        [&line["name"], &line["published_name"]],
        ["Cinema club", old.as_str()]
    );
    assert_eq!(line["locked"], true);

    workspace.night("2026-10-28", &[]);
    let tonight = names(&workspace);
    assert_eq!(tonight["S01"], "Cinema club");
    assert!(tonight.get("quiet").is_none_or(|name| name == "Sleepers"));
    let table = Table::read(&workspace.current().join("members.parquet"));
    let named = table
        .words("segment_id")
        .into_iter()
        .zip(table.words("segment_name"));
    assert!(
        named
            .into_iter()
            .all(|(id, name)| (id == "S01") == (name == "Cinema club"))
    );
    let inputs = workspace.manifest()["inputs"].clone();
    assert_eq!(inputs["names.json"]["rows"], 2, "{inputs}");
    let shown = workspace.clubcall(&["runs", "show"]).success().stdout;
    assert!(shown.contains("names.json"), "{shown}");

    // Unlocked, it keeps the name it has.
    segments(&workspace, &["unlock", "S01"]);
    workspace.night("2026-11-01", &[]);
    assert_eq!(names(&workspace)["S01"], "Cinema club");
    assert_eq!(json(&workspace, &["list", "--json"])[0]["locked"], false);
}

#[test]
fn the_same_night_under_another_name_is_another_run() {
    let workspace = Workspace::new(sample::small());
    workspace.night("2026-10-25", &[]);
    workspace.night("2026-10-28", &[]);
    let before = workspace.current();
    segments(&workspace, &["rename", "S01", "Cinema club"]);
    workspace.night("2026-10-28", &[]);
    assert_ne!(workspace.current(), before);
    assert_eq!(names(&workspace)["S01"], "Cinema club");
    assert_eq!(members(&workspace.current()), members(&before));
    let again = workspace.night("2026-10-28", &[]);
    assert!(again.stdout.contains("\nDone already"), "{}", again.stdout);
}

#[test]
fn names_that_would_confuse_are_refused_and_nothing_is_written() {
    let workspace = published();
    let before = workspace.snapshot("out");
    let taken = names(&workspace)["S02"].to_uppercase();
    for (arguments, words) in [
        (["rename", "S01", taken.as_str()], "already"),
        (["rename", "S01", "S09"], "looks like a segment's id"),
        (["rename", "S99", "Readers"], "unknown segment `S99`"),
    ] {
        let mut all = vec!["segments"];
        all.extend(arguments);
        let fault = workspace.clubcall(&all).exits(64);
        assert!(fault.stderr.contains(words), "{}", fault.stderr);
    }
    assert_eq!(workspace.snapshot("out"), before);
    let empty = Workspace::empty();
    let fault = empty
        .clubcall(&["segments", "rename", "S01", "Readers"])
        .exits(66);
    assert!(
        fault.stderr.contains("nothing has been published"),
        "{}",
        fault.stderr
    );
    assert!(!empty.path("out").exists());
}

#[test]
fn a_damaged_file_of_names_stops_the_night_and_says_what_to_do() {
    let workspace = published();
    fs::write(workspace.path("out/names.json"), "{ \"format\": 1, ").unwrap();
    let before = workspace.snapshot("out/runs");
    let night = ["run", "pipelines/nightly.toml", "--as-of", "2026-11-02"];
    let fault = workspace.clubcall(&night).exits(65);
    assert!(
        fault.stderr.contains("names.json") && fault.stderr.contains("next: mend the file"),
        "{}",
        fault.stderr
    );
    assert_eq!(workspace.snapshot("out/runs"), before);
}

#[test]
fn the_migration_matrix_adds_up_to_both_nights() {
    let workspace = published();
    let (_, nights) = history::nights();
    let compared = json(
        &workspace,
        &["compare", "2026-10-25", "2026-11-01", "--json"],
    );
    let (before, after) = (members(&nights[0].folder), members(&nights[2].folder));
    let mut flows: BTreeMap<(Option<String>, Option<String>), u64> = BTreeMap::new();
    for customer in before
        .keys()
        .chain(after.keys().filter(|id| !before.contains_key(*id)))
    {
        let pair = (before.get(customer).cloned(), after.get(customer).cloned());
        *flows.entry(pair).or_default() += 1;
    }
    let text = |value: &Value| value.as_str().map(str::to_owned);
    let found: BTreeMap<(Option<String>, Option<String>), u64> = compared["flows"]
        .as_array()
        .unwrap()
        .iter()
        .map(|flow| {
            let pair = (text(&flow["from"]), text(&flow["to"]));
            (pair, flow["customers"].as_u64().unwrap())
        })
        .collect();
    assert_eq!(found, flows);
    let stayed = flows.iter().filter(|((from, to), _)| from == to);
    assert_eq!(
        compared["stayed"],
        stayed.map(|(_, count)| count).sum::<u64>()
    );
    assert_eq!(compared["one_history"], true);
    assert!(compared["adjusted_rand"].as_f64().unwrap() > 0.8);
    let page = segments(&workspace, &["compare"]);
    assert!(
        page.contains("Largest movements") && page.contains("no segment split"),
        "{page}"
    );
}

#[test]
fn each_night_after_the_first_publishes_who_moved() {
    let (_, nights) = history::nights();
    assert!(!nights[0].folder.join("migration.parquet").exists());
    for pair in nights.windows(2) {
        let [before, after] = pair else { continue };
        let table = after.table("migration");
        let mut shares: BTreeMap<String, f64> = BTreeMap::new();
        let mut counts: BTreeMap<String, f64> = BTreeMap::new();
        let rows = table.texts("from_segment_id").into_iter();
        let rows = rows.map(Option::unwrap_or_default);
        let figures = table
            .numbers("customers")
            .into_iter()
            .zip(table.numbers("share"));
        for (from, (customers, share)) in rows.zip(figures) {
            *shares.entry(from.clone()).or_default() += share;
            *counts.entry(from).or_default() += customers;
        }
        assert!(
            shares.values().all(|share| (share - 1.0).abs() < 1e-9),
            "{shares:?}"
        );
        let mut sizes: BTreeMap<String, f64> = BTreeMap::new();
        for segment in members(&before.folder).into_values() {
            *sizes.entry(segment).or_default() += 1.0;
        }
        counts.retain(|from, _| sizes.contains_key(from));
        assert_eq!(counts, sizes);
    }
}

#[test]
fn a_refit_that_is_asked_for_is_another_run_of_the_same_segments() {
    let workspace = Workspace::new(sample::small());
    // The sample is small, so its segments are not all sure.
    workspace.edit(
        "pipelines/nightly.toml",
        "refit_days = 28",
        "refit_days = 28\ngate = 0.0",
    );
    workspace.night("2026-10-25", &[]);
    workspace.night("2026-10-28", &[]);
    let kept = workspace.current();
    segments(&workspace, &["rename", "S01", "Cinema club"]);
    let night = workspace.night("2026-10-28", &["--refit"]);
    assert!(
        night
            .stdout
            .contains("model fitted tonight: asked for with --refit"),
        "{}",
        night.stdout
    );
    assert_ne!(workspace.current(), kept);
    let fitted = workspace.manifest()["stages"].clone();
    let fitted = fitted.as_array().unwrap().iter();
    let mut fitted = fitted.filter(|stage| stage["stage"] == "segments");
    assert_eq!(fitted.next().unwrap()["rows"]["fitted"], 1);
    assert_eq!(names(&workspace)["S01"], "Cinema club");
    let (before, after) = (members(&kept), members(&workspace.current()));
    let same = after
        .iter()
        .filter(|&(id, segment)| before[id] == *segment)
        .count();
    assert!(
        same * 10 >= after.len() * 7,
        "{same} of {} kept their id",
        after.len()
    );
    let again = workspace.night("2026-10-28", &["--refit"]);
    assert!(again.stdout.contains("\nDone already"), "{}", again.stdout);
}

#[test]
fn a_fresh_start_uses_no_name_of_the_old_segments_and_comparing_says_so() {
    let workspace = Workspace::new(sample::small());
    workspace.night("2026-10-25", &[]);
    segments(&workspace, &["rename", "S01", "Cinema club"]);
    workspace.night("2026-11-01", &["--fresh"]);
    workspace.night("2026-11-02", &[]);
    assert_ne!(names(&workspace)["S01"], "Cinema club");
    let compared = segments(&workspace, &["compare", "2026-10-25", "current"]);
    assert!(compared.contains("different histories"), "{compared}");
}

#[test]
fn every_number_of_segments_that_was_tried_is_published_with_all_its_figures() {
    let (_, nights) = history::nights();
    let choice = nights[0].table("choice");
    let model = fs::read_to_string(nights[0].folder.join("model.json")).unwrap();
    let model: Value = serde_json::from_str(&model).unwrap();
    let trials = model["choice"].as_array().unwrap();
    assert_eq!(
        choice.numbers("k"),
        (4..=12).map(f64::from).collect::<Vec<_>>()
    );
    for figure in [
        "gap",
        "gap_error",
        "stability",
        "smallest_stability",
        "smallest_share",
        "silhouette",
        "weakest_silhouette",
        "calinski_harabasz",
        "davies_bouldin",
        "inertia",
    ] {
        let expected: Vec<f64> = trials
            .iter()
            .map(|trial| trial[figure].as_f64().unwrap())
            .collect();
        assert_eq!(choice.numbers(figure), expected, "{figure}");
    }
    // The model is kept, and so is what it was chosen from.
    assert_eq!(
        nights[2].table("choice").numbers("gap"),
        choice.numbers("gap")
    );
}

#[test]
fn each_night_after_the_first_publishes_how_far_customers_are_from_the_fit() {
    let (_, nights) = history::nights();
    assert!(!nights[0].folder.join("drift.parquet").exists());
    for night in &nights[1..] {
        let drift = night.table("drift");
        let features: Vec<String> = drift.texts("feature").into_iter().flatten().collect();
        assert!(
            features.contains(&"video_share_90d".to_owned()),
            "{features:?}"
        );
        let of = drift.words("of").into_iter();
        let shares: Vec<String> = drift
            .texts("segment_id")
            .into_iter()
            .zip(of)
            .filter(|(_, of)| of == "share")
            .filter_map(|(segment, _)| segment)
            .collect();
        let segments = night.table("segments").words("segment_id");
        let clustered = segments.iter().filter(|id| id.starts_with('S'));
        assert!(
            clustered.into_iter().all(|id| shares.contains(id)),
            "{shares:?}"
        );
        // Distances of a small segment differ by chance alone; its size says by
        // how much, and features and shares do not drift in a night.
        let (of, psi, chance) = (
            drift.words("of"),
            drift.numbers("psi"),
            drift.numbers("chance"),
        );
        for row in 0..drift.len() {
            let highest = if of[row] == "distances" {
                0.25 + 3.0 * chance[row]
            } else {
                0.25
            };
            assert!(
                (0.0..highest).contains(&psi[row]),
                "{} {}",
                of[row],
                psi[row]
            );
        }
    }
}

#[test]
fn members_have_a_distance_unless_they_were_set_apart_by_rule() {
    let (_, nights) = history::nights();
    let members = nights[0].table("members");
    let distances = members.numbers("distance");
    let set_apart = members.words("segment_id");
    for (distance, segment) in distances.iter().zip(&set_apart) {
        let by_rule = ["quiet", "opted-out"].contains(&segment.as_str());
        assert_eq!(distance.is_nan(), by_rule, "{segment}: {distance}");
        assert!(by_rule || *distance > 0.0, "{segment}: {distance}");
    }
    assert!(distances.iter().any(|distance| distance.is_nan()));
}
