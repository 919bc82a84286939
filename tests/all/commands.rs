//! The other commands.

use std::fs;
use std::path::Path;

use crate::support::workspace::copy_tree;
use crate::support::{Table, Workspace, history, sample};

/// A copy of three published nights.
fn published() -> Workspace {
    let (shared, _) = history::nights();
    let workspace = Workspace::new(sample::small());
    copy_tree(&shared.path("out"), &workspace.path("out"));
    workspace
}

#[test]
fn check_shows_tables_contracts_and_review_and_writes_nothing() {
    let workspace = Workspace::new(sample::small());
    let before = workspace.snapshot("");
    let said = workspace
        .clubcall(&["check", "pipelines/nightly.toml"])
        .success()
        .stdout;
    assert_eq!(workspace.snapshot(""), before);
    assert!(said.starts_with("nightly, night of 2026-11-01\n"), "{said}");
    let table = said
        .lines()
        .find(|line| line.trim_start().starts_with("customers "));
    assert_eq!(
        table.unwrap().split_whitespace().collect::<Vec<_>>()[1..],
        ["800", "rows"]
    );
    assert!(
        said.contains("Contracts: ") && said.contains(" 0 broken"),
        "{said}"
    );
    assert!(
        said.contains("Pre-launch review: 12 activities and 18 call reasons, 0 findings\n"),
        "{said}"
    );
}

#[test]
fn check_finds_activities_that_must_not_go_out() {
    let workspace = Workspace::new(sample::small());
    let file = "pipelines/nightly/activities.toml";
    workspace.edit(
        file,
        "20 November, 19:30, City cinema. Reply TD to stop.",
        "20 November.",
    );
    workspace.edit(file, "2026-11-22T07:00", "2026-10-22T07:00");
    let checked = workspace
        .clubcall(&["check", "pipelines/nightly.toml"])
        .exits(65);
    let findings: Vec<&str> = checked
        .stdout
        .lines()
        .skip_while(|line| !line.starts_with("Pre-launch review"))
        .collect();
    assert!(findings[0].ends_with("2 findings"), "{findings:?}");
    assert!(
        findings[1].trim_start().starts_with("film-night-2026-11: "),
        "{findings:?}"
    );
    assert!(
        findings[2]
            .trim_start()
            .starts_with("morning-run-2026-11: "),
        "{findings:?}"
    );
    // The same night goes out without them, and says so.
    let night = workspace.night("2026-11-01", &[]);
    assert!(
        night.stdout.contains("film-night-2026-11 is held back"),
        "{}",
        night.stdout
    );
    let lists = workspace.current().join("lists/csv");
    assert!(!lists.join("invitations-film-night-2026-11.csv").exists());
    assert!(lists.join("invitations-film-tickets-2026-11.csv").exists());
    let invited = Table::read(&workspace.current().join("invitations.parquet"));
    assert!(
        !invited
            .words("activity_id")
            .contains(&"film-night-2026-11".to_owned())
    );
}

#[test]
fn sql_answers_from_the_published_tables() {
    let (workspace, nights) = history::nights();
    let query =
        "SELECT segment_name, COUNT(*) AS customers FROM members GROUP BY 1 ORDER BY 2 DESC, 1";
    let said = workspace.clubcall(&["sql", query]).success().stdout;
    let table = nights[2].table("segments");
    for (name, size) in table.words("name").iter().zip(table.numbers("size")) {
        let row = said
            .lines()
            .find(|line| line.contains(&format!("│ {name} ")));
        let row = row.unwrap_or_else(|| panic!("{name} is missing:\n{said}"));
        assert!(row.contains(&format!(" {size} ")), "{row}");
    }
    let first = workspace.clubcall(&[
        "sql",
        "--run",
        "2026-10-25",
        "SELECT COUNT(*) AS n FROM invitations",
    ]);
    let rows = nights[0].table("invitations").len();
    assert!(first.success().stdout.contains(&format!(" {rows} ")));
}

