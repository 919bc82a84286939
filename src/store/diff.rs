use std::collections::{BTreeMap, BTreeSet};
use std::fmt::{self, Display};

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

impl Display for RunDiff {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        writeln!(f, "{} -> {}", self.from, self.to)?;
        if self.is_empty() {
            return writeln!(f, "  no difference");
        }
        section(f, "settings", &self.settings, |value| short(value))?;
        section(f, "inputs", &self.inputs, |value| short(value))?;
        section(f, "counts", &self.counts, u64::to_string)?;
        let files: Vec<Change<&OutputRecord>> = self
            .files
            .iter()
            .map(|file| Change {
                name: file.path.clone(),
                from: file.from.as_ref(),
                to: file.to.as_ref(),
            })
            .collect();
        section(f, "files", &files, |record| size(record))
    }
}

fn section<T>(
    f: &mut fmt::Formatter<'_>,
    title: &str,
    changes: &[Change<T>],
    show: impl Fn(&T) -> String,
) -> fmt::Result {
    if changes.is_empty() {
        return Ok(());
    }
    writeln!(f, "{title}")?;
    let shown = |value: &Option<T>| value.as_ref().map_or("-".to_owned(), &show);
    for change in changes {
        let (from, to) = (shown(&change.from), shown(&change.to));
        writeln!(f, "  {}: {from} -> {to}", change.name)?;
    }
    Ok(())
}

/// Digests by their beginning, as people compare them.
fn short(value: &str) -> String {
    let is_digest = value.len() >= 32 && value.bytes().all(|b| b.is_ascii_hexdigit());
    value[..if is_digest { 12 } else { value.len() }].to_owned()
}

fn size(record: &OutputRecord) -> String {
    let digest = short(&record.sha256);
    match record.rows {
        Some(rows) => format!("{rows} rows, {} bytes, {digest}", record.bytes),
        None => format!("{} bytes, {digest}", record.bytes),
    }
}
