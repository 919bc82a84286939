//! What a run publishes: every file with its columns, as a whole or not at all.

use std::fs;
use std::path::Path;

use crate::support::workspace::{digests, sha256};
use crate::support::{Table, Workspace, history, sample};

/// The columns that others rely on; there may be more.
const TABLES: [(&str, &[&str]); 11] = [
    (
        "reconciliation",
        &[
            "activity_id",
            "eligible",
            "invited",
            "waitlist",
            "suppressed",
            "control",
            "not_selected",
        ],
    ),
    (
        "members",
        &[
            "customer_id",
            "segment_id",
            "segment_name",
            "confidence",
            "second_segment_id",
            "film_affinity",
            "key_customer",
        ],
    ),
    (
        "segments",
        &[
            "segment_id",
            "name",
            "size",
            "share",
            "stability",
            "status",
            "lineage",
            "top_interests",
        ],
    ),
    (
        "profiles",
        &[
            "segment_id",
            "feature",
            "mean",
            "median",
            "population_mean",
            "lift",
            "z",
        ],
    ),
    (
        "invitations",
        &[
            "customer_id",
            "activity_id",
            "channel",
            "rank",
            "probability",
            "value",
            "not_before",
            "not_after",
            "owner",
            "status",
        ],
    ),
    (
        "decisions",
        &[
            "customer_id",
            "activity_id",
            "decision",
            "reason",
            "constraint",
        ],
    ),
    ("controls", &["contact_unit", "control", "salt_version"]),
    (
        "propensity",
        &["model", "used", "reason", "log_loss", "calibration_error"],
    ),
    (
        "calibration",
        &["model", "interest", "bin", "predicted", "observed", "count"],
    ),
    (
        "calls",
        &[
            "customer_id",
            "reason",
            "further_reasons",
            "action",
            "team",
            "owner",
            "priority",
            "due_at",
            "not_before",
            "not_after",
            "attempt",
            "script",
            "talking_points",
        ],
    ),
    ("rejects", &["table", "file", "row", "column", "rule"]),
];

fn json(path: &Path) -> serde_json::Value {
    serde_json::from_slice(&fs::read(path).unwrap()).unwrap()
}

#[test]
fn every_table_is_there_with_its_columns() {
    let (_, nights) = history::nights();
    for (name, columns) in TABLES {
        let found = nights[0].table(name).columns();
        for column in columns {
            assert!(
                found.iter().any(|f| f == column),
                "{name} lacks {column}: {found:?}"
            );
        }
    }
}

#[test]
fn the_manifest_has_the_digest_of_every_file() {
    let (_, nights) = history::nights();
    for night in nights {
        let mut files = digests(&night.folder);
        assert!(files.remove("manifest.json").is_some());
        let manifest = night.manifest();
        for name in [
            "summary.txt",
            "report.html",
            "model.json",
            "registry.json",
            "datapackage.json",
        ] {
            assert!(files.contains_key(name), "{name} is missing");
        }
        let outputs = manifest["outputs"].as_object().unwrap();
        let said = outputs
            .iter()
            .map(|(path, record)| (path.clone(), record["sha256"].as_str().unwrap().to_owned()));
        assert_eq!(files, said.collect());
        assert_eq!(manifest["as_of"], night.date.to_string());
    }
}

