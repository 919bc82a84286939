//! The output folder: the only place that touches the file system for runs.
//!
//! ```text
//! OUT/current -> runs/<run_id>        the newest whole run, swapped last
//! OUT/runs/<run_id>/                  a published run, never changed again
//! OUT/runs/<run_id>.timings.json      times and machine facts of that run
//! OUT/runs/<run_id>.deliveries.json   what became of that run at each destination
//! OUT/names.json                      what people call segments, for the next run
//! OUT/.lock                           held by the one process that may write
//! OUT/.deliver.lock                   held by the one process that may deliver
//! OUT/.staging-<run_id>-<pid>/        a run being written
//! ```
//!
//! A run is written into a staging folder on the same file system, made
//! durable, renamed into `runs/` and only then named by `current`. A process
//! that dies on the way leaves a hidden folder, which the next holder of the
//! lock removes; `current` names a whole run at every moment. Readers need no
//! lock.

mod deliveries;
mod deposit;
mod diff;
mod error;
mod files;
mod history;
mod lock;
mod manifest;
mod names;
mod prune;
mod publish;
mod staging;
mod verify;

pub use deliveries::{Delivery, DeliveryLock};
pub use deposit::Deposit;
pub use diff::{Change, FileChange, RunDiff, diff};
pub use error::StoreError;
pub use files::sha256_hex;
pub use history::{BrokenRun, Run, Runs};
pub use lock::RunLock;
pub use manifest::{
    ActivityCounts, CheckRecord, InputRecord, MANIFEST_FORMAT, Manifest, OutputRecord, StageCount,
    run_id,
};
pub use publish::{Outcome, Published};
pub use staging::{Sink, Staging};
pub use verify::{Damage, DamageKind};

use std::io;
use std::path::{Path, PathBuf};

/// An output folder.
#[derive(Debug, Clone)]
pub struct OutDir {
    root: PathBuf,
}

impl OutDir {
    /// The output folder at `path`. It need not exist yet, and nothing is
    /// created before [`OutDir::lock`].
    ///
    /// # Errors
    /// When something else than a folder is there, or it cannot be looked at.
    pub fn open(path: impl Into<PathBuf>) -> Result<Self, StoreError> {
        let root = path.into();
        match root.metadata() {
            Ok(metadata) if !metadata.is_dir() => Err(StoreError::NotAFolder { path: root }),
            Err(source) if source.kind() != io::ErrorKind::NotFound => {
                Err(StoreError::io("read", &root)(source))
            }
            _ => Ok(Self { root }),
        }
    }

    /// The folder itself.
    #[must_use]
    pub fn path(&self) -> &Path {
        &self.root
    }

    /// The folder that holds the published runs.
    #[must_use]
    pub fn runs_path(&self) -> PathBuf {
        self.root.join("runs")
    }

    /// Where the run of that id is published.
    #[must_use]
    pub fn run_path(&self, run_id: &str) -> PathBuf {
        self.runs_path().join(run_id)
    }

    /// Where times and machine facts of that run are kept.
    #[must_use]
    pub fn timings_path(&self, run_id: &str) -> PathBuf {
        self.runs_path().join(format!("{run_id}.timings.json"))
    }

    fn current_path(&self) -> PathBuf {
        self.root.join("current")
    }
}
