use std::collections::BTreeMap;

use ndarray::ArrayView2;
use rayon::prelude::*;

use super::category::{Levels, NEARLY_ALL};
use super::composition;
use super::feature::{Encoding, ModelFeature, Raw};
use super::number::Scaling;
use super::{Projection, Space};
use crate::segments::drift::Bins;
use crate::segments::model::{exact, is_value};
use crate::segments::settings::Pca;
use crate::segments::{ClusterSettings, FeatureColumn, Kind, Missing, Scale, Values};

/// A column that takes part, or does not after all, and what to say of it.
struct Learned {
    feature: Option<ModelFeature>,
    warning: Option<String>,
}

impl Space {
    /// Learns from `rows` how to read every clustered column. Columns that
    /// cannot tell customers apart drop out; each one, and each with missing
    /// values, adds a line to `warnings`.
    pub(in crate::segments) fn learn(
        columns: &[FeatureColumn],
        rows: &[usize],
        warnings: &mut Vec<String>,
    ) -> Self {
        let mut wholes: BTreeMap<&str, Vec<usize>> = BTreeMap::new();
        for (index, column) in columns.iter().enumerate() {
            if let Some((group, _)) = column.cluster.as_ref().and_then(part_of) {
                wholes.entry(group).or_default().push(index);
            }
        }
        let mut learned: Vec<(usize, Learned)> = columns
            .par_iter()
            .enumerate()
            .filter_map(|(index, column)| {
                let settings = column.cluster.as_ref()?;
                let alone = part_of(settings).is_none();
                alone.then(|| (index, learn_one(column, settings, rows)))
            })
            .collect();
        let mut compositions = Vec::new();
        for (group, members) in wholes {
            let parts = learn_whole(group, &members, columns, rows, &mut compositions);
            learned.extend(parts);
        }
        learned.sort_by_key(|(index, _)| *index);
        let mut features = Vec::new();
        let mut groups = Vec::new();
        for (index, Learned { feature, warning }) in learned {
            warnings.extend(warning);
            if let Some(feature) = feature {
                features.push(feature);
                groups.push(
                    columns[index]
                        .cluster
                        .as_ref()
                        .and_then(|c| c.group.as_ref()),
                );
            }
        }
        // A group's weight is shared by the columns that are left of it.
        for (feature, group) in features.iter_mut().zip(&groups) {
            if group.is_some() {
                let members = groups.iter().filter(|other| *other == group).count();
                feature.weight = exact(feature.weight / (members as f64).sqrt());
            }
        }
        Self {
            features,
            compositions,
            projection: None,
        }
    }

    /// Adds a projection onto the principal components of `points` (customers ×
    /// dimensions), which are in this space.
    pub(in crate::segments) fn project(
        &mut self,
        points: ArrayView2<f64>,
        pca: Pca,
        warnings: &mut Vec<String>,
    ) {
        self.projection = Projection::learn(points, pca);
        if let (Pca::Components(asked), Some(projection)) = (pca, &self.projection)
            && projection.axes.len() < asked as usize
        {
            warnings.push(format!(
                "`segments.pca` asks for {asked} components; customers vary in {} directions, and all are kept",
                projection.axes.len()
            ));
        }
    }
}

/// The whole that a column is a part of, and the share below which it counts
/// as zero.
fn part_of(settings: &ClusterSettings) -> Option<(&str, Option<f64>)> {
    let group = settings.group.as_deref()?;
    let is_part = settings.kind() == Kind::Number && settings.scale() == Scale::LogRatio;
    is_part.then(|| (group, settings.zero.map(|zero| zero.get())))
}

