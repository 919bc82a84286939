use std::fs::{File, OpenOptions, TryLockError};
use std::os::unix::fs::OpenOptionsExt;

use super::files::{FOLDER_MODE, PRIVATE_FILE_MODE, create_folder};
use super::{OutDir, StoreError};

/// The right to write to an output folder. The system takes it back when the
/// process ends, however it ends.
#[derive(Debug)]
pub struct RunLock {
    out: OutDir,
    /// Open for as long as the lock is held.
    _file: File,
}

impl RunLock {
    /// The locked output folder.
    #[must_use]
    pub fn out(&self) -> &OutDir {
        &self.out
    }
}

impl OutDir {
    /// Takes the lock, creating the output folder if need be, and clears away
    /// what a process that died has left.
    ///
    /// # Errors
    /// [`StoreError::Locked`] when another process has it; I/O errors.
    pub fn lock(&self) -> Result<RunLock, StoreError> {
        create_folder(&self.runs_path(), FOLDER_MODE)?;
        let path = self.path().join(".lock");
        let file = OpenOptions::new()
            .write(true)
            .create(true)
            .truncate(false)
            .mode(PRIVATE_FILE_MODE)
            .open(&path)
            .map_err(StoreError::io("open", &path))?;
        match file.try_lock() {
            Ok(()) => {}
            Err(TryLockError::WouldBlock) => {
                return Err(StoreError::Locked {
                    path: self.path().to_owned(),
                });
            }
            Err(TryLockError::Error(source)) => return Err(StoreError::io("lock", &path)(source)),
        }
        let lock = RunLock {
            out: self.clone(),
            _file: file,
        };
        lock.recover()?;
        Ok(lock)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn one_holder_at_a_time_until_it_lets_go() {
        let folder = tempfile::tempdir().unwrap();
        let out = OutDir::open(folder.path().join("out")).unwrap();
        let lock = out.lock().unwrap();
        let error = out.lock().unwrap_err();
        assert!(matches!(&error, StoreError::Locked { path } if path == out.path()));
        drop(lock);
        out.lock().unwrap();
    }

    #[test]
    fn opening_creates_nothing_and_refuses_a_file() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("out");
        let out = OutDir::open(&path).unwrap();
        assert!(out.runs().unwrap().is_empty());
        assert!(!path.exists());
        std::fs::write(&path, "").unwrap();
        assert!(matches!(
            OutDir::open(&path),
            Err(StoreError::NotAFolder { .. })
        ));
    }
}
