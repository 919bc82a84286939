//! Who gets the seats: the candidate of most expected net value first.
//!
//! A greedy choice over all activities at once. Each contact unit gets at most
//! one entry per night, an invitation or a place on a waitlist. Seats are
//! over-invited: a pool is full when the expected attendance reaches its
//! seats.

use rayon::prelude::*;

use super::pools::{Pools, SeatFrom};
use super::{Bound, Refusal};
use crate::domain::{DecisionReason, Unit};

/// A candidate that policy and controls let through.
#[derive(Debug, Clone, Copy)]
pub(super) struct Offer {
    /// Expected net value of the invitation.
    pub(super) value: f64,
    /// Random, so that a customer's id gives no advantage among equals.
    pub(super) tie: u32,
    /// Its place in the ledger, which is in order of (row, activity).
    pub(super) candidate: u32,
}

/// What the allocation looks up of a candidate.
#[derive(Debug, Clone, Copy)]
pub(super) struct Facts {
    pub(super) row: u32,
    pub(super) activity: u16,
    pub(super) unit: Unit,
    pub(super) probability: f64,
}

/// What became of an offer.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Fate {
    Invited,
    Waitlisted,
    Refused(Refusal),
}

/// Decides about every offer; the answer is in order of falling value, with
/// each offer's candidate.
pub(super) fn allocate(
    mut offers: Vec<Offer>,
    facts: impl Fn(u32) -> Facts,
    pools: &mut Pools,
    units: usize,
) -> Vec<(u32, Fate)> {
    // A total order without equals: sorting in parallel gives one result.
    offers.par_sort_unstable_by(|a, b| {
        b.value
            .total_cmp(&a.value)
            .then(a.tie.cmp(&b.tie))
            .then(a.candidate.cmp(&b.candidate))
    });
    let mut taken: Vec<Option<u16>> = vec![None; units];
    let mut fates = Vec::with_capacity(offers.len());
    for offer in &offers {
        let fate = consider(offer, &facts(offer.candidate), pools, &mut taken);
        fates.push((offer.candidate, fate));
    }
    // Only now is it known whom a waitlist would keep from an invitation.
    for (offer, (_, fate)) in offers.iter().zip(&mut fates) {
        let Fate::Refused(refusal) = *fate else {
            continue;
        };
        let Some(Bound::Seats(pool)) = refusal.bound else {
            continue;
        };
        let facts = facts(offer.candidate);
        let unit = &mut taken[facts.unit as usize];
        if unit.is_none() && offer.value > 0.0 && pools.pool_mut(pool).try_waitlist() {
            *unit = Some(facts.activity);
            *fate = Fate::Waitlisted;
        }
    }
    fates
}

