use std::collections::BTreeMap;

use serde::Serialize;

use super::covariate::{Adjusted, WithCovariate, adjusted};
use super::interval::Interval;
use super::lift::{Group, Kind, Lift, adjust_together, lift};
use super::qini::{Qini, Scored, qini};
use super::reached::effect_on_reached;
use super::sample_ratio::{SampleRatio, sample_ratio};

/// The arms of an experiment and what each unit did. Columns have one entry
/// per unit; optional ones are left out where nothing is known.
///
/// Sums are made in the order of the units: give them in one order.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Experiment {
    /// The names of the arms.
    pub arms: Vec<String>,
    /// The index of the arm that was held out.
    pub control: usize,
    /// The arm of each unit.
    pub arm: Vec<u16>,
    /// The response of each unit: 0 or 1 throughout, or values.
    pub response: Vec<f64>,
    /// The segment of each unit, as an index into `segments`.
    pub segment: Option<Vec<u32>>,
    /// The names of the segments.
    pub segments: Vec<String>,
    /// A score that said before whom to treat first.
    pub score: Option<Vec<Option<f64>>>,
    /// What was known of each unit before, such as last month's value.
    pub before: Option<Vec<Option<f64>>>,
    /// Whether treatment reached the unit, where not all of an arm was reached.
    pub reached: Option<Vec<bool>>,
    /// The planned share of each arm.
    pub planned: Option<Vec<f64>>,
}

/// What an experiment shows.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Measurement {
    /// Rates or values.
    pub kind: Kind,
    /// The units of each arm, in the order of the arms.
    pub arms: Vec<Arm>,
    /// Whether the arms have their planned sizes; `None` without a plan.
    pub sample_ratio: Option<SampleRatio>,
    /// Each arm against the control.
    pub comparisons: Vec<Comparison>,
}

/// An arm and its size.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Arm {
    /// Its name.
    pub name: String,
    /// Its units.
    pub units: u64,
}

/// An arm against the control.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Comparison {
    /// The arm.
    pub arm: String,
    /// The control.
    pub control_arm: String,
    /// The arm's responses.
    pub treated: Group,
    /// The control's responses.
    pub control: Group,
    /// What treatment added; `None` where there is too little to tell.
    pub lift: Option<Lift>,
    /// Whether values are compared of which an arm has fewer than ten other than
    /// 0. Welch's interval is too short then: where responses are rare, the
    /// control's few say too little about how far they vary.
    pub few_values: bool,
    /// The lift with what was known before taken out.
    pub adjusted: Option<Adjusted>,
    /// The share of the arm that treatment reached.
    pub reached: Option<f64>,
    /// The effect on those reached.
    pub effect_on_reached: Option<Interval>,
    /// The lift by segment, in the order of their names; p-values are adjusted
    /// for the number of segments.
    pub segments: Vec<SegmentLift>,
    /// What inviting by score gains.
    pub qini: Option<Qini>,
}

/// A segment's lift.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct SegmentLift {
    /// The segment.
    pub segment: String,
    /// The arm's responses in it.
    pub treated: Group,
    /// The control's responses in it.
    pub control: Group,
    /// What treatment added there; `None` where there is too little to tell.
    pub lift: Option<Lift>,
}

/// Measures every arm against the control. With more than one arm the p-values
/// of their lifts are adjusted for each other.
#[must_use]
pub fn measure(experiment: &Experiment) -> Measurement {
    let kind = if experiment.response.iter().all(|&y| y == 0.0 || y == 1.0) {
        Kind::Rate
    } else {
        Kind::Value
    };
    let mut rows: Vec<Vec<usize>> = vec![Vec::new(); experiment.arms.len()];
    for (row, &arm) in experiment.arm.iter().enumerate() {
        if let Some(rows) = rows.get_mut(usize::from(arm)) {
            rows.push(row);
        }
    }
    let units: Vec<u64> = rows.iter().map(|rows| rows.len() as u64).collect();
    let planned = experiment.planned.as_deref();
    let mut comparisons: Vec<Comparison> = (0..rows.len())
        .filter(|&arm| arm != experiment.control)
        .map(|arm| compared(experiment, kind, arm, &rows[arm], &rows[experiment.control]))
        .collect();
    adjust_together(comparisons.iter_mut().filter_map(|c| c.lift.as_mut()));
    Measurement {
        kind,
        sample_ratio: planned.and_then(|planned| sample_ratio(&units, planned)),
        arms: experiment
            .arms
            .iter()
            .zip(units)
            .map(|(name, units)| Arm {
                name: name.clone(),
                units,
            })
            .collect(),
        comparisons,
    }
}

