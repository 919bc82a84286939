use std::collections::BTreeMap;

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::list::{HEADER_ALPHABET, is_header};
use super::source::QUEUE;
use super::{Preset, Source};
use crate::domain::Fault;

/// Which lists go out in which format: one `[[exports]]`.
#[derive(Debug, Clone, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct ExportSettings {
    /// The importer or file format.
    pub preset: Preset,
    /// Names of lists, `*` for any letters; when absent all lists of those to
    /// contact. `customers`, master data, and `queue-TEAM`, the calls of a team
    /// in the order in which it makes them, go out where they are named.
    #[serde(default)]
    pub lists: Option<Vec<NamePattern>>,
    /// The folder below `lists/`; the preset's name when absent.
    #[serde(default)]
    #[schemars(regex(pattern = "^[a-z0-9][a-z0-9-]{0,39}$"))]
    pub folder: Option<String>,
    /// What external ids begin with, instead of what the preset says.
    #[serde(default)]
    #[schemars(regex(pattern = "^([A-Za-z0-9_][A-Za-z0-9._:/@-]{0,31})?$"))]
    pub prefix: Option<String>,
    /// Where the site's fields differ: by header, one of our columns, `{ value
    /// = "…" }` for the same text in every row, or `false` to leave it out.
    #[serde(default)]
    pub columns: BTreeMap<String, ColumnSetting>,
}

/// What a column of a file is made of.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize, JsonSchema)]
#[serde(untagged)]
#[schemars(description = "a column of the list, { value = \"…\" }, or false")]
pub enum ColumnSetting {
    /// Whether the preset's column is there.
    Take(bool),
    /// One of our columns.
    Column(String),
    /// The same text in every row.
    Fixed {
        /// The text.
        value: String,
    },
}

impl ExportSettings {
    /// The folder below `lists/`.
    #[must_use]
    pub fn folder(&self) -> &str {
        self.folder.as_deref().unwrap_or(self.preset.name())
    }

    /// Where the file of a list is in the run folder:
    /// `lists/csv/calls-call.csv`.
    #[must_use]
    pub fn path(&self, name: &str) -> String {
        let extension = self.preset.layout().extension;
        format!("lists/{}/{name}.{extension}", self.folder())
    }

    /// Whether the list of that name goes out.
    #[must_use]
    pub fn wants(&self, name: &str) -> bool {
        let asked_for = Source::asked_for(name);
        match &self.lists {
            None => asked_for.is_none(),
            Some(patterns) => patterns.iter().any(|pattern| {
                pattern.matches(name)
                    && asked_for.is_none_or(|first| pattern.as_str().starts_with(first))
            }),
        }
    }

    /// What is wrong with the settings, beyond what the schema says; keys are
    /// relative to the export.
    #[must_use]
    pub fn faults(&self) -> Vec<Fault> {
        let mut faults = Vec::new();
        let layout = self.preset.layout();
        let known: Vec<&str> = Source::ALL
            .iter()
            .flat_map(|source| source.columns().iter().map(|column| column.name))
            .collect();
        for (header, setting) in &self.columns {
            let key = format!("columns.{header}");
            if !is_header(header) {
                faults
                    .push(Fault::new(key.as_str(), "cannot be a header").allowed(HEADER_ALPHABET));
            }
            if !layout.text.header {
                let theirs = layout.files.iter().flat_map(|file| file.columns);
                let theirs: Vec<&str> = theirs.map(|column| column.header).collect();
                if !theirs.contains(&header.as_str()) {
                    let theirs = theirs.iter().copied();
                    faults.push(Fault::unknown(key.as_str(), "column", header, theirs));
                } else if matches!(setting, ColumnSetting::Take(false)) {
                    let fault = Fault::new(key.as_str(), "cannot be left out: places count");
                    faults.push(fault.allowed("{ value = \"\" }"));
                }
            }
            if let ColumnSetting::Column(name) = setting
                && !known.contains(&name.as_str())
            {
                faults.push(Fault::unknown(key, "column", name, known.iter().copied()));
            }
        }
        let named = |first: &str| {
            let mut patterns = self.lists.iter().flatten();
            patterns.any(|pattern| pattern.as_str().starts_with(first))
        };
        // A table has one row for a call.
        if self.preset == Preset::Postgres && named(QUEUE) {
            let said = "`queue-…` lists hold the rows of `calls-…` again";
            faults.push(Fault::new("lists", said).allowed("calls-*, which have the team"));
        }
        // A code of digits alone would be taken for a database id.
        if self.preset == Preset::Tryton
            && let Some(prefix) = &self.prefix
            && !prefix.starts_with(|c: char| c.is_ascii_alphabetic())
        {
            faults.push(Fault::new("prefix", format!("= \"{prefix}\"")).allowed(
                "a text that begins with a letter: Tryton takes digits alone for a database id",
            ));
        }
        faults
    }
}

