//! An activity of the past that no published run knows, whose outcomes say who
//! was held out at random.

use super::{Measured, Named};
use crate::domain::Unit;
use crate::measure::{Outcome, Pooling, measure as measured, told, told_experiment};
use crate::watch::grouped;

/// Measures the activity by its outcomes alone; `None` where these do not say who
/// was held out of it.
pub(super) fn measure(
    outcomes: &[Outcome],
    unit: &[Unit],
    activity: &str,
    pooling: Pooling,
) -> Option<Measured> {
    let units = told(outcomes, unit, pooling).remove(activity)?;
    let both = units.values().filter(|of| of.is_both()).count();
    let experiment = told_experiment(&units);
    let held = experiment
        .arm
        .iter()
        .filter(|&&arm| usize::from(arm) == experiment.control)
        .count();
    if held == 0 || held == experiment.arm.len() {
        return None;
    }
    let mut notes = vec![
        "no published run knows the activity: its outcomes say who was held out".to_owned(),
        "whether that was at random, and how many were to be, is not recorded".to_owned(),
    ];
    if both > 0 {
        notes.push(format!(
            "{} units left out: one of them was invited, another held out",
            grouped(both as u64)
        ));
    }
    Some(Measured {
        experiments: vec![Named {
            name: activity.to_owned(),
            measurement: measured(&experiment),
            notes: Vec::new(),
        }],
        notes,
    })
}
