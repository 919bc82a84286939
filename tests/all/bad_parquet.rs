//! Parquet files that other readers have stumbled over. They are not part of
//! the project: the folder is named by `CLUBCALL_BAD_PARQUET`, or lies beside
//! it; without it the tests say so and pass.

use std::fs;
use std::path::{Path, PathBuf};
use std::time::{Duration, Instant};

use crate::support::workspace::{Ended, ended};
use crate::support::{Workspace, sample};

/// The files, or nothing when there are none on this machine.
fn files() -> Vec<PathBuf> {
    let folder = std::env::var_os("CLUBCALL_BAD_PARQUET").map_or_else(
        || Path::new(env!("CARGO_MANIFEST_DIR")).join("../shared/data/bad-parquet"),
        PathBuf::from,
    );
    let mut files: Vec<PathBuf> = fs::read_dir(&folder)
        .into_iter()
        .flatten()
        .map(|entry| entry.unwrap().path())
        .filter(|path| path.extension().is_some_and(|ending| ending == "parquet"))
        .collect();
    files.sort();
    if files.is_empty() {
        println!(
            "skipped: no files in {}; set CLUBCALL_BAD_PARQUET",
            folder.display()
        );
    }
    files
}

/// A pipeline over two files: customers, and a table of any name.
fn pipeline(workspace: &Workspace, customers: &Path, id: &str, odd: &Path) {
    let text = format!(
        r#"[pipeline]
name = "odd"
as_of = "2026-11-01"
key = {{ text = "a-key-for-tests-only" }}

[sources.customers]
path = "{}"

[sources.odd]
path = "{}"

[tables.customers]
from = "customers"
columns = {{ customer_id = "{id}" }}

[tables.odd]
from = "odd"
"#,
        customers.display(),
        odd.display()
    );
    fs::write(workspace.path("odd.toml"), text).unwrap();
}

/// A command that must end by itself, and soon.
fn within_limits(workspace: &Workspace, arguments: &[&str], file: &Path) -> Ended {
    let start = Instant::now();
    let mut command = workspace.command();
    command.args(arguments).timeout(Duration::from_secs(20));
    let ended = ended(&mut command);
    let said = format!("{}: {arguments:?}\n{}", file.display(), ended.stderr);
    assert!(start.elapsed() < Duration::from_secs(20), "{said}");
    assert!(
        matches!(ended.code, 0 | 64 | 65),
        "exit code {} of {said}",
        ended.code
    );
    for word in ["panicked", "RUST_BACKTRACE", "unwrap()", "overflow"] {
        assert!(!ended.stderr.contains(word), "{said}");
    }
    assert!(
        ended.code == 0 || ended.stderr.starts_with("error: "),
        "{said}"
    );
    ended
}

#[test]
fn odd_customers_never_break_the_program() {
    let workspace = Workspace::empty();
    for file in files() {
        // As it is; with an id for everyone; and as any other table.
        for (customers, id) in [(&file, "customer_id"), (&file, "'one'")] {
            pipeline(&workspace, customers, id, &file);
            for command in ["check", "run"] {
                within_limits(&workspace, &[command, "odd.toml", "--quiet"], &file);
            }
        }
    }
}

#[test]
fn odd_tables_are_read_or_named_as_unreadable() {
    let workspace = Workspace::empty();
    let customers = sample::small().join("customers.parquet");
    for file in files() {
        pipeline(&workspace, &customers, "customer_id", &file);
        let ended = within_limits(&workspace, &["check", "odd.toml", "--quiet"], &file);
        if ended.code == 0 {
            assert!(ended.stdout.contains("  odd "), "{}", ended.stdout);
        } else {
            assert!(ended.stderr.contains("`odd`"), "{}", ended.stderr);
            assert!(ended.stderr.contains("\n  next: "), "{}", ended.stderr);
        }
    }
}

#[test]
fn valid_files_of_odd_kinds_are_read_whole() {
    let workspace = Workspace::empty();
    let customers = sample::small().join("customers.parquet");
    for file in files() {
        let name = file.file_stem().unwrap().to_string_lossy().into_owned();
        let rows = match name.as_str() {
            "int96_from_spark" => "6",
            "hadoop_lz4_compressed" => "4",
            "nan_in_stats" => "2",
            "concatenated_gzip_members" => "513",
            _ => continue,
        };
        pipeline(&workspace, &customers, "customer_id", &file);
        let ended = within_limits(&workspace, &["check", "odd.toml", "--quiet"], &file);
        // The engine knows no second member of a gzip stream: an error is no
        // shortened list.
        if name == "concatenated_gzip_members" && ended.code == 65 {
            continue;
        }
        assert_eq!(ended.code, 0, "{name}: {}", ended.stderr);
        let line = ended.stdout.lines().find(|line| line.starts_with("  odd "));
        let words: Vec<&str> = line.unwrap().split_whitespace().collect();
        assert_eq!(words[1..], [rows, "rows"], "{name}");
    }
}
