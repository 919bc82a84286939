use std::collections::BTreeMap;

use super::{Activity, Seats};
use crate::domain::People;

/// The seats of tonight's activities, one pool per activity or per activity
/// and district.
#[derive(Debug)]
pub(super) struct Pools {
    pools: Vec<Pool>,
    by_activity: Vec<PoolsOf>,
    district: Vec<u16>,
}

/// Seats that candidates compete for.
#[derive(Debug)]
pub(super) struct Pool {
    seats: f64,
    /// Expected attendance of those invited before.
    expected: f64,
    invited: u32,
    waitlisted: u32,
    waitlist: f64,
    /// As the ledger names it: `film-night-2026-11/harbour`.
    pub(super) name: String,
    /// Whether they are the seats of one district.
    pub(super) in_district: bool,
}

#[derive(Debug)]
enum PoolsOf {
    Total(u16),
    ByDistrict(Vec<Option<u16>>),
}

/// Where a candidate's seat would come from.
pub(super) enum SeatFrom {
    /// The pool for everyone.
    Everyone(u16),
    /// The pool of the customer's district.
    District(u16),
    /// There is no seat in the customer's district at all.
    Nowhere,
}

const NO_DISTRICT: u16 = u16::MAX;

/// There are more pools or districts than can be numbered.
pub(super) struct TooManyPools;

impl Pools {
    pub(super) fn new(people: &People, activities: &[Activity]) -> Result<Self, TooManyPools> {
        let mut districts: BTreeMap<&str, u16> = BTreeMap::new();
        for activity in activities {
            if let Seats::ByDistrict(seats) = &activity.seats {
                for name in seats.keys() {
                    let next = u16::try_from(districts.len()).map_err(|_| TooManyPools)?;
                    districts.entry(name).or_insert(next);
                }
            }
        }
        if districts.len() >= usize::from(NO_DISTRICT) {
            return Err(TooManyPools);
        }
        let mut pools = Vec::new();
        let mut add = |activity: &Activity, name: String, in_district: bool, seats: u32| {
            let index = u16::try_from(pools.len()).map_err(|_| TooManyPools)?;
            pools.push(Pool {
                seats: f64::from(seats),
                expected: 0.0,
                invited: 0,
                waitlisted: 0,
                waitlist: activity.waitlist.get(),
                name,
                in_district,
            });
            Ok(index)
        };
        let mut by_activity = Vec::with_capacity(activities.len());
        for activity in activities {
            by_activity.push(match &activity.seats {
                Seats::Total(seats) => {
                    PoolsOf::Total(add(activity, activity.id.clone(), false, *seats)?)
                }
                Seats::ByDistrict(seats) => {
                    let mut of = vec![None; districts.len()];
                    for (name, &seats) in seats.iter().filter(|(_, seats)| **seats > 0) {
                        let pool = add(activity, format!("{}/{name}", activity.id), true, seats)?;
                        of[usize::from(districts[name.as_str()])] = Some(pool);
                    }
                    PoolsOf::ByDistrict(of)
                }
            });
        }
        let number = |name: &Option<String>| {
            name.as_deref()
                .and_then(|name| districts.get(name).copied())
                .unwrap_or(NO_DISTRICT)
        };
        let district = people.district.iter().map(number).collect();
        Ok(Self {
            pools,
            by_activity,
            district,
        })
    }

    pub(super) fn seat_from(&self, row: usize, activity: u16) -> SeatFrom {
        match &self.by_activity[usize::from(activity)] {
            PoolsOf::Total(pool) => SeatFrom::Everyone(*pool),
            PoolsOf::ByDistrict(of) => match of.get(usize::from(self.district[row])) {
                Some(Some(pool)) => SeatFrom::District(*pool),
                _ => SeatFrom::Nowhere,
            },
        }
    }

    pub(super) fn all(&self) -> &[Pool] {
        &self.pools
    }

    pub(super) fn pool_mut(&mut self, pool: u16) -> &mut Pool {
        &mut self.pools[usize::from(pool)]
    }
}

impl Pool {
    /// Takes the seats that an earlier invitation is expected to fill.
    pub(super) fn take_earlier(&mut self, attendance: f64) {
        self.expected += attendance;
    }

    /// The seats that earlier invitations leave.
    pub(super) fn left(&self) -> f64 {
        (self.seats - self.expected).max(0.0)
    }

    /// Counts an invitation.
    pub(super) fn invite(&mut self) {
        self.invited += 1;
    }

    /// Puts the next in line on the waitlist, which is a share of tonight's
    /// invitations, rounded up.
    pub(super) fn try_waitlist(&mut self) -> bool {
        let room = (f64::from(self.invited) * self.waitlist - 1e-9).ceil();
        let fits = f64::from(self.waitlisted) < room;
        self.waitlisted += u32::from(fits);
        fits
    }
}
