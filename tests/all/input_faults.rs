//! Broken inputs: what people are told, what stops the run, and what only sets
//! rows aside.

use std::collections::BTreeSet;
use std::fs;

use insta::assert_snapshot;
use polars::prelude::{DataFrame, DataType};

use crate::support::frame::{self, with_numbers, with_texts};
use crate::support::{Table, Workspace, mini};

/// The small pipeline on a sample of which one file is changed.
fn after(file: &str, change: impl FnOnce(DataFrame) -> DataFrame) -> Workspace {
    let workspace = mini::with_own_data();
    frame::edit(
        &workspace.path(&format!("sample-data/{file}.parquet")),
        change,
    );
    workspace
}

fn cast(mut rows: DataFrame, column: &str, dtype: &DataType) -> DataFrame {
    let values = rows.column(column).unwrap().cast(dtype).unwrap();
    rows.with_column(values).unwrap();
    rows
}

/// Table, file, row, column and rule of everything that was set aside.
fn rejects(workspace: &Workspace) -> Vec<String> {
    let table = Table::read(&workspace.current().join("rejects.parquet"));
    let columns = ["table", "file", "row", "column", "rule"].map(|column| table.words(column));
    let row = |row: usize| {
        columns
            .each_ref()
            .map(|column| column[row].as_str())
            .join(" | ")
    };
    (0..table.len()).map(row).collect()
}

fn members(workspace: &Workspace) -> BTreeSet<String> {
    let table = Table::read(&workspace.current().join("members.parquet"));
    table.words("customer_id").into_iter().collect()
}

