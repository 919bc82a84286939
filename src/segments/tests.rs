//! The stage as a whole, on planted data.

use std::collections::BTreeSet;

use jiff::ToSpan;
use jiff::civil::{Date, date};

use super::agreement::adjusted_rand;
use super::fixtures::{blobs, column, on_threads};
use super::*;
use crate::domain::{Label, Language};

/// The numbers of a column that holds numbers.
fn numbers_of(column: &mut FeatureColumn) -> &mut [f64] {
    match &mut column.values {
        Values::Numbers(numbers) => numbers,
        Values::Words(_) => &mut [],
    }
}

/// Customers in planted groups, with an interest in each group's number.
pub(super) struct World {
    ids: Vec<String>,
    features: Vec<FeatureColumn>,
    interests: Vec<InterestAffinity>,
    quiet: Vec<bool>,
    opted_out: Vec<bool>,
    truth: Vec<usize>,
    pub(super) as_of: Date,
}

impl World {
    pub(super) fn new(groups: usize, each: usize) -> Self {
        let (points, truth) = blobs(groups, each, 3, 17);
        let count = truth.len();
        let features = points
            .columns()
            .into_iter()
            .enumerate()
            .map(|(index, values)| column(&format!("f{index}"), Scale::Standard, values.to_vec()))
            .collect();
        let interests = ["Film", "Music", "Health", "Travel", "Sports", "Gaming"][..groups.min(6)]
            .iter()
            .enumerate()
            .map(|(group, name)| InterestAffinity {
                id: name.to_lowercase(),
                label: Label::One((*name).to_owned()),
                affinity: truth
                    .iter()
                    .map(|&t| if t == group { 0.9 } else { 0.1 })
                    .collect(),
            })
            .collect();
        Self {
            ids: (0..count).map(|row| format!("c{row:05}")).collect(),
            features,
            interests,
            quiet: vec![false; count],
            opted_out: vec![false; count],
            truth,
            as_of: date(2026, 10, 31),
        }
    }

    pub(super) fn input(&self) -> SegmentInput<'_> {
        SegmentInput {
            ids: &self.ids,
            features: &self.features,
            quiet: &self.quiet,
            opted_out: &self.opted_out,
            interests: &self.interests,
            as_of: self.as_of,
            seed: 42,
            language: Language::En,
        }
    }

    pub(super) fn run(&self, previous: Option<&Previous>) -> Result<Segmentation, SegmentError> {
        segment(&self.input(), &SegmentSettings::default(), previous)
    }

    /// What the night leaves to the next one, by way of the files.
    pub(super) fn leave(&self, night: &Segmentation) -> Previous {
        let model = serde_json::to_string(&night.model).unwrap();
        let registry = serde_json::to_string(&night.registry).unwrap();
        Previous {
            model: serde_json::from_str(&model).unwrap(),
            registry: serde_json::from_str(&registry).unwrap(),
            members: self.ids.iter().cloned().zip(ids_of(night)).collect(),
        }
    }

    pub(super) fn later(mut self, days: i64) -> Self {
        self.as_of = self.as_of.saturating_add(days.days());
        self
    }
}

/// The values of a column of numbers.
fn numbers(feature: &mut FeatureColumn) -> &mut Vec<f64> {
    match &mut feature.values {
        Values::Numbers(numbers) => numbers,
        Values::Words(_) => panic!("`{}` holds words", feature.name),
    }
}

fn ids_of(night: &Segmentation) -> Vec<String> {
    night
        .members
        .iter()
        .map(|member| night.segments[member.segment].id.clone())
        .collect()
}

