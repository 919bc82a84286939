use std::collections::BTreeMap;
use std::error::Error;
use std::fs::File;
use std::io::{self, BufWriter, Write};
use std::path::{Path, PathBuf};

use sha2::{Digest, Sha256};

use super::files::{
    FILE_MODE, FOLDER_MODE, PRIVATE_FILE_MODE, PRIVATE_FOLDER_MODE, create_file, create_folder,
    hex, is_plain_name, remove,
};
use super::manifest::MANIFEST_NAME;
use super::{OutputRecord, RunLock, StoreError};

/// The folder of a run whose files hold names and phones.
const PRIVATE_FOLDER: &str = "lists";

/// A run being written, out of everybody's sight. Dropped without
/// [`Staging::publish`], it takes its files along.
#[derive(Debug)]
pub struct Staging<'a> {
    pub(super) lock: &'a RunLock,
    pub(super) run_id: String,
    pub(super) folder: PathBuf,
    pub(super) outputs: BTreeMap<String, OutputRecord>,
}

/// Where the content of a file goes: buffered, counted and digested.
#[derive(Debug)]
pub struct Sink {
    file: BufWriter<Digesting>,
}

#[derive(Debug)]
struct Digesting {
    file: File,
    hasher: Sha256,
    bytes: u64,
}

impl<'a> Staging<'a> {
    /// An empty staging folder for the run of that id.
    ///
    /// # Errors
    /// When the id is not plain or the folder cannot be made.
    pub fn create(lock: &'a RunLock, run_id: &str) -> Result<Self, StoreError> {
        if !is_plain_name(run_id) {
            return Err(StoreError::Name {
                text: run_id.to_owned(),
            });
        }
        let name = format!(".staging-{run_id}-{}", std::process::id());
        let folder = lock.out().path().join(name);
        remove(&folder)?;
        create_folder(&folder, FOLDER_MODE)?;
        Ok(Self {
            lock,
            run_id: run_id.to_owned(),
            folder,
            outputs: BTreeMap::new(),
        })
    }

    /// The staging folder: private enough, and on the right disk, for
    /// nameless temporary files of those who make outputs.
    #[must_use]
    pub fn folder(&self) -> &Path {
        &self.folder
    }

    /// The files written so far, by path.
    #[must_use]
    pub fn outputs(&self) -> &BTreeMap<String, OutputRecord> {
        &self.outputs
    }

    /// Writes one file, once. `path` is relative to the run, with `/`; what
    /// is below `lists/` only the owner can read. The file is on the disk
    /// when this returns.
    ///
    /// # Errors
    /// When the path is not plain or already written, `fill` fails, or the
    /// disk does.
    pub fn write<E>(
        &mut self,
        path: &str,
        rows: Option<u64>,
        fill: impl FnOnce(&mut Sink) -> Result<(), E>,
    ) -> Result<OutputRecord, StoreError>
    where
        E: Into<Box<dyn Error + Send + Sync>>,
    {
        let plain = path.split('/').all(is_plain_name);
        if !plain || path == MANIFEST_NAME || self.outputs.contains_key(path) {
            return Err(StoreError::Name {
                text: path.to_owned(),
            });
        }
        let private = path.split('/').next() == Some(PRIVATE_FOLDER);
        let (folder_mode, file_mode) = if private {
            (PRIVATE_FOLDER_MODE, PRIVATE_FILE_MODE)
        } else {
            (FOLDER_MODE, FILE_MODE)
        };
        let target = self.folder.join(path);
        if let Some(parent) = target.parent() {
            create_folder(parent, folder_mode)?;
        }
        let mut sink = Sink {
            file: BufWriter::with_capacity(
                1 << 18,
                Digesting {
                    file: create_file(&target, file_mode)?,
                    hasher: Sha256::new(),
                    bytes: 0,
                },
            ),
        };
        fill(&mut sink).map_err(|error| StoreError::Fill {
            path: path.to_owned(),
            source: error.into(),
        })?;
        let (sha256, bytes) = sink.finish().map_err(StoreError::io("write", &target))?;
        let record = OutputRecord {
            sha256,
            bytes,
            rows,
        };
        self.outputs.insert(path.to_owned(), record.clone());
        Ok(record)
    }

