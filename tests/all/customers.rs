//! What customers' own columns decide: the hours in which they want to be
//! contacted, and the days of the year that are theirs.

use std::collections::BTreeMap;

use jiff::ToSpan;
use jiff::civil::Date;
use polars::prelude::{Column, DataFrame};

use crate::support::{Table, Workspace, frame, mini, sample};

/// A window's day, beginning and end, as `2026-11-01 08:00 21:00`, by customer.
fn windows(workspace: &Workspace, table: &str) -> BTreeMap<String, String> {
    let table = Table::read(&workspace.current().join(table));
    let [ids, from, to] = ["customer_id", "not_before", "not_after"].map(|name| table.words(name));
    let word = |at: usize| {
        let (day, time) = from[at].split_once('T').unwrap();
        format!("{day} {} {}", &time[..5], &to[at][11..16])
    };
    (0..table.len())
        .map(|at| (ids[at].clone(), word(at)))
        .collect()
}

/// Every fourth customer wants evenings, two of them write hours that cannot
/// be, and the last wants no weekends.
fn with_hours(mut customers: DataFrame) -> DataFrame {
    let rows = customers.height();
    let column = |values: [Option<&'static str>; 4]| (0..rows).map(move |row| values[row % 4]);
    let from: Vec<_> = column([Some("18:00"), Some("9:00"), Some("20:00"), None]).collect();
    let to: Vec<_> = column([Some("22:00"), None, Some("18:00"), None]).collect();
    let weekends: Vec<_> = column([Some("yes"), None, Some("1"), Some("no")]).collect();
    for (name, values) in [
        ("contact_from", from),
        ("contact_to", to),
        ("contact_weekends", weekends),
    ] {
        customers
            .with_column(Column::new(name.into(), values))
            .unwrap();
    }
    customers
}

#[test]
fn customers_are_contacted_in_the_hours_they_want() {
    let workspace = mini::with_own_data();
    frame::edit(&workspace.path("sample-data/customers.parquet"), with_hours);
    // The night's day is a Sunday.
    let ended = mini::run(&workspace).success();
    for told in [
        "`contact_from`: matches ^([01][0-9]|2[0-3]):[0-5][0-9]$; 200 rows break it",
        "OR contact_from < contact_to; 200 rows break it",
    ] {
        let page: Vec<&str> = ended.stdout.split_whitespace().collect();
        assert!(page.join(" ").contains(told), "{told}\n{}", ended.stdout);
    }
    let customers = Table::read(&workspace.path("sample-data/customers.parquet"));
    let ids = customers.words("customer_id");
    let wants = |id: &str| ids.iter().position(|other| other == id).unwrap() % 4;
    // Invitations are app messages; calls keep to 09:00 to 20:00.
    for (table, expected) in [
        (
            "invitations.parquet",
            [
                "01 18:00 21:00",
                "01 08:00 21:00",
                "01 08:00 21:00",
                "02 08:00 21:00",
            ],
        ),
        (
            "calls.parquet",
            [
                "01 18:00 20:00",
                "01 09:00 20:00",
                "01 09:00 20:00",
                "02 09:00 20:00",
            ],
        ),
    ] {
        let windows = windows(&workspace, table);
        let mut seen = [0; 4];
        for (id, window) in windows {
            assert_eq!(window, format!("2026-11-{}", expected[wants(&id)]), "{id}");
            seen[wants(&id)] += 1;
        }
        assert!(seen.iter().all(|&count| count > 3), "{table}: {seen:?}");
    }
}

#[test]
fn hours_that_leave_no_time_are_told_as_the_reason() {
    let workspace = mini::with_own_data();
    frame::edit(
        &workspace.path("sample-data/customers.parquet"),
        |mut customers| {
            let from: Vec<_> = (0..customers.height())
                .map(|row| (row % 2 == 0).then_some("22:00"))
                .collect();
            customers
                .with_column(Column::new("contact_from".into(), from))
                .unwrap();
            customers
        },
    );
    mini::run(&workspace).success();
    let customers = Table::read(&workspace.path("sample-data/customers.parquet"));
    let late: Vec<String> = customers
        .words("customer_id")
        .into_iter()
        .step_by(2)
        .collect();
    let decisions = Table::read(&workspace.current().join("decisions.parquet"));
    let mut told = 0;
    for (id, reason) in decisions
        .words("customer_id")
        .iter()
        .zip(decisions.words("reason"))
    {
        let refused = reason == "no_hour";
        assert!(!refused || late.contains(id), "{id} {reason}");
        assert!(!late.contains(id) || !["selected", "next_in_line"].contains(&reason.as_str()));
        told += u32::from(refused);
    }
    assert!(told > 10, "only {told}");
}

#[test]
fn rules_can_name_the_days_to_a_birthday() {
    let workspace = mini::workspace();
    workspace.edit(
        "club.toml",
        "when = \"video_minutes_30d = 0\"",
        "when = \"days_to_birthday BETWEEN 1 AND 20\"",
    );
    mini::run(&workspace).success();
    let customers = Table::read(&sample::small().join("customers.parquet"));
    let as_of = Date::constant(2026, 11, 1);
    let born: BTreeMap<String, Option<Date>> = (customers.words("customer_id").into_iter())
        .zip(customers.dates("birth_date"))
        .collect();
    let soon = |born: Date| {
        (1..=20).any(|days| {
            let day = as_of + days.days();
            (day.month(), day.day()) == (born.month(), born.day())
        })
    };
    let reasons = Table::read(&workspace.current().join("reasons.parquet"));
    let told = reasons.words("customer_id");
    let expected = born.values().flatten().filter(|&&born| soon(born)).count();
    assert!(expected > 20, "only {expected}");
    assert_eq!(told.len(), expected);
    assert!(told.iter().all(|id| born[id].is_some_and(soon)));
}