fn compared(
    experiment: &Experiment,
    kind: Kind,
    arm: usize,
    treated: &[usize],
    control: &[usize],
) -> Comparison {
    let responses =
        |rows: &[usize]| -> Vec<f64> { rows.iter().map(|&row| experiment.response[row]).collect() };
    let (of_treated, of_control) = (responses(treated), responses(control));
    let reached: Option<Vec<bool>> = experiment
        .reached
        .as_ref()
        .map(|reached| treated.iter().map(|&row| reached[row]).collect());
    Comparison {
        arm: experiment.arms[arm].clone(),
        control_arm: experiment.arms[experiment.control].clone(),
        treated: Group::of(&of_treated),
        control: Group::of(&of_control),
        lift: lift(kind, &of_treated, &of_control),
        few_values: kind == Kind::Value && few_values(&[&of_treated, &of_control]),
        adjusted: with_before(experiment, kind, treated, control),
        effect_on_reached: reached
            .as_ref()
            .and_then(|reached| effect_on_reached(kind, &of_treated, reached, &of_control)),
        reached: reached.map(|reached| {
            reached.iter().filter(|&&yes| yes).count() as f64 / reached.len().max(1) as f64
        }),
        segments: by_segment(experiment, kind, treated, control),
        qini: by_score(experiment, treated, control),
    }
}

/// Responses, and units without one, that each arm must have for the adjusted
/// lift of a rate: its interval is that of means, which needs some of both.
/// Values other than 0 that an interval of means needs.
const LEAST_COUNT: f64 = 10.0;

/// Whether one of the arms has too few values other than 0.
fn few_values(arms: &[&[f64]]) -> bool {
    let known = |values: &[f64]| values.iter().filter(|&&value| value != 0.0).count() as f64;
    arms.iter().any(|values| known(values) < LEAST_COUNT)
}

/// The adjusted lift. A unit of which nothing is known stands at the mean of
/// the others, which favours neither arm: the draw did not know it either.
fn with_before(
    experiment: &Experiment,
    kind: Kind,
    treated: &[usize],
    control: &[usize],
) -> Option<Adjusted> {
    let before = experiment.before.as_ref()?;
    let known = || treated.iter().chain(control).filter_map(|&row| before[row]);
    let mean = known().sum::<f64>() / known().count().max(1) as f64;
    let group = |rows: &[usize]| WithCovariate {
        before: rows
            .iter()
            .map(|&row| before[row].unwrap_or(mean))
            .collect(),
        response: rows.iter().map(|&row| experiment.response[row]).collect(),
    };
    let (treated, control) = (group(treated), group(control));
    let few = |group: &WithCovariate| {
        let yes: f64 = group.response.iter().sum();
        yes.min(group.response.len() as f64 - yes) < LEAST_COUNT
    };
    if kind == Kind::Rate && (few(&treated) || few(&control)) {
        return None;
    }
    adjusted(&treated, &control)
}

fn by_segment(
    experiment: &Experiment,
    kind: Kind,
    treated: &[usize],
    control: &[usize],
) -> Vec<SegmentLift> {
    let Some(segment) = &experiment.segment else {
        return Vec::new();
    };
    let mut parts: BTreeMap<&str, [Vec<f64>; 2]> = BTreeMap::new();
    for (group, rows) in [treated, control].into_iter().enumerate() {
        for &row in rows {
            let name = experiment.segments.get(segment[row] as usize);
            let part = parts
                .entry(name.map_or("(none)", String::as_str))
                .or_default();
            part[group].push(experiment.response[row]);
        }
    }
    let mut segments: Vec<SegmentLift> = parts
        .into_iter()
        .map(|(name, [treated, control])| SegmentLift {
            segment: name.to_owned(),
            treated: Group::of(&treated),
            control: Group::of(&control),
            lift: lift(kind, &treated, &control),
        })
        .collect();
    adjust_together(segments.iter_mut().filter_map(|s| s.lift.as_mut()));
    segments
}

