use rand::Rng;

use crate::domain::Channel;
use crate::sample::draw::{one_of, spread, weighted};
use crate::sample::interests::Interest;
use crate::sample::seed::{Purpose, stream};

/// Days from the first activity's day 0 to the end of the horizon.
pub(super) const HORIZON: u32 = 180;

/// What a channel does to an invitation.
struct Way {
    /// The share of activities.
    odds: f64,
    /// The log-odds of accepting where the customer cares for nothing.
    acceptance: f64,
    /// The worth of what is offered this way, in multiples of a message's.
    worth: f64,
    /// The cost of one invitation.
    cost: f64,
}

/// By [`Channel::index`].
const WAYS: [Way; 4] = [
    Way {
        odds: 0.25,
        acceptance: -4.0,
        worth: 0.8,
        cost: 0.02,
    },
    Way {
        odds: 0.37,
        acceptance: -3.6,
        worth: 1.0,
        cost: 0.10,
    },
    Way {
        odds: 0.28,
        acceptance: -2.6,
        worth: 1.6,
        cost: 2.40,
    },
    Way {
        odds: 0.10,
        acceptance: -1.8,
        worth: 4.0,
        cost: 18.00,
    },
];

/// What accepting is worth, by [`Interest`].
const WORTH: [f64; 8] = [12.0, 10.0, 11.0, 8.0, 16.0, 14.0, 26.0, 22.0];

/// How many activities are about two products.
const TWO_PRODUCTS: f64 = 0.15;

/// An activity of the problem and how customers take to it.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Activity {
    pub(super) id: String,
    /// From 0 to [`HORIZON`] − 1.
    pub(super) day: u32,
    pub(super) channel: Channel,
    pub(super) products: Vec<Interest>,
    /// Of one invitation, in whole cents.
    pub(super) cost: f64,
    /// How readily customers are eligible, around 1.
    pub(super) reach: f64,
    /// The log-odds of accepting at no affinity.
    pub(super) acceptance: f64,
    /// What an average customer's acceptance is worth.
    pub(super) worth: f64,
}

/// The activities, by day.
pub(super) fn draw(seed: u64, count: usize) -> Vec<Activity> {
    let mut rng = stream(seed, Purpose::ProblemPlan, 0, 0);
    let mut activities: Vec<Activity> = (0..count).map(|_| one(&mut rng)).collect();
    // Stable, so that activities of one day keep the order of their draws.
    activities.sort_by_key(|activity| activity.day);
    let width = (count.ilog10() as usize + 1).max(3);
    for (number, activity) in activities.iter_mut().enumerate() {
        activity.id = format!("a{:0width$}", number + 1);
    }
    activities
}

fn one(rng: &mut impl Rng) -> Activity {
    let channel = Channel::ALL[weighted(rng, &WAYS.each_ref().map(|way| way.odds))];
    let way = &WAYS[channel.index()];
    let main = one_of(rng, &Interest::ALL);
    let mut products = vec![main];
    if rng.gen_bool(TWO_PRODUCTS) {
        products.extend(Some(one_of(rng, &Interest::ALL)).filter(|other| *other != main));
    }
    Activity {
        id: String::new(),
        day: rng.gen_range(0..HORIZON),
        channel,
        products,
        cost: (way.cost * rng.gen_range(0.7..1.3) * 100.0).round() / 100.0,
        reach: spread(rng, 0.4),
        acceptance: way.acceptance + rng.gen_range(-0.4..0.4),
        worth: way.worth * WORTH[main as usize] * spread(rng, 0.3),
    }
}
