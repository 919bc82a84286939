use std::collections::BTreeSet;

use jiff::civil::Date;

use super::files::remove;
use super::{RunLock, StoreError};

impl RunLock {
    /// Removes the runs of all but the newest `keep` days, and returns their
    /// ids. The current run and the one it started from stay in any case, and
    /// so do folders without a readable manifest, which only a person should
    /// judge.
    ///
    /// # Errors
    /// When a folder cannot be listed or removed.
    pub fn prune(&self, keep: usize) -> Result<Vec<String>, StoreError> {
        let runs = self.out().runs()?;
        let days: BTreeSet<Date> = runs.list().iter().map(|run| run.manifest.as_of).collect();
        let kept: BTreeSet<Date> = days.into_iter().rev().take(keep).collect();
        let previous = runs.previous().map(|run| run.id());
        let mut removed = Vec::new();
        for run in runs.list() {
            let needed = run.current || previous == Some(run.id());
            if needed || kept.contains(&run.manifest.as_of) {
                continue;
            }
            self.out().discard(&run.path)?;
            remove(&self.out().timings_path(run.id()))?;
            remove(&self.out().deliveries_path(run.id()))?;
            removed.push(run.id().to_owned());
        }
        Ok(removed)
    }
}
