mod error;

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

pub use error::NameError;

use super::model::short_digest;
use super::registry::{Registry, RegistryEntry, SegmentStatus};
use super::{OPTED_OUT, OUTSIDE, QUIET, naming};
use crate::domain::{Language, nearest};

/// The layout of `names.json`.
const FORMAT: u32 = 1;

/// The most characters a name may have: what fits a table and a printed page.
const LONGEST: usize = 60;

/// `names.json` of the output folder: what people have decided about the names
/// of segments. Published runs never change, so a decision waits here, and the
/// next night takes it over.
///
/// A decision is about the segment that its author saw: it holds the segment's
/// origin, and does nothing to one of the same id in another history.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Names {
    format: u32,
    /// By segment id.
    segments: BTreeMap<String, NameDecision>,
}

/// What people have decided about one segment's name.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct NameDecision {
    /// [`RegistryEntry::origin`]; empty for a reserved segment.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    origin: String,
    /// The name; none leaves it as it is.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    name: Option<String>,
    /// Whether the program may never change it.
    locked: bool,
}

impl Default for Names {
    fn default() -> Self {
        Self {
            format: FORMAT,
            segments: BTreeMap::new(),
        }
    }
}

impl Names {
    /// Reads the file's content.
    ///
    /// # Errors
    /// [`NameError::Form`] with the place of the fault, not the text around it.
    pub fn from_json(content: &[u8]) -> Result<Self, NameError> {
        let names: Self = serde_json::from_slice(content).map_err(|error| {
            NameError::Form(format!("line {}, column {}", error.line(), error.column()))
        })?;
        if names.format != FORMAT {
            return Err(NameError::Form(format!(
                "format {}; this version reads format {FORMAT}",
                names.format
            )));
        }
        Ok(names)
    }

    /// The file's content: indented JSON with a line end.
    ///
    /// # Errors
    /// When it cannot be written as JSON: a fault of clubcall.
    pub fn to_json(&self) -> Result<Vec<u8>, NameError> {
        let json = serde_json::to_vec_pretty(self);
        let mut json = json.map_err(|error| NameError::Form(error.to_string()))?;
        json.push(b'\n');
        Ok(json)
    }

    /// A fingerprint of all decisions; empty if there is none.
    #[must_use]
    pub fn digest(&self) -> String {
        if self.is_empty() {
            return String::new();
        }
        // Plain texts always have a JSON form.
        short_digest(self.to_json().unwrap_or_default().as_slice(), 32)
    }

    /// The number of segments that people have decided about.
    #[must_use]
    pub fn len(&self) -> usize {
        self.segments.len()
    }

    /// Whether nobody has decided anything.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.segments.is_empty()
    }

    /// Enters the decisions into a registry. Those about other segments than
    /// the registry's are passed over.
    pub fn apply(&self, registry: &mut Registry) {
        for (id, decision) in &self.segments {
            if is_reserved(id) {
                match &decision.name {
                    Some(name) => {
                        registry.reserved.insert(id.clone(), name.clone());
                    }
                    None => {
                        registry.reserved.remove(id);
                    }
                }
                continue;
            }
            let entry = registry.segments.iter_mut().find(|entry| entry.id == *id);
            let Some(entry) = entry.filter(|entry| entry.origin == decision.origin) else {
                continue;
            };
            if let Some(name) = &decision.name {
                entry.name.clone_from(name);
            }
            entry.locked = decision.locked;
        }
    }

    /// Gives a segment a name and locks it. `registry` is that of the run that
    /// people look at.
    ///
    /// # Errors
    /// When there is no such segment, or the name is unfit or taken.
    pub fn rename(&mut self, registry: &Registry, id: &str, name: &str) -> Result<(), NameError> {
        let name = name.trim();
        let registry = self.applied(registry);
        let origin = origin(&registry, id)?;
        fit(name)?;
        let same = |other: &str| other.to_lowercase() == name.to_lowercase();
        let current = registry.current();
        let named = current.map(|entry| (entry.id.as_str(), entry.name.as_str()));
        let reserved = RESERVED.into_iter().flat_map(|id| {
            // Whichever language the pipeline speaks.
            let names = [Language::En, Language::Zh].map(|l| reserved_name(&registry, l, id));
            names.map(|name| (id, name))
        });
        let taken = named
            .chain(reserved)
            .find(|&(other, taken)| other != id && same(taken));
        if let Some((other, taken)) = taken {
            return Err(NameError::Taken {
                name: taken.to_owned(),
                id: other.to_owned(),
            });
        }
        self.decide(id, origin, Some(name.to_owned()), true);
        Ok(())
    }

    /// Fixes a segment's present name.
    ///
    /// # Errors
    /// When there is no such segment, or a reserved one is meant, whose name
    /// does not change by itself.
    pub fn lock(&mut self, registry: &Registry, id: &str) -> Result<(), NameError> {
        let registry = self.applied(registry);
        let origin = origin(&registry, id)?;
        let Some(entry) = registry.get(id) else {
            return Err(NameError::Reserved { id: id.to_owned() });
        };
        self.decide(id, origin, Some(entry.name.clone()), true);
        Ok(())
    }

    /// Lets the program change a segment's name again. A reserved segment gets
    /// its own name back at once; another keeps the name that it was published
    /// under until it merges.
    ///
    /// # Errors
    /// When there is no such segment.
    pub fn unlock(&mut self, registry: &Registry, id: &str) -> Result<(), NameError> {
        let now = self.applied(registry);
        let origin = origin(&now, id)?;
        let decided =
            now.reserved.contains_key(id) || now.get(id).is_some_and(|entry| entry.locked);
        if decided || self.segments.contains_key(id) {
            self.decide(id, origin, None, false);
        }
        Ok(())
    }

    /// A registry with the decisions in it.
    fn applied(&self, registry: &Registry) -> Registry {
        let mut registry = registry.clone();
        self.apply(&mut registry);
        registry
    }

    fn decide(&mut self, id: &str, origin: String, name: Option<String>, locked: bool) {
        let decision = NameDecision {
            origin,
            name,
            locked,
        };
        self.segments.insert(id.to_owned(), decision);
    }
}

