//! What all commands have in common: help, exit codes, what they say where.

use std::fs;

use crate::support::workspace::ended;
use crate::support::{Workspace, history, sample};

/// The commands that a help page lists.
fn commands(help: &str) -> Vec<String> {
    let lines = help.lines().skip_while(|line| *line != "Commands:").skip(1);
    let lines = lines.take_while(|line| !line.is_empty());
    let names = lines.filter(|line| line.starts_with("  ") && !line.starts_with("   "));
    let first = |line: &str| line.split_whitespace().next().unwrap().to_owned();
    names.map(first).filter(|name| name != "help").collect()
}

#[test]
fn the_help_of_every_command_has_an_example() {
    let workspace = Workspace::empty();
    let help = workspace.clubcall(&["--help"]).success().stdout;
    let names = commands(&help);
    assert!(names.len() >= 7, "{names:?}");
    let mut without: Vec<String> = Vec::new();
    let mut pages = Vec::new();
    for name in names {
        let page = workspace.clubcall(&[&name, "--help"]).success().stdout;
        for inner in commands(&page) {
            let page = workspace
                .clubcall(&[name.as_str(), inner.as_str(), "--help"])
                .success()
                .stdout;
            pages.push((format!("{name} {inner}"), page));
        }
        pages.push((name, page));
    }
    for (name, page) in pages {
        if !page.contains(&format!("Example:\n  clubcall {name}")) {
            without.push(name.clone());
        }
        // clap breaks all lines but that of the usage.
        let lines = page.lines().filter(|line| !line.starts_with("Usage:"));
        let wide = lines.filter(|line| line.chars().count() > 80);
        assert_eq!(wide.collect::<Vec<_>>(), Vec::<&str>::new(), "{name}");
    }
    assert_eq!(without, Vec::<String>::new());
}

#[test]
fn every_command_has_a_man_page_and_is_completed() {
    let workspace = Workspace::empty();
    let help = workspace.clubcall(&["--help"]).success().stdout;
    workspace.clubcall(&["man", "--out", "man1"]).success();
    let script = workspace
        .clubcall(&["completions", "bash"])
        .success()
        .stdout;
    for name in commands(&help) {
        let page = fs::read_to_string(workspace.path(&format!("man1/clubcall-{name}.1")));
        assert!(page.is_ok_and(|page| page.contains("Example:")), "{name}");
        assert!(
            script.contains(&format!("clubcall__subcmd__{name}")),
            "{name}"
        );
    }
    let page = fs::read_to_string(workspace.path("man1/clubcall-runs-diff.1")).unwrap();
    assert!(page.contains("json"), "{page}");
}

#[test]
fn what_is_printed_fits_80_columns() {
    let (workspace, nights) = history::nights();
    let mut said = vec![("log".to_owned(), nights[2].ended.stderr.clone())];
    for command in [
        "runs list",
        "runs show",
        "runs diff",
        "segments list",
        "segments show S01",
        "sql --tables",
        "sql --describe decisions",
    ] {
        let arguments: Vec<&str> = command.split(' ').collect();
        let ended = workspace.clubcall(&arguments).success();
        said.push((command.to_owned(), ended.stdout));
    }
    for (command, text) in said {
        let wide = text.lines().filter(|line| line.chars().count() > 80);
        assert_eq!(wide.collect::<Vec<_>>(), Vec::<&str>::new(), "{command}");
    }
}

#[test]
fn the_help_lists_every_exit_code() {
    let help = Workspace::empty().clubcall(&["--help"]).success().stdout;
    for code in [
        "   0  ", "  64  ", "  65  ", "  66  ", "  70  ", "  73  ", "  75  ",
    ] {
        assert!(
            help.lines().any(|line| line.starts_with(code)),
            "{code} is missing"
        );
    }
}

#[test]
fn a_wrong_command_line_is_64_and_an_unwritable_folder_73() {
    let workspace = Workspace::new(sample::small());
    let night = "pipelines/nightly.toml";
    for arguments in [
        &["frobnicate"][..],
        &["run"],
        &["run", night, "--as-of", "2026-13-01"],
    ] {
        let failed = workspace.clubcall(arguments).exits(64);
        assert!(failed.stderr.starts_with("error: "), "{}", failed.stderr);
    }
    fs::write(workspace.path("file"), "").unwrap();
    workspace
        .clubcall(&["run", night, "--out", "file"])
        .exits(73);
}

#[test]
fn quiet_is_silent_and_colour_is_never_sent_to_a_file() {
    let workspace = Workspace::new(sample::small());
    let mut command = workspace.command();
    command
        .args(["run", "pipelines/nightly.toml", "--dry-run"])
        .env("NO_COLOR", "1");
    let plain = ended(&mut command).success();
    for said in [&plain.stdout, &plain.stderr] {
        assert!(!said.is_empty() && !said.contains('\u{1b}'), "{said:?}");
    }
    let quiet = workspace.clubcall(&["run", "pipelines/nightly.toml", "--dry-run", "--quiet"]);
    assert_eq!(quiet.success().stderr, "");
    let failed = workspace.clubcall(&["frobnicate"]);
    assert!(!failed.stderr.contains('\u{1b}'));
}

/// Every line as a JSON object.
fn json_lines(text: &str) -> Vec<serde_json::Value> {
    let parse = |line: &str| {
        serde_json::from_str(line).unwrap_or_else(|error| panic!("{error} in {line:?}"))
    };
    text.lines().map(parse).collect()
}

#[test]
fn every_line_of_a_json_log_is_json() {
    let workspace = Workspace::new(sample::small());
    let ended = workspace.night("2026-11-01", &["--log", "json"]);
    let lines = json_lines(&ended.stderr);
    let stages: Vec<&str> = lines
        .iter()
        .filter_map(|line| line["stage"].as_str())
        .collect();
    assert_eq!(
        stages,
        ["tables", "view", "segments", "campaign", "calls", "publish"]
    );
    assert!(lines.iter().all(|line| line["level"] == "info"));
    assert_eq!(lines[1]["rows"], 800);
}

#[test]
fn a_failure_in_a_json_log_is_json_too() {
    let workspace = Workspace::with_own_data(sample::small());
    fs::write(workspace.path("sample-data/orders.parquet"), "no Parquet").unwrap();
    let arguments = ["run", "pipelines/nightly.toml", "--log", "json"];
    let ended = workspace.clubcall(&arguments).exits(65);
    let lines = json_lines(&ended.stderr);
    assert_eq!(lines.last().unwrap()["level"], "error");
}