    /// [`Staging::write`] for content that is at hand.
    ///
    /// # Errors
    /// As [`Staging::write`].
    pub fn write_bytes(&mut self, path: &str, content: &[u8]) -> Result<OutputRecord, StoreError> {
        self.write(path, None, |sink| sink.write_all(content))
    }
}

impl Drop for Staging<'_> {
    fn drop(&mut self) {
        // Nobody is left to tell; the next holder of the lock tries again.
        let _ = remove(&self.folder);
    }
}

impl Sink {
    fn finish(self) -> io::Result<(String, u64)> {
        let inner = self
            .file
            .into_inner()
            .map_err(io::IntoInnerError::into_error)?;
        inner.file.sync_all()?;
        Ok((hex(&inner.hasher.finalize()), inner.bytes))
    }
}

impl Write for Sink {
    fn write(&mut self, content: &[u8]) -> io::Result<usize> {
        self.file.write(content)
    }

    fn flush(&mut self) -> io::Result<()> {
        self.file.flush()
    }
}

impl Write for Digesting {
    fn write(&mut self, content: &[u8]) -> io::Result<usize> {
        let written = self.file.write(content)?;
        self.hasher.update(&content[..written]);
        self.bytes += written as u64;
        Ok(written)
    }

    fn flush(&mut self) -> io::Result<()> {
        self.file.flush()
    }
}

#[cfg(test)]
mod tests {
    use std::os::unix::fs::PermissionsExt;

    use super::*;
    use crate::store::{OutDir, sha256_hex};

    fn mode(path: &Path) -> u32 {
        path.metadata().unwrap().permissions().mode() & 0o777
    }

    #[test]
    fn files_are_digested_and_lists_are_private() {
        let root = tempfile::tempdir().unwrap();
        let lock = OutDir::open(root.path()).unwrap().lock().unwrap();
        let mut staging = Staging::create(&lock, "r1").unwrap();
        let record = staging
            .write_bytes("lists/csv/calls.csv", b"a\r\n")
            .unwrap();
        assert_eq!(record.sha256, sha256_hex("a\r\n"));
        assert_eq!(record.bytes, 3);
        assert_eq!(mode(&staging.folder().join("lists/csv/calls.csv")), 0o600);
        assert_eq!(mode(&staging.folder().join("lists")), 0o700);
        staging.write_bytes("summary.txt", b"x").unwrap();
        assert_eq!(mode(&staging.folder().join("summary.txt")) & 0o007, 0);
        let folder = staging.folder().to_owned();
        drop(staging);
        assert!(!folder.exists());
    }

    #[test]
    fn paths_stay_inside_the_run_and_are_written_once() {
        let root = tempfile::tempdir().unwrap();
        let lock = OutDir::open(root.path()).unwrap().lock().unwrap();
        let mut staging = Staging::create(&lock, "r1").unwrap();
        staging.write_bytes("a.txt", b"").unwrap();
        for path in [
            "../x",
            "/x",
            "a/../b",
            ".x",
            "a//b",
            "",
            "é",
            "a.txt",
            "manifest.json",
        ] {
            let error = staging.write_bytes(path, b"").unwrap_err();
            assert!(matches!(error, StoreError::Name { .. }), "{path}: {error}");
        }
        for id in ["", "..", "a/b", ".a", "a b"] {
            assert!(Staging::create(&lock, id).is_err(), "{id}");
        }
    }

    #[test]
    fn a_failure_of_whoever_fills_the_file_is_passed_on() {
        let root = tempfile::tempdir().unwrap();
        let lock = OutDir::open(root.path()).unwrap().lock().unwrap();
        let mut staging = Staging::create(&lock, "r1").unwrap();
        let error = staging
            .write("a.txt", None, |_| Err("no rows"))
            .unwrap_err();
        assert_eq!(error.to_string(), "a.txt could not be written: no rows");
        assert!(staging.outputs().is_empty());
    }
}
