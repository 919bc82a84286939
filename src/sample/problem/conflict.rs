use rand::Rng;

use super::activity::Activity;
use super::set::Set;
use crate::domain::Channel;
use crate::sample::draw::one_of;
use crate::sample::seed::{Purpose, stream};

/// How many rules a problem has.
const RULES: usize = 8;
/// One in so many pairs of activities is kept apart by every rule, or more.
const PAIRS_PER_CONFLICT: usize = 1250;
/// How often a rule leaves the channel or the product of a side open.
const OPEN: f64 = 0.25;

/// One customer cannot have both, if the second comes on the day of the first
/// or up to `lag` days later.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Conflict {
    pub(super) first: Set,
    pub(super) second: Set,
    /// In days.
    pub(super) lag: u32,
}

impl Conflict {
    fn forbids(&self, earlier: &Activity, later: &Activity) -> bool {
        self.first.holds(earlier)
            && self.second.holds(later)
            && (earlier.day..=earlier.day + self.lag).contains(&later.day)
    }
}

/// Rules that each keep some of these activities apart, as far as a hundred
/// tries find such.
pub(super) fn draw(seed: u64, activities: &[Activity]) -> Vec<Conflict> {
    let mut rng = stream(seed, Purpose::ProblemPlan, 0, 2);
    let pairs = activities.len() * (activities.len() - 1) / 2;
    let mut rules: Vec<Conflict> = Vec::new();
    for tries in (0..100).rev() {
        let rule = Conflict {
            first: side(&mut rng),
            second: side(&mut rng),
            lag: rng.gen_range(70..=90),
        };
        let found = Apart::new(activities, std::slice::from_ref(&rule)).pairs();
        let tells = found > pairs / PAIRS_PER_CONFLICT;
        let missing = RULES - rules.len();
        if !rules.contains(&rule) && (tells || tries < missing) {
            rules.push(rule);
        }
        if rules.len() == RULES {
            break;
        }
    }
    rules
}

fn side(rng: &mut impl Rng) -> Set {
    let set = Set::default();
    match (rng.gen_bool(OPEN), rng.gen_bool(OPEN)) {
        (true, false) => set.about(rng, 1),
        (false, true) => set.by(one_of(rng, &Channel::ALL)),
        _ => set.by(one_of(rng, &Channel::ALL)).about(rng, 1),
    }
}

/// Which activities cannot go to one customer.
pub(super) struct Apart {
    activities: usize,
    /// Row by row, symmetric.
    matrix: Vec<bool>,
}

impl Apart {
    pub(super) fn new(activities: &[Activity], rules: &[Conflict]) -> Self {
        let count = activities.len();
        let mut matrix = vec![false; count * count];
        for (a, earlier) in activities.iter().enumerate() {
            for (b, later) in activities.iter().enumerate() {
                if a != b && rules.iter().any(|rule| rule.forbids(earlier, later)) {
                    matrix[a * count + b] = true;
                    matrix[b * count + a] = true;
                }
            }
        }
        Self {
            activities: count,
            matrix,
        }
    }

    pub(super) fn are(&self, a: usize, b: usize) -> bool {
        self.matrix[a * self.activities + b]
    }

    /// The number of unordered pairs.
    pub(super) fn pairs(&self) -> usize {
        self.matrix.iter().filter(|apart| **apart).count() / 2
    }
}
