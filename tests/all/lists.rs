//! What the CRM and the call centre import is what was decided, and they can
//! read it as it is.

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::Path;

use csv::StringRecord;
use jiff::Timestamp;

use crate::support::history::{Invitation, Night, nights};
use crate::support::people::{Facts, is_e164};
use crate::support::{Workspace, sample};

/// A list's rows by column.
fn list(night: &Night, name: &str) -> Vec<BTreeMap<String, String>> {
    rows(&night.folder.join(format!("lists/csv/{name}.csv")))
}

fn rows(path: &Path) -> Vec<BTreeMap<String, String>> {
    // The reader refuses a record whose length differs from the header's.
    let mut reader = csv::ReaderBuilder::new()
        .flexible(false)
        .from_path(path)
        .unwrap();
    let header = reader.headers().unwrap().clone();
    let row = |record: StringRecord| {
        let cells = header.iter().zip(record.iter());
        cells
            .map(|(name, cell)| (name.to_owned(), cell.to_owned()))
            .collect()
    };
    reader
        .records()
        .map(|record| row(record.unwrap()))
        .collect()
}

/// The names of a preset's lists.
fn names(night: &Night, preset: &str) -> BTreeSet<String> {
    fs::read_dir(night.folder.join("lists").join(preset))
        .unwrap()
        .map(|entry| {
            let path = entry.unwrap().path();
            path.file_stem().unwrap().to_string_lossy().into_owned()
        })
        .collect()
}

#[test]
fn lists_hold_exactly_those_who_are_invited_or_waiting() {
    let (_, nights) = nights();
    for night in nights {
        let listed = names(night, "csv").into_iter();
        let mut found: Vec<Invitation> = listed
            .filter(|name| name.starts_with("invitations-"))
            .flat_map(|name| {
                let activity = name.trim_start_matches("invitations-").to_owned();
                list(night, &name).into_iter().map(move |row| {
                    assert_eq!(row["activity_id"], activity);
                    Invitation {
                        customer: row["customer_id"].clone(),
                        activity: row["activity_id"].clone(),
                        channel: row["channel"].clone(),
                        status: row["status"].clone(),
                        not_before: row["not_before"].clone(),
                        not_after: row["not_after"].clone(),
                    }
                })
            })
            .collect();
        let mut expected = night.invitations();
        found.sort();
        expected.sort();
        assert!(!expected.is_empty());
        assert_eq!(found, expected);
    }
}

#[test]
fn call_lists_hold_exactly_what_is_planned_for_today_in_its_order() {
    let (_, nights) = nights();
    for night in nights {
        let calls = night.calls();
        for action in ["sms", "call", "survey", "promotion", "visit"] {
            let found: Vec<[String; 3]> = list(night, &format!("calls-{action}"))
                .into_iter()
                .map(|row| ["position", "customer_id", "reason_id"].map(|c| row[c].clone()))
                .collect();
            let expected: Vec<[String; 3]> = calls
                .iter()
                .filter(|call| call.action == action && call.status == "planned")
                .zip(1..)
                .map(|(c, at)| [at.to_string(), c.customer.clone(), c.reason.clone()])
                .collect();
            assert_eq!(found, expected, "{action} on {}", night.date);
        }
    }
}

#[test]
fn every_list_comes_in_every_preset() {
    let (_, nights) = nights();
    for night in nights {
        let lists = names(night, "csv");
        assert_eq!(lists.len(), 12 + 5, "{lists:?}");
        assert_eq!(lists, names(night, "xlsx"));
    }
}

#[test]
fn numbers_can_be_dialled_and_belong_to_the_customer() {
    let (_, nights) = nights();
    let facts = Facts::read(sample::small());
    let mut dialled = 0;
    for night in nights {
        for name in names(night, "csv") {
            for row in list(night, &name) {
                let (id, phone) = (&row["customer_id"], &row["phone"]);
                let customer = &facts.customers[id];
                assert_eq!(
                    row["name"],
                    customer.name.clone().unwrap_or_default(),
                    "{id}"
                );
                let by_app = row.get("channel").is_some_and(|channel| channel == "app");
                if by_app {
                    assert_eq!(phone, "", "{id} in {name}: the app needs no number");
                } else if name != "calls-visit" {
                    assert!(is_e164(phone), "{id} in {name} has no number to dial");
                    assert_eq!(Some(phone), customer.phone.as_ref(), "{id} in {name}");
                    dialled += 1;
                }
            }
        }
    }
    assert!(dialled > 100, "only {dialled} numbers");
}

#[test]
fn messages_are_filled_in_and_say_how_to_opt_out() {
    let (_, nights) = nights();
    let facts = Facts::read(sample::small());
    for name in names(&nights[0], "csv") {
        for row in list(&nights[0], &name)
            .iter()
            .filter(|row| row.contains_key("message"))
        {
            let message = &row["message"];
            let named = facts.customers[&row["customer_id"]].name.clone().unwrap();
            assert_eq!(message.is_empty(), row["status"] == "waitlist");
            if !message.is_empty() {
                assert!(message.contains(&named) && message.contains("Reply TD"));
                assert!(!message.contains("{{"), "{name}");
            }
        }
    }
}

