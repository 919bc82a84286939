use std::collections::BTreeMap;
use std::path::Path;

use jiff::civil::Date;
use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};

use super::files::hex;
use super::{OutDir, StoreError};
use crate::domain::Language;

/// The version of the manifest's shape.
pub const MANIFEST_FORMAT: u32 = 1;
/// The manifest's file name.
pub(super) const MANIFEST_NAME: &str = "manifest.json";

/// What a run is made of and what it published. Holds only what is the same
/// for the same inputs: no times, nothing of the machine.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Manifest {
    /// [`MANIFEST_FORMAT`].
    pub format: u32,
    /// The version of clubcall.
    pub version: String,
    /// The run's id.
    pub run_id: String,
    /// The pipeline's name.
    pub pipeline: String,
    /// SHA-256 of the pipeline, lower-case hexadecimal.
    pub pipeline_digest: String,
    /// The day that the run is about.
    #[serde(with = "date_text")]
    pub as_of: Date,
    /// The pipeline's seed.
    pub seed: u64,
    /// The language of the report.
    #[serde(default)]
    pub language: Language,
    /// The run whose state this one started from.
    pub previous_run: Option<String>,
    /// The run of the same day that this one takes the place of.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub supersedes: Option<String>,
    /// What was read, by table.
    pub inputs: BTreeMap<String, InputRecord>,
    /// What each stage counted, in the order of the stages.
    pub stages: Vec<StageCount>,
    /// What the checks of the tables found.
    pub checks: Vec<CheckRecord>,
    /// What somebody has to look at.
    #[serde(default)]
    pub alerts: Vec<String>,
    /// For each activity what became of its candidates.
    pub reconciliation: Vec<ActivityCounts>,
    /// The published files by path, without the manifest itself. Filled in by
    /// [`super::Staging::publish`].
    #[serde(default)]
    pub outputs: BTreeMap<String, OutputRecord>,
}

/// An input table.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct InputRecord {
    /// Rows read.
    pub rows: u64,
    /// Digest of the content, whatever the order of rows and files.
    pub content_digest: String,
    /// The names of the sources in the pipeline.
    pub sources: Vec<String>,
}

/// What a stage counted.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct StageCount {
    /// The stage.
    pub stage: String,
    /// Counts by name.
    pub rows: BTreeMap<String, u64>,
}

/// What a check of an input table found.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct CheckRecord {
    /// The table.
    pub table: String,
    /// The column, unless the check is on the whole table.
    pub column: Option<String>,
    /// The rule.
    pub rule: String,
    /// What a violation does, as the pipeline file has it.
    pub severity: String,
    /// Rows that break the rule.
    pub violations: u64,
}

/// What became of an activity's candidates; the parts add up to `eligible`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct ActivityCounts {
    /// The activity.
    pub activity: String,
    /// Candidates.
    pub eligible: u64,
    /// Invited.
    pub invited: u64,
    /// On the waitlist.
    pub waitlist: u64,
    /// Kept off by policy.
    pub suppressed: u64,
    /// Held out at random.
    pub control: u64,
    /// Not selected by the allocation.
    pub not_selected: u64,
}

/// A published file.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct OutputRecord {
    /// SHA-256 in lower-case hexadecimal.
    pub sha256: String,
    /// Size in bytes.
    pub bytes: u64,
    /// Rows, for a table or a list.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub rows: Option<u64>,
}

/// The id of a run: the day and twelve digits of a SHA-256 over `parts`, each
/// preceded by its length so that no two lists of parts look alike.
#[must_use]
pub fn run_id(as_of: Date, parts: &[&str]) -> String {
    let mut hasher = Sha256::new();
    for part in parts {
        hasher.update((part.len() as u64).to_le_bytes());
        hasher.update(part.as_bytes());
    }
    format!("{as_of}-{}", &hex(&hasher.finalize())[..12])
}

impl Manifest {
    /// The manifest of a part of the run: only the outputs that `keep` takes.
    #[must_use]
    pub fn of(&self, keep: impl Fn(&str) -> bool) -> Self {
        let mut part = self.clone();
        part.outputs.retain(|path, _| keep(path));
        part
    }

    /// The manifest as a file has it: indented JSON with a line end.
    ///
    /// # Errors
    /// When it cannot be written as JSON.
    pub fn json(&self) -> Result<Vec<u8>, StoreError> {
        self.to_json(Path::new(MANIFEST_NAME))
    }

    /// The manifest file's content: indented JSON with a line end.
    pub(super) fn to_json(&self, path: &Path) -> Result<Vec<u8>, StoreError> {
        let mut json = serde_json::to_vec_pretty(self).map_err(|error| StoreError::Manifest {
            path: path.to_owned(),
            problem: error.to_string(),
        })?;
        json.push(b'\n');
        Ok(json)
    }
}

impl OutDir {
    /// The manifest of the published run of that id.
    ///
    /// # Errors
    /// When it is absent, unreadable, of another format, or of another run.
    pub fn manifest(&self, run_id: &str) -> Result<Manifest, StoreError> {
        let path = self.run_path(run_id).join(MANIFEST_NAME);
        let text = std::fs::read(&path).map_err(StoreError::io("read", &path))?;
        let problem = |problem: String| StoreError::Manifest {
            path: path.clone(),
            problem,
        };
        // The place of the fault is told, the text around it is not.
        let manifest: Manifest = serde_json::from_slice(&text).map_err(|error| {
            problem(format!("line {}, column {}", error.line(), error.column()))
        })?;
        if manifest.format != MANIFEST_FORMAT {
            return Err(problem(format!(
                "format {}; this version reads format {MANIFEST_FORMAT}",
                manifest.format
            )));
        }
        if manifest.run_id != run_id {
            return Err(problem(format!("it is of run `{}`", manifest.run_id)));
        }
        Ok(manifest)
    }
}

mod date_text {
    use jiff::civil::Date;
    use serde::de::Error;
    use serde::{Deserialize, Deserializer, Serializer};

    pub(super) fn serialize<S: Serializer>(date: &Date, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(date)
    }

    pub(super) fn deserialize<'de, D: Deserializer<'de>>(
        deserializer: D,
    ) -> Result<Date, D::Error> {
        let text = String::deserialize(deserializer)?;
        text.parse().map_err(D::Error::custom)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_run_id_starts_with_its_day_and_tells_parts_apart() {
        let day = jiff::civil::date(2026, 11, 1);
        let id = run_id(day, &["ab", "c"]);
        assert!(id.starts_with("2026-11-01-") && id.len() == 23, "{id}");
        assert_eq!(id, run_id(day, &["ab", "c"]));
        assert_ne!(id, run_id(day, &["a", "bc"]));
    }
}
