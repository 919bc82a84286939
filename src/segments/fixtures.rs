//! Data for the tests of this room.

use jiff::civil::date;
use ndarray::Array2;
use rand::SeedableRng;
use rand_distr::{Distribution, StandardNormal};
use rand_xoshiro::Xoshiro256Plus;

use super::{ClusterSettings, FeatureColumn, InterestAffinity, Kind, Scale, SegmentInput, Words};
use crate::domain::{Label, Language};

/// Up to 8 `groups` × `each` points in `dimensions` (up to 4 groups in two),
/// deviation 1 around corners of a cube of side 20, and the group of each.
pub(super) fn blobs(
    groups: usize,
    each: usize,
    dimensions: usize,
    seed: u64,
) -> (Array2<f64>, Vec<usize>) {
    let mut rng = Xoshiro256Plus::seed_from_u64(seed);
    let truth: Vec<usize> = (0..groups * each).map(|row| row % groups).collect();
    let points = Array2::from_shape_fn((truth.len(), dimensions), |(row, dimension)| {
        let noise: f64 = StandardNormal.sample(&mut rng);
        // Opposite corners first, so that every dimension tells four groups
        // apart.
        let corner = [0, 3, 5, 6, 1, 2, 4, 7][truth[row] % 8];
        noise + 20.0 * (corner >> dimension & 1) as f64
    });
    (points, truth)
}

/// A clustered column.
pub(super) fn column(name: &str, scale: Scale, values: Vec<f64>) -> FeatureColumn {
    FeatureColumn {
        name: name.to_owned(),
        label: Label::One(name.to_owned()),
        unit: None,
        values: values.into(),
        cluster: Some(ClusterSettings {
            scale: Some(scale),
            ..ClusterSettings::default()
        }),
    }
}

/// A clustered column of yes (1) and no (0).
pub(super) fn yes_no(name: &str, values: Vec<f64>) -> FeatureColumn {
    FeatureColumn {
        values: values.into(),
        ..clustered(name, [], Kind::YesNo, &[])
    }
}

/// A clustered column of words that have no order.
pub(super) fn category<'a>(
    name: &str,
    words: impl IntoIterator<Item = Option<&'a str>>,
) -> FeatureColumn {
    clustered(name, words, Kind::Category, &[])
}

/// A clustered column of words in this order.
pub(super) fn ordinal<'a>(
    name: &str,
    order: &[&str],
    words: impl IntoIterator<Item = Option<&'a str>>,
) -> FeatureColumn {
    clustered(name, words, Kind::Ordinal, order)
}

fn clustered<'a>(
    name: &str,
    words: impl IntoIterator<Item = Option<&'a str>>,
    kind: Kind,
    order: &[&str],
) -> FeatureColumn {
    FeatureColumn {
        values: words.into_iter().collect::<Words>().into(),
        cluster: Some(ClusterSettings {
            kind: Some(kind),
            order: order.iter().map(|&level| level.to_owned()).collect(),
            ..ClusterSettings::default()
        }),
        ..column(name, Scale::None, Vec::new())
    }
}

/// An input of these columns in which everybody is clustered.
pub(super) fn input_of<'a>(
    ids: &'a [String],
    features: &'a [FeatureColumn],
    interests: &'a [InterestAffinity],
) -> SegmentInput<'a> {
    static NONE: [bool; 20_000] = [false; 20_000];
    SegmentInput {
        ids,
        features,
        quiet: &NONE[..ids.len()],
        opted_out: &NONE[..ids.len()],
        interests,
        as_of: date(2026, 10, 31),
        seed: 42,
        language: Language::En,
    }
}

/// Runs `work` on that many threads.
pub(super) fn on_threads<T: Send>(threads: usize, work: impl FnOnce() -> T + Send) -> T {
    rayon::ThreadPoolBuilder::new()
        .num_threads(threads)
        .build()
        .unwrap()
        .install(work)
}
