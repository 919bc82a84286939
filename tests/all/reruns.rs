//! Running again: nothing twice, nothing lost, and past nights as they were.

use std::fs::{self, File};
use std::process::Stdio;
use std::time::Duration;

use crate::support::workspace::digests;
use crate::support::{Workspace, frame, sample};

#[test]
fn a_finished_night_is_recognised_and_no_byte_changes() {
    let workspace = Workspace::new(sample::small());
    let first = workspace.night("2026-11-01", &[]);
    let published = workspace.snapshot("out");
    let second = workspace.night("2026-11-01", &[]);
    assert_eq!(workspace.snapshot("out"), published);
    assert!(first.stdout.contains("\nPublished out/runs/2026-11-01-"));
    assert!(
        second
            .stdout
            .contains("\nDone already: out/runs/2026-11-01-")
    );
    let summary = fs::read_to_string(workspace.current().join("summary.txt")).unwrap();
    assert!(first.stdout.starts_with(&summary) && second.stdout.starts_with(&summary));
}

#[test]
fn a_forced_run_computes_everything_and_gives_the_same_bytes() {
    let workspace = Workspace::new(sample::small());
    workspace.night("2026-11-01", &[]);
    let run = workspace.current();
    let before = digests(&run);
    let forced = workspace.night("2026-11-01", &["--force"]);
    assert!(forced.stderr.contains("publish"), "{}", forced.stderr);
    assert_eq!(workspace.current(), run);
    assert_eq!(digests(&run), before);
}

#[test]
fn a_damaged_run_is_noticed_and_made_again() {
    let workspace = Workspace::new(sample::small());
    workspace.night("2026-11-01", &[]);
    let run = workspace.current();
    let before = digests(&run);
    fs::write(run.join("members.parquet"), b"not what was published").unwrap();
    let shown = workspace.clubcall(&["runs", "show"]).exits(65);
    assert!(shown.stderr.contains("members.parquet"), "{}", shown.stderr);
    workspace.night("2026-11-01", &[]);
    assert_eq!(digests(&workspace.current()), before);
}

#[test]
fn one_process_writes_at_a_time() {
    let workspace = Workspace::new(sample::small());
    workspace.night("2026-10-25", &[]);
    let published = workspace.snapshot("out");
    let lock = File::options()
        .write(true)
        .open(workspace.path("out/.lock"))
        .unwrap();
    lock.lock().unwrap();
    for arguments in [
        &["run", "pipelines/nightly.toml", "--as-of", "2026-11-01"][..],
        &["runs", "prune", "--keep", "2"],
    ] {
        let busy = workspace.clubcall(arguments).exits(75);
        assert!(busy.stderr.contains("another run"), "{}", busy.stderr);
    }
    assert_eq!(workspace.snapshot("out"), published);
    // Readers are not kept out.
    workspace.clubcall(&["runs", "list"]).success();
    workspace.night("2026-11-01", &["--dry-run"]);
    drop(lock);
    workspace.night("2026-11-01", &[]);
}

#[test]
fn a_killed_run_leaves_a_whole_one_and_the_next_goes_through() {
    let workspace = Workspace::new(sample::small());
    workspace.night("2026-10-25", &[]);
    let current = workspace.current();
    for millis in [50, 200, 400, 600, 800] {
        let mut child = std::process::Command::new(env!("CARGO_BIN_EXE_clubcall"))
            .current_dir(workspace.path(""))
            .args([
                "run",
                "pipelines/nightly.toml",
                "--as-of",
                "2026-11-01",
                "--force",
            ])
            .stdout(Stdio::null())
            .stderr(Stdio::null())
            .spawn()
            .unwrap();
        std::thread::sleep(Duration::from_millis(millis));
        let _ = child.kill();
        child.wait().unwrap();
        workspace.clubcall(&["runs", "show", "current"]).success();
    }
    workspace
        .clubcall(&["runs", "show", "2026-10-25"])
        .success();
    workspace.night("2026-11-01", &[]);
    assert_ne!(workspace.current(), current);
    let left: Vec<String> = workspace.snapshot("out").into_keys().collect();
    assert!(
        left.iter().all(|path| !path.starts_with(".staging")),
        "{left:?}"
    );
}

