use std::io::Write;
use std::path::Path;

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::{List, ListError, csv_file, xlsx_file};
use crate::outputs::{Field, FileFormat, Resource};

/// A file format with the conventions of those who read it.
#[derive(
    Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize, JsonSchema,
)]
#[serde(rename_all = "lowercase")]
pub enum Preset {
    /// For machines: RFC 4180, UTF-8 without byte order mark, ISO dates, E.164
    /// phones.
    Csv,
    /// For people: an Excel workbook with a fixed header and filters.
    Xlsx,
}

impl Preset {
    /// Every preset, in order.
    pub const ALL: [Self; 2] = [Self::Csv, Self::Xlsx];

    /// The folder below `lists/` that holds the preset's files.
    #[must_use]
    pub const fn folder(self) -> &'static str {
        match self {
            Self::Csv => "csv",
            Self::Xlsx => "xlsx",
        }
    }

    /// The format of the files.
    #[must_use]
    pub const fn format(self) -> FileFormat {
        match self {
            Self::Csv => FileFormat::Csv,
            Self::Xlsx => FileFormat::Xlsx,
        }
    }

    /// The file ending, without the dot.
    #[must_use]
    pub const fn extension(self) -> &'static str {
        self.format().extension()
    }

    /// Where the list's file is in the run folder: `lists/csv/calls.csv`.
    #[must_use]
    pub fn path(self, list: &List<'_>) -> String {
        format!(
            "lists/{}/{}.{}",
            self.folder(),
            list.name(),
            self.extension()
        )
    }

    /// The list's file as the package descriptor has it. `sha256` is lower-case
    /// hexadecimal.
    #[must_use]
    pub fn resource(self, list: &List<'_>, bytes: u64, sha256: &str) -> Resource {
        let fields = list.columns().iter().map(|column| Field {
            name: column.name.clone(),
            kind: column.kind.field_type(),
            description: column.description.clone(),
            unit: None,
        });
        Resource {
            path: self.path(list),
            title: list.title().to_owned(),
            description: list.title().to_owned(),
            format: self.format(),
            bytes,
            sha256: sha256.to_owned(),
            rows: list.len() as u64,
            fields: fields.collect(),
        }
    }
}

/// Writes the list in the preset's format; the same list gives the same bytes.
///
/// `scratch` is a folder for a nameless temporary file, which a workbook needs
/// to stay out of memory. It should be private and on a disk with room; the
/// folder of the run being staged is.
///
/// # Errors
/// When a cell breaks its column's grammar, or `out` or `scratch` fails.
pub fn write(
    list: &List<'_>,
    preset: Preset,
    scratch: &Path,
    out: &mut (dyn Write + Send),
) -> Result<(), ListError> {
    match preset {
        Preset::Csv => csv_file::write(list, out),
        Preset::Xlsx => xlsx_file::write(list, scratch, out),
    }
}

/// Which lists go out in which format: one `[[exports]]`.
#[derive(Debug, Clone, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct ExportSettings {
    /// The file format.
    pub preset: Preset,
    /// Names of lists, `*` for any letters; all lists when absent.
    #[serde(default)]
    pub lists: Option<Vec<NamePattern>>,
}

impl ExportSettings {
    /// Whether the list of that name goes out.
    #[must_use]
    pub fn wants(&self, name: &str) -> bool {
        match &self.lists {
            None => true,
            Some(patterns) => patterns.iter().any(|pattern| pattern.matches(name)),
        }
    }
}

/// The name of a list, or a pattern of names such as `calls-*`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(try_from = "String", into = "String")]
#[schemars(extend("pattern" = "^[a-z0-9*-]+$"))]
pub struct NamePattern(String);

impl NamePattern {
    /// Whether the pattern covers `name`; `*` stands for any letters or none.
    #[must_use]
    pub fn matches(&self, name: &str) -> bool {
        glob::Pattern::new(&self.0).is_ok_and(|pattern| pattern.matches(name))
    }

    /// The pattern as written.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl TryFrom<String> for NamePattern {
    type Error = String;

    fn try_from(text: String) -> Result<Self, String> {
        let allowed =
            |b: u8| b.is_ascii_lowercase() || b.is_ascii_digit() || matches!(b, b'-' | b'*');
        // `**` means folders to the glob library, and nothing here.
        if !text.is_empty() && text.bytes().all(allowed) && !text.contains("**") {
            Ok(Self(text))
        } else {
            Err(format!(
                "`{text}` names no list; allowed: a-z, 0-9, `-`, and `*` for any letters"
            ))
        }
    }
}

impl From<NamePattern> for String {
    fn from(pattern: NamePattern) -> Self {
        pattern.0
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::lists::{Kind, ListColumn};

    fn settings(text: &str) -> Result<ExportSettings, toml::de::Error> {
        toml::from_str(text)
    }

    #[test]
    fn an_export_takes_all_lists_or_those_named() {
        let all = settings("preset = \"csv\"").unwrap();
        assert!(all.wants("calls-care"));
        let some = settings("preset = \"xlsx\"\nlists = [\"calls-*\", \"visits\"]").unwrap();
        assert!(some.wants("calls-care") && some.wants("visits"));
        assert!(!some.wants("invitations") && !some.wants("visits-2"));
    }

    #[test]
    fn what_no_list_can_be_called_is_a_fault_of_the_file() {
        for bad in [
            "lists = [\"../*\"]",
            "lists = [\"A\"]",
            "lists = [\"\"]",
            "list = []",
        ] {
            assert!(
                settings(&format!("preset = \"csv\"\n{bad}")).is_err(),
                "{bad}"
            );
        }
        assert!(settings("preset = \"pdf\"").is_err());
    }

    #[test]
    fn editors_know_the_same_grammar() {
        let schema = schemars::schema_for!(ExportSettings).to_value().to_string();
        assert!(schema.contains("^[a-z0-9*-]+$"), "{schema}");
    }

    #[test]
    fn a_list_is_described_where_it_lies() {
        let columns = vec![ListColumn::new("due", "by when", Kind::Date)];
        let list = List::new("calls-care", "Calls", columns, 2, |_, row| row.empty()).unwrap();
        let resource = Preset::Xlsx.resource(&list, 7, "ab");
        assert_eq!(resource.path, "lists/xlsx/calls-care.xlsx");
        assert_eq!(resource.rows, 2);
        assert_eq!(resource.fields[0].kind.as_str(), "date");
    }
}