#[test]
fn a_truncated_file_is_named() {
    let workspace = mini::with_own_data();
    let path = workspace.path("sample-data/customers.parquet");
    let whole = fs::read(&path).unwrap();
    fs::write(&path, &whole[..whole.len() / 2]).unwrap();
    assert_snapshot!(mini::told(&workspace), @r"
    exit code 65
    error: source `customers`: cannot read ./sample-data/customers.parquet: not a sound Parquet file (Parquet error: Invalid Parquet file. Corrupt footer)
      next: write the file again, or take it out of [sources.customers]
    ");
}

#[test]
fn what_is_no_parquet_at_all_is_named() {
    let workspace = mini::with_own_data();
    let path = workspace.path("sample-data/preferences.parquet");
    fs::write(&path, "customer_id,topic,score\nC1,film,1\n").unwrap();
    assert_snapshot!(mini::told(&workspace), @r"
    exit code 65
    error: source `preferences`: cannot read ./sample-data/preferences.parquet: not a sound Parquet file (Parquet error: Invalid Parquet file. Corrupt footer)
      next: write the file again, or take it out of [sources.preferences]
    ");
}

#[test]
fn a_file_of_another_schema_is_named_with_what_differs() {
    let workspace = after("usage/date=2026-10-15/part-0", |mut rows| {
        rows.rename("mb", "megabytes".into()).unwrap();
        cast(rows, "minutes", &DataType::Float64)
    });
    assert_snapshot!(mini::told(&workspace), @r"
    exit code 65
    error: source `usage`: sample-data/usage/date=2026-10-15/part-0.parquet has `megabytes` (INT32), `minutes` (DOUBLE), but sample-data/usage/date=2026-09-02/part-0.parquet has `mb` (INT32), `minutes` (INT32)
      next: bring the files to one schema, or make them two sources joined by a query
    ");
}

#[test]
fn a_missing_column_comes_with_those_that_are_there() {
    let workspace = after("preferences", |mut rows| {
        rows.rename("topic", "subject".into()).unwrap();
        rows
    });
    assert_snapshot!(mini::told(&workspace), @r#"
    exit code 64
    error: 1 fault in the pipeline
      pipeline.toml:25: tables.preferences: lacks the column topic
        allowed: map it: columns = { topic = "…" }; there is customer_id, subject, score, source, date
    "#);
}

#[test]
fn duplicate_customers_stop_the_run() {
    let workspace = after("customers", |rows| rows.vstack(&rows.slice(0, 3)).unwrap());
    assert_snapshot!(mini::told(&workspace), @r"
    exit code 65
    error: 1 contract is broken; nothing was published
      table `customers`, column `customer_id`: unique; 6 rows break it
      next: mend the input, or set another severity in [[tables.NAME.checks]] for your own contracts
    ");
}

#[test]
fn all_broken_contracts_come_at_once() {
    let workspace = after("customers", |rows| rows.vstack(&rows.slice(0, 1)).unwrap());
    let own = "[tables.preferences]\nfrom = \"preferences\"\n\n[[tables.preferences.checks]]\ncolumn = \"topic\"\naccepted = [\"film\"]\n";
    workspace.edit(
        "pipeline.toml",
        "[tables.preferences]\nfrom = \"preferences\"\n",
        own,
    );
    let told = mini::told(&workspace);
    assert!(
        told.starts_with("exit code 65\nerror: 2 contracts are broken"),
        "{told}"
    );
    assert!(
        told.contains("column `topic`") && told.contains("column `customer_id`"),
        "{told}"
    );
}

#[test]
fn customers_without_an_id_are_set_aside_and_the_run_goes_on() {
    let workspace = after("customers", |rows| {
        with_texts(rows, "customer_id", |row, id| match row {
            4 => None,
            9 => Some(String::new()),
            19 => Some("=1+1".to_owned()),
            _ => id,
        })
    });
    let ended = mini::run(&workspace).success();
    assert!(
        ended.stdout.contains("`customer_id`: not null; 1 row"),
        "{}",
        ended.stdout
    );
    let rejects = rejects(&workspace);
    for row in [5, 10, 20] {
        let place = format!("sample-data/customers.parquet | {row} | customer_id");
        assert!(
            rejects.iter().any(|reject| reject.contains(&place)),
            "{row}: {rejects:?}"
        );
    }
    assert_eq!(rejects.len(), 3, "{rejects:?}");
    assert_eq!(members(&workspace).len(), 797);
}

#[test]
fn a_row_is_counted_in_its_own_file() {
    let workspace = after("usage/date=2026-10-15/part-0", |rows| {
        with_texts(rows, "customer_id", |row, id| id.filter(|_| row != 1))
    });
    mini::run(&workspace).success();
    let rejects = rejects(&workspace);
    let place = "usage/date=2026-10-15/part-0.parquet | 2 | customer_id | not null";
    assert!(
        rejects.len() == 1 && rejects[0].ends_with(place),
        "{rejects:?}"
    );
}

#[test]
fn scores_that_are_no_amounts_are_set_aside() {
    let workspace = after("preferences", |rows| {
        with_numbers(rows, "score", |row, score| match row {
            0 => -0.5,
            2 => f64::NAN,
            4 => f64::INFINITY,
            _ => score,
        })
    });
    mini::run(&workspace).success();
    let rejects = rejects(&workspace);
    for row in [1, 3, 5] {
        let place = format!("sample-data/preferences.parquet | {row} | score");
        assert!(
            rejects.iter().any(|reject| reject.contains(&place)),
            "{row}: {rejects:?}"
        );
    }
}

#[test]
fn text_where_a_date_is_expected_counts_as_missing_and_is_told() {
    let workspace = after("customers", |rows| {
        let rows = cast(rows, "birth_date", &DataType::String);
        with_texts(rows, "birth_date", |row, date| match row {
            0..10 => Some("one day in spring".to_owned()),
            _ => date,
        })
    });
    let ended = mini::run(&workspace).success();
    assert!(
        ended
            .stdout
            .contains("`birth_date`: is a date; 10 rows break it"),
        "{}",
        ended.stdout
    );
    assert_eq!(
        ended.stderr, "",
        "something spoke although --quiet was given"
    );
}

#[test]
fn dates_as_text_give_the_same_night() {
    let plain = mini::with_own_data();
    mini::run(&plain).success();
    let workspace = after("customers", |rows| {
        cast(rows, "birth_date", &DataType::String)
    });
    mini::run(&workspace).success();
    let invitations =
        |workspace: &Workspace| fs::read(workspace.current().join("invitations.parquet"));
    assert_eq!(
        invitations(&plain).unwrap(),
        invitations(&workspace).unwrap()
    );
}

#[test]
fn ids_that_no_table_shares_are_told_as_the_cause() {
    // Customers numbered 1, 2, 3 where all else says C0000001.
    let workspace = after("customers", |mut rows| {
        let ids: Vec<i64> = (0..rows.height() as i64).collect();
        let ids = polars::prelude::Column::new("customer_id".into(), ids);
        rows.with_column(ids).unwrap();
        rows
    });
    let told = mini::told(&workspace);
    assert!(told.starts_with("exit code 65\n"), "{told}");
    let cause = "customers is in `customers`; map `customer_id`";
    assert!(told.contains(cause), "{told}");
}

#[test]
fn one_row_of_someone_unknown_stops_nothing() {
    let workspace = after("preferences", |rows| {
        with_texts(rows.slice(0, 1), "customer_id", |_, _| {
            Some("X1".to_owned())
        })
    });
    let ended = mini::run(&workspace).success();
    assert!(ended.stdout.contains("`preferences`"), "{}", ended.stdout);
}

#[test]
fn time_zones_that_do_not_exist_are_told() {
    let workspace = after("customers", |rows| {
        with_texts(rows, "timezone", |row, zone| match row {
            0..50 => Some("Mars/Olympus".to_owned()),
            _ => zone,
        })
    });
    let ended = mini::run(&workspace).success();
    assert!(ended.stdout.contains("`timezone`"), "{}", ended.stdout);
}

#[test]
fn an_empty_customers_table_is_told_as_such() {
    let workspace = after("customers", |rows| rows.slice(0, 0));
    let told = mini::told(&workspace);
    assert!(told.starts_with("exit code 65\n"), "{told}");
    assert!(told.contains("customers"), "{told}");
    assert!(!workspace.path("out/current").exists());
}
