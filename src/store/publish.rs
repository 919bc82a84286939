use std::io::{self, Write};
use std::mem;
use std::path::{Path, PathBuf};

use jiff::civil::Date;
use serde::Serialize;

use super::files::{
    FILE_MODE, create_file, entries, is_folder, remove, rename, replace_file, swap_link, sync_tree,
    twin,
};
use super::manifest::MANIFEST_NAME;
use super::names::NAMES_TEMPORARY;
use super::{Manifest, OutDir, RunLock, Staging, StoreError};

/// What publishing did.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Outcome {
    /// A run of that id was not there before.
    New,
    /// The same run was there, whole and with the same content; it stays.
    Unchanged,
    /// Another content was there under that id, and has been replaced.
    Replaced,
}

/// A published run.
#[derive(Debug, Clone)]
pub struct Published {
    /// The run's folder.
    pub path: PathBuf,
    /// What publishing did.
    pub outcome: Outcome,
    /// The manifest with all outputs in it.
    pub manifest: Manifest,
}

/// The points between which a process can die; tests stop at each.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Step {
    ManifestWritten,
    Durable,
    /// New id: the run is in place, `current` is not yet swapped.
    InPlace,
    /// Replacement: the new content is beside the old, under a hidden name.
    Beside,
    /// Replacement: `current` names the hidden folder.
    CurrentBeside,
    /// Replacement: the old content is out of the way.
    OldAway,
    /// Replacement: the new content has its name.
    TwinInPlace,
}

#[cfg(test)]
impl Step {
    pub(super) const ALL: [Self; 7] = [
        Self::ManifestWritten,
        Self::Durable,
        Self::InPlace,
        Self::Beside,
        Self::CurrentBeside,
        Self::OldAway,
        Self::TwinInPlace,
    ];
}

/// Told of each step; an error stops the work there.
type Watch<'w> = &'w mut dyn FnMut(Step) -> io::Result<()>;

const NEW_PREFIX: &str = ".new-";
const TRASH_PREFIX: &str = ".trash-";
const STAGING_PREFIX: &str = ".staging-";
const CURRENT_TEMPORARY: &str = ".current";
const TIMINGS_TEMPORARY: &str = ".timings";

impl Staging<'_> {
    /// Publishes the run: writes the manifest with the digests of all files,
    /// makes everything durable, renames the folder into `runs/` and points
    /// `current` at it, unless `current` names a run of a later day: after a
    /// back-fill, importers must not find last week's lists.
    ///
    /// A run of the same id that is whole and has the same content stays as it
    /// is. Other content is replaced; two folders cannot change places in one
    /// step with the standard library, so `current` names a hidden copy while
    /// the old folder leaves and the new one takes its name.
    ///
    /// # Errors
    /// When the manifest is of another run or the disk fails; then `current`
    /// names a whole run, as before.
    pub fn publish(self, manifest: Manifest) -> Result<Published, StoreError> {
        self.publish_watched(manifest, &mut |_| Ok(()))
    }

    pub(super) fn publish_watched(
        mut self,
        mut manifest: Manifest,
        watch: Watch<'_>,
    ) -> Result<Published, StoreError> {
        if manifest.run_id != self.run_id {
            return Err(StoreError::OtherRun {
                manifest: manifest.run_id,
                staged: mem::take(&mut self.run_id),
            });
        }
        manifest.outputs = mem::take(&mut self.outputs);
        let out = self.lock.out();
        let path = self.folder.join(MANIFEST_NAME);
        let json = manifest.to_json(&path)?;
        let mut file = create_file(&path, FILE_MODE)?;
        file.write_all(&json)
            .and_then(|()| file.sync_all())
            .map_err(StoreError::io("write", &path))?;
        reach(watch, Step::ManifestWritten, &path)?;
        sync_tree(&self.folder)?;
        reach(watch, Step::Durable, &self.folder)?;

        let run = out.run_path(&self.run_id);
        let later = out.current_is_after(manifest.as_of);
        let outcome = if !run.exists() {
            rename(&self.folder, &run)?;
            reach(watch, Step::InPlace, &run)?;
            Outcome::New
        } else if out
            .verify(&self.run_id)
            .is_ok_and(|there| there == manifest)
        {
            Outcome::Unchanged
        } else {
            let beside = out.path().join(format!("{NEW_PREFIX}{}", self.run_id));
            remove(&beside)?;
            rename(&self.folder, &beside)?;
            reach(watch, Step::Beside, &beside)?;
            if later {
                out.discard(&run)?;
                rename(&beside, &run)?;
            } else {
                out.replace_with(&beside, &self.run_id, watch)?;
            }
            Outcome::Replaced
        };
        if !later {
            out.point_current(&Path::new("runs").join(&self.run_id))?;
        }
        remove(&out.path().join(format!("{NEW_PREFIX}{}", self.run_id)))?;
        Ok(Published {
            path: run,
            outcome,
            manifest,
        })
    }
}

