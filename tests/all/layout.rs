//! The rooms of the house, and which may use which.

use std::fs;
use std::path::{Path, PathBuf};

/// Each room may use only those before it; `src/ARCHITECTURE.md` has the same
/// order.
const ROOMS: [&str; 25] = [
    "domain",
    "rules",
    "watch",
    "outputs",
    "store",
    "published",
    "kmeans",
    "allocation",
    "tables",
    "sample",
    "segments",
    "view",
    "campaign",
    "calls",
    "records",
    "previous",
    "explain",
    "measure",
    "lists",
    "deliver",
    "report",
    "pipeline",
    "artifacts",
    "night",
    "cli",
];

fn rust_files(folder: &Path, files: &mut Vec<PathBuf>) {
    for entry in fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() {
            rust_files(&path, files);
        } else if path.extension().is_some_and(|ending| ending == "rs") {
            files.push(path);
        }
    }
}

fn room_of(file: &Path) -> String {
    let first = file.iter().next().unwrap().to_string_lossy().into_owned();
    first.trim_end_matches(".rs").to_owned()
}

#[test]
fn data_flows_one_way_through_the_rooms() {
    let src = Path::new(env!("CARGO_MANIFEST_DIR")).join("src");
    let mut files = Vec::new();
    rust_files(&src, &mut files);
    assert!(files.len() > 50, "the sources are not where the test looks");
    let mut wrong = Vec::new();
    for file in files {
        let room = room_of(file.strip_prefix(&src).unwrap());
        if matches!(room.as_str(), "lib" | "main") {
            continue;
        }
        let Some(own) = ROOMS.iter().position(|name| *name == room) else {
            wrong.push(format!("{room} is no room; add it to the list"));
            continue;
        };
        let text = fs::read_to_string(&file).unwrap();
        // Tests may look anywhere.
        let code = text.split("#[cfg(test)]").next().unwrap_or_default();
        for used in code.split("crate::").skip(1) {
            let name: String = used
                .chars()
                .take_while(|c| c.is_alphanumeric() || *c == '_')
                .collect();
            match ROOMS.iter().position(|room| *room == name) {
                Some(other) if other <= own => {}
                _ => wrong.push(format!(
                    "{} uses {name}",
                    file.strip_prefix(&src).unwrap().display()
                )),
            }
        }
    }
    assert_eq!(wrong, Vec::<String>::new());
}

#[test]
fn the_architecture_page_lists_every_room() {
    let page = include_str!("../../src/ARCHITECTURE.md");
    let mut at = 0;
    for room in ROOMS {
        let found = page[at..]
            .find(&format!("| `{room}"))
            .unwrap_or_else(|| panic!("{room} is missing or out of order"));
        at += found;
    }
}
