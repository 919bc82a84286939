//! Explanations as a whole, on planted data.

use proptest::prelude::*;

use super::tree::Tree;
use super::*;
use crate::domain::Language;
use crate::segments::clusterers::Grouping;
use crate::segments::fixtures::{blobs, category, column, input_of, on_threads};
use crate::segments::{
    Algorithm, FeatureColumn, KSetting, Pca, Previous, Scale, SegmentSettings, Segmentation,
    segment,
};

fn ids(count: usize) -> Vec<String> {
    (0..count).map(|row| format!("c{row:05}")).collect()
}

/// Spread evenly, and by another step for each column.
fn spread(count: usize, step: usize, top: f64) -> Vec<f64> {
    (0..count)
        .map(|row| (row * step % 997) as f64 / 997.0 * top)
        .collect()
}

/// What is learned about `labels` from these columns.
fn learned(features: &[FeatureColumn], labels: &[usize], language: Language) -> Vec<ToldRule> {
    let ids = ids(labels.len());
    let mut input = input_of(&ids, features, &[]);
    input.language = language;
    let rows: Vec<usize> = (0..ids.len()).collect();
    let space = Space::learn(features, &rows, &mut Vec::new());
    let clusters = labels.iter().max().map_or(0, |most| most + 1);
    let explanation = learn(&input, &space, &rows, labels, clusters);
    assert!(explanation.is_sound(&space, clusters));
    words::told_of(&explanation, &space, features, language)
}

#[test]
fn planted_rules_come_back_in_words_and_sql() {
    let count = 6000;
    let (share, minutes) = (spread(count, 7, 1.0), spread(count, 11, 5000.0));
    let label = |(share, minutes): (&f64, &f64)| match (*share > 0.4, *minutes > 2000.0) {
        (true, _) => 0,
        (false, true) => 1,
        (false, false) => 2,
    };
    let labels: Vec<usize> = share.iter().zip(&minutes).map(label).collect();
    let mut features = [
        column("share", Scale::None, share),
        column("minutes", Scale::Log, minutes),
        column("noise", Scale::Robust, spread(count, 13, 80.0)),
    ];
    features[1].unit = Some("min".to_owned());
    let rules = learned(&features, &labels, Language::En);
    let told: Vec<(usize, &str, &str)> = rules
        .iter()
        .map(|rule| {
            (
                rule.segment,
                rule.sentence.as_str(),
                rule.condition.as_str(),
            )
        })
        .collect();
    assert_eq!(
        told,
        [
            (0, "share above 40 %", "share > 0.4"),
            (
                1,
                "share at most 40 % and minutes above 2,000 min",
                "share <= 0.4 AND minutes > 2000"
            ),
            (
                2,
                "share at most 40 % and minutes at most 2,000 min",
                "share <= 0.4 AND minutes <= 2000"
            ),
        ]
    );
    for rule in &rules {
        assert!(
            rule.covers.unwrap() > 0.97 && rule.precision.unwrap() > 0.97,
            "{rule:?}"
        );
    }
    let chinese = learned(&features, &labels, Language::Zh);
    assert_eq!(
        chinese[1].sentence,
        "share不超过 40%，且minutes高于 2,000 min"
    );
    assert_eq!(chinese[1].condition, rules[1].condition);
}

#[test]
fn a_category_is_asked_for_by_its_levels() {
    let count = 3000;
    let plans = ["gold", "silver", "basic"];
    let plan = |row: usize| plans[row * 7 % 3];
    let labels: Vec<usize> = (0..count)
        .map(|row| usize::from(plan(row) == "gold"))
        .collect();
    let features = [
        column("noise", Scale::Robust, spread(count, 13, 80.0)),
        category("plan", (0..count).map(|row| Some(plan(row)))),
    ];
    let rules = learned(&features, &labels, Language::En);
    assert_eq!(rules[0].sentence, "plan: not gold");
    assert_eq!(rules[1].sentence, "plan: gold");
    assert_eq!(
        (rules[1].covers, rules[1].precision),
        (Some(1.0), Some(1.0))
    );
}

#[test]
fn clusters_that_nothing_tells_apart_still_get_a_word() {
    let labels: Vec<usize> = (0..400).map(|row| row % 2).collect();
    let rules = learned(
        &[column("flat", Scale::Robust, spread(400, 401, 9.0))],
        &labels,
        Language::En,
    );
    // Whatever is said, it does not claim to be right.
    assert!(
        rules
            .iter()
            .all(|rule| rule.precision.is_none_or(|share| share < 0.8)),
        "{rules:?}"
    );
}

#[test]
fn one_cluster_of_all_needs_no_rule() {
    let features = [column("x", Scale::Robust, spread(300, 7, 9.0))];
    assert!(learned(&features, &[0; 300], Language::En).is_empty());
}

#[test]
fn fidelity_is_what_counting_by_hand_gives() {
    let tree = Tree::Split {
        question: 0,
        threshold: 10.0,
        at_most: Box::new(Tree::Cluster(0)),
        above: Box::new(Tree::Cluster(1)),
    };
    let values = [5.0, 10.0, 12.0, 30.0, 11.0];
    let on = Labelled {
        rows: vec![0, 1, 2, 3, 4],
        labels: vec![0, 1, 1, 1, 0],
    };
    let mut rules = [Rule {
        cluster: 1,
        conditions: vec![Condition {
            question: 0,
            above: Some(11.0),
            at_most: None,
        }],
        covers: None,
        precision: None,
    }];
    let found = measure(&tree, &mut rules, &|row, _| values[row], &on, 3);
    assert_eq!((found.customers, found.share), (5, Some(0.6)));
    let of = |cluster: usize| {
        (
            found.clusters[cluster].precision,
            found.clusters[cluster].recall,
        )
    };
    assert_eq!(of(0), (Some(0.5), Some(0.5)));
    assert_eq!(of(1), (Some(exact(2.0 / 3.0)), Some(exact(2.0 / 3.0))));
    assert_eq!(of(2), (None, None));
    assert_eq!(rules[0].covers, Some(exact(2.0 / 3.0)));
    assert_eq!(rules[0].precision, Some(1.0));
}

