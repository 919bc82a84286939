use super::constraints::Constraints;
use super::{Activity, Refusal};
use crate::domain::{Decision, DecisionReason};

/// The decisions ledger: every candidate (customer × activity) with the
/// reason that decided, columns of equal length in order of (row, activity).
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Candidates {
    /// The customer's row.
    pub row: Vec<u32>,
    /// The activity's index in the settings.
    pub activity: Vec<u16>,
    /// The reason that decided.
    pub reason: Vec<DecisionReason>,
    /// Index into `constraints` of what bound, or [`Candidates::UNBOUND`].
    pub constraint: Vec<u16>,
    /// Probability of accepting, 0 to 1.
    pub probability: Vec<f64>,
    /// Expected net value of an invitation, in the operator's currency.
    pub value: Vec<f64>,
    /// Names of the constraints.
    pub constraints: Vec<String>,
}

impl Candidates {
    /// Stands for "no constraint to name".
    pub const UNBOUND: u16 = u16::MAX;

    /// The number of candidates.
    #[must_use]
    pub fn len(&self) -> usize {
        self.row.len()
    }

    /// Whether there is no candidate.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.row.is_empty()
    }

    /// What became of the candidate at `at`.
    #[must_use]
    pub fn decision(&self, at: usize) -> Decision {
        self.reason[at].decision()
    }

    /// The name of what bound the candidate at `at`, if there is one to name.
    #[must_use]
    pub fn constraint_name(&self, at: usize) -> Option<&str> {
        self.constraints
            .get(usize::from(self.constraint[at]))
            .map(String::as_str)
    }

    /// The places of the customer's candidates.
    #[must_use]
    pub fn of_row(&self, row: u32) -> std::ops::Range<usize> {
        let start = self.row.partition_point(|&other| other < row);
        start..start + self.row[start..].partition_point(|&other| other == row)
    }

    /// Lists the candidates, undecided. `chances` are the probabilities of
    /// each activity's eligible rows, `worth` the value of an acceptance.
    pub(super) fn list(
        customers: usize,
        activities: &[Activity],
        eligible: &[Vec<u32>],
        chances: &[Vec<Chance>],
    ) -> Self {
        // Counting sort by row: activities come in order, so (row, activity) is.
        let mut next = vec![0_usize; customers + 1];
        for &row in eligible.iter().flatten() {
            next[row as usize + 1] += 1;
        }
        for at in 1..next.len() {
            next[at] += next[at - 1];
        }
        let total = next[customers];
        let mut list = Self {
            row: vec![0; total],
            activity: vec![0; total],
            reason: vec![DecisionReason::NoValue; total],
            constraint: vec![Self::UNBOUND; total],
            probability: vec![0.0; total],
            value: vec![0.0; total],
            constraints: Vec::new(),
        };
        for (index, ((activity, rows), chances)) in
            (0..).zip(activities.iter().zip(eligible).zip(chances))
        {
            for (&row, chance) in rows.iter().zip(chances) {
                let at = next[row as usize];
                next[row as usize] += 1;
                list.row[at] = row;
                list.activity[at] = index;
                list.probability[at] = chance.probability;
                list.value[at] =
                    chance.probability * chance.worth.unwrap_or(activity.value) - activity.cost;
            }
        }
        list
    }

    /// Records a refusal.
    pub(super) fn refuse(&mut self, at: usize, refusal: Refusal, constraints: &Constraints) {
        self.reason[at] = refusal.reason;
        self.constraint[at] = refusal
            .bound
            .map_or(Self::UNBOUND, |bound| constraints.id(bound));
    }
}

/// What is expected of one candidate.
#[derive(Debug, Clone, Copy)]
pub(super) struct Chance {
    pub(super) probability: f64,
    /// Value of an acceptance, where a score gives it.
    pub(super) worth: Option<f64>,
}
