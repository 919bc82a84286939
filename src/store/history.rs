use std::collections::BTreeSet;
use std::path::{Path, PathBuf};

use jiff::civil::Date;

use super::files::{entries, is_folder, is_plain_name};
use super::{Manifest, OutDir, StoreError};

/// How many runs an error names.
const NAMED_RUNS: usize = 5;

/// A published run.
#[derive(Debug, Clone)]
pub struct Run {
    /// The run's folder.
    pub path: PathBuf,
    /// What it is made of and published.
    pub manifest: Manifest,
    /// Whether another run of the same day has taken its place.
    pub superseded: bool,
    /// Whether `current` names it.
    pub current: bool,
}

/// A folder among the runs whose manifest cannot be read.
#[derive(Debug)]
pub struct BrokenRun {
    /// The folder's name.
    pub run_id: String,
    /// What is wrong.
    pub problem: StoreError,
}

/// The published runs, oldest day first; within a day, superseded ones first.
#[derive(Debug, Default)]
pub struct Runs {
    list: Vec<Run>,
    broken: Vec<BrokenRun>,
}

impl Run {
    /// The run's id.
    #[must_use]
    pub fn id(&self) -> &str {
        &self.manifest.run_id
    }

    /// Reads one of the run's files and compares it with the manifest.
    ///
    /// # Errors
    /// When the manifest does not have it, it cannot be read, or it differs.
    pub fn read(&self, path: &str) -> Result<Vec<u8>, StoreError> {
        let Some(record) = self.manifest.outputs.get(path) else {
            return Err(StoreError::Name {
                text: path.to_owned(),
            });
        };
        let file = self.path.join(path);
        let content = std::fs::read(&file).map_err(StoreError::io("read", &file))?;
        if super::sha256_hex(&content) == record.sha256 {
            Ok(content)
        } else {
            Err(StoreError::Damaged {
                run_id: self.id().to_owned(),
                files: vec![super::Damage {
                    path: path.to_owned(),
                    kind: super::DamageKind::Changed,
                }],
            })
        }
    }
}

impl OutDir {
    /// All published runs. Folders without a readable manifest are reported
    /// apart and stop nothing.
    ///
    /// # Errors
    /// When the folder cannot be listed.
    pub fn runs(&self) -> Result<Runs, StoreError> {
        let current = self.current_id();
        let mut runs = Runs::default();
        for path in entries(&self.runs_path())? {
            let name = path.file_name().and_then(|name| name.to_str());
            let Some(run_id) = name.filter(|name| is_folder(&path) && is_plain_name(name)) else {
                continue;
            };
            match self.manifest(run_id) {
                Ok(manifest) => runs.list.push(Run {
                    current: current.as_deref() == Some(run_id),
                    path,
                    manifest,
                    superseded: false,
                }),
                Err(problem) => runs.broken.push(BrokenRun {
                    run_id: run_id.to_owned(),
                    problem,
                }),
            }
        }
        runs.mark_superseded();
        runs.list.sort_by(|a, b| {
            let key = |run: &Run| (run.manifest.as_of, !run.superseded);
            key(a).cmp(&key(b)).then_with(|| a.id().cmp(b.id()))
        });
        Ok(runs)
    }

    /// The id that `current` names, whether or not that run can be read.
    #[must_use]
    pub fn current_id(&self) -> Option<String> {
        let target = self.current_path().read_link().ok()?;
        let name = target.file_name()?.to_str()?;
        // A replacement in progress: `.new-<run_id>`.
        Some(name.strip_prefix(".new-").unwrap_or(name).to_owned())
    }
}

impl Runs {
    /// The runs in order.
    #[must_use]
    pub fn list(&self) -> &[Run] {
        &self.list
    }

    /// Folders without a readable manifest.
    #[must_use]
    pub fn broken(&self) -> &[BrokenRun] {
        &self.broken
    }