#[test]
fn planted_groups_are_found_and_named() {
    let world = World::new(6, 200);
    let night = world.run(None).unwrap();
    let found: Vec<usize> = night.members.iter().map(|member| member.segment).collect();
    assert!(adjusted_rand(&found, &world.truth) > 0.99);
    assert_eq!((night.model.k, night.reason.clone()), (6, FitReason::First));
    assert!(night.warnings.is_empty(), "{:?}", night.warnings);
    let mut names: Vec<&str> = night.segments.iter().map(|s| s.name.as_str()).collect();
    names.sort_unstable();
    assert_eq!(
        names,
        [
            "Film fans",
            "Gaming fans",
            "Health fans",
            "Music fans",
            "Sports fans",
            "Travel fans"
        ]
    );
    let ids: Vec<&str> = night.segments.iter().map(|s| s.id.as_str()).collect();
    assert_eq!(ids, ["S01", "S02", "S03", "S04", "S05", "S06"]);
    assert_eq!(night.segments.iter().map(|s| s.size).sum::<usize>(), 1200);
    assert!(
        night
            .segments
            .iter()
            .all(|s| s.stability.unwrap() > 0.95 && !s.reserved)
    );
    assert_eq!(night.segments[0].top_interests.len(), 1);
    assert!(
        night
            .members
            .iter()
            .all(|m| (0.0..=1.0).contains(&m.confidence))
    );
    assert_eq!(night.scatter.len(), 1200);
    assert_eq!(night.profiles.len(), 6 * 3);
}

#[test]
fn the_number_of_threads_does_not_matter() {
    let world = World::new(5, 300);
    let alone = on_threads(1, || world.run(None).unwrap());
    let two = on_threads(2, || world.run(None).unwrap());
    assert_eq!(alone, two);
}

#[test]
fn customers_who_are_not_clustered_do_not_change_the_model() {
    let world = World::new(4, 100);
    let expected = world.run(None).unwrap();
    let mut more = World::new(4, 100);
    for stranger in 0..50 {
        more.ids.push(format!("d{stranger:05}"));
        more.features
            .iter_mut()
            .for_each(|feature| numbers(feature).push(1e6));
        more.interests
            .iter_mut()
            .for_each(|interest| interest.affinity.push(0.5));
        more.quiet.push(stranger < 30);
        more.opted_out.push(stranger >= 20);
    }
    let night = more.run(None).unwrap();
    assert_eq!(night.model, expected.model);
    let reserved: Vec<(&str, &str, usize)> = night.segments[4..]
        .iter()
        .map(|segment| (segment.id.as_str(), segment.name.as_str(), segment.size))
        .collect();
    assert_eq!(
        reserved,
        [
            (QUIET, "Quiet", 20),
            (OPTED_OUT, "Opted out of personalisation", 30)
        ]
    );
    assert!(
        night.segments[4..]
            .iter()
            .all(|s| s.reserved && s.status == SegmentStatus::Reserved)
    );
    assert_eq!(
        night.members[425].segment, 5,
        "opting out goes before quiet"
    );
    assert!(night.segments[5].top_interests.is_empty());
}

#[test]
fn a_kept_model_places_everybody_as_before_and_changes_no_id() {
    let world = World::new(6, 100);
    let first = world.run(None).unwrap();
    let mut previous = world.leave(&first);
    assert_eq!(previous.model, first.model);
    previous.registry.segments[2].name = "Renamed by hand".to_owned();
    let world = world.later(27);
    let second = world.run(Some(&previous)).unwrap();
    assert!(!second.refitted);
    assert_eq!(second.members, first.members);
    assert_eq!(second.registry, previous.registry);
    assert_eq!(second.segments[2].name, "Renamed by hand");
    assert!(
        second
            .segments
            .iter()
            .all(|segment| segment.status == SegmentStatus::Kept)
    );
    assert_eq!(second.choice, first.choice);
    assert!(second.drift.len() == 3 && second.drift.iter().all(|drift| drift.psi < 1e-6));
}

#[test]
fn age_settings_and_drift_each_fit_again() {
    let world = World::new(4, 100);
    let previous = world.leave(&world.run(None).unwrap());
    let settings = SegmentSettings {
        range: (3, 8),
        ..SegmentSettings::default()
    };
    let night = segment(&world.later(1).input(), &settings, Some(&previous)).unwrap();
    assert_eq!(night.reason, FitReason::Settings);
    let night = World::new(4, 100).later(28).run(Some(&previous)).unwrap();
    assert_eq!(night.reason, FitReason::Age(28));
    let mut world = World::new(4, 100).later(1);
    numbers(&mut world.features[1])
        .iter_mut()
        .for_each(|value| *value += 15.0);
    let night = world.run(Some(&previous)).unwrap();
    assert!(matches!(&night.reason, FitReason::Drift(drift) if drift.feature == "f1"));
    assert!(night.reason.to_string().contains("`f1` has drifted"));
    let mut broken = previous;
    broken.model.clusters.clear();
    let night = World::new(4, 100).later(1).run(Some(&broken)).unwrap();
    assert_eq!(night.reason, FitReason::Layout);
}

