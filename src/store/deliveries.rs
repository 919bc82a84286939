use std::collections::BTreeMap;
use std::fs::{File, OpenOptions, TryLockError};
use std::io;
use std::os::unix::fs::OpenOptionsExt;
use std::path::PathBuf;

use serde::{Deserialize, Serialize};

use super::files::{PRIVATE_FILE_MODE, replace_file};
use super::{OutDir, StoreError};

/// What became of taking a run to a destination.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Delivery {
    /// The kind of destination: folder, s3 or postgres.
    pub kind: String,
    /// Whether the run is there, whole.
    pub delivered: bool,
    /// When that was found, RFC 3339 in UTC.
    pub at: String,
    /// Files, or lists loaded into a database.
    pub files: u64,
    /// Bytes of the files.
    pub bytes: u64,
    /// Rows loaded into a database.
    pub rows: u64,
    /// Whether the destination now takes the run for its current one.
    pub current: bool,
    /// Why it is not there; never holds anything of a list.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub problem: Option<String>,
}

/// The right to deliver from an output folder. The night's own lock stays
/// free: a slow destination must not hold up a night.
#[derive(Debug)]
pub struct DeliveryLock {
    out: OutDir,
    /// Open for as long as the lock is held.
    _file: File,
}

impl OutDir {
    /// Where the deliveries of that run are recorded, outside the part that is
    /// the same on every machine.
    #[must_use]
    pub fn deliveries_path(&self, run_id: &str) -> PathBuf {
        self.runs_path().join(format!("{run_id}.deliveries.json"))
    }

    /// What became of a run at each destination; empty where nothing has been
    /// delivered.
    ///
    /// # Errors
    /// When the record cannot be read.
    pub fn deliveries(&self, run_id: &str) -> Result<BTreeMap<String, Delivery>, StoreError> {
        let path = self.deliveries_path(run_id);
        let text = match std::fs::read(&path) {
            Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(BTreeMap::new()),
            read => read.map_err(StoreError::io("read", &path))?,
        };
        serde_json::from_slice(&text)
            .map_err(io::Error::from)
            .map_err(StoreError::io("read", &path))
    }

    /// Takes the right to deliver.
    ///
    /// # Errors
    /// [`StoreError::Locked`] when another process delivers; I/O errors.
    pub fn lock_deliveries(&self) -> Result<DeliveryLock, StoreError> {
        let path = self.path().join(".deliver.lock");
        let file = OpenOptions::new()
            .write(true)
            .create(true)
            .truncate(false)
            .mode(PRIVATE_FILE_MODE)
            .open(&path)
            .map_err(StoreError::io("open", &path))?;
        match file.try_lock() {
            Ok(()) => Ok(DeliveryLock {
                out: self.clone(),
                _file: file,
            }),
            Err(TryLockError::WouldBlock) => Err(StoreError::Locked {
                path: self.path().to_owned(),
            }),
            Err(TryLockError::Error(source)) => Err(StoreError::io("lock", &path)(source)),
        }
    }
}

impl DeliveryLock {
    /// Records what became of a run at a destination.
    ///
    /// # Errors
    /// When the disk fails.
    pub fn record(
        &self,
        run_id: &str,
        destination: &str,
        delivery: Delivery,
    ) -> Result<(), StoreError> {
        let mut all = self.out.deliveries(run_id)?;
        all.insert(destination.to_owned(), delivery);
        let path = self.out.deliveries_path(run_id);
        let mut json = serde_json::to_vec_pretty(&all)
            .map_err(io::Error::from)
            .map_err(StoreError::io("write", &path))?;
        json.push(b'\n');
        // Among the runs, where nobody who holds the other lock clears away.
        let temporary = self.out.runs_path().join(".deliveries");
        replace_file(&path, &temporary, &json)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn delivery(delivered: bool) -> Delivery {
        Delivery {
            kind: "folder".into(),
            delivered,
            at: "2026-11-01T02:00:00Z".into(),
            files: 1,
            bytes: 2,
            rows: 0,
            current: delivered,
            problem: (!delivered).then(|| "no room".to_owned()),
        }
    }

    #[test]
    fn each_destination_has_its_last_state() {
        let folder = tempfile::tempdir().unwrap();
        let out = OutDir::open(folder.path()).unwrap();
        drop(out.lock().unwrap());
        assert!(out.deliveries("r1").unwrap().is_empty());
        let lock = out.lock_deliveries().unwrap();
        assert!(out.lock_deliveries().is_err());
        lock.record("r1", "share", delivery(false)).unwrap();
        lock.record("r1", "lake", delivery(true)).unwrap();
        lock.record("r1", "share", delivery(true)).unwrap();
        let all = out.deliveries("r1").unwrap();
        assert_eq!(all.len(), 2);
        assert!(all["share"].delivered && all["share"].problem.is_none());
        // Deliveries and nights do not wait for each other.
        out.lock().unwrap();
    }
}
