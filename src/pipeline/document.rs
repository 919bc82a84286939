//! Reading the TOML files of a pipeline into one document that remembers where
//! each key stands.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use serde_json::{Map, Value};
use toml::Spanned;
use toml::de::{DeTable, DeValue};

use super::faults::{Faults, Place};
use crate::domain::Fault;

/// The merged text of a pipeline: the file itself and all it includes.
#[derive(Debug)]
pub(super) struct Document {
    /// The merged tables, as JSON values.
    pub(super) value: Value,
    /// Where each key path stands.
    pub(super) places: Places,
    /// The folder of the pipeline file, against which paths are taken.
    pub(super) folder: PathBuf,
}

/// File and line of every key path.
#[derive(Debug, Default)]
pub(super) struct Places {
    known: BTreeMap<String, Place>,
    root: PathBuf,
}

impl Places {
    /// The place of `key`, or of the nearest key that holds it.
    pub(super) fn of(&self, key: &str) -> Place {
        let mut key = key;
        loop {
            if let Some(place) = self.known.get(key) {
                return place.clone();
            }
            match key.rfind(['.', '[']) {
                Some(end) => key = &key[..end],
                None => {
                    return Place {
                        file: self.root.clone(),
                        line: 1,
                    };
                }
            }
        }
    }
}

/// Reads `path` and what it includes, reporting the faults of all files.
pub(super) fn read(path: &Path) -> Result<Document, Faults> {
    let mut reader = Reader {
        places: Places {
            known: BTreeMap::new(),
            root: path.to_path_buf(),
        },
        faults: Faults::default(),
        seen: Vec::new(),
    };
    let mut merged = Map::new();
    reader.file(path, None, &mut merged);
    if reader.faults.is_empty() {
        let folder = path.parent().filter(|p| !p.as_os_str().is_empty());
        Ok(Document {
            value: Value::Object(merged),
            places: reader.places,
            folder: folder.unwrap_or(Path::new(".")).to_path_buf(),
        })
    } else {
        Err(reader.faults)
    }
}

struct Reader {
    places: Places,
    faults: Faults,
    seen: Vec<PathBuf>,
}

/// The file whose keys are being placed.
struct Origin<'a> {
    path: &'a Path,
    line_starts: Vec<usize>,
}

impl Origin<'_> {
    fn place(&self, offset: usize) -> Place {
        Place {
            file: self.path.to_path_buf(),
            line: self.line_starts.partition_point(|&start| start <= offset),
        }
    }
}

impl Reader {
    fn file(&mut self, path: &Path, named_at: Option<Place>, merged: &mut Map<String, Value>) {
        let place = named_at.unwrap_or(Place {
            file: path.to_path_buf(),
            line: 1,
        });
        if self.seen.iter().any(|seen| seen == path) {
            let fault = Fault::new("include", format!("`{}` is included twice", path.display()));
            return self.faults.push(place, fault);
        }
        self.seen.push(path.to_path_buf());
        let text = match std::fs::read_to_string(path) {
            Ok(text) => text,
            Err(error) => {
                let fault = Fault::new(
                    "include",
                    format!("cannot read `{}`: {error}", path.display()),
                )
                .allowed("the path of a TOML file, taken from the folder of the file naming it");
                return self.faults.push(place, fault);
            }
        };
        let origin = Origin {
            path,
            line_starts: std::iter::once(0)
                .chain(text.match_indices('\n').map(|(at, _)| at + 1))
                .collect(),
        };
        let (table, errors) = DeTable::parse_recoverable(&text);
        for error in errors {
            let offset = error.span().map_or(0, |span| span.start);
            let fault = Fault::new("toml", error.message().to_owned());
            self.faults.push(origin.place(offset), fault);
        }
        let mut includes = Vec::new();
        for (key, value) in table.get_ref() {
            if key.get_ref() == "include" {
                let place = origin.place(key.span().start);
                includes.extend(
                    included(value)
                        .into_iter()
                        .map(|name| (name, place.clone())),
                );
            } else {
                self.merge(&origin, key, value, merged);
            }
        }
        let folder = path.parent().unwrap_or(Path::new("."));
        for (name, place) in includes {
            self.file(&folder.join(name), Some(place), merged);
        }
    }