#[test]
fn csv_is_plain_utf8_with_crlf_and_no_break_inside_a_cell() {
    let (_, nights) = nights();
    for name in names(&nights[0], "csv") {
        let path = nights[0].folder.join(format!("lists/csv/{name}.csv"));
        let text = String::from_utf8(fs::read(path).unwrap()).unwrap();
        assert!(
            !text.starts_with('\u{feff}'),
            "{name} begins with a byte order mark"
        );
        assert!(text.ends_with("\r\n"), "{name}");
        let lines = list(&nights[0], &name).len() + 1;
        assert_eq!(text.matches('\n').count(), lines, "{name}");
        assert_eq!(text.matches("\r\n").count(), lines, "{name}");
    }
}

const PRESETS: [&str; 13] = [
    "csv-excel",
    "gb18030",
    "parquet",
    "jsonl",
    "salesforce",
    "hubspot",
    "odoo",
    "tryton",
    "espocrm",
    "mautic",
    "vicidial",
    "genesys",
    "postgres",
];

#[test]
fn importers_get_their_own_files_and_are_told_whom_they_know() {
    let workspace = Workspace::new(sample::small());
    let path = workspace.path("pipelines/nightly.toml");
    let mut pipeline = fs::read_to_string(&path).unwrap();
    for preset in PRESETS {
        pipeline += &format!("\n[[exports]]\npreset = \"{preset}\"\n");
        if ["odoo", "tryton"].contains(&preset) {
            pipeline += "lists = [\"customers\", \"invitations-*\", \"calls-*\"]\n";
        }
    }
    fs::write(&path, pipeline).unwrap();
    let lines = |file: &str| {
        let text = fs::read_to_string(workspace.current().join("lists").join(file)).unwrap();
        text.lines().count()
    };
    workspace.night("2026-10-31", &[]);
    assert_eq!(lines("tryton/customers-create.csv"), 1 + 800);
    assert_eq!(lines("tryton/customers-update.csv"), 1);
    let first = fs::read(workspace.current().join("lists/odoo/customers-create.csv")).unwrap();

    workspace.night("2026-11-01", &[]);
    assert_eq!(lines("tryton/customers-create.csv"), 1);
    assert_eq!(lines("tryton/customers-update.csv"), 1 + 800);
    let ids = |text: &[u8]| -> BTreeSet<String> {
        let mut reader = csv::Reader::from_reader(text);
        reader.records().map(|r| r.unwrap()[0].to_owned()).collect()
    };
    let second = fs::read(workspace.current().join("lists/odoo/customers-update.csv")).unwrap();
    assert_eq!(ids(&first), ids(&second), "external ids stay");

    let manifest = workspace.manifest();
    let outputs = manifest["outputs"].as_object().unwrap();
    for preset in PRESETS {
        let own = outputs
            .iter()
            .filter(|(path, _)| path.starts_with(&format!("lists/{preset}/")));
        let rows: u64 = own
            .map(|(_, output)| output["rows"].as_u64().unwrap())
            .sum();
        assert!(rows > 0, "{preset} has nobody");
    }
    assert!(
        !outputs.contains_key("lists/csv/customers.csv"),
        "nobody asked for it"
    );
}

#[test]
fn a_team_dials_its_queue_from_top_to_bottom() {
    let workspace = Workspace::new(sample::small());
    workspace.edit(
        "pipelines/nightly.toml",
        "preset = \"xlsx\"\nfolder = \"teams\"",
        "preset = \"csv\"\nfolder = \"teams\"",
    );
    workspace.night("2026-11-01", &[]).success();
    let lists = workspace.current().join("lists");
    let actions = ["call", "sms", "survey", "promotion", "visit"];
    let by_action = actions.map(|action| rows(&lists.join(format!("csv/calls-{action}.csv"))));
    let all: Vec<_> = by_action.into_iter().flatten().collect();
    let mut dialled = 0;
    for team in ["care", "clubs", "managers"] {
        let queue = rows(&lists.join(format!("teams/queue-{team}.csv")));
        let ids = |rows: &[BTreeMap<String, String>]| -> BTreeSet<String> {
            let of_team = rows.iter().filter(|row| row["team"] == team);
            of_team.map(|row| row["call_id"].clone()).collect()
        };
        assert_eq!(ids(&queue).len(), queue.len(), "{team}");
        assert_eq!(ids(&queue), ids(&all), "{team}");
        let positions = queue
            .iter()
            .map(|row| row["position"].parse::<usize>().unwrap());
        assert!(positions.eq(1..=queue.len()), "{team}");
        if team != "managers" {
            let turn =
                |row: &BTreeMap<String, String>| -> Timestamp { row["starts_at"].parse().unwrap() };
            assert!(queue.is_sorted_by_key(turn), "{team}");
            dialled += queue.len();
        }
    }
    assert!(dialled > 20, "{dialled}");
    assert!(!lists.join("teams/queue-messages.csv").exists());
}

#[test]
fn exports_that_would_lie_in_one_folder_or_name_no_column_are_faults() {
    let workspace = Workspace::new(sample::small());
    workspace.edit(
        "pipelines/nightly.toml",
        "preset = \"xlsx\"\n\n",
        "preset = \"csv\"\ncolumns = { Phone = \"phne\" }\n\n",
    );
    let faults = workspace
        .clubcall(&["check", "pipelines/nightly.toml"])
        .exits(64);
    for said in [
        "exports[1].folder",
        "exports[1].columns.Phone",
        "did you mean `phone`?",
    ] {
        assert!(faults.stderr.contains(said), "{said}: {}", faults.stderr);
    }
}