#[test]
fn a_refit_on_moved_customers_keeps_ids_and_names() {
    let world = World::new(6, 100);
    let first = world.run(None).unwrap();
    let mut previous = world.leave(&first);
    previous.registry.segments[0].name = "Our best".to_owned();
    let mut world = world.later(40);
    for feature in &mut world.features {
        numbers(feature)
            .iter_mut()
            .for_each(|value| *value = *value * -3.0 + 100.0);
    }
    let second = world.run(Some(&previous)).unwrap();
    assert!(second.refitted);
    assert_eq!(ids_of(&second), ids_of(&first));
    assert_eq!(second.registry, previous.registry);
    assert_eq!(second.segments[0].name, "Our best");
}

#[test]
fn a_split_is_recognised() {
    let mut world = World::new(5, 100);
    // At first the last group lies where group 0 does.
    let apart: Vec<Values> = world.features.iter().map(|f| f.values.clone()).collect();
    for feature in &mut world.features {
        for row in (4..500).step_by(5) {
            let values = numbers(feature);
            values[row] = values[row - 4] + 0.1;
        }
    }
    let first = world.run(None).unwrap();
    assert_eq!(first.model.k, 4);
    let previous = world.leave(&first);
    for (feature, values) in world.features.iter_mut().zip(apart) {
        feature.values = values;
    }
    let second = world.later(28).run(Some(&previous)).unwrap();
    let new = &second.segments[4];
    assert_eq!((new.id.as_str(), new.status), ("S05", SegmentStatus::Split));
    assert_eq!(new.lineage, [ids_of(&first)[0].clone()]);
    assert!(
        second.segments[..4]
            .iter()
            .all(|s| s.status == SegmentStatus::Kept)
    );
    let names: BTreeSet<&str> = second.segments.iter().map(|s| s.name.as_str()).collect();
    assert_eq!(names.len(), 5);
}

#[test]
fn a_retired_segment_is_shown_once_with_its_heirs() {
    let world = World::new(5, 100);
    let first = world.run(None).unwrap();
    let gone = ids_of(&first)[4].clone();
    let previous = world.leave(&first);
    let mut world = world.later(28);
    for feature in &mut world.features {
        for row in (4..500).step_by(5) {
            let values = numbers(feature);
            values[row] = values[row - 4] + 0.1;
        }
    }
    let second = world.run(Some(&previous)).unwrap();
    let retired: Vec<&Segment> = second
        .segments
        .iter()
        .filter(|s| s.status == SegmentStatus::Retired)
        .collect();
    let merged: Vec<&Segment> = second
        .segments
        .iter()
        .filter(|s| s.status == SegmentStatus::Merged)
        .collect();
    assert_eq!((retired.len(), merged.len()), (1, 1));
    assert_eq!(retired[0].lineage, [merged[0].id.clone()]);
    assert_eq!(merged[0].lineage, [retired[0].id.clone()]);
    assert_eq!(retired[0].size, 0);
    assert!([&retired[0].id, &merged[0].id].contains(&&gone));
    let third = world.leave(&second);
    let third = world.later(1).run(Some(&third)).unwrap();
    assert_eq!(third.segments.len(), 4);
}

