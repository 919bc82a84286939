//! What a planner without prices would do: the baseline that an optimum is
//! compared with.

use super::problem::{Problem, Sense};

/// By what a greedy planner goes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Greed {
    /// Value of the invitation.
    Value,
    /// Value for each unit of what it uses up: the sum of its shares of the
    /// upper bounds that count it.
    Density,
}

/// Takes offers one after another, the best first, wherever the rules and the
/// upper bounds allow; lower bounds are not looked at.
///
/// By offer, whether it is chosen.
#[must_use]
pub fn greedy(problem: &Problem, by: Greed) -> Vec<bool> {
    let offers = &problem.offers;
    let merit = |offer: usize| match by {
        Greed::Value => offers.value[offer],
        Greed::Density => {
            let uses = problem
                .totals
                .iter()
                .filter(|total| total.sense == Sense::AtMost);
            let uses: f64 = uses
                .map(|total| total.adds(offers, offer) / total.bound.max(1e-9))
                .sum();
            offers.value[offer] / uses.max(1e-12)
        }
    };
    let merits: Vec<f64> = (0..offers.len()).map(merit).collect();
    let mut unit_of = vec![0; offers.len()];
    for unit in 0..offers.units() {
        offers.of_unit(unit).for_each(|offer| unit_of[offer] = unit);
    }
    let mut order: Vec<usize> = (0..offers.len())
        .filter(|&offer| offers.value[offer] > 0.0)
        .collect();
    order.sort_by(|&a, &b| merits[b].total_cmp(&merits[a]).then(a.cmp(&b)));
    let mut chosen = vec![false; offers.len()];
    let mut used = vec![0.0; problem.totals.len()];
    let mut room = Vec::new();
    for offer in order {
        let beside = || {
            offers
                .of_unit(unit_of[offer])
                .filter(|&other| chosen[other])
        };
        problem.rules.room(unit_of[offer], &mut room);
        for other in beside() {
            for &rule in problem.rules.counting(offers.activity[other]) {
                room[usize::from(rule)] -= 1;
            }
        }
        let activity = offers.activity[offer];
        let clashes = beside().any(|other| {
            offers.customer[other] == offers.customer[offer]
                && problem.rules.clash(offers.activity[other], activity)
        });
        let mut counting = problem.rules.counting(activity).iter();
        let full = counting.any(|rule| room[usize::from(*rule)] == 0)
            || problem.totals.iter().zip(&used).any(|(total, used)| {
                let adds = total.adds(offers, offer);
                total.sense == Sense::AtMost && adds > 0.0 && total.slack(used + adds) < 0.0
            });
        if !clashes && !full {
            chosen[offer] = true;
            for (total, used) in problem.totals.iter().zip(&mut used) {
                *used += total.adds(offers, offer);
            }
        }
    }
    chosen
}
