use std::error::Error;
use std::io;
use std::path::{Path, PathBuf};

use super::Damage;

/// The store could not do what was asked. Holds paths, never contents.
#[derive(Debug, thiserror::Error)]
pub enum StoreError {
    /// Another process is writing to the output folder.
    #[error("another run is writing to {}", path.display())]
    Locked {
        /// The output folder.
        path: PathBuf,
    },
    /// The output folder is something else.
    #[error("{} is not a folder", path.display())]
    NotAFolder {
        /// What is there instead.
        path: PathBuf,
    },
    /// The file system refused.
    #[error("cannot {doing} {}: {source}", path.display())]
    Io {
        /// The verb: read, write, rename, …
        doing: &'static str,
        /// The file or folder.
        path: PathBuf,
        /// What the system said.
        source: io::Error,
    },
    /// A path or id of an output is not plain.
    #[error(
        "`{text}` cannot name a published file or run; allowed: letters, digits, `.`, `_` and `-`, \
         no leading `.`, folders parted by `/`"
    )]
    Name {
        /// The path or id.
        text: String,
    },
    /// Whoever fills a file failed.
    #[error("{path} could not be written: {source}")]
    Fill {
        /// The path within the run.
        path: String,
        /// Why.
        source: Box<dyn Error + Send + Sync>,
    },
    /// The manifest belongs to another run than the staged one.
    #[error("the manifest is of run `{manifest}`, the staged run is `{staged}`")]
    OtherRun {
        /// Id in the manifest.
        manifest: String,
        /// Id of the staging folder.
        staged: String,
    },
    /// There is no manifest that this version can read.
    #[error("{} cannot be read as a manifest: {problem}", path.display())]
    Manifest {
        /// The manifest file.
        path: PathBuf,
        /// What is wrong with it.
        problem: String,
    },
    /// Files of a run differ from its manifest.
    #[error("run `{run_id}` is damaged: {}", join(files))]
    Damaged {
        /// The run.
        run_id: String,
        /// The files that differ.
        files: Vec<Damage>,
    },
    /// No run of that name.
    #[error("no run `{text}`; {}", known_runs(known))]
    NoSuchRun {
        /// What was asked for.
        text: String,
        /// Some of the runs that exist, newest first.
        known: Vec<String>,
    },
    /// More than one run starts with that text.
    #[error("`{text}` is the beginning of {} runs: {}", matches.len(), join(matches))]
    Ambiguous {
        /// What was asked for.
        text: String,
        /// The runs.
        matches: Vec<String>,
    },
}

impl StoreError {
    /// Turns an I/O error into one that names the file.
    pub(super) fn io(doing: &'static str, path: &Path) -> impl FnOnce(io::Error) -> Self {
        move |source| Self::Io {
            doing,
            path: path.to_owned(),
            source,
        }
    }
}

fn join<T: ToString>(items: &[T]) -> String {
    let texts: Vec<String> = items.iter().map(ToString::to_string).collect();
    texts.join(", ")
}

fn known_runs(known: &[String]) -> String {
    if known.is_empty() {
        "nothing has been published yet".to_owned()
    } else {
        format!("known: {}", join(known))
    }
}
