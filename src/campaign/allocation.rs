//! Who is invited: tonight's offers as one problem, solved to a proven gap.
//!
//! Each contact unit gets at most one entry a night, an invitation or a place
//! on a waitlist. Seats are over-invited: they are full when the expected
//! attendance reaches them.

use std::collections::{BTreeMap, BTreeSet};

use super::earlier::Earlier;
use super::earlier_contacts::{taken_before, used_contacts};
use super::pools::{Pools, SeatFrom};
use super::{Bound, CampaignError, CampaignInput, Refusal};
use crate::allocation::{
    Costs, Day, Greed, Measure, Offered, Offers, Problem, Sense, Solution, Total, Unsolved, Why,
    greedy, reasons, rules, solve, totals, worth,
};
use crate::domain::{Channel, DecisionReason, Unit};

/// A candidate that policy and controls let through.
#[derive(Debug, Clone, Copy)]
pub(super) struct Offer {
    /// Its place in the ledger, which is in order of (row, activity).
    pub(super) candidate: u32,
    pub(super) row: u32,
    pub(super) unit: Unit,
    pub(super) activity: u16,
    pub(super) channel: Channel,
    pub(super) probability: f64,
    /// Expected net value of the invitation.
    pub(super) value: f64,
    /// Random, so that a customer's id gives no advantage among equals.
    pub(super) tie: u32,
}

/// What became of an offer.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Fate {
    Invited,
    Waitlisted,
    Refused(Refusal),
}

/// How good the allocation is, and what it is short of.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Optimum {
    /// The invitations' expected net value, less what soft constraints cost.
    pub value: f64,
    /// No allowed choice is worth more.
    pub bound: f64,
    /// What taking the offers of most value one after another would be worth,
    /// and those of most value for what they use up.
    pub greedy: [f64; 2],
    /// What was bounded: seats, constraints, minutes of teams.
    pub totals: Vec<Scarce>,
    /// What could not hold, and was not tried further.
    pub given_up: Vec<GivenUp>,
}

impl Optimum {
    /// How far the value can be from the best, as a share of the bound.
    #[must_use]
    pub fn gap(&self) -> f64 {
        let apart = (self.bound - self.value).max(0.0);
        if apart == 0.0 {
            0.0
        } else {
            apart / self.bound.abs().max(f64::MIN_POSITIVE)
        }
    }
}

/// A bound and what it did.
#[derive(Debug, Clone, PartialEq)]
pub struct Scarce {
    /// What people call it.
    pub name: String,
    /// `invitations`, `cost`, `responses` or `minutes`.
    pub measure: &'static str,
    /// `at_most` or `at_least`.
    pub sense: &'static str,
    /// The bound that was left for tonight.
    pub bound: f64,
    /// What tonight's invitations add up to.
    pub used: f64,
    /// What one more unit of the bound is worth, in the operator's currency.
    pub price: f64,
    /// The price of a unit beyond the bound, where it is soft.
    pub soft: Option<f64>,
}

/// Constraints that could not hold.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct GivenUp {
    /// Ids of the activities that are held back for it.
    pub activities: Vec<String>,
    /// Which constraints, and by how much each would have to give.
    pub text: String,
}

/// What the allocation came to.
#[derive(Debug)]
pub(super) struct Allocated {
    /// In order of falling value: the candidate and what became of it.
    pub(super) fates: Vec<(u32, Fate)>,
    pub(super) optimum: Optimum,
}

/// What an offer is for, as bounds see it: an activity by a channel, with
/// seats from one pool.
type Kind = (u16, Channel, u16);

