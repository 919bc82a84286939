use std::fmt;
use std::io;

use super::files::digest_file;
use super::{Manifest, OutDir, StoreError};

/// A file that differs from the manifest.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Damage {
    /// The path within the run.
    pub path: String,
    /// How it differs.
    pub kind: DamageKind,
}

/// How a file differs from the manifest.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum DamageKind {
    /// It is not there.
    Missing,
    /// It cannot be read.
    Unreadable,
    /// Its content is another.
    Changed,
}

impl fmt::Display for Damage {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let kind = match self.kind {
            DamageKind::Missing => "missing",
            DamageKind::Unreadable => "unreadable",
            DamageKind::Changed => "changed",
        };
        write!(f, "{} ({kind})", self.path)
    }
}

impl OutDir {
    /// Reads every file of a published run and compares it with the manifest,
    /// which is returned. Files that the manifest does not know are ignored.
    ///
    /// # Errors
    /// [`StoreError::Damaged`] with all files that differ; an absent or
    /// unreadable manifest.
    pub fn verify(&self, run_id: &str) -> Result<Manifest, StoreError> {
        let manifest = self.manifest(run_id)?;
        let run = self.run_path(run_id);
        let files: Vec<Damage> = manifest
            .outputs
            .iter()
            .filter_map(|(path, record)| {
                let kind = match digest_file(&run.join(path)) {
                    Ok((sha256, bytes)) if sha256 == record.sha256 && bytes == record.bytes => {
                        return None;
                    }
                    Ok(_) => DamageKind::Changed,
                    Err(error) if error.kind() == io::ErrorKind::NotFound => DamageKind::Missing,
                    Err(_) => DamageKind::Unreadable,
                };
                Some(Damage {
                    path: path.clone(),
                    kind,
                })
            })
            .collect();
        if files.is_empty() {
            Ok(manifest)
        } else {
            Err(StoreError::Damaged {
                run_id: run_id.to_owned(),
                files,
            })
        }
    }

    /// The manifest of the run of that id if it is published and whole, so
    /// that it need not be made again. A damaged or half-removed run counts as
    /// not finished, and publishing replaces it.
    #[must_use]
    pub fn finished(&self, run_id: &str) -> Option<Manifest> {
        self.verify(run_id).ok()
    }
}
