use std::collections::BTreeMap;

use serde::Deserialize;

use super::DeliverError;
use crate::lists::{Preset, Source};
use crate::store::Run;

/// The file that describes the run's lists.
const PACKAGE: &str = "datapackage.json";

/// A table of the database: all lists of one source.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Table {
    /// The table's name.
    pub(super) name: &'static str,
    /// Columns and their types, in the order of the files.
    pub(super) columns: Vec<(String, &'static str)>,
    /// The columns that tell rows of one run apart.
    pub(super) key: Vec<String>,
    /// The lists by name, with their files.
    pub(super) lists: BTreeMap<String, String>,
}

#[derive(Deserialize)]
struct Package {
    resources: Vec<Resource>,
}

#[derive(Deserialize)]
struct Resource {
    path: String,
    /// A file without a byte has none.
    #[serde(default)]
    schema: Schema,
}

#[derive(Default, Deserialize)]
struct Schema {
    fields: Vec<Field>,
    #[serde(default, rename = "primaryKey")]
    key: Vec<String>,
}

#[derive(Deserialize)]
struct Field {
    name: String,
    r#type: String,
}

/// The tables that the run's lists for PostgreSQL fill, by the run's own
/// description of them.
///
/// # Errors
/// When the run has no such lists, or describes them in another form.
pub(super) fn of(run: &Run) -> Result<Vec<Table>, DeliverError> {
    let package: Package =
        serde_json::from_slice(&run.read(PACKAGE)?).map_err(|error| DeliverError::Form {
            file: PACKAGE.to_owned(),
            problem: error.to_string(),
        })?;
    let tables = described(package)?;
    if tables.is_empty() {
        return Err(DeliverError::Nothing(format!(
            "run {} has no lists for PostgreSQL; next: [[exports]] preset = \"postgres\", \
             and run the night again",
            run.id()
        )));
    }
    Ok(tables)
}

fn described(package: Package) -> Result<Vec<Table>, DeliverError> {
    let folder = format!("lists/{}/", Preset::Postgres.name());
    let mut tables: Vec<Table> = Vec::new();
    for resource in package.resources {
        let Some(file) = resource.path.strip_prefix(&folder) else {
            continue;
        };
        let list = file.split_once('.').map_or(file, |(stem, _)| stem);
        let Some(source) = Source::of(list) else {
            continue;
        };
        let types = resource
            .schema
            .fields
            .into_iter()
            .map(|field| (field.name, sql_type(&field.r#type)));
        let columns: Vec<(String, &'static str)> = types.collect();
        match tables.iter_mut().find(|table| table.name == source.name()) {
            Some(table) if table.columns != columns => {
                return Err(DeliverError::Form {
                    file: resource.path,
                    problem: "its columns differ from those of the other lists".to_owned(),
                });
            }
            Some(table) => {
                table.lists.insert(list.to_owned(), resource.path);
            }
            None => tables.push(Table {
                name: source.name(),
                columns,
                key: resource.schema.key,
                lists: BTreeMap::from([(list.to_owned(), resource.path)]),
            }),
        }
    }
    tables.sort_by_key(|table| table.name);
    Ok(tables)
}

/// The type of a column for a type of Table Schema.
fn sql_type(name: &str) -> &'static str {
    match name {
        "integer" => "bigint",
        "number" => "numeric",
        "boolean" => "boolean",
        "date" => "date",
        "datetime" => "timestamp with time zone",
        _ => "text",
    }
}

/// An identifier for SQL.
pub(super) fn quoted(name: &str) -> String {
    format!("\"{}\"", name.replace('"', "\"\""))
}

/// Identifiers parted by commas.
pub(super) fn quoted_all<'n>(names: impl IntoIterator<Item = &'n String>) -> String {
    let quoted: Vec<String> = names.into_iter().map(|name| quoted(name)).collect();
    quoted.join(", ")
}

impl Table {
    /// The columns of the files, for SQL.
    pub(super) fn column_list(&self) -> String {
        quoted_all(self.columns.iter().map(|(name, _)| name))
    }

    /// The statement that makes the table in `schema`.
    pub(super) fn create(&self, schema: &str) -> String {
        let columns: Vec<String> = self
            .columns
            .iter()
            .map(|(name, kind)| format!("{} {kind}", quoted(name)))
            .collect();
        let schema = quoted(schema);
        format!(
            "CREATE TABLE {schema}.{table} (run_id text NOT NULL \
             REFERENCES {schema}.runs ON DELETE CASCADE, list text NOT NULL, {}, \
             PRIMARY KEY (run_id, {}))",
            columns.join(", "),
            quoted_all(&self.key),
            table = quoted(self.name),
        )
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lists_of_a_source_are_one_table_and_other_files_are_passed_over() {
        let package = serde_json::json!({ "resources": [
            { "path": "lists/vicidial/calls-sms.txt" },
            { "path": "members.parquet", "schema": { "fields": [] } },
            { "path": "lists/postgres/calls-sms.csv",
              "schema": { "fields": [{ "name": "call_id", "type": "string" }], "primaryKey": ["call_id"] } },
            { "path": "lists/postgres/calls-call.csv",
              "schema": { "fields": [{ "name": "call_id", "type": "string" }], "primaryKey": ["call_id"] } },
        ] });
        let tables = described(serde_json::from_value(package).unwrap()).unwrap();
        assert_eq!(tables.len(), 1);
        assert_eq!(tables[0].columns, [("call_id".to_owned(), "text")]);
        assert_eq!(tables[0].lists.len(), 2);
    }

    #[test]
    fn a_table_is_keyed_by_run_and_quotes_what_sites_call_their_columns() {
        let table = Table {
            name: "calls",
            columns: vec![("call_id".into(), "text"), ("Due \"at\"".into(), "date")],
            key: vec!["call_id".into()],
            lists: BTreeMap::new(),
        };
        assert_eq!(
            table.create("clubcall"),
            "CREATE TABLE \"clubcall\".\"calls\" (run_id text NOT NULL REFERENCES \
             \"clubcall\".runs ON DELETE CASCADE, list text NOT NULL, \"call_id\" text, \
             \"Due \"\"at\"\"\" date, PRIMARY KEY (run_id, \"call_id\"))"
        );
        assert_eq!(table.column_list(), "\"call_id\", \"Due \"\"at\"\"\"");
    }
}
