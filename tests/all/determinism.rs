//! The same inputs give the same bytes: on any number of threads, from rows in
//! any order and files split in any way, in any folder.

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::{Path, PathBuf};

use polars::prelude::DataFrame;

use crate::support::workspace::{copy_tree, digests, ended};
use crate::support::{Workspace, frame, sample};

/// Two nights, so that the second starts from a model and a history.
const NIGHTS: [&str; 2] = ["2026-10-30", "2026-11-01"];

/// Ids and digests of everything that is published, manifests included.
fn published(workspace: &Workspace, environment: &[(&str, &str)]) -> BTreeMap<String, String> {
    for night in NIGHTS {
        let mut command = workspace.command();
        command.args(["run", "pipelines/nightly.toml", "--quiet", "--as-of", night]);
        command.envs(environment.iter().copied());
        ended(&mut command).success();
    }
    let mut files = digests(&workspace.path("out/runs"));
    // Times and machine facts lie beside the runs.
    files.retain(|path, _| !path.ends_with(".timings.json"));
    assert!(files.len() > 2 * 40);
    files
}

/// Compares file by file and names those that differ.
#[track_caller]
fn assert_same(found: &BTreeMap<String, String>, expected: &BTreeMap<String, String>) {
    let names: BTreeSet<&String> = found.keys().chain(expected.keys()).collect();
    let differ = |name: &&String| found.get(*name) != expected.get(*name);
    let differing: Vec<&String> = names.into_iter().filter(differ).collect();
    assert!(differing.is_empty(), "these differ: {differing:#?}");
}

fn expected() -> BTreeMap<String, String> {
    published(&Workspace::new(sample::small()), &[])
}

#[test]
fn any_number_of_threads_gives_the_same_bytes() {
    let expected = expected();
    for threads in ["1", "2", "4"] {
        let workspace = Workspace::new(sample::small());
        let environment = [
            ("RAYON_NUM_THREADS", threads),
            ("POLARS_MAX_THREADS", threads),
        ];
        assert_same(&published(&workspace, &environment), &expected);
    }
}

#[test]
fn any_size_of_batches_gives_the_same_bytes() {
    // The sample is small enough to pass the engine in one piece; real data
    // come in many.
    let workspace = Workspace::new(sample::small());
    let environment = [
        ("POLARS_IDEAL_MORSEL_SIZE", "997"),
        ("POLARS_MAX_THREADS", "4"),
    ];
    assert_same(&published(&workspace, &environment), &expected());
}

#[test]
fn rows_in_another_order_and_other_files_give_the_same_bytes() {
    let workspace = Workspace::with_own_data(sample::small());
    let data = workspace.path("sample-data");
    for (seed, path) in parquet_files(&data).into_iter().enumerate() {
        let rows = frame::shuffled(&frame::read(&path), seed as u64 + 1);
        if path.starts_with(data.join("usage")) {
            fs::remove_file(&path).unwrap();
            split(&rows, path.parent().unwrap());
        } else {
            frame::write(&path, rows);
        }
    }
    // Customers, too, in a folder of files instead of one.
    let customers = data.join("customers.parquet");
    let rows = frame::read(&customers);
    fs::remove_file(&customers).unwrap();
    fs::create_dir(data.join("customers")).unwrap();
    split(&rows, &data.join("customers"));
    workspace.edit(
        "pipelines/nightly.toml",
        "customers.parquet",
        "customers/*.parquet",
    );
    assert_same(&published(&workspace, &[]), &expected());
}

#[test]
fn any_folder_gives_the_same_bytes_with_rejects_too() {
    let with_reject = |workspace: &Workspace| {
        let path = workspace.path("sample-data/preferences.parquet");
        frame::edit(&path, |rows| {
            frame::with_numbers(
                rows,
                "score",
                |row, score| if row == 3 { -1.0 } else { score },
            )
        });
    };
    let here = Workspace::with_own_data(sample::small());
    with_reject(&here);
    let expected = published(&here, &[]);
    // Elsewhere, and called from outside by the full path.
    let there = Workspace::with_own_data(sample::small());
    with_reject(&there);
    let deep = there.path("a/b");
    fs::create_dir_all(&deep).unwrap();
    copy_tree(&there.path("pipelines"), &deep.join("pipelines"));
    copy_tree(&there.path("sample-data"), &deep.join("sample-data"));
    let pipeline = deep.join("pipelines/nightly.toml").display().to_string();
    for night in NIGHTS {
        there
            .clubcall(&["run", &pipeline, "--as-of", night])
            .success();
    }
    let mut found = digests(&there.path("out/runs"));
    found.retain(|path, _| !path.ends_with(".timings.json"));
    assert_same(&found, &expected);
}

#[test]
fn a_row_more_changes_the_id_or_this_page_proves_nothing() {
    let workspace = Workspace::with_own_data(sample::small());
    frame::edit(&workspace.path("sample-data/preferences.parquet"), |rows| {
        rows.vstack(&rows.slice(0, 1)).unwrap()
    });
    let found = published(&workspace, &[]);
    assert!(expected().keys().all(|path| !found.contains_key(path)));
}

/// The rows in three files of unequal length, one of them empty.
fn split(rows: &DataFrame, folder: &Path) {
    let third = rows.height() / 3;
    let parts = [(0, third), (third, 0), (third, rows.height() - third)];
    for (index, (start, length)) in parts.into_iter().enumerate() {
        let path = folder.join(format!("part-{index}.parquet"));
        frame::write(&path, rows.slice(start as i64, length));
    }
}

/// The input files in order, the truth left out.
fn parquet_files(folder: &Path) -> Vec<PathBuf> {
    let mut files = Vec::new();
    for entry in fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() && !path.ends_with("truth") {
            files.extend(parquet_files(&path));
        } else if path.extension().is_some_and(|ending| ending == "parquet") {
            files.push(path);
        }
    }
    files.sort();
    files
}