#[test]
fn a_merger_renames_a_segment_unless_a_person_has_locked_its_name() {
    let world = World::new(5, 100);
    let first = world.run(None).unwrap();
    let mut world = world.later(28);
    for feature in &mut world.features {
        let values = numbers_of(feature);
        for row in (4..500).step_by(5) {
            values[row] = values[row - 4] + 0.1;
        }
    }
    let called = |locked: bool| {
        let mut previous = world.leave(&first);
        // As they were before anybody moved.
        previous.members = world.ids.iter().cloned().zip(ids_of(&first)).collect();
        for entry in &mut previous.registry.segments {
            entry.name = format!("The {}", entry.id);
            entry.locked = locked;
        }
        let night = world.run(Some(&previous)).unwrap();
        let merged = night
            .segments
            .iter()
            .find(|s| s.status == SegmentStatus::Merged);
        let others = night
            .segments
            .iter()
            .filter(|s| s.status == SegmentStatus::Kept);
        assert!(others.clone().count() == 3 && others.clone().all(|s| s.name.starts_with("The ")));
        merged.unwrap().name.clone()
    };
    assert!(called(false).ends_with(" fans"), "{}", called(false));
    assert!(called(true).starts_with("The "), "{}", called(true));
}

#[test]
fn every_night_after_the_first_says_where_its_customers_came_from() {
    let world = World::new(4, 100);
    let first = world.run(None).unwrap();
    assert_eq!(first.migration, None);
    let mut previous = world.leave(&first);
    previous.members.retain(|(id, _)| id.as_str() >= "c00010");
    previous.members.push(("left".to_owned(), "S01".to_owned()));
    let night = world.later(1).run(Some(&previous)).unwrap();
    let migration = night.migration.unwrap();
    assert_eq!(
        (migration.stayed, migration.joined, migration.left),
        (390, 10, 1)
    );
}

#[test]
fn columns_that_say_nothing_are_left_out() {
    let mut world = World::new(4, 100);
    world
        .features
        .push(column("flat", Scale::Robust, vec![7.0; 400]));
    world
        .features
        .push(column("void", Scale::Log, vec![f64::NAN; 400]));
    let night = world.run(None).unwrap();
    assert_eq!(night.model.space.features.len(), 3);
    assert_eq!(night.warnings.len(), 2);
    assert_eq!(night.profiles.len(), 4 * 5);
    world
        .features
        .retain(|feature| ["flat", "void"].contains(&feature.name.as_str()));
    assert_eq!(world.run(None).unwrap_err(), SegmentError::NoFeatures);
}

#[test]
fn every_scale_finds_the_groups() {
    for scale in [
        Scale::None,
        Scale::Robust,
        Scale::Log,
        Scale::Sqrt,
        Scale::Rank,
    ] {
        let mut world = World::new(4, 100);
        for feature in &mut world.features {
            feature.cluster = Some(ClusterSettings {
                scale: Some(scale),
                ..ClusterSettings::default()
            });
            numbers(feature).iter_mut().for_each(|value| *value += 10.0);
        }
        let night = world.run(None).unwrap();
        let found: Vec<usize> = night.members.iter().map(|member| member.segment).collect();
        assert!(adjusted_rand(&found, &world.truth) > 0.95, "{scale:?}");
    }
}

#[test]
fn what_cannot_be_clustered_is_said() {
    let mut world = World::new(4, 100);
    world.quiet = (0..400).map(|row| row >= 7).collect();
    let fault = world.run(None).unwrap_err();
    assert_eq!(
        fault,
        SegmentError::TooFew {
            usable: 7,
            needed: 8
        }
    );
    assert!(fault.to_string().contains("segments.quiet"));

    let mut world = World::new(4, 100);
    for feature in &mut world.features {
        *numbers(feature) = (0..400).map(|row| f64::from(row % 3)).collect();
    }
    let fault = world.run(None).unwrap_err();
    assert_eq!(
        fault,
        SegmentError::Cluster(ClusterError::TooAlike { distinct: 3, k: 4 })
    );

    let mut world = World::new(4, 100);
    world.ids.swap(3, 4);
    assert_eq!(world.run(None).unwrap_err(), SegmentError::Unordered);

    let mut world = World::new(4, 100);
    numbers(&mut world.features[1]).pop();
    assert!(
        world
            .run(None)
            .unwrap_err()
            .to_string()
            .contains("`f1` has 399 values for 400")
    );
}

#[test]
fn a_fixed_number_is_taken_as_it_is() {
    let world = World::new(6, 100);
    let settings = SegmentSettings {
        k: KSetting::Fixed(3),
        ..SegmentSettings::default()
    };
    let night = segment(&world.input(), &settings, None).unwrap();
    assert_eq!(
        (night.model.k, night.choice.len(), night.segments.len()),
        (3, 1, 3)
    );
}

