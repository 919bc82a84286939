use std::collections::BTreeMap;
use std::fs;

use jiff::civil::date;

use super::*;
use crate::store::{DamageKind, MANIFEST_FORMAT, diff};

pub(crate) fn manifest(run_id: &str, day: i8) -> Manifest {
    Manifest {
        format: MANIFEST_FORMAT,
        version: "0.1.0".into(),
        run_id: run_id.into(),
        pipeline: "nightly".into(),
        pipeline_digest: "ab".into(),
        as_of: date(2026, 11, day),
        seed: 1,
        language: Default::default(),
        previous_run: None,
        supersedes: None,
        inputs: BTreeMap::new(),
        stages: vec![],
        checks: vec![],
        alerts: vec![],
        reconciliation: vec![],
        outputs: BTreeMap::new(),
    }
}

fn staged<'a>(lock: &'a RunLock, run_id: &str, text: &str) -> Staging<'a> {
    let mut staging = Staging::create(lock, run_id).unwrap();
    staging.write_bytes("summary.txt", text.as_bytes()).unwrap();
    staging
        .write_bytes("lists/csv/calls.csv", b"a\r\n")
        .unwrap();
    staging
}

fn publish(lock: &RunLock, manifest: Manifest, text: &str) -> Published {
    let run_id = manifest.run_id.clone();
    staged(lock, &run_id, text).publish(manifest).unwrap()
}

fn out() -> (tempfile::TempDir, OutDir) {
    let root = tempfile::tempdir().unwrap();
    let out = OutDir::open(root.path().join("out")).unwrap();
    (root, out)
}

/// `current` leads to a folder in which every file is as its manifest says.
fn current_is_whole(out: &OutDir) -> String {
    let folder = out.path().join("current");
    let json = fs::read(folder.join(MANIFEST_NAME)).expect("current leads to a run");
    let manifest: Manifest = serde_json::from_slice(&json).unwrap();
    for (path, record) in &manifest.outputs {
        let content = fs::read(folder.join(path)).unwrap();
        assert_eq!(crate::store::sha256_hex(content), record.sha256, "{path}");
    }
    fs::read_to_string(folder.join("summary.txt")).unwrap()
}

fn hidden(out: &OutDir) -> Vec<String> {
    let names = entries(out.path())
        .unwrap()
        .into_iter()
        .map(|path| path.file_name().unwrap().to_string_lossy().into_owned());
    names
        .filter(|name| name.starts_with('.') && name != ".lock")
        .collect()
}

#[test]
fn a_published_run_is_complete_and_current() {
    let (_root, out) = out();
    let lock = out.lock().unwrap();
    let published = publish(&lock, manifest("r1", 1), "one");
    assert_eq!(published.outcome, Outcome::New);
    assert_eq!(published.path, out.run_path("r1"));
    assert_eq!(published.manifest.outputs.len(), 2);
    assert_eq!(current_is_whole(&out), "one");
    assert_eq!(
        out.path().join("current").read_link().unwrap(),
        Path::new("runs/r1")
    );
    assert_eq!(out.verify("r1").unwrap(), published.manifest);
    assert!(hidden(&out).is_empty());
}

#[test]
fn the_output_folder_can_be_moved() {
    let (root, out) = out();
    publish(&out.lock().unwrap(), manifest("r1", 1), "one");
    let moved = root.path().join("moved");
    fs::rename(out.path(), &moved).unwrap();
    assert_eq!(current_is_whole(&OutDir::open(moved).unwrap()), "one");
}