/// Decides about every offer.
///
/// # Errors
/// When bounds contradict each other and no lower bound among them can be
/// given up: a fault of clubcall, since inviting nobody keeps all others.
pub(super) fn allocate(
    input: &CampaignInput<'_>,
    earlier: &Earlier,
    mut offers: Vec<Offer>,
    pools: &mut Pools,
) -> Result<Allocated, CampaignError> {
    let mut fates: BTreeMap<u32, Fate> = BTreeMap::new();
    let mut kinds: Vec<(Offer, Kind)> = Vec::with_capacity(offers.len());
    for offer in &offers {
        match pools.seat_from(offer.row as usize, offer.activity) {
            SeatFrom::Everyone(pool) | SeatFrom::District(pool) => {
                kinds.push((*offer, (offer.activity, offer.channel, pool)));
            }
            SeatFrom::Nowhere => {
                let refusal = Refusal {
                    reason: DecisionReason::NoSeatInPlace,
                    bound: None,
                };
                fates.insert(offer.candidate, Fate::Refused(refusal));
            }
        }
    }
    let taken = taken_before(input, earlier);
    let mut held_back = BTreeSet::new();
    let mut without = BTreeSet::new();
    let mut given_up = Vec::new();
    let optimum = loop {
        let night = Tonight::new(input, pools, &taken, &kinds, &held_back, &without);
        match solve(&night.problem) {
            Ok(solution) => {
                night.fates(pools, &solution, &mut fates);
                break night.optimum(&solution, given_up);
            }
            Err(unsolved) => {
                let lower = night.lower_bounds(&unsolved);
                if lower.is_empty() {
                    return Err(CampaignError::Allocation(night.words(&unsolved)));
                }
                let activities: BTreeSet<u16> = lower
                    .iter()
                    .flat_map(|&total| night.activities(total))
                    .collect();
                given_up.push(GivenUp {
                    activities: activities
                        .iter()
                        .map(|&at| input.activities[usize::from(at)].id.clone())
                        .collect(),
                    text: night.words(&unsolved),
                });
                without.extend(
                    lower
                        .iter()
                        .map(|&total| night.problem.totals[total].name.clone()),
                );
                held_back.extend(activities);
            }
        }
    };
    for (offer, _) in kinds
        .iter()
        .filter(|(offer, _)| held_back.contains(&offer.activity))
    {
        let refusal = Refusal {
            reason: DecisionReason::ActivityHeldBack,
            bound: Some(Bound::Infeasible),
        };
        fates.insert(offer.candidate, Fate::Refused(refusal));
    }
    // A total order without equals.
    offers.sort_unstable_by(|a, b| {
        b.value
            .total_cmp(&a.value)
            .then(a.tie.cmp(&b.tie))
            .then(a.candidate.cmp(&b.candidate))
    });
    waitlist(&offers, pools, &mut fates);
    let fates = offers
        .iter()
        .filter_map(|offer| Some((offer.candidate, *fates.get(&offer.candidate)?)));
    Ok(Allocated {
        fates: fates.collect(),
        optimum,
    })
}

/// Puts those next in line for full seats on the waitlist, unless their unit
/// has something else.
fn waitlist(offers: &[Offer], pools: &mut Pools, fates: &mut BTreeMap<u32, Fate>) {
    let mut taken: BTreeSet<Unit> = offers
        .iter()
        .filter(|offer| fates.get(&offer.candidate) == Some(&Fate::Invited))
        .map(|offer| offer.unit)
        .collect();
    for offer in offers {
        let Some(Fate::Refused(Refusal {
            bound: Some(Bound::Seats(pool)),
            ..
        })) = fates.get(&offer.candidate)
        else {
            continue;
        };
        let pool = *pool;
        if offer.value > 0.0 && !taken.contains(&offer.unit) && pools.pool_mut(pool).try_waitlist()
        {
            taken.insert(offer.unit);
            fates.insert(offer.candidate, Fate::Waitlisted);
        }
    }
}

/// The night's offers as a problem, and what its parts stand for.
struct Tonight<'a> {
    input: &'a CampaignInput<'a>,
    problem: Problem,
    kinds: Vec<Kind>,
    /// In the order of the problem's offers.
    offers: Vec<Offer>,
    /// By total, where it comes from.
    sources: Vec<Source>,
}

/// Where a total comes from.
#[derive(Debug, Clone, Copy)]
enum Source {
    Seats(u16),
    Constraint(u16),
    Minutes,
}

/// The rule that each unit gets at most one entry a night; it comes first.
const ONE_A_NIGHT: u16 = 0;

