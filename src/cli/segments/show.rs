use serde::Serialize;

use super::published::{Named, Row, before, percent, rows, table};
use super::{Failure, json};
use crate::previous;
use crate::segments::{SegmentEvent, unknown};
use crate::store::{OutDir, Run};
use crate::view::numbers;
use crate::watch::grouped;

/// Features that are shown: those that set the segment apart most.
const FEATURES: usize = 10;

/// A segment in full.
#[derive(Debug, Serialize)]
struct Shown {
    run: String,
    segment_id: String,
    /// From the next night on.
    name: String,
    locked: bool,
    size: u64,
    share: f64,
    previous_size: Option<u64>,
    stability: Option<f64>,
    status: String,
    /// Interests with their lift, the highest first.
    top_interests: Vec<String>,
    /// The furthest from everybody first.
    profile: Vec<Feature>,
    /// What happened to it and what came from it, oldest first.
    lineage: Vec<SegmentEvent>,
}

/// What the members are like in one feature.
#[derive(Debug, Serialize)]
struct Feature {
    feature: String,
    mean: Option<f64>,
    population_mean: Option<f64>,
    lift: Option<f64>,
    /// Standard deviations from everybody's mean.
    z: Option<f64>,
}

/// A segment's profile, lineage and interests.
pub(super) fn show(out: &OutDir, run: &str, id: &str, as_json: bool) -> Result<String, Failure> {
    let runs = out.runs()?;
    let run = runs.find(run)?;
    let named = Named::read(out, run)?;
    let row = rows(run)?.into_iter().find(|row| row.id == id);
    if row.is_none() && named.now.get(id).is_none() {
        return Err(unknown(&named.now, id).into());
    }
    let earlier = before(&runs, run)
        .map(rows)
        .transpose()?
        .unwrap_or_default();
    let row = row.unwrap_or_else(|| gone(id));
    let interests = row
        .top_interests
        .split(", ")
        .filter(|text| !text.is_empty());
    let shown = Shown {
        run: run.id().to_owned(),
        segment_id: id.to_owned(),
        name: named.name(id, &row.name).to_owned(),
        locked: named.locked(id),
        size: row.size,
        share: row.share,
        previous_size: earlier.iter().find(|row| row.id == id).map(|row| row.size),
        stability: row.stability,
        status: row.status,
        top_interests: interests.map(str::to_owned).collect(),
        profile: profile(run, id)?,
        lineage: named.now.lineage(id),
    };
    if as_json {
        json(&shown)
    } else {
        Ok(text(&shown))
    }
}

/// A segment that the run only remembers.
fn gone(id: &str) -> Row {
    Row {
        id: id.to_owned(),
        name: String::new(),
        size: 0,
        share: 0.0,
        stability: None,
        status: "retired".to_owned(),
        lineage: String::new(),
        top_interests: String::new(),
    }
}

fn profile(run: &Run, id: &str) -> Result<Vec<Feature>, Failure> {
    let columns = [
        "segment_id",
        "feature",
        "mean",
        "population_mean",
        "lift",
        "z",
    ];
    let frame = previous::frame(run, "profiles.parquet", &columns)?;
    let (ids, features) = (
        previous::texts(&frame, "segment_id"),
        previous::texts(&frame, "feature"),
    );
    let [means, populations, lifts, zs] = ["mean", "population_mean", "lift", "z"]
        .map(|name| numbers(&frame, name).unwrap_or_default());
    let value = |column: &[f64], at: usize| column.get(at).copied().filter(|v| v.is_finite());
    let of_segment = (0..frame.height()).filter(|&at| ids[at].as_deref() == Some(id));
    let mut profile: Vec<Feature> = of_segment
        .map(|at| Feature {
            feature: features[at].clone().unwrap_or_default(),
            mean: value(&means, at),
            population_mean: value(&populations, at),
            lift: value(&lifts, at),
            z: value(&zs, at),
        })
        .collect();
    let far = |feature: &Feature| feature.z.map_or(-1.0, f64::abs);
    profile.sort_by(|a, b| far(b).total_cmp(&far(a)));
    Ok(profile)
}

fn text(shown: &Shown) -> String {
    let mut text = format!("{} {}\nrun {}\n\n", shown.segment_id, shown.name, shown.run);
    text.push_str(&format!(
        "  customers      {} ({} of all)",
        grouped(shown.size),
        percent(shown.share)
    ));
    if let Some(before) = shown.previous_size {
        text.push_str(&format!(", {} in the run before", grouped(before)));
    }
    text.push_str(&format!("\n  status         {}\n", shown.status));
    if let Some(stability) = shown.stability {
        text.push_str(&format!("  stability      {stability:.2}\n"));
    }
    text.push_str(&format!(
        "  name           {}\n",
        if shown.locked { "locked" } else { "not locked" }
    ));
    if !shown.top_interests.is_empty() {
        text.push_str(&format!(
            "  top interests  {}\n",
            shown.top_interests.join(", ")
        ));
    }
    if !shown.profile.is_empty() {
        text.push_str("\nWhat sets it apart (z: standard deviations from everybody's mean)\n");
        let number = |value: Option<f64>| value.map_or_else(String::new, short);
        let cells = shown.profile.iter().take(FEATURES).map(|feature| {
            vec![
                feature.feature.clone(),
                number(feature.mean),
                number(feature.population_mean),
                number(feature.lift),
                feature.z.map_or_else(String::new, |z| format!("{z:+.2}")),
            ]
        });
        let header = ["feature", "its mean", "everybody's", "lift", "z"];
        text.push_str(&table(header, cells.collect(), &[0]));
        text.push('\n');
    }
    if !shown.lineage.is_empty() {
        text.push_str("\nLineage\n");
        for event in &shown.lineage {
            text.push_str(&format!("  {}  {event}\n", event.on));
        }
    }
    text
}

/// A number with about three digits that say something.
fn short(value: f64) -> String {
    let size = value.abs();
    if size >= 100.0 {
        format!("{value:.0}")
    } else if size >= 1.0 {
        format!("{value:.2}")
    } else {
        format!("{value:.3}")
    }
}
