//! What was measured, on a terminal of 80 columns.

use std::fmt::Write;

use super::{Measured, Named};
use crate::measure::{Comparison, Group, Interval, Kind, Lift, SampleRatio, Test};
use crate::watch::grouped;

/// One line per experiment.
pub(super) fn overview(measured: &Measured) -> String {
    let mut text = format!(
        "{:<26}{:>8}{:>9}{:>9}  {:<20}{:>8}\n",
        "lift of", "open", "held out", "invited", "lift, 95 % interval", "p (Holm)"
    );
    for named in &measured.experiments {
        let kind = named.measurement.kind;
        for found in &named.measurement.comparisons {
            let lift = found.lift.as_ref();
            let _ = writeln!(
                text,
                "{:<26}{:>8}{:>9}{:>9}  {:<20}{:>8}",
                cut(&named.name, 25),
                grouped(found.treated.units),
                grouped(found.control.units),
                found.reached.map_or_else(String::new, percent),
                lift.map_or_else(
                    || "too few to tell".to_owned(),
                    |lift| interval(kind, &lift.absolute)
                ),
                lift.map_or_else(String::new, |lift| p_value(lift.p_adjusted)),
            );
        }
    }
    text.push_str(
        "\nOpen: passed the policy and could be invited; held out: drawn as control. The\n\
         lift is that of being open, in percentage points where it is a rate; p is for\n\
         all lines together. `--activity ID` shows one in full: what an invitation adds\n\
         to those who got one, relative lift, segments.\n",
    );
    for named in &measured.experiments {
        if let Some(check) = &named.measurement.sample_ratio
            && check.mismatch
        {
            let _ = writeln!(text, "\n{}: {}", named.name, ratio(named, check));
        }
    }
    notes(&mut text, &measured.notes);
    text
}

/// Everything about each experiment.
pub(super) fn in_full(measured: &Measured) -> String {
    let mut text = String::new();
    for named in &measured.experiments {
        let measurement = &named.measurement;
        let _ = writeln!(text, "{}", named.name);
        if let Some(check) = &measurement.sample_ratio {
            let _ = writeln!(text, "{}", ratio(named, check));
        }
        for found in &measurement.comparisons {
            comparison(&mut text, measurement.kind, found);
        }
        notes(&mut text, &named.notes);
    }
    notes(&mut text, &measured.notes);
    text
}

fn comparison(text: &mut String, kind: Kind, found: &Comparison) {
    let (responses, mean) = match kind {
        Kind::Rate => ("responses", "rate"),
        Kind::Value => ("sum", "mean"),
    };
    let _ = writeln!(
        text,
        "\n  {:<26}{:>12}{responses:>14}{mean:>12}",
        "", "units"
    );
    for (name, group) in [
        (&found.arm, &found.treated),
        (&found.control_arm, &found.control),
    ] {
        let _ = writeln!(
            text,
            "  {:<26}{:>12}{:>14}{:>12}",
            cut(name, 25),
            grouped(group.units),
            total(kind, group),
            level(kind, group.mean)
        );
    }
    text.push('\n');
    let Some(lift) = &found.lift else {
        text.push_str("  too few responses to tell a lift\n");
        return;
    };
    let unit = match kind {
        Kind::Rate => " points",
        Kind::Value => "",
    };
    let mut line = |what: &str, figure: String| {
        let _ = writeln!(text, "  {what:<26}{figure}");
    };
    line(
        "lift (95 % interval)",
        format!("{}{unit}", interval(kind, &lift.absolute)),
    );
    if let Some(relative) = &lift.relative {
        line(
            "relative lift",
            format!("{} %", interval(Kind::Rate, relative)),
        );
    }
    line("p", p_and_test(lift));
    if let Some(adjusted) = &found.adjusted {
        let removed = percent(adjusted.variance_removed);
        line(
            "adjusted for what was",
            format!(
                "{}{unit}, p {}",
                interval(kind, &adjusted.absolute),
                p_value(adjusted.p)
            ),
        );
        line(
            "  known before",
            format!("{removed} of the variance removed"),
        );
    }
    if let Some(share) = found.reached {
        line("invited", percent(share));
        let effect = found.effect_on_reached.as_ref();
        line(
            "lift of an invitation",
            effect.map_or_else(
                || "too few were invited to tell".to_owned(),
                |effect| format!("{}{unit}", interval(kind, effect)),
            ),
        );
    }
    if let Some(qini) = &found.qini {
        line("Qini area", format!("{:+.4} per treated unit", qini.area));
        for tenths in [2, 5] {
            if let Some(point) = qini.curve.get(tenths) {
                line(
                    &format!("  gain of the top {} %", tenths * 10),
                    format!("{:+.4} per treated unit", point.gain),
                );
            }
        }
    }
    segments(text, kind, found);
}