fn consider(offer: &Offer, facts: &Facts, pools: &mut Pools, taken: &mut [Option<u16>]) -> Fate {
    let refused = |reason, bound| Fate::Refused(Refusal { reason, bound });
    let unit = &mut taken[facts.unit as usize];
    if let Some(other) = *unit {
        return refused(
            DecisionReason::OtherInvitation,
            Some(Bound::Invitation(other)),
        );
    }
    let (pool, full) = match pools.seat_from(facts.row as usize, facts.activity) {
        SeatFrom::Nowhere => return refused(DecisionReason::NoSeatInPlace, None),
        SeatFrom::Everyone(pool) => (pool, DecisionReason::NoSeat),
        SeatFrom::District(pool) => (pool, DecisionReason::NoSeatInPlace),
    };
    let pool_left = pools.pool_mut(pool);
    if !pool_left.fits(facts.probability) {
        return refused(full, Some(Bound::Seats(pool)));
    }
    if offer.value.is_nan() || offer.value <= 0.0 {
        return refused(DecisionReason::NoValue, None);
    }
    pool_left.invite(facts.probability);
    *unit = Some(facts.activity);
    Fate::Invited
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::campaign::testing::{activity, people};
    use crate::campaign::{Activity, Seats};
    use crate::domain::{People, Share};

    /// Allocates candidates (row, activity, probability, value).
    fn run(
        people: &People,
        activities: &[Activity],
        candidates: &[(u32, u16, f64, f64)],
    ) -> Vec<Fate> {
        let mut pools = Pools::new(people, activities).ok().unwrap();
        let offers = candidates
            .iter()
            .zip(0..)
            .map(|(&(.., value), candidate)| Offer {
                value,
                tie: 0,
                candidate,
            });
        let facts = |candidate: u32| {
            let (row, activity, probability, _) = candidates[candidate as usize];
            Facts {
                row,
                activity,
                unit: people.unit[row as usize],
                probability,
            }
        };
        let mut fates = allocate(offers.collect(), facts, &mut pools, people.unit_keys.len());
        fates.sort_by_key(|(candidate, _)| *candidate);
        fates.into_iter().map(|(_, fate)| fate).collect()
    }

    fn reason(fate: Fate) -> Option<DecisionReason> {
        match fate {
            Fate::Refused(refusal) => Some(refusal.reason),
            _ => None,
        }
    }

    #[test]
    fn the_best_are_invited_the_next_wait_and_the_rest_learn_why() {
        let mut one = activity("a", "film");
        one.seats = Seats::Total(1);
        one.waitlist = Share::of(0.5);
        let candidates = [
            (0, 0, 0.5, 1.0),
            (1, 0, 0.5, 4.0),
            (2, 0, 0.5, 3.0),
            (3, 0, 0.5, 2.0),
            (4, 1, 0.5, -1.0),
        ];
        let fates = run(&people(5), &[one, activity("b", "film")], &candidates);
        assert_eq!(
            fates[1..4],
            [Fate::Invited, Fate::Invited, Fate::Waitlisted]
        );
        assert_eq!(reason(fates[0]), Some(DecisionReason::NoSeat));
        assert_eq!(reason(fates[4]), Some(DecisionReason::NoValue));
    }

    #[test]
    fn a_full_first_choice_leaves_room_for_the_second() {
        let mut best = activity("a", "film");
        best.seats = Seats::Total(1);
        let second = activity("b", "film");
        let candidates = [
            (0, 0, 1.0, 9.0),
            (1, 0, 1.0, 8.0),
            (1, 1, 1.0, 5.0),
            (0, 1, 1.0, 6.0),
        ];
        let fates = run(&people(2), &[best, second], &candidates);
        assert_eq!((fates[0], fates[2]), (Fate::Invited, Fate::Invited));
        assert_eq!(
            reason(fates[1]),
            Some(DecisionReason::NoSeat),
            "invited elsewhere, so no waiting"
        );
        assert_eq!(
            fates[3],
            Fate::Refused(Refusal {
                reason: DecisionReason::OtherInvitation,
                bound: Some(Bound::Invitation(0)),
            })
        );
    }

    #[test]
    fn a_district_has_its_own_seats() {
        let mut by_place = activity("a", "film");
        by_place.seats = Seats::ByDistrict([("harbour".into(), 1), ("hills".into(), 0)].into());
        by_place.waitlist = Share::of(1.0);
        let mut people = people(5);
        let places = ["harbour", "harbour", "hills", "airport"];
        people.district = places.map(|place| Some(place.to_owned())).into();
        people.district.push(None);
        let candidates = [0, 1, 2, 3, 4].map(|row| (row, 0, 1.0, 9.0 - f64::from(row)));
        let fates = run(&people, &[by_place], &candidates);
        assert_eq!(fates[..2], [Fate::Invited, Fate::Waitlisted]);
        for fate in &fates[2..] {
            assert_eq!(reason(*fate), Some(DecisionReason::NoSeatInPlace));
        }
    }

    #[test]
    fn a_household_gets_one_entry() {
        let mut people = people(3);
        people.unit = vec![0, 0, 0];
        people.unit_keys.truncate(1);
        let candidates = [(0, 0, 0.2, 3.0), (1, 0, 0.2, 2.0), (2, 1, 0.2, 1.0)];
        let activities = [activity("a", "film"), activity("b", "film")];
        let fates = run(&people, &activities, &candidates);
        assert_eq!(fates[0], Fate::Invited);
        assert!(
            fates[1..]
                .iter()
                .all(|f| reason(*f) == Some(DecisionReason::OtherInvitation))
        );
    }
}
