//! What was measured, on a terminal of 80 columns.

use std::fmt::Write;

use super::figures::{cut, interval, level, p_value, percent, total};
use super::{Measured, Named};
use crate::measure::{Comparison, Kind, Lift, SampleRatio, Test};
use crate::watch::{grouped, paragraph};

/// One line per experiment.
pub(super) fn overview(measured: &Measured) -> String {
    let line = |name: &str, open: &str, held: &str, invited: &str, lift: &str, p: &str| {
        let line = format!("{name:<24}{open:>7}{held:>9}{invited:>8}  {lift:<22}{p:>8}");
        format!("{}\n", line.trim_end())
    };
    let mut text = line(
        "lift of",
        "open",
        "held out",
        "invited",
        "lift, 95 % interval",
        "p (Holm)",
    );
    for named in &measured.experiments {
        for found in &named.measurement.comparisons {
            let (lift, p) = lift_and_p(named.measurement.kind, found.lift.as_ref());
            text.push_str(&line(
                &cut(&named.name, 24),
                &grouped(found.treated.units),
                &grouped(found.control.units),
                &found.reached.map_or_else(String::new, percent),
                if answered(found) {
                    &lift
                } else {
                    "no response yet"
                },
                if answered(found) { &p } else { "" },
            ));
        }
    }
    text.push('\n');
    text.push_str(&paragraph(
        "Open: passed the policy and could be invited; held out: drawn as control. The lift is \
         that of being open, in percentage points where it is a rate; p is for all lines \
         together. `universal` is all activities together, against those held out of \
         everything. `--activity ID` shows one in full: what an invitation adds to those who \
         got one, relative lift, segments.",
        "",
        "",
    ));
    let few: Vec<&str> = measured
        .experiments
        .iter()
        .filter(|named| named.measurement.comparisons.iter().any(|c| c.few_values))
        .map(|named| named.name.as_str())
        .collect();
    if !few.is_empty() {
        text.push('\n');
        text.push_str(&paragraph(
            &format!("{FEW_VALUES}: {}", few.join(", ")),
            "",
            "  ",
        ));
    }
    for named in &measured.experiments {
        if let Some(check) = &named.measurement.sample_ratio
            && check.mismatch
        {
            let told = format!("{}: {}", named.name, ratio(named, check));
            text.push('\n');
            text.push_str(&paragraph(&told, "", "  "));
        }
    }
    notes(&mut text, &measured.notes);
    text
}

/// What is said where values are few.
const FEW_VALUES: &str = "An arm has fewer than ten values other than 0, so the interval is too \
                          short; measure the rate of response instead";

/// Whether anybody has responded.
fn answered(found: &Comparison) -> bool {
    found.treated.total != 0.0 || found.control.total != 0.0
}

/// The lift with its interval, and the p-value for all together.
fn lift_and_p(kind: Kind, lift: Option<&Lift>) -> (String, String) {
    match lift {
        Some(lift) => (interval(kind, &lift.absolute), p_value(lift.p_adjusted)),
        None => ("too few to tell".to_owned(), String::new()),
    }
}

/// Everything about each experiment.
pub(super) fn in_full(measured: &Measured) -> String {
    let mut text = String::new();
    for named in &measured.experiments {
        let measurement = &named.measurement;
        let _ = writeln!(text, "{}", named.name);
        if let Some(check) = &measurement.sample_ratio {
            text.push_str(&paragraph(&ratio(named, check), "", "  "));
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
    if !answered(found) {
        text.push_str("  no response yet\n");
        return;
    }
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
    if found.few_values {
        text.push_str(&paragraph(FEW_VALUES, "", "  "));
    }
    segments(text, kind, found);
}

fn segments(text: &mut String, kind: Kind, found: &Comparison) {
    if found.segments.is_empty() {
        return;
    }
    let line = |name: &str, treated: &str, control: &str, lift: &str, p: &str| {
        let line = format!("  {name:<28}{treated:>9}{control:>9}  {lift:<22}{p:>8}");
        format!("{}\n", line.trim_end())
    };
    text.push('\n');
    let (arm, control) = (cut(&found.arm, 8), cut(&found.control_arm, 8));
    text.push_str(&line("by segment", &arm, &control, "lift", "p (Holm)"));
    for part in &found.segments {
        let (lift, p) = lift_and_p(kind, part.lift.as_ref());
        text.push_str(&line(
            &cut(&part.segment, 27),
            &grouped(part.treated.units),
            &grouped(part.control.units),
            &lift,
            &p,
        ));
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
        text.push_str(&paragraph(&format!("- {note}"), "", "  "));
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
        "SIZES ARE OFF: {} (p {}). The arms were not drawn, kept or recorded as planned: find \
         out why before believing any figure",
        sizes.join(", "),
        p_value(check.p)
    )
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