    /// Adds one top-level key: lists are joined, tables merged, and a value
    /// that is there already is a fault.
    fn merge(
        &mut self,
        origin: &Origin<'_>,
        key: &Spanned<std::borrow::Cow<'_, str>>,
        value: &Spanned<DeValue<'_>>,
        merged: &mut Map<String, Value>,
    ) {
        let name = key.get_ref().to_string();
        let place = origin.place(key.span().start);
        match (merged.get_mut(&name), value.get_ref()) {
            (None, value) => {
                let json = self.json(origin, &name, value);
                self.places.known.entry(name.clone()).or_insert(place);
                merged.insert(name, json);
            }
            (Some(Value::Array(present)), DeValue::Array(items)) => {
                let mut present = std::mem::take(present);
                for item in items {
                    let path = format!("{name}[{}]", present.len());
                    self.places
                        .known
                        .insert(path.clone(), origin.place(item.span().start));
                    let json = self.json(origin, &path, item.get_ref());
                    present.push(json);
                }
                merged.insert(name, Value::Array(present));
            }
            (Some(Value::Object(present)), DeValue::Table(table)) => {
                let mut present = std::mem::take(present);
                for (inner, value) in table {
                    let path = format!("{name}.{}", inner.get_ref());
                    let place = origin.place(inner.span().start);
                    if present.contains_key(inner.get_ref().as_ref()) {
                        self.twice(&path, place);
                        continue;
                    }
                    let json = self.json(origin, &path, value.get_ref());
                    self.places.known.insert(path, place);
                    present.insert(inner.get_ref().to_string(), json);
                }
                merged.insert(name, Value::Object(present));
            }
            (Some(_), _) => self.twice(&name, place),
        }
    }

    fn twice(&mut self, path: &str, place: Place) {
        let first = self.places.of(path);
        let fault = Fault::new(path, format!("is set twice; the first time in {first}"));
        self.faults.push(place, fault);
    }

    /// The value as JSON, noting where each key inside it stands.
    fn json(&mut self, origin: &Origin<'_>, path: &str, value: &DeValue<'_>) -> Value {
        match value {
            DeValue::String(text) => Value::String(text.to_string()),
            DeValue::Integer(number) => i64::from_str_radix(number.as_str(), number.radix())
                .map_or_else(|_| Value::String(number.to_string()), Value::from),
            DeValue::Float(number) => number
                .as_str()
                .parse::<f64>()
                .ok()
                .and_then(serde_json::Number::from_f64)
                .map_or_else(|| Value::String(number.to_string()), Value::Number),
            DeValue::Boolean(yes) => Value::Bool(*yes),
            DeValue::Datetime(time) => Value::String(time.to_string()),
            DeValue::Array(items) => items
                .iter()
                .enumerate()
                .map(|(index, item)| {
                    let path = format!("{path}[{index}]");
                    let place = origin.place(item.span().start);
                    self.places.known.insert(path.clone(), place);
                    self.json(origin, &path, item.get_ref())
                })
                .collect(),
            DeValue::Table(table) => {
                let mut map = Map::new();
                for (key, value) in table {
                    let path = format!("{path}.{}", key.get_ref());
                    let place = origin.place(key.span().start);
                    self.places.known.insert(path.clone(), place);
                    map.insert(
                        key.get_ref().to_string(),
                        self.json(origin, &path, value.get_ref()),
                    );
                }
                Value::Object(map)
            }
        }
    }
}

/// The names an `include` lists; anything else is left to the schema.
fn included(value: &Spanned<DeValue<'_>>) -> Vec<String> {
    match value.get_ref() {
        DeValue::String(name) => vec![name.to_string()],
        DeValue::Array(names) => names
            .iter()
            .filter_map(|name| name.get_ref().as_str().map(str::to_owned))
            .collect(),
        _ => Vec::new(),
    }
}
