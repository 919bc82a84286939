use std::collections::{BTreeMap, BTreeSet};
use std::fs::{self, File};
use std::path::Path;

use arrow_array::RecordBatch;
use arrow_array::cast::AsArray;
use arrow_array::types::{Date32Type, Int32Type, TimestampMillisecondType};
use parquet::arrow::arrow_reader::ParquetRecordBatchReaderBuilder;

use super::*;

fn settings() -> SampleSettings {
    SampleSettings {
        customers: 700,
        days: 14,
        ..SampleSettings::default()
    }
}

fn write(settings: &SampleSettings, out: &Path, threads: usize) -> SampleSummary {
    rayon::ThreadPoolBuilder::new()
        .num_threads(threads)
        .build()
        .unwrap()
        .install(|| write_sample(settings, out, &mut |_| {}))
        .unwrap()
}

/// Every file below a folder with its bytes, by its path in the folder.
fn files(folder: &Path) -> BTreeMap<String, Vec<u8>> {
    let mut found = BTreeMap::new();
    let mut open = vec![folder.to_owned()];
    while let Some(next) = open.pop() {
        for entry in fs::read_dir(next).unwrap() {
            let path = entry.unwrap().path();
            if path.is_dir() {
                open.push(path);
            } else {
                let name = path
                    .strip_prefix(folder)
                    .unwrap()
                    .to_str()
                    .unwrap()
                    .to_owned();
                found.insert(name, fs::read(&path).unwrap());
            }
        }
    }
    found
}

fn read(path: &Path) -> RecordBatch {
    let reader = ParquetRecordBatchReaderBuilder::try_new(File::open(path).unwrap()).unwrap();
    let reader = reader.with_batch_size(1 << 20).build().unwrap();
    reader.map(Result::unwrap).next().unwrap()
}

fn texts<'a>(batch: &'a RecordBatch, column: &str) -> Vec<Option<&'a str>> {
    batch
        .column_by_name(column)
        .unwrap()
        .as_string::<i32>()
        .iter()
        .collect()
}

#[test]
fn the_same_seed_gives_the_same_bytes_on_any_number_of_threads() {
    let folder = tempfile::tempdir().unwrap();
    let paths = ["one", "two", "other"].map(|name| folder.path().join(name));
    let one = write(&settings(), &paths[0], 1);
    let two = write(&settings(), &paths[1], 2);
    write(
        &SampleSettings {
            seed: 2,
            ..settings()
        },
        &paths[2],
        2,
    );
    assert_eq!(one, two);
    let [one, two, other] = paths.map(|path| files(&path));
    assert_eq!(
        one.keys().collect::<Vec<_>>(),
        two.keys().collect::<Vec<_>>()
    );
    for (name, bytes) in &one {
        assert!(*bytes == two[name], "{name} depends on threads");
        assert!(*bytes != other[name], "{name} does not depend on the seed");
    }
    assert_eq!(one.len(), 12 + 14 + 1);
}

#[test]
fn the_first_customers_stay_when_more_are_asked_for() {
    let folder = tempfile::tempdir().unwrap();
    let (few, more) = (folder.path().join("few"), folder.path().join("more"));
    write(
        &SampleSettings {
            customers: 130,
            days: 2,
            ..settings()
        },
        &few,
        2,
    );
    write(
        &SampleSettings {
            customers: 500,
            days: 2,
            ..settings()
        },
        &more,
        2,
    );
    let (few, more) = (
        read(&few.join("customers.parquet")),
        read(&more.join("customers.parquet")),
    );
    assert_eq!(few.num_rows(), 130);
    assert_eq!(few, more.slice(0, 130));
}

#[test]
fn every_row_belongs_to_a_customer() {
    let folder = tempfile::tempdir().unwrap();
    let out = folder.path().join("sample");
    let summary = write(&settings(), &out, 2);
    let customers = read(&out.join("customers.parquet"));
    let ids: BTreeSet<&str> = texts(&customers, "customer_id")
        .into_iter()
        .flatten()
        .collect();
    assert_eq!(ids.len(), 700);
    let mut rows = BTreeMap::new();
    for name in files(&out).keys().filter(|name| name.ends_with(".parquet")) {
        let table = read(&out.join(name));
        *rows
            .entry(name.split(['.', '=']).next().unwrap().to_owned())
            .or_insert(0) += table.num_rows() as u64;
        if table.column_by_name("customer_id").is_some() {
            for id in texts(&table, "customer_id").into_iter().flatten() {
                assert!(ids.contains(id), "{name} has an unknown customer");
            }
        }
    }
    for (table, count) in summary.rows {
        let file = if table == "usage" {
            "usage/date"
        } else {
            table
        };
        assert_eq!(rows[file], count, "{table}");
        assert!(count > 0, "{table} is empty");
    }
}

