//! Taking a published run to where it is used: another folder, S3-compatible
//! storage, a PostgreSQL database.
//!
//! A run is delivered after it is published and can be delivered again at any
//! time: what is there already stays, what is missing is added, and a
//! destination that fails is left as it was the day before. What became of it
//! is recorded beside the run.
//!
//! | file | holds |
//! | --- | --- |
//! | `settings` | `[[destinations]]` and what is wrong with them |
//! | `files` | the order in which files go: the manifest last |
//! | `place` | a folder or a bucket |
//! | `postgres`, `tables` | tables, COPY in one transaction, the views |
//! | `service` | connection settings, service files, TLS |

mod error;
mod files;
mod place;
mod postgres;
mod service;
mod settings;
mod tables;

pub use error::DeliverError;
pub use settings::{DestinationKind, DestinationSettings};

use crate::store::{Delivery, DeliveryLock, OutDir, Run};

/// What a delivery has brought.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Delivered {
    /// Files that are there now, or lists loaded.
    pub files: u64,
    /// Their bytes.
    pub bytes: u64,
    /// Rows loaded into a database.
    pub rows: u64,
    /// Whether the destination takes the run for its current one.
    pub current: bool,
}

/// Takes a run to a destination and records what became of it. `at` is the
/// time to record, RFC 3339.
///
/// # Errors
/// When a file of the run is damaged, the destination refuses or cannot be
/// reached, or the record cannot be written.
pub fn deliver(
    out: &OutDir,
    lock: &DeliveryLock,
    run: &Run,
    destination: &DestinationSettings,
    at: String,
) -> Result<Delivered, DeliverError> {
    let ended = take(out, run, destination);
    let brought = ended.as_ref().copied().unwrap_or_default();
    let delivery = Delivery {
        kind: destination.kind.as_str().to_owned(),
        delivered: ended.is_ok(),
        at,
        files: brought.files,
        bytes: brought.bytes,
        rows: brought.rows,
        current: brought.current,
        problem: ended.as_ref().err().map(ToString::to_string),
    };
    lock.record(run.id(), &destination.name, delivery)?;
    ended
}

fn take(
    out: &OutDir,
    run: &Run,
    destination: &DestinationSettings,
) -> Result<Delivered, DeliverError> {
    // A damaged file must not go anywhere.
    out.verify(run.id())?;
    match destination.kind {
        DestinationKind::Folder | DestinationKind::S3 => files::deliver(run, destination),
        DestinationKind::Postgres => postgres::deliver(run, destination),
    }
}
