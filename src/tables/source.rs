//! From a path in the pipeline file to a list of files whose footers are sound.

use std::fs::File;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::path::{Path, PathBuf};

use parquet::file::metadata::{ParquetMetaData, ParquetMetaDataReader};

use super::error::TableError;
use super::settings::SourceSettings;
use crate::domain::Fault;

/// The files of a source, in order, with their footers checked.
#[derive(Debug, Clone)]
pub struct Source {
    /// The name in `[sources.NAME]`.
    pub name: String,
    /// The files, sorted by path.
    pub files: Vec<SourceFile>,
    /// Whether folder names are columns.
    pub hive: bool,
}

/// One Parquet file.
#[derive(Debug, Clone)]
pub struct SourceFile {
    /// Where it lies.
    pub path: PathBuf,
    /// The path from the pipeline file's folder, which is the same wherever the
    /// command runs.
    pub name: String,
    /// The rows its footer promises.
    pub rows: u64,
}

/// Finds the files of a source and checks every footer before data is read.
///
/// # Errors
/// A fault when the path names an unset variable; [`TableError::Missing`] when
/// there is no file; [`TableError::Unreadable`] or [`TableError::Schema`] for
/// the first file that is no sound Parquet file or differs from the others.
pub(super) fn open(
    name: &str,
    settings: &SourceSettings,
    folder: &Path,
) -> Result<Source, TableError> {
    let mut paths = Vec::new();
    for pattern in settings.path.all() {
        let pattern = substituted(pattern).map_err(|variable| {
            TableError::Faults(vec![
                Fault::new(
                    format!("sources.{name}.path"),
                    format!("the environment variable `{variable}` is not set"),
                )
                .allowed(format!("set it: export {variable}=/path/to/data")),
            ])
        })?;
        let found = files(&folder.join(&pattern));
        if found.is_empty() {
            return Err(TableError::Missing {
                source_name: name.to_owned(),
                pattern,
            });
        }
        paths.extend(found);
    }
    paths.sort();
    paths.dedup();
    let mut files = Vec::with_capacity(paths.len());
    let mut first: Option<(PathBuf, String)> = None;
    for path in paths {
        let metadata = footer(&path).map_err(|reason| TableError::Unreadable {
            source_name: name.to_owned(),
            file: path.clone(),
            reason,
        })?;
        let columns = columns(&metadata);
        match &first {
            None => first = Some((path.clone(), columns)),
            Some((first, expected)) if *expected != columns => {
                let (found, expected) = difference(&columns, expected);
                return Err(TableError::Schema {
                    source_name: name.to_owned(),
                    file: path,
                    first: first.clone(),
                    found,
                    expected,
                });
            }
            Some(_) => {}
        }
        let rows = u64::try_from(metadata.file_metadata().num_rows()).unwrap_or(0);
        let name = path.strip_prefix(folder).unwrap_or(&path);
        files.push(SourceFile {
            name: name.to_string_lossy().into_owned(),
            path,
            rows,
        });
    }
    Ok(Source {
        name: name.to_owned(),
        files,
        hive: settings.hive,
    })
}

/// `${NAME}` replaced by the environment's value; the unset name as error.
fn substituted(pattern: &str) -> Result<String, String> {
    let mut out = String::new();
    let mut rest = pattern;
    while let Some(start) = rest.find("${") {
        let Some(length) = rest[start..].find('}') else {
            break;
        };
        let name = &rest[start + 2..start + length];
        out.push_str(&rest[..start]);
        out.push_str(&std::env::var(name).map_err(|_| name.to_owned())?);
        rest = &rest[start + length + 1..];
    }
    out.push_str(rest);
    Ok(out)
}

/// The files a path means: itself, all Parquet files below a folder, or what a
/// glob matches.
fn files(path: &Path) -> Vec<PathBuf> {
    if path.is_file() {
        return vec![path.to_path_buf()];
    }
    let pattern = if path.is_dir() {
        path.join("**/*.parquet")
    } else {
        path.to_path_buf()
    };
    glob::glob(&pattern.to_string_lossy())
        .map(|found| found.flatten().filter(|path| path.is_file()).collect())
        .unwrap_or_default()
}

/// Reads and checks a footer. Readers may panic on hostile bytes, so that is
/// an error too.
fn footer(path: &Path) -> Result<ParquetMetaData, String> {
    let file = File::open(path).map_err(|error| error.to_string())?;
    let length = file.metadata().map_err(|error| error.to_string())?.len();
    let metadata = catch_unwind(AssertUnwindSafe(|| {
        ParquetMetaDataReader::new().parse_and_finish(&file)
    }))
    .map_err(|_| "the footer is corrupt".to_owned())?
    .map_err(|error| format!("not a sound Parquet file ({error})"))?;
    let total: i64 = metadata
        .row_groups()
        .iter()
        .map(|group| group.num_rows())
        .sum();
    if total != metadata.file_metadata().num_rows() {
        return Err(format!(
            "the footer promises {} rows, its row groups {total}",
            metadata.file_metadata().num_rows()
        ));
    }
    for (index, group) in metadata.row_groups().iter().enumerate() {
        for column in group.columns() {
            let start = column
                .dictionary_page_offset()
                .filter(|&offset| offset > 0)
                .unwrap_or_else(|| column.data_page_offset());
            let end = start.checked_add(column.compressed_size());
            let inside = start >= 4
                && column.compressed_size() >= 0
                && column.uncompressed_size() >= 0
                && end
                    .and_then(|end| u64::try_from(end).ok())
                    .is_some_and(|end| end <= length);
            if !inside {
                return Err(format!(
                    "column `{}` of row group {} lies outside the file",
                    column.column_path().string(),
                    index + 1
                ));
            }
        }
    }
    Ok(metadata)
}

/// The columns and their types, one a line.
fn columns(metadata: &ParquetMetaData) -> String {
    let schema = metadata.file_metadata().schema_descr();
    let mut lines: Vec<String> = schema
        .columns()
        .iter()
        .map(|column| format!("`{}` ({})", column.path().string(), column.physical_type()))
        .collect();
    lines.sort();
    lines.join("\n")
}

/// What each of two column lists has that the other has not.
fn difference(found: &str, expected: &str) -> (String, String) {
    let only = |a: &str, b: &str| {
        let others: Vec<&str> = b.lines().collect();
        let lines: Vec<&str> = a.lines().filter(|line| !others.contains(line)).collect();
        if lines.is_empty() {
            "no other column".to_owned()
        } else {
            lines.join(", ")
        }
    };
    (only(found, expected), only(expected, found))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn unset_variables_are_named() {
        assert_eq!(
            substituted("${CLUBCALL_NO_SUCH_VARIABLE}/a.parquet"),
            Err("CLUBCALL_NO_SUCH_VARIABLE".to_owned())
        );
        assert_eq!(substituted("a/b*.parquet"), Ok("a/b*.parquet".to_owned()));
    }

    #[test]
    fn what_is_no_parquet_file_is_said_so() {
        let dir = tempfile::tempdir().unwrap();
        let path = dir.path().join("a.parquet");
        std::fs::write(&path, b"PAR1 this is not a footer PAR1").unwrap();
        let error = footer(&path).unwrap_err();
        assert!(error.contains("not a sound Parquet file"), "{error}");
    }
}