/// The segments that are set apart by rule.
pub(super) const RESERVED: [&str; 3] = [OUTSIDE, QUIET, OPTED_OUT];

fn is_reserved(id: &str) -> bool {
    RESERVED.contains(&id)
}

/// What a reserved segment is called.
pub(super) fn reserved_name<'a>(registry: &'a Registry, language: Language, id: &str) -> &'a str {
    let own = match id {
        OUTSIDE => naming::outside(language),
        QUIET => naming::quiet(language),
        _ => naming::opted_out(language),
    };
    registry.reserved.get(id).map_or(own, String::as_str)
}

/// The origin of a segment that can be named.
fn origin(registry: &Registry, id: &str) -> Result<String, NameError> {
    if is_reserved(id) {
        return Ok(String::new());
    }
    match registry.get(id) {
        Some(entry) if entry.status == SegmentStatus::Retired => {
            Err(NameError::Retired { id: id.to_owned() })
        }
        Some(entry) => Ok(entry.origin.clone()),
        None => Err(unknown(registry, id)),
    }
}

/// The error for an id that no segment has: with those there are, and the one
/// that may have been meant. A reserved segment may have nobody in it.
#[must_use]
pub fn unknown(registry: &Registry, id: &str) -> NameError {
    if is_reserved(id) {
        return NameError::Nobody { id: id.to_owned() };
    }
    let ids = registry.current().map(|entry| entry.id.as_str());
    let known: Vec<&str> = ids.chain(RESERVED).collect();
    let of_name = |entry: &&RegistryEntry| entry.name.to_lowercase() == id.to_lowercase();
    let named = registry
        .current()
        .find(of_name)
        .map(|entry| entry.id.as_str());
    NameError::Unknown {
        id: id.to_owned(),
        known: known.join(", "),
        meant: named.or_else(|| nearest(id, &known)).map(str::to_owned),
    }
}

/// Whether a name can be printed and told from an id.
fn fit(name: &str) -> Result<(), NameError> {
    let is_id = name
        .strip_prefix(['S', 's'])
        .is_some_and(|rest| !rest.is_empty() && rest.bytes().all(|byte| byte.is_ascii_digit()));
    let problem = if name.chars().count() > LONGEST {
        "it is too long"
    } else if name.chars().any(char::is_control) {
        "it has line breaks or control characters"
    } else if !name.chars().any(char::is_alphabetic) {
        "it has no letter"
    } else if is_id || is_reserved(name) {
        "it looks like a segment's id"
    } else {
        return Ok(());
    };
    Err(NameError::Unfit {
        name: name
            .chars()
            .take(LONGEST)
            .filter(|c| !c.is_control())
            .collect(),
        problem,
    })
}

#[cfg(test)]
mod tests;
