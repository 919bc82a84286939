use rand::Rng;
use rand_xoshiro::Xoshiro256PlusPlus;
use rayon::prelude::*;

use super::activity::Activity;
use crate::sample::draw::{normal, spread};
use crate::sample::household::{Household, NEIGHBOURHOOD};
use crate::sample::interests::Interest;
use crate::sample::seed::{Purpose, stream};
use crate::sample::taste::Taste;

/// Neighbourhoods from which the overall readiness is found.
const PROBED: u64 = 40;
/// No customer is surely eligible.
const MOST_READY: f64 = 0.95;
/// What an affinity of 1 adds to the log-odds of accepting.
const PULL: f64 = 2.2;

/// A customer who may be invited to an activity.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) struct Candidate {
    /// The customer's place in the neighbourhood.
    pub(super) customer: usize,
    /// The activity's position.
    pub(super) activity: usize,
    /// Expected worth of the invitation less its cost, in ten-thousandths of
    /// the currency's unit at the finest.
    pub(super) value: f64,
    /// Of accepting, in ten-thousandths.
    pub(super) probability: f64,
}

/// The candidates of neighbouring customers.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Neighbourhood {
    pub(super) number: u64,
    /// By customer and activity.
    pub(super) candidates: Vec<Candidate>,
    /// Each customer's contact unit, by its number.
    pub(super) units: Vec<u64>,
}

/// Where candidates come from: a function of the seed and the neighbourhood's
/// number, whatever the number of customers.
pub(super) struct World {
    seed: u64,
    pub(super) activities: Vec<Activity>,
    /// Whether customers of a household are one contact unit.
    households: bool,
    /// What makes the wanted share of pairs eligible.
    readiness: f64,
}

impl World {
    /// A world in which `share` of all pairs are eligible on average.
    pub(super) fn new(seed: u64, activities: Vec<Activity>, share: f64, households: bool) -> Self {
        let mut world = Self {
            seed,
            activities,
            households,
            readiness: 1.0,
        };
        world.readiness = world.readiness_for(share);
        world
    }

    fn readiness_for(&self, share: f64) -> f64 {
        let pulls: Vec<f64> = (0..PROBED * NEIGHBOURHOOD)
            .into_par_iter()
            .flat_map_iter(|customer| {
                let person = Person::new(self.seed, customer).0;
                self.activities
                    .iter()
                    .map(move |activity| person.pull(activity))
            })
            .collect();
        let mean = |readiness: f64| {
            let ready = pulls.iter().map(|pull| (readiness * pull).min(MOST_READY));
            ready.sum::<f64>() / pulls.len() as f64
        };
        let (mut low, mut high) = (0.0, 1.0);
        while mean(high) < share && high < 1e6 {
            high *= 2.0;
        }
        for _ in 0..40 {
            let middle = 0.5 * (low + high);
            if mean(middle) < share {
                low = middle;
            } else {
                high = middle;
            }
        }
        high
    }

    /// The candidates of the neighbourhood's first `customers` customers.
    pub(super) fn neighbourhood(&self, number: u64, customers: usize) -> Neighbourhood {
        let first = number * NEIGHBOURHOOD;
        let mut candidates = Vec::new();
        for customer in 0..customers {
            let (person, mut rng) = Person::new(self.seed, first + customer as u64);
            for (at, activity) in self.activities.iter().enumerate() {
                let ready = (self.readiness * person.pull(activity)).min(MOST_READY);
                if rng.r#gen::<f64>() < ready {
                    candidates.push(person.candidate(&mut rng, customer, at, activity));
                }
            }
        }
        let units = if self.households {
            let households = Household::of_neighbourhood(self.seed, number);
            households
                .iter()
                .map(|household| household.number)
                .collect()
        } else {
            (first + 1..=first + NEIGHBOURHOOD).collect()
        };
        Neighbourhood {
            number,
            candidates,
            units,
        }
    }
}

/// What makes a customer a candidate, and a good one.
struct Person {
    /// By [`Interest`], 0 to 1.
    affinities: [f64; 8],
    /// How much is offered to the customer, and how much an acceptance brings:
    /// medians 1, heavy tails.
    engagement: f64,
    spending: f64,
    /// What the customer's habit adds to the log-odds of accepting.
    warmth: f64,
}

impl Person {
    /// The customer with that number, and the stream that the customer's
    /// candidates are drawn from.
    fn new(seed: u64, customer: u64) -> (Self, Xoshiro256PlusPlus) {
        let mut rng = stream(seed, Purpose::Candidates, customer, 0);
        let taste = Taste::of(seed, customer);
        let person = Self {
            affinities: Interest::ALL.map(|interest| taste.affinity(interest)),
            engagement: spread(&mut rng, 0.6),
            spending: spread(&mut rng, 0.6),
            warmth: 0.5 * normal(&mut rng),
        };
        (person, rng)
    }

    /// The affinity for what the activity offers.
    fn affinity(&self, activity: &Activity) -> f64 {
        let affinities = activity
            .products
            .iter()
            .map(|product| self.affinities[*product as usize]);
        affinities.fold(0.0, f64::max)
    }

    fn pull(&self, activity: &Activity) -> f64 {
        self.engagement * activity.reach * (0.15 + self.affinity(activity))
    }

    fn candidate(
        &self,
        rng: &mut impl Rng,
        customer: usize,
        at: usize,
        activity: &Activity,
    ) -> Candidate {
        let log_odds =
            activity.acceptance + PULL * self.affinity(activity) + self.warmth + 0.3 * normal(rng);
        let probability = 1.0 / (1.0 + (-log_odds).exp());
        let worth = activity.worth * self.spending * spread(rng, 0.15);
        Candidate {
            customer,
            activity: at,
            value: ten_thousandths(probability * worth - activity.cost),
            probability: ten_thousandths(probability),
        }
    }
}

fn ten_thousandths(number: f64) -> f64 {
    (number * 1e4).round() / 1e4
}