/// Blobs in `dimensions` columns and a category of three levels.
fn night(seed: u64, algorithm: Algorithm, pca: Option<Pca>) -> (Vec<FeatureColumn>, Segmentation) {
    let (points, truth) = blobs(4, 90, 3, seed);
    let mut features: Vec<FeatureColumn> = points
        .columns()
        .into_iter()
        .enumerate()
        .map(|(at, values)| column(&format!("f{at}"), Scale::Standard, values.to_vec()))
        .collect();
    let plans = ["gold", "silver", "basic", "basic"];
    features.push(category(
        "plan",
        truth.iter().map(|&group| Some(plans[group])),
    ));
    let ids = ids(truth.len());
    let settings = SegmentSettings {
        algorithm,
        k: KSetting::Fixed(4),
        pca,
        ..SegmentSettings::default()
    };
    let night = segment(&input_of(&ids, &features, &[]), &settings, None).unwrap();
    (features, night)
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(6))]
    #[test]
    fn what_the_features_contribute_adds_up_to_what_decides(
        seed in 0..1000u64, algorithm in 0..Algorithm::ALL.len(), projected in any::<bool>(),
    ) {
        let pca = projected.then_some(Pca::Components(3));
        let (features, night) = night(seed, Algorithm::ALL[algorithm], pca);
        let rows: Vec<usize> = (0..360).collect();
        let points = night.model.space.points(&features, &rows);
        for row in rows {
            let Some(why) = why(&night.model, &features, row) else { continue };
            let point = points.row(row).to_vec();
            let squared = |cluster: usize| {
                let mut force = Vec::new();
                let centre = night.model.grouping.pull(&point, cluster, &mut force);
                let along = point.iter().zip(centre).zip(&force);
                along.map(|((x, c), force)| (x - c) * force).sum::<f64>()
            };
            let expected = squared(why.second) - squared(why.cluster);
            let sum: f64 = why.contributions.iter().map(|c| c.amount).sum();
            prop_assert!((sum - expected).abs() < 1e-6 * expected.abs().max(1.0), "{} {}", sum, expected);
            prop_assert_eq!(why.contributions.len(), 4);
            if let Grouping::Centroids(_) = &night.model.grouping {
                let distance = |at: usize| -> f64 {
                    night.model.grouping.centres()[at].iter().zip(&point).map(|(c, x)| (x - c) * (x - c)).sum()
                };
                let expected = distance(why.second) - distance(why.cluster);
                prop_assert!((sum - expected).abs() < 1e-6 * expected.max(1.0));
                prop_assert!(sum >= -1e-9);
            }
        }
    }
}

#[test]
fn reasons_name_what_differs_from_the_second_segment() {
    let count = 600;
    // Two groups that differ in minutes alone; the plan says nothing.
    let minutes = (0..count).map(|row| if row % 2 == 0 { 10.0 } else { 500.0 } + (row % 7) as f64);
    let features = [
        column("minutes", Scale::Standard, minutes.collect()),
        column("noise", Scale::Standard, spread(count, 13, 80.0)),
    ];
    let ids = ids(count);
    let settings = SegmentSettings {
        k: KSetting::Fixed(2),
        ..SegmentSettings::default()
    };
    let night = segment(&input_of(&ids, &features, &[]), &settings, None).unwrap();
    let (places, texts) = night.reasons.texts();
    for (row, place) in places.into_iter().enumerate() {
        let said = &texts[place.unwrap() as usize];
        let expected = if row % 2 == 0 {
            "minutes lower"
        } else {
            "minutes higher"
        };
        assert!(said.starts_with(expected), "{row}: {said}");
    }
    assert_eq!(texts.len(), 2, "{texts:?}");
}

#[test]
fn an_explanation_lasts_as_long_as_the_model() {
    let (features, first) = night(3, Algorithm::Kmeans, None);
    let ids = ids(360);
    let text = serde_json::to_string(&first.model).unwrap();
    let mut previous = Previous {
        model: serde_json::from_str(&text).unwrap(),
        registry: first.registry.clone(),
        members: Vec::new(),
    };
    assert_eq!(previous.model, first.model);
    let settings = SegmentSettings {
        k: KSetting::Fixed(4),
        ..SegmentSettings::default()
    };
    let input = input_of(&ids, &features, &[]);
    let next = segment(&input, &settings, Some(&previous)).unwrap();
    assert!(!next.refitted, "{:?}", next.reason);
    assert_eq!(next.rules, first.rules);
    assert_eq!(next.reasons, first.reasons);
    // A file that was edited is not believed.
    previous.model.explanation.rules[0].cluster = 99;
    assert!(
        segment(&input, &settings, Some(&previous))
            .unwrap()
            .refitted
    );
}

#[test]
fn trees_are_the_same_on_any_number_of_threads() {
    let explain = || {
        let (features, night) = night(5, Algorithm::Kmeans, Some(Pca::Components(2)));
        (features.len(), night.model.explanation, night.reasons)
    };
    let alone = on_threads(1, explain);
    assert_eq!(on_threads(2, explain), alone);
    assert_eq!(on_threads(4, explain), alone);
    let tree = &alone.1.tree;
    assert!(tree.depth() <= depth(4) && tree.leaves() <= LEAVES * 4);
    assert!(alone.1.fidelity.share.unwrap() > 0.97);
}