#[test]
fn sql_shows_text_as_it_is_in_one_row_as_in_many() {
    let (workspace, _) = history::nights();
    for limit in ["1", "3"] {
        let query = format!("SELECT segment_id FROM segments ORDER BY 1 LIMIT {limit}");
        let said = workspace.clubcall(&["sql", &query]).success().stdout;
        assert!(said.contains("│ S01 ") && !said.contains('"'), "{said}");
    }
}

#[test]
fn sql_that_cannot_be_run_says_why() {
    let (workspace, _) = history::nights();
    for (query, why) in [
        ("SELEC 1", "Expected: an SQL statement"),
        ("SELECT * FROM nowhere", "nowhere"),
        ("SELECT nothing FROM members", "nothing"),
        ("SELECT * FROM member", "did you mean `members`?"),
        ("SELECT * FROM member@previous", "did you mean `members`?"),
        (
            "SELECT segment_nam FROM members",
            "did you mean `segment_name`?",
        ),
        (
            "SELECT m.confidnce FROM members m JOIN features f USING (customer_id)",
            "did you mean `confidence`?",
        ),
    ] {
        let failed = workspace.clubcall(&["sql", query]).exits(64);
        assert!(failed.stderr.contains(why), "{}", failed.stderr);
    }
    let query = "SELECT * FROM members@lately";
    let failed = workspace.clubcall(&["sql", query]).exits(66);
    assert!(
        failed.stderr.contains("no run `lately`"),
        "{}",
        failed.stderr
    );
}

#[test]
fn sql_joins_the_tables_of_two_runs() {
    let (workspace, nights) = history::nights();
    let query = "SELECT COUNT(*) AS n FROM members n JOIN members@previous b USING (customer_id) \
                 WHERE n.segment_id <> b.segment_id";
    let said = workspace
        .clubcall(&["sql", query, "--format", "csv"])
        .success()
        .stdout;
    let [before, now] = [&nights[1], &nights[2]].map(|night| {
        let table = night.table("members");
        let ids = table.words("customer_id");
        ids.into_iter()
            .zip(table.words("segment_id"))
            .collect::<std::collections::BTreeMap<_, _>>()
    });
    let moved = now
        .iter()
        .filter(|(id, segment)| before.get(*id).is_some_and(|b| b != *segment));
    assert_eq!(said.lines().nth(1), Some(&*moved.count().to_string()));
    // The run that another one started from, and a run by the beginning of its id.
    for (run, table) in [
        ("2026-10-28", "segments@previous"),
        ("current", "\"segments@2026-10-25\""),
    ] {
        let query = format!("SELECT SUM(size) AS n, COUNT(*) AS segments FROM {table}");
        let said = workspace.clubcall(&["sql", "--run", run, &query, "--format", "csv"]);
        let first = nights[0].table("segments").len();
        assert!(said.success().stdout.contains(&format!("800,{first}\n")));
    }
}

#[test]
fn sql_writes_every_format_to_the_screen_or_a_file() {
    let workspace = published();
    let query = "SELECT segment_id, size, share FROM segments ORDER BY segment_id";
    let asked = |more: &[&str]| workspace.clubcall(&[&["sql", query], more].concat());
    let csv = asked(&["--format", "csv"]).success().stdout;
    let json = asked(&["--format", "json"]).success().stdout;
    let rows: Vec<serde_json::Value> = serde_json::from_str(&json).unwrap();
    assert_eq!(csv.lines().count(), rows.len() + 1);
    assert!(csv.starts_with("segment_id,size,share\n"), "{csv}");
    assert!(
        json.find("segment_id") < json.find("size"),
        "columns stay in order"
    );
    let needs = asked(&["--format", "parquet"]).exits(64);
    assert!(needs.stderr.contains("--output"), "{}", needs.stderr);
    let written = asked(&["--format", "parquet", "--output", "segments.parquet"]).success();
    assert_eq!(written.stdout, "");
    let table = Table::read(&workspace.path("segments.parquet"));
    assert_eq!(table.numbers("size").iter().sum::<f64>(), 800.0);
    assert_eq!(table.columns(), ["segment_id", "size", "share"]);
    asked(&["--output", "nowhere/rows.csv"]).exits(73);
    // Beyond what the screen shows, nothing is left out.
    let query = "SELECT customer_id FROM decisions";
    let all = workspace
        .clubcall(&["sql", query, "--format", "csv"])
        .success()
        .stdout;
    let decisions = Table::read(&workspace.current().join("decisions.parquet"));
    assert!(decisions.len() > 1_000);
    assert_eq!(all.lines().count(), decisions.len() + 1);
}

