use schemars::JsonSchema;
use serde::Deserialize;

use super::settings::positive;
use crate::domain::{Fault, Share};

/// Levels of a category that fewer customers have are taken together.
const LEVEL_SHARE: Share = Share::of(0.02);

/// How a column is brought onto a scale on which distances can be compared.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, serde::Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum Scale {
    /// As it is: neither clipped nor standardised.
    None,
    /// Clipped to the 1st and 99th percentile, then mean 0, deviation 1.
    Standard,
    /// Clipped, then median 0 and the interquartile range of a normal
    /// distribution of deviation 1.
    #[default]
    Robust,
    /// Logarithm of 1 + the value, then as `robust`: for heavy tails.
    Log,
    /// Square root and nothing else: parts of one whole keep their common
    /// scale (Hellinger distance).
    Sqrt,
    /// Place among all customers, then as `robust`: for any distribution.
    Rank,
    /// For the parts of one whole that a `group` names: the logarithm of each
    /// part against the geometric mean of all (the centred log-ratio).
    LogRatio,
}

/// What the values of a column are.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum Kind {
    /// A number, compared on a `scale`.
    Number,
    /// True or false.
    YesNo,
    /// One of several words (or whole numbers) without an order.
    Category,
    /// One of several words whose `order` is given.
    Ordinal,
}

/// What stands in for a missing value.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum Missing {
    /// The typical value: the median of a number or an ordinal, the mix of all
    /// answers for yes/no and categories.
    #[default]
    Median,
    /// As `median`, and that the value is missing counts as a yes/no column of
    /// its own.
    Indicator,
    /// Nothing: the run stops and says how many values are missing.
    Refuse,
    /// For categories: missing is a level like any other.
    OwnLevel,
}

/// How a feature takes part in clustering.
#[derive(Debug, Clone, PartialEq, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, default)]
pub struct ClusterSettings {
    /// What the values are; without it, `yes_no` for an expression that gives
    /// true or false and `number` for one that gives numbers.
    #[schemars(with = "Kind")]
    pub kind: Option<Kind>,
    /// How a number or an ordinal is scaled; without it, numbers are `robust`
    /// and ordinals `standard`.
    #[schemars(with = "Scale")]
    pub scale: Option<Scale>,
    /// How much the column counts in distances, above 0.
    #[serde(deserialize_with = "positive")]
    #[schemars(extend("exclusiveMinimum" = 0))]
    pub weight: f64,
    /// Columns of one group share its weight: each of n columns gets its own
    /// weight divided by √n, so that many columns do not drown a few. With the
    /// scale `log_ratio`, the parts of one whole.
    pub group: Option<String>,
    /// What stands in for a missing value.
    pub missing: Missing,
    /// For ordinals: all levels, the lowest first.
    pub order: Vec<String>,
    /// For categories: levels that a lower share of the customers has are taken
    /// together as "other"; 0.02 without it.
    #[schemars(with = "Share")]
    pub min_share: Option<Share>,
    /// For `log_ratio`: parts below this share of the whole count as rounded
    /// to zero; without it, a quarter of an even part.
    #[schemars(with = "Share")]
    pub zero: Option<Share>,
}

impl Default for ClusterSettings {
    fn default() -> Self {
        Self {
            kind: None,
            scale: None,
            weight: 1.0,
            group: None,
            missing: Missing::default(),
            order: Vec::new(),
            min_share: None,
            zero: None,
        }
    }
}

impl ClusterSettings {
    /// What the values are; a number where nothing is said.
    #[must_use]
    pub fn kind(&self) -> Kind {
        self.kind.unwrap_or(Kind::Number)
    }

    /// The scale of a number or an ordinal.
    #[must_use]
    pub fn scale(&self) -> Scale {
        // Quartiles of a few levels are coarse; their deviation is not.
        self.scale.unwrap_or(match self.kind() {
            Kind::Ordinal => Scale::Standard,
            Kind::Number | Kind::YesNo | Kind::Category => Scale::Robust,
        })
    }

    /// The share below which a category's level is not told apart.
    #[must_use]
    pub fn level_share(&self) -> f64 {
        self.min_share.unwrap_or(LEVEL_SHARE).get()
    }

