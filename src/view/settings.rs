use schemars::JsonSchema;
use serde::Deserialize;

use crate::domain::{Days, Label, Share};
use crate::segments::ClusterSettings;

/// `[[features]]`: a number per customer, or a word.
#[derive(Debug, Clone, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct FeatureSettings {
    /// The words that `{each}` stands for, one feature for each of them.
    #[serde(default)]
    pub each: Vec<String>,
    /// The feature's name, which later rules use.
    #[schemars(regex(pattern = r"^[A-Za-z_{][A-Za-z0-9_{}]*$"))]
    pub name: String,
    /// The name that people read.
    pub label: Option<Label>,
    /// The table whose rows are aggregated; without it the value is computed
    /// from the customer's own columns and earlier features.
    pub from: Option<String>,
    /// How far back rows count, such as `30d`: the days before the as-of date.
    pub window: Option<Days>,
    /// The SQL expression: an aggregate with `from`, else over the view. A column
    /// of the customers table becomes a feature as it is if both are named alike.
    pub value: String,
    /// The unit of the value, such as `min`.
    pub unit: Option<String>,
    /// The value of customers without rows, if values are numbers.
    pub fill: Option<f64>,
    /// How the feature takes part in clustering; without it, it does not.
    pub cluster: Option<ClusterSettings>,
    /// Whether segments are described by it; those that take part in clustering
    /// always are.
    #[serde(default = "yes")]
    pub profile: bool,
}

const fn yes() -> bool {
    true
}

/// `[[interests]]`: something customers like, with its club.
#[derive(Debug, Clone, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct InterestSettings {
    /// The interest's id; the view has the column `<id>_affinity`.
    #[schemars(regex(pattern = "^[a-z][a-z0-9_]*$"))]
    pub id: String,
    /// The name that people read.
    pub label: Label,
    /// The club for it.
    pub club: Option<Label>,
    /// Usage categories that show the interest.
    #[serde(default)]
    pub categories: Vec<String>,
    /// Preference topics that declare it.
    #[serde(default)]
    pub topics: Vec<String>,
    /// The affinity as an SQL expression over the view (0 to 1), instead of
    /// categories and topics.
    pub affinity: Option<String>,
}

/// `[interests_settings]`: how affinities are made from usage and preferences.
#[derive(Debug, Clone, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, default)]
pub struct AffinitySettings {
    /// The age at which usage counts half.
    #[schemars(range(min = 1))]
    pub half_life_days: u32,
    /// The age at which a declared preference counts half.
    #[schemars(range(min = 1))]
    pub preference_half_life_days: u32,
    /// The days of usage that count.
    #[schemars(range(min = 1))]
    pub window_days: u32,
    /// The column of usage that is added up.
    pub usage_measure: String,
    /// The column of usage that names the category.
    pub usage_category: String,
    /// How much usage can prove.
    pub usage_weight: Share,
    /// How much a declaration can prove.
    pub preference_weight: Share,
}

impl Default for AffinitySettings {
    fn default() -> Self {
        Self {
            half_life_days: 30,
            preference_half_life_days: 365,
            window_days: 180,
            usage_measure: "minutes".to_owned(),
            usage_category: "category".to_owned(),
            usage_weight: Share::of(0.95),
            preference_weight: Share::of(0.7),
        }
    }
}

/// `[[tags]]`: a yes/no per customer.
#[derive(Debug, Clone, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct TagSettings {
    /// The tag's name, which later rules use.
    #[schemars(regex(pattern = "^[a-z][a-z0-9_]*$"))]
    pub name: String,
    /// The name that people read.
    pub label: Option<Label>,
    /// The SQL condition over the view.
    pub when: String,
}