#[test]
fn runs_say_in_json_what_they_say_in_words() {
    let (workspace, nights) = history::nights();
    let json = |arguments: &[&str]| -> serde_json::Value {
        let said = workspace
            .clubcall(&[arguments, &["--json"]].concat())
            .success();
        serde_json::from_str(&said.stdout).unwrap()
    };
    let list = json(&["runs", "list"]);
    assert_eq!(list.as_array().unwrap().len(), 3);
    assert_eq!(
        (&list[2]["state"], &list[2]["customers"]),
        (&"current".into(), &800.into())
    );
    let shown = json(&["runs", "show"]);
    assert_eq!(shown["run_id"], list[2]["run"]);
    let diff = json(&["runs", "diff", "2026-10-25", "current"]);
    let size = |of: &str, id: &str| {
        let all = diff["segments"].as_array().unwrap();
        all.iter()
            .find(|segment| segment["segment_id"] == id)
            .unwrap()[of]
            .clone()
    };
    for (at, of) in [(0, "from"), (2, "to")] {
        let table = nights[at].table("segments");
        for (id, rows) in table.words("segment_id").iter().zip(table.numbers("size")) {
            assert_eq!(size(of, id).as_f64(), Some(rows), "{id}");
        }
        let invited = nights[at].table("reconciliation");
        for (id, count) in invited
            .words("activity_id")
            .iter()
            .zip(invited.numbers("invited"))
        {
            let all = diff["activities"].as_array().unwrap();
            let found = all
                .iter()
                .find(|activity| &activity["activity_id"] == id)
                .unwrap();
            assert_eq!(found["invited"][of].as_f64(), Some(count), "{id}");
        }
    }
    let inputs = diff["inputs"].as_array().unwrap();
    assert!(
        inputs.iter().any(|input| input["name"] == "usage.rows"),
        "{inputs:?}"
    );
    let summary = fs::read_to_string(nights[2].folder.join("summary.txt")).unwrap();
    for alert in diff["alerts"]["new"].as_array().unwrap() {
        let words = alert
            .as_str()
            .unwrap()
            .split(' ')
            .take(3)
            .collect::<Vec<_>>()
            .join(" ");
        assert!(summary.contains(&words), "{alert}");
    }
}

