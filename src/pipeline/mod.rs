//! The pipeline file: as written → checked → a plan that is valid.
//!
//! [`Loaded::read`] joins the TOML files and checks them against the schema;
//! [`Plan::compile`] checks every reference and every SQL expression against
//! the columns that exist. All faults come at once, each with its file and line.

mod bounds;
mod document;
mod faults;
mod file;
mod plan;
mod reasons;
mod references;
mod salvage;
mod schema;

use std::path::{Path, PathBuf};

use sha2::{Digest, Sha256};

pub use faults::{Faults, Place};
pub use file::{KeySettings, PipelineFile, PipelineSettings, RetentionSettings};
pub use plan::Plan;
pub use schema::json_schema;

use crate::domain::Fault;
use document::{Document, Places};

/// A pipeline file that has the right form; its names and expressions are not
/// checked yet.
#[derive(Debug)]
pub struct Loaded {
    /// The settings as written.
    pub file: PipelineFile,
    /// The folder against which paths are taken.
    pub folder: PathBuf,
    /// SHA-256 of what the results depend on: everything but paths,
    /// destinations and retention.
    pub digest: String,
    places: Places,
}

impl Loaded {
    /// Reads a pipeline file and all it includes.
    ///
    /// # Errors
    /// Everything the schema does not allow, in all files.
    pub fn read(path: &Path) -> Result<Self, Faults> {
        let document = document::read(path)?;
        let mut faults = schema::validate(&document);
        if !faults.is_empty() {
            for fault in salvage::references(&document, &faults) {
                faults.push(document.places.of(&fault.key), fault);
            }
            return Err(faults);
        }
        let digest = digest(&document);
        let Document {
            value,
            places,
            folder,
        } = document;
        match serde_json::from_value::<PipelineFile>(value) {
            Ok(file) => Ok(Self {
                file,
                folder,
                digest,
                places,
            }),
            Err(error) => {
                let mut faults = Faults::default();
                faults.push(places.of(""), Fault::new("pipeline", error.to_string()));
                Err(faults)
            }
        }
    }

    /// The faults with their files and lines.
    #[must_use]
    pub fn placed(&self, faults: impl IntoIterator<Item = Fault>) -> Faults {
        let mut placed = Faults::default();
        for fault in faults {
            placed.push(self.places.of(&fault.key), fault);
        }
        placed
    }

    /// What names refer to that does not exist, before any data is looked at.
    #[must_use]
    pub fn references(&self) -> Vec<Fault> {
        references::check(&self.file)
    }
}

/// SHA-256 of the parts of the document that results depend on.
fn digest(document: &Document) -> String {
    let mut value = document.value.clone();
    if let Some(object) = value.as_object_mut() {
        for irrelevant in ["sources", "retention", "destinations"] {
            object.remove(irrelevant);
        }
        if let Some(pipeline) = object.get_mut("pipeline").and_then(|p| p.as_object_mut()) {
            // The key counts by its own digest, not by where it lies.
            for irrelevant in ["out", "key", "as_of"] {
                pipeline.remove(irrelevant);
            }
        }
    }
    // serde_json writes keys in sorted order.
    let digest = Sha256::digest(value.to_string().as_bytes());
    digest.iter().map(|byte| format!("{byte:02x}")).collect()
}