fn segments(text: &mut String, kind: Kind, found: &Comparison) {
    if found.segments.is_empty() {
        return;
    }
    let _ = writeln!(
        text,
        "\n  {:<28}{:>9}{:>9}  {:<20}{:>9}",
        "by segment",
        cut(&found.arm, 8),
        cut(&found.control_arm, 8),
        "lift",
        "p (Holm)"
    );
    for part in &found.segments {
        let lift = part.lift.as_ref();
        let _ = writeln!(
            text,
            "  {:<28}{:>9}{:>9}  {:<20}{:>9}",
            cut(&part.segment, 27),
            grouped(part.treated.units),
            grouped(part.control.units),
            lift.map_or_else(
                || "too few to tell".to_owned(),
                |lift| interval(kind, &lift.absolute)
            ),
            lift.map_or_else(String::new, |lift| p_value(lift.p_adjusted)),
        );
    }
    let _ = writeln!(
        text,
        "  {} segments were looked at: p is adjusted for that, the intervals are not",
        found.segments.len()
    );
}

fn notes(text: &mut String, notes: &[String]) {
    if !notes.is_empty() {
        text.push('\n');
    }
    for note in notes {
        let _ = writeln!(text, "- {note}");
    }
}

fn ratio(named: &Named, check: &SampleRatio) -> String {
    if !check.mismatch {
        return format!("sizes of the arms are as planned (p {})", p_value(check.p));
    }
    let arms = named.measurement.arms.iter().zip(&check.expected);
    let sizes: Vec<String> = arms
        .map(|(arm, expected)| format!("{} {} for {expected:.0}", arm.name, grouped(arm.units)))
        .collect();
    format!(
        "SIZES ARE OFF: {} (p {})\n  the arms were not drawn, kept or recorded as planned: find \
         out why before\n  believing any figure",
        sizes.join(", "),
        p_value(check.p)
    )
}

/// `+3.6 (+1.5 to +5.7)`; rates in percentage points.
fn interval(kind: Kind, interval: &Interval) -> String {
    let part = |value: f64| match kind {
        Kind::Rate => format!("{:+.1}", value * 100.0),
        Kind::Value => format!("{value:+.2}"),
    };
    format!(
        "{} ({} to {})",
        part(interval.estimate),
        part(interval.low),
        part(interval.high)
    )
}

fn total(kind: Kind, group: &Group) -> String {
    match kind {
        Kind::Rate => grouped(group.total as u64),
        Kind::Value => format!("{:.2}", group.total),
    }
}

fn level(kind: Kind, mean: f64) -> String {
    match kind {
        Kind::Rate => format!("{:.2} %", mean * 100.0),
        Kind::Value => format!("{mean:.3}"),
    }
}

fn percent(share: f64) -> String {
    format!("{:.0} %", share * 100.0)
}

fn p_value(p: f64) -> String {
    if p < 0.0001 {
        "< 0.0001".to_owned()
    } else {
        format!("{p:.4}")
    }
}

fn p_and_test(lift: &Lift) -> String {
    let test = match lift.test {
        Test::ChiSquared => "chi-squared test",
        Test::FisherIrwin => "Fisher-Irwin exact test",
        Test::Welch => "Welch's t-test",
    };
    if lift.p_adjusted > lift.p {
        let adjusted = p_value(lift.p_adjusted);
        format!(
            "{} ({test}); {adjusted} for all arms together",
            p_value(lift.p)
        )
    } else {
        format!("{} ({test})", p_value(lift.p))
    }
}

/// The text, cut to a number of characters.
fn cut(text: &str, most: usize) -> String {
    if text.chars().count() <= most {
        return text.to_owned();
    }
    let kept: String = text.chars().take(most.saturating_sub(1)).collect();
    format!("{kept}…")
}
