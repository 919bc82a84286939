//! Small file work that must be durable: what is said to be written is on the
//! disk, also after the power fails.

use std::fs::{self, DirBuilder, File, OpenOptions};
use std::io::{self, BufReader, Read, Write};
use std::os::unix::fs::{DirBuilderExt, OpenOptionsExt, symlink};
use std::path::{Path, PathBuf};

use sha2::{Digest, Sha256};

use super::StoreError;

/// Mode of folders: the group may read.
pub(super) const FOLDER_MODE: u32 = 0o750;
/// Mode of folders that hold personal data.
pub(super) const PRIVATE_FOLDER_MODE: u32 = 0o700;
/// Mode of files: the group may read.
pub(super) const FILE_MODE: u32 = 0o640;
/// Mode of files that hold personal data.
pub(super) const PRIVATE_FILE_MODE: u32 = 0o600;

/// The SHA-256 of `bytes` in lower-case hexadecimal.
#[must_use]
pub fn sha256_hex(bytes: impl AsRef<[u8]>) -> String {
    hex(&Sha256::digest(bytes.as_ref()))
}

pub(super) fn hex(bytes: &[u8]) -> String {
    use std::fmt::Write as _;
    bytes.iter().fold(String::new(), |mut text, byte| {
        // Writing into a String cannot fail.
        let _ = write!(text, "{byte:02x}");
        text
    })
}

/// The SHA-256 and the length of a file.
pub(super) fn digest_file(path: &Path) -> io::Result<(String, u64)> {
    let mut reader = BufReader::with_capacity(1 << 18, File::open(path)?);
    let mut hasher = Sha256::new();
    let mut buffer = vec![0; 1 << 18];
    let mut bytes = 0;
    loop {
        let read = reader.read(&mut buffer)?;
        if read == 0 {
            return Ok((hex(&hasher.finalize()), bytes));
        }
        hasher.update(&buffer[..read]);
        bytes += read as u64;
    }
}

/// A new file that must not exist.
pub(super) fn create_file(path: &Path, mode: u32) -> Result<File, StoreError> {
    OpenOptions::new()
        .write(true)
        .create_new(true)
        .mode(mode)
        .open(path)
        .map_err(StoreError::io("create", path))
}

/// A folder and those above it.
pub(super) fn create_folder(path: &Path, mode: u32) -> Result<(), StoreError> {
    DirBuilder::new()
        .recursive(true)
        .mode(mode)
        .create(path)
        .map_err(StoreError::io("create", path))
}

/// Writes a small file in one step: readers see the old or the new content.
/// `temporary` must be hidden and on the same file system.
pub(super) fn replace_file(
    path: &Path,
    temporary: &Path,
    content: &[u8],
) -> Result<(), StoreError> {
    remove(temporary)?;
    let mut file = create_file(temporary, FILE_MODE)?;
    file.write_all(content)
        .and_then(|()| file.sync_all())
        .map_err(StoreError::io("write", temporary))?;
    rename(temporary, path)
}

/// Makes the entries of a folder durable.
pub(super) fn sync_folder(path: &Path) -> Result<(), StoreError> {
    File::open(path)
        .and_then(|folder| folder.sync_all())
        .map_err(StoreError::io("sync", path))
}

/// [`sync_folder`] for a folder and every folder in it.
pub(super) fn sync_tree(path: &Path) -> Result<(), StoreError> {
    for entry in entries(path)? {
        if is_folder(&entry) {
            sync_tree(&entry)?;
        }
    }
    sync_folder(path)
}

/// Renames and makes both folders' entries durable.
pub(super) fn rename(from: &Path, to: &Path) -> Result<(), StoreError> {
    fs::rename(from, to).map_err(StoreError::io("rename", from))?;
    for folder in [to.parent(), from.parent()].into_iter().flatten() {
        sync_folder(folder)?;
    }
    Ok(())
}

/// Removes a file, link or folder if it is there.
pub(super) fn remove(path: &Path) -> Result<(), StoreError> {
    let removed = if is_folder(path) {
        fs::remove_dir_all(path)
    } else {
        fs::remove_file(path)
    };
    match removed {
        Err(error) if error.kind() != io::ErrorKind::NotFound => {
            Err(StoreError::io("remove", path)(error))
        }
        _ => Ok(()),
    }
}

/// Whether a folder is there, not a link to one.
pub(super) fn is_folder(path: &Path) -> bool {
    path.symlink_metadata()
        .is_ok_and(|metadata| metadata.is_dir())
}

/// What is in a folder, by name; nothing if the folder is not there.
pub(super) fn entries(path: &Path) -> Result<Vec<PathBuf>, StoreError> {
    let read = match fs::read_dir(path) {
        Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(Vec::new()),
        read => read.map_err(StoreError::io("read", path))?,
    };
    let mut entries = read
        .map(|entry| entry.map(|entry| entry.path()))
        .collect::<io::Result<Vec<PathBuf>>>()
        .map_err(StoreError::io("read", path))?;
    entries.sort();
    Ok(entries)
}

/// Points `link` at `target` in one step.
pub(super) fn swap_link(link: &Path, target: &Path, temporary: &Path) -> Result<(), StoreError> {
    remove(temporary)?;
    symlink(target, temporary).map_err(StoreError::io("create", temporary))?;
    rename(temporary, link)
}

/// A second folder with the same files: hard links where the file system has
/// them, copies elsewhere.
pub(super) fn twin(from: &Path, to: &Path) -> Result<(), StoreError> {
    use std::os::unix::fs::PermissionsExt;
    let metadata = from.metadata().map_err(StoreError::io("read", from))?;
    create_folder(to, metadata.permissions().mode())?;
    for entry in entries(from)? {
        let Some(name) = entry.file_name() else {
            continue;
        };
        let target = to.join(name);
        if is_folder(&entry) {
            twin(&entry, &target)?;
        } else if fs::hard_link(&entry, &target).is_err() {
            fs::copy(&entry, &target)
                .and_then(|_| File::open(&target)?.sync_all())
                .map_err(StoreError::io("copy", &entry))?;
        }
    }
    sync_folder(to)
}

/// Whether the text is plain enough to be part of a path.
pub(super) fn is_plain_name(text: &str) -> bool {
    (1..=200).contains(&text.len())
        && !text.starts_with('.')
        && text
            .bytes()
            .all(|b| b.is_ascii_alphanumeric() || matches!(b, b'.' | b'_' | b'-'))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn digests_are_those_of_the_standard() {
        // FIPS 180-4, the example "abc".
        let abc = "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad";
        assert_eq!(sha256_hex("abc"), abc);
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("abc");
        fs::write(&path, "abc").unwrap();
        assert_eq!(digest_file(&path).unwrap(), (abc.to_owned(), 3));
    }
}