impl<'a> Tonight<'a> {
    fn new(
        input: &'a CampaignInput<'a>,
        pools: &Pools,
        taken: &[f64],
        all: &[(Offer, Kind)],
        held_back: &BTreeSet<u16>,
        without: &BTreeSet<String>,
    ) -> Self {
        let mut open: Vec<(Offer, Kind)> = all
            .iter()
            .filter(|(offer, _)| !held_back.contains(&offer.activity))
            .copied()
            .collect();
        open.sort_unstable_by_key(|(offer, kind)| (offer.unit, offer.row, *kind));
        let kinds: Vec<Kind> = open
            .iter()
            .map(|(_, kind)| *kind)
            .collect::<BTreeSet<_>>()
            .into_iter()
            .collect();
        let offered: Vec<Offered> = kinds.iter().map(|kind| described(input, kind)).collect();

        let mut sources = Vec::new();
        let mut bounds = Vec::new();
        for (pool, seats) in (0_u16..).zip(pools.all()) {
            let members: Vec<bool> = kinds.iter().map(|(_, _, of)| *of == pool).collect();
            if members.contains(&true) {
                sources.push(Source::Seats(pool));
                bounds.push(Total {
                    name: format!("seats of {}", seats.name),
                    measure: Measure::Responses,
                    sense: Sense::AtMost,
                    members,
                    bound: seats.left(),
                    soft: None,
                });
            }
        }
        let constraints = totals(input.bounds.constraints, &offered, &[]);
        for (index, (mut total, taken)) in (0_u16..).zip(constraints.into_iter().zip(taken)) {
            if !without.contains(&total.name) {
                total.bound = (total.bound - taken).max(0.0);
                sources.push(Source::Constraint(index));
                bounds.push(total);
            }
        }
        if let Some(minutes) = input.bounds.call_minutes {
            sources.push(Source::Minutes);
            bounds.push(Total {
                name: minutes.name.clone(),
                measure: Measure::Weight(vec![minutes.per_call; kinds.len()]),
                sense: Sense::AtMost,
                members: kinds
                    .iter()
                    .map(|(_, channel, _)| *channel == Channel::Call)
                    .collect(),
                bound: minutes.left.max(0.0),
                soft: None,
            });
        }

        let mut starts = vec![0];
        for (at, pair) in open.windows(2).enumerate() {
            if pair[0].0.unit != pair[1].0.unit {
                starts.push(at as u32 + 1);
            }
        }
        if !open.is_empty() {
            starts.push(open.len() as u32);
        }
        let units: Vec<Unit> = open
            .chunk_by(|a, b| a.0.unit == b.0.unit)
            .map(|unit| unit[0].0.unit)
            .collect();
        let rules = rules(&contact_rules(input), input.bounds.conflicts, &offered)
            .after(&used_contacts(input, &units));
        let place = |kind: &Kind| kinds.binary_search(kind).unwrap_or_default() as u16;
        let cost = |(activity, ..): &Kind| input.activities[usize::from(*activity)].cost;
        let problem = Problem {
            activities: kinds.len(),
            offers: Offers {
                starts,
                customer: open.iter().map(|(offer, _)| offer.row).collect(),
                activity: open.iter().map(|(_, kind)| place(kind)).collect(),
                value: open.iter().map(|(offer, _)| offer.value).collect(),
                probability: open.iter().map(|(offer, _)| offer.probability).collect(),
                cost: Costs::PerActivity(kinds.iter().map(cost).collect()),
            },
            totals: bounds,
            rules,
        };
        Self {
            input,
            problem,
            kinds,
            offers: open.into_iter().map(|(offer, _)| offer).collect(),
            sources,
        }
    }

    /// What became of each offer.
    fn fates(&self, pools: &mut Pools, solution: &Solution, fates: &mut BTreeMap<u32, Fate>) {
        let mut invited: BTreeMap<Unit, u16> = BTreeMap::new();
        for (offer, _) in self
            .offers
            .iter()
            .zip(&solution.chosen)
            .filter(|(_, chosen)| **chosen)
        {
            invited.insert(offer.unit, offer.activity);
            if let SeatFrom::Everyone(pool) | SeatFrom::District(pool) =
                pools.seat_from(offer.row as usize, offer.activity)
            {
                pools.pool_mut(pool).invite();
            }
        }
        for (offer, why) in self.offers.iter().zip(reasons(&self.problem, solution)) {
            let other = || match invited.get(&offer.unit) {
                Some(&other) => (
                    DecisionReason::OtherInvitation,
                    Some(Bound::Invitation(other)),
                ),
                None => (DecisionReason::NoValue, None),
            };
            let (reason, bound) = match why {
                Why::Chosen => {
                    fates.insert(offer.candidate, Fate::Invited);
                    continue;
                }
                Why::NoValue => (DecisionReason::NoValue, None),
                Why::Total(total) => self.refusal(pools, usize::from(total)),
                Why::Conflict(conflict) => {
                    (DecisionReason::Conflict, Some(Bound::Conflict(conflict)))
                }
                Why::ContactRule(ONE_A_NIGHT) | Why::Better => other(),
                Why::ContactRule(rule) => (
                    DecisionReason::ContactRule,
                    Some(Bound::ContactRule(rule - 1)),
                ),
            };
            fates.insert(offer.candidate, Fate::Refused(Refusal { reason, bound }));
        }
    }

    fn refusal(&self, pools: &Pools, total: usize) -> (DecisionReason, Option<Bound>) {
        match self.sources[total] {
            Source::Seats(pool) if pools.all()[usize::from(pool)].in_district => {
                (DecisionReason::NoSeatInPlace, Some(Bound::Seats(pool)))
            }
            Source::Seats(pool) => (DecisionReason::NoSeat, Some(Bound::Seats(pool))),
            Source::Constraint(index) => {
                (DecisionReason::Constraint, Some(Bound::Constraint(index)))
            }
            Source::Minutes => (DecisionReason::Constraint, Some(Bound::CallMinutes)),
        }
    }

