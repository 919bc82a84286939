//! Who gets what: one optimum over all offers, within every bound and rule,
//! with the proof of how near it is.
//!
//! A [`Problem`] has offers (a customer could be invited to an activity),
//! totals (bounds on sums over sets of activities) and rules for every contact
//! unit. [`solve`] finds the allowed choice of most value; [`reasons`] says
//! why each other offer was left.
//!
//! How it works, and where:
//!
//! | file | job |
//! | --- | --- |
//! | `settings`, `statement` | bounds and rules as people write them, and as numbers |
//! | `problem`, `rules` | what is given |
//! | `rows` | totals in one form, scaled so that their prices compare |
//! | `unit` | the best choice of one contact unit at given prices, exact |
//! | `pass` | that for all units, in parallel; sums in a fixed order |
//! | `dual`, `bundle`, `metric`, `step` | prices of the totals, and the bound they prove |
//! | `rounding` | from the mix of choices behind those prices to whole invitations |
//! | `moves`, `improve` | the last few invitations, by local search |
//! | `exact` | exhaustive search for very small problems |
//! | `feasibility` | which bounds contradict each other, and by how much |
//! | `why` | the reason for each offer |
//! | `solve` | all of it in order |
//! | `greedy` | the baseline to compare with |
//!
//! With a price on every total, contact units can be decided one by one
//! (Lagrangian relaxation: Fisher, The Lagrangian relaxation method for solving
//! integer programming problems, 1981). There are millions of units and few
//! totals, so the mix of choices that the best prices leave differs from a
//! whole one in a handful of units, and the gap that remains is tiny.

mod bundle;
mod dual;
mod exact;
mod feasibility;
mod greedy;
mod improve;
mod metric;
mod moves;
mod pass;
mod problem;
mod rounding;
mod rows;
mod rules;
mod settings;
mod solve;
mod statement;
mod step;
mod unit;
mod why;

#[cfg(test)]
mod tests;

pub use feasibility::Infeasible;
pub use greedy::{Greed, greedy};
pub use problem::{Costs, Measure, Offers, Problem, Sense, Total};
pub use rules::{Conflict, ContactRule, Rules};
pub use settings::{
    ConflictSettings, ConstraintKind, ConstraintSettings, ContactRuleSettings, ContactSettings,
    Day, Names,
};
pub use solve::{Solution, Unsolved, solve, totals_of, worth};
pub use statement::{Offered, rules, totals};
pub use why::{Why, reasons};
