use std::io;
use std::path::PathBuf;

use super::files::replace_file;
use super::{OutDir, RunLock, StoreError};

pub(super) const NAMES_TEMPORARY: &str = ".names";

impl OutDir {
    /// Where people's decisions about names are kept, between runs.
    #[must_use]
    pub fn names_path(&self) -> PathBuf {
        self.path().join("names.json")
    }

    /// The content of that file; nothing if nobody has decided anything.
    ///
    /// # Errors
    /// When it cannot be read.
    pub fn read_names(&self) -> Result<Option<Vec<u8>>, StoreError> {
        let path = self.names_path();
        match std::fs::read(&path) {
            Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(None),
            read => read.map(Some).map_err(StoreError::io("read", &path)),
        }
    }
}

impl RunLock {
    /// Writes the file of names in one step: readers see the old or the new
    /// content.
    ///
    /// # Errors
    /// When the disk fails.
    pub fn write_names(&self, content: &[u8]) -> Result<(), StoreError> {
        let temporary = self.out().path().join(NAMES_TEMPORARY);
        replace_file(&self.out().names_path(), &temporary, content)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_are_replaced_whole_and_a_dead_writer_leaves_nothing() {
        let folder = tempfile::tempdir().unwrap();
        let out = OutDir::open(folder.path().join("out")).unwrap();
        assert_eq!(out.read_names().unwrap(), None);
        let lock = out.lock().unwrap();
        lock.write_names(b"first").unwrap();
        lock.write_names(b"second").unwrap();
        assert_eq!(out.read_names().unwrap().unwrap(), b"second");
        drop(lock);
        let left = out.path().join(NAMES_TEMPORARY);
        std::fs::write(&left, "half").unwrap();
        out.lock().unwrap();
        assert!(!left.exists() && out.read_names().unwrap().is_some());
    }
}