fn learn_one(column: &FeatureColumn, settings: &ClusterSettings, rows: &[usize]) -> Learned {
    let missing = missing(column, rows);
    let mut all_rare = false;
    let found = match (settings.kind(), &column.values) {
        (Kind::Number, Values::Numbers(numbers)) => number(numbers, settings, rows, missing),
        (Kind::YesNo, Values::Numbers(numbers)) => yes_no(numbers, rows, missing),
        (Kind::Category, Values::Words(words)) => {
            let own_level = settings.missing == Missing::OwnLevel;
            let levels = Levels::learn(words, rows, settings.level_share(), own_level);
            all_rare = levels.levels.is_empty() && missing < rows.len();
            let raw = levels.read(words);
            let places = rows.iter().map(|&row| raw.at(row));
            let bins = Bins::of_places(levels.levels.len() + 1, places);
            levels.vary().then_some((Encoding::Category(levels), bins))
        }
        (Kind::Ordinal, Values::Words(words)) => {
            let order = settings.order.iter().map(String::as_str);
            ordinal(&Raw::places(words, order, f64::NAN), settings, rows)
        }
        // The view gives each kind its values.
        _ => None,
    };
    let feature =
        found.map(|(encoding, bins)| feature(column, settings, encoding, bins, missing, rows));
    let warning = match &feature {
        None if all_rare => Some(format!(
            "no level of feature `{}` is as frequent as its `min_share`, and it is left out of clustering",
            column.name
        )),
        None => Some(dropped(&column.name, missing == rows.len())),
        Some(feature) => said_of_missing(feature, settings.missing, missing, rows.len()),
    };
    Learned { feature, warning }
}

fn feature(
    column: &FeatureColumn,
    settings: &ClusterSettings,
    encoding: Encoding,
    bins: Bins,
    missing: usize,
    rows: &[usize],
) -> ModelFeature {
    let indicator = settings.missing == Missing::Indicator && missing > 0;
    ModelFeature {
        name: column.name.clone(),
        weight: exact(settings.weight),
        encoding,
        indicator: indicator.then(|| exact(missing as f64 / rows.len() as f64)),
        bins,
    }
}

fn missing(column: &FeatureColumn, rows: &[usize]) -> usize {
    rows.iter()
        .filter(|&&row| column.values.is_missing(row))
        .count()
}

/// The values that are there, ascending.
fn sorted(values: impl Iterator<Item = f64>) -> Vec<f64> {
    let mut sorted: Vec<f64> = values.filter(|&value| is_value(value)).collect();
    sorted.par_sort_unstable_by(f64::total_cmp);
    sorted
}

fn number(
    numbers: &[f64],
    settings: &ClusterSettings,
    rows: &[usize],
    missing: usize,
) -> Option<(Encoding, Bins)> {
    let sorted = sorted(rows.iter().map(|&row| numbers[row]));
    let scaling = Scaling::learn(settings.scale(), &sorted)?;
    Some((Encoding::Number(scaling), Bins::of(&sorted, missing)))
}

fn ordinal(raw: &Raw<'_>, settings: &ClusterSettings, rows: &[usize]) -> Option<(Encoding, Bins)> {
    let places = || rows.iter().map(|&row| raw.at(row));
    let scaling = Scaling::learn(settings.scale(), &sorted(places()))?;
    let encoding = Encoding::Ordinal {
        order: settings.order.clone(),
        scaling,
    };
    Some((encoding, Bins::of_places(settings.order.len(), places())))
}

fn yes_no(numbers: &[f64], rows: &[usize], missing: usize) -> Option<(Encoding, Bins)> {
    let known = rows.len() - missing;
    let yes = rows.iter().filter(|&&row| numbers[row] == 1.0).count();
    let share = yes as f64 / known.max(1) as f64;
    let varies = known > 0 && share.max(1.0 - share) < NEARLY_ALL;
    varies.then(|| {
        let bins = Bins::of_places(2, rows.iter().map(|&row| numbers[row]));
        (
            Encoding::YesNo {
                share: exact(share),
            },
            bins,
        )
    })
}