#[test]
fn a_changed_row_is_another_run_and_the_old_one_is_superseded() {
    let workspace = Workspace::with_own_data(sample::small());
    workspace.night("2026-11-01", &[]);
    let first = workspace.current();
    frame::edit(&workspace.path("sample-data/preferences.parquet"), |old| {
        frame::with_numbers(
            old,
            "score",
            |row, score| if row == 7 { score / 2.0 } else { score },
        )
    });
    workspace.night("2026-11-01", &[]);
    let second = workspace.current();
    assert_ne!(first, second);
    let list = workspace.clubcall(&["runs", "list"]).success().stdout;
    let line = |run: &std::path::Path| {
        let id = run.file_name().unwrap().to_string_lossy().into_owned();
        list.lines()
            .find(|line| line.starts_with(&id))
            .unwrap()
            .to_owned()
    };
    assert!(line(&first).ends_with("superseded"), "{list}");
    assert!(line(&second).ends_with("current"), "{list}");
}

#[test]
fn other_settings_or_another_key_are_another_run() {
    let workspace = Workspace::new(sample::small());
    workspace.night("2026-11-01", &[]);
    let mut runs = vec![workspace.current()];
    for (file, from, to) in [
        ("nightly/activities.toml", "seats = 400", "seats = 399"),
        ("nightly.toml", "seed = 20261101", "seed = 1"),
        ("nightly.toml", "sample-key:", "another key:"),
    ] {
        workspace.edit(&format!("pipelines/{file}"), from, to);
        workspace.night("2026-11-01", &[]);
        runs.push(workspace.current());
    }
    // Where the data lie and how long runs are kept are no part of it.
    fs::rename(workspace.path("sample-data"), workspace.path("elsewhere")).unwrap();
    let nightly = fs::read_to_string(workspace.path("pipelines/nightly.toml")).unwrap();
    let moved = nightly
        .replace("../sample-data", "../elsewhere")
        .replace("runs = 35", "runs = 9");
    fs::write(workspace.path("pipelines/nightly.toml"), moved).unwrap();
    let again = workspace.night("2026-11-01", &[]);
    assert!(again.stdout.contains("\nDone already"), "{}", again.stdout);
    runs.sort();
    runs.dedup();
    assert_eq!(runs.len(), 4);
}

#[test]
fn a_back_fill_is_the_run_that_would_have_been_made_that_night() {
    let in_order = Workspace::new(sample::small());
    let filled_in = Workspace::new(sample::small());
    for night in ["2026-10-25", "2026-10-28", "2026-11-01"] {
        in_order.night(night, &[]);
    }
    filled_in.night("2026-10-25", &[]);
    filled_in.night("2026-11-01", &[]);
    let newest = filled_in.current();
    filled_in.night("2026-10-28", &[]);
    assert_eq!(filled_in.current(), newest, "`current` went back in time");
    let run = |workspace: &Workspace| {
        let runs = fs::read_dir(workspace.path("out/runs")).unwrap();
        let mut runs = runs.map(|entry| entry.unwrap().path());
        let name =
            |path: &std::path::Path| path.file_name().unwrap().to_string_lossy().into_owned();
        runs.find(|path| path.is_dir() && name(path).starts_with("2026-10-28"))
            .unwrap()
    };
    let (expected, found) = (run(&in_order), run(&filled_in));
    assert_eq!(found.file_name(), expected.file_name());
    assert_eq!(digests(&found), digests(&expected));
}

#[test]
fn a_fresh_run_starts_from_nothing() {
    let workspace = Workspace::new(sample::small());
    workspace.night("2026-10-25", &[]);
    assert!(workspace.manifest()["previous_run"].is_null());
    workspace.night("2026-11-01", &[]);
    assert!(workspace.manifest()["previous_run"].is_string());
    workspace.night("2026-11-01", &["--fresh"]);
    assert!(workspace.manifest()["previous_run"].is_null());
}
