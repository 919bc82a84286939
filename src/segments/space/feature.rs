use std::fmt;

use serde::{Deserialize, Serialize};

use super::category::{Levels, dummy_deviation};
use super::composition::Part;
use super::number::Scaling;
use crate::segments::drift::Bins;
use crate::segments::model::is_value;
use crate::segments::{FeatureColumn, Values, Words};

/// A clustered column and how it is read: one or more dimensions of the space.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct ModelFeature {
    /// Name of the column.
    pub name: String,
    /// Weight after sharing within the group.
    pub weight: f64,
    /// How values become dimensions.
    pub encoding: Encoding,
    /// Share of customers without a value at the fit, if that is a dimension
    /// of its own, the last one.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub indicator: Option<f64>,
    /// The column's distribution at the fit, to notice drift: of its values, or
    /// of the places of its levels.
    pub bins: Bins,
}

/// How the values of a column become dimensions.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(tag = "kind", rename_all = "snake_case")]
pub enum Encoding {
    /// A number on a scale.
    Number(Scaling),
    /// A part of a whole, as its centred log-ratio.
    Part(Part),
    /// 1 for yes and 0 for no.
    YesNo {
        /// Share of yes at the fit.
        share: f64,
    },
    /// A dimension per level.
    Category(Levels),
    /// The place in an order, from 0, as a number.
    Ordinal {
        /// All levels, the lowest first.
        order: Vec<String>,
        /// How the place is scaled.
        scaling: Scaling,
    },
}

/// What a dimension says of its column.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Aspect {
    /// The value itself.
    Value,
    /// Whether it is this level.
    Level(String),
    /// Whether it is one of the levels that are not told apart.
    Other,
    /// Whether it is missing.
    Missing,
}

/// One dimension before a projection.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Dimension {
    /// Index into [`super::Space::features`].
    pub feature: usize,
    /// What it says of that feature.
    pub aspect: Aspect,
}

impl Aspect {
    /// The aspect of a column as one name: `minutes`, `plan=gold`,
    /// `plan=(other)`, `plan=(missing)`.
    #[must_use]
    pub fn of(&self, column: &str) -> String {
        match self {
            Self::Value => column.to_owned(),
            aspect => format!("{column}={aspect}"),
        }
    }
}

impl fmt::Display for Aspect {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Value => Ok(()),
            Self::Level(level) => f.write_str(level),
            Self::Other => f.write_str("(other)"),
            Self::Missing => f.write_str("(missing)"),
        }
    }
}

impl ModelFeature {
    /// What each of its dimensions says, in their order.
    #[must_use]
    pub fn aspects(&self) -> Vec<Aspect> {
        let mut aspects = match &self.encoding {
            Encoding::Category(levels) => levels.aspects(),
            _ => vec![Aspect::Value],
        };
        aspects.extend(self.indicator.map(|_| Aspect::Missing));
        aspects
    }

    /// Number of its dimensions.
    pub(super) fn dimensions(&self) -> usize {
        let own = match &self.encoding {
            Encoding::Category(levels) => levels.dimensions(),
            _ => 1,
        };
        own + usize::from(self.indicator.is_some())
    }

    /// Writes the dimensions of a customer whose value is `raw` (see
    /// [`Raw::at`]). A part of a whole is left as it is: it takes the others to
    /// finish it.
    pub(super) fn write(&self, raw: f64, point: &mut [f64]) {
        let missing = !is_value(raw);
        let point = match (self.indicator, point.split_last_mut()) {
            (Some(share), Some((indicator, rest))) => {
                let centred = f64::from(u8::from(missing)) - share;
                *indicator = centred * self.yes_no_scale();
                rest
            }
            _ => point,
        };
        match (&self.encoding, point) {
            (Encoding::Category(levels), point) => levels.write(raw, self.weight, point),
            (Encoding::Number(scaling) | Encoding::Ordinal { scaling, .. }, [value]) => {
                *value = scaling.scaled(raw) * self.weight;
            }
            (Encoding::YesNo { .. }, [value]) if missing => *value = 0.0,
            (Encoding::YesNo { share }, [value]) => *value = (raw - share) * self.yes_no_scale(),
            (Encoding::Part(_), [value]) => *value = raw,
            // Every other encoding has one dimension.
            (_, _) => {}
        }
    }

    /// What 1 is multiplied by, so that yes/no counts like a category of two
    /// levels.
    fn yes_no_scale(&self) -> f64 {
        self.weight * std::f64::consts::SQRT_2 / dummy_deviation(2)
    }

    /// The column as it is read by this feature; one that is absent, or of
    /// another kind, is all missing.
    pub(in crate::segments) fn read<'a>(&self, column: Option<&'a FeatureColumn>) -> Raw<'a> {
        match (&self.encoding, column.map(|column| &column.values)) {
            (Encoding::Category(levels), Some(Values::Words(words))) => levels.read(words),
            (Encoding::Ordinal { order, .. }, Some(Values::Words(words))) => {
                Raw::places(words, order.iter().map(String::as_str), f64::NAN)
            }
            (Encoding::Category(_) | Encoding::Ordinal { .. }, _) | (_, None) => Raw::Absent,
            (_, Some(Values::Numbers(numbers))) => Raw::Numbers(numbers),
            (_, Some(Values::Words(_))) => Raw::Absent,
        }
    }

    pub(super) fn is_sound(&self) -> bool {
        self.bins.shares.len() == self.bins.edges.len() + 2
            && match &self.encoding {
                Encoding::Number(scaling) => scaling.is_sound(),
                Encoding::Ordinal { order, scaling } => order.len() >= 2 && scaling.is_sound(),
                Encoding::YesNo { share } => (0.0..=1.0).contains(share),
                Encoding::Category(levels) => levels.dimensions() >= 2,
                Encoding::Part(_) => true,
            }
    }
}

/// A column of tonight, read as numbers.
pub(in crate::segments) enum Raw<'a> {
    /// All missing.
    Absent,
    /// As they are.
    Numbers(&'a [f64]),
    /// The place of each word.
    Places {
        /// One per customer.
        codes: &'a [u32],
        /// One per code.
        places: Vec<f64>,
    },
}

impl<'a> Raw<'a> {
    /// Words by their place among `levels`; any other word is at `unknown`.
    pub(super) fn places<'l>(
        words: &'a Words,
        levels: impl Iterator<Item = &'l str>,
        unknown: f64,
    ) -> Self {
        let mut places = vec![unknown; words.levels().len()];
        for (place, level) in levels.enumerate() {
            if let Ok(code) = words
                .levels()
                .binary_search_by(|word| word.as_str().cmp(level))
            {
                places[code] = place as f64;
            }
        }
        Self::Places {
            codes: words.codes(),
            places,
        }
    }

    /// The customer's number, or the place of the word; NaN if it is missing.
    pub(in crate::segments) fn at(&self, row: usize) -> f64 {
        let value = match self {
            Self::Absent => None,
            Self::Numbers(numbers) => numbers.get(row).copied(),
            Self::Places { codes, places } => codes
                .get(row)
                .and_then(|&code| places.get(code as usize))
                .copied(),
        };
        value.filter(|&value| is_value(value)).unwrap_or(f64::NAN)
    }
}
