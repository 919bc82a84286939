//! What customers did: as responses to the activities of published nights, and
//! of activities that no night knows, such as those from before clubcall, on
//! its own.

use std::collections::BTreeMap;

use super::entries::{Entries, HELD_OUT, Pooling};
use super::experiment::Experiment;
use crate::domain::Unit;

/// What a customer did about an activity, as the table `outcomes` has it.
#[derive(Debug, Clone, PartialEq)]
pub struct Outcome {
    /// The customer's row.
    pub customer: u32,
    /// The activity's id.
    pub activity: String,
    /// The day, since 1970-01-01, if it is known.
    pub day: Option<i32>,
    /// 0 or 1, or a value.
    pub value: f64,
    /// Whether the customer was held out of the activity, if it is said.
    pub held_out: Option<bool>,
}

/// What a customer did about an activity of published nights.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Response {
    /// The customer's row.
    pub customer: u32,
    /// The activity's number in [`Entries`].
    pub activity: u32,
    /// The day, since 1970-01-01, if it is known.
    pub day: Option<i32>,
    /// 0 or 1, or a value.
    pub value: f64,
}

/// The outcomes of activities that the nights know, in order of customer,
/// activity and day.
#[must_use]
pub fn responses(outcomes: &[Outcome], entries: &Entries) -> Vec<Response> {
    let known = outcomes.iter().filter_map(|outcome| {
        Some(Response {
            customer: outcome.customer,
            activity: entries.number(&outcome.activity)?,
            day: outcome.day,
            value: outcome.value,
        })
    });
    let mut responses: Vec<Response> = known.collect();
    responses.sort_by(|a, b| {
        let key = |response: &Response| (response.customer, response.activity, response.day);
        key(a).cmp(&key(b)).then(a.value.total_cmp(&b.value))
    });
    responses
}

/// A contact unit and an activity, as far as outcomes alone tell of them.
#[derive(Debug, Clone, Copy, Default, PartialEq)]
pub struct Told {
    /// One of its customers was held out.
    pub held_out: bool,
    /// One of its customers was not.
    pub invited: bool,
    /// What its customers did, pooled.
    pub response: f64,
}

impl Told {
    /// Whether one of its customers was held out and another was not.
    #[must_use]
    pub const fn is_both(&self) -> bool {
        self.held_out && self.invited
    }
}

/// By activity and contact unit, the outcomes that say whether the customer was
/// held out. `unit` has the contact unit of each customer's row.
#[must_use]
pub fn told<'a>(
    outcomes: &'a [Outcome],
    unit: &[Unit],
    pooling: Pooling,
) -> BTreeMap<&'a str, BTreeMap<Unit, Told>> {
    let mut told: BTreeMap<&str, BTreeMap<Unit, Told>> = BTreeMap::new();
    for outcome in outcomes {
        let Some(held_out) = outcome.held_out else {
            continue;
        };
        let units = told.entry(&outcome.activity).or_default();
        let of = units.entry(unit[outcome.customer as usize]).or_default();
        of.held_out |= held_out;
        of.invited |= !held_out;
        of.response = match pooling {
            Pooling::Any => of.response.max(outcome.value),
            Pooling::Sum => of.response + outcome.value,
        };
    }
    told
}

/// The units that were held out against the others, without those that were
/// both.
#[must_use]
pub fn told_experiment(units: &BTreeMap<Unit, Told>) -> Experiment {
    let units = units.values().filter(|of| !of.is_both());
    let (arm, response) = units
        .map(|of| (u16::from(of.held_out), of.response))
        .unzip();
    Experiment {
        arms: vec!["invited".to_owned(), HELD_OUT.to_owned()],
        control: 1,
        arm,
        response,
        ..Experiment::default()
    }
}

#[cfg(test)]
mod tests {
    use super::super::entries::Candidate;
    use super::*;
    use crate::domain::DecisionReason;

    fn outcome(customer: u32, activity: &str, value: f64, held_out: Option<bool>) -> Outcome {
        Outcome {
            customer,
            activity: activity.to_owned(),
            day: None,
            value,
            held_out,
        }
    }

    #[test]
    fn responses_are_to_activities_that_a_night_knows_in_order_of_customer() {
        let mut entries = Entries::default();
        let candidate = |activity| Candidate {
            customer: 0,
            unit: 0,
            activity,
            reason: DecisionReason::NoConsent,
            probability: 0.0,
            segment: 0,
        };
        entries.add_night(100, ["talk", "film"].map(candidate));
        let outcomes = [
            outcome(2, "talk", 1.0, None),
            outcome(1, "film", 0.0, None),
            outcome(1, "older", 1.0, Some(true)),
            outcome(1, "talk", 1.0, None),
        ];
        let found = responses(&outcomes, &entries);
        let found: Vec<(u32, u32)> = found.iter().map(|r| (r.customer, r.activity)).collect();
        assert_eq!(found, [(1, 0), (1, 1), (2, 0)]);
    }

    #[test]
    fn outcomes_that_say_who_was_held_out_tell_of_contact_units() {
        // Customers 1 and 2 are one unit, of which one was held out.
        let unit = [10, 11, 11, 12];
        let outcomes = [
            outcome(0, "older", 0.0, Some(true)),
            outcome(1, "older", 2.0, Some(false)),
            outcome(2, "older", 3.0, Some(true)),
            outcome(3, "older", 1.0, Some(false)),
            outcome(3, "older", 9.0, None),
            outcome(3, "film", 1.0, None),
        ];
        let found = told(&outcomes, &unit, Pooling::Sum);
        assert_eq!(found.keys().collect::<Vec<_>>(), [&"older"]);
        let both = found["older"][&11];
        assert!(both.is_both());
        assert_eq!(both.response, 5.0);
        let any = told(&outcomes, &unit, Pooling::Any);
        assert_eq!(any["older"][&11].response, 3.0);
        let experiment = told_experiment(&found["older"]);
        assert_eq!(experiment.arm, [1, 0]);
        assert_eq!(experiment.response, [0.0, 1.0]);
    }
}
