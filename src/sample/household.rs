//! Who lives together. Customers come in neighbourhoods of [`NEIGHBOURHOOD`]
//! consecutive numbers; households form within one, so that any customer's
//! household is known without looking at the others.

use rand::Rng;
use rand::seq::SliceRandom;

use super::draw::weighted;
use super::names::{self, Script};
use super::seed::{Purpose, stream};

/// Customers in a neighbourhood, and at most so many households.
pub(super) const NEIGHBOURHOOD: u64 = 60;

/// Odds of households with 1, 2, 3 and 4 customers: about 55 % of customers
/// share one.
const SIZES: [f64; 4] = [0.68, 0.17, 0.09, 0.06];

/// Districts and how many live there.
const DISTRICTS: [(&str, f64); 8] = [
    ("harbour", 0.20),
    ("old-town", 0.17),
    ("north-park", 0.14),
    ("university", 0.13),
    ("riverside", 0.13),
    ("west-lake", 0.10),
    ("hills", 0.07),
    ("airport", 0.06),
];

/// A customer's place in a household.
#[derive(Debug, Clone, Copy, Default)]
struct Place {
    /// The household's number within the neighbourhood.
    household: u64,
    /// 0 for the first member, who is always an adult.
    rank: u64,
    /// The first member, whose telephone a shared one is.
    first: u64,
    shared: bool,
}

/// What the members of a household have in common, and one member's place.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Household {
    /// The number behind the household's id, from 1.
    pub(super) number: u64,
    pub(super) is_first: bool,
    /// The customer whose telephone is used: another one in a household that
    /// shares a telephone.
    pub(super) phone_of: u64,
    pub(super) district: &'static str,
    pub(super) timezone: &'static str,
    pub(super) script: Script,
    pub(super) family: &'static str,
}

impl Household {
    /// The households of a whole neighbourhood, one entry per customer.
    pub(super) fn of_neighbourhood(seed: u64, neighbourhood: u64) -> Vec<Self> {
        places(seed, neighbourhood)
            .into_iter()
            .enumerate()
            .map(|(at, place)| {
                let customer = neighbourhood * NEIGHBOURHOOD + at as u64;
                let number = neighbourhood * NEIGHBOURHOOD + place.household + 1;
                Self::describe(seed, customer, number, place, neighbourhood)
            })
            .collect()
    }

    fn describe(seed: u64, customer: u64, number: u64, place: Place, neighbourhood: u64) -> Self {
        let mut rng = stream(seed, Purpose::Household, number, 0);
        let shares_phone = place.shared && rng.gen_bool(0.2);
        let timezone = match weighted(&mut rng, &[0.97, 0.02, 0.01]) {
            0 => "Asia/Shanghai",
            1 => "Asia/Urumqi",
            _ => "Asia/Tokyo",
        };
        let script = if rng.gen_bool(0.6) {
            Script::Chinese
        } else {
            Script::Latin
        };
        let first = neighbourhood * NEIGHBOURHOOD + place.first;
        Self {
            number,
            is_first: place.rank == 0,
            phone_of: if shares_phone { first } else { customer },
            district: DISTRICTS[weighted(&mut rng, &DISTRICTS.map(|(_, odds)| odds))].0,
            timezone,
            script,
            family: names::family(&mut rng, script),
        }
    }
}

/// Fills a neighbourhood with households and scatters their members over it.
fn places(seed: u64, neighbourhood: u64) -> Vec<Place> {
    let mut rng = stream(seed, Purpose::Households, neighbourhood, 0);
    let mut places = Vec::with_capacity(NEIGHBOURHOOD as usize);
    let mut household = 0;
    while places.len() < NEIGHBOURHOOD as usize {
        let room = NEIGHBOURHOOD - places.len() as u64;
        let size = (weighted(&mut rng, &SIZES) as u64 + 1).min(room);
        places.extend((0..size).map(|rank| Place {
            household,
            rank,
            first: 0,
            shared: size > 1,
        }));
        household += 1;
    }
    places.shuffle(&mut rng);
    let mut firsts = vec![0; household as usize];
    for (at, place) in places.iter().enumerate() {
        if place.rank == 0 {
            firsts[place.household as usize] = at as u64;
        }
    }
    for place in &mut places {
        place.first = firsts[place.household as usize];
    }
    places
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeMap;

    use super::*;

    #[test]
    fn households_are_small_share_a_district_and_sometimes_a_telephone() {
        let people: Vec<Household> = (0..100)
            .flat_map(|block| Household::of_neighbourhood(5, block))
            .collect();
        let mut homes: BTreeMap<u64, Vec<&Household>> = BTreeMap::new();
        for person in &people {
            homes.entry(person.number).or_default().push(person);
        }
        let mut shared_homes = 0;
        let mut shared_phones = 0;
        let mut in_shared = 0;
        for members in homes.values() {
            assert!(members.len() <= 4);
            assert_eq!(members.iter().filter(|member| member.is_first).count(), 1);
            assert!(
                members
                    .iter()
                    .all(|member| member.district == members[0].district)
            );
            if members.len() > 1 {
                shared_homes += 1;
                in_shared += members.len();
                shared_phones +=
                    usize::from(members.iter().all(|m| m.phone_of == members[0].phone_of));
            }
        }
        let share = in_shared as f64 / people.len() as f64;
        assert!((0.50..0.60).contains(&share), "{share}");
        let phones = f64::from(shared_phones as u32) / f64::from(shared_homes);
        assert!((0.15..0.25).contains(&phones), "{phones}");
    }
}
