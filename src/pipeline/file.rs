//! The pipeline file as written: one struct per section, nothing resolved.
//!
//! Each stage defines the settings of its own sections; this is where they
//! meet. The doc comments are what editors show.

use std::collections::BTreeMap;
use std::path::PathBuf;

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::allocation::{ConflictSettings, ConstraintSettings, ContactRuleSettings};
use crate::calls::{CallReason, QueueSettings, Team};
use crate::campaign::{Activity, ControlSettings, Policy, PropensitySettings, ReviewSettings};
use crate::deliver::DestinationSettings;
use crate::domain::Language;
use crate::lists::ExportSettings;
use crate::segments::SegmentSettings;
use crate::tables::{SourceSettings, TableSettings};
use crate::view::{AffinitySettings, FeatureSettings, InterestSettings, TagSettings};

/// A clubcall pipeline: what is read, what is made of it, and what goes out.
#[derive(Debug, Clone, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct PipelineFile {
    /// More files of the same form; their sections are joined to this one.
    #[serde(default)]
    pub include: Vec<String>,
    /// The pipeline itself: name, zone, seed, key.
    pub pipeline: PipelineSettings,
    /// Where the Parquet files lie.
    pub sources: BTreeMap<String, SourceSettings>,
    /// What the sources are to clubcall; only `customers` is required.
    pub tables: BTreeMap<String, TableSettings>,
    /// Numbers per customer.
    #[serde(default)]
    pub features: Vec<FeatureSettings>,
    /// What customers like, each with a club.
    #[serde(default)]
    pub interests: Vec<InterestSettings>,
    /// How affinities are made from usage and preferences.
    #[serde(default)]
    pub interests_settings: AffinitySettings,
    /// Yes/no facts per customer.
    #[serde(default)]
    pub tags: Vec<TagSettings>,
    /// How customers are clustered.
    #[serde(default)]
    pub segments: SegmentSettings,
    /// What customers are invited to.
    #[serde(default)]
    pub activities: Vec<Activity>,
    /// Bounds on invitations, costs and responses over sets of activities.
    #[serde(default)]
    pub constraints: Vec<ConstraintSettings>,
    /// How many contacts a contact unit gets among a set of activities.
    #[serde(default)]
    pub contact_rules: Vec<ContactRuleSettings>,
    /// Which contacts do not go to one customer after another.
    #[serde(default)]
    pub conflicts: Vec<ConflictSettings>,
    /// Who may be contacted, how often and when.
    #[serde(default)]
    pub policy: Policy,
    /// What an invitation is worth.
    #[serde(default)]
    pub propensity: PropensitySettings,
    /// Who is held out to measure the effect.
    #[serde(default)]
    pub controls: ControlSettings,
    /// What the pre-launch review takes for unusual.
    #[serde(default)]
    pub review: ReviewSettings,
    /// Who works the call lists.
    #[serde(default)]
    pub teams: BTreeMap<String, Team>,
    /// Who is called about what.
    #[serde(default)]
    pub calls: Vec<CallReason>,
    /// How the call queue is planned.
    #[serde(default)]
    pub queue: QueueSettings,
    /// The files that other systems import.
    #[serde(default)]
    pub exports: Vec<ExportSettings>,
    /// Where published runs are taken.
    #[serde(default)]
    pub destinations: Vec<DestinationSettings>,
    /// The report of each night.
    #[serde(default)]
    pub report: ReportSettings,
    /// How long runs are kept.
    #[serde(default)]
    pub retention: RetentionSettings,
}

/// `[pipeline]`: name, zone, seed and key.
#[derive(Debug, Clone, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct PipelineSettings {
    /// The pipeline's name, of lower-case letters, digits and hyphens.
    #[schemars(regex(pattern = "^[a-z][a-z0-9-]*$"))]
    pub name: String,
    /// The IANA time zone of the operator: where the night is.
    #[serde(default = "utc")]
    pub timezone: String,
    /// The language of names and of the report.
    #[serde(default)]
    pub language: Language,
    /// What every random choice starts from.
    #[serde(default)]
    pub seed: u64,
    /// The night's date: `today`, `data` (the day after the newest usage), or
    /// a date such as `2026-11-01`. `--as-of` overrides it.
    #[serde(default = "today")]
    #[schemars(regex(pattern = r"^(today|data|\d{4}-\d{2}-\d{2})$"))]
    pub as_of: String,
    /// The secret that control groups are drawn with.
    pub key: KeySettings,
    /// Where runs are published, from the folder in which the command runs;
    /// `--out` overrides it.
    #[serde(default = "out")]
    pub out: PathBuf,
}

fn utc() -> String {
    "UTC".to_owned()
}

fn today() -> String {
    "today".to_owned()
}

fn out() -> PathBuf {
    PathBuf::from("out")
}

/// Where the secret comes from; exactly one of the three.
#[derive(Debug, Clone, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, rename_all = "lowercase")]
#[schemars(description = "one of { env = \"NAME\" }, { file = \"path\" }, { text = \"…\" }")]
pub enum KeySettings {
    /// The environment variable that holds it.
    Env(String),
    /// The file that holds it, from the pipeline file's folder.
    File(PathBuf),
    /// The secret itself; for samples and tests.
    Text(String),
}

/// `[report]`: the page of each night.
#[derive(Debug, Clone, Default, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, default)]
pub struct ReportSettings {
    /// The language that the page opens in; that of the pipeline when left out.
    /// The reader can switch.
    pub language: Option<Language>,
}

/// `[retention]`: how long runs are kept.
#[derive(Debug, Clone, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, default)]
pub struct RetentionSettings {
    /// The number of nights whose runs stay; older ones go after a publish.
    #[schemars(range(min = 2))]
    pub runs: u32,
}

impl Default for RetentionSettings {
    fn default() -> Self {
        Self { runs: 35 }
    }
}
