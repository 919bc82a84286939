//! The shipped `pipelines/nightly.toml`, run as users run it on a sample of any
//! size: what the benches of whole nights share.

use std::error::Error;
use std::fs;
use std::path::Path;
use std::process::Command;

use tempfile::TempDir;

/// A temporary folder with the shipped pipeline, the sample of `clubcall sample`
/// with these further arguments under `sample-data/`, and a night published under
/// `out/`.
pub(crate) fn night(sample: &[&str]) -> Result<TempDir, Box<dyn Error>> {
    let folder = tempfile::tempdir()?;
    let shipped = Path::new(env!("CARGO_MANIFEST_DIR")).join("pipelines");
    let pipelines = folder.path().join("pipelines");
    fs::create_dir_all(pipelines.join("nightly"))?;
    fs::copy(shipped.join("nightly.toml"), pipelines.join("nightly.toml"))?;
    // All of them: a file that the pipeline comes to include is not forgotten here.
    for part in fs::read_dir(shipped.join("nightly"))? {
        let part = part?;
        fs::copy(
            part.path(),
            pipelines.join("nightly").join(part.file_name()),
        )?;
    }
    let arguments = [&["sample", "--quiet", "--out", "sample-data"], sample].concat();
    clubcall(folder.path(), &arguments)?;
    clubcall(folder.path(), &["run", "pipelines/nightly.toml", "--quiet"])?;
    Ok(folder)
}

fn clubcall(folder: &Path, arguments: &[&str]) -> Result<(), Box<dyn Error>> {
    let ended = Command::new(env!("CARGO_BIN_EXE_clubcall"))
        .args(arguments)
        .current_dir(folder)
        .output()?;
    if ended.status.success() {
        Ok(())
    } else {
        Err(String::from_utf8_lossy(&ended.stderr).into_owned().into())
    }
}