/// The exports whose files would lie in the same folder.
#[must_use]
pub fn shared_folders(exports: &[ExportSettings]) -> Vec<(usize, Fault)> {
    let taken = |index: usize| {
        exports[..index]
            .iter()
            .any(|other| other.folder() == exports[index].folder())
    };
    (0..exports.len())
        .filter(|&index| taken(index))
        .map(|index| {
            let folder = exports[index].folder();
            let fault = Fault::new("folder", format!("`{folder}` is taken by another export"));
            (index, fault.allowed("another folder = \"…\" below lists/"))
        })
        .collect()
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
    fn master_data_goes_out_only_where_it_is_named() {
        for lists in ["", "lists = [\"*\"]"] {
            let export = settings(&format!("preset = \"csv\"\n{lists}")).unwrap();
            assert!(!export.wants("customers"), "{lists}");
        }
        let named = settings("preset = \"csv\"\nlists = [\"customers\"]").unwrap();
        assert!(named.wants("customers"));
    }

    #[test]
    fn a_teams_queue_goes_out_only_where_it_is_named() {
        for lists in ["", "lists = [\"*\"]", "lists = [\"calls-*\"]"] {
            let export = settings(&format!("preset = \"csv\"\n{lists}")).unwrap();
            assert!(!export.wants("queue-care"), "{lists}");
        }
        let named = settings("preset = \"csv\"\nlists = [\"queue-*\"]").unwrap();
        assert!(named.wants("queue-care") && !named.wants("calls-call"));
        let table = settings("preset = \"postgres\"\nlists = [\"queue-care\"]").unwrap();
        assert_eq!(table.faults().len(), 1);
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
    fn columns_that_no_list_has_and_headers_that_would_break_are_faults() {
        let faults = |text: &str| -> Vec<String> {
            let export = settings(text).unwrap();
            export.faults().iter().map(|f| f.to_string()).collect()
        };
        assert!(
            faults("preset = \"csv\"\ncolumns = { Phone__c = \"phone\", name = false }").is_empty()
        );
        assert_eq!(
            faults("preset = \"csv\"\ncolumns = { X = \"phon\" }").len(),
            1
        );
        assert_eq!(
            faults("preset = \"csv\"\ncolumns = { \"=1\" = \"phone\" }").len(),
            1
        );
        assert_eq!(
            faults("preset = \"vicidial\"\ncolumns = { colour = \"name\" }").len(),
            1
        );
        assert_eq!(
            faults("preset = \"vicidial\"\ncolumns = { city = false }").len(),
            1
        );
        assert!(
            faults("preset = \"vicidial\"\ncolumns = { list_id = { value = \"1001\" } }")
                .is_empty()
        );
        assert_eq!(faults("preset = \"tryton\"\nprefix = \"1\"").len(), 1);
    }

    #[test]
    fn two_exports_do_not_share_a_folder() {
        let csv = settings("preset = \"csv\"").unwrap();
        let care = settings("preset = \"csv\"\nfolder = \"care\"").unwrap();
        assert!(shared_folders(&[csv.clone(), care]).is_empty());
        assert_eq!(shared_folders(&[csv.clone(), csv])[0].0, 1);
    }

    #[test]
    fn editors_know_the_same_grammar() {
        let schema = schemars::schema_for!(ExportSettings).to_value().to_string();
        assert!(schema.contains("^[a-z0-9*-]+$"), "{schema}");
    }
}