/// Customers who lie where no group does.
fn strangers(world: &mut World, rows: std::ops::Range<usize>) {
    for feature in &mut world.features {
        numbers_of(feature)[rows.clone()].fill(20.0);
    }
}

#[test]
fn customers_far_from_everything_are_a_reserved_segment() {
    let mut world = World::new(6, 200);
    strangers(&mut world, 0..3);
    let night = world.run(None).unwrap();
    let outside = &night.segments[6];
    assert_eq!(
        (outside.id.as_str(), outside.name.as_str()),
        (OUTSIDE, "Outside")
    );
    assert!(outside.reserved && outside.status == SegmentStatus::Reserved);
    assert!((3..20).contains(&outside.size), "{}", outside.size);
    for member in &night.members[..3] {
        assert_eq!((member.segment, member.confidence), (6, 1.0));
        assert!(member.second.is_some_and(|second| second < 6));
        assert!(member.distance.is_some_and(|distance| distance > 0.5));
    }
    assert!(night.registry.get(OUTSIDE).is_none());
    // The fence is kept with the model: no other customers are needed.
    let previous = world.leave(&night);
    assert_eq!(world.run(Some(&previous)).unwrap().members, night.members);

    let settings = SegmentSettings {
        outside: Outside::Off(Off::Off),
        ..SegmentSettings::default()
    };
    let night = segment(&world.input(), &settings, None).unwrap();
    assert!(night.segments.iter().all(|segment| segment.id != OUTSIDE));
}

#[test]
fn many_customers_who_leave_their_segments_are_a_reason_to_fit_again() {
    let mut world = World::new(4, 250);
    let previous = world.leave(&world.run(None).unwrap());
    // Three in ten go to the opposite corner, where no group is: each column is
    // distributed as before.
    for feature in &mut world.features {
        numbers_of(feature)[..300]
            .iter_mut()
            .for_each(|value| *value = 20.0 - *value);
    }
    let night = world.later(1).run(Some(&previous)).unwrap();
    assert!(
        matches!(night.reason, FitReason::Sizes(psi) if psi > 0.25),
        "{:?}",
        night.reason
    );
    assert!(
        night.drift.iter().all(|drift| drift.psi < 0.25),
        "{:?}",
        night.drift
    );
    let drift = night.segment_drift.last().unwrap();
    assert_eq!(drift.segment, OUTSIDE);
    assert!(drift.share > 0.25 && drift.share_at_fit < 0.02, "{drift:?}");
}

#[test]
fn every_algorithm_makes_nights_that_follow_from_one_another() {
    for algorithm in Algorithm::ALL {
        let world = World::new(4, 100);
        let settings = SegmentSettings {
            algorithm,
            ..SegmentSettings::default()
        };
        let first = segment(&world.input(), &settings, None).unwrap();
        let clustered: Vec<usize> = (0..400)
            .filter(|&row| first.members[row].segment < 4)
            .collect();
        assert!(clustered.len() >= 370, "{algorithm:?}: {}", clustered.len());
        let found: Vec<usize> = clustered
            .iter()
            .map(|&row| first.members[row].segment)
            .collect();
        let truth: Vec<usize> = clustered.iter().map(|&row| world.truth[row]).collect();
        assert!(adjusted_rand(&found, &truth) > 0.99, "{algorithm:?}");
        assert_eq!(first.model.k, 4, "{algorithm:?}");
        let rows = first.choice.len();
        assert_eq!(rows == 1, !algorithm.takes_k(), "{algorithm:?}: {rows}");
        assert!(
            first
                .choice
                .iter()
                .any(|trial| trial.chosen && trial.k == 4)
        );
        let previous = world.leave(&first);
        let world = world.later(1);
        let second = segment(&world.input(), &settings, Some(&previous)).unwrap();
        assert_eq!(second.reason, FitReason::Kept, "{algorithm:?}");
        assert_eq!(second.members, first.members, "{algorithm:?}");
    }
}
