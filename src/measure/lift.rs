use serde::Serialize;

use super::interval::Interval;
use super::rates::{self, Rate};
use super::values::{self, Moments};

/// What is measured.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Kind {
    /// Whether a unit responded: 0 or 1.
    Rate,
    /// A value: spend, visits, minutes.
    Value,
}

/// The test behind a p-value.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Test {
    /// The N − 1 chi-squared test of two rates.
    ChiSquared,
    /// The Fisher–Irwin exact test of two rates.
    FisherIrwin,
    /// Welch's t-test of two means.
    Welch,
}

/// The size and the mean response of a group.
#[derive(Debug, Clone, Copy, PartialEq, Serialize)]
pub struct Group {
    /// Units.
    pub units: u64,
    /// The responses added up: how many responded, or the sum of values.
    pub total: f64,
    /// The rate of response, or the mean value.
    pub mean: f64,
}

/// What treatment added.
#[derive(Debug, Clone, Copy, PartialEq, Serialize)]
pub struct Lift {
    /// The treated group's mean less the control's.
    pub absolute: Interval,
    /// The same as a part of the control's mean: 0.25 is a quarter more.
    /// `None` where the control's or the treated group's mean is not above 0.
    pub relative: Option<Interval>,
    /// Two-sided p-value of "no difference".
    pub p: f64,
    /// The p-value adjusted for the others it is shown with, by Holm's method.
    pub p_adjusted: f64,
    /// The test behind the p-values.
    pub test: Test,
}

impl Group {
    /// The group of these responses, added up in their order.
    #[must_use]
    pub fn of(responses: &[f64]) -> Self {
        let total: f64 = responses.iter().sum();
        Self {
            units: responses.len() as u64,
            total,
            mean: total / responses.len().max(1) as f64,
        }
    }

    fn rate(&self) -> Rate {
        Rate {
            // A sum of zeros and ones is whole.
            responses: self.total as u64,
            units: self.units,
        }
    }
}

/// The lift of `treated` over `control`. `None` where a group is empty, or
/// values are too few or too equal for [`values::difference`].
#[must_use]
pub fn lift(kind: Kind, treated: &[f64], control: &[f64]) -> Option<Lift> {
    if treated.is_empty() || control.is_empty() {
        return None;
    }
    Some(match kind {
        Kind::Rate => {
            let (treated, control) = (Group::of(treated).rate(), Group::of(control).rate());
            let (p, test) = rates::test(treated, control);
            Lift {
                absolute: rates::difference(treated, control),
                relative: rates::ratio(treated, control),
                p,
                p_adjusted: p,
                test,
            }
        }
        Kind::Value => {
            let [treated, control] =
                [treated, control].map(|group| Moments::of(group.iter().copied()));
            let (absolute, p) = values::difference(&treated, &control)?;
            Lift {
                absolute,
                relative: values::ratio(&treated, &control),
                p,
                p_adjusted: p,
                test: Test::Welch,
            }
        }
    })
}

/// Adjusts the p-values of lifts that are looked at together, by [`super::holm`].
pub fn adjust_together<'a>(lifts: impl Iterator<Item = &'a mut Lift>) {
    let lifts: Vec<&mut Lift> = lifts.collect();
    let p_values: Vec<f64> = lifts.iter().map(|lift| lift.p).collect();
    for (lift, adjusted) in lifts.into_iter().zip(super::holm(&p_values)) {
        lift.p_adjusted = adjusted;
    }
}
