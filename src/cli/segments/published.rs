use comfy_table::{CellAlignment, Table, presets};

use super::Failure;
use crate::previous;
use crate::segments::{Names, Registry};
use crate::store::{OutDir, Run, Runs};
use crate::view::numbers;

/// A segment as a run published it.
pub(in crate::cli) struct Row {
    pub(in crate::cli) id: String,
    pub(in crate::cli) name: String,
    pub(in crate::cli) size: u64,
    pub(in crate::cli) share: f64,
    /// Of a cluster alone.
    pub(in crate::cli) stability: Option<f64>,
    pub(in crate::cli) status: String,
    pub(in crate::cli) lineage: String,
    pub(in crate::cli) top_interests: String,
}

/// A run's segments, in the order in which it published them.
pub(in crate::cli) fn rows(run: &Run) -> Result<Vec<Row>, Failure> {
    let columns = [
        "segment_id",
        "name",
        "size",
        "share",
        "stability",
        "status",
        "lineage",
        "top_interests",
    ];
    let frame = previous::frame(run, "segments.parquet", &columns)?;
    let text = |name: &str| previous::texts(&frame, name);
    let number = |name: &str| numbers(&frame, name).unwrap_or_default();
    let (ids, names, statuses) = (text("segment_id"), text("name"), text("status"));
    let (lineages, interests) = (text("lineage"), text("top_interests"));
    let [sizes, shares, stabilities] = ["size", "share", "stability"].map(number);
    let word = |column: &[Option<String>], at: usize| {
        column.get(at).cloned().flatten().unwrap_or_default()
    };
    let value = |column: &[f64], at: usize| column.get(at).copied().unwrap_or(f64::NAN);
    Ok((0..frame.height())
        .map(|at| Row {
            id: word(&ids, at),
            name: word(&names, at),
            size: value(&sizes, at) as u64,
            share: value(&shares, at),
            stability: Some(value(&stabilities, at)).filter(|value| value.is_finite()),
            status: word(&statuses, at),
            lineage: word(&lineages, at),
            top_interests: word(&interests, at),
        })
        .collect())
}

/// The run that `run` started from, if it is still there.
pub(in crate::cli) fn before<'a>(runs: &'a Runs, run: &Run) -> Option<&'a Run> {
    let id = run.manifest.previous_run.as_deref()?;
    runs.find(id).ok()
}

/// A run's registry as it was published, and as people have changed it since.
pub(in crate::cli) struct Named {
    pub(in crate::cli) published: Registry,
    pub(in crate::cli) now: Registry,
    pub(in crate::cli) names: Names,
}

impl Named {
    pub(in crate::cli) fn read(out: &OutDir, run: &Run) -> Result<Self, Failure> {
        let published = previous::registry(run)?;
        let names = previous::names(out)?;
        let mut now = published.clone();
        names.apply(&mut now);
        Ok(Self {
            published,
            now,
            names,
        })
    }

    /// What the segment is called from the next night on.
    pub(in crate::cli) fn name<'a>(&'a self, id: &str, published: &'a str) -> &'a str {
        let reserved = || self.now.reserved.get(id).map_or(published, String::as_str);
        self.now.get(id).map_or_else(reserved, |entry| &entry.name)
    }

    /// Whether a person has fixed the name.
    pub(in crate::cli) fn locked(&self, id: &str) -> bool {
        let reserved = self.now.reserved.contains_key(id);
        self.now.get(id).map_or(reserved, |entry| entry.locked)
    }
}

/// A table in plain columns; the first `left` are aligned to the left, the
/// others to the right. Knows how wide Chinese characters are.
pub(in crate::cli) fn table<T: ToString>(
    header: impl IntoIterator<Item = T>,
    rows: Vec<Vec<String>>,
    left: &[usize],
) -> String {
    let mut table = Table::new();
    table.load_style(presets::NOTHING);
    table.set_header(header.into_iter().map(|name| name.to_string()));
    for row in rows {
        table.add_row(row);
    }
    for (at, column) in table.column_iter_mut().enumerate() {
        column.set_padding((if at == 0 { 2 } else { 0 }, 2));
        column.set_cell_alignment(if left.contains(&at) {
            CellAlignment::Left
        } else {
            CellAlignment::Right
        });
    }
    let lines: Vec<String> = table
        .lines()
        .map(|line| line.trim_end().to_owned())
        .collect();
    lines.join("\n")
}

/// A share as people read it.
pub(in crate::cli) fn percent(share: f64) -> String {
    format!("{:.1} %", share * 100.0)
}
