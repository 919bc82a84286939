//! The solution in words and as JSON.

use std::fmt::Write;

use serde::Serialize;

use super::super::{Exit, Failure};
use super::problem_file::Stated;
use crate::allocation::{Measure, Problem, Sense, Solution, Total};
use crate::watch::grouped;

/// What is said of a solution.
#[derive(Debug, Serialize)]
pub(super) struct Said {
    candidates: usize,
    customers: usize,
    contact_units: usize,
    activities: usize,
    invitations: usize,
    /// The invitations' value, less what soft constraints cost.
    value: f64,
    /// No allowed choice is worth more.
    bound: f64,
    /// (bound − value) ÷ bound.
    gap: f64,
    /// What one more unit of each constraint's bound is worth.
    prices: std::collections::BTreeMap<String, f64>,
    constraints: Vec<Constraint>,
    /// How often all candidates were priced.
    passes: usize,
    /// Of the whole command, reading and writing included.
    seconds: f64,
    /// Of solving alone.
    solve_seconds: f64,
}

#[derive(Debug, Serialize)]
struct Constraint {
    name: String,
    measures: &'static str,
    sense: &'static str,
    bound: f64,
    used: f64,
    /// Room left; below 0 only where the constraint is soft.
    slack: f64,
    /// What one more unit of the bound is worth.
    price: f64,
    binding: bool,
    /// The price of a unit beyond the bound, for soft constraints.
    soft: Option<f64>,
}

impl Said {
    pub(super) fn new(
        stated: &Stated,
        problem: &Problem,
        solution: &Solution,
        seconds: f64,
        solve_seconds: f64,
    ) -> Self {
        let constraints: Vec<Constraint> = problem
            .totals
            .iter()
            .zip(&solution.used)
            .zip(solution.prices_that_count(problem))
            .map(|((total, &used), price)| Constraint {
                name: total.name.clone(),
                measures: measure(total),
                sense: match total.sense {
                    Sense::AtMost => "at_most",
                    Sense::AtLeast => "at_least",
                },
                bound: total.bound,
                used,
                slack: total.slack(used),
                price,
                binding: price > 0.0,
                soft: total.soft,
            })
            .collect();
        let mut customers = problem.offers.customer.clone();
        customers.dedup();
        Self {
            candidates: problem.offers.len(),
            customers: customers.len(),
            contact_units: problem.offers.units(),
            activities: stated.offered.len(),
            invitations: solution.chosen.iter().filter(|chosen| **chosen).count(),
            value: solution.value,
            bound: solution.bound,
            gap: solution.gap(),
            prices: constraints
                .iter()
                .map(|constraint| (constraint.name.clone(), constraint.price))
                .collect(),
            constraints,
            passes: solution.passes,
            seconds,
            solve_seconds,
        }
    }

    pub(super) fn json(&self) -> Result<String, Failure> {
        serde_json::to_string_pretty(self)
            .map_err(|error| Failure::new(Exit::Software, error.to_string()))
    }

    pub(super) fn text(&self) -> String {
        let mut text = String::new();
        let _ = writeln!(
            text,
            "{} invitations from {} candidates of {} customers",
            grouped(self.invitations as u64),
            grouped(self.candidates as u64),
            grouped(self.customers as u64)
        );
        let _ = writeln!(
            text,
            "value {:.2}; no choice is worth more than {:.2} (gap {})",
            self.value,
            self.bound,
            percent(self.gap)
        );
        if !self.constraints.is_empty() {
            let _ = writeln!(
                text,
                "\n  {:<36} {:>14} {:>14} {:>12}",
                "constraint", "used", "bound", "price"
            );
        }
        for constraint in &self.constraints {
            let sign = if constraint.sense == "at_most" {
                "≤"
            } else {
                "≥"
            };
            let price = if constraint.binding {
                format!("{:.4}", constraint.price)
            } else {
                String::new()
            };
            let _ = writeln!(
                text,
                "  {:<36} {:>14.2} {sign} {:>12.2} {price:>12}",
                constraint.name, constraint.used, constraint.bound
            );
        }
        let dearest = self
            .constraints
            .iter()
            .filter(|constraint| constraint.binding)
            .max_by(|a, b| a.price.total_cmp(&b.price));
        if let Some(dearest) = dearest {
            let more = if dearest.sense == "at_most" {
                "more"
            } else {
                "less"
            };
            let _ = writeln!(
                text,
                "\none {more} of \"{}\" ({}) is worth {:.2}",
                dearest.name, dearest.measures, dearest.price
            );
        }
        let _ = writeln!(text, "{:.1} s", self.seconds);
        text
    }
}

fn percent(share: f64) -> String {
    if share == 0.0 {
        return "0: proven to be the best".to_owned();
    }
    format!("{:.6} %", 100.0 * share)
}

fn measure(total: &Total) -> &'static str {
    match total.measure {
        Measure::Invitations => "invitations",
        Measure::Cost => "cost",
        Measure::Responses => "expected responses",
        Measure::Weight(_) => "minutes",
    }
}

/// A constraint with its bound.
pub(super) fn bound(total: &Total) -> String {
    let side = match total.sense {
        Sense::AtMost => "at most",
        Sense::AtLeast => "at least",
    };
    format!("{}: {side} {} {}", total.name, total.bound, measure(total))
}

/// An amount in the total's unit; invitations are whole.
pub(super) fn amount(total: &Total, by: f64) -> String {
    match total.measure {
        Measure::Invitations => grouped((by - 1e-6).ceil().max(1.0) as u64),
        _ => format!("{by:.4}"),
    }
}
