//! How much of what `clubcall sample` plants a night finds again.
//!
//! ```sh
//! cargo bench --bench truth                  # 20,000 and 200,000 customers
//! cargo bench --bench truth -- 20000         # one size
//! SEEDS=2 cargo bench --bench truth          # fewer seeds
//! ```
//!
//! For each size and seed a sample is written and `pipelines/nightly.toml` runs on
//! it as users run it, with the number of segments unknown. Its members are
//! compared with the planted groups, over all customers who are neither quiet nor
//! opted out nor silent; those outside count as a segment of their own. Beside the
//! adjusted Rand index stands that of Bayes' rule, which knows the distributions
//! that the sample is drawn from and each customer's shares of time without the
//! noise of days (`clubcall::sample::likeliest_groups`): no segmentation by usage
//! can be right more often. It is shown for the first 20,000 customers. Takes minutes.

use std::collections::{BTreeMap, BTreeSet};
use std::error::Error;
use std::fs::File;
use std::path::Path;

use arrow_array::cast::AsArray;
use clubcall::sample::{SampleSettings, likeliest_groups};
use clubcall::segments::agreement::adjusted_rand;
use parquet::arrow::arrow_reader::ParquetRecordBatchReaderBuilder;

mod shipped;

type Outcome<T> = Result<T, Box<dyn Error>>;

const SIZES: [u64; 2] = [20_000, 200_000];
/// Customers that Bayes' rule is shown for.
const JUDGED: u64 = 20_000;
/// The interests and the everyday group.
const GROUPS: usize = 9;

fn main() -> Outcome<()> {
    let only: Option<u64> = std::env::args().find_map(|text| text.parse().ok());
    let seeds: u64 = std::env::var("SEEDS").map_or(Ok(5), |text| text.parse())?;
    for customers in only.map_or(SIZES.to_vec(), |only| vec![only]) {
        println!("customers  seed  clustered  segments  outside  adjusted Rand  Bayes' rule");
        let mut found = Vec::new();
        for seed in 1..=seeds {
            let night = night(customers, seed)?;
            println!(
                "{customers:9}  {seed:4}  {:9}  {:8}  {:7}  {:13.4}  {:11.4}",
                night.clustered, night.segments, night.outside, night.index, night.bayes
            );
            found.push(night);
        }
        let median = |value: fn(&Night) -> f64| {
            let mut values: Vec<f64> = found.iter().map(value).collect();
            values.sort_by(f64::total_cmp);
            values.get(values.len() / 2).copied().unwrap_or(f64::NAN)
        };
        println!(
            "median of the adjusted Rand index {:.4}, of Bayes' rule {:.4}; {GROUPS} segments in {} of {}\n",
            median(|night| night.index),
            median(|night| night.bayes),
            found.iter().filter(|n| n.segments == GROUPS).count(),
            found.len()
        );
    }
    Ok(())
}

/// What a night found, against what was planted.
struct Night {
    clustered: usize,
    outside: usize,
    segments: usize,
    index: f64,
    bayes: f64,
}

fn night(customers: u64, seed: u64) -> Outcome<Night> {
    let numbers = [customers, seed].map(|number| number.to_string());
    let folder = shipped::night(&["--customers", &numbers[0], "--seed", &numbers[1]])?;
    let truth = folder.path().join("sample-data/truth/customers.parquet");
    let planted = words(&truth, "group")?;
    let members = folder.path().join("out/current/members.parquet");
    let segment_of: BTreeMap<String, String> = words(&members, "customer_id")?
        .into_iter()
        .zip(words(&members, "segment_id")?)
        .collect();
    // Those who come first are the same in a larger sample.
    let likeliest = likeliest_groups(&SampleSettings {
        customers: customers.min(JUDGED),
        seed,
        ..SampleSettings::default()
    });
    let ids = words(&truth, "customer_id")?;
    let clustered: Vec<usize> = (0..ids.len())
        .filter(|&row| {
            let segment = segment_of.get(&ids[row]).map_or("quiet", String::as_str);
            planted[row] != "silent" && !["quiet", "opted-out"].contains(&segment)
        })
        .collect();
    let segments: Vec<&str> = clustered
        .iter()
        .filter_map(|&row| segment_of.get(&ids[row]).map(String::as_str))
        .collect();
    let groups: Vec<&str> = clustered.iter().map(|&row| planted[row].as_str()).collect();
    let likeliest: Vec<&str> = clustered
        .iter()
        .filter_map(|&row| likeliest.get(row).copied())
        .collect();
    let different: BTreeSet<&str> = segments.iter().copied().collect();
    Ok(Night {
        clustered: clustered.len(),
        outside: segments.iter().filter(|&&id| id == "outside").count(),
        segments: different.iter().filter(|&&id| id != "outside").count(),
        index: adjusted_rand(&numbered(&groups), &numbered(&segments)),
        bayes: adjusted_rand(&numbered(&groups), &numbered(&likeliest)),
    })
}

/// A number for each name, from 0.
fn numbered(names: &[&str]) -> Vec<usize> {
    let mut numbers = BTreeMap::new();
    let number = |&name: &&str| {
        let next = numbers.len();
        *numbers.entry(name.to_owned()).or_insert(next)
    };
    names.iter().map(number).collect()
}

/// A column of words.
fn words(path: &Path, column: &str) -> Outcome<Vec<String>> {
    let mut words = Vec::new();
    for batch in ParquetRecordBatchReaderBuilder::try_new(File::open(path)?)?.build()? {
        let batch = batch?;
        let values = batch.column_by_name(column).ok_or("a column is missing")?;
        let values = values.as_string::<i32>().iter();
        words.extend(values.map(|word| word.unwrap_or_default().to_owned()));
    }
    Ok(words)
}
