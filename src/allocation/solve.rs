//! The allocation as a whole.

use super::bundle::{Lowest, Start, Until, lowest};
use super::dual::Dual;
use super::exact::{Search, search};
use super::feasibility::{Infeasible, infeasible, infeasible_whole};
use super::improve::{Effort, State, Terms, improve};
use super::moves::Finder;
use super::pass::{Choice, Objective, Units, holds};
use super::problem::{Problem, Sense, Total};
use super::rounding::round;
use super::rows::{PriceList, Rows};

/// An allowed allocation, with the proof of how good it is.
#[derive(Debug, Clone, PartialEq)]
pub struct Solution {
    /// By offer, whether it is chosen.
    pub chosen: Vec<bool>,
    /// The chosen offers' value, less what soft bounds cost.
    pub value: f64,
    /// No allowed allocation is worth more than this.
    pub bound: f64,
    /// By total, what one more unit of the bound is worth: 0 or more. For an
    /// upper bound one unit more, for a lower bound one unit less.
    pub prices: Vec<f64>,
    /// By total, what the chosen offers add up to.
    pub used: Vec<f64>,
    /// How often all offers were priced.
    pub passes: usize,
}

impl Solution {
    /// By total, its price, and 0 where that is only what rounding left of it:
    /// where all of the bound is worth less than a ten-millionth of the whole.
    #[must_use]
    pub fn prices_that_count(&self, problem: &Problem) -> Vec<f64> {
        let least = 1e-7 * self.bound.abs();
        let totals = problem.totals.iter().zip(&self.prices).zip(&self.used);
        totals
            .map(|((total, &price), &used)| {
                let worth = price * total.bound.abs().max(used.abs()).max(1.0);
                if worth > least { price } else { 0.0 }
            })
            .collect()
    }

    /// How far the value can be from the best, as a share of the bound.
    #[must_use]
    pub fn gap(&self) -> f64 {
        let apart = (self.bound - self.value).max(0.0);
        if apart == 0.0 {
            return 0.0;
        }
        apart / self.bound.abs().max(f64::MIN_POSITIVE)
    }
}

/// Why there is no allocation.
#[derive(Debug, Clone, PartialEq, thiserror::Error)]
pub enum Unsolved {
    /// The bounds contradict each other.
    #[error("{} bounds cannot hold together", .0.group.len())]
    Infeasible(Infeasible),
    /// The bounds leave so little room that no whole-number allocation within
    /// them was found, nor a proof that there is none.
    #[error("no allocation of whole invitations within all bounds was found")]
    NothingFound {
        /// By total, how far beyond its bound the nearest allocation is; those
        /// at 0 are left out.
        beyond: Vec<(usize, f64)>,
        /// Whether it is proven that there is none.
        proven: bool,
    },
}

/// A distance to the bound that is small enough, as a share of it.
const ENOUGH: f64 = 1e-6;

/// Offers of a problem that is searched exhaustively when it is not solved
/// well enough without.
const SMALL: usize = 2_000;

/// Units in a sample that prices are first found on.
const SAMPLE: usize = 500;

/// Solves the problem.
///
/// The result does not depend on the number of threads.
///
/// # Errors
/// When no allocation is allowed, with the reason.
pub fn solve(problem: &Problem) -> Result<Solution, Unsolved> {
    let rows = Rows::new(problem);
    let units = Units {
        problem,
        rows: &rows,
        every: 1,
    };
    let ceilings: Vec<f64> = rows.rows.iter().map(|row| row.ceiling).collect();
    let floor = floor(problem);
    let mut start = Start::new(rows.len());
    for every in [64, 8] {
        if problem.offers.units() / every >= SAMPLE {
            let dual = Dual::new(Units { every, ..units }, Objective::Value, ceilings.clone());
            let until = Until {
                relative: 1e-5,
                absolute: 0.0,
                passes: 100,
                floor: floor / every as f64,
            };
            let found = lowest(&dual, start.clone(), until);
            // What a sample does not allow may be allowed all the same.
            if found.value >= until.floor {
                start = found.start(dual.share);
            }
        }
    }
    let dual = Dual::new(units, Objective::Value, ceilings);
    let until = Until {
        relative: 0.05 * ENOUGH,
        absolute: 1e-9,
        passes: 400,
        floor,
    };
    let found = lowest(&dual, start, until);
    let passes = found.passes;
    if found.value < floor
        && let Some(infeasible) = infeasible(&units)
    {
        return Err(Unsolved::Infeasible(infeasible));
    }
    let state = whole(&units, found)?;
    Ok(state.solution(&units, passes))
}

/// An allowed choice, and the prices and bound it was found with.
struct Whole {
    choice: Choice,
    prices: Vec<f64>,
    bound: f64,
}

