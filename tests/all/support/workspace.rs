//! A folder with pipelines and data, in which clubcall runs as people run it.

use std::collections::BTreeMap;
use std::fs;
use std::os::unix::fs::{MetadataExt, symlink};
use std::path::{Path, PathBuf};

use assert_cmd::Command;
use sha2::{Digest, Sha256};
use tempfile::TempDir;

/// How a command ended.
#[derive(Debug)]
pub(crate) struct Ended {
    pub(crate) code: i32,
    pub(crate) stdout: String,
    pub(crate) stderr: String,
}

/// A folder to work in.
pub(crate) struct Workspace {
    root: PathBuf,
    /// Removes the folder at the end of its test.
    _guard: Option<TempDir>,
}

impl Workspace {
    /// The shipped pipelines, and `sample` as `sample-data/`, not to be edited.
    pub(crate) fn new(sample: &Path) -> Self {
        let workspace = Self::empty();
        workspace.add_pipelines();
        symlink(sample, workspace.path("sample-data")).unwrap();
        workspace
    }

    /// As [`Workspace::new`], with a copy of the sample that may be edited.
    pub(crate) fn with_own_data(sample: &Path) -> Self {
        let workspace = Self::empty();
        workspace.add_pipelines();
        copy_tree(sample, &workspace.path("sample-data"));
        workspace
    }

    /// As [`Workspace::new`], for all tests of this process.
    pub(crate) fn shared(name: &str, sample: &Path) -> Self {
        let workspace = Self {
            root: sample.with_file_name(name),
            _guard: None,
        };
        workspace.add_pipelines();
        symlink(sample, workspace.path("sample-data")).unwrap();
        workspace
    }

    /// Nothing but a folder.
    pub(crate) fn empty() -> Self {
        let guard = tempfile::tempdir().unwrap();
        Self {
            root: guard.path().to_path_buf(),
            _guard: Some(guard),
        }
    }

    fn add_pipelines(&self) {
        let shipped = Path::new(env!("CARGO_MANIFEST_DIR")).join("pipelines");
        copy_tree(&shipped, &self.path("pipelines"));
    }

    pub(crate) fn path(&self, relative: &str) -> PathBuf {
        self.root.join(relative)
    }

    /// The run that `current` names.
    pub(crate) fn current(&self) -> PathBuf {
        self.path("out/current").canonicalize().unwrap()
    }

    /// Replaces a text that occurs exactly once in a file.
    pub(crate) fn edit(&self, file: &str, from: &str, to: &str) {
        let path = self.path(file);
        let text = fs::read_to_string(&path).unwrap();
        assert_eq!(text.matches(from).count(), 1, "`{from}` in {file}");
        fs::write(path, text.replace(from, to)).unwrap();
    }

    /// clubcall in this folder.
    pub(crate) fn command(&self) -> Command {
        let mut command = Command::new(env!("CARGO_BIN_EXE_clubcall"));
        command.current_dir(&self.root);
        for variable in ["NO_COLOR", "RAYON_NUM_THREADS", "POLARS_MAX_THREADS"] {
            command.env_remove(variable);
        }
        command
    }

    /// Runs clubcall to its end.
    pub(crate) fn clubcall(&self, arguments: &[&str]) -> Ended {
        ended(self.command().args(arguments))
    }

    /// Runs the nightly pipeline for a date, which must succeed.
    pub(crate) fn night(&self, as_of: &str, more: &[&str]) -> Ended {
        let mut arguments = vec!["run", "pipelines/nightly.toml", "--as-of", as_of];
        arguments.extend(more);
        self.clubcall(&arguments).success()
    }

    /// The manifest of the current run.
    pub(crate) fn manifest(&self) -> serde_json::Value {
        let text = fs::read(self.current().join("manifest.json")).unwrap();
        serde_json::from_slice(&text).unwrap()
    }

    /// Everything in the folder: digest and time of files, targets of links.
    pub(crate) fn snapshot(&self, relative: &str) -> BTreeMap<String, String> {
        tree(&self.path(relative), true)
    }
}

impl Ended {
    #[track_caller]
    pub(crate) fn success(self) -> Self {
        self.exits(0)
    }

    #[track_caller]
    pub(crate) fn exits(self, code: i32) -> Self {
        assert_eq!(self.code, code, "{}\n{}", self.stdout, self.stderr);
        self
    }
}

/// Runs a command to its end.
pub(crate) fn ended(command: &mut Command) -> Ended {
    let output = command.output().unwrap();
    Ended {
        code: output.status.code().unwrap_or(-1),
        stdout: String::from_utf8(output.stdout).unwrap(),
        stderr: String::from_utf8(output.stderr).unwrap(),
    }
}

/// The digest of every file below a folder.
pub(crate) fn digests(folder: &Path) -> BTreeMap<String, String> {
    let digests = tree(folder, false);
    assert!(!digests.is_empty(), "{} is empty", folder.display());
    digests
}

fn tree(folder: &Path, times: bool) -> BTreeMap<String, String> {
    let mut found = BTreeMap::new();
    let mut open = vec![folder.to_path_buf()];
    while let Some(next) = open.pop() {
        for entry in fs::read_dir(&next).into_iter().flatten() {
            let path = entry.unwrap().path();
            let metadata = path.symlink_metadata().unwrap();
            let name = path.strip_prefix(folder).unwrap().display().to_string();
            let mut said = if metadata.is_symlink() {
                format!("-> {}", path.read_link().unwrap().display())
            } else if metadata.is_dir() {
                open.push(path);
                continue;
            } else {
                sha256(&fs::read(&path).unwrap())
            };
            if times {
                said.push_str(&format!(" {}.{}", metadata.mtime(), metadata.mtime_nsec()));
            }
            found.insert(name, said);
        }
    }
    found
}

/// SHA-256 in hexadecimal digits.
pub(crate) fn sha256(bytes: &[u8]) -> String {
    let digest = Sha256::digest(bytes);
    digest.iter().map(|byte| format!("{byte:02x}")).collect()
}

pub(crate) fn copy_tree(from: &Path, to: &Path) {
    fs::create_dir_all(to).unwrap();
    for entry in fs::read_dir(from).unwrap() {
        let path = entry.unwrap().path();
        let target = to.join(path.file_name().unwrap());
        if path.is_symlink() {
            symlink(path.read_link().unwrap(), target).unwrap();
        } else if path.is_dir() {
            copy_tree(&path, &target);
        } else {
            fs::copy(&path, &target).unwrap();
        }
    }
}
