use std::io::Write;
use std::path::Path;

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::layout::{Guard, Layout};
use super::presets::{espocrm, genesys, hubspot, mautic, odoo, salesforce, tryton, vicidial};
use super::{List, ListError, csv_file, jsonl_file, parquet_file, xlsx_file};
use crate::outputs::{Encoding, Field, FileFormat, Resource};

/// A file format with the conventions of those who read it.
#[derive(
    Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize, JsonSchema,
)]
#[serde(rename_all = "kebab-case")]
pub enum Preset {
    /// For machines: RFC 4180, UTF-8 without byte order mark, ISO dates, E.164
    /// phones.
    Csv,
    /// For people: an Excel workbook with a fixed header and filters.
    Xlsx,
    /// CSV after a byte order mark, by which Excel knows it is UTF-8. Excel
    /// still turns phones into numbers; `xlsx` keeps them.
    CsvExcel,
    /// CSV in GB 18030, for Chinese systems that do not read UTF-8.
    Gb18030,
    /// Parquet with types, for data platforms.
    Parquet,
    /// A JSON object a line.
    Jsonl,
    /// Salesforce, Bulk API 2.0.
    Salesforce,
    /// HubSpot's import of contacts.
    Hubspot,
    /// Odoo's import by external ids.
    Odoo,
    /// Tryton's import of parties and campaign records.
    Tryton,
    /// EspoCRM's import.
    Espocrm,
    /// Mautic's import of contacts.
    Mautic,
    /// VICIdial's lead loader.
    Vicidial,
    /// Contact lists of Genesys Cloud.
    Genesys,
    /// What a destination of the kind `postgres` loads.
    Postgres,
}

/// Excel tells UTF-8 by the byte order mark alone: Microsoft Support, "Opening
/// CSV UTF-8 files correctly in Excel".
const CSV_EXCEL: Layout = Layout::CSV.encoded(Encoding::Utf8Bom);
/// GB 18030-2022; a reader of GBK reads it as far as GBK goes.
const GB18030: Layout = Layout::CSV.encoded(Encoding::Gb18030);
const CSV: Layout = Layout::CSV;
const XLSX: Layout = Layout::typed(FileFormat::Xlsx);
const PARQUET: Layout = Layout::typed(FileFormat::Parquet);
const JSONL: Layout = Layout::typed(FileFormat::Jsonl);
/// PostgreSQL documentation, `COPY`, "CSV Format": an empty cell without quotes
/// is a null. No spreadsheet opens it, so texts are as they are.
const POSTGRES: Layout = Layout {
    guard: Guard::Typed,
    ..Layout::CSV
};

impl Preset {
    /// Every preset, in order.
    pub const ALL: [Self; 15] = [
        Self::Csv,
        Self::Xlsx,
        Self::CsvExcel,
        Self::Gb18030,
        Self::Parquet,
        Self::Jsonl,
        Self::Salesforce,
        Self::Hubspot,
        Self::Odoo,
        Self::Tryton,
        Self::Espocrm,
        Self::Mautic,
        Self::Vicidial,
        Self::Genesys,
        Self::Postgres,
    ];