#[test]
fn silent_customers_have_no_usage_and_active_ones_have_some() {
    let folder = tempfile::tempdir().unwrap();
    let out = folder.path().join("sample");
    write(
        &SampleSettings {
            days: 30,
            ..settings()
        },
        &out,
        2,
    );
    let mut using = BTreeSet::new();
    for name in files(&out).keys().filter(|name| name.starts_with("usage/")) {
        let day = read(&out.join(name));
        assert!(
            day.column_by_name("date").is_none(),
            "the date is in the folder's name"
        );
        let keys: Vec<_> = texts(&day, "customer_id")
            .into_iter()
            .zip(texts(&day, "category"))
            .collect();
        assert!(keys.is_sorted() && keys.windows(2).all(|pair| pair[0] != pair[1]));
        let number = |column: &str| {
            day.column_by_name(column)
                .unwrap()
                .as_primitive::<Int32Type>()
        };
        let (minutes, evening) = (number("minutes"), number("evening_minutes"));
        for row in 0..day.num_rows() {
            assert!((1..=1200).contains(&minutes.value(row)));
            assert!((0..=minutes.value(row)).contains(&evening.value(row)));
        }
        using.extend(keys.into_iter().map(|(id, _)| id.unwrap().to_owned()));
    }
    let truth = read(&out.join("truth/customers.parquet"));
    let active = truth.column_by_name("active").unwrap().as_boolean();
    let groups = texts(&truth, "group");
    for (row, id) in texts(&truth, "customer_id").into_iter().enumerate() {
        assert_eq!(
            active.value(row),
            using.contains(id.unwrap()),
            "customer in row {row}"
        );
        assert_eq!(active.value(row), groups[row] != Some("silent"));
    }
}

#[test]
fn customers_bring_the_hard_cases() {
    let folder = tempfile::tempdir().unwrap();
    let out = folder.path().join("sample");
    write(
        &SampleSettings {
            days: 1,
            ..settings()
        },
        &out,
        2,
    );
    let customers = read(&out.join("customers.parquet"));
    let births = customers
        .column_by_name("birth_date")
        .unwrap()
        .as_primitive::<Date32Type>();
    let last = crate::domain::days_from_date(settings().until);
    let ages: Vec<i32> = births
        .iter()
        .flatten()
        .map(|birth| (last - birth) / 366)
        .collect();
    assert!(ages.len() < 700, "some birth dates are unknown");
    assert!(ages.iter().any(|age| *age < 18) && ages.iter().any(|age| *age > 60));
    for consent in [
        "consent_sms",
        "consent_call",
        "consent_app",
        "consent_personalisation",
    ] {
        let answers: BTreeSet<Option<bool>> = customers
            .column_by_name(consent)
            .unwrap()
            .as_boolean()
            .iter()
            .collect();
        assert_eq!(answers.len(), 3, "{consent}: yes, no and unknown");
    }
    let tiers = texts(&customers, "tier");
    for (tier, manager) in tiers.into_iter().zip(texts(&customers, "manager_id")) {
        assert_eq!(matches!(tier, Some("gold" | "platinum")), manager.is_some());
    }
}

#[test]
fn the_history_reaches_into_the_last_days_and_never_beyond() {
    let folder = tempfile::tempdir().unwrap();
    let out = folder.path().join("sample");
    write(
        &SampleSettings {
            customers: 6000,
            days: 1,
            ..settings()
        },
        &out,
        2,
    );
    let last = i64::from(crate::domain::days_from_date(settings().until));
    let newest = |file: &str, column: &str| {
        let table = read(&out.join(file));
        let times = table
            .column_by_name(column)
            .unwrap()
            .as_primitive::<TimestampMillisecondType>();
        let newest = times.iter().flatten().max().unwrap();
        newest.div_euclid(86_400_000)
    };
    for (file, column) in [
        ("contacts.parquet", "at"),
        ("outcomes.parquet", "at"),
        ("complaints.parquet", "opened_at"),
        ("complaints.parquet", "resolved_at"),
        ("orders.parquet", "ordered_at"),
        ("orders.parquet", "completed_at"),
    ] {
        let day = newest(file, column);
        assert!(
            (last - 2..=last).contains(&day),
            "{file} {column}: {}",
            last - day
        );
    }
    let suppressions = read(&out.join("suppressions.parquet"));
    let from = suppressions
        .column_by_name("from")
        .unwrap()
        .as_primitive::<Date32Type>();
    let newest = i64::from(from.iter().flatten().max().unwrap());
    assert!((last - 5..=last).contains(&newest));
}

#[test]
fn settings_out_of_range_and_used_folders_are_refused() {
    let folder = tempfile::tempdir().unwrap();
    let attempt = |settings| write_sample(&settings, folder.path(), &mut |_| {});
    let none = attempt(SampleSettings {
        customers: 0,
        ..settings()
    })
    .unwrap_err();
    assert_eq!(none.to_string(), "customers is 0; allowed: 1 to 100000000");
    assert!(
        attempt(SampleSettings {
            days: 801,
            ..settings()
        })
        .is_err()
    );
    fs::write(folder.path().join("notes.txt"), "mine").unwrap();
    let used = attempt(settings()).unwrap_err();
    assert!(matches!(used, SampleError::NotEmpty { .. }));
    assert_eq!(fs::read_dir(folder.path()).unwrap().count(), 1);
}

/// Writes a sample of any size, for looking at it and for timing:
/// `SAMPLE_OUT=DIR SAMPLE_CUSTOMERS=200000 cargo test --release writes_a_sample -- --ignored`.
#[test]
#[ignore = "writes where SAMPLE_OUT says"]
fn writes_a_sample_to_look_at() {
    let out = std::env::var("SAMPLE_OUT").unwrap();
    let customers = std::env::var("SAMPLE_CUSTOMERS").map_or(5000, |text| text.parse().unwrap());
    let settings = SampleSettings {
        customers,
        ..SampleSettings::default()
    };
    let start = std::time::Instant::now();
    let summary = write_sample(&settings, Path::new(&out), &mut |_| {}).unwrap();
    println!("{summary:?} in {:?}", start.elapsed());
}
