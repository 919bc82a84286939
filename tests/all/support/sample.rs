//! Samples, written once per test process.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::sync::OnceLock;
use std::time::Duration;

/// A sample's size and seed.
struct Size {
    customers: &'static str,
    days: &'static str,
    seed: &'static str,
}

/// Small enough that a night takes a second: 800 customers, data until
/// 2026-10-31.
pub(crate) fn small() -> &'static Path {
    static SAMPLE: OnceLock<PathBuf> = OnceLock::new();
    SAMPLE.get_or_init(|| {
        write(&Size {
            customers: "800",
            days: "60",
            seed: "7",
        })
    })
}

/// Large enough that every planted group can be found: 5,000 customers.
pub(crate) fn large() -> &'static Path {
    static SAMPLE: OnceLock<PathBuf> = OnceLock::new();
    SAMPLE.get_or_init(|| {
        write(&Size {
            customers: "5000",
            days: "90",
            seed: "1",
        })
    })
}

/// Three months of activities of 40,000 customers, and a day of usage: for what
/// needs many responses.
pub(crate) fn eventful() -> &'static Path {
    static SAMPLE: OnceLock<PathBuf> = OnceLock::new();
    SAMPLE.get_or_init(|| {
        write(&Size {
            customers: "40000",
            days: "1",
            seed: "3",
        })
    })
}

fn write(size: &Size) -> PathBuf {
    let folder = scratch().join(format!("sample-{}", size.customers));
    let written = Command::new(env!("CARGO_BIN_EXE_clubcall"))
        .args(["sample", "--quiet", "--customers", size.customers])
        .args(["--days", size.days, "--seed", size.seed])
        .args(["--until", "2026-10-31", "--out"])
        .arg(&folder)
        .output()
        .unwrap();
    assert!(written.status.success(), "{written:?}");
    folder
}

/// This process's folder for what all its tests share. Statics are never
/// dropped, so folders of earlier processes are removed here.
fn scratch() -> &'static Path {
    static SCRATCH: OnceLock<PathBuf> = OnceLock::new();
    SCRATCH.get_or_init(|| {
        let root = Path::new(env!("CARGO_TARGET_TMPDIR")).join("clubcall-tests");
        for folder in fs::read_dir(&root).into_iter().flatten().flatten() {
            let age = folder
                .metadata()
                .and_then(|metadata| metadata.modified())
                .ok()
                .and_then(|time| time.elapsed().ok());
            if age.is_some_and(|age| age > Duration::from_secs(3600)) {
                let _ = fs::remove_dir_all(folder.path());
            }
        }
        let own = root.join(std::process::id().to_string());
        let _ = fs::remove_dir_all(&own);
        fs::create_dir_all(&own).unwrap();
        own
    })
}
