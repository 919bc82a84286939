use std::cmp::Ordering;
use std::collections::HashSet;

use rayon::prelude::*;

use super::effect::{Effect, effects};
use super::model::is_value;
use super::statistics::{mean_and_deviation, quantile};
use super::{
    Aspect, Encoding, FeatureColumn, Kind, Levels, ModelFeature, Profile, Space, Values, Words,
};

/// What each segment is like: one profile per segment with members and
/// feature, in that order. `segment_of` holds each customer's segment, and
/// the population is all customers.
///
/// A category has a profile per level, whose values are 1 for those who have
/// it: the levels that `space` tells apart, or those that are not rare if it is
/// not clustered. An ordinal has its place in the order, 1 for the lowest.
pub(super) fn profiles(
    features: &[FeatureColumn],
    space: &Space,
    segment_of: &[usize],
    segments: usize,
) -> Vec<Profile> {
    let by_feature: Vec<Vec<Profile>> = features
        .par_iter()
        .map(|feature| {
            let model = space
                .features
                .iter()
                .find(|model| model.name == feature.name);
            of_feature(feature, model, segment_of, segments)
        })
        .collect();
    let mut profiles: Vec<Profile> = by_feature.into_iter().flatten().collect();
    profiles.sort_by_key(|profile| profile.segment);
    rank(&mut profiles, features);
    profiles
}

fn of_feature(
    feature: &FeatureColumn,
    model: Option<&ModelFeature>,
    segment_of: &[usize],
    segments: usize,
) -> Vec<Profile> {
    let mut profiles = match (&feature.values, &feature.cluster) {
        (Values::Numbers(numbers), _) => {
            let numbers = numbers.iter().copied();
            of_numbers(&feature.name, numbers, segment_of, segments)
        }
        (Values::Words(words), Some(cluster)) if cluster.kind() == Kind::Ordinal => {
            let place = |level: &String| cluster.order.iter().position(|known| known == level);
            let levels = words.levels().iter();
            let places: Vec<f64> = levels
                .map(|level| place(level).map_or(f64::NAN, |place| place as f64 + 1.0))
                .collect();
            let codes = words.codes().iter();
            let places = codes.map(|&c| places.get(c as usize).copied().unwrap_or(f64::NAN));
            of_numbers(&feature.name, places, segment_of, segments)
        }
        (Values::Words(words), cluster) => {
            let common = || {
                let rows: Vec<usize> = (0..words.codes().len()).collect();
                let share = cluster.clone().unwrap_or_default().level_share();
                Levels::learn(words, &rows, share, false)
            };
            let levels = match model.map(|model| &model.encoding) {
                Some(Encoding::Category(levels)) => levels.clone(),
                _ => common(),
            };
            of_levels(&feature.name, &levels, words, segment_of, segments)
        }
    };
    if model.is_some_and(|model| model.indicator.is_some()) {
        let missing = |row| f64::from(u8::from(feature.values.is_missing(row)));
        let missing = (0..feature.values.len()).map(missing);
        let name = Aspect::Missing.of(&feature.name);
        profiles.extend(of_numbers(&name, missing, segment_of, segments));
    }
    profiles
}

fn of_numbers(
    name: &str,
    numbers: impl Iterator<Item = f64>,
    segment_of: &[usize],
    segments: usize,
) -> Vec<Profile> {
    let mut members = vec![0u64; segments];
    let mut known = Vec::with_capacity(segment_of.len());
    for (value, &segment) in numbers.zip(segment_of) {
        members[segment] += 1;
        if is_value(value) {
            // One zero, so that equal numbers stand together.
            known.push((value + 0.0, segment));
        }
    }
    known.sort_unstable_by(|a, b| a.0.total_cmp(&b.0).then(a.1.cmp(&b.1)));
    let all: Vec<f64> = known.iter().map(|(value, _)| *value).collect();
    let population = (!all.is_empty()).then(|| mean_and_deviation(&all));
    let mut by_segment: Vec<Vec<f64>> = vec![Vec::new(); segments];
    known
        .iter()
        .for_each(|&(value, segment)| by_segment[segment].push(value));
    let effects = effects(&known, &by_segment, population);
    by_segment
        .into_iter()
        .zip(effects)
        .enumerate()
        .filter(|&(segment, _)| members[segment] > 0)
        .map(|(segment, (values, effect))| {
            let mean = (!values.is_empty()).then(|| mean_and_deviation(&values).0);
            let median = quantile(&values, 0.5);
            compared(segment, name.to_owned(), (mean, median), population, effect)
        })
        .collect()
}

/// The shares of a category's levels, level by level.
fn of_levels(
    name: &str,
    levels: &Levels,
    words: &Words,
    segment_of: &[usize],
    segments: usize,
) -> Vec<Profile> {
    let aspects = levels.aspects();
    let raw = levels.read(words);
    let mut members = vec![0u64; segments];
    let mut known = vec![0u64; segments];
    let mut counts = vec![vec![0u64; segments]; aspects.len()];
    for (row, &segment) in segment_of.iter().enumerate() {
        members[segment] += 1;
        let place = raw.at(row);
        let dimension = levels.dimension(place);
        if dimension.is_some() || !place.is_nan() {
            known[segment] += 1;
        }
        if let Some(dimension) = dimension {
            counts[dimension][segment] += 1;
        }
    }
    let share = |count: u64, of: u64| (of > 0).then(|| count as f64 / of as f64);
    let all: u64 = known.iter().sum();
    let mut profiles = Vec::new();
    for (aspect, counts) in aspects.iter().zip(&counts) {
        let with: u64 = counts.iter().sum();
        let population = share(with, all).map(|p| (p, (p * (1.0 - p)).sqrt()));
        for segment in (0..segments).filter(|&segment| members[segment] > 0) {
            let mean = share(counts[segment], known[segment]);
            let median = mean.map(|mean| match mean.total_cmp(&0.5) {
                Ordering::Less => 0.0,
                Ordering::Equal => 0.5,
                Ordering::Greater => 1.0,
            });
            let inside = (counts[segment], known[segment]);
            let effect = Effect::of_shares(inside, (with - inside.0, all - inside.1));
            let name = aspect.of(name);
            profiles.push(compared(segment, name, (mean, median), population, effect));
        }
    }
    profiles
}