/// Turns the dual's mix of choices into one that is allowed.
fn whole(units: &Units<'_>, found: Lowest) -> Result<Whole, Unsolved> {
    let Lowest {
        prices,
        value,
        parts,
        ..
    } = found;
    let list = units.rows.price_list(&prices);
    let choice = round(units, parts);
    let best = value - dot_bounds(units, &prices);
    let loss = best - gains(units, &list, &choice);
    let mut state = State {
        used: units.used(&choice),
        choice,
        loss,
    };
    let terms = Terms::new(units, &prices, typical(units));
    let finder = Finder {
        units: *units,
        objective: Objective::Value,
        list: &list,
    };
    let enough = ENOUGH * value.abs();
    improve(
        &finder,
        &terms,
        &mut state,
        Effort {
            rounds: 60,
            moves: 1000,
            paired: 600,
            enough,
        },
    );
    let allowed = terms.allowed(&state.used);
    let distance = state.loss + terms.sum(&state.used);
    if !allowed && let Some(infeasible) = infeasible(units) {
        return Err(Unsolved::Infeasible(infeasible));
    }
    let beat = if allowed { distance } else { f64::INFINITY };
    let mut choice = state.choice;
    let mut bound = value;
    if !allowed || beat > enough && units.problem.offers.len() <= SMALL {
        match search(units, Objective::Value, &list, &terms, beat) {
            Search::Best(better, distance) => {
                choice = better;
                bound = value - distance;
            }
            Search::Nothing if allowed => bound = value - distance,
            Search::CutShort(Some((better, _))) => choice = better,
            Search::CutShort(None) if allowed => {}
            Search::Nothing if let Some(infeasible) = infeasible_whole(units) => {
                return Err(Unsolved::Infeasible(infeasible));
            }
            ended => {
                return Err(Unsolved::NothingFound {
                    beyond: beyond_bounds(units, &choice),
                    proven: matches!(ended, Search::Nothing),
                });
            }
        }
    }
    Ok(Whole {
        choice,
        prices,
        bound,
    })
}

impl Whole {
    fn solution(self, units: &Units<'_>, passes: usize) -> Solution {
        let problem = units.problem;
        let mut chosen = vec![false; problem.offers.len()];
        for piece in 0..units.pieces() {
            let bits = self.choice.piece(piece);
            for (place, offer) in units.offers(piece).enumerate() {
                chosen[offer] = holds(bits, place);
            }
        }
        let used = totals_of(problem, &chosen);
        let rows = &units.rows.rows;
        Solution {
            value: worth(problem, &chosen),
            bound: self.bound,
            prices: self
                .prices
                .iter()
                .zip(rows)
                .map(|(price, row)| price / row.unit.abs())
                .collect(),
            used,
            chosen,
            passes,
        }
    }
}

/// What the chosen offers add up to, by total, in its own unit.
#[must_use]
pub fn totals_of(problem: &Problem, chosen: &[bool]) -> Vec<f64> {
    let totals = problem.totals.iter();
    totals
        .map(|total| total_of(problem, chosen, total))
        .collect()
}

fn total_of(problem: &Problem, chosen: &[bool], total: &Total) -> f64 {
    sum_of_chosen(chosen, |offer| total.adds(&problem.offers, offer))
}

/// The chosen offers' value, less what they cost beyond soft bounds.
#[must_use]
pub fn worth(problem: &Problem, chosen: &[bool]) -> f64 {
    let soft = problem.totals.iter().filter_map(|total| {
        let price = total.soft?;
        Some(price * total.violation(total_of(problem, chosen, total)))
    });
    sum_of_chosen(chosen, |offer| problem.offers.value[offer]) - soft.sum::<f64>()
}

/// Summed with what rounding takes off each step (Neumaier 1974): a plain sum of
/// a million costs is off by more than the slack that is left of a budget.
fn sum_of_chosen(chosen: &[bool], of: impl Fn(usize) -> f64) -> f64 {
    let (mut sum, mut lost) = (0.0_f64, 0.0);
    let chosen = chosen.iter().enumerate().filter(|(_, chosen)| **chosen);
    for (offer, _) in chosen {
        let term = of(offer);
        let next = sum + term;
        lost += if sum.abs() >= term.abs() {
            (sum - next) + term
        } else {
            (term - next) + sum
        };
        sum = next;
    }
    sum + lost
}

fn gains(units: &Units<'_>, list: &PriceList, choice: &Choice) -> f64 {
    (0..units.pieces())
        .map(|piece| {
            let gains = choice
                .offers(units, piece)
                .map(|offer| units.gain(Objective::Value, list, offer));
            gains.sum::<f64>()
        })
        .sum()
}

fn dot_bounds(units: &Units<'_>, prices: &[f64]) -> f64 {
    let rows = units.rows.rows.iter().zip(prices);
    rows.filter(|(_, price)| **price > 0.0)
        .map(|(row, price)| row.bound * price)
        .sum()
}

/// What an offer is worth on average, whatever the sign.
fn typical(units: &Units<'_>) -> f64 {
    let values = &units.problem.offers.value;
    let sum: f64 = values.iter().map(|value| value.abs()).sum();
    (sum / values.len().max(1) as f64).max(f64::MIN_POSITIVE)
}

/// How far a choice is beyond each bound that must hold.
fn beyond_bounds(units: &Units<'_>, choice: &Choice) -> Vec<(usize, f64)> {
    let used = units.used(choice);
    let rows = units.rows.rows.iter().zip(&used).enumerate();
    rows.filter(|(_, (row, _))| row.ceiling.is_infinite())
        .map(|(index, (row, used))| (index, (used - row.bound) * row.unit.abs()))
        .filter(|(_, beyond)| *beyond > 0.0)
        .collect()
}

/// Less than any allowed allocation is worth: a dual below it proves that none
/// is allowed.
fn floor(problem: &Problem) -> f64 {
    let worst: f64 = problem
        .offers
        .value
        .iter()
        .filter(|value| **value < 0.0)
        .sum();
    let soft = problem.totals.iter().filter_map(|total| {
        let price = total.soft?;
        let all: f64 = (0..problem.offers.len())
            .map(|offer| total.adds(&problem.offers, offer).abs())
            .sum();
        let most = match total.sense {
            Sense::AtMost => all - total.bound,
            Sense::AtLeast => total.bound + all,
        };
        Some(price * most.max(0.0))
    });
    worst - soft.sum::<f64>() - 1.0
}
