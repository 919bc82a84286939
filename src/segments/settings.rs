use std::fmt;

use schemars::JsonSchema;
use serde::de::Error as _;
use serde::{Deserialize, Deserializer};

use super::clusterers::{Algorithm, DbscanSettings, OpticsSettings, Outside, outside};
use super::stability::{DOUBTFUL, STABLE};
use crate::domain::Share;

/// `"auto"`, or a whole number of segments from 2 to 50.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize, JsonSchema)]
#[serde(
    untagged,
    expecting = "the number of segments is \"auto\" or a whole number from 2 to 50"
)]
pub enum KSetting {
    /// Chosen within `range`; see [`crate::segments::choice`].
    Auto(Auto),
    /// As many as that.
    Fixed(#[schemars(range(min = 2, max = 50))] u32),
}

/// The word `"auto"`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize, JsonSchema)]
#[serde(rename_all = "lowercase")]
pub enum Auto {
    /// Let the program choose.
    Auto,
}

/// A whole number of components, or a share above 0 and below 1.
#[derive(Debug, Clone, Copy, PartialEq, Deserialize, JsonSchema)]
#[serde(
    untagged,
    expecting = "`pca` is a whole number from 1 to 1000, or a share above 0 and below 1"
)]
pub enum Pca {
    /// As many as that.
    Components(#[schemars(range(min = 1, max = 1000))] u32),
    /// As few as hold that share of the variance.
    Share(#[schemars(extend("exclusiveMinimum" = 0, "exclusiveMaximum" = 1))] f64),
}

/// `[segments]`: how customers are grouped and how long a grouping is kept.
#[derive(Debug, Clone, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, default)]
pub struct SegmentSettings {
    /// The clustering algorithm.
    pub algorithm: Algorithm,
    /// The number of segments, or `"auto"`.
    #[serde(deserialize_with = "k_within")]
    pub k: KSetting,
    /// The smallest and the largest number of segments that `"auto"` tries.
    #[serde(deserialize_with = "k_range")]
    pub range: (u32, u32),
    /// `"auto"` rejects a number of segments whose smallest holds a lower
    /// share of the clustered customers.
    pub min_share: Share,
    /// SQL condition: customers it holds for form the reserved segment
    /// "quiet" and take no part in clustering.
    pub quiet: Option<String>,
    /// Days after which the model is fitted again. A new fit in which more
    /// segments than before are below `gate` is not used.
    #[serde(deserialize_with = "whole::<_, _, 1, 3660>")]
    #[schemars(range(min = 1, max = 3660))]
    pub refit_days: u32,
    /// Customers that the model is fitted on; all are assigned.
    #[serde(deserialize_with = "whole::<_, _, 100, 100_000_000>")]
    #[schemars(range(min = 100, max = 100_000_000))]
    pub fit_rows: usize,
    /// Random starts per fit; the best is taken.
    #[serde(deserialize_with = "whole::<_, _, 1, 100>")]
    #[schemars(range(min = 1, max = 100))]
    pub starts: u32,
    /// Customers that numbers of segments are judged on (silhouette, gap,
    /// stability); time grows with the square.
    #[serde(deserialize_with = "whole::<_, _, 100, 50_000>")]
    #[schemars(range(min = 100, max = 50_000))]
    pub silhouette_rows: usize,
    /// How far from every segment a customer must be to go to the reserved
    /// segment "outside": beyond the third quartile of the members' distances
    /// by that many interquartile ranges, and farther than 99 % of the members; or
    /// `"off"`.
    #[serde(deserialize_with = "outside")]
    pub outside: Outside,
    /// What `algorithm = "dbscan"` takes for dense.
    pub dbscan: Option<DbscanSettings>,
    /// What `algorithm = "optics"` takes for dense.
    pub optics: Option<OpticsSettings>,
    /// Population stability index of any feature, or of the segments, beyond
    /// which the model is fitted again.
    #[serde(deserialize_with = "positive")]
    #[schemars(extend("exclusiveMinimum" = 0))]
    pub drift_psi: f64,
    /// Principal components to cluster in, instead of the columns: how many, or
    /// the share of the variance that they keep together.
    #[serde(deserialize_with = "components")]
    #[schemars(with = "Pca")]
    pub pca: Option<Pca>,
    /// Stability below which a segment is doubtful: how much of it comes back
    /// when the customers are drawn again, from 0 to 1. A fit with more such
    /// segments than the model in use is not used.
    pub gate: Share,
    /// Stability below which a segment is warned of.
    pub warn: Share,
    /// Fit the model again tonight, whatever its age.
    #[serde(skip)]
    pub refit: bool,
}

impl Default for SegmentSettings {
    fn default() -> Self {
        Self {
            algorithm: Algorithm::default(),
            k: KSetting::Auto(Auto::Auto),
            range: (4, 12),
            min_share: Share::of(0.02),
            quiet: None,
            refit_days: 28,
            fit_rows: 100_000,
            starts: 4,
            silhouette_rows: 5_000,
            outside: Outside::default(),
            dbscan: None,
            optics: None,
            drift_psi: 0.25,
            pca: None,
            gate: Share::of(DOUBTFUL),
            warn: Share::of(STABLE),
            refit: false,
        }
    }
}

impl SegmentSettings {
    /// The numbers of segments to try, ascending; at least one segment for an
    /// algorithm that finds their number itself.
    pub(super) fn candidates(&self) -> std::ops::RangeInclusive<usize> {
        match self.k {
            _ if !self.algorithm.takes_k() => 1..=1,
            KSetting::Fixed(k) => k as usize..=k as usize,
            KSetting::Auto(_) => self.range.0 as usize..=self.range.1 as usize,
        }
    }
}

pub(super) fn positive<'de, D: Deserializer<'de>>(from: D) -> Result<f64, D::Error> {
    let value = f64::deserialize(from)?;
    if value.is_finite() && value > 0.0 {
        Ok(value)
    } else {
        Err(D::Error::custom(format!(
            "{value} is out of range; allowed: a number above 0"
        )))
    }
}

pub(super) fn whole<'de, D, T, const LOW: u64, const HIGH: u64>(from: D) -> Result<T, D::Error>
where
    D: Deserializer<'de>,
    T: TryFrom<u64>,
{
    within(u64::deserialize(from)?, LOW, HIGH)
}

fn within<E: serde::de::Error, T: TryFrom<u64>>(value: u64, low: u64, high: u64) -> Result<T, E> {
    let fault = || out_of_range(&value, low, high);
    if !(low..=high).contains(&value) {
        return Err(fault());
    }
    T::try_from(value).map_err(|_| fault())
}

fn out_of_range<E: serde::de::Error>(value: &dyn fmt::Display, low: u64, high: u64) -> E {
    E::custom(format!("{value} is out of range; allowed: {low} to {high}"))
}

fn k_within<'de, D: Deserializer<'de>>(from: D) -> Result<KSetting, D::Error> {
    match KSetting::deserialize(from)? {
        KSetting::Fixed(k) => within(u64::from(k), 2, 50).map(KSetting::Fixed),
        auto @ KSetting::Auto(_) => Ok(auto),
    }
}

fn components<'de, D: Deserializer<'de>>(from: D) -> Result<Option<Pca>, D::Error> {
    match Pca::deserialize(from)? {
        Pca::Components(count) => within(u64::from(count), 1, 1000).map(Pca::Components),
        Pca::Share(share) if share > 0.0 && share < 1.0 => Ok(Pca::Share(share)),
        Pca::Share(share) => Err(D::Error::custom(format!(
            "`pca` {share} is out of range; allowed: a share above 0 and below 1, or a whole number"
        ))),
    }
    .map(Some)
}

fn k_range<'de, D: Deserializer<'de>>(from: D) -> Result<(u32, u32), D::Error> {
    let (low, high) = <(u64, u64)>::deserialize(from)?;
    if low > high {
        return Err(D::Error::custom(format!(
            "`range` [{low}, {high}] runs backwards; write the smaller number first"
        )));
    }
    let (low, high): (u32, u32) = (within(low, 2, 50)?, within(high, 2, 50)?);
    Ok((low, high))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(text: &str) -> Result<SegmentSettings, String> {
        toml::from_str(text).map_err(|fault| fault.to_string())
    }

    #[test]
    fn a_full_section_is_read() {
        let settings = read(
            "algorithm = \"kmeans\"\nk = \"auto\"\nrange = [4, 12]\nmin_share = 0.01\n\
             quiet = \"active_days_30d = 0\"\nrefit_days = 28",
        )
        .unwrap();
        assert_eq!(settings.candidates(), 4..=12);
        assert_eq!(settings.quiet.as_deref(), Some("active_days_30d = 0"));
        assert_eq!(read("k = 7").unwrap().candidates(), 7..=7);
        assert_eq!(settings.pca, None);
        assert_eq!(read("pca = 0.9").unwrap().pca, Some(Pca::Share(0.9)));
        assert_eq!(read("pca = 3").unwrap().pca, Some(Pca::Components(3)));
    }

    #[test]
    fn what_cannot_work_is_refused_with_what_is_allowed() {
        for (text, words) in [
            ("k = 1", "allowed: 2 to 50"),
            ("k = 51", "allowed: 2 to 50"),
            ("k = \"many\"", "\"auto\" or a whole number"),
            ("range = [12, 4]", "runs backwards"),
            ("range = [1, 4]", "allowed: 2 to 50"),
            ("starts = 0", "allowed: 1 to 100"),
            ("drift_psi = 0.0", "above 0"),
            ("min_share = 2.0", "allowed: 0 to 1"),
            ("pca = 0", "allowed: 1 to 1000"),
            ("pca = 1.0", "above 0 and below 1"),
            ("pca = \"most\"", "a whole number from 1"),
            ("gate = 75", "allowed: 0 to 1"),
            ("refit = true", "unknown field"),
            ("clusters = 3", "unknown field"),
        ] {
            let fault = read(text).unwrap_err();
            assert!(fault.contains(words), "{text}: {fault}");
        }
    }
}
