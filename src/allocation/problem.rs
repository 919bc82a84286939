//! What is decided and what must hold, as numbers.
//!
//! Nothing here knows of files, dates or channels: whoever states a problem
//! has turned those into sets of activities.

use super::rules::Rules;

/// Who may be invited to what, and what must hold over all of it.
#[derive(Debug, Clone)]
pub struct Problem {
    /// The number of activities; offers and totals name them by index.
    pub activities: usize,
    /// Who may be invited to what.
    pub offers: Offers,
    /// What must hold over sets of activities.
    pub totals: Vec<Total>,
    /// What must hold for every contact unit.
    pub rules: Rules,
}

/// Candidates that may be chosen, in order of (unit, customer, activity);
/// columns of equal length. A customer belongs to one unit.
#[derive(Debug, Clone)]
pub struct Offers {
    /// Where each unit's offers start, and one entry for the end: units + 1.
    pub starts: Vec<u32>,
    /// The customer's number, any that tells customers of a unit apart.
    pub customer: Vec<u32>,
    /// The activity's index.
    pub activity: Vec<u16>,
    /// Expected net value of the invitation.
    pub value: Vec<f64>,
    /// Probability of a response, 0 to 1.
    pub probability: Vec<f64>,
    /// What an invitation costs.
    pub cost: Costs,
}

/// Costs of invitations.
#[derive(Debug, Clone)]
pub enum Costs {
    /// The same for all who are invited to an activity, by activity.
    PerActivity(Vec<f64>),
    /// By offer.
    PerOffer(Vec<f64>),
}

impl Offers {
    /// The number of offers.
    #[must_use]
    pub fn len(&self) -> usize {
        self.activity.len()
    }

    /// Whether there is no offer.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.activity.is_empty()
    }

    /// The number of contact units.
    #[must_use]
    pub fn units(&self) -> usize {
        self.starts.len().saturating_sub(1)
    }

    /// The offers of a unit.
    #[must_use]
    pub fn of_unit(&self, unit: usize) -> std::ops::Range<usize> {
        self.starts[unit] as usize..self.starts[unit + 1] as usize
    }

    /// What the invitation costs.
    #[must_use]
    pub fn cost(&self, offer: usize) -> f64 {
        match &self.cost {
            Costs::PerActivity(cost) => cost[usize::from(self.activity[offer])],
            Costs::PerOffer(cost) => cost[offer],
        }
    }
}

/// What a total adds up over the chosen offers.
#[derive(Debug, Clone, PartialEq)]
pub enum Measure {
    /// Invitations.
    Invitations,
    /// Costs.
    Cost,
    /// Probabilities: expected responses.
    Responses,
    /// A number for each activity, such as minutes of a call.
    Weight(Vec<f64>),
}

/// Which side of the bound is allowed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Sense {
    /// The total is at most the bound.
    AtMost,
    /// The total is at least the bound.
    AtLeast,
}

/// A bound on a sum over the chosen offers of a set of activities.
#[derive(Debug, Clone, PartialEq)]
pub struct Total {
    /// What people call it.
    pub name: String,
    /// What is added up.
    pub measure: Measure,
    /// Which side is allowed.
    pub sense: Sense,
    /// Whether an activity counts, by activity.
    pub members: Vec<bool>,
    /// The bound, in the unit of the measure.
    pub bound: f64,
    /// The price of one unit beyond the bound; `None`: the bound holds.
    pub soft: Option<f64>,
}

impl Total {
    /// What choosing an offer adds to the total.
    #[must_use]
    pub fn adds(&self, offers: &Offers, offer: usize) -> f64 {
        let activity = usize::from(offers.activity[offer]);
        if !self.members[activity] {
            return 0.0;
        }
        match &self.measure {
            Measure::Invitations => 1.0,
            Measure::Cost => offers.cost(offer),
            Measure::Responses => offers.probability[offer],
            Measure::Weight(weight) => weight[activity],
        }
    }

    /// By how much a total of `used` is beyond the bound: 0 when it holds.
    #[must_use]
    pub fn violation(&self, used: f64) -> f64 {
        -self.slack(used).min(0.0)
    }

    /// How much room a total of `used` leaves; negative when it is beyond the
    /// bound. What sums of floats lose is no violation.
    #[must_use]
    pub fn slack(&self, used: f64) -> f64 {
        let slack = match self.sense {
            Sense::AtMost => self.bound - used,
            Sense::AtLeast => used - self.bound,
        };
        if slack < 0.0 && -slack <= ROUNDING * self.bound.abs().max(1.0) {
            return 0.0;
        }
        slack
    }
}

/// Sums of floats may be beyond a bound by this share of it.
pub(super) const ROUNDING: f64 = 1e-9;