    /// Whether nothing has been published.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.list.is_empty()
    }

    /// The run that `current` names.
    #[must_use]
    pub fn current(&self) -> Option<&Run> {
        self.list.iter().find(|run| run.current)
    }

    /// The run that a night for `as_of` starts from: the one that stands for
    /// the newest earlier day. Re-runs and back-fills of a day thus all start
    /// from the same state.
    #[must_use]
    pub fn previous_for(&self, as_of: Date) -> Option<&Run> {
        self.list
            .iter()
            .rev()
            .find(|run| run.manifest.as_of < as_of && !run.superseded)
    }

    /// The run that a new run of `as_of` with the id `run_id` takes the place
    /// of: what [`Manifest::supersedes`] is to hold.
    #[must_use]
    pub fn superseded_by(&self, as_of: Date, run_id: &str) -> Option<&Run> {
        // A run that is made anew keeps what it said before.
        if let Some(run) = self.by_id(run_id) {
            return self.by_id(run.manifest.supersedes.as_deref()?);
        }
        self.list
            .iter()
            .find(|run| run.manifest.as_of == as_of && !run.superseded)
    }

    /// The run that people mean by `text`: an id or the beginning of just one,
    /// `current`, or `previous` (what `current` started from).
    ///
    /// # Errors
    /// [`StoreError::NoSuchRun`] and [`StoreError::Ambiguous`].
    pub fn find(&self, text: &str) -> Result<&Run, StoreError> {
        let missing = || StoreError::NoSuchRun {
            text: text.to_owned(),
            known: self.newest_ids(),
        };
        match text {
            "" => return Err(missing()),
            "current" => return self.current().ok_or_else(missing),
            "previous" => return self.previous().ok_or_else(missing),
            _ => {}
        }
        if let Some(run) = self.by_id(text) {
            return Ok(run);
        }
        let matches: Vec<&Run> = self
            .list
            .iter()
            .filter(|run| run.id().starts_with(text))
            .collect();
        match matches[..] {
            [] => Err(missing()),
            [run] => Ok(run),
            _ => Err(StoreError::Ambiguous {
                text: text.to_owned(),
                matches: matches.iter().map(|run| run.id().to_owned()).collect(),
            }),
        }
    }

    /// The run that `current` started from, or would start from today.
    pub(super) fn previous(&self) -> Option<&Run> {
        let current = self.current()?;
        let named = current.manifest.previous_run.as_deref();
        named
            .and_then(|id| self.by_id(id))
            .or_else(|| self.previous_for(current.manifest.as_of))
    }

    fn by_id(&self, run_id: &str) -> Option<&Run> {
        self.list.iter().find(|run| run.id() == run_id)
    }

    fn newest_ids(&self) -> Vec<String> {
        let newest = self.list.iter().rev().take(NAMED_RUNS);
        newest.map(|run| run.id().to_owned()).collect()
    }

    /// A run is superseded when another of its day says so. Should all of a
    /// day be (one made anew after its successor), the one that `current`
    /// names stands, else the last by id.
    fn mark_superseded(&mut self) {
        let replaced: BTreeSet<String> = self
            .list
            .iter()
            .filter_map(|run| run.manifest.supersedes.clone())
            .collect();
        for run in &mut self.list {
            run.superseded = replaced.contains(run.id());
        }
        let days: BTreeSet<Date> = self.list.iter().map(|run| run.manifest.as_of).collect();
        for day in days {
            let of_day = |run: &&mut Run| run.manifest.as_of == day;
            if self
                .list
                .iter_mut()
                .filter(of_day)
                .all(|run| run.superseded)
            {
                let standing = self
                    .list
                    .iter_mut()
                    .filter(of_day)
                    .max_by(|a, b| (a.current, a.id()).cmp(&(b.current, b.id())));
                if let Some(run) = standing {
                    run.superseded = false;
                }
            }
        }
    }
}

impl AsRef<Path> for Run {
    fn as_ref(&self) -> &Path {
        &self.path
    }
}
