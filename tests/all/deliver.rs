//! Published runs are taken to destinations: folders here; databases and
//! buckets in `tests/importers`, which have the real ones.

use std::fs;
use std::os::unix::fs::PermissionsExt;

use serde_json::Value;

use crate::support::workspace::{copy_tree, digests};
use crate::support::{Workspace, history, sample};

const PIPELINE: &str = "pipelines/nightly.toml";

/// A copy of three published nights, with destinations in the pipeline.
fn published(destinations: &str) -> Workspace {
    let (shared, _) = history::nights();
    let workspace = Workspace::new(sample::small());
    copy_tree(&shared.path("out"), &workspace.path("out"));
    add(&workspace, destinations);
    workspace
}

fn add(workspace: &Workspace, text: &str) {
    let path = workspace.path(PIPELINE);
    let pipeline = fs::read_to_string(&path).unwrap();
    fs::write(path, pipeline + text).unwrap();
}

fn json(workspace: &Workspace, path: &str) -> Value {
    serde_json::from_slice(&fs::read(workspace.path(path)).unwrap()).unwrap()
}

const SHARE: &str = "\n[[destinations]]\nname = \"share\"\nkind = \"folder\"\npath = \"share\"\n\
                     \n[[destinations]]\nname = \"lists\"\nkind = \"folder\"\npath = \"only\"\nfiles = [\"lists/csv/*\"]\n";

#[test]
fn a_run_is_taken_to_a_folder_again_and_again() {
    let workspace = published(SHARE);
    let before = digests(&workspace.path("out/runs"));
    let run = workspace.current();
    let id = run.file_name().unwrap().to_str().unwrap().to_owned();
    let said = workspace
        .clubcall(&["deliver", "current", "--pipeline", PIPELINE])
        .success();
    assert!(
        said.stdout.contains(&format!("share: run {id} is there")),
        "{}",
        said.stdout
    );
    let there = workspace.path(&format!("share/runs/{id}"));
    assert_eq!(digests(&there), digests(&run));
    assert_eq!(
        json(&workspace, "share/current.json")["run_id"],
        id.as_str()
    );
    let list = there.join("lists/csv/calls-call.csv");
    assert_eq!(list.metadata().unwrap().permissions().mode() & 0o777, 0o600);

    let part = format!("only/runs/{id}");
    let outputs = json(&workspace, &format!("{part}/manifest.json"));
    let outputs = outputs["outputs"].as_object().unwrap();
    assert!(outputs.keys().all(|path| path.starts_with("lists/csv/")));
    assert_eq!(digests(&workspace.path(&part)).len(), outputs.len() + 1);

    // A file that was lost comes back, and an older night stays an older one.
    fs::remove_file(&list).unwrap();
    for night in ["current", "2026-10-25"] {
        workspace
            .clubcall(&["deliver", night, "--pipeline", PIPELINE, "--to", "share"])
            .success();
    }
    assert_eq!(digests(&there), digests(&run));
    assert_eq!(
        json(&workspace, "share/current.json")["run_id"],
        id.as_str()
    );
    assert_eq!(
        fs::read_dir(workspace.path("share/runs")).unwrap().count(),
        2
    );

    // The published runs are what they were; the record lies beside them.
    let mut after = digests(&workspace.path("out/runs"));
    after.retain(|path, _| !path.ends_with(".deliveries.json"));
    assert_eq!(before, after);
    let shown = workspace.clubcall(&["runs", "show"]).success().stdout;
    assert!(shown.contains("there, current"), "{shown}");
}

#[test]
fn a_destination_that_fails_stops_no_other_and_is_recorded() {
    let workspace = published(SHARE);
    fs::write(workspace.path("share"), "a file where a folder should be").unwrap();
    let ended = workspace
        .clubcall(&["deliver", "current", "--pipeline", PIPELINE])
        .exits(73);
    assert!(ended.stdout.contains("lists: run "), "{}", ended.stdout);
    assert!(ended.stderr.contains("share: cannot "), "{}", ended.stderr);
    let id = workspace.current();
    let id = id.file_name().unwrap().to_str().unwrap();
    let state = json(&workspace, &format!("out/runs/{id}.deliveries.json"));
    assert_eq!(state["share"]["delivered"], false);
    assert_eq!(state["lists"]["delivered"], true);
    fs::remove_file(workspace.path("share")).unwrap();
    workspace
        .clubcall(&[
            "deliver",
            "current",
            "--pipeline",
            PIPELINE,
            "--to",
            "share",
        ])
        .success();
    let state = json(&workspace, &format!("out/runs/{id}.deliveries.json"));
    assert_eq!(state["share"]["delivered"], true);
}

#[test]
fn a_damaged_run_goes_nowhere() {
    let workspace = published(SHARE);
    let list = workspace.current().join("lists/csv/calls-call.csv");
    fs::write(&list, "something else").unwrap();
    let ended = workspace
        .clubcall(&["deliver", "current", "--pipeline", PIPELINE])
        .exits(65);
    assert!(ended.stderr.contains("lists/csv/calls-call.csv (changed)"));
    assert!(!workspace.path("share").exists());
}

#[test]
fn what_cannot_be_delivered_is_said_before_anything_is() {
    let workspace = published(SHARE);
    let unknown = workspace
        .clubcall(&["deliver", "current", "--pipeline", PIPELINE, "--to", "shar"])
        .exits(64);
    assert!(unknown.stderr.contains("did you mean `share`?"));
    workspace
        .clubcall(&["deliver", "2020", "--pipeline", PIPELINE])
        .exits(66);
    add(
        &workspace,
        "\n[[destinations]]\nname = \"share\"\nkind = \"postgres\"\npath = \"x\"\n\
         connection = \"host=h password=secret-word\"\n",
    );
    let faults = workspace
        .clubcall(&["deliver", "current", "--pipeline", PIPELINE])
        .exits(64);
    for said in [
        "destinations[2].name",
        "destinations[2].path",
        "destinations[2].connection",
        "preset = \"postgres\"",
    ] {
        assert!(faults.stderr.contains(said), "{said}: {}", faults.stderr);
    }
    assert!(!faults.stderr.contains("secret-word"), "{}", faults.stderr);
}

#[test]
fn a_night_delivers_itself_and_destinations_do_not_change_its_id() {
    let workspace = Workspace::new(sample::small());
    workspace.night("2026-11-01", &[]);
    let plain = workspace.current();
    add(&workspace, SHARE);
    let ended = workspace.night("2026-11-01", &["--deliver"]);
    assert!(ended.stdout.contains("Done already"), "{}", ended.stdout);
    assert_eq!(workspace.current(), plain);
    let id = plain.file_name().unwrap().to_str().unwrap();
    assert_eq!(
        digests(&workspace.path(&format!("share/runs/{id}"))),
        digests(&plain)
    );
}
