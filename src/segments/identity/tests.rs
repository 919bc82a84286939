use jiff::civil::date;
use proptest::prelude::*;

use super::*;

/// Registry and members after a first night with these cluster sizes.
fn first_night(sizes: &[usize]) -> (Registry, Vec<(String, String)>) {
    let mut registry = Registry::default();
    let clusters = labels(sizes);
    let ids = run(&mut registry, &clusters, &[], 1);
    let members = members(0, &clusters, &ids);
    (registry, members)
}

/// Customers from number `start` on, in the segments of their clusters.
fn members(start: usize, clusters: &[usize], ids: &[String]) -> Vec<(String, String)> {
    let rows = clusters.iter().enumerate();
    rows.map(|(row, &cluster)| (format!("{:04}", start + row), ids[cluster].clone()))
        .collect()
}

fn labels(sizes: &[usize]) -> Vec<usize> {
    let groups = sizes.iter().enumerate();
    groups
        .flat_map(|(label, &size)| std::iter::repeat_n(label, size))
        .collect()
}

fn run(
    registry: &mut Registry,
    clusters: &[usize],
    before: &[(String, String)],
    day: i8,
) -> Vec<String> {
    run_from(0, registry, clusters, before, day)
}

/// As [`run`], with customers from number `start` on.
fn run_from(
    start: usize,
    registry: &mut Registry,
    clusters: &[usize],
    before: &[(String, String)],
    day: i8,
) -> Vec<String> {
    let ids: Vec<String> = (0..clusters.len())
        .map(|row| format!("{:04}", start + row))
        .collect();
    let clustered = Clustered {
        ids: ids.iter().map(String::as_str).collect(),
        clusters: clusters.to_vec(),
        k: clusters.iter().max().unwrap() + 1,
    };
    identify(&clustered, registry, before, date(2026, 10, day), "0123")
}

/// What befell a segment on that day.
fn event(registry: &Registry, id: &str, day: i8) -> Option<(SegmentStatus, Vec<String>)> {
    let event = registry.event(id, date(2026, 10, day))?;
    Some((event.status, event.segments.clone()))
}

fn said(status: SegmentStatus, segments: &[&str]) -> Option<(SegmentStatus, Vec<String>)> {
    Some((status, segments.iter().map(|&id| id.to_owned()).collect()))
}

#[test]
fn the_first_ids_go_by_size() {
    let (registry, members) = first_night(&[10, 30, 20]);
    assert_eq!(members[0].1, "S03");
    assert_eq!(members[10].1, "S01");
    assert_eq!(members[40].1, "S02");
    let new = |entry: &RegistryEntry| entry.status == SegmentStatus::New;
    assert!(registry.segments.iter().all(new));
}

#[test]
fn other_cluster_numbers_are_the_same_segments() {
    let (mut registry, members) = first_night(&[30, 20, 10]);
    let sizes = labels(&[30, 20, 10]);
    let renumbered: Vec<usize> = sizes.iter().map(|label| 2 - label).collect();
    let before = registry.clone();
    assert_eq!(
        run(&mut registry, &renumbered, &members, 2),
        ["S03", "S02", "S01"]
    );
    assert_eq!(registry, before);
}

#[test]
fn the_larger_part_of_a_split_keeps_the_id() {
    let (mut registry, members) = first_night(&[40, 20]);
    let mut clusters = labels(&[40, 20]);
    clusters[..15].fill(2);
    assert_eq!(
        run(&mut registry, &clusters, &members, 2),
        ["S01", "S02", "S03"]
    );
    assert_eq!(
        event(&registry, "S03", 2),
        said(SegmentStatus::Split, &["S01"])
    );
    assert_eq!(event(&registry, "S01", 2), None);
}

#[test]
fn the_largest_of_three_parts_keeps_the_id_and_of_five_equal_ones_none() {
    let (mut registry, members) = first_night(&[100, 20]);
    let ids = run(&mut registry, &labels(&[40, 30, 30, 20]), &members, 2);
    assert_eq!(ids, ["S01", "S03", "S04", "S02"]);
    for id in ["S03", "S04"] {
        assert_eq!(
            event(&registry, id, 2),
            said(SegmentStatus::Split, &["S01"])
        );
    }

    let (mut registry, members) = first_night(&[100, 20]);
    let ids = run(
        &mut registry,
        &labels(&[20, 20, 20, 20, 20, 20]),
        &members,
        2,
    );
    assert_eq!(ids, ["S03", "S04", "S05", "S06", "S07", "S02"]);
    for id in &ids[..5] {
        assert_eq!(
            event(&registry, id, 2),
            said(SegmentStatus::Split, &["S01"])
        );
    }
    assert_eq!(
        event(&registry, "S01", 2),
        said(SegmentStatus::Retired, &["S03", "S04", "S05", "S06", "S07"])
    );
}

