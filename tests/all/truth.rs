//! The groups that the sample plants are found again.

use std::collections::{BTreeMap, BTreeSet};

use crate::support::{Table, Workspace, sample};

/// The adjusted Rand index of two labellings of the same things: 1 when they
/// agree, about 0 when they are independent (Hubert & Arabie 1985, eq. 5).
fn adjusted_rand_index(pairs: &[(String, String)]) -> f64 {
    let choose_two = |count: &f64| count * (count - 1.0) / 2.0;
    let mut both: BTreeMap<&(String, String), f64> = BTreeMap::new();
    let mut first: BTreeMap<&str, f64> = BTreeMap::new();
    let mut second: BTreeMap<&str, f64> = BTreeMap::new();
    for pair in pairs {
        *both.entry(pair).or_default() += 1.0;
        *first.entry(&pair.0).or_default() += 1.0;
        *second.entry(&pair.1).or_default() += 1.0;
    }
    let together: f64 = both.values().map(choose_two).sum();
    let (a, b): (f64, f64) = (
        first.values().map(choose_two).sum(),
        second.values().map(choose_two).sum(),
    );
    let by_chance = a * b / choose_two(&(pairs.len() as f64));
    (together - by_chance) / ((a + b) / 2.0 - by_chance)
}

#[test]
fn the_index_is_one_for_the_same_groups_and_small_for_others() {
    let pairs = |f: &dyn Fn(usize) -> usize| -> Vec<(String, String)> {
        (0..600)
            .map(|i| ((i % 3).to_string(), f(i).to_string()))
            .collect()
    };
    assert!((adjusted_rand_index(&pairs(&|i| (i + 1) % 3)) - 1.0).abs() < 1e-12);
    assert!(adjusted_rand_index(&pairs(&|i| i / 3 % 5)).abs() < 0.01);
}

#[test]
fn segments_are_the_planted_groups() {
    let workspace = Workspace::new(sample::large());
    workspace.night("2026-11-01", &["--quiet"]);
    let truth = Table::read(&sample::large().join("truth/customers.parquet"));
    let planted: BTreeMap<String, String> = truth
        .words("customer_id")
        .into_iter()
        .zip(truth.words("group"))
        .filter(|(_, group)| group != "silent")
        .collect();
    let members = Table::read(&workspace.current().join("members.parquet"));
    let pairs: Vec<(String, String)> = members
        .words("customer_id")
        .into_iter()
        .zip(members.words("segment_id"))
        .filter(|(_, segment)| !matches!(segment.as_str(), "quiet" | "opted-out"))
        .filter_map(|(id, segment)| Some((planted.get(&id)?.clone(), segment)))
        .collect();
    let groups: BTreeSet<&String> = planted.values().collect();
    let segments: BTreeSet<&String> = pairs.iter().map(|(_, segment)| segment).collect();
    let index = adjusted_rand_index(&pairs);
    println!(
        "adjusted Rand index {index:.4} over {} customers; {} segments for {} planted groups",
        pairs.len(),
        segments.len(),
        groups.len()
    );
    assert!(
        pairs.len() > 3_500,
        "only {} customers are clustered",
        pairs.len()
    );
    assert!(index >= 0.9, "the adjusted Rand index is only {index:.4}");
    assert_eq!(segments.len(), groups.len(), "{segments:?} for {groups:?}");
}
