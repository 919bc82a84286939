use rayon::prelude::*;

use super::FeatureColumn;
use super::drift::Bins;
use super::model::{ModelFeature, exact, is_value};
use super::settings::{ClusterSettings, Scale};
use super::space::transformed;

/// The interquartile range of a normal distribution of deviation 1, so that
/// robust and standard columns count alike.
const NORMAL_IQR: f64 = 1.349;

/// Learns the scaling of every clustered column from `rows`. Columns that
/// cannot tell customers apart drop out; each one, and each with missing
/// values, adds a line to `warnings`.
pub(super) fn learn(
    columns: &[FeatureColumn],
    rows: &[usize],
    warnings: &mut Vec<String>,
) -> Vec<ModelFeature> {
    let learned: Vec<Learned> = columns
        .par_iter()
        .filter_map(|column| Some(learn_one(column, column.cluster.as_ref()?, rows)))
        .collect();
    let mut features = Vec::new();
    let mut groups = Vec::new();
    for Learned {
        feature,
        group,
        warning,
    } in learned
    {
        warnings.extend(warning);
        if let Some(feature) = feature {
            features.push(feature);
            groups.push(group);
        }
    }
    // A group's weight is shared by the columns that are left of it.
    for (feature, group) in features.iter_mut().zip(&groups) {
        if group.is_some() {
            let members = groups.iter().filter(|other| *other == group).count();
            feature.weight = exact(feature.weight / (members as f64).sqrt());
        }
    }
    features
}

struct Learned {
    feature: Option<ModelFeature>,
    group: Option<String>,
    warning: Option<String>,
}

fn learn_one(column: &FeatureColumn, settings: &ClusterSettings, rows: &[usize]) -> Learned {
    let mut sorted: Vec<f64> = rows
        .iter()
        .map(|&row| column.values[row])
        .filter(|&value| is_value(value))
        .collect();
    sorted.par_sort_unstable_by(f64::total_cmp);
    let missing = rows.len() - sorted.len();
    let name = &column.name;
    let feature = scaling(name, settings, &sorted, missing);
    let warning = match (&feature, sorted.is_empty(), missing) {
        (None, true, _) => Some(format!(
            "feature `{name}` is empty and left out of clustering"
        )),
        (None, false, _) => Some(format!(
            "feature `{name}` is the same for nearly all customers and left out of clustering"
        )),
        (Some(_), _, 0) => None,
        (Some(_), _, missing) => Some(format!(
            "feature `{name}` is missing for {missing} of {} customers; the median stands in",
            rows.len()
        )),
    };
    Learned {
        feature,
        group: settings.group.clone(),
        warning,
    }
}

/// The scaling of a column with these values, if they vary.
fn scaling(
    name: &str,
    settings: &ClusterSettings,
    sorted: &[f64],
    missing: usize,
) -> Option<ModelFeature> {
    let scale = settings.scale;
    let fill = exact(quantile(sorted, 0.5)?);
    let percentiles: Vec<f64> = match scale {
        Scale::Rank => (0..=100)
            .filter_map(|percent| quantile(sorted, f64::from(percent) / 100.0))
            .map(exact)
            .collect(),
        _ => Vec::new(),
    };
    let mut values: Vec<f64> = sorted
        .iter()
        .map(|&raw| transformed(scale, &percentiles, raw))
        .collect();
    let clip = match scale {
        Scale::None | Scale::Sqrt => None,
        Scale::Standard | Scale::Robust | Scale::Log | Scale::Rank => Some((
            exact(quantile(&values, 0.01)?),
            exact(quantile(&values, 0.99)?),
        )),
    };
    if let Some((low, high)) = clip {
        values
            .iter_mut()
            .for_each(|value| *value = value.clamp(low, high));
    }
    if values.first() == values.last() {
        return None;
    }
    let (centre, spread) = match scale {
        Scale::None | Scale::Sqrt => (0.0, 1.0),
        Scale::Standard => mean_and_deviation(&values),
        Scale::Robust | Scale::Log | Scale::Rank => {
            let range = quantile(&values, 0.75)? - quantile(&values, 0.25)?;
            if range > 0.0 {
                (quantile(&values, 0.5)?, range / NORMAL_IQR)
            } else {
                mean_and_deviation(&values)
            }
        }
    };
    let (centre, spread) = (exact(centre), exact(spread));
    (spread > 0.0).then(|| ModelFeature {
        name: name.to_owned(),
        scale,
        weight: exact(settings.weight),
        fill,
        percentiles,
        clip,
        centre,
        spread,
        bins: Bins::of(sorted, missing),
    })
}

