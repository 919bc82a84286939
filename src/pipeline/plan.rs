//! The plan of a night: everything the pipeline asks for, known to be valid.

use std::collections::BTreeMap;

use polars::prelude::*;

use super::faults::Faults;
use super::file::{KeySettings, PipelineFile};
use super::{Loaded, reasons};
use crate::campaign::Key;
use crate::domain::Fault;
use crate::rules;
use crate::segments::{Kind, Missing, Pca};
use crate::view::ViewPlan;

/// A valid pipeline. Its rules are expressions over columns that exist.
pub struct Plan {
    /// The settings, unchanged.
    pub file: PipelineFile,
    /// SHA-256 of what the results depend on.
    pub digest: String,
    /// The customer view.
    pub view: ViewPlan,
    /// Who has no usage to be clustered by.
    pub quiet: Option<Expr>,
    /// Who may be invited, per activity.
    pub eligible: Vec<Expr>,
    /// Who is called, per reason; `None` where an event decides.
    pub call_when: Vec<Option<Expr>>,
    /// The secret that control groups are drawn with.
    pub key: Key,
}

impl Plan {
    /// Checks every name and expression of the pipeline.
    ///
    /// # Errors
    /// All faults at once.
    pub fn compile(loaded: &Loaded, tables: &BTreeMap<String, SchemaRef>) -> Result<Self, Faults> {
        let file = &loaded.file;
        let mut faults = loaded.references();
        let (view, mut schema) = match ViewPlan::compile(
            &file.features,
            &file.interests,
            &file.interests_settings,
            &file.tags,
            tables,
        ) {
            Ok(view) => {
                let schema = view.schema.clone();
                (Some(view), schema)
            }
            Err((more, schema)) => {
                faults.extend(more);
                (None, schema)
            }
        };
        if let Some(view) = &view {
            faults.extend(too_many_components(file.segments.pca, view));
        }
        let mut quiet = None;
        let mut eligible = Vec::new();
        let mut call_when = Vec::new();
        if tables.contains_key("customers") {
            let mut compile =
                |key: String, text: &str, schema: &Schema| match rules::condition(text, schema) {
                    Ok(expr) => expr,
                    Err(error) => {
                        faults.push(error.into_fault(key));
                        lit(false)
                    }
                };
            quiet = file
                .segments
                .quiet
                .as_ref()
                .map(|text| compile("segments.quiet".to_owned(), text, &schema));
            // Rules after the segments may use them.
            schema.insert("segment_id".into(), DataType::String);
            schema.insert("segment_name".into(), DataType::String);
            for (index, activity) in file.activities.iter().enumerate() {
                let rule = activity.eligible.as_deref().unwrap_or("TRUE");
                eligible.push(compile(
                    format!("activities[{index}].eligible"),
                    rule,
                    &schema,
                ));
            }
            for (index, call) in file.calls.iter().enumerate() {
                let when = call.when.as_deref();
                call_when
                    .push(when.map(|rule| compile(format!("calls[{index}].when"), rule, &schema)));
            }
            faults.extend(reasons::faults(file, &schema));
        }
        let key = key(loaded).map_err(|fault| faults.push(fault)).ok();
        match (view, key) {
            (Some(view), Some(key)) if faults.is_empty() => Ok(Self {
                file: file.clone(),
                digest: loaded.digest.clone(),
                view,
                quiet,
                eligible,
                call_when,
                key,
            }),
            _ => Err(loaded.placed(faults)),
        }
    }
}

/// More principal components than the clustered columns can have.
fn too_many_components(pca: Option<Pca>, view: &ViewPlan) -> Option<Fault> {
    let Some(Pca::Components(asked)) = pca else {
        return None;
    };
    let columns: Vec<_> = view
        .features
        .iter()
        .filter_map(|f| f.cluster.as_ref())
        .collect();
    // How many dimensions these have, the data say.
    let open = columns
        .iter()
        .any(|column| column.kind() == Kind::Category || column.missing == Missing::Indicator);
    let fits = open || asked as usize <= columns.len();
    (!fits).then(|| {
        Fault::new("segments.pca", format!("= {asked}")).allowed(format!(
            "1 to {}, the number of clustered columns, or a share of the variance such as 0.9",
            columns.len()
        ))
    })
}

/// The secret, from where the pipeline says it is.
fn key(loaded: &Loaded) -> Result<Key, Fault> {
    let text = match &loaded.file.pipeline.key {
        KeySettings::Text(text) => text.clone(),
        KeySettings::Env(name) => std::env::var(name).map_err(|_| {
            Fault::new(
                "pipeline.key.env",
                format!("the environment variable `{name}` is not set"),
            )
            .allowed(format!("set it: export {name}=a-long-random-text"))
        })?,
        KeySettings::File(path) => {
            let path = loaded.folder.join(path);
            std::fs::read_to_string(&path)
                .map(|text| text.trim().to_owned())
                .map_err(|error| {
                    Fault::new(
                        "pipeline.key.file",
                        format!("cannot read {}: {error}", path.display()),
                    )
                })?
        }
    };
    if text.len() < 16 {
        return Err(Fault::new("pipeline.key", "is shorter than 16 characters")
            .allowed("a long random text, kept secret"));
    }
    Key::new(text.as_bytes()).map_err(|error| Fault::new("pipeline.key", error.to_string()))
}
