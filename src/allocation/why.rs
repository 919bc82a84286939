//! Why an offer was not chosen.

use rayon::prelude::*;

use super::pass::{Objective, Units};
use super::problem::{Problem, Sense};
use super::rows::Rows;
use super::solve::Solution;

/// What decided about an offer.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Why {
    /// It is chosen.
    Chosen,
    /// It is worth nothing, and no lower bound needed it.
    NoValue,
    /// It is worth less than its share of a total is to others, or the total
    /// has no room for it: the total that weighed most.
    Total(u16),
    /// A chosen offer of the same customer conflicts with it.
    Conflict(u16),
    /// The contact unit has had its contacts by a contact rule.
    ContactRule(u16),
    /// Another offer of the unit was better.
    Better,
}

/// For every offer, the first reason that decided.
///
/// Tested in this order: it has no value; the totals' prices make it worth
/// nothing (the total that takes most); a conflict with a chosen offer; a
/// contact rule that is used up; a total without room.
#[must_use]
pub fn reasons(problem: &Problem, solution: &Solution) -> Vec<Why> {
    let rows = Rows::new(problem);
    let units = Units {
        problem,
        rows: &rows,
        every: 1,
    };
    let prices: Vec<f64> = solution
        .prices
        .iter()
        .zip(&rows.rows)
        .map(|(price, row)| price * row.unit.abs())
        .collect();
    let list = rows.price_list(&prices);
    let pieces: Vec<Vec<Why>> = (0..units.pieces())
        .into_par_iter()
        .map(|piece| {
            let mut reasons = Vec::with_capacity(units.offers(piece).len());
            let (mut chosen, mut room) = (Vec::new(), Vec::new());
            for unit in units.units(piece) {
                let range = problem.offers.of_unit(unit);
                chosen.clear();
                chosen.extend(range.clone().filter(|&offer| solution.chosen[offer]));
                problem.rules.room(unit, &mut room);
                for &offer in &chosen {
                    for &rule in problem.rules.counting(problem.offers.activity[offer]) {
                        room[usize::from(rule)] = room[usize::from(rule)].saturating_sub(1);
                    }
                }
                for offer in range {
                    let gain = units.gain(Objective::Value, &list, offer);
                    reasons.push(why(problem, solution, offer, gain, &chosen, &room));
                }
            }
            reasons
        })
        .collect();
    pieces.concat()
}

fn why(
    problem: &Problem,
    solution: &Solution,
    offer: usize,
    gain: f64,
    chosen: &[usize],
    room: &[u16],
) -> Why {
    let offers = &problem.offers;
    if solution.chosen[offer] {
        return Why::Chosen;
    }
    let dearest = || dearest(problem, solution, offer);
    if gain <= 0.0 {
        return match dearest() {
            Some(total) if offers.value[offer] > 0.0 => Why::Total(total),
            _ => Why::NoValue,
        };
    }
    let activity = offers.activity[offer];
    for &other in chosen
        .iter()
        .filter(|other| offers.customer[**other] == offers.customer[offer])
    {
        let between = problem.rules.clash(offers.activity[other], activity);
        if between
            && let Some(conflict) = problem
                .rules
                .conflict_between(offers.activity[other], activity)
        {
            return Why::Conflict(conflict as u16);
        }
    }
    let mut counting = problem.rules.counting(activity).iter();
    if let Some(&rule) = counting.find(|rule| room[usize::from(**rule)] == 0) {
        return Why::ContactRule(rule);
    }
    let full = (0_u16..)
        .zip(&problem.totals)
        .zip(&solution.used)
        .find(|((_, total), used)| {
            let adds = total.adds(offers, offer);
            total.sense == Sense::AtMost && adds > 0.0 && total.slack(**used + adds) < 0.0
        });
    full.map(|((index, _), _)| index)
        .or_else(dearest)
        .map_or(Why::Better, Why::Total)
}

/// The total that an offer pays most for.
fn dearest(problem: &Problem, solution: &Solution, offer: usize) -> Option<u16> {
    let mut most: Option<(u16, f64)> = None;
    for ((index, total), price) in (0_u16..).zip(&problem.totals).zip(&solution.prices) {
        let pays = match total.sense {
            Sense::AtMost => price * total.adds(&problem.offers, offer),
            Sense::AtLeast => -price * total.adds(&problem.offers, offer),
        };
        if pays > most.map_or(0.0, |(_, pays)| pays) {
            most = Some((index, pays));
        }
    }
    most.map(|(index, _)| index)
}
