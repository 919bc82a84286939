//! Segments of numbers and words: from the pipeline file to the published
//! tables, and on later nights.

use std::collections::BTreeMap;

use crate::support::frame::{self, with_texts};
use crate::support::{Table, Workspace, mini};

const COLUMNS: &str = r#"
[[features]]
name = "plan"
label = { en = "Plan", zh = "套餐" }
value = "plan"
cluster = { kind = "category", weight = 0.7, min_share = 0.05 }

[[features]]
name = "tier"
label = "Tier"
value = "tier"
cluster = { kind = "ordinal", order = ["basic", "silver", "gold", "platinum"] }

[[features]]
name = "takes_messages"
value = "consent_sms"
cluster = { missing = "indicator" }

[[features]]
each = ["video", "music", "gaming", "reading"]
name = "{each}_90d"
from = "usage"
window = "90d"
value = "SUM(minutes) FILTER (WHERE category = '{each}')"
fill = 0
cluster = { scale = "log_ratio", group = "time", zero = 0.05 }

[[features]]
name = "district"
value = "district"
"#;

fn workspace() -> Workspace {
    let workspace = mini::with_own_data();
    let tags = "\n[[tags]]";
    workspace.edit("rules.toml", tags, &format!("{COLUMNS}{tags}"));
    workspace.edit("pipeline.toml", "k = 2", "k = 4\npca = 0.95");
    workspace
}

fn night(workspace: &Workspace, as_of: &str) {
    let ended = workspace.clubcall(&["run", "pipeline.toml", "--quiet", "--as-of", as_of]);
    ended.success();
}

fn segments(workspace: &Workspace) -> BTreeMap<String, String> {
    let members = Table::read(&workspace.current().join("members.parquet"));
    let ids = members.words("customer_id").into_iter();
    ids.zip(members.words("segment_id")).collect()
}

fn customers(workspace: &Workspace, column: &str, change: impl Fn(usize, String) -> String) {
    let path = workspace.path("sample-data/customers.parquet");
    frame::edit(&path, |rows| {
        with_texts(rows, column, |row, word| word.map(|word| change(row, word)))
    });
}

#[test]
fn words_take_part_in_segments_and_their_shares_are_published() {
    let workspace = workspace();
    night(&workspace, "2026-11-01");
    let plans = Table::read(&workspace.path("sample-data/customers.parquet"));
    let ids = plans.words("customer_id").into_iter();
    let plans: BTreeMap<String, String> = ids.zip(plans.words("plan")).collect();
    let segments = segments(&workspace);
    let profiles = Table::read(&workspace.current().join("profiles.parquet"));
    let features = profiles.words("feature");
    let levels = |column: &str| {
        let first = profiles.words("segment_id")[0].clone();
        let of_first = features.iter().zip(profiles.words("segment_id"));
        let of_first = of_first.filter(|(_, segment)| *segment == first);
        of_first
            .filter_map(|(feature, _)| feature.strip_prefix(&format!("{column}=")))
            .map(str::to_owned)
            .collect::<Vec<_>>()
    };
    assert!(levels("plan").len() >= 3, "{features:?}");
    assert!(
        levels("district").len() >= 3,
        "a column need not be clustered"
    );
    assert_eq!(levels("takes_messages"), ["(missing)"]);
    assert!(levels("tier").is_empty() && features.iter().any(|f| f == "tier"));

    // Every share can be computed from members and the customers table.
    let rows = profiles.words("segment_id").into_iter().zip(&features);
    let rows = rows.zip(profiles.numbers("mean"));
    let mut compared = 0;
    for ((segment, feature), mean) in rows {
        let Some(plan) = feature
            .strip_prefix("plan=")
            .filter(|plan| *plan != "(other)")
        else {
            continue;
        };
        let own = segments.iter().filter(|(_, own)| **own == segment);
        let own: Vec<&String> = own.map(|(id, _)| &plans[id]).collect();
        let share = own.iter().filter(|own| ***own == plan).count() as f64 / own.len() as f64;
        assert!((share - mean).abs() < 1e-9, "{segment} {feature}: {mean}");
        compared += 1;
    }
    assert!(compared >= 12, "only {compared} shares");
    let report = std::fs::read_to_string(workspace.current().join("report.html")).unwrap();
    assert!(
        report.contains(&format!("Plan: {}", levels("plan")[0])),
        "levels have labels"
    );
}

#[test]
fn a_new_plan_is_scored_by_the_kept_model_and_a_new_tier_stops_the_night() {
    let workspace = workspace();
    night(&workspace, "2026-11-01");
    let before = segments(&workspace);
    let model = std::fs::read(workspace.current().join("model.json")).unwrap();
    customers(&workspace, "plan", |row, plan| {
        if row % 50 == 0 {
            "fibre".to_owned()
        } else {
            plan
        }
    });
    night(&workspace, "2026-11-02");
    let after = segments(&workspace);
    assert_eq!(
        std::fs::read(workspace.current().join("model.json")).unwrap(),
        model
    );
    let moved = after
        .iter()
        .filter(|(id, segment)| before.get(*id) != Some(segment));
    assert!(moved.count() * 20 < after.len());

    customers(&workspace, "tier", |row, tier| {
        if row % 10 == 0 {
            "diamond".to_owned()
        } else {
            tier
        }
    });
    let ended = workspace.clubcall(&["run", "pipeline.toml", "--quiet", "--as-of", "2026-11-03"]);
    assert_eq!(ended.code, 65);
    for words in [
        "feature `tier` of ",
        "allowed: basic, silver, gold, platinum",
    ] {
        assert!(ended.stderr.contains(words), "{}", ended.stderr);
    }
    assert_eq!(segments(&workspace), after, "the last run stays published");
}
