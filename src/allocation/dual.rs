//! The Lagrangian dual: prices on the totals, and the bound they prove.
//!
//! With a price on every total each contact unit can be decided by itself.
//! Whatever the prices, the units' best gains together with the price of the
//! bounds are no less than the value of any allowed allocation (Fisher 1981,
//! section 3), so the lowest such sum is the bound sought.

use super::pass::{Choice, Objective, Units};
use super::rows::Rows;

/// The dual function of a problem, or of a share of it.
#[derive(Debug)]
pub(super) struct Dual<'a> {
    units: Units<'a>,
    objective: Objective,
    /// The highest price of each row.
    pub(super) ceilings: Vec<f64>,
    /// The share of the problem that is looked at.
    pub(super) share: f64,
}

/// The dual function at certain prices.
#[derive(Debug)]
pub(super) struct Point {
    pub(super) prices: Vec<f64>,
    /// An upper bound on what can be reached.
    pub(super) value: f64,
    /// By row, how `value` changes with its price: what the row leaves free.
    pub(super) slope: Vec<f64>,
    /// What the units choose.
    pub(super) choice: Choice,
    /// The number of offers chosen.
    pub(super) chosen: f64,
}

impl<'a> Dual<'a> {
    pub(super) fn new(units: Units<'a>, objective: Objective, ceilings: Vec<f64>) -> Self {
        Self {
            units,
            objective,
            ceilings,
            share: if units.every == 1 { 1.0 } else { units.share() },
        }
    }

    pub(super) fn rows(&self) -> &'a Rows {
        self.units.rows
    }

    /// A row's bound, for the share that is looked at.
    pub(super) fn share_bound(&self, row: usize) -> f64 {
        self.units.rows.rows[row].bound * self.share
    }

    pub(super) fn at(&self, prices: Vec<f64>) -> Point {
        let rows = self.units.rows;
        let outcome = self.units.pass(self.objective, &rows.price_list(&prices));
        let used = rows.used(&outcome.sums);
        let mut value = outcome.gain;
        let mut slope = Vec::with_capacity(prices.len());
        for ((price, row), used) in prices.iter().zip(&rows.rows).zip(&used) {
            let bound = row.bound * self.share;
            // A price of 0 is worth nothing, whatever the bound.
            if *price > 0.0 {
                value += price * bound;
            }
            slope.push(bound - used);
        }
        Point {
            prices,
            value,
            slope,
            choice: outcome.choice,
            chosen: outcome.sums.sums.iter().map(|sums| sums[0]).sum(),
        }
    }
}