#[test]
fn the_package_describes_every_table_and_list_as_it_is() {
    let (_, nights) = history::nights();
    let folder = &nights[0].folder;
    let package = json(&folder.join("datapackage.json"));
    let mut described: Vec<String> = Vec::new();
    for resource in package["resources"].as_array().unwrap() {
        let path = resource["path"].as_str().unwrap();
        let bytes = fs::read(folder.join(path)).unwrap();
        if path.ends_with(".parquet") {
            // The package gives Parquet no digest (a validator reads it column
            // by column); the manifest does.
            assert_eq!(
                resource["rows"],
                Table::read(&folder.join(path)).len(),
                "{path}"
            );
            described.push(path.to_owned());
            continue;
        }
        assert_eq!(
            resource["hash"],
            format!("sha256:{}", sha256(&bytes)),
            "{path}"
        );
        let fields = resource["schema"]["fields"].as_array().unwrap().iter();
        let fields: Vec<&str> = fields
            .map(|field| field["name"].as_str().unwrap())
            .collect();
        let columns = match path.rsplit_once('.').unwrap().1 {
            "parquet" => Table::read(&folder.join(path)).columns(),
            "csv" => {
                let mut reader = csv::Reader::from_reader(bytes.as_slice());
                let header = reader.headers().unwrap().iter();
                header.map(str::to_owned).collect()
            }
            _ => fields.iter().map(|field| (*field).to_owned()).collect(),
        };
        assert_eq!(columns, fields, "{path}");
        described.push(path.to_owned());
    }
    let mut published: Vec<String> = digests(folder).into_keys().collect();
    published.retain(|path| path.starts_with("lists/") || path.ends_with(".parquet"));
    described.sort();
    assert_eq!(described, published);
}

#[test]
fn current_is_a_relative_link_to_a_whole_run() {
    let (workspace, nights) = history::nights();
    let target = workspace.path("out/current").read_link().unwrap();
    assert!(target.is_relative(), "{}", target.display());
    assert_eq!(workspace.current(), nights.last().unwrap().folder);
    workspace.clubcall(&["runs", "show", "current"]).success();
}

#[test]
fn the_report_loads_nothing_from_elsewhere() {
    let (_, nights) = history::nights();
    for night in nights {
        let page = fs::read_to_string(night.folder.join("report.html")).unwrap();
        // An icon of no bytes keeps browsers from asking a server for one.
        let page = page.replace("<link rel=\"icon\" href=\"data:,\">", "");
        // The charts' library can load things; a policy of the page forbids it, and a
        // test in a browser sees that nothing is asked for.
        let policy = "content=\"default-src 'none'; script-src 'unsafe-inline'; style-src 'unsafe-inline'; img-src data: blob:\"";
        assert!(page.contains(policy), "the report has no policy");
        let library = include_str!("../../src/report/vendor/echarts.min.js");
        let page = page.replace(library, "");
        for word in [
            "<link",
            "src=\"",
            "import(",
            "@import",
            "url(",
            "fetch(",
            "XMLHttpRequest",
        ] {
            assert!(!page.contains(word), "the report holds {word}");
        }
        assert!(page.contains(&night.date.to_string()));
    }
}

#[test]
fn a_dry_run_tells_everything_and_writes_nothing() {
    let workspace = Workspace::new(sample::small());
    let before = workspace.snapshot("");
    let dry = workspace.night("2026-11-01", &["--dry-run"]);
    assert_eq!(workspace.snapshot(""), before);
    let real = workspace.night("2026-11-01", &[]);
    let page = |said: &str| said.rsplit_once("\n\n").unwrap().0.to_owned();
    assert_eq!(page(&dry.stdout), page(&real.stdout));
    let published = workspace.snapshot("");
    workspace.night("2026-11-01", &["--dry-run"]);
    assert_eq!(workspace.snapshot(""), published);
}

#[test]
fn a_run_on_broken_input_leaves_the_last_run_untouched() {
    let workspace = Workspace::with_own_data(sample::small());
    workspace.night("2026-10-25", &[]);
    let published = workspace.snapshot("out");
    let customers = workspace.path("sample-data/customers.parquet");
    let whole = fs::read(&customers).unwrap();
    // Cut off: its footer is gone. Overwritten: its footer is sound, and the
    // fault shows when pages are read.
    let cut = whole[..whole.len() / 2].to_vec();
    let mut overwritten = whole.clone();
    overwritten[200..whole.len() / 4].fill(0xa5);
    for broken in [cut, overwritten] {
        fs::write(&customers, broken).unwrap();
        let ended = workspace.clubcall(&["run", "pipelines/nightly.toml", "--as-of", "2026-10-26"]);
        assert_eq!(ended.code, 65, "{}", ended.stderr);
        assert!(ended.stderr.contains("customers"), "{}", ended.stderr);
        assert_eq!(workspace.snapshot("out"), published);
    }
    fs::write(&customers, whole).unwrap();
    workspace.night("2026-10-26", &[]);
}
