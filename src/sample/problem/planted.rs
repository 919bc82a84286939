//! The planted choice: what the customers would take one after the other if
//! invitations had prices. All bounds are set by what it uses, so that it is a
//! feasible solution, and the prices are such that without them more would be
//! used than the bounds allow.

use rayon::prelude::*;

use super::activity::Activity;
use super::candidates::{Candidate, Neighbourhood, World};
use super::conflict::Apart;
use super::limit::{Kind, Limit};
use crate::sample::household::NEIGHBOURHOOD;

/// Contacts of one unit at most.
pub(super) const MOST_CONTACTS: usize = 3;

/// Neighbourhoods on which prices are looked for.
const PROBED: u64 = 30;
/// Rounds over all prices, and halvings of the range of one.
const ROUNDS: usize = 3;
const HALVINGS: usize = 10;
/// The most that a unit of anything may cost.
const HIGHEST: f64 = 64.0;

/// What a choice uses, by activity.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Use {
    pub(super) invitations: Vec<u64>,
    /// Sums of probabilities.
    pub(super) responses: Vec<f64>,
}

impl Use {
    pub(super) fn nothing(activities: usize) -> Self {
        Self {
            invitations: vec![0; activities],
            responses: vec![0.0; activities],
        }
    }

    pub(super) fn add(&mut self, candidate: &Candidate) {
        self.invitations[candidate.activity] += 1;
        self.responses[candidate.activity] += candidate.probability;
    }

    pub(super) fn add_all(&mut self, other: &Self) {
        for (sum, more) in self.invitations.iter_mut().zip(&other.invitations) {
            *sum += more;
        }
        for (sum, more) in self.responses.iter_mut().zip(&other.responses) {
            *sum += more;
        }
    }
}

/// What all prices together make of an invitation, by activity.
pub(super) struct Tariff {
    per_invitation: Vec<f64>,
    per_response: Vec<f64>,
}

impl Tariff {
    fn new(limits: &[Limit], prices: &[f64], activities: &[Activity]) -> Self {
        let mut tariff = Self {
            per_invitation: vec![0.0; activities.len()],
            per_response: vec![0.0; activities.len()],
        };
        for (limit, price) in limits.iter().zip(prices) {
            // A minimum pays for what it asks for.
            let price = if limit.kind.is_min() { -price } else { *price };
            for &at in &limit.members {
                match limit.kind {
                    Kind::MinInvitations | Kind::MaxInvitations => {
                        tariff.per_invitation[at] += price;
                    }
                    Kind::Budget => tariff.per_invitation[at] += price * activities[at].cost,
                    Kind::MinResponses | Kind::MaxResponses | Kind::Seats => {
                        tariff.per_response[at] += price;
                    }
                }
            }
        }
        tariff
    }

    fn worth(&self, candidate: &Candidate) -> f64 {
        candidate.value
            - self.per_invitation[candidate.activity]
            - self.per_response[candidate.activity] * candidate.probability
    }

    /// What a neighbourhood takes, as positions of its candidates in order:
    /// always the best that is left, within the contacts of the unit and the
    /// conflicts of the customer.
    pub(super) fn choose(&self, from: &Neighbourhood, apart: &Apart) -> Vec<usize> {
        let candidates = &from.candidates;
        let mut wanted: Vec<(f64, usize)> = (0..candidates.len())
            .map(|at| (self.worth(&candidates[at]), at))
            .filter(|(worth, _)| *worth > 0.0)
            .collect();
        wanted.sort_unstable_by(|a, b| b.0.total_cmp(&a.0).then(a.1.cmp(&b.1)));
        let mut taken: Vec<Vec<usize>> = vec![Vec::new(); NEIGHBOURHOOD as usize];
        let mut contacts = vec![0; NEIGHBOURHOOD as usize];
        let mut chosen = Vec::new();
        for (_, at) in wanted {
            let Candidate {
                customer, activity, ..
            } = candidates[at];
            // Units are numbered from 1 within their neighbourhood.
            let unit = (from.units[customer] - 1 - from.number * NEIGHBOURHOOD) as usize;
            if contacts[unit] < MOST_CONTACTS
                && !taken[customer]
                    .iter()
                    .any(|&other| apart.are(other, activity))
            {
                contacts[unit] += 1;
                taken[customer].push(activity);
                chosen.push(at);
            }
        }
        chosen.sort_unstable();
        chosen
    }
}

/// Prices under which the limits end up at their aims, found on the first
/// customers of the world.
pub(super) fn tariff(world: &World, limits: &[Limit], apart: &Apart) -> Tariff {
    let probed: Vec<Neighbourhood> = (0..PROBED)
        .into_par_iter()
        .map(|number| world.neighbourhood(number, NEIGHBOURHOOD as usize))
        .collect();
    let used = |prices: &[f64], limit: &Limit| {
        let tariff = Tariff::new(limits, prices, &world.activities);
        let uses: Vec<Use> = probed
            .par_iter()
            .map(|neighbourhood| {
                let mut used = Use::nothing(world.activities.len());
                for at in tariff.choose(neighbourhood, apart) {
                    used.add(&neighbourhood.candidates[at]);
                }
                used
            })
            .collect();
        let mut sum = Use::nothing(world.activities.len());
        uses.iter().for_each(|used| sum.add_all(used));
        limit.used(&sum, &world.activities)
    };
    let mut prices = vec![0.0; limits.len()];
    let aims: Vec<f64> = limits
        .iter()
        .map(|limit| limit.aim * used(&prices, limit))
        .collect();
    for _ in 0..ROUNDS {
        for (at, limit) in limits.iter().enumerate() {
            let mut kept = |price: f64| {
                prices[at] = price;
                let used = used(&prices, limit);
                if limit.kind.is_min() {
                    used >= aims[at]
                } else {
                    used <= aims[at]
                }
            };
            prices[at] = lowest(&mut kept);
        }
    }
    Tariff::new(limits, &prices, &world.activities)
}

/// The lowest price, near enough, at which a limit is kept.
fn lowest(kept: &mut impl FnMut(f64) -> bool) -> f64 {
    if kept(0.0) {
        return 0.0;
    }
    let (mut low, mut high) = (0.0, 0.125);
    while high < HIGHEST && !kept(high) {
        (low, high) = (high, 2.0 * high);
    }
    for _ in 0..HALVINGS {
        let middle = 0.5 * (low + high);
        if kept(middle) {
            high = middle;
        } else {
            low = middle;
        }
    }
    high
}
