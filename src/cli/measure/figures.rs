//! Figures as people read them.

use crate::measure::{Group, Interval, Kind};
use crate::watch::grouped;

/// `+3.6 (+1.5 to +5.7)`; rates in percentage points.
pub(super) fn interval(kind: Kind, interval: &Interval) -> String {
    let part = |value: f64| match kind {
        Kind::Rate => format!("{:+.1}", value * 100.0),
        Kind::Value if value.abs() >= 100.0 => format!("{value:+.0}"),
        Kind::Value if value.abs() >= 10.0 => format!("{value:+.1}"),
        Kind::Value => format!("{value:+.2}"),
    };
    format!(
        "{} ({} to {})",
        part(interval.estimate),
        part(interval.low),
        part(interval.high)
    )
}

pub(super) fn total(kind: Kind, group: &Group) -> String {
    match kind {
        Kind::Rate => grouped(group.total as u64),
        Kind::Value => format!("{:.2}", group.total),
    }
}

pub(super) fn level(kind: Kind, mean: f64) -> String {
    match kind {
        Kind::Rate => format!("{:.2} %", mean * 100.0),
        Kind::Value => format!("{mean:.3}"),
    }
}

pub(super) fn percent(share: f64) -> String {
    format!("{:.0} %", share * 100.0)
}

pub(super) fn p_value(p: f64) -> String {
    if p < 0.0001 {
        "<0.0001".to_owned()
    } else {
        format!("{p:.4}")
    }
}

/// The text, cut to a number of characters.
pub(super) fn cut(text: &str, most: usize) -> String {
    if text.chars().count() <= most {
        return text.to_owned();
    }
    let kept: String = text.chars().take(most.saturating_sub(1)).collect();
    format!("{kept}…")
}