#[test]
fn a_merger_names_what_it_took_in_and_ids_are_not_used_again() {
    let (mut registry, members) = first_night(&[40, 30, 20]);
    let clusters: Vec<usize> = labels(&[40, 30, 20])
        .iter()
        .map(|&l| usize::from(l == 2))
        .collect();
    assert_eq!(run(&mut registry, &clusters, &members, 2), ["S01", "S03"]);
    assert_eq!(
        event(&registry, "S01", 2),
        said(SegmentStatus::Merged, &["S02"])
    );
    assert_eq!(
        event(&registry, "S02", 2),
        said(SegmentStatus::Retired, &["S01"])
    );
    assert_eq!(
        registry.get("S02").unwrap().retired,
        Some(date(2026, 10, 2))
    );

    // The group of S02 comes back: as another segment.
    let members = members_of(&labels(&[70, 20]), &["S01", "S03"]);
    let ids = run(&mut registry, &labels(&[40, 30, 20]), &members, 3);
    assert_eq!(ids, ["S01", "S04", "S03"]);
    assert_eq!(
        event(&registry, "S04", 3),
        said(SegmentStatus::Split, &["S01"])
    );
}

fn members_of(clusters: &[usize], ids: &[&str]) -> Vec<(String, String)> {
    let ids: Vec<String> = ids.iter().map(|&id| id.to_owned()).collect();
    members(0, clusters, &ids)
}

#[test]
fn three_that_merge_live_on_in_the_largest_and_four_equal_ones_in_a_new_one() {
    let (mut registry, members) = first_night(&[40, 30, 30, 50]);
    let clusters: Vec<usize> = labels(&[100, 50]);
    assert_eq!(run(&mut registry, &clusters, &members, 2), ["S02", "S01"]);
    assert_eq!(
        event(&registry, "S02", 2),
        said(SegmentStatus::Merged, &["S03", "S04"])
    );

    let (mut registry, members) = first_night(&[30, 30, 30, 30, 50]);
    let ids = run(&mut registry, &labels(&[120, 50]), &members, 2);
    assert_eq!(ids, ["S06", "S01"]);
    assert_eq!(
        event(&registry, "S06", 2),
        said(SegmentStatus::Merged, &["S02", "S03", "S04", "S05"])
    );
}

#[test]
fn a_small_segment_that_is_swallowed_is_named_on_both_sides() {
    let (mut registry, members) = first_night(&[300, 6, 100]);
    let ids = run(&mut registry, &labels(&[306, 100]), &members, 2);
    assert_eq!(ids, ["S01", "S02"]);
    assert_eq!(
        event(&registry, "S01", 2),
        said(SegmentStatus::Merged, &["S03"])
    );
    assert_eq!(
        event(&registry, "S03", 2),
        said(SegmentStatus::Retired, &["S01"])
    );
}

#[test]
fn a_split_and_a_merger_at_once_leave_the_id_with_the_larger_part() {
    // S01 falls into 550 and 450; most of S02 joins the larger part. Matched
    // for the most shared customers alone, S01 would be the smaller part.
    let (mut registry, members) = first_night(&[1000, 300, 500]);
    let mut clusters = labels(&[550, 450]);
    clusters.extend([0; 200]);
    clusters.extend([2; 100]);
    clusters.extend([2; 500]);
    let ids = run(&mut registry, &clusters, &members, 2);
    assert_eq!(ids, ["S01", "S04", "S02"]);
    assert_eq!(
        event(&registry, "S04", 2),
        said(SegmentStatus::Split, &["S01"])
    );
    assert_eq!(
        event(&registry, "S01", 2),
        said(SegmentStatus::Merged, &["S03"])
    );
    assert_eq!(
        event(&registry, "S03", 2),
        said(SegmentStatus::Retired, &["S01", "S02"])
    );
}

#[test]
fn strangers_are_a_new_segment() {
    let (mut registry, members) = first_night(&[40, 20]);
    let mut clusters = labels(&[40, 20]);
    clusters.extend([2; 30]);
    assert_eq!(
        run(&mut registry, &clusters, &members, 2),
        ["S01", "S02", "S03"]
    );
    assert_eq!(event(&registry, "S03", 2), said(SegmentStatus::New, &[]));
}

#[test]
fn who_joined_and_who_left_do_not_count_against_a_match() {
    // Nine in ten are other people, and those come in other proportions.
    let (mut registry, members) = first_night(&[400, 200]);
    let clusters: Vec<usize> = (0..600).map(|row| usize::from(row % 2 == 1)).collect();
    let before: Vec<(String, String)> = members[..20]
        .iter()
        .chain(&members[400..440])
        .cloned()
        .collect();
    let mut tonight = vec![1; 20];
    tonight.extend(vec![0; 40]);
    let renumbered: Vec<(String, String)> = before
        .iter()
        .enumerate()
        .map(|(row, (_, id))| (format!("{row:04}"), id.clone()))
        .collect();
    tonight.extend(clusters);
    let kept = registry.clone();
    assert_eq!(run(&mut registry, &tonight, &renumbered, 2), ["S02", "S01"]);
    assert_eq!(registry, kept);
}

