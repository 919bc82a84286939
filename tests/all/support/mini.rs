//! A small pipeline in three files, to be broken. Its lines stay where they
//! are, unlike those of the shipped pipelines.

use std::fs;
use std::os::unix::fs::symlink;

use super::secrets::Secrets;
use super::workspace::copy_tree;
use super::{Ended, Workspace, sample};

const PIPELINE: &str = r#"include = ["rules.toml", "club.toml"]

[pipeline]
name = "mini"
timezone = "Asia/Shanghai"
as_of = "2026-11-01"
key = { text = "a-key-for-tests-only" }

[sources.customers]
path = "sample-data/customers.parquet"

[sources.usage]
path = "sample-data/usage/*/*.parquet"
hive = true

[sources.preferences]
path = "sample-data/preferences.parquet"

[tables.customers]
from = "customers"

[tables.usage]
from = "usage"

[tables.preferences]
from = "preferences"

[segments]
k = 2
"#;

const RULES: &str = r#"[[features]]
name = "video_minutes_30d"
from = "usage"
window = "30d"
value = "SUM(minutes) FILTER (WHERE category = 'video')"
fill = 0
cluster = { scale = "log" }

[[interests]]
id = "film"
label = "Film"
club = "Film club"
categories = ["video"]
topics = ["film"]

[[tags]]
name = "film_fan"
when = "film_affinity > 0.7"
"#;

const CLUB: &str = r#"[[activities]]
id = "film-night"
name = "Film night"
interest = "film"
starts = "2026-11-20T19:30"
seats = 40
acceptance = 0.25
value = 18
cost = 0.5
channels = ["app", "sms"]
eligible = "film_affinity >= 0.6"
owner = "film-club"
message = "Dear {{ name }}, see you on 20 November. Reply TD to stop."

[[calls]]
id = "silent"
label = "No usage any more"
action = "call"
when = "video_minutes_30d = 0"
priority = 10
class = "service"
due_hours = 24
team = "care"
owner = "care-desk"
script = "Ask whether all works."

[teams.care]
agents = 4
hours = { mon = 8, tue = 8, wed = 8, thu = 8, fri = 8, sat = 6, sun = 6 }
minutes_per_call = 6
utilisation = 0.8
starts = "13:00"
"#;

/// The small pipeline over the small sample, which must not be edited.
pub(crate) fn workspace() -> Workspace {
    let workspace = pipeline();
    symlink(sample::small(), workspace.path("sample-data")).unwrap();
    workspace
}

/// The small pipeline over a copy of the small sample.
pub(crate) fn with_own_data() -> Workspace {
    let workspace = pipeline();
    copy_tree(sample::small(), &workspace.path("sample-data"));
    workspace
}

fn pipeline() -> Workspace {
    let workspace = Workspace::empty();
    for (name, text) in [("pipeline", PIPELINE), ("rules", RULES), ("club", CLUB)] {
        fs::write(workspace.path(&format!("{name}.toml")), text).unwrap();
    }
    workspace
}

/// Runs the small pipeline: its exit code and all it says on standard error,
/// in which nobody is named.
pub(crate) fn told(workspace: &Workspace) -> String {
    let ended = run(workspace);
    format!("exit code {}\n{}", ended.code, ended.stderr)
}

/// Runs the small pipeline; nobody is named on the screen.
pub(crate) fn run(workspace: &Workspace) -> Ended {
    let ended = workspace.clubcall(&["run", "pipeline.toml", "--quiet"]);
    let secrets = Secrets::read();
    assert_eq!(
        secrets.found_in(&ended.stderr),
        0,
        "names or numbers in an error"
    );
    assert_eq!(
        secrets.found_in(&ended.stdout),
        0,
        "names or numbers in a summary"
    );
    ended
}