    fn optimum(&self, solution: &Solution, given_up: Vec<GivenUp>) -> Optimum {
        let totals = self
            .problem
            .totals
            .iter()
            .zip(&solution.used)
            .zip(solution.prices_that_count(&self.problem));
        Optimum {
            value: solution.value,
            bound: solution.bound,
            greedy: [Greed::Value, Greed::Density]
                .map(|by| worth(&self.problem, &greedy(&self.problem, by))),
            totals: totals
                .map(|((total, &used), price)| Scarce {
                    name: total.name.clone(),
                    measure: measure(total),
                    sense: match total.sense {
                        Sense::AtMost => "at_most",
                        Sense::AtLeast => "at_least",
                    },
                    bound: total.bound,
                    used,
                    price,
                    soft: total.soft,
                })
                .collect(),
            given_up,
        }
    }

    /// The lower bounds that have a part in it that nothing can be allocated.
    fn lower_bounds(&self, unsolved: &Unsolved) -> Vec<usize> {
        let totals = &self.problem.totals;
        let lower =
            |total: &usize| totals[*total].sense == Sense::AtLeast && totals[*total].soft.is_none();
        let part: Vec<usize> = match unsolved {
            Unsolved::Infeasible(infeasible) => {
                infeasible.group.iter().map(|(total, _)| *total).collect()
            }
            Unsolved::NothingFound { beyond, .. } => {
                beyond.iter().map(|(total, _)| *total).collect()
            }
        };
        let part: Vec<usize> = part.into_iter().filter(lower).collect();
        if part.is_empty() && matches!(unsolved, Unsolved::NothingFound { .. }) {
            return (0..totals.len()).filter(lower).collect();
        }
        part
    }

    /// The activities that a total counts.
    fn activities(&self, total: usize) -> BTreeSet<u16> {
        let members = &self.problem.totals[total].members;
        let kinds = self
            .kinds
            .iter()
            .zip(members)
            .filter(|(_, member)| **member);
        let mut activities: BTreeSet<u16> = kinds.map(|((activity, ..), _)| *activity).collect();
        // Without a single candidate the activities that it means are found by
        // what it says.
        if let Source::Constraint(index) = self.sources[total] {
            let constraint = &self.input.bounds.constraints[usize::from(index)];
            activities.extend(
                (0_u16..)
                    .zip(self.input.activities)
                    .flat_map(|(at, activity)| {
                        let by = |channel: &Channel| {
                            constraint.counts(&described(self.input, &(at, *channel, 0)))
                        };
                        activity.channels.iter().any(by).then_some(at)
                    }),
            );
        }
        activities
    }

    fn words(&self, unsolved: &Unsolved) -> String {
        let (head, group) = match unsolved {
            Unsolved::Infeasible(infeasible) if infeasible.group.len() == 1 => (
                "a constraint cannot hold, whoever is invited",
                &infeasible.group,
            ),
            Unsolved::Infeasible(infeasible) => {
                ("constraints cannot hold together", &infeasible.group)
            }
            Unsolved::NothingFound { beyond, .. } => {
                ("no whole invitations keep all constraints", beyond)
            }
        };
        let each = group.iter().map(|&(total, by)| {
            let total = &self.problem.totals[total];
            format!(
                "\"{}\" (would have to give by {})",
                total.name,
                amount(total, by)
            )
        });
        format!("{head}: {}", each.collect::<Vec<_>>().join(", "))
    }
}

/// What bounds and rules look at.
pub(super) fn described(input: &CampaignInput<'_>, &(activity, channel, _): &Kind) -> Offered {
    let activity = &input.activities[usize::from(activity)];
    Offered {
        id: activity.id.clone(),
        channel: channel.as_str().to_owned(),
        products: vec![activity.interest.clone()],
        place: activity.place.clone(),
        day: Day::Date(activity.starts.0.date()),
        contact_day: Day::Date(input.as_of),
    }
}

/// The pipeline's contact rules after the one that always holds.
fn contact_rules(input: &CampaignInput<'_>) -> Vec<crate::allocation::ContactRuleSettings> {
    let one = crate::allocation::ContactRuleSettings::everything("one invitation a night", 1);
    std::iter::once(one)
        .chain(input.bounds.contact_rules.iter().cloned())
        .collect()
}

const fn measure(total: &Total) -> &'static str {
    match total.measure {
        Measure::Invitations => "invitations",
        Measure::Cost => "cost",
        Measure::Responses => "responses",
        Measure::Weight(_) => "minutes",
    }
}

fn amount(total: &Total, by: f64) -> String {
    match total.measure {
        Measure::Invitations => format!("{:.0} invitations", (by - 1e-6).ceil().max(1.0)),
        Measure::Cost => format!("{by:.2} of cost"),
        Measure::Responses => format!("{by:.2} expected responses"),
        Measure::Weight(_) => format!("{by:.0} minutes"),
    }
}