#[test]
fn runs_are_listed_shown_compared_and_pruned() {
    let workspace = published();
    let list = workspace.clubcall(&["runs", "list"]).success().stdout;
    let lines: Vec<&str> = list.lines().skip(1).collect();
    assert_eq!(lines.len(), 3, "{list}");
    assert!(
        lines[0].starts_with("2026-10-25-") && lines[2].ends_with("current"),
        "{list}"
    );

    let shown = workspace
        .clubcall(&["runs", "show", "2026-10-28"])
        .success()
        .stdout;
    assert!(shown.contains("night        2026-10-28"), "{shown}");
    assert!(shown.contains("members.parquet"), "{shown}");
    assert!(
        shown.ends_with("every file is as it was published\n"),
        "{shown}"
    );

    let diff = workspace
        .clubcall(&["runs", "diff", "previous", "current"])
        .success()
        .stdout;
    assert!(diff.contains("as_of: 2026-10-28 -> 2026-11-01"), "{diff}");

    let pruned = workspace
        .clubcall(&["runs", "prune", "--keep", "2"])
        .success()
        .stdout;
    assert!(pruned.starts_with("1 run"), "{pruned}");
    let list = workspace.clubcall(&["runs", "list"]).success().stdout;
    assert!(
        !list.contains("2026-10-25") && list.contains("2026-10-28"),
        "{list}"
    );
    workspace.clubcall(&["runs", "show", "current"]).success();
    let missing = workspace
        .clubcall(&["runs", "show", "2026-10-25"])
        .exits(66);
    assert!(missing.stderr.contains("2026-11-01"), "{}", missing.stderr);
}

#[test]
fn every_command_takes_the_output_folder_at_its_end() {
    let (workspace, _) = history::nights();
    for command in [
        &["runs", "list"][..],
        &["runs", "show"],
        &["sql", "SELECT COUNT(*) AS n FROM members"],
    ] {
        workspace
            .clubcall(&[command, &["--out", "out"]].concat())
            .success();
    }
}

#[test]
fn a_sample_of_customers_is_taken_as_asked() {
    let workspace = Workspace::new(sample::small());
    let ended = workspace.night("2026-11-01", &["--sample", "400"]);
    assert!(ended.stdout.contains("sample of 400"), "{}", ended.stdout);
    assert_eq!(
        Table::read(&workspace.path("out/sample/current/members.parquet")).len(),
        400
    );
    assert!(
        !workspace.path("out/current").exists(),
        "a sample is no night of everybody"
    );
}

#[test]
fn a_problem_of_allocation_is_a_sample_of_its_own() {
    let workspace = Workspace::empty();
    let problem = ["sample", "--problem", "--customers", "300", "--quiet"];
    let said = workspace
        .clubcall(&[&problem[..], &["--seats", "--households", "--out", "made"]].concat())
        .success()
        .stdout;
    let candidates = Table::read(&workspace.path("made/candidates.parquet"));
    assert_eq!(
        candidates.columns(),
        [
            "customer_id",
            "activity_id",
            "value",
            "probability",
            "contact_unit"
        ]
    );
    let first = said.lines().next().unwrap();
    let rows = candidates.len().to_string();
    assert!(first.replace(',', "").contains(&rows), "{said}");
    assert!(workspace.path("made/problem.toml").exists());
    assert!(workspace.path("made/planted/assignments.parquet").exists());
    for wrong in [
        &["sample", "--share", "0.2", "--out", "other"][..],
        &["sample", "--problem", "--days", "3", "--out", "other"],
        &["sample", "--problem", "--share", "2", "--out", "other"],
    ] {
        let failed = workspace.clubcall(wrong).exits(64);
        assert!(failed.stderr.starts_with("error: "), "{}", failed.stderr);
    }
    assert!(!workspace.path("other").exists());
}

#[test]
fn completions_are_printed_for_common_shells() {
    let workspace = Workspace::empty();
    for shell in ["bash", "zsh", "fish"] {
        let script = workspace.clubcall(&["completions", shell]).success().stdout;
        assert!(
            script.contains("clubcall") && script.contains("as-of"),
            "{shell}"
        );
    }
    workspace.clubcall(&["completions", "klingon"]).exits(64);
}

#[test]
fn the_committed_schema_is_the_one_that_clubcall_checks_by() {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("pipelines/clubcall.schema.json");
    let Ok(committed) = fs::read_to_string(&path) else {
        println!("skipped: there is no {} yet", path.display());
        return;
    };
    let printed = Workspace::empty().clubcall(&["schema"]).success().stdout;
    assert!(
        printed == committed,
        "out of date; next: clubcall schema > pipelines/clubcall.schema.json"
    );
}
