use std::fs::{self, File};
use std::io::{self, Read, Write};
use std::path::{Path, PathBuf};

use super::StoreError;
use super::files::{
    FOLDER_MODE, PRIVATE_FILE_MODE, create_file, create_folder, is_plain_name, remove, rename,
};

/// A folder elsewhere that files of runs are taken to, such as a share. Files
/// appear in it whole or not at all, and only their owner can read them.
#[derive(Debug)]
pub struct Deposit {
    root: PathBuf,
}

impl Deposit {
    /// The folder at `path`; it is created with the first file.
    #[must_use]
    pub fn new(path: impl Into<PathBuf>) -> Self {
        Self { root: path.into() }
    }

    /// Writes a file, of which `content` is read to its end.
    ///
    /// # Errors
    /// When the path is not plain or the disk fails; then the file is as it
    /// was.
    pub fn put(&self, path: &str, mut content: impl Read) -> Result<(), StoreError> {
        let target = self.path(path)?;
        let name = target.file_name().unwrap_or_default().to_string_lossy();
        let part = target.with_file_name(format!(".part-{name}"));
        if let Some(folder) = target.parent() {
            create_folder(folder, FOLDER_MODE)?;
        }
        remove(&part)?;
        let written = create_file(&part, PRIVATE_FILE_MODE).and_then(|mut file| {
            io::copy(&mut content, &mut file)
                .and_then(|_| file.flush())
                .and_then(|()| file.sync_all())
                .map_err(StoreError::io("write", &part))
        });
        if let Err(error) = written {
            // The disk may be full: what is there of the file helps nobody.
            let _ = remove(&part);
            return Err(error);
        }
        rename(&part, &target)
    }

    /// The content of a file; nothing if it is not there.
    ///
    /// # Errors
    /// When the path is not plain or the file cannot be read.
    pub fn read(&self, path: &str) -> Result<Option<Vec<u8>>, StoreError> {
        let target = self.path(path)?;
        match fs::read(&target) {
            Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(None),
            read => read.map(Some).map_err(StoreError::io("read", &target)),
        }
    }

    /// The size of a file in bytes; nothing if it is not there.
    ///
    /// # Errors
    /// When the path is not plain or the file cannot be looked at.
    pub fn size(&self, path: &str) -> Result<Option<u64>, StoreError> {
        let target = self.path(path)?;
        match target.metadata() {
            Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(None),
            found => found
                .map(|metadata| Some(metadata.len()))
                .map_err(StoreError::io("read", &target)),
        }
    }

    /// Removes a file if it is there.
    ///
    /// # Errors
    /// When the path is not plain or the file cannot be removed.
    pub fn remove(&self, path: &str) -> Result<(), StoreError> {
        remove(&self.path(path)?)
    }

    fn path(&self, path: &str) -> Result<PathBuf, StoreError> {
        if path.split('/').all(is_plain_name) {
            Ok(self.root.join(path))
        } else {
            Err(StoreError::Name {
                text: path.to_owned(),
            })
        }
    }
}

impl super::Run {
    /// One of the run's files, to be read from its beginning.
    ///
    /// # Errors
    /// When it cannot be opened.
    pub fn open(&self, path: &str) -> Result<File, StoreError> {
        let file: &Path = &self.path.join(path);
        File::open(file).map_err(StoreError::io("read", file))
    }
}

#[cfg(test)]
mod tests {
    use std::os::unix::fs::PermissionsExt;

    use super::*;

    #[test]
    fn files_arrive_whole_private_and_under_plain_names() {
        let folder = tempfile::tempdir().unwrap();
        let deposit = Deposit::new(folder.path().join("share"));
        assert_eq!(deposit.read("runs/r1/a.csv").unwrap(), None);
        deposit.put("runs/r1/a.csv", &b"one"[..]).unwrap();
        deposit.put("runs/r1/a.csv", &b"two!"[..]).unwrap();
        assert_eq!(deposit.read("runs/r1/a.csv").unwrap().unwrap(), b"two!");
        assert_eq!(deposit.size("runs/r1/a.csv").unwrap(), Some(4));
        let file = folder.path().join("share/runs/r1/a.csv");
        assert_eq!(file.metadata().unwrap().permissions().mode() & 0o777, 0o600);
        assert_eq!(file.parent().unwrap().read_dir().unwrap().count(), 1);
        assert!(deposit.put("../a", &b""[..]).is_err());
        deposit.remove("runs/r1/a.csv").unwrap();
        assert_eq!(deposit.size("runs/r1/a.csv").unwrap(), None);
    }

    /// Content that breaks off, as a disk that fails does.
    struct Broken;

    impl Read for Broken {
        fn read(&mut self, _: &mut [u8]) -> io::Result<usize> {
            Err(io::Error::other("gone"))
        }
    }

    #[test]
    fn a_file_that_breaks_off_leaves_the_earlier_one() {
        let folder = tempfile::tempdir().unwrap();
        let deposit = Deposit::new(folder.path());
        deposit.put("a", &b"one"[..]).unwrap();
        assert!(deposit.put("a", (&b"tw"[..]).chain(Broken)).is_err());
        assert_eq!(deposit.read("a").unwrap().unwrap(), b"one");
        assert_eq!(folder.path().read_dir().unwrap().count(), 1);
    }
}