    /// The name in the pipeline file, and of the folder below `lists/`.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Csv => "csv",
            Self::Xlsx => "xlsx",
            Self::CsvExcel => "csv-excel",
            Self::Gb18030 => "gb18030",
            Self::Parquet => "parquet",
            Self::Jsonl => "jsonl",
            Self::Salesforce => "salesforce",
            Self::Hubspot => "hubspot",
            Self::Odoo => "odoo",
            Self::Tryton => "tryton",
            Self::Espocrm => "espocrm",
            Self::Mautic => "mautic",
            Self::Vicidial => "vicidial",
            Self::Genesys => "genesys",
            Self::Postgres => "postgres",
        }
    }

    /// What the importer takes.
    #[must_use]
    pub const fn layout(self) -> &'static Layout {
        match self {
            Self::Csv => &CSV,
            Self::Xlsx => &XLSX,
            Self::CsvExcel => &CSV_EXCEL,
            Self::Gb18030 => &GB18030,
            Self::Parquet => &PARQUET,
            Self::Jsonl => &JSONL,
            Self::Salesforce => &salesforce::LAYOUT,
            Self::Hubspot => &hubspot::LAYOUT,
            Self::Odoo => &odoo::LAYOUT,
            Self::Tryton => &tryton::LAYOUT,
            Self::Espocrm => &espocrm::LAYOUT,
            Self::Mautic => &mautic::LAYOUT,
            Self::Vicidial => &vicidial::LAYOUT,
            Self::Genesys => &genesys::LAYOUT,
            Self::Postgres => &POSTGRES,
        }
    }

    /// The list's file as the package descriptor has it; `path` is within the
    /// run, `sha256` lower-case hexadecimal.
    #[must_use]
    pub fn resource(self, list: &List<'_>, path: &str, bytes: u64, sha256: &str) -> Resource {
        let layout = self.layout();
        let fields = list.columns().iter().map(|column| Field {
            name: column.name.clone(),
            kind: column.kind.field_type(),
            description: column.description.clone(),
            unit: None,
        });
        Resource {
            path: path.to_owned(),
            title: list.title().to_owned(),
            description: list.description().to_owned(),
            format: layout.format,
            text: layout.text,
            bytes,
            sha256: sha256.to_owned(),
            rows: list.len() as u64,
            fields: fields.collect(),
            key: list.key().to_vec(),
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
    let layout = preset.layout();
    match layout.format {
        FileFormat::Csv => csv_file::write(list, layout, out),
        FileFormat::Xlsx => xlsx_file::write(list, scratch, out),
        FileFormat::Jsonl => jsonl_file::write(list, out),
        FileFormat::Parquet => parquet_file::write(list, out),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::lists::layout::Value;
    use crate::lists::{Kind, ListColumn};

    #[test]
    fn a_list_is_described_where_it_lies() {
        let columns = vec![ListColumn::new("due", "by when", Kind::Date)];
        let list = List::new("calls-care", "Calls", columns, 2, |_, row| row.empty()).unwrap();
        let resource = Preset::Xlsx.resource(&list, "lists/xlsx/calls-care.xlsx", 7, "ab");
        assert_eq!(resource.path, "lists/xlsx/calls-care.xlsx");
        assert_eq!(resource.rows, 2);
        assert_eq!(resource.fields[0].kind.as_str(), "date");
    }

    #[test]
    fn presets_are_called_what_the_pipeline_file_calls_them() {
        for preset in Preset::ALL {
            let name = serde_json::to_value(preset).unwrap();
            assert_eq!(name, preset.name());
        }
    }

    /// The columns that a target is made of.
    fn columns_of(value: Value) -> Vec<&'static str> {
        match value {
            Value::Column(name)
            | Value::Reference(_, name)
            | Value::Beside(name, _)
            | Value::CountryCode(name)
            | Value::National(name)
            | Value::Day(name)
            | Value::Clock(name) => vec![name],
            Value::Either(first, second) => vec![first, second],
            Value::Joined(names) | Value::Key(_, names) => names.to_vec(),
            Value::Fixed(_) | Value::Empty => vec![],
        }
    }

    #[test]
    fn presets_name_columns_that_lists_have_in_headers_that_fit() {
        for preset in Preset::ALL {
            let layout = preset.layout();
            for file in layout.files {
                let at = format!("{} {:?}{}", preset.name(), file.source, file.ending);
                assert!(file.columns.len() <= layout.limits.columns, "{at}");
                for key in file.key {
                    assert!(file.columns.iter().any(|c| c.header == *key), "{at}: {key}");
                }
                for (index, target) in file.columns.iter().enumerate() {
                    let header = target.header;
                    assert!(header.chars().count() <= layout.limits.header, "{at}");
                    let twice = file.columns[..index].iter().any(|c| c.header == header);
                    assert!(!twice, "{at}: {header}");
                    for name in columns_of(target.value) {
                        let column = file.source.column(name);
                        let column = column.unwrap_or_else(|| panic!("{at}: no {name}"));
                        // Free text never lands in a typed column or the other
                        // way round, where the guard would be lost.
                        if matches!(target.value, Value::Column(_)) {
                            assert_eq!(column.kind, target.kind, "{at}: {header}");
                        }
                    }
                }
                let child = |header: &str| header.contains('/');
                if !file.children {
                    assert!(!file.columns.iter().any(|c| child(c.header)), "{at}");
                }
            }
        }
    }
}
