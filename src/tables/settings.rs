use std::collections::BTreeMap;

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

/// `[sources.NAME]`: where Parquet files lie.
#[derive(Debug, Clone, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct SourceSettings {
    /// A file, a folder, or a glob such as `usage/*/*.parquet`; or several.
    /// Relative paths start at the pipeline file's folder; `${NAME}` is taken
    /// from the environment.
    pub path: Paths,
    /// Whether folders such as `date=2026-10-31` are columns.
    #[serde(default)]
    pub hive: bool,
}

/// One path or several.
#[derive(Debug, Clone, Serialize, Deserialize, JsonSchema)]
#[serde(untagged)]
#[schemars(description = "a path, or a list of paths")]
pub enum Paths {
    /// One path or glob.
    One(String),
    /// Several of them.
    Many(Vec<String>),
}

impl Paths {
    /// The paths as a list.
    #[must_use]
    pub fn all(&self) -> &[String] {
        match self {
            Self::One(path) => std::slice::from_ref(path),
            Self::Many(paths) => paths,
        }
    }
}

/// `[tables.NAME]`: what the sources are to clubcall.
#[derive(Debug, Clone, Default, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct TableSettings {
    /// The source the table is read from.
    pub from: Option<String>,
    /// The table as an SQL query over sources, instead of `from`.
    pub query: Option<String>,
    /// Columns to add or rename: the name here, and an SQL expression over the
    /// source's columns. Columns not named keep their own names.
    #[serde(default)]
    pub columns: BTreeMap<String, String>,
    /// Contracts besides the built-in ones.
    #[serde(default)]
    pub checks: Vec<CheckSettings>,
}

/// `[[tables.NAME.checks]]`: a contract the table must keep. It has exactly
/// one rule.
#[derive(Debug, Clone, Default, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct CheckSettings {
    /// The column the rule is about.
    pub column: Option<String>,
    /// Rule: no value is missing.
    #[serde(default)]
    pub not_null: bool,
    /// Rule: no two rows agree in all of these columns.
    #[serde(default)]
    pub unique: Vec<String>,
    /// Rule: the value is one of these; missing is allowed.
    #[serde(default)]
    pub accepted: Vec<String>,
    /// Rule: the value is at least this.
    pub min: Option<f64>,
    /// Rule: the value is at most this.
    pub max: Option<f64>,
    /// Rule: the text matches this regular expression.
    pub pattern: Option<String>,
    /// Rule: the value exists in `table.column`.
    pub references: Option<String>,
    /// Rule: the newest date of the column is at most this many days before
    /// the as-of date.
    #[schemars(range(min = 0))]
    pub max_age_days: Option<u32>,
    /// Rule: the number of rows against the previous run is at least the first
    /// and at most the second number, as `[0.5, 2.0]`.
    pub volume: Option<[f64; 2]>,
    /// Rule: a yes/no SQL expression that every row fulfils.
    pub expect: Option<String>,
    /// What happens to what breaks the rule.
    #[serde(default)]
    pub severity: Severity,
}

/// What happens to what breaks a contract.
#[derive(
    Debug, Clone, Copy, Default, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize, JsonSchema,
)]
#[serde(rename_all = "lowercase")]
pub enum Severity {
    /// The run stops and nothing is published.
    #[default]
    Fail,
    /// The row is set aside in `rejects.parquet`; the run goes on.
    Reject,
    /// The summary says so; the run goes on.
    Warn,
}

impl Severity {
    /// The severity's name.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Fail => "fail",
            Self::Reject => "reject",
            Self::Warn => "warn",
        }
    }
}
