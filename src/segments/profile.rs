use rayon::prelude::*;

use super::matrix::{mean_and_deviation, quantile};
use super::model::is_value;
use super::{FeatureColumn, Profile};

/// What each segment is like: one profile per segment with members and
/// feature, in that order. `segment_of` holds each customer's segment, and
/// the population is all customers.
pub(super) fn profiles(
    features: &[FeatureColumn],
    segment_of: &[usize],
    segments: usize,
) -> Vec<Profile> {
    let by_feature: Vec<Vec<Profile>> = features
        .par_iter()
        .map(|feature| of_feature(feature, segment_of, segments))
        .collect();
    let mut profiles: Vec<Profile> = by_feature.into_iter().flatten().collect();
    profiles.sort_by_key(|profile| profile.segment);
    profiles
}

fn of_feature(feature: &FeatureColumn, segment_of: &[usize], segments: usize) -> Vec<Profile> {
    let mut by_segment: Vec<Vec<f64>> = vec![Vec::new(); segments];
    let mut members = vec![0u64; segments];
    let mut all = Vec::with_capacity(feature.values.len());
    for (&value, &segment) in feature.values.iter().zip(segment_of) {
        members[segment] += 1;
        if is_value(value) {
            by_segment[segment].push(value);
            all.push(value);
        }
    }
    let population = (!all.is_empty()).then(|| mean_and_deviation(&all));
    by_segment
        .into_iter()
        .enumerate()
        .filter(|&(segment, _)| members[segment] > 0)
        .map(|(segment, mut values)| {
            let mean = (!values.is_empty()).then(|| mean_and_deviation(&values).0);
            values.sort_unstable_by(f64::total_cmp);
            let both = mean.zip(population);
            Profile {
                segment,
                feature: feature.name.clone(),
                mean,
                median: quantile(&values, 0.5),
                population_mean: population.map(|(mean, _)| mean),
                lift: both
                    .filter(|(_, (population, _))| *population != 0.0)
                    .map(|(mean, (population, _))| mean / population),
                z: both
                    .filter(|(_, (_, deviation))| *deviation > 0.0)
                    .map(|(mean, (population, deviation))| (mean - population) / deviation),
            }
        })
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::segments::Scale;
    use crate::segments::fixtures::column;

    #[test]
    fn a_profile_compares_with_all_customers_and_ignores_the_missing() {
        let values = vec![1.0, 3.0, f64::NAN, 8.0, 8.0];
        let profiles = profiles(&[column("f", Scale::Robust, values)], &[0, 0, 0, 1, 1], 3);
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
        let profiles = profiles(&columns, &[0, 1], 2);
        assert_eq!((profiles[0].lift, profiles[0].z), (None, Some(-1.0)));
        assert_eq!((profiles[1].lift, profiles[1].z), (Some(1.0), None));
        assert_eq!(
            (profiles[2].mean, profiles[2].population_mean),
            (None, None)
        );
    }
}
