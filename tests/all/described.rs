//! Every published table says what it means.

use std::collections::BTreeSet;

use serde_json::Value;

use crate::support::history::nights;

/// The tables of the newest of three nights, as their files describe them.
fn described() -> Vec<Value> {
    let (workspace, _) = nights();
    let said = workspace.clubcall(&["sql", "--tables", "--format", "json"]);
    serde_json::from_str(&said.success().stdout).unwrap()
}

#[test]
fn every_table_and_every_column_has_a_description() {
    let tables = described();
    assert!(tables.len() >= 18, "{}", tables.len());
    let mut without = Vec::new();
    for table in &tables {
        let sentence = |of: &Value| of.as_str().is_some_and(|text| text.len() > 5);
        if !sentence(&table["description"]) {
            without.push(table["table"].to_string());
        }
        for column in table["columns"].as_array().unwrap() {
            let text = column["description"].as_str().unwrap_or_default();
            if text.len() < 4 || !text.ends_with('.') {
                without.push(format!("{}.{}", table["table"], column["name"]));
            }
        }
    }
    assert_eq!(without, Vec::<String>::new());
}

#[test]
fn every_number_has_a_unit() {
    let mut without = Vec::new();
    for table in &described() {
        // Of a feature the pipeline says it, where there is one.
        if table["table"] == "features" {
            continue;
        }
        for column in table["columns"].as_array().unwrap() {
            let is_number = matches!(column["type"].as_str(), Some("Int64" | "Float64"));
            if is_number && column["unit"].as_str().is_none_or(str::is_empty) {
                without.push(format!("{}.{}", table["table"], column["name"]));
            }
        }
    }
    assert_eq!(without, Vec::<String>::new());
}

#[test]
fn features_have_the_units_of_the_pipeline_and_nothing_personal() {
    let tables = described();
    let features = tables
        .iter()
        .find(|table| table["table"] == "features")
        .unwrap();
    let columns = features["columns"].as_array().unwrap();
    let unit = |name: &str| {
        let column = columns.iter().find(|column| column["name"] == name);
        column.unwrap_or_else(|| panic!("{name} is missing"))["unit"].clone()
    };
    assert_eq!(unit("minutes_30d"), "min");
    assert_eq!(unit("days_since_join_date"), "d");
    assert_eq!(unit("age"), "years");
    assert_eq!(unit("video_share_90d"), Value::Null);
    let names: BTreeSet<&str> = columns
        .iter()
        .filter_map(|column| column["name"].as_str())
        .collect();
    for personal in [
        "name",
        "phone",
        "birth_date",
        "contact_unit",
        "days_since_birth_date",
    ] {
        assert!(!names.contains(personal), "{personal}");
    }
}

#[test]
fn who_opted_out_has_no_features() {
    let (workspace, _) = nights();
    let query = "SELECT COUNT(*) AS customers, COUNT(f.minutes_90d) AS known, COUNT(f.plan) AS plans \
                 FROM members m JOIN features f USING (customer_id) WHERE m.segment_id = 'opted-out'";
    let said = workspace
        .clubcall(&["sql", query, "--format", "csv"])
        .success()
        .stdout;
    let counts: Vec<u64> = said
        .lines()
        .nth(1)
        .unwrap()
        .split(',')
        .map(|n| n.parse().unwrap())
        .collect();
    assert!(counts[0] > 10 && counts[1..] == [0, 0], "{said}");
}
