//! The stage on mixed data: planted groups told apart by columns of all kinds.

use jiff::ToSpan;
use jiff::civil::date;
use ndarray::Array2;
use rand::{Rng, SeedableRng};
use rand_distr::{Distribution, StandardNormal};
use rand_xoshiro::Xoshiro256Plus;

use super::agreement::adjusted_rand;
use super::fixtures::{blobs, category, column, input_of, on_threads, ordinal, yes_no};
use super::*;

const CUSTOMERS: usize = 2_000;

/// Four groups: numbers tell two pairs apart, words and yes/no the members of
/// each pair; a tenth of all values is missing at random.
fn planted() -> (Vec<String>, Vec<FeatureColumn>, Vec<usize>) {
    let mut rng = Xoshiro256Plus::seed_from_u64(11);
    let ids = (0..CUSTOMERS).map(|row| format!("c{row:05}")).collect();
    let truth: Vec<usize> = (0..CUSTOMERS).map(|row| row % 4).collect();
    let mut number = |of: [f64; 4]| -> Vec<f64> {
        let value = |&group: &usize| {
            let noise: f64 = StandardNormal.sample(&mut rng);
            let missing = rng.gen_bool(0.1);
            if missing { f64::NAN } else { of[group] + noise }
        };
        truth.iter().map(value).collect()
    };
    let (minutes, texts) = (number([0.0, 0.0, 5.0, 5.0]), number([0.0, 0.0, 4.0, 4.0]));
    let mut word = |of: [[&'static str; 10]; 4]| -> Vec<Option<&'static str>> {
        let value = |&group: &usize| {
            let word = of[group][rng.gen_range(0..10)];
            (!rng.gen_bool(0.1)).then_some(word)
        };
        truth.iter().map(value).collect()
    };
    let mostly = |most: &'static str, some: &'static str| {
        [most, most, most, most, most, most, most, most, most, some]
    };
    let plans = word([
        mostly("prepaid", "contract"),
        mostly("contract", "family"),
        mostly("prepaid", "family"),
        mostly("contract", "prepaid"),
    ]);
    let tiers = word([
        mostly("basic", "silver"),
        mostly("gold", "silver"),
        mostly("basic", "silver"),
        mostly("gold", "silver"),
    ]);
    let apps = word([
        mostly("n", "y"),
        mostly("y", "n"),
        mostly("n", "y"),
        mostly("y", "n"),
    ]);
    let apps = apps
        .into_iter()
        .map(|app| app.map_or(f64::NAN, |app| f64::from(app == "y")));
    let features = vec![
        column("minutes", Scale::Robust, minutes),
        column("texts", Scale::Robust, texts),
        category("plan", plans),
        ordinal("tier", &["basic", "silver", "gold"], tiers),
        yes_no("app", apps.collect()),
    ];
    (ids, features, truth)
}

fn four() -> SegmentSettings {
    SegmentSettings {
        k: KSetting::Fixed(4),
        ..SegmentSettings::default()
    }
}

fn found(night: &Segmentation) -> Vec<usize> {
    night.members.iter().map(|member| member.segment).collect()
}

#[test]
fn planted_groups_are_found_from_columns_of_all_kinds_and_not_from_numbers_alone() {
    let (ids, features, truth) = planted();
    let night = segment(&input_of(&ids, &features, &[]), &four(), None).unwrap();
    let mixed = adjusted_rand(&found(&night), &truth);
    let night = segment(&input_of(&ids, &features[..2], &[]), &four(), None).unwrap();
    let alone = adjusted_rand(&found(&night), &truth);
    println!("adjusted Rand index {mixed:.3}, from numbers alone {alone:.3}");
    assert!(mixed > 0.88, "{mixed}");
    assert!(alone < 0.5, "{alone}");
}

#[test]
fn mixed_columns_give_the_same_bits_on_any_number_of_threads() {
    let (ids, mut features, _) = planted();
    for (feature, missing) in features
        .iter_mut()
        .zip([Missing::Indicator, Missing::Median])
    {
        feature.cluster.as_mut().unwrap().missing = missing;
    }
    let shares = [0, 1, 2].map(|part| {
        let share = |row: usize| ((row * (part + 3)) % 17) as f64;
        part_of(
            "shares",
            &format!("share{part}"),
            (0..CUSTOMERS).map(share).collect(),
        )
    });
    features.extend(shares);
    let settings = SegmentSettings {
        pca: Some(Pca::Share(0.9)),
        ..SegmentSettings::default()
    };
    let input = input_of(&ids, &features, &[]);
    let run = || segment(&input, &settings, None).unwrap();
    let alone = on_threads(1, run);
    assert_eq!(alone, on_threads(2, run));
    assert_eq!(alone, on_threads(4, run));
    let text = serde_json::to_string(&alone.model).unwrap();
    assert_eq!(serde_json::from_str::<Model>(&text).unwrap(), alone.model);
    assert!(alone.model.is_sound());
}

#[test]
fn a_category_names_segments_and_has_profiles_by_level() {
    let (ids, features, _) = planted();
    let night = segment(&input_of(&ids, &features[2..3], &[]), &two(), None).unwrap();
    let names: Vec<&str> = night.segments.iter().map(|s| s.name.as_str()).collect();
    assert!(
        names.iter().all(|name| name.starts_with("plan: ")),
        "{names:?}"
    );
    let features: Vec<&str> = night.profiles.iter().map(|p| p.feature.as_str()).collect();
    assert_eq!(
        features[..3],
        ["plan=contract", "plan=family", "plan=prepaid"]
    );
    let names: Vec<String> = night
        .model
        .space
        .columns_named()
        .iter()
        .map(|dimension| dimension.aspect.of("plan"))
        .collect();
    assert_eq!(names, ["plan=contract", "plan=family", "plan=prepaid"]);
}

fn two() -> SegmentSettings {
    SegmentSettings {
        k: KSetting::Fixed(2),
        ..SegmentSettings::default()
    }
}

fn part_of(group: &str, name: &str, values: Vec<f64>) -> FeatureColumn {
    let mut part = column(name, Scale::LogRatio, values);
    part.cluster.as_mut().unwrap().group = Some(group.to_owned());
    part
}

/// Shares of three groups of customers, and the group of each.
fn shares() -> (Vec<String>, Vec<Vec<f64>>, Vec<usize>) {
    let mut rng = Xoshiro256Plus::seed_from_u64(5);
    let truth: Vec<usize> = (0..CUSTOMERS).map(|row| row % 3).collect();
    let parts = (0..4)
        .map(|part| {
            let of = |&group: &usize| if part == group { 6.0 } else { 1.0 };
            let value = |group: &usize| of(group) * rng.gen_range(0.5..1.5);
            truth.iter().map(value).collect()
        })
        .collect();
    (
        (0..CUSTOMERS).map(|row| format!("c{row:05}")).collect(),
        parts,
        truth,
    )
}

#[test]
fn how_large_the_whole_is_does_not_matter_to_parts_of_it() {
    let (ids, parts, truth) = shares();
    let run = |size: &dyn Fn(usize) -> f64| {
        let part = |(at, values): (usize, &Vec<f64>)| {
            let values = values.iter().enumerate();
            let values = values.map(|(row, value)| value * size(row)).collect();
            part_of("time", &format!("part{at}"), values)
        };
        let features: Vec<FeatureColumn> = parts.iter().enumerate().map(part).collect();
        let settings = SegmentSettings {
            k: KSetting::Fixed(3),
            ..SegmentSettings::default()
        };
        let night = segment(&input_of(&ids, &features, &[]), &settings, None).unwrap();
        (found(&night), night.model.space.compositions)
    };
    let (first, space) = run(&|_| 1.0);
    assert!(adjusted_rand(&first, &truth) > 0.95);
    assert!(space.len() == 1 && space[0].group == "time");
    // Powers of two, so that even rounding is the same.
    assert_eq!(
        run(&|row| [0.25, 1.0, 64.0][row % 3]),
        (first.clone(), space)
    );
    assert_eq!(run(&|row| 0.01 + (row % 7) as f64).0, first);
}

#[test]
fn a_category_of_rare_levels_alone_is_left_out_and_said_to_be_one() {
    let (ids, mut features, _) = planted();
    let words: Vec<String> = ids.iter().map(|id| format!("phone of {id}")).collect();
    features.push(category(
        "phone",
        words.iter().map(|word| Some(word.as_str())),
    ));
    let night = segment(&input_of(&ids, &features, &[]), &two(), None).unwrap();
    assert!(
        night.warnings.iter().any(|warning| warning
            .contains("no level of feature `phone` is as frequent as its `min_share`")),
        "{:?}",
        night.warnings
    );
}

#[test]
fn that_a_value_is_missing_separates_where_it_is_asked_for_and_says_something() {
    let mut rng = Xoshiro256Plus::seed_from_u64(3);
    let truth: Vec<usize> = (0..CUSTOMERS).map(|row| row % 2).collect();
    let mut noise = || -> f64 { StandardNormal.sample(&mut rng) };
    let values: Vec<f64> = truth
        .iter()
        .map(|&group| if group == 0 { f64::NAN } else { noise() })
        .collect();
    let other: Vec<f64> = truth.iter().map(|_| noise()).collect();
    let ids: Vec<String> = (0..CUSTOMERS).map(|row| format!("c{row:05}")).collect();
    let run = |missing: Missing| {
        let mut features = [
            column("minutes", Scale::Robust, values.clone()),
            column("texts", Scale::Robust, other.clone()),
        ];
        features[0].cluster.as_mut().unwrap().missing = missing;
        segment(&input_of(&ids, &features, &[]), &two(), None)
    };
    let silent = run(Missing::Median).unwrap();
    assert!(adjusted_rand(&found(&silent), &truth) < 0.1);
    assert!(
        silent.warnings[0].contains("missing for 1000 of 2000"),
        "{:?}",
        silent.warnings
    );
    let told = run(Missing::Indicator).unwrap();
    assert!(adjusted_rand(&found(&told), &truth) > 0.99);
    assert!(
        told.warnings[0].contains("counts as a column"),
        "{:?}",
        told.warnings
    );
    let names: Vec<&str> = told.segments.iter().map(|s| s.name.as_str()).collect();
    assert!(names.contains(&"minutes: unknown"), "{names:?}");
    let share = told
        .profiles
        .iter()
        .find(|p| p.feature == "minutes=(missing)");
    assert_eq!(share.unwrap().population_mean, Some(0.5));
    let fault = run(Missing::Refuse).unwrap_err().to_string();
    assert!(
        fault.contains("`minutes` is missing for 1000 of 2000"),
        "{fault}"
    );
    assert!(fault.contains("\"indicator\""), "{fault}");
}

#[test]
fn principal_components_change_no_segment_of_rotated_data() {
    let (points, truth) = blobs(4, 500, 3, 17);
    // Three columns that are mixtures of two, and one of its own.
    let mix = Array2::from_shape_fn((3, 4), |(from, to)| {
        [
            [1.0, 0.6, -0.3, 0.0],
            [0.2, 1.0, 0.7, 0.0],
            [0.0, 0.0, 0.0, 1.0],
        ][from][to]
    });
    let points = points.dot(&mix);
    let ids: Vec<String> = (0..truth.len()).map(|row| format!("c{row:05}")).collect();
    let features: Vec<FeatureColumn> = points
        .columns()
        .into_iter()
        .enumerate()
        .map(|(at, values)| column(&format!("f{at}"), Scale::None, values.to_vec()))
        .collect();
    let run = |pca| {
        let settings = SegmentSettings {
            pca,
            ..SegmentSettings::default()
        };
        segment(&input_of(&ids, &features, &[]), &settings, None).unwrap()
    };
    let plain = run(None);
    assert!(adjusted_rand(&found(&plain), &truth) > 0.99);
    for pca in [Pca::Components(4), Pca::Share(0.999)] {
        let night = run(Some(pca));
        assert_eq!(found(&night), found(&plain), "{pca:?}");
        assert_eq!(
            night.model.space.dimensions(),
            3,
            "the fourth says nothing new"
        );
        assert_eq!(night.drift, plain.drift);
        assert_eq!(night.profiles, plain.profiles);
        let said = night
            .warnings
            .iter()
            .any(|warning| warning.contains("segments.pca"));
        assert_eq!(said, pca == Pca::Components(4), "{:?}", night.warnings);
    }
    assert!(adjusted_rand(&found(&run(Some(Pca::Components(2)))), &truth) > 0.5);
}

#[test]
fn a_later_night_with_a_new_level_is_scored_by_the_kept_model() {
    let (ids, features, _) = planted();
    let mut input = input_of(&ids, &features, &[]);
    let first = segment(&input, &four(), None).unwrap();
    let text = serde_json::to_string(&first.model).unwrap();
    let names = first
        .members
        .iter()
        .map(|m| first.segments[m.segment].id.clone());
    let previous = Previous {
        model: serde_json::from_str(&text).unwrap(),
        registry: first.registry.clone(),
        members: ids.iter().cloned().zip(names).collect(),
    };
    // Levels before and between the known ones move the codes of all.
    let mut later = features.clone();
    let words = features[2].values.words().unwrap();
    let word = |(row, &code): (usize, &u32)| match row {
        0 => Some("budget"),
        1 => Some("fibre"),
        _ => words.levels().get(code as usize).map(String::as_str),
    };
    later[2].values = words
        .codes()
        .iter()
        .enumerate()
        .map(word)
        .collect::<Words>()
        .into();
    input.features = &later;
    input.as_of = date(2026, 10, 31) + 1.day();
    let second = segment(&input, &four(), Some(&previous)).unwrap();
    assert_eq!(second.reason, FitReason::Kept);
    assert_eq!(second.members[2..], first.members[2..]);
    assert!(
        second.drift.iter().all(|drift| drift.psi < 0.05),
        "{:?}",
        second.drift
    );

    // When half of all have it, the model no longer holds.
    let word = |(row, &code): (usize, &u32)| match row % 2 {
        0 => Some("fibre"),
        _ => words.levels().get(code as usize).map(String::as_str),
    };
    let mut drifted = later.clone();
    drifted[2].values = words
        .codes()
        .iter()
        .enumerate()
        .map(word)
        .collect::<Words>()
        .into();
    input.features = &drifted;
    let third = segment(&input, &four(), Some(&previous)).unwrap();
    assert!(matches!(&third.reason, FitReason::Drift(drift) if drift.feature == "plan"));
}

#[test]
fn a_level_that_the_order_lacks_stops_the_night() {
    let (ids, mut features, _) = planted();
    let settings = features[3].cluster.as_mut().unwrap();
    settings.order = vec!["basic".to_owned(), "gold".to_owned()];
    let fault = segment(&input_of(&ids, &features, &[]), &four(), None).unwrap_err();
    let SegmentError::UnknownLevel {
        feature, unknown, ..
    } = &fault
    else {
        panic!("{fault}");
    };
    assert!(feature == "tier" && (150..250).contains(unknown), "{fault}");
    assert!(
        fault.to_string().contains("allowed: basic, gold"),
        "{fault}"
    );
}