fn reach(watch: Watch<'_>, step: Step, path: &Path) -> Result<(), StoreError> {
    watch(step).map_err(StoreError::io("publish", path))
}

impl OutDir {
    /// Whether `current` names a readable run of a day after `as_of`.
    fn current_is_after(&self, as_of: Date) -> bool {
        let current = self.current_id().and_then(|id| self.manifest(&id).ok());
        current.is_some_and(|current| current.as_of > as_of)
    }

    fn point_current(&self, target: &Path) -> Result<(), StoreError> {
        let temporary = self.path().join(CURRENT_TEMPORARY);
        swap_link(&self.current_path(), target, &temporary)
    }

    /// Gives the whole run in `beside` the name `run_id`, while `current`
    /// names `beside`. May be repeated from any point at which it stopped.
    fn replace_with(
        &self,
        beside: &Path,
        run_id: &str,
        watch: Watch<'_>,
    ) -> Result<(), StoreError> {
        let run = self.run_path(run_id);
        self.point_current(Path::new(&format!("{NEW_PREFIX}{run_id}")))?;
        reach(watch, Step::CurrentBeside, beside)?;
        let copy = self.path().join(format!("{STAGING_PREFIX}{run_id}-copy"));
        remove(&copy)?;
        twin(beside, &copy)?;
        self.discard(&run)?;
        reach(watch, Step::OldAway, &run)?;
        rename(&copy, &run)?;
        reach(watch, Step::TwinInPlace, &run)
    }

    /// Takes a run out of sight in one step, then removes its files.
    pub(super) fn discard(&self, run: &Path) -> Result<(), StoreError> {
        let Some(name) = run.file_name().filter(|_| is_folder(run)) else {
            return Ok(());
        };
        let trash = self
            .path()
            .join(format!("{TRASH_PREFIX}{}", name.to_string_lossy()));
        remove(&trash)?;
        rename(run, &trash)?;
        remove(&trash)
    }
}

impl RunLock {
    /// Finishes a replacement and removes what dead processes left. Whoever
    /// holds the lock knows that no one else is writing.
    pub(super) fn recover(&self) -> Result<(), StoreError> {
        let out = self.out();
        let target = out.current_path().read_link().unwrap_or_default();
        let replacing = target.to_str().and_then(|t| t.strip_prefix(NEW_PREFIX));
        if let Some(run_id) = replacing {
            let beside = out.path().join(&target);
            if is_folder(&beside) {
                out.replace_with(&beside, run_id, &mut |_| Ok(()))?;
                out.point_current(&Path::new("runs").join(run_id))?;
            }
        }
        for path in entries(out.path())? {
            let name = path.file_name().unwrap_or_default().to_string_lossy();
            // New content of a run that is not `current`: its old content is gone.
            if let Some(run_id) = name.strip_prefix(NEW_PREFIX)
                && !out.run_path(run_id).exists()
            {
                rename(&path, &out.run_path(run_id))?;
                continue;
            }
            let leftover = [STAGING_PREFIX, NEW_PREFIX, TRASH_PREFIX]
                .iter()
                .any(|prefix| name.starts_with(prefix))
                || name == CURRENT_TEMPORARY
                || name == TIMINGS_TEMPORARY
                || name == NAMES_TEMPORARY;
            if leftover {
                remove(&path)?;
            }
        }
        Ok(())
    }

    /// Keeps times and machine facts of a run beside it, outside the part
    /// that is the same on every machine.
    ///
    /// # Errors
    /// When the facts are no JSON or the disk fails.
    pub fn write_timings(&self, run_id: &str, timings: &impl Serialize) -> Result<(), StoreError> {
        let path = self.out().timings_path(run_id);
        let mut json = serde_json::to_vec_pretty(timings)
            .map_err(io::Error::from)
            .map_err(StoreError::io("write", &path))?;
        json.push(b'\n');
        replace_file(&path, &self.out().path().join(TIMINGS_TEMPORARY), &json)
    }
}

#[cfg(test)]
mod tests;
