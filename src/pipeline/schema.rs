//! The JSON Schema of a pipeline file, and the faults it finds.
//!
//! The schema is made from the Rust types, committed for editors
//! (`pipelines/clubcall.schema.json`), and checks every file before it is
//! deserialised: an editor and clubcall say the same.

use jsonschema::error::{TypeKind, ValidationErrorKind};
use jsonschema::{ValidationError, Validator};
use serde_json::Value;

use super::document::Document;
use super::faults::Faults;
use super::file::PipelineFile;
use crate::domain::Fault;

/// The JSON Schema (draft 2020-12) of a pipeline file.
#[must_use]
pub fn json_schema() -> Value {
    let mut schema = schemars::schema_for!(PipelineFile).to_value();
    if let Some(object) = schema.as_object_mut() {
        object.insert("title".into(), "clubcall pipeline".into());
    }
    schema
}

/// Everything in `document` that the schema does not allow.
pub(super) fn validate(document: &Document) -> Faults {
    let schema = json_schema();
    let mut faults = Faults::default();
    match jsonschema::validator_for(&schema) {
        Ok(validator) => collect(&validator, &schema, document, &mut faults),
        Err(error) => faults.push(
            document.places.of(""),
            Fault::new(
                "schema",
                format!("clubcall's own schema is broken: {error}"),
            ),
        ),
    }
    faults
}

fn collect(validator: &Validator, schema: &Value, document: &Document, faults: &mut Faults) {
    for error in validator.iter_errors(&document.value) {
        let at = key_path(error.instance_path().as_str());
        for fault in described(&error, &at, schema) {
            faults.push(document.places.of(&fault.key), fault);
        }
    }
}

/// One schema violation as faults people can act on.
fn described(error: &ValidationError<'_>, at: &str, schema: &Value) -> Vec<Fault> {
    // What stands in place of the key may be the key.
    let found = if at.starts_with("pipeline.key") {
        "is not understood".to_owned()
    } else {
        short(error.instance())
    };
    match error.kind() {
        ValidationErrorKind::AdditionalProperties { unexpected }
        | ValidationErrorKind::UnevaluatedProperties { unexpected } => {
            let known = sibling_keys(error, schema);
            unexpected
                .iter()
                .map(|name| {
                    let known = known.iter().map(String::as_str);
                    Fault::unknown(join(at, name), "key", name, known)
                })
                .collect()
        }
        ValidationErrorKind::Required { property } => {
            let name = property.as_str().unwrap_or_default();
            vec![Fault::new(join(at, name), "is required and missing")]
        }
        ValidationErrorKind::Enum { options } => {
            let options: Vec<&str> = options
                .as_array()
                .map(|all| all.iter().filter_map(Value::as_str).collect())
                .unwrap_or_default();
            match error.instance().as_str() {
                Some(text) => vec![Fault::unknown(at, "value", text, options)],
                None => vec![Fault::new(at, found).allowed(options.join(", "))],
            }
        }
        ValidationErrorKind::Type { kind } => {
            let allowed = match kind {
                TypeKind::Single(one) => one.to_string(),
                TypeKind::Multiple(many) => {
                    let names: Vec<String> = many.into_iter().map(|t| t.to_string()).collect();
                    names.join(" or ")
                }
            };
            vec![Fault::new(at, found).allowed(with_words(allowed, error, schema))]
        }
        ValidationErrorKind::AnyOf { context } | ValidationErrorKind::OneOfNotValid { context } => {
            if let (Some(text), Some(words)) = (error.instance().as_str(), words(error, schema)) {
                return vec![Fault::unknown(at, "value", text, words)];
            }
            if let Some(branch) = meant(error, context) {
                let inner = |error: &ValidationError<'_>| {
                    described(error, &key_path(error.instance_path().as_str()), schema)
                };
                return branch.iter().flat_map(inner).collect();
            }
            let allowed = description(error, schema).unwrap_or_else(|| {
                let mut words: Vec<String> = context
                    .iter()
                    .flatten()
                    .map(|inner| inner.to_string())
                    .collect();
                words.dedup();
                words.join("; or ")
            });
            vec![Fault::new(at, found).allowed(allowed)]
        }
        ValidationErrorKind::Minimum { limit } => vec![Fault::new(at, found).allowed(with_words(
            format!("{limit} or more"),
            error,
            schema,
        ))],
        ValidationErrorKind::Maximum { limit } => vec![Fault::new(at, found).allowed(with_words(
            format!("{limit} or less"),
            error,
            schema,
        ))],
        ValidationErrorKind::ExclusiveMinimum { limit } => {
            vec![Fault::new(at, found).allowed(format!("more than {limit}"))]
        }
        ValidationErrorKind::Pattern { pattern } => {
            let allowed = format!("text of the form {pattern}");
            vec![Fault::new(at, found).allowed(with_words(allowed, error, schema))]
        }
        ValidationErrorKind::MinItems { limit } | ValidationErrorKind::MinLength { limit } => {
            vec![Fault::new(at, found).allowed(format!("at least {limit}"))]
        }
        _ => vec![Fault::new(at, error.to_string())],
    }
}