    /// Settings that contradict each other, each under `key`. The kind must be
    /// known by now.
    #[must_use]
    pub fn faults(&self, key: &str) -> Vec<Fault> {
        let mut faults = Vec::new();
        let mut wrong = |field: &str, problem: &str, allowed: &str| {
            faults.push(Fault::new(format!("{key}.{field}"), problem).allowed(allowed));
        };
        let kind = self.kind();
        let ordinal = kind == Kind::Ordinal;
        if ordinal && self.order.is_empty() {
            wrong(
                "order",
                "is required for an ordinal and missing",
                "all levels, the lowest first, such as order = [\"basic\", \"gold\"]",
            );
        } else if ordinal && self.order.len() == 1 {
            wrong("order", "has one level", "two levels or more");
        } else if !ordinal && !self.order.is_empty() {
            wrong(
                "order",
                "is for ordinals",
                "`order` with kind = \"ordinal\"",
            );
        }
        let mut levels: Vec<&String> = self.order.iter().collect();
        levels.sort_unstable();
        if let Some(twice) = levels.windows(2).find(|pair| pair[0] == pair[1]) {
            let problem = format!("names `{}` twice", twice[0]);
            wrong("order", &problem, "every level once");
        }
        let scale = self.scale();
        match kind {
            Kind::YesNo | Kind::Category if self.scale.is_some() => wrong(
                "scale",
                "is for numbers and ordinals",
                "no `scale` for yes/no and categories, which are weighted by `weight` alone",
            ),
            Kind::Ordinal if matches!(scale, Scale::Log | Scale::Sqrt | Scale::LogRatio) => wrong(
                "scale",
                "is for amounts, and an ordinal has only an order",
                "none, standard, robust or rank",
            ),
            _ => {}
        }
        if scale == Scale::LogRatio && self.group.is_none() {
            wrong(
                "group",
                "is required for `log_ratio` and missing",
                "a name that the parts of one whole share",
            );
        }
        if self.zero.is_some() && scale != Scale::LogRatio {
            wrong(
                "zero",
                "is for parts of a whole",
                "`zero` with scale = \"log_ratio\"",
            );
        }
        if kind != Kind::Category {
            if self.min_share.is_some() {
                wrong(
                    "min_share",
                    "is for categories",
                    "`min_share` with kind = \"category\"",
                );
            }
            if self.missing == Missing::OwnLevel {
                wrong(
                    "missing",
                    "`own_level` is for categories",
                    "median, indicator or refuse",
                );
            }
        }
        faults
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(text: &str) -> Result<ClusterSettings, String> {
        toml::from_str(text).map_err(|fault| fault.to_string())
    }

    #[test]
    fn a_columns_settings_have_defaults() {
        let column = read("scale = \"sqrt\"").unwrap();
        assert_eq!(
            (column.kind(), column.scale(), column.weight, column.group),
            (Kind::Number, Scale::Sqrt, 1.0, None)
        );
        let tier = read("kind = \"ordinal\"\norder = [\"basic\", \"gold\"]").unwrap();
        assert_eq!(tier.scale(), Scale::Standard);
        assert!(tier.faults("cluster").is_empty());
        assert!(read("weight = -1.0").is_err());
        assert!(read("kind = \"words\"").is_err());
    }

    #[test]
    fn settings_that_contradict_each_other_are_named_with_what_is_allowed() {
        for (text, key, words) in [
            ("kind = \"ordinal\"", "c.order", "lowest first"),
            (
                "kind = \"ordinal\"\norder = [\"a\"]",
                "c.order",
                "two levels",
            ),
            (
                "kind = \"ordinal\"\norder = [\"a\", \"b\", \"a\"]",
                "c.order",
                "`a` twice",
            ),
            (
                "kind = \"ordinal\"\norder = [\"a\", \"b\"]\nscale = \"log\"",
                "c.scale",
                "standard, robust or rank",
            ),
            ("order = [\"a\", \"b\"]", "c.order", "is for ordinals"),
            (
                "kind = \"category\"\nscale = \"rank\"",
                "c.scale",
                "is for numbers and ordinals",
            ),
            ("scale = \"log_ratio\"", "c.group", "is required"),
            ("zero = 0.1", "c.zero", "log_ratio"),
            ("min_share = 0.1", "c.min_share", "is for categories"),
            ("missing = \"own_level\"", "c.missing", "is for categories"),
        ] {
            let faults = read(text).unwrap().faults("c");
            assert_eq!(faults.len(), 1, "{text}: {faults:?}");
            assert_eq!(faults[0].key, key, "{text}");
            assert!(
                faults[0].to_string().contains(words),
                "{text}: {}",
                faults[0]
            );
        }
    }
}
