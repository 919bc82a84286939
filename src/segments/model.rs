use jiff::civil::Date;
use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};

use super::FeatureColumn;
use super::choice::KTrial;
use super::clusterers::{Algorithm, Grouping};
use super::dates::iso_date;
use super::explain::Explanation;
use super::segment_drift::AtFit;
use super::settings::SegmentSettings;
use super::space::Space;

/// The layout of `model.json`; a model of another version is fitted anew.
pub(super) const MODEL_VERSION: u32 = 2;

/// `model.json`: all that is needed to assign customers as on the night of the
/// fit.
///
/// Every number in it has at most 12 significant digits (see `exact`), so
/// the file and the model in memory are the same model.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Model {
    /// Layout version.
    pub version: u32,
    /// Fingerprint of the settings that decide how the model comes out.
    pub digest: String,
    /// As-of date of the fit.
    #[serde(with = "iso_date")]
    pub fitted_on: Date,
    /// Seed of the fit.
    pub seed: u64,
    /// Algorithm of the fit.
    pub algorithm: Algorithm,
    /// Number of clusters asked for or chosen; `clusters` has fewer if some
    /// came out empty.
    pub k: usize,
    /// The space in which customers are compared.
    pub space: Space,
    /// The clusters in that space, in the order of `clusters`.
    pub grouping: Grouping,
    /// The clusters, in the order in which the registry holds their segments.
    pub clusters: Vec<ModelCluster>,
    /// The clusters in rules that a person can read.
    pub explanation: Explanation,
    /// How `k` was chosen.
    pub choice: Vec<KTrial>,
}

/// One cluster and the segment that it is.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct ModelCluster {
    /// Id of the segment in the registry.
    pub segment_id: String,
    /// Mean bootstrap Jaccard similarity at the fit, 0 to 1.
    pub stability: f64,
    /// Its members at the fit, to notice drift.
    pub at_fit: AtFit,
}

/// A value that can be computed with: a number no larger than 10³⁰ either way.
/// All others are taken as missing.
pub(super) fn is_value(value: f64) -> bool {
    value.abs() <= 1e30
}

/// `value` with 12 significant digits and at most 21 decimals.
///
/// Such a number has one reading in every JSON parser, also in those that
/// round twice: its digits and its power of ten are both exact in binary.
pub(super) fn exact(value: f64) -> f64 {
    let magnitude = if value == 0.0 {
        0
    } else {
        value.abs().log10().floor() as i32
    };
    let decimals = (magnitude + 21).clamp(0, 11) as usize;
    if magnitude < -21 {
        return 0.0;
    }
    format!("{value:.decimals$e}").parse().unwrap_or(value)
}

impl Model {
    /// Whether customers can be placed by it: a file may have been written by
    /// another version, or edited.
    pub(super) fn is_sound(&self) -> bool {
        self.version == MODEL_VERSION
            && self.clusters.len() == self.grouping.clusters()
            && self.grouping.is_sound(self.space.dimensions())
            && self.space.is_sound()
            && self.explanation.is_sound(&self.space, self.clusters.len())
            && self
                .clusters
                .iter()
                .all(|cluster| cluster.at_fit.distances.is_sound())
    }
}

/// A fingerprint of what a model depends on by choice of the pipeline's
/// author: the clustered features and their settings in any order, the
/// algorithm, the number of segments. Refit policy, seed and sample sizes are
/// left out, so that tuning them does not disturb segments.
pub(super) fn digest(features: &[FeatureColumn], settings: &SegmentSettings) -> String {
    let mut parts: Vec<String> = features
        .iter()
        .filter_map(|column| {
            column
                .cluster
                .as_ref()
                .map(|c| format!("{:?} {c:?}", column.name))
        })
        .collect();
    parts.sort();
    let SegmentSettings {
        algorithm,
        k,
        range,
        min_share,
        quiet,
        outside,
        pca,
        ..
    } = settings;
    let density = settings.density();
    parts.push(format!(
        "{algorithm:?} {k:?} {range:?} {min_share:?} {quiet:?} {outside:?} {density:?} {pca:?}"
    ));
    short_digest(parts.join("\n").as_bytes(), 16)
}

/// What tells one fit from all others: the same space and clusters on the same
/// night are the same fit.
pub(super) fn fingerprint(space: &Space, grouping: &Grouping, fitted_on: Date) -> String {
    // Plain numbers and names always have a JSON form.
    let text = serde_json::to_string(&(space, grouping)).unwrap_or_default();
    short_digest(format!("{fitted_on} {text}").as_bytes(), 6)
}

/// The first bytes of a SHA-256 in hexadecimal digits.
pub(super) fn short_digest(content: &[u8], bytes: usize) -> String {
    let digest = Sha256::digest(content);
    let bytes = digest.iter().take(bytes);
    bytes.map(|byte| format!("{byte:02x}")).collect()
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    proptest! {
        #[test]
        fn numbers_survive_json(digits in -1e12..1e12f64, power in -40..18i32) {
            let value = exact(digits * 10f64.powi(power));
            let text = serde_json::to_string(&value).unwrap();
            prop_assert_eq!(serde_json::from_str::<f64>(&text).unwrap(), value, "{}", text);
        }

        #[test]
        fn exact_stays_close(value in -1e9..1e9f64) {
            prop_assert!((exact(value) - value).abs() <= value.abs() * 1e-11);
        }
    }
}