/// Whether a stopped process could clean up (an error) or not (a kill), what
/// `current` names is whole, and the next process finishes the work.
fn stop_at_each_step(second: &str, error_cleans_up: bool) {
    for step in Step::ALL {
        let (_root, out) = out();
        let lock = out.lock().unwrap();
        publish(&lock, manifest("r1", 1), "one");
        let staging = staged(&lock, second, "two");
        let leftover = staging.folder().to_owned();
        let mut stopped = false;
        let result = staging.publish_watched(manifest(second, 1), &mut |reached| {
            current_is_whole(&out);
            stopped |= reached == step;
            if stopped {
                Err(io::Error::other("stop"))
            } else {
                Ok(())
            }
        });
        assert_eq!(result.is_err(), stopped, "{step:?}");
        if stopped && !error_cleans_up {
            fs::create_dir_all(leftover.join("lists")).unwrap();
        }
        current_is_whole(&out);
        drop(lock);
        let lock = out.lock().unwrap();
        assert!(hidden(&out).is_empty(), "{step:?}: {:?}", hidden(&out));
        current_is_whole(&out);
        publish(&lock, manifest(second, 1), "two");
        assert_eq!(current_is_whole(&out), "two");
        out.verify(second).unwrap();
        assert!(hidden(&out).is_empty());
    }
}

#[test]
fn a_new_run_stopped_anywhere_leaves_current_whole() {
    stop_at_each_step("r2", true);
    stop_at_each_step("r2", false);
}

#[test]
fn a_replacement_stopped_anywhere_leaves_current_whole() {
    stop_at_each_step("r1", true);
    stop_at_each_step("r1", false);
}

#[test]
fn the_same_content_again_stays_as_it_is() {
    let (_root, out) = out();
    let lock = out.lock().unwrap();
    publish(&lock, manifest("r1", 1), "one");
    publish(&lock, manifest("r2", 2), "two");
    let again = publish(&lock, manifest("r1", 1), "one");
    assert_eq!(again.outcome, Outcome::Unchanged);
    assert_eq!(current_is_whole(&out), "two");
    assert!(hidden(&out).is_empty());
}

#[test]
fn a_flipped_byte_is_found_and_mended_by_publishing_again() {
    let (_root, out) = out();
    let lock = out.lock().unwrap();
    publish(&lock, manifest("r1", 1), "one");
    assert!(out.finished("r1").is_some());
    fs::write(out.run_path("r1").join("summary.txt"), "onf").unwrap();
    fs::remove_file(out.run_path("r1").join("lists/csv/calls.csv")).unwrap();
    let StoreError::Damaged { files, .. } = out.verify("r1").unwrap_err() else {
        panic!("the run is damaged");
    };
    let kinds: Vec<DamageKind> = files.iter().map(|file| file.kind).collect();
    assert_eq!(kinds, [DamageKind::Missing, DamageKind::Changed]);
    assert!(out.finished("r1").is_none());
    assert!(
        out.runs()
            .unwrap()
            .find("r1")
            .unwrap()
            .read("summary.txt")
            .is_err()
    );

    let again = publish(&lock, manifest("r1", 1), "one");
    assert_eq!(again.outcome, Outcome::Replaced);
    assert!(out.finished("r1").is_some());
    assert!(hidden(&out).is_empty());
}

#[test]
fn a_manifest_of_another_run_is_refused() {
    let (_root, out) = out();
    let lock = out.lock().unwrap();
    let error = staged(&lock, "r1", "one")
        .publish(manifest("r2", 1))
        .unwrap_err();
    assert!(matches!(error, StoreError::OtherRun { .. }));
    assert!(out.runs().unwrap().is_empty());
    assert!(hidden(&out).is_empty());
}

#[test]
fn runs_are_listed_by_day_and_found_by_what_people_type() {
    let (_root, out) = out();
    let lock = out.lock().unwrap();
    publish(&lock, manifest("2026-11-02-b", 2), "b");
    publish(&lock, manifest("2026-11-01-a", 1), "a");
    let mut third = manifest("2026-11-03-c", 3);
    third.previous_run = Some("2026-11-02-b".into());
    publish(&lock, third, "c");
    fs::create_dir(out.run_path("2026-11-04-broken")).unwrap();
    lock.write_timings("2026-11-03-c", &[1]).unwrap();

    let runs = out.runs().unwrap();
    let ids: Vec<&str> = runs.list().iter().map(|run| run.id()).collect();
    assert_eq!(ids, ["2026-11-01-a", "2026-11-02-b", "2026-11-03-c"]);
    assert_eq!(runs.broken()[0].run_id, "2026-11-04-broken");
    for (text, id) in [
        ("current", "2026-11-03-c"),
        ("previous", "2026-11-02-b"),
        ("2026-11-01", "2026-11-01-a"),
    ] {
        assert_eq!(runs.find(text).unwrap().id(), id);
    }
    assert!(matches!(
        runs.find("2026"),
        Err(StoreError::Ambiguous { .. })
    ));
    let error = runs.find("2025").unwrap_err().to_string();
    assert!(error.contains("2026-11-03-c"), "{error}");
}

