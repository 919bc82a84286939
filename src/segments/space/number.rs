//! Numbers, and ordinals by their places, on a scale on which distances can be
//! compared.

use serde::{Deserialize, Serialize};

use crate::segments::Scale;
use crate::segments::model::{exact, is_value};
use crate::segments::statistics::{mean_and_deviation, quantile};

/// The interquartile range of a normal distribution of deviation 1, so that
/// robust and standard columns count alike.
pub(super) const NORMAL_IQR: f64 = 1.349;

/// How a number is scaled; all but `fill`, `percentiles` and `scale` itself
/// concern the value after the transformation that `scale` names.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Scaling {
    /// Method of scaling.
    pub scale: Scale,
    /// What stands in for a missing value: the median, in the column's unit.
    pub fill: f64,
    /// For `rank`: the column's percentiles 0, 1, …, 100, in its unit.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub percentiles: Vec<f64>,
    /// Lowest and highest value, if clipped.
    pub clip: Option<(f64, f64)>,
    /// Subtracted after clipping.
    pub centre: f64,
    /// Divided by after subtracting, above 0.
    pub spread: f64,
}

impl Scaling {
    /// The scaling of a column with these values, if they vary.
    pub(super) fn learn(scale: Scale, sorted: &[f64]) -> Option<Self> {
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
            Scale::None | Scale::Sqrt | Scale::LogRatio => None,
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
            Scale::None | Scale::Sqrt | Scale::LogRatio => (0.0, 1.0),
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
        (spread > 0.0).then_some(Self {
            scale,
            fill,
            percentiles,
            clip,
            centre,
            spread,
        })
    }

    /// The raw value on the scale; a missing one lies at the median.
    pub(in crate::segments) fn scaled(&self, raw: f64) -> f64 {
        let raw = if is_value(raw) { raw } else { self.fill };
        let value = transformed(self.scale, &self.percentiles, raw);
        let value = self
            .clip
            .map_or(value, |(low, high)| value.clamp(low, high));
        (value - self.centre) / self.spread
    }

    pub(super) fn is_sound(&self) -> bool {
        self.spread > 0.0 && self.clip.is_none_or(|(low, high)| low <= high)
    }
}

/// The value before clipping; monotone in `raw` for every scale.
fn transformed(scale: Scale, percentiles: &[f64], raw: f64) -> f64 {
    match scale {
        // Parts of a whole are not scaled one by one; see `composition`.
        Scale::None | Scale::Standard | Scale::Robust | Scale::LogRatio => raw,
        Scale::Log => raw.abs().ln_1p().copysign(raw),
        Scale::Sqrt => raw.abs().sqrt().copysign(raw),
        Scale::Rank => rank(percentiles, raw),
    }
}

/// The share of customers below `raw`, between percentiles by interpolation;
/// the middle of the percentiles that are equal to it.
fn rank(percentiles: &[f64], raw: f64) -> f64 {
    let last = percentiles.len().saturating_sub(1).max(1) as f64;
    let below = percentiles.partition_point(|&p| p < raw);
    let up_to = percentiles.partition_point(|&p| p <= raw);
    if below < up_to {
        return (below + up_to - 1) as f64 / 2.0 / last;
    }
    match (
        below.checked_sub(1).and_then(|i| percentiles.get(i)),
        percentiles.get(below),
    ) {
        (Some(low), Some(high)) => ((below - 1) as f64 + (raw - low) / (high - low)) / last,
        (None, _) => 0.0,
        (_, None) => 1.0,
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    proptest! {
        #[test]
        fn scaling_keeps_the_order(mut raw in prop::collection::vec(-1e6..1e6f64, 2..50)) {
            raw.sort_by(f64::total_cmp);
            let percentiles: Vec<f64> = (0..=100).map(|p| f64::from(p - 50).powi(3)).collect();
            for scale in [Scale::None, Scale::Log, Scale::Sqrt, Scale::Rank] {
                let scaled: Vec<f64> =
                    raw.iter().map(|&raw| transformed(scale, &percentiles, raw)).collect();
                prop_assert!(scaled.is_sorted(), "{:?}", scale);
            }
        }
    }

    #[test]
    fn ranks_lie_between_percentiles_and_tied_ones_in_their_middle() {
        let percentiles = [0.0, 0.0, 0.0, 10.0, 20.0];
        for (raw, expected) in [
            (-1.0, 0.0),
            (0.0, 0.25),
            (5.0, 0.625),
            (10.0, 0.75),
            (20.0, 1.0),
            (99.0, 1.0),
        ] {
            assert_eq!(rank(&percentiles, raw), expected, "{raw}");
        }
    }

    #[test]
    fn a_robust_column_has_median_zero_and_ignores_outliers() {
        let mut values: Vec<f64> = (0..=1000).map(f64::from).collect();
        values[1000] = 1e9;
        let scaling = Scaling::learn(Scale::Robust, &values).unwrap();
        assert_eq!(scaling.scaled(500.0), 0.0);
        let quartiles = scaling.scaled(750.0) - scaling.scaled(250.0);
        assert!((quartiles - NORMAL_IQR).abs() < 1e-9);
        assert_eq!(scaling.scaled(1e9), scaling.scaled(990.0));
    }

    #[test]
    fn many_zeros_fall_back_to_mean_and_deviation() {
        let values: Vec<f64> = (0..1000).map(|i| if i < 800 { 0.0 } else { 1.0 }).collect();
        let scaling = Scaling::learn(Scale::Robust, &values).unwrap();
        assert!((scaling.scaled(0.0) + 0.5).abs() < 1e-9);
        assert!((scaling.scaled(1.0) - 2.0).abs() < 1e-9);
    }

    #[test]
    fn shares_of_one_whole_keep_their_common_scale() {
        let values: Vec<f64> = (0..100).map(|i| f64::from(i) / 100.0).collect();
        let scaling = Scaling::learn(Scale::Sqrt, &values).unwrap();
        let scaled = [0.0, 0.25, 1.0].map(|share| scaling.scaled(share));
        assert_eq!(scaled, [0.0, 0.5, 1.0]);
    }
}