/// The parts of one whole; those of which nobody has anything are no parts.
fn learn_whole(
    group: &str,
    members: &[usize],
    columns: &[FeatureColumn],
    rows: &[usize],
    compositions: &mut Vec<super::Composition>,
) -> Vec<(usize, Learned)> {
    let there: Vec<(usize, &[f64])> = members
        .iter()
        .filter_map(|&index| Some((index, columns[index].values.numbers()?)))
        .filter(|(_, numbers)| {
            rows.iter()
                .any(|&row| is_value(numbers[row]) && numbers[row] > 0.0)
        })
        .collect();
    let numbers: Vec<&[f64]> = there.iter().map(|&(_, numbers)| numbers).collect();
    let zero = members
        .iter()
        .find_map(|&index| part_of(columns[index].cluster.as_ref()?)?.1);
    let whole = (numbers.len() >= 2)
        .then(|| composition::learn(group, compositions.len(), zero, &numbers, rows))
        .flatten();
    let empty = whole.as_ref().map_or(0, |whole| whole.empty);
    let mut parts = BTreeMap::new();
    if let Some(whole) = whole {
        parts = there
            .iter()
            .map(|&(index, _)| index)
            .zip(whole.parts)
            .collect();
        compositions.push(whole.composition);
    }
    let mut learned: Vec<(usize, Learned)> = members
        .iter()
        .map(|&index| {
            let column = &columns[index];
            let missing = missing(column, rows);
            let settings = column.cluster.as_ref();
            let part = settings.zip(parts.remove(&index)).zip(column.values.numbers());
            let learned = match part {
                None => Learned {
                    feature: None,
                    warning: Some(dropped(&column.name, missing == rows.len())),
                },
                Some(((settings, part), numbers)) => {
                    let sorted = sorted(rows.iter().map(|&row| numbers[row]));
                    let bins = Bins::of(&sorted, missing);
                    let feature = feature(column, settings, Encoding::Part(part), bins, missing, rows);
                    let below = sorted.partition_point(|&value| value < 0.0);
                    let warning = if below > 0 {
                        Some(format!(
                            "feature `{}` is below 0 for {below} of {} customers; a part of a whole cannot be, and counts as 0",
                            column.name,
                            rows.len()
                        ))
                    } else {
                        said_of_missing(&feature, settings.missing, missing, rows.len())
                    };
                    Learned { feature: Some(feature), warning }
                }
            };
            (index, learned)
        })
        .collect();
    if let (true, Some((_, first))) = (empty > 0, learned.first_mut()) {
        let said = format!(
            "the parts of `{group}` are all 0 or missing for {empty} of {} customers; the middle of all stands in",
            rows.len()
        );
        first.warning = Some(match first.warning.take() {
            Some(other) => format!("{said}; {other}"),
            None => said,
        });
    }
    learned
}

fn dropped(name: &str, empty: bool) -> String {
    if empty {
        format!("feature `{name}` is empty and left out of clustering")
    } else {
        format!("feature `{name}` is the same for nearly all customers and left out of clustering")
    }
}

