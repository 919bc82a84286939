//! What changed between two nights.

use std::collections::{BTreeMap, BTreeSet};

use serde::Serialize;

use crate::cli::segments::published::{Named, percent, rows, table};
use crate::cli::{Failure, json};
use crate::segments::SegmentEvent;
use crate::store::{self, Manifest, OutDir, Run, RunDiff};
use crate::watch::{grouped, paragraph};

/// What changed. Everything that did not is left out, except segments and
/// activities, which are all there.
#[derive(Debug, Serialize)]
struct Diff {
    /// Settings, inputs, counts and files, by the manifests.
    #[serde(flatten)]
    made_of: RunDiff,
    /// The model of the segments.
    model: ModelChange,
    segments: Vec<SegmentChange>,
    /// What happened to segments in between.
    events: Vec<SegmentEvent>,
    activities: Vec<ActivityChange>,
    lists: Vec<ListChange>,
    alerts: Alerts,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
enum ModelChange {
    /// The same model.
    Kept,
    /// Another one.
    Other,
}

/// A segment's size; null where the run does not have it.
#[derive(Debug, Serialize)]
struct SegmentChange {
    segment_id: String,
    name: String,
    from: Option<u64>,
    to: Option<u64>,
}

/// An activity's invitations of the night and places on the waitlist; null where
/// the run does not have it.
#[derive(Debug, Serialize)]
struct ActivityChange {
    activity_id: String,
    eligible: Pair,
    invited: Pair,
    waitlist: Pair,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
struct Pair {
    from: Option<u64>,
    to: Option<u64>,
}

/// The rows of a list, as the first export that has it wrote them.
#[derive(Debug, Serialize)]
struct ListChange {
    list: String,
    #[serde(flatten)]
    rows: Pair,
}

#[derive(Debug, Serialize)]
struct Alerts {
    /// Only in the later run.
    new: Vec<String>,
    /// Only in the earlier run.
    gone: Vec<String>,
}

/// What changed from one run to another.
pub(super) fn diff(out: &OutDir, from: &str, to: &str, as_json: bool) -> Result<String, Failure> {
    let runs = out.runs()?;
    let (from, to) = (runs.find(from)?, runs.find(to)?);
    let diff = compared(out, from, to)?;
    if as_json {
        return json(&diff);
    }
    Ok(text(&diff, [&from.manifest, &to.manifest]))
}

fn compared(out: &OutDir, from: &Run, to: &Run) -> Result<Diff, Failure> {
    let model = |run: &Run| {
        let record = run.manifest.outputs.get("model.json");
        record.map(|record| record.sha256.clone())
    };
    let registry = Named::read(out, to)?.published;
    let gone = |a: &Run, b: &Run| -> Vec<String> {
        let only = |alert: &&String| !b.manifest.alerts.contains(alert);
        a.manifest.alerts.iter().filter(only).cloned().collect()
    };
    Ok(Diff {
        made_of: store::diff(&from.manifest, &to.manifest),
        model: if model(from) == model(to) {
            ModelChange::Kept
        } else {
            ModelChange::Other
        },
        segments: segments(from, to)?,
        events: registry.events(from.manifest.as_of, to.manifest.as_of),
        activities: activities(&from.manifest, &to.manifest),
        lists: lists(&from.manifest, &to.manifest),
        alerts: Alerts {
            new: gone(to, from),
            gone: gone(from, to),
        },
    })
}

fn segments(from: &Run, to: &Run) -> Result<Vec<SegmentChange>, Failure> {
    let (before, after) = (rows(from)?, rows(to)?);
    let ids: BTreeSet<&str> = before
        .iter()
        .chain(&after)
        .map(|row| row.id.as_str())
        .collect();
    let change = |id: &str| {
        let earlier = before.iter().find(|row| row.id == id);
        let later = after.iter().find(|row| row.id == id);
        let name = later.or(earlier).map(|row| row.name.clone());
        SegmentChange {
            segment_id: id.to_owned(),
            name: name.unwrap_or_default(),
            from: earlier.map(|row| row.size),
            to: later.map(|row| row.size),
        }
    };
    Ok(ids.into_iter().map(change).collect())
}

fn activities(from: &Manifest, to: &Manifest) -> Vec<ActivityChange> {
    let by_id = |manifest: &Manifest| -> BTreeMap<String, [u64; 3]> {
        let counts = manifest.reconciliation.iter();
        counts
            .map(|of| (of.activity.clone(), [of.eligible, of.invited, of.waitlist]))
            .collect()
    };
    let (before, after) = (by_id(from), by_id(to));
    let ids: BTreeSet<&String> = before.keys().chain(after.keys()).collect();
    let change = |id: &String| {
        let (earlier, later) = (before.get(id), after.get(id));
        let pair = |at: usize| Pair {
            from: earlier.map(|counts| counts[at]),
            to: later.map(|counts| counts[at]),
        };
        ActivityChange {
            activity_id: id.clone(),
            eligible: pair(0),
            invited: pair(1),
            waitlist: pair(2),
        }
    };
    ids.into_iter().map(change).collect()
}

fn lists(from: &Manifest, to: &Manifest) -> Vec<ListChange> {
    let (before, after) = (rows_of_lists(from), rows_of_lists(to));
    let names: BTreeSet<&String> = before.keys().chain(after.keys()).collect();
    let change = |name: &String| ListChange {
        list: name.clone(),
        rows: Pair {
            from: before.get(name).copied(),
            to: after.get(name).copied(),
        },
    };
    let changes = names.into_iter().map(change);
    changes
        .filter(|change| change.rows.from != change.rows.to)
        .collect()
}

/// The rows of each list; exports write the same ones, so one says it all.
fn rows_of_lists(manifest: &Manifest) -> BTreeMap<String, u64> {
    let mut rows = BTreeMap::new();
    for (path, record) in &manifest.outputs {
        let name = path
            .strip_prefix("lists/")
            .and_then(|path| path.split_once('/'))
            .map(|(_, file)| file.split('.').next().unwrap_or(file));
        if let (Some(name), Some(count)) = (name, record.rows) {
            rows.entry(name.to_owned()).or_insert(count);
        }
    }
    rows
}

fn text(diff: &Diff, manifests: [&Manifest; 2]) -> String {
    let made_of = &diff.made_of;
    let mut text = format!("from {}\nto   {}\n\nMade of\n", made_of.from, made_of.to);
    for change in &made_of.settings {
        if change.name != "previous_run" {
            let value = |value: &Option<String>| value.as_deref().map_or("-".to_owned(), short);
            let (from, to) = (value(&change.from), value(&change.to));
            text.push_str(&format!("  {}: {from} -> {to}\n", change.name));
        }
    }
    if !made_of
        .settings
        .iter()
        .any(|of| of.name == "pipeline_digest")
    {
        text.push_str("  the same pipeline\n");
    }
    text.push_str(match diff.model {
        ModelChange::Kept => "  the same model of segments\n",
        ModelChange::Other => "  another model of segments\n",
    });
    text.push_str("\nInputs (rows)\n");
    text.push_str(&inputs(manifests));
    text.push_str("\nSegments (customers)\n");
    let cells = diff.segments.iter().map(|of| {
        let pair = Pair {
            from: of.from,
            to: of.to,
        };
        let mut line = vec![of.segment_id.clone(), of.name.clone()];
        line.extend(pair.cells());
        line
    });
    text.push_str(&table(
        ["segment", "name", "from", "to", "change"],
        cells.collect(),
        &[0, 1],
    ));
    text.push('\n');
    for event in &diff.events {
        text.push_str(&format!("  {}  {event}\n", event.on));
    }
    text.push_str("\nActivities (invited that night or before)\n");
    let cells = diff.activities.iter().map(|of| {
        let mut line = vec![of.activity_id.clone()];
        line.extend(of.invited.cells());
        line
    });
    text.push_str(&table(
        ["activity", "from", "to", "change"],
        cells.collect(),
        &[0],
    ));
    text.push_str("\n\nLists (rows)\n");
    if diff.lists.is_empty() {
        text.push_str("  no difference\n");
    } else {
        let cells = diff.lists.iter().map(|of| {
            let mut line = vec![of.list.clone()];
            line.extend(of.rows.cells());
            line
        });
        text.push_str(&table(
            ["list", "from", "to", "change"],
            cells.collect(),
            &[0],
        ));
        text.push('\n');
    }
    text.push_str("\nAlerts\n");
    if diff.alerts.new.is_empty() && diff.alerts.gone.is_empty() {
        text.push_str("  no difference\n");
    }
    for alert in &diff.alerts.new {
        text.push_str(&paragraph(alert, "  new   ", "        "));
    }
    for alert in &diff.alerts.gone {
        text.push_str(&paragraph(alert, "  gone  ", "        "));
    }
    text.push_str(&format!(
        "\nWho moved between segments:\n  clubcall segments compare {} {}\n",
        made_of.from, made_of.to
    ));
    text
}

/// Rows of every table, and whether the content is another.
fn inputs([from, to]: [&Manifest; 2]) -> String {
    let names: BTreeSet<&String> = from.inputs.keys().chain(to.inputs.keys()).collect();
    let cells = names.into_iter().map(|name| {
        let (before, after) = (from.inputs.get(name), to.inputs.get(name));
        let pair = Pair {
            from: before.map(|input| input.rows),
            to: after.map(|input| input.rows),
        };
        let same =
            before.map(|input| &input.content_digest) == after.map(|input| &input.content_digest);
        let mut line = vec![name.clone()];
        line.extend(pair.cells());
        line.push((if same { "the same" } else { "other content" }).to_owned());
        line
    });
    let mut text = table(
        ["table", "from", "to", "change", ""],
        cells.collect(),
        &[0, 4],
    );
    text.push('\n');
    text
}

impl Pair {
    /// From, to, and the change with its sign.
    fn cells(self) -> [String; 3] {
        let cell = |count: Option<u64>| count.map_or_else(|| "-".to_owned(), grouped);
        let change = match (self.from, self.to) {
            (Some(from), Some(to)) if from != to => {
                let sign = if to < from { "-" } else { "+" };
                let by = to.abs_diff(from);
                let by_share = match from {
                    0 => String::new(),
                    from => format!(" ({sign}{})", percent(by as f64 / from as f64)),
                };
                format!("{sign}{}{by_share}", grouped(by))
            }
            _ => String::new(),
        };
        [cell(self.from), cell(self.to), change]
    }
}

/// Digests by their beginning, as people compare them.
fn short(value: &str) -> String {
    let is_digest = value.len() >= 32 && value.bytes().all(|b| b.is_ascii_hexdigit());
    value[..if is_digest { 12 } else { value.len() }].to_owned()
}
