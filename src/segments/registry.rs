use jiff::civil::Date;
use serde::{Deserialize, Serialize};

use super::dates::{iso_date, iso_date_option};

/// What has become of a segment.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum SegmentStatus {
    /// The segment of the night before.
    Kept,
    /// Of customers who were in no common segment before.
    New,
    /// Broke away from another segment.
    Split,
    /// Took in another segment, or came from several.
    Merged,
    /// Has no members from tonight on; its id is never used again.
    Retired,
    /// Not a cluster: customers who are outside, quiet or opted out.
    Reserved,
}

impl SegmentStatus {
    /// The status's name in `segments.parquet`.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Kept => "kept",
            Self::New => "new",
            Self::Split => "split",
            Self::Merged => "merged",
            Self::Retired => "retired",
            Self::Reserved => "reserved",
        }
    }
}

/// `registry.json`: every segment there has ever been, in order of creation.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Registry {
    /// The segments; reserved ones are not among them.
    pub segments: Vec<RegistryEntry>,
}

/// A segment's record.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct RegistryEntry {
    /// `S01`, `S02`, …; never used twice.
    pub id: String,
    /// What people call it.
    pub name: String,
    /// Whether a person has fixed the name.
    #[serde(default)]
    pub locked: bool,
    /// What the latest event made of it.
    pub status: SegmentStatus,
    /// As-of date of its first night.
    #[serde(with = "iso_date")]
    pub created: Date,
    /// As-of date of its first night without members.
    #[serde(default, with = "iso_date_option")]
    pub retired: Option<Date>,
    /// The segments that it came from.
    #[serde(default)]
    pub parents: Vec<String>,
    /// All that happened to it, oldest first.
    #[serde(default)]
    pub lineage: Vec<LineageEvent>,
}

/// Something that happened to a segment when the model was fitted again.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct LineageEvent {
    /// As-of date.
    #[serde(with = "iso_date")]
    pub on: Date,
    /// What happened.
    pub status: SegmentStatus,
    /// The segments that members came from; of a retired one, those that they
    /// went to.
    pub segments: Vec<String>,
}

impl Registry {
    /// The segment with that id.
    #[must_use]
    pub fn get(&self, id: &str) -> Option<&RegistryEntry> {
        self.segments.iter().find(|entry| entry.id == id)
    }

    /// The segment's place in order of creation.
    pub(super) fn position(&self, id: &str) -> Option<usize> {
        self.segments.iter().position(|entry| entry.id == id)
    }

    /// The event that befell the segment on that date, if any.
    pub(super) fn event(&self, id: &str, on: Date) -> Option<&LineageEvent> {
        self.get(id)?
            .lineage
            .iter()
            .rev()
            .find(|event| event.on == on)
    }

    /// An id above all that were ever given.
    pub(super) fn next_id(&self) -> String {
        let given = self
            .segments
            .iter()
            .filter_map(|entry| entry.id.strip_prefix('S')?.parse().ok());
        format!("S{:02}", given.max().unwrap_or(0u32) + 1)
    }
}