/// What stands in for the missing values, if there are any.
fn said_of_missing(
    feature: &ModelFeature,
    treatment: Missing,
    missing: usize,
    customers: usize,
) -> Option<String> {
    let stand_in = match (treatment, &feature.encoding) {
        (Missing::OwnLevel, _) => "missing is a level of its own",
        (_, Encoding::Number(_) | Encoding::Ordinal { .. }) => "the median stands in",
        (_, Encoding::Part(_)) => "the median share stands in",
        (_, Encoding::YesNo { .. } | Encoding::Category(_)) => "the mix of all stands in",
    };
    let counted = match treatment {
        Missing::Indicator => ", and that it is missing counts as a column",
        Missing::Median | Missing::Refuse | Missing::OwnLevel => "",
    };
    (missing > 0).then(|| {
        format!(
            "feature `{}` is missing for {missing} of {customers} customers; {stand_in}{counted}",
            feature.name
        )
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::segments::fixtures::{category, column, yes_no};

    fn learned(columns: &[FeatureColumn]) -> (Space, Vec<String>) {
        let rows: Vec<usize> = (0..columns[0].values.len()).collect();
        let mut warnings = Vec::new();
        (Space::learn(columns, &rows, &mut warnings), warnings)
    }

    #[test]
    fn constant_and_empty_columns_drop_out_with_a_warning() {
        let gold = || std::iter::repeat_n(Some("gold"), 500);
        for column in [
            column("f", Scale::Robust, vec![3.0; 500]),
            column("f", Scale::Robust, vec![f64::NAN; 500]),
            column("f", Scale::Robust, vec![f64::INFINITY; 500]),
            yes_no("f", vec![1.0; 500]),
            yes_no("f", vec![f64::NAN; 500]),
            category("f", gold()),
            category("f", gold().chain([Some("rare")])),
            category("f", [None; 500]),
        ] {
            let (space, warnings) = learned(&[column]);
            assert!(space.features.is_empty());
            assert!(warnings[0].contains("`f`") && warnings[0].contains("left out"));
        }
    }

    #[test]
    fn missing_values_lie_at_the_median_and_are_counted() {
        let mut values: Vec<f64> = (0..=100).map(f64::from).collect();
        values.push(f64::NAN);
        let columns = [column("f", Scale::Log, values)];
        let (space, warnings) = learned(&columns);
        let points = space.points(&columns, &[50, 101]);
        assert_eq!(points[[0, 0]], points[[1, 0]]);
        assert!(warnings[0].contains("missing for 1 of 102"), "{warnings:?}");
    }

    #[test]
    fn a_group_counts_as_one_column() {
        let values: Vec<f64> = (0..100).map(f64::from).collect();
        let mut columns: Vec<FeatureColumn> = ["a", "b", "c", "d", "flat"]
            .map(|name| column(name, Scale::Standard, values.clone()))
            .into();
        for column in &mut columns {
            column.cluster.as_mut().unwrap().group = Some("usage".to_owned());
        }
        columns[4].values = vec![1.0; 100].into();
        columns.push(column("alone", Scale::Standard, values));
        let (space, _) = learned(&columns);
        let weights: Vec<f64> = space
            .features
            .iter()
            .map(|feature| feature.weight)
            .collect();
        assert_eq!(weights, [0.5, 0.5, 0.5, 0.5, 1.0]);
    }

    #[test]
    fn yes_and_no_are_as_far_apart_as_two_levels() {
        let answers: Vec<f64> = (0..100).map(|row| f64::from(row % 2)).collect();
        let word = |row: usize| Some(if row % 2 == 1 { "yes" } else { "no" });
        let columns = [yes_no("a", answers), category("b", (0..100).map(word))];
        let (space, _) = learned(&columns);
        let points = space.points(&columns, &[0, 1]);
        let apart = |at: usize| points[[0, at]] - points[[1, at]];
        assert!((apart(0).abs() - 2.0).abs() < 1e-12);
        assert!((apart(1).hypot(apart(2)) - 2.0).abs() < 1e-12);
    }

    #[test]
    fn parts_nobody_has_and_impossible_ones_are_told() {
        let part = |name: &str, values: Vec<f64>| {
            let mut part = column(name, Scale::LogRatio, values);
            part.cluster.as_mut().unwrap().group = Some("time".to_owned());
            part
        };
        let columns = [
            part("a", vec![1.0, 2.0, 3.0, 0.0, f64::NAN]),
            part("b", vec![3.0, 2.0, 1.0, 0.0, 4.0]),
            part("c", vec![1.0, -1.0, 1.0, 0.0, 4.0]),
            part("none", vec![0.0; 5]),
        ];
        let (space, warnings) = learned(&columns);
        assert_eq!(space.features.len(), 3);
        let told = warnings.join("\n");
        for words in [
            "`time` are all 0 or missing for 1 of 5",
            "`a` is missing for 1 of 5 customers; the median share",
            "`c` is below 0 for 1 of 5",
            "`none` is the same",
        ] {
            assert!(told.contains(words), "{told}");
        }
        let points = space.points(&columns, &[0, 3]);
        assert!(points.row(1).iter().all(|&value| value == 0.0));
        assert!(points.row(0).iter().sum::<f64>().abs() < 1.0);
        // One part of two left is no whole.
        let (space, _) = learned(&[columns[0].clone(), columns[3].clone()]);
        assert!(space.features.is_empty() && space.compositions.is_empty());
    }
}
