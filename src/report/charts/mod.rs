//! The charts: one file each, a `draw` function from the report's data.
//!
//! A chart is drawn only when there is something to show. It comes with its
//! data twice: as a table for readers who cannot or will not look at a drawing,
//! and as JSON for programs.

mod choice;
mod drift;
mod effects;
mod funnel;
mod profiles;
mod queue;
mod scatter;
mod segments;
mod svg;
mod turned_down;

use serde::Serialize;
use serde_json::Value;

use super::data::{ReportData, SegmentStatus};
use super::format;
use super::table::Table;
use super::words::{Word, fill};
use crate::domain::Language;

/// Draws a chart, if the data hold what it shows.
pub type Draw = fn(&ReportData, Language) -> Option<Chart>;

/// Every chart in the order of the page.
pub const CHARTS: &[(Section, Draw)] = &[
    (Section::Segments, segments::draw),
    (Section::Segments, scatter::draw),
    (Section::Segments, profiles::draw),
    (Section::Segments, choice::draw),
    (Section::Segments, drift::draw),
    (Section::Explained, effects::draw),
    (Section::Activities, funnel::draw),
    (Section::Activities, turned_down::draw),
    (Section::Calls, queue::draw),
];

/// A section of the page.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Section {
    /// Who the customers are.
    Segments,
    /// What makes them who they are.
    Explained,
    /// Who is invited to what.
    Activities,
    /// Who is called.
    Calls,
}

/// A drawing with its words and its data.
#[derive(Debug, Clone)]
pub struct Chart {
    /// Unique on the page; also names the embedded data.
    pub id: &'static str,
    /// What the chart shows.
    pub title: String,
    /// What it says, with figures, for readers and for screen readers.
    pub description: String,
    /// What the colours and marks stand for.
    pub legend: Vec<Key>,
    /// The drawing: an `<svg>` element whose texts are escaped.
    pub svg: String,
    /// The drawn figures as a table.
    pub table: Table,
    /// The drawn figures as data.
    pub data: Value,
    /// The published file that the figures come from.
    pub source: &'static str,
    /// How much of the page's width it takes.
    pub width: Width,
}

/// How much of the page's width a chart takes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Width {
    /// Half of it, where there is room for two.
    Half,
    /// All of it.
    Whole,
    /// What it needs; on a small screen it scrolls sideways.
    Own,
}

/// An entry of a legend.
#[derive(Debug, Clone)]
pub struct Key {
    /// The style of the mark, as in the page's style sheet.
    pub class: String,
    /// What the mark stands for.
    pub label: String,
}

impl Key {
    fn new(class: impl Into<String>, label: impl Into<String>) -> Self {
        Self {
            class: class.into(),
            label: label.into(),
        }
    }
}

/// The most bars, rows or columns of a drawing. The tables beside the charts
/// show more, and the Parquet all.
const MOST_MARKS: usize = 40;

/// The description, with a remark when not all is drawn.
fn describe(text: String, drawn: usize, all: usize, language: Language) -> String {
    if drawn == all {
        return text;
    }
    let (drawn, all) = (format::count(drawn as u64), format::count(all as u64));
    let remark = fill(
        Word::NotAll.text(language),
        &[("count", &drawn), ("all", &all)],
    );
    format!("{text} {remark}")
}

/// The colour of a segment: the same one in all charts, told apart further by
/// its number.
fn segment_class(data: &ReportData, index: usize) -> String {
    match data.segments.get(index).map(|segment| segment.status) {
        Some(SegmentStatus::Reserved) => "rest".to_owned(),
        _ => format!("c{}", index % 8),
    }
}

/// The number and name of a segment, as all charts show it.
fn segment_name(data: &ReportData, index: usize) -> String {
    let name = data
        .segments
        .get(index)
        .map_or("", |segment| segment.name.as_str());
    format!("{} · {name}", index + 1)
}

/// The figures as JSON, rounded to six decimals so that equal figures are
/// equal text; what is no finite number becomes `null`.
fn embed<T: Serialize + ?Sized>(figures: &T) -> Value {
    fn round(value: Value) -> Value {
        match value {
            Value::Number(number) if number.is_f64() => {
                let exact = number.as_f64().unwrap_or(f64::NAN);
                let rounded = (exact * 1e6).round() / 1e6;
                // Adding 0 turns −0 into 0.
                Value::from(if rounded.is_finite() {
                    rounded + 0.0
                } else {
                    exact
                })
            }
            Value::Array(values) => values.into_iter().map(round).collect(),
            Value::Object(fields) => fields
                .into_iter()
                .map(|(name, value)| (name, round(value)))
                .collect(),
            other => other,
        }
    }
    serde_json::to_value(figures).map_or(Value::Null, round)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn embedded_figures_are_rounded_and_finite() {
        let text = embed(&[0.1 + 0.2, -1e-9, f64::NAN, 4.0]).to_string();
        assert_eq!(text, "[0.3,0.0,null,4.0]");
    }
}
