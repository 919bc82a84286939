use std::collections::BTreeMap;
use std::fmt;

use jiff::civil::Date;
use serde::{Deserialize, Serialize};

use super::dates::{iso_date, iso_date_option};

/// What has become of a segment.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
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

    /// The status in words, with the segments that it concerns.
    #[must_use]
    pub fn words(self, segments: &[String]) -> String {
        let others = segments.join(", ");
        match (self, segments.is_empty()) {
            (Self::Split, false) => format!("split from {others}"),
            (Self::Merged, false) => format!("merged with {others}"),
            (Self::Retired, false) => format!("retired, went to {others}"),
            _ => self.as_str().to_owned(),
        }
    }
}

/// `registry.json`: every segment there has ever been, in order of creation.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Registry {
    /// The segments; reserved ones are not among them.
    pub segments: Vec<RegistryEntry>,
    /// Names that people have given to reserved segments, by id.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub reserved: BTreeMap<String, String>,
}

/// A segment's record.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct RegistryEntry {
    /// `S01`, `S02`, …; never used twice, also when a like group comes back
    /// after its segment was retired: nobody was a member in between.
    pub id: String,
    /// Fingerprint of the model that it first appeared in. It tells the segment
    /// from one of the same id in a history that was started anew.
    #[serde(default)]
    pub origin: String,
    /// What people call it.
    pub name: String,
    /// Whether a person has fixed the name: it never changes by itself then.
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

/// A [`LineageEvent`] with the segment that it befell. As text it is a
/// line: `S07 Film fans: split from S01`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct SegmentEvent {
    /// As-of date.
    #[serde(with = "iso_date")]
    pub on: Date,
    /// The segment.
    pub id: String,
    /// Its name.
    pub name: String,
    /// What happened.
    pub status: SegmentStatus,
    /// As in [`LineageEvent::segments`].
    pub segments: Vec<String>,
}

impl fmt::Display for SegmentEvent {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} {}: ", self.id, self.name)?;
        f.write_str(&self.status.words(&self.segments))
    }
}

impl Registry {
    /// The segment with that id.
    #[must_use]
    pub fn get(&self, id: &str) -> Option<&RegistryEntry> {
        self.segments.iter().find(|entry| entry.id == id)
    }

    /// What happened to segments after one date and up to another, in order.
    #[must_use]
    pub fn events(&self, after: Date, up_to: Date) -> Vec<SegmentEvent> {
        let within = |event: &SegmentEvent| event.on > after && event.on <= up_to;
        self.all_events().into_iter().filter(within).collect()
    }

    /// What happened to a segment, and what others came from it or went to it,
    /// in order.
    #[must_use]
    pub fn lineage(&self, id: &str) -> Vec<SegmentEvent> {
        let concerned =
            |event: &SegmentEvent| event.id == id || event.segments.iter().any(|other| other == id);
        self.all_events().into_iter().filter(concerned).collect()
    }

    fn all_events(&self) -> Vec<SegmentEvent> {
        let of_entry = |entry: &RegistryEntry| -> Vec<SegmentEvent> {
            let with_segment = |event: &LineageEvent| SegmentEvent {
                on: event.on,
                id: entry.id.clone(),
                name: entry.name.clone(),
                status: event.status,
                segments: event.segments.clone(),
            };
            entry.lineage.iter().map(with_segment).collect()
        };
        let mut events: Vec<SegmentEvent> = self.segments.iter().flat_map(of_entry).collect();
        // Stable: events of one night stay in the order of their segments.
        events.sort_by_key(|event| event.on);
        events
    }

    /// Whether a segment of one id is the same segment in both registries: one
    /// is not from before a fresh start, or from another branch.
    #[must_use]
    pub fn shares_history(&self, other: &Self) -> bool {
        let same = |entry: &RegistryEntry| {
            let twin = other.get(&entry.id);
            twin.is_none_or(|twin| twin.origin == entry.origin)
        };
        self.segments.iter().all(same)
    }

    /// The segments that are not retired.
    pub fn current(&self) -> impl Iterator<Item = &RegistryEntry> {
        let current = |entry: &&RegistryEntry| entry.status != SegmentStatus::Retired;
        self.segments.iter().filter(current)
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
