use std::collections::{BTreeMap, BTreeSet};

use serde::Serialize;

use super::{Manifest, OutputRecord};

/// What differs between two runs. Lists are empty where nothing does.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct RunDiff {
    /// The first run's id.
    pub from: String,
    /// The second run's id.
    pub to: String,
    /// Version, pipeline, day, seed, starting point.
    pub settings: Vec<Change<String>>,
    /// Rows and digests of input tables, `table.rows` and `table.content`.
    pub inputs: Vec<Change<String>>,
    /// Counts, `stage.name`.
    pub counts: Vec<Change<u64>>,
    /// Published files.
    pub files: Vec<FileChange>,
}

/// A value that differs; `None` where the run does not have it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Change<T> {
    /// What the value is.
    pub name: String,
    /// In the first run.
    pub from: Option<T>,
    /// In the second run.
    pub to: Option<T>,
}

/// A published file that differs; `None` where the run does not have it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct FileChange {
    /// The path within the run.
    pub path: String,
    /// In the first run.
    pub from: Option<OutputRecord>,
    /// In the second run.
    pub to: Option<OutputRecord>,
}

/// What changed from one run to another, by their manifests alone.
#[must_use]
pub fn diff(from: &Manifest, to: &Manifest) -> RunDiff {
    RunDiff {
        from: from.run_id.clone(),
        to: to.run_id.clone(),
        settings: changes(&settings(from), &settings(to)),
        inputs: changes(&inputs(from), &inputs(to)),
        counts: changes(&counts(from), &counts(to)),
        files: changes(&from.outputs, &to.outputs)
            .into_iter()
            .map(|Change { name, from, to }| FileChange {
                path: name,
                from,
                to,
            })
            .collect(),
    }
}

fn settings(manifest: &Manifest) -> BTreeMap<String, String> {
    let mut settings = BTreeMap::from([
        ("as_of".to_owned(), manifest.as_of.to_string()),
        ("pipeline".to_owned(), manifest.pipeline.clone()),
        (
            "pipeline_digest".to_owned(),
            manifest.pipeline_digest.clone(),
        ),
        ("seed".to_owned(), manifest.seed.to_string()),
        ("version".to_owned(), manifest.version.clone()),
    ]);
    if let Some(previous) = &manifest.previous_run {
        settings.insert("previous_run".to_owned(), previous.clone());
    }
    settings
}

fn inputs(manifest: &Manifest) -> BTreeMap<String, String> {
    let pairs = manifest.inputs.iter().flat_map(|(table, input)| {
        [
            (format!("{table}.content"), input.content_digest.clone()),
            (format!("{table}.rows"), input.rows.to_string()),
        ]
    });
    pairs.collect()
}

fn counts(manifest: &Manifest) -> BTreeMap<String, u64> {
    let pairs = manifest.stages.iter().flat_map(|stage| {
        let named = |(name, rows): (&String, &u64)| (format!("{}.{name}", stage.stage), *rows);
        stage.rows.iter().map(named)
    });
    pairs.collect()
}

fn changes<T: Clone + PartialEq>(
    from: &BTreeMap<String, T>,
    to: &BTreeMap<String, T>,
) -> Vec<Change<T>> {
    let names: BTreeSet<&String> = from.keys().chain(to.keys()).collect();
    names
        .into_iter()
        .filter(|name| from.get(*name) != to.get(*name))
        .map(|name| Change {
            name: name.clone(),
            from: from.get(name).cloned(),
            to: to.get(name).cloned(),
        })
        .collect()
}

impl RunDiff {
    /// Whether the runs are made of the same and published the same.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.settings.is_empty()
            && self.inputs.is_empty()
            && self.counts.is_empty()
            && self.files.is_empty()
    }
}
