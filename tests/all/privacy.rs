//! Names and numbers are in the lists and nowhere else.

use std::collections::BTreeSet;
use std::fs;
use std::path::{Path, PathBuf};

use crate::support::Table;
use crate::support::history::nights;
use crate::support::secrets::Secrets;

/// Every file below `folder`, without the lists.
fn files(folder: &Path) -> Vec<PathBuf> {
    let mut found = Vec::new();
    for entry in fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        match path.file_name().and_then(|name| name.to_str()) {
            Some("lists" | "current") => {}
            _ if path.is_dir() => found.extend(files(&path)),
            _ => found.push(path),
        }
    }
    found
}

/// A file as text; that of Parquet is compressed, so its cells are added, each
/// once.
fn text(path: &Path) -> String {
    let bytes = fs::read(path).unwrap();
    let mut text = String::from_utf8_lossy(&bytes).into_owned();
    if path.extension().is_some_and(|ending| ending == "parquet") {
        let cells: BTreeSet<String> = Table::read(path).all_texts().into_iter().collect();
        text.extend(cells.iter().flat_map(|cell| ["\n", cell]));
    }
    text
}

#[test]
fn no_file_outside_the_lists_names_anyone() {
    let (workspace, nights) = nights();
    let secrets = Secrets::read();
    let files = files(&workspace.path("out"));
    let reports = files.iter().filter(|file| file.ends_with("report.html"));
    assert_eq!(
        reports.count(),
        nights.len(),
        "the reports were not looked at"
    );
    for file in files {
        // Counted, not shown: a failing test must not name anyone either.
        let found = secrets.found_in(&text(&file));
        assert_eq!(found, 0, "names or numbers in {}", file.display());
    }
}

#[test]
fn the_lists_do_name_people_or_this_page_proves_nothing() {
    let (_, nights) = nights();
    let secrets = Secrets::read();
    for list in ["calls-call", "invitations-film-night-2026-11"] {
        let path = nights[0].folder.join(format!("lists/csv/{list}.csv"));
        assert!(secrets.found_in(&text(&path)) > 0, "{list}");
    }
}

#[test]
fn nothing_on_the_screen_names_anyone() {
    let (workspace, nights) = nights();
    let secrets = Secrets::read();
    for night in nights {
        assert_eq!(secrets.found_in(&night.ended.stdout), 0, "in the summary");
        assert_eq!(secrets.found_in(&night.ended.stderr), 0, "in the log");
    }
    let commands: [&[&str]; 6] = [
        &["check", "pipelines/nightly.toml"],
        &["runs", "show"],
        &["runs", "diff"],
        &["explain", "C0000001"],
        &["sql", "SELECT * FROM features"],
        &[
            "run",
            "pipelines/nightly.toml",
            "--dry-run",
            "--log",
            "json",
        ],
    ];
    for command in commands {
        let ended = workspace.clubcall(command).success();
        let said = ended.stdout + &ended.stderr;
        assert_eq!(secrets.found_in(&said), 0, "in {command:?}");
    }
}
