use serde_json::{Map, Value, json};

use super::OutTable;

/// The type of a field, in the words of Table Schema 2.0
/// (<https://datapackage.org/standard/table-schema/>).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum FieldType {
    /// Text.
    String,
    /// A whole number.
    Integer,
    /// A number.
    Number,
    /// Yes or no.
    Boolean,
    /// A calendar day.
    Date,
    /// A point in time.
    DateTime,
    /// A time as a clock shows it, without its zone.
    ClockTime,
}

impl FieldType {
    /// The type's name in a descriptor.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::String => "string",
            Self::Integer => "integer",
            Self::Number => "number",
            Self::Boolean => "boolean",
            Self::Date => "date",
            Self::DateTime | Self::ClockTime => "datetime",
        }
    }

    /// The pattern of the text, where it is not the standard's default.
    #[must_use]
    pub const fn pattern(self) -> Option<&'static str> {
        match self {
            Self::ClockTime => Some("%Y-%m-%d %H:%M:%S"),
            _ => None,
        }
    }
}

/// The format of a described file.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum FileFormat {
    /// Apache Parquet.
    Parquet,
    /// Delimited text, as its [`TextForm`] says.
    Csv,
    /// Office Open XML workbook.
    Xlsx,
    /// A JSON object a line.
    Jsonl,
}

/// How delimited text is written.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct TextForm {
    /// The encoding.
    pub encoding: Encoding,
    /// Between two cells.
    pub delimiter: char,
    /// After a row.
    pub line_end: &'static str,
    /// Whether the first row has the names of the columns.
    pub header: bool,
}

impl TextForm {
    /// RFC 4180 in UTF-8 without a byte order mark, with a header line.
    pub const RFC4180: Self = Self {
        encoding: Encoding::Utf8,
        delimiter: ',',
        line_end: "\r\n",
        header: true,
    };
}

/// The encoding of a text file.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Encoding {
    /// UTF-8 without a byte order mark.
    Utf8,
    /// UTF-8 after a byte order mark, by which Excel knows it.
    Utf8Bom,
    /// GB 18030, the encoding of Chinese systems; it holds all of Unicode.
    Gb18030,
}

impl Encoding {
    /// The name in a descriptor; `utf-8-sig` is what Python calls UTF-8 after
    /// a byte order mark.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Utf8 => "utf-8",
            Self::Utf8Bom => "utf-8-sig",
            Self::Gb18030 => "gb18030",
        }
    }
}

impl FileFormat {
    /// The file ending, which is also the descriptor's `format`.
    #[must_use]
    pub const fn extension(self) -> &'static str {
        match self {
            Self::Parquet => "parquet",
            Self::Csv => "csv",
            Self::Xlsx => "xlsx",
            Self::Jsonl => "jsonl",
        }
    }

    /// The media type as registered with IANA, or as used where it is not.
    #[must_use]
    pub const fn media_type(self) -> &'static str {
        match self {
            Self::Parquet => "application/vnd.apache.parquet",
            Self::Csv => "text/csv",
            Self::Xlsx => "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
            Self::Jsonl => "application/jsonl",
        }
    }
}

/// A described column.
#[derive(Debug, Clone)]
pub struct Field {
    /// The column's name.
    pub name: String,
    /// Its type.
    pub kind: FieldType,
    /// What a value means.
    pub description: String,
    /// The unit of a number.
    pub unit: Option<String>,
}

/// A described file of the run.
#[derive(Debug, Clone)]
pub struct Resource {
    /// The path within the run folder, `/` between folders.
    pub path: String,
    /// What the file is, for people.
    pub title: String,
    /// What one row is.
    pub description: String,
    /// The file's format.
    pub format: FileFormat,
    /// How its text is written, for [`FileFormat::Csv`].
    pub text: TextForm,
    /// Size in bytes.
    pub bytes: u64,
    /// SHA-256 in lower-case hexadecimal.
    pub sha256: String,
    /// The number of rows.
    pub rows: u64,
    /// The columns.
    pub fields: Vec<Field>,
    /// The columns that tell one row from all others; none if that is not said.
    pub key: Vec<String>,
}

impl Resource {
    /// The description of a published Parquet table.
    #[must_use]
    pub fn of_table(table: &OutTable, path: &str, bytes: u64, sha256: &str) -> Self {
        let fields = table.columns.iter().map(|column| Field {
            name: column.name.clone(),
            kind: column.data.field_type(),
            description: column.description.clone(),
            unit: column.unit.clone(),
        });
        Self {
            path: path.to_owned(),
            title: table.name.to_owned(),
            description: table.description.to_owned(),
            format: FileFormat::Parquet,
            text: TextForm::RFC4180,
            bytes,
            sha256: sha256.to_owned(),
            rows: table.rows as u64,
            fields: fields.collect(),
            key: Vec::new(),
        }
    }

    /// A name made from the path, so that it is unique in the package:
    /// `lists/csv/calls.csv` is `lists-csv-calls`.
    fn name(&self) -> String {
        let stem = self
            .path
            .rsplit_once('.')
            .map_or(&*self.path, |(stem, _)| stem);
        let word = |c: char| match c.to_ascii_lowercase() {
            c @ ('a'..='z' | '0'..='9' | '.' | '_') => c,
            _ => '-',
        };
        stem.chars().map(word).collect()
    }

