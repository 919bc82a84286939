//! Totals in one form: scaled sums that must be at most a bound, with prices
//! in the unit of value.

use super::problem::{Measure, Problem, Sense};

/// The totals of a problem as rows `Σ a x ≤ bound`, each divided by what one
/// of its offers adds on average. So a price is what a typical offer pays, and
/// prices of invitations, costs and responses can be compared.
#[derive(Debug, Clone)]
pub(super) struct Rows {
    pub(super) rows: Vec<Row>,
    /// By activity, the rows that count it.
    of_activity: Vec<Vec<Entry>>,
}

#[derive(Debug, Clone)]
pub(super) struct Row {
    /// In scaled units.
    pub(super) bound: f64,
    /// The price of one scaled unit beyond the bound; infinite when it holds.
    pub(super) ceiling: f64,
    /// What one scaled unit is in the total's own unit, negative when the
    /// total has a lower bound.
    pub(super) unit: f64,
}

/// What an offer of an activity adds to a row: `factor` times 1, its
/// probability or its cost.
#[derive(Debug, Clone, Copy)]
struct Entry {
    row: u32,
    times: Times,
    factor: f64,
}

#[derive(Debug, Clone, Copy, PartialEq)]
enum Times {
    One,
    Probability,
    Cost,
}

/// Sums over chosen offers by activity: invitations, probabilities, costs.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Sums {
    pub(super) sums: Vec<[f64; 3]>,
}

impl Sums {
    pub(super) fn new(activities: usize) -> Self {
        Self {
            sums: vec![[0.0; 3]; activities],
        }
    }

    #[inline]
    pub(super) fn add(&mut self, activity: u16, probability: f64, cost: f64) {
        let sums = &mut self.sums[usize::from(activity)];
        sums[0] += 1.0;
        sums[1] += probability;
        sums[2] += cost;
    }

    pub(super) fn merge(&mut self, other: &Self) {
        for (to, from) in self.sums.iter_mut().zip(&other.sums) {
            for (to, from) in to.iter_mut().zip(from) {
                *to += from;
            }
        }
    }
}

/// What the offers of an activity pay: a price for the invitation, and prices
/// on its probability and its cost.
pub(super) type PriceList = Vec<[f64; 3]>;

impl Rows {
    pub(super) fn new(problem: &Problem) -> Self {
        let offers = &problem.offers;
        let mut everyone = Sums::new(problem.activities);
        for offer in 0..offers.len() {
            everyone.add(
                offers.activity[offer],
                offers.probability[offer],
                offers.cost(offer).abs(),
            );
        }
        let mut rows = Vec::with_capacity(problem.totals.len());
        let mut of_activity = vec![Vec::new(); problem.activities];
        for (index, total) in (0_u32..).zip(&problem.totals) {
            let times = match total.measure {
                Measure::Invitations | Measure::Weight(_) => Times::One,
                Measure::Responses => Times::Probability,
                Measure::Cost => Times::Cost,
            };
            let weight = |activity: usize| match &total.measure {
                Measure::Weight(weight) => weight[activity],
                _ => 1.0,
            };
            let members = || {
                let members = total.members.iter().enumerate();
                members
                    .filter(|(_, member)| **member)
                    .map(|(activity, _)| activity)
            };
            let (mut count, mut sum) = (0.0, 0.0);
            for activity in members() {
                let all = &everyone.sums[activity];
                count += all[0];
                sum += weight(activity).abs() * all[times as usize];
            }
            let typical = if sum > 0.0 { sum / count } else { 1.0 };
            let unit = match total.sense {
                Sense::AtMost => typical,
                Sense::AtLeast => -typical,
            };
            for activity in members() {
                of_activity[activity].push(Entry {
                    row: index,
                    times,
                    factor: weight(activity) / unit,
                });
            }
            rows.push(Row {
                bound: total.bound / unit,
                ceiling: total.soft.map_or(f64::INFINITY, |price| price * typical),
                unit,
            });
        }
        Self { rows, of_activity }
    }

    pub(super) fn len(&self) -> usize {
        self.rows.len()
    }

    /// What the offers of each activity pay at `prices`, one per row.
    pub(super) fn price_list(&self, prices: &[f64]) -> PriceList {
        let of = |entries: &Vec<Entry>| {
            let mut list = [0.0; 3];
            for entry in entries {
                list[entry.times as usize] += prices[entry.row as usize] * entry.factor;
            }
            list
        };
        self.of_activity.iter().map(of).collect()
    }

    /// The left-hand sides for sums over chosen offers.
    pub(super) fn used(&self, sums: &Sums) -> Vec<f64> {
        let mut used = vec![0.0; self.rows.len()];
        for (entries, sums) in self.of_activity.iter().zip(&sums.sums) {
            for entry in entries {
                used[entry.row as usize] += entry.factor * sums[entry.times as usize];
            }
        }
        used
    }

    /// What an offer of an activity adds to each row it counts in.
    #[inline]
    pub(super) fn each(
        &self,
        activity: u16,
        probability: f64,
        cost: f64,
        mut add: impl FnMut(usize, f64),
    ) {
        let one = [1.0, probability, cost];
        for entry in &self.of_activity[usize::from(activity)] {
            add(entry.row as usize, entry.factor * one[entry.times as usize]);
        }
    }
}