/// The alternative that a table was written for, if only one takes tables: what
/// is wrong inside says more than that nothing fits.
fn meant<'c, 'e>(
    error: &ValidationError<'_>,
    context: &'c [Vec<ValidationError<'e>>],
) -> Option<&'c [ValidationError<'e>]> {
    let here = error.instance_path().as_str();
    let is_no_table = |inner: &ValidationError<'_>| {
        matches!(inner.kind(), ValidationErrorKind::Type { .. })
            && inner.instance_path().as_str() == here
    };
    let mut branches = context
        .iter()
        .filter(|branch| !branch.iter().any(is_no_table));
    match (branches.next(), branches.next()) {
        (Some(branch), None) if error.instance().is_object() => Some(branch),
        _ => None,
    }
}

/// What is allowed, followed by the schema's own words where it has some.
fn with_words(allowed: String, error: &ValidationError<'_>, schema: &Value) -> String {
    match description(error, schema) {
        Some(words) => format!("{allowed} ({words})"),
        None => allowed,
    }
}

/// The first line of the description of the schema node that was violated.
fn description(error: &ValidationError<'_>, schema: &Value) -> Option<String> {
    let node = parent_node(error, schema)?;
    let words = node.get("description")?.as_str()?;
    Some(words.lines().next()?.trim_end_matches('.').to_owned())
}

/// The words that are allowed, if the violated schema node is a choice of them.
fn words<'s>(error: &ValidationError<'_>, schema: &'s Value) -> Option<Vec<&'s str>> {
    let node = parent_node(error, schema)?;
    let options = node.get("oneOf")?.as_array()?;
    let word = |option: &'s Value| option.get("const")?.as_str();
    options.iter().map(word).collect()
}

/// The keys that the violated object knows.
fn sibling_keys(error: &ValidationError<'_>, schema: &Value) -> Vec<String> {
    parent_node(error, schema)
        .and_then(|node| node.get("properties"))
        .and_then(Value::as_object)
        .map(|keys| keys.keys().cloned().collect())
        .unwrap_or_default()
}

/// The schema object that holds the violated keyword. The schema path may run
/// through `$ref`s, which the location resolves to the definition.
fn parent_node<'s>(error: &ValidationError<'_>, schema: &'s Value) -> Option<&'s Value> {
    let path = error.schema_path().as_str();
    let parent = &path[..path.rfind('/')?];
    let mut node = schema;
    for step in parent.split('/').skip(1) {
        let step = step.replace("~1", "/").replace("~0", "~");
        while let Some(reference) = node.get("$ref").and_then(Value::as_str) {
            if step == "$ref" {
                break;
            }
            node = schema.pointer(reference.strip_prefix('#')?)?;
        }
        node = if step == "$ref" {
            let reference = node.get("$ref")?.as_str()?;
            schema.pointer(reference.strip_prefix('#')?)?
        } else {
            match node {
                Value::Array(items) => items.get(step.parse::<usize>().ok()?)?,
                other => other.get(&step)?,
            }
        };
    }
    Some(node)
}

/// A JSON pointer as people write keys: `/activities/3/seats` is
/// `activities[3].seats`.
fn key_path(pointer: &str) -> String {
    let mut path = String::new();
    for step in pointer.split('/').skip(1) {
        let step = step.replace("~1", "/").replace("~0", "~");
        if step.bytes().all(|b| b.is_ascii_digit()) {
            path.push_str(&format!("[{step}]"));
        } else {
            path = join(&path, &step);
        }
    }
    path
}

fn join(path: &str, key: &str) -> String {
    if path.is_empty() {
        key.to_owned()
    } else {
        format!("{path}.{key}")
    }
}

/// A value in a few characters: `= "text"`.
fn short(value: &Value) -> String {
    let text = value.to_string();
    let mut cut: String = text.chars().take(60).collect();
    if cut.len() < text.len() {
        cut.push('…');
    }
    format!("= {cut}")
}
