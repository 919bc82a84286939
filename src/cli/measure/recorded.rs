//! An activity of the past that no published run knows, whose outcomes say who
//! was held out at random.

use std::collections::BTreeMap;

use super::super::Failure;
use super::inputs::{Customers, outcomes_of};
use super::{Measured, Named, Response};
use crate::domain::Unit;
use crate::measure::{Experiment, measure as measured};
use crate::tables::ValidTables;
use crate::watch::grouped;

/// What became of a contact unit.
#[derive(Default)]
struct Of {
    held_out: bool,
    invited: bool,
    response: f64,
}

/// Measures the activity by its outcomes alone; `None` where these do not say who
/// was held out of it.
pub(super) fn measure(
    tables: &ValidTables,
    customers: &Customers,
    activity: &str,
    asked: Response,
) -> Result<Option<Measured>, Failure> {
    let mut units: BTreeMap<Unit, Of> = BTreeMap::new();
    for row in outcomes_of(tables, customers, activity, asked)? {
        let of = units.entry(row.unit).or_default();
        of.held_out |= row.held_out;
        of.invited |= !row.held_out;
        of.response = match asked {
            Response::Value => of.response + row.value,
            Response::Responded | Response::Attended => of.response.max(row.value),
        };
    }
    let both = units
        .values()
        .filter(|of| of.held_out && of.invited)
        .count();
    units.retain(|_, of| of.held_out != of.invited);
    let held = units.values().filter(|of| of.held_out).count();
    if held == 0 || held == units.len() {
        return Ok(None);
    }
    let experiment = Experiment {
        arms: vec!["invited".to_owned(), "held out".to_owned()],
        control: 1,
        arm: units.values().map(|of| u16::from(of.held_out)).collect(),
        response: units.values().map(|of| of.response).collect(),
        segment: None,
        segments: Vec::new(),
        score: None,
        before: None,
        reached: None,
        planned: None,
    };
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
    Ok(Some(Measured {
        experiments: vec![Named {
            name: activity.to_owned(),
            measurement: measured(&experiment),
            notes: Vec::new(),
        }],
        notes,
    }))
}