/// The quantile at `share` of sorted values, by linear interpolation (type 7
/// of Hyndman and Fan 1996); none of no values.
pub(super) fn quantile(sorted: &[f64], share: f64) -> Option<f64> {
    let place = share * sorted.len().checked_sub(1)? as f64;
    let low = sorted[place.floor() as usize];
    let high = sorted[place.ceil() as usize];
    Some(low + (high - low) * place.fract())
}

/// Mean and population standard deviation.
pub(super) fn mean_and_deviation(values: &[f64]) -> (f64, f64) {
    let count = values.len().max(1) as f64;
    let mean = values.iter().sum::<f64>() / count;
    let squares: f64 = values
        .iter()
        .map(|value| (value - mean) * (value - mean))
        .sum();
    (mean, (squares / count).sqrt())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::segments::fixtures::column;

    fn learned(scale: Scale, values: Vec<f64>) -> (Option<ModelFeature>, Vec<String>) {
        let rows: Vec<usize> = (0..values.len()).collect();
        let mut warnings = Vec::new();
        let features = learn(&[column("f", scale, values)], &rows, &mut warnings);
        (features.into_iter().next(), warnings)
    }

    #[test]
    fn a_robust_column_has_median_zero_and_ignores_outliers() {
        let mut values: Vec<f64> = (0..=1000).map(f64::from).collect();
        values[1000] = 1e9;
        let feature = learned(Scale::Robust, values).0.unwrap();
        assert_eq!(feature.scaled(500.0), 0.0);
        let quartiles = feature.scaled(750.0) - feature.scaled(250.0);
        assert!((quartiles - NORMAL_IQR).abs() < 1e-9);
        assert_eq!(feature.scaled(1e9), feature.scaled(990.0));
    }

    #[test]
    fn half_zeros_fall_back_to_mean_and_deviation() {
        let values: Vec<f64> = (0..1000).map(|i| if i < 800 { 0.0 } else { 1.0 }).collect();
        let feature = learned(Scale::Robust, values).0.unwrap();
        assert!((feature.scaled(0.0) + 0.5).abs() < 1e-9);
        assert!((feature.scaled(1.0) - 2.0).abs() < 1e-9);
    }

    #[test]
    fn shares_of_one_whole_keep_their_common_scale() {
        let values: Vec<f64> = (0..100).map(|i| f64::from(i) / 100.0).collect();
        let feature = learned(Scale::Sqrt, values).0.unwrap();
        assert_eq!(
            (
                feature.scaled(0.0),
                feature.scaled(0.25),
                feature.scaled(1.0)
            ),
            (0.0, 0.5, 1.0)
        );
    }

    #[test]
    fn constant_and_empty_columns_drop_out_with_a_warning() {
        for values in [
            vec![3.0; 500],
            vec![f64::NAN; 500],
            vec![f64::INFINITY; 500],
        ] {
            let (feature, warnings) = learned(Scale::Robust, values);
            assert!(feature.is_none());
            assert!(warnings[0].contains("`f`") && warnings[0].contains("left out"));
        }
    }

    #[test]
    fn missing_values_lie_at_the_median_and_are_counted() {
        let mut values: Vec<f64> = (0..=100).map(f64::from).collect();
        values.push(f64::NAN);
        let (feature, warnings) = learned(Scale::Log, values);
        let feature = feature.unwrap();
        assert_eq!(feature.scaled(f64::NAN), feature.scaled(50.0));
        assert!(warnings[0].contains("missing for 1 of 102"), "{warnings:?}");
    }

    #[test]
    fn a_group_counts_as_one_column() {
        let values: Vec<f64> = (0..100).map(f64::from).collect();
        let mut columns: Vec<FeatureColumn> = ["a", "b", "c", "d", "flat"]
            .map(|name| column(name, Scale::Standard, values.clone()))
            .into();
        for grouped in [0, 1, 2, 3, 4] {
            columns[grouped].cluster.as_mut().unwrap().group = Some("usage".to_owned());
        }
        columns[4].values = vec![1.0; 100];
        columns.push(column("alone", Scale::Standard, values));
        let rows: Vec<usize> = (0..100).collect();
        let weights: Vec<f64> = learn(&columns, &rows, &mut Vec::new())
            .iter()
            .map(|feature| feature.weight)
            .collect();
        assert_eq!(weights, [0.5, 0.5, 0.5, 0.5, 1.0]);
    }
}