#[test]
fn a_group_that_vanishes_has_no_heirs() {
    let (mut registry, members) = first_night(&[300, 200]);
    // Of the second group five customers are left, among the first.
    let ids = run(&mut registry, &[0; 305], &members, 2);
    assert_eq!(ids, ["S01"]);
    assert_eq!(event(&registry, "S01", 2), None);
    assert_eq!(
        event(&registry, "S02", 2),
        said(SegmentStatus::Retired, &[])
    );
}

#[test]
fn with_nobody_from_before_every_segment_is_new() {
    let (mut registry, members) = first_night(&[40, 20]);
    let ids = run_from(5000, &mut registry, &labels(&[30, 30]), &members, 2);
    assert_eq!(ids, ["S03", "S04"]);
    assert_eq!(registry.current().count(), 2);
}

#[test]
fn the_registry_survives_json() {
    let (mut registry, members) = first_night(&[40, 30, 20]);
    run(&mut registry, &labels(&[70, 20]), &members, 2);
    registry.segments[0].locked = true;
    registry
        .reserved
        .insert("quiet".to_owned(), "Sleepers".to_owned());
    let text = serde_json::to_string(&registry).unwrap();
    assert!(text.contains("\"2026-10-02\""));
    assert_eq!(serde_json::from_str::<Registry>(&text).unwrap(), registry);
}

#[test]
fn an_event_reads_as_a_line() {
    let (mut registry, members) = first_night(&[40, 30, 20]);
    run(&mut registry, &labels(&[70, 20]), &members, 2);
    registry.segments[0].name = "Film fans".to_owned();
    let told: Vec<String> = registry
        .events(date(2026, 10, 1), date(2026, 10, 2))
        .iter()
        .map(ToString::to_string)
        .collect();
    assert_eq!(
        told,
        [
            "S01 Film fans: merged with S02",
            "S02 S02: retired, went to S01"
        ]
    );
}

/// Clusters before and after, of the same customers.
fn two_nights() -> impl Strategy<Value = (Vec<usize>, Vec<usize>)> {
    let night = |k: usize| prop::collection::vec(0..k, 60);
    (1..7usize, 1..7usize).prop_flat_map(move |(k, then)| (night(k), night(then)))
}

proptest! {
    /// The clusters' numbers are arbitrary: another numbering gives every
    /// customer the same segment and the same events.
    #[test]
    fn renumbered_clusters_are_the_same_segments(
        (before, after) in two_nights(),
        order in Just((0..7usize).collect::<Vec<usize>>()).prop_shuffle(),
    ) {
        let night = |clusters: &[usize]| {
            let mut registry = Registry::default();
            let ids = run(&mut registry, &before, &[], 1);
            let members = members(0, &before, &ids);
            let ids = run(&mut registry, clusters, &members, 2);
            let of_customers: Vec<String> =
                clusters.iter().map(|&cluster| ids[cluster].clone()).collect();
            (of_customers, registry)
        };
        // Numbers without customers do not occur after a fit.
        let dense = |labels: Vec<usize>| -> Vec<usize> {
            let mut used = labels.clone();
            used.sort_unstable();
            used.dedup();
            labels.iter().map(|label| used.binary_search(label).unwrap()).collect()
        };
        let before_dense = dense(before.clone());
        prop_assume!(before_dense == before);
        let after = dense(after);
        let renumbered = dense(after.iter().map(|&cluster| order[cluster]).collect());
        prop_assert_eq!(night(&after), night(&renumbered));
    }

    /// The same clusters again change nothing, and no id is given twice.
    #[test]
    fn ids_are_given_once_and_stay((before, after) in two_nights()) {
        let mut registry = Registry::default();
        let k = before.iter().max().unwrap() + 1;
        prop_assume!((0..k).all(|cluster| before.contains(&cluster)));
        let ids = run(&mut registry, &before, &[], 1);
        let kept = registry.clone();
        let members = members(0, &before, &ids);
        prop_assert_eq!(run(&mut registry, &before, &members, 2), ids);
        prop_assert_eq!(&registry, &kept);

        let k = after.iter().max().unwrap() + 1;
        prop_assume!((0..k).all(|cluster| after.contains(&cluster)));
        let ids = run(&mut registry, &after, &members, 3);
        let mut different = ids.clone();
        different.sort();
        different.dedup();
        prop_assert_eq!(different.len(), ids.len());
        // Every cluster has a living entry, and every other entry is retired.
        for entry in &registry.segments {
            let living = ids.contains(&entry.id);
            prop_assert_eq!(living, entry.status != SegmentStatus::Retired, "{}", entry.id);
        }
    }
}