#[test]
fn a_night_starts_from_the_standing_run_of_the_day_before() {
    let (_root, out) = out();
    let lock = out.lock().unwrap();
    publish(&lock, manifest("a", 1), "a");
    publish(&lock, manifest("b", 2), "b");
    let standing = out.runs().unwrap();
    let day = date(2026, 11, 2);
    assert_eq!(standing.superseded_by(day, "a2").unwrap().id(), "b");
    assert!(standing.superseded_by(date(2026, 11, 5), "x").is_none());
    let mut corrected = manifest("a2", 2);
    corrected.supersedes = Some("b".into());
    publish(&lock, corrected, "a2");

    let runs = out.runs().unwrap();
    assert!(runs.find("b").unwrap().superseded);
    assert_eq!(runs.previous_for(date(2026, 11, 3)).unwrap().id(), "a2");
    assert_eq!(runs.previous_for(day).unwrap().id(), "a");
    assert!(runs.previous_for(date(2026, 11, 1)).is_none());
    // Making a run anew does not change what it says about others.
    assert_eq!(runs.superseded_by(day, "a2").unwrap().id(), "b");
    assert!(runs.superseded_by(day, "b").is_none());
}

#[test]
fn pruning_keeps_the_newest_days_the_current_run_and_its_start() {
    let (_root, out) = out();
    let lock = out.lock().unwrap();
    for day in [1, 2, 4, 5] {
        publish(&lock, manifest(&format!("r{day}"), day), "x");
        lock.write_timings(&format!("r{day}"), &[1]).unwrap();
    }
    let mut corrected = manifest("r6", 6);
    corrected.previous_run = Some("r2".into());
    publish(&lock, corrected, "x");
    assert_eq!(lock.prune(1).unwrap(), ["r1", "r4", "r5"]);
    assert!(!out.timings_path("r1").exists() && out.timings_path("r2").exists());
    let ids: Vec<String> = out
        .runs()
        .unwrap()
        .list()
        .iter()
        .map(|r| r.id().into())
        .collect();
    assert_eq!(ids, ["r2", "r6"]);
    assert_eq!(current_is_whole(&out), "x");
    assert!(hidden(&out).is_empty());
}

#[test]
fn a_back_fill_is_published_and_current_stays_on_the_later_night() {
    let (_root, out) = out();
    let lock = out.lock().unwrap();
    publish(&lock, manifest("r5", 5), "today");
    publish(&lock, manifest("r3", 3), "past");
    assert_eq!(current_is_whole(&out), "today");
    assert!(out.verify("r3").is_ok());
    // Other content for the earlier night replaces it, and `current` stays.
    publish(&lock, manifest("r3", 3), "past, corrected");
    assert_eq!(current_is_whole(&out), "today");
    assert!(out.verify("r3").is_ok());
    assert!(hidden(&out).is_empty());
}

#[test]
fn a_diff_tells_what_changed() {
    let (_root, out) = out();
    let lock = out.lock().unwrap();
    let a = publish(&lock, manifest("a", 1), "one").manifest;
    let mut next = manifest("b", 1);
    next.seed = 2;
    let b = publish(&lock, next, "two!").manifest;
    let change = diff(&a, &b);
    assert_eq!(change.files.len(), 1);
    assert_eq!(change.files[0].path, "summary.txt");
    assert_eq!(
        change.files[0].from.as_ref().map(|file| file.bytes),
        Some(3)
    );
    let seed = change.settings.iter().find(|of| of.name == "seed").unwrap();
    assert_eq!(
        (seed.from.as_deref(), seed.to.as_deref()),
        (Some("1"), Some("2"))
    );
    assert!(diff(&a, &a).is_empty());
}
