use schemars::JsonSchema;
use serde::{Deserialize, Deserializer};

use super::Algorithm;
use crate::segments::settings::{Auto, KSetting, SegmentSettings, positive, whole};

/// `[segments.dbscan]`: what DBSCAN takes for dense.
#[derive(Debug, Clone, Copy, PartialEq, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, default)]
pub struct DbscanSettings {
    /// How near neighbours are, in scaled units, or `"auto"`: half as far
    /// again as the knee of the curve of distances to the `min_points`-th
    /// neighbour.
    #[serde(deserialize_with = "reach")]
    pub reach: Reach,
    /// Customers within reach, the customer included, that make a region
    /// dense.
    #[serde(deserialize_with = "whole::<_, _, 2, 1000>")]
    #[schemars(range(min = 2, max = 1000))]
    pub min_points: usize,
}

impl Default for DbscanSettings {
    fn default() -> Self {
        Self {
            reach: Reach::default(),
            min_points: 10,
        }
    }
}

/// `[segments.optics]`: what OPTICS takes for dense.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, default)]
pub struct OpticsSettings {
    /// Neighbours, the customer included, whose distance measures density.
    #[serde(deserialize_with = "whole::<_, _, 2, 1000>")]
    #[schemars(range(min = 2, max = 1000))]
    pub min_points: usize,
}

impl Default for OpticsSettings {
    fn default() -> Self {
        Self { min_points: 10 }
    }
}

/// How near neighbours are.
#[derive(Debug, Clone, Copy, PartialEq, Deserialize, JsonSchema)]
#[serde(untagged, expecting = "the reach is \"auto\" or a number above 0")]
pub enum Reach {
    /// Learned from the customers.
    Auto(Auto),
    /// That far, in scaled units.
    Fixed(#[schemars(extend("exclusiveMinimum" = 0))] f64),
}

impl Default for Reach {
    fn default() -> Self {
        Self::Auto(Auto::Auto)
    }
}

/// `"off"`, or a number of interquartile ranges above 0.
#[derive(Debug, Clone, Copy, PartialEq, Deserialize, JsonSchema)]
#[serde(
    untagged,
    expecting = "`outside` is \"off\" or a number of interquartile ranges above 0"
)]
pub enum Outside {
    /// Nobody is outside, but for customers whom a density algorithm gives to
    /// no cluster.
    Off(Off),
    /// Further from every cluster than its third quartile and that many
    /// interquartile ranges (Tukey 1977 calls three of them far out).
    Factor(#[schemars(extend("exclusiveMinimum" = 0))] f64),
}

/// The word `"off"`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize, JsonSchema)]
#[serde(rename_all = "lowercase")]
pub enum Off {
    /// Not at all.
    Off,
}

impl Default for Outside {
    fn default() -> Self {
        Self::Factor(3.0)
    }
}

impl Outside {
    /// The interquartile ranges, if any.
    pub(in crate::segments) fn factor(self) -> Option<f64> {
        match self {
            Self::Off(_) => None,
            Self::Factor(factor) => Some(factor),
        }
    }
}

pub(in crate::segments) fn outside<'de, D: Deserializer<'de>>(
    from: D,
) -> Result<Outside, D::Error> {
    match Outside::deserialize(from)? {
        Outside::Factor(factor) => above_zero(factor).map(Outside::Factor),
        off @ Outside::Off(_) => Ok(off),
    }
}

fn reach<'de, D: Deserializer<'de>>(from: D) -> Result<Reach, D::Error> {
    match Reach::deserialize(from)? {
        Reach::Fixed(reach) => above_zero(reach).map(Reach::Fixed),
        auto @ Reach::Auto(_) => Ok(auto),
    }
}

fn above_zero<E: serde::de::Error>(value: f64) -> Result<f64, E> {
    positive(serde::de::value::F64Deserializer::new(value))
}

/// What dense means, checked.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(in crate::segments) struct DensityJob {
    /// How near neighbours are; learned if absent. OPTICS has no use for it.
    pub(in crate::segments) reach: Option<f64>,
    /// Points within reach that make a region dense, at least 2.
    pub(in crate::segments) min_points: usize,
    /// The smallest cluster, as a share of all points, 0 to 1.
    pub(in crate::segments) min_share: f64,
}