/// A segment's mean and median against mean and deviation of all customers.
fn compared(
    segment: usize,
    feature: String,
    (mean, median): (Option<f64>, Option<f64>),
    population: Option<(f64, f64)>,
    effect: Effect,
) -> Profile {
    let both = mean.zip(population);
    Profile {
        segment,
        feature,
        mean,
        median,
        population_mean: population.map(|(mean, _)| mean),
        lift: both
            .filter(|(_, (population, _))| *population != 0.0)
            .map(|(mean, (population, _))| mean / population),
        z: both
            .filter(|(_, (_, deviation))| *deviation > 0.0)
            .map(|(mean, (population, deviation))| (mean - population) / deviation),
        cohens_d: effect.cohens_d,
        cliffs_delta: effect.cliffs_delta,
        rank: None,
    }
}

/// Ranks the clustered features of each segment by how far they set it apart.
/// Cliff's delta leads, since it is the same for any scale and no outlier moves
/// it; of equal ones Cohen's d.
fn rank(profiles: &mut [Profile], features: &[FeatureColumn]) {
    let clustered: HashSet<&str> = features
        .iter()
        .filter(|feature| feature.cluster.is_some())
        .map(|feature| feature.name.as_str())
        .collect();
    for own in profiles.chunk_by_mut(|a, b| a.segment == b.segment) {
        let size = |value: Option<f64>| value.unwrap_or(0.0).abs();
        let mut ranked: Vec<usize> = (0..own.len())
            .filter(|&at| clustered.contains(own[at].column().0))
            .filter(|&at| own[at].cliffs_delta.is_some())
            .collect();
        ranked.sort_by(|&a, &b| {
            let (a, b) = (&own[a], &own[b]);
            size(b.cliffs_delta)
                .total_cmp(&size(a.cliffs_delta))
                .then(size(b.cohens_d).total_cmp(&size(a.cohens_d)))
        });
        for (rank, at) in (1..).zip(ranked) {
            own[at].rank = Some(rank);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::segments::Scale;
    use crate::segments::fixtures::{category, column, ordinal};

    #[test]
    fn a_profile_compares_with_all_customers_and_ignores_the_missing() {
        let values = vec![1.0, 3.0, f64::NAN, 8.0, 8.0];
        let profiles = profiles(
            &[column("f", Scale::Robust, values)],
            &Space::default(),
            &[0, 0, 0, 1, 1],
            3,
        );
        assert_eq!(profiles.len(), 2);
        let first = &profiles[0];
        assert_eq!((first.mean, first.median), (Some(2.0), Some(2.0)));
        assert_eq!((first.population_mean, first.lift), (Some(5.0), Some(0.4)));
        let deviation = (38.0f64 / 4.0).sqrt();
        assert!((first.z.unwrap() + 3.0 / deviation).abs() < 1e-12);
    }

    #[test]
    fn what_cannot_be_computed_is_absent() {
        let columns = [
            column("zero", Scale::Robust, vec![-1.0, 1.0]),
            column("same", Scale::Robust, vec![2.0, 2.0]),
            column("none", Scale::Robust, vec![f64::NAN, f64::NAN]),
        ];
        let profiles = profiles(&columns, &Space::default(), &[0, 1], 2);
        assert_eq!((profiles[0].lift, profiles[0].z), (None, Some(-1.0)));
        assert_eq!((profiles[1].lift, profiles[1].z), (Some(1.0), None));
        assert_eq!(
            (profiles[2].mean, profiles[2].population_mean),
            (None, None)
        );
    }

    #[test]
    fn a_category_has_a_profile_per_level_and_an_ordinal_its_place() {
        let features = [
            category("plan", [Some("a"), Some("b"), None, Some("b"), Some("b")]),
            ordinal(
                "tier",
                &["low", "mid", "top"],
                [Some("low"), Some("top"), None, Some("mid"), Some("mid")],
            ),
        ];
        let profiles = profiles(&features, &Space::default(), &[0, 0, 0, 1, 1], 2);
        let of = |feature: &str, segment| {
            let found = profiles
                .iter()
                .find(|p| p.feature == feature && p.segment == segment);
            let found = found.unwrap();
            (
                found.mean.unwrap(),
                found.median.unwrap(),
                found.population_mean.unwrap(),
            )
        };
        assert_eq!(profiles.len(), 2 * 3);
        assert_eq!(of("plan=a", 0), (0.5, 0.5, 0.25));
        assert_eq!(of("plan=b", 1), (1.0, 1.0, 0.75));
        assert_eq!(of("tier", 0), (2.0, 2.0, 2.0));
        let z = profiles
            .iter()
            .find(|p| p.feature == "plan=b")
            .unwrap()
            .z
            .unwrap();
        assert!((z + 0.25 / (3.0f64 / 16.0).sqrt()).abs() < 1e-12);
    }
}
