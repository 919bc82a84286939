use std::fmt;
use std::path::PathBuf;

use crate::domain::Fault;

/// A line of a pipeline file.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct Place {
    /// The file, as it was named.
    pub file: PathBuf,
    /// The line, from 1.
    pub line: usize,
}

impl fmt::Display for Place {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}:{}", self.file.display(), self.line)
    }
}

/// Everything wrong with a pipeline, in the order of files and lines.
#[derive(Debug, Default, thiserror::Error)]
pub struct Faults(Vec<(Place, Fault)>);

impl Faults {
    /// Notes a fault at its place.
    pub(super) fn push(&mut self, place: Place, fault: Fault) {
        self.0.push((place, fault));
        self.0.sort();
        self.0.dedup();
    }

    /// Whether nothing is wrong.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// The number of faults.
    #[must_use]
    pub fn len(&self) -> usize {
        self.0.len()
    }

    /// The faults with their places.
    pub fn iter(&self) -> impl Iterator<Item = &(Place, Fault)> {
        self.0.iter()
    }
}

impl fmt::Display for Faults {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let count = self.0.len();
        let plural = if count == 1 { "fault" } else { "faults" };
        write!(f, "{count} {plural} in the pipeline")?;
        for (place, fault) in &self.0 {
            write!(f, "\n  {place}: {fault}")?;
        }
        Ok(())
    }
}