impl Default for DensityJob {
    fn default() -> Self {
        Self {
            reach: None,
            min_points: 10,
            min_share: 0.02,
        }
    }
}

impl DensityJob {
    /// The points that a cluster among `rows` holds at least.
    pub(super) fn smallest_cluster(self, rows: usize) -> usize {
        let share = (self.min_share * rows as f64).ceil() as usize;
        share.max(self.min_points)
    }
}

impl SegmentSettings {
    /// What the algorithm takes for dense.
    pub(in crate::segments) fn density(&self) -> DensityJob {
        let (reach, min_points) = match self.algorithm {
            Algorithm::Optics => (Reach::default(), self.optics.unwrap_or_default().min_points),
            _ => {
                let dbscan = self.dbscan.unwrap_or_default();
                (dbscan.reach, dbscan.min_points)
            }
        };
        DensityJob {
            reach: match reach {
                Reach::Auto(_) => None,
                Reach::Fixed(reach) => Some(reach),
            },
            min_points,
            min_share: self.min_share.get(),
        }
    }

    /// Settings that do not go together, a sentence each.
    #[must_use]
    pub fn faults(&self) -> Vec<String> {
        let name = self.algorithm.as_str();
        let mut faults = Vec::new();
        let sections = [
            (Algorithm::Dbscan, self.dbscan.is_some()),
            (Algorithm::Optics, self.optics.is_some()),
        ];
        for (of, given) in sections {
            if given && self.algorithm != of {
                let of = of.as_str();
                faults.push(format!(
                    "`{of}` is given, but `algorithm` is \"{name}\"; \
                     remove `[segments.{of}]`, or write `algorithm = \"{of}\"`"
                ));
            }
        }
        if let (KSetting::Fixed(k), false) = (self.k, self.algorithm.takes_k()) {
            faults.push(format!(
                "`k` is {k}, but {name} finds the number of segments itself; \
                 remove `k`, or use one of: {}",
                taking_k().join(", ")
            ));
        }
        faults
    }
}

/// The algorithms that can be told a number of segments.
fn taking_k() -> Vec<&'static str> {
    let all = Algorithm::ALL.into_iter();
    all.filter(|algorithm| algorithm.takes_k())
        .map(Algorithm::as_str)
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(text: &str) -> Result<SegmentSettings, String> {
        toml::from_str(text).map_err(|fault| fault.to_string())
    }

    #[test]
    fn each_algorithm_has_settings_of_its_own() {
        let settings =
            read("algorithm = \"dbscan\"\n[dbscan]\nreach = 0.5\nmin_points = 7").unwrap();
        let density = settings.density();
        assert_eq!((density.reach, density.min_points), (Some(0.5), 7));
        assert!(settings.faults().is_empty());
        assert_eq!(settings.candidates(), 1..=1);
        let settings = read("algorithm = \"optics\"\noutside = \"off\"").unwrap();
        assert_eq!(settings.density().min_points, 10);
        assert_eq!(settings.outside.factor(), None);
        assert_eq!(read("outside = 2").unwrap().outside.factor(), Some(2.0));
        for (text, words) in [
            ("algorithm = \"dbscam\"", "`gaussian_mixture`, `dbscan`"),
            ("outside = 0.0", "above 0"),
            ("outside = \"on\"", "\"off\" or a number"),
            ("[dbscan]\nreach = -1.0", "above 0"),
            ("[dbscan]\nreach = \"far\"", "\"auto\" or a number above 0"),
            ("[dbscan]\nmin_points = 1", "allowed: 2 to 1000"),
            ("[optics]\nreach = 1.0", "unknown field"),
        ] {
            let fault = read(text).unwrap_err();
            assert!(fault.contains(words), "{text}: {fault}");
        }
    }

    #[test]
    fn settings_of_another_algorithm_are_refused() {
        let faults = |text: &str| read(text).unwrap().faults();
        let fault = &faults("[dbscan]")[0];
        assert!(fault.contains("`algorithm` is \"kmeans\""), "{fault}");
        let fault = &faults("algorithm = \"optics\"\nk = 7")[0];
        assert!(fault.contains("`k` is 7"), "{fault}");
        assert!(fault.contains("one of: kmeans, "), "{fault}");
        assert!(faults("k = 7").is_empty());
    }
}