    fn descriptor(&self) -> Value {
        let mut resource = Map::new();
        let mut put = |key: &str, value: Value| resource.insert(key.to_owned(), value);
        put("name", self.name().into());
        // A file without a byte is no table to any reader.
        let table = self.bytes > 0;
        put("type", if table { "table" } else { "file" }.into());
        put("path", self.path.as_str().into());
        put("title", self.title.as_str().into());
        put("description", self.description.as_str().into());
        put("format", self.format.extension().into());
        put("mediatype", self.format.media_type().into());
        put("rows", self.rows.into());
        // Frictionless reads Parquet through Arrow and counts no bytes, so it
        // would find any stated size wrong; the manifest has both for all.
        if self.format != FileFormat::Parquet {
            put("bytes", self.bytes.into());
            put("hash", format!("sha256:{}", self.sha256).into());
        }
        if !table {
            return Value::Object(resource);
        }
        match self.format {
            FileFormat::Parquet | FileFormat::Jsonl => {}
            FileFormat::Csv => {
                put("encoding", self.text.encoding.as_str().into());
                put(
                    "dialect",
                    json!({
                        "header": self.text.header,
                        "delimiter": self.text.delimiter.to_string(),
                        "lineTerminator": self.text.line_end,
                        "quoteChar": "\"",
                        "doubleQuote": true,
                    }),
                );
            }
            FileFormat::Xlsx => {
                put("dialect", json!({ "header": true, "sheetNumber": 1 }));
            }
        }
        let fields: Vec<Value> = self.fields.iter().map(Field::descriptor).collect();
        let mut schema = json!({ "fields": fields, "missingValues": [""] });
        if !self.key.is_empty() {
            schema["primaryKey"] = self.key.clone().into();
        }
        put("schema", schema);
        Value::Object(resource)
    }
}

impl Field {
    fn descriptor(&self) -> Value {
        let mut field = Map::new();
        field.insert("name".into(), self.name.as_str().into());
        field.insert("type".into(), self.kind.as_str().into());
        if let Some(pattern) = self.kind.pattern() {
            field.insert("format".into(), pattern.into());
        }
        field.insert("description".into(), self.description.as_str().into());
        if let Some(unit) = &self.unit {
            field.insert("unit".into(), unit.as_str().into());
        }
        Value::Object(field)
    }
}

/// A run's `datapackage.json`: Data Package 2.0
/// (<https://datapackage.org/standard/data-package/>). `rows` and `unit` are
/// additions, which the standard permits.
#[derive(Debug, Clone)]
pub struct DataPackage {
    /// The package's name: lower case, `-`, `_` and `.`.
    pub name: String,
    /// A title for people.
    pub title: String,
    /// What the package holds.
    pub description: String,
    /// The version of the program that wrote it.
    pub version: String,
    /// The files.
    pub resources: Vec<Resource>,
}

impl DataPackage {
    /// The descriptor as JSON text; files are in the order of their paths.
    #[must_use]
    pub fn to_json(&self) -> String {
        let mut files: Vec<&Resource> = self.resources.iter().collect();
        files.sort_by(|a, b| a.path.cmp(&b.path));
        let resources: Vec<Value> = files.into_iter().map(Resource::descriptor).collect();
        let package = json!({
            "$schema": "https://datapackage.org/profiles/2.0/datapackage.json",
            "name": self.name,
            "title": self.title,
            "description": self.description,
            "version": self.version,
            "resources": resources,
        });
        format!("{package:#}\n")
    }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use super::*;
    use crate::outputs::{ColumnData, OutColumn};

    fn package() -> Value {
        let table = OutTable::new(
            "calls",
            "One row is a call.",
            vec![
                OutColumn::new("priority", "lower is first", ColumnData::Int(vec![Some(1)])),
                OutColumn::new("wait", "how long", ColumnData::Float(vec![None])).unit("min"),
            ],
        )
        .unwrap();
        let parquet = Resource::of_table(&table, "calls.parquet", 10, "ab");
        let csv = Resource {
            path: "lists/csv/calls.csv".into(),
            format: FileFormat::Csv,
            ..parquet.clone()
        };
        let package = DataPackage {
            name: "nightly".into(),
            title: "Nightly".into(),
            description: "A run".into(),
            version: "0.1.0".into(),
            resources: vec![csv, parquet],
        };
        serde_json::from_str(&package.to_json()).unwrap()
    }

    #[test]
    fn every_file_says_how_to_read_and_check_it() {
        let package = package();
        let parquet = &package["resources"][0];
        assert_eq!(parquet["path"], "calls.parquet");
        assert!(parquet.get("bytes").is_none() && parquet.get("hash").is_none());
        assert_eq!(parquet["rows"], 1);
        assert_eq!(parquet["schema"]["fields"][0]["type"], "integer");
        assert_eq!(parquet["schema"]["fields"][1]["unit"], "min");
        let csv = &package["resources"][1];
        assert_eq!(csv["hash"], "sha256:ab");
        assert_eq!(csv["bytes"], 10);
        assert_eq!(csv["encoding"], "utf-8");
        assert_eq!(csv["dialect"]["lineTerminator"], "\r\n");
    }

    #[test]
    fn a_file_without_a_byte_is_described_as_one() {
        let table = OutTable::new(
            "calls",
            "One row is a call.",
            vec![OutColumn::new("priority", "", ColumnData::Int(vec![]))],
        );
        let empty = Resource {
            format: FileFormat::Csv,
            ..Resource::of_table(&table.unwrap(), "lists/vicidial/calls.txt", 0, "ab")
        };
        let described = empty.descriptor();
        assert_eq!(described["type"], "file");
        assert!(described.get("schema").is_none());
    }

    #[test]
    fn names_are_unique_and_of_the_permitted_letters() {
        let package = package();
        let names: BTreeSet<&str> = package["resources"]
            .as_array()
            .unwrap()
            .iter()
            .map(|resource| resource["name"].as_str().unwrap())
            .collect();
        assert_eq!(names, BTreeSet::from(["calls", "lists-csv-calls"]));
    }
}