/// The Qini curve over the units that have a score.
fn by_score(experiment: &Experiment, treated: &[usize], control: &[usize]) -> Option<Qini> {
    let score = experiment.score.as_ref()?;
    let of = |rows: &[usize], treated: bool| -> Vec<Scored> {
        let scored = |&row: &usize| {
            Some(Scored {
                score: score[row]?,
                treated,
                response: experiment.response[row],
            })
        };
        rows.iter().filter_map(scored).collect()
    };
    let mut units = of(treated, true);
    units.extend(of(control, false));
    qini(units)
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Three arms of 40 units, the first held out, that respond in the given
    /// parts of 40; segments and what was known before alternate.
    fn experiment(responses: [usize; 3]) -> Experiment {
        let units = || (0..3_u16).flat_map(|arm| (0..40_usize).map(move |unit| (arm, unit)));
        Experiment {
            arms: ["control", "sms", "call"].map(str::to_owned).to_vec(),
            control: 0,
            arm: units().map(|(arm, _)| arm).collect(),
            response: units()
                .map(|(arm, unit)| f64::from(u8::from(unit < responses[usize::from(arm)])))
                .collect(),
            segment: Some(units().map(|(_, unit)| (unit % 2) as u32).collect()),
            segments: vec!["old".to_owned(), "new".to_owned()],
            before: Some(units().map(|(_, unit)| Some((unit % 7) as f64)).collect()),
            ..Experiment::default()
        }
    }

    #[test]
    fn every_arm_is_compared_with_the_control_and_p_values_with_each_other() {
        let found = measure(&experiment([10, 20, 12]));
        let names: Vec<&str> = found.comparisons.iter().map(|c| c.arm.as_str()).collect();
        assert_eq!(names, ["sms", "call"]);
        let lifts: Vec<Lift> = found.comparisons.iter().filter_map(|c| c.lift).collect();
        assert!((lifts[0].absolute.estimate - 0.25).abs() < 1e-12);
        assert!((lifts[1].absolute.estimate - 0.05).abs() < 1e-12);
        assert!((lifts[0].p_adjusted - 2.0 * lifts[0].p).abs() < 1e-12);
        assert!((lifts[1].p_adjusted - lifts[1].p).abs() < 1e-12);
        assert_eq!(found.sample_ratio, None);
    }

    #[test]
    fn segments_add_up_to_the_arms_and_share_their_p_values() {
        let found = measure(&experiment([10, 20, 12]));
        let segments = &found.comparisons[0].segments;
        let names: Vec<&str> = segments.iter().map(|s| s.segment.as_str()).collect();
        assert_eq!(names, ["new", "old"]);
        let total: f64 = segments.iter().map(|s| s.treated.total).sum();
        assert_eq!(total, found.comparisons[0].treated.total);
        for lift in segments.iter().filter_map(|s| s.lift) {
            assert!(lift.p_adjusted > lift.p, "{lift:?}");
        }
    }

    #[test]
    fn a_rate_is_adjusted_only_where_both_arms_have_ten_responses() {
        let adjusted = |responses| measure(&experiment(responses)).comparisons[0].adjusted;
        assert!(adjusted([10, 20, 0]).is_some());
        assert!(adjusted([9, 20, 0]).is_none());
        assert!(adjusted([10, 31, 0]).is_none());
    }

    #[test]
    fn an_arm_without_units_leaves_nothing_to_tell() {
        let mut experiment = experiment([10, 20, 12]);
        experiment
            .arm
            .iter_mut()
            .for_each(|arm| *arm = (*arm).max(1));
        let found = measure(&experiment);
        assert!(
            found
                .comparisons
                .iter()
                .all(|c| c.lift.is_none() && c.qini.is_none())
        );
    }
}
