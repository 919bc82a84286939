//! What a customer's time goes to: the planted groups, and the shares of time
//! drawn around them.

use rand::Rng;
use rand_xoshiro::Xoshiro256PlusPlus;

use super::draw::{share, shares, weighted};
use super::interests::{Category, Interest};
use super::seed::{Purpose, stream};

/// The share of customers whose main interest is each of [`Interest::ALL`];
/// what is left to 1 is the everyday group, which has none.
pub(super) const GROUP_SHARES: [f64; 8] = [0.30, 0.14, 0.11, 0.05, 0.085, 0.07, 0.04, 0.015];

/// How time that belongs to no interest of the customer's own spreads over the
/// interests: everybody sees some film.
pub(super) const POPULARITY: [f64; 8] = [0.18, 0.15, 0.13, 0.11, 0.12, 0.12, 0.10, 0.09];

/// What everybody uses, and its part of the time outside the interests.
const BACKGROUND: [(Category, f64); 4] = [
    (Category::Social, 0.42),
    (Category::Messaging, 0.25),
    (Category::News, 0.18),
    (Category::Shopping, 0.15),
];

/// How a group spends its time; chosen so that k-means on the roots of the
/// shares recovers the groups well but not perfectly.
pub(super) mod habit {
    use super::Interest;

    /// Background in the time of a customer with an interest, and of one whose
    /// interest is mild, and in the everyday group: means of beta draws.
    pub(in crate::sample) const BACKGROUND: f64 = 0.35;
    pub(in crate::sample) const BACKGROUND_MILD: f64 = 0.60;
    pub(in crate::sample) const BACKGROUND_EVERYDAY: f64 = 0.78;
    /// The main interest in the interest time.
    pub(in crate::sample) const MAIN: f64 = 0.64;
    pub(in crate::sample) const MAIN_MILD: f64 = 0.36;
    pub(in crate::sample) const CLOSENESS: f64 = 40.0;
    /// How many have a mild interest only, a second one, and then a third.
    pub(in crate::sample) const MILD: f64 = 0.025;
    pub(in crate::sample) const SECOND: f64 = 0.40;
    pub(in crate::sample) const THIRD: f64 = 0.20;
    /// What the second interest takes of the time that the first leaves.
    pub(in crate::sample) const OF_REST: f64 = 0.50;
    pub(in crate::sample) const OF_REST_CLOSENESS: f64 = 12.0;
    /// How closely time without an interest of its own keeps to what is popular:
    /// in a group with an interest, and in the everyday group.
    pub(in crate::sample) const OTHERS_CLOSENESS: f64 = 30.0;
    pub(in crate::sample) const EVERYDAY_CLOSENESS: f64 = 50.0;
    /// How many of the everyday group lean to something, and how much.
    pub(in crate::sample) const LEANING: f64 = 0.20;
    pub(in crate::sample) const LEANING_TO: f64 = 0.42;

    /// The main interest of a group in the interest time of those who are not
    /// mild. Small clubs have the keener members, or nobody would find them.
    pub(in crate::sample) const fn main(interest: Interest) -> f64 {
        match interest {
            Interest::Travel => MAIN + 0.05,
            Interest::Devices => MAIN + 0.02,
            _ => MAIN,
        }
    }
}

/// What a customer likes, the truth that segmentation is to find again.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Taste {
    /// The planted group: the main interest, or none for the everyday group.
    pub(super) group: Option<Interest>,
    /// The customer's interests, the main one first.
    pub(super) interests: Vec<Interest>,
    /// Each interest's part of the time spent on interests, by [`Interest`].
    pub(super) interest_shares: [f64; 8],
    /// Each category's part of all time, by [`Category`]; adds up to 1.
    pub(super) shares: [f64; 12],
}

impl Taste {
    pub(super) fn of(seed: u64, customer: u64) -> Self {
        let mut rng = stream(seed, Purpose::Taste, customer, 0);
        let mut odds = [0.0; 9];
        odds[..8].copy_from_slice(&GROUP_SHARES);
        odds[8] = 1.0 - GROUP_SHARES.iter().sum::<f64>();
        let group = Interest::ALL.get(weighted(&mut rng, &odds)).copied();
        let (background, interests, interest_shares) = match group {
            Some(main) => with_interest(&mut rng, main),
            None => everyday(&mut rng),
        };
        let mut all = [0.0; 12];
        for interest in Interest::ALL {
            all[interest.category() as usize] =
                interest_shares[interest as usize] * (1.0 - background);
        }
        let parts = shares(&mut rng, &BACKGROUND.map(|(_, part)| part), 20.0);
        for ((category, _), part) in BACKGROUND.into_iter().zip(parts) {
            all[category as usize] = part * background;
        }
        Self {
            group,
            interests,
            interest_shares,
            shares: all,
        }
    }

    /// The group's name in the truth tables.
    pub(super) fn group_name(&self) -> &'static str {
        self.group.map_or("everyday", Interest::as_str)
    }

    /// How much the customer cares for an interest, 0 to 1.
    pub(super) fn affinity(&self, interest: Interest) -> f64 {
        (self.interest_shares[interest as usize] / 0.5).min(1.0)
    }
}

/// Background share, interests and interest shares of a customer with a main
/// interest.
fn with_interest(rng: &mut Xoshiro256PlusPlus, main: Interest) -> (f64, Vec<Interest>, [f64; 8]) {
    let mild = rng.gen_bool(habit::MILD);
    let (background, main_mean) = if mild {
        (habit::BACKGROUND_MILD, habit::MAIN_MILD)
    } else {
        (habit::BACKGROUND, habit::main(main))
    };
    let background = share(rng, background, habit::CLOSENESS);
    let mut spent = [0.0; 8];
    spent[main as usize] = share(rng, main_mean, habit::CLOSENESS);
    let mut left = 1.0 - spent[main as usize];
    let mut interests = vec![main];
    for chance in [habit::SECOND, habit::THIRD] {
        if !rng.gen_bool(chance) {
            break;
        }
        let mut odds = POPULARITY;
        for &taken in &interests {
            odds[taken as usize] = 0.0;
        }
        let further = Interest::ALL[weighted(rng, &odds)];
        let part = share(rng, habit::OF_REST, habit::OF_REST_CLOSENESS) * left;
        spent[further as usize] += part;
        left -= part;
        interests.push(further);
    }
    let mut others = POPULARITY;
    others[main as usize] = 0.0;
    for (sum, part) in spent
        .iter_mut()
        .zip(shares(rng, &others, habit::OTHERS_CLOSENESS))
    {
        *sum += part * left;
    }
    (background, interests, spent)
}

/// The same of a customer of the everyday group.
fn everyday(rng: &mut Xoshiro256PlusPlus) -> (f64, Vec<Interest>, [f64; 8]) {
    let background = share(rng, habit::BACKGROUND_EVERYDAY, habit::CLOSENESS);
    let mut spent = shares(rng, &POPULARITY, habit::EVERYDAY_CLOSENESS);
    let mut interests = Vec::new();
    if rng.gen_bool(habit::LEANING) {
        let leaning = Interest::ALL[weighted(rng, &POPULARITY)];
        spent = spent.map(|part| part * (1.0 - habit::LEANING_TO));
        spent[leaning as usize] += habit::LEANING_TO;
        interests.push(leaning);
    }
    (background, interests, spent)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn groups_have_their_planted_sizes_and_overlap() {
        let tastes: Vec<Taste> = (0..20_000).map(|customer| Taste::of(3, customer)).collect();
        for (interest, planted) in Interest::ALL.into_iter().zip(GROUP_SHARES) {
            let count = tastes
                .iter()
                .filter(|taste| taste.group == Some(interest))
                .count();
            let found = count as f64 / tastes.len() as f64;
            assert!(
                (found - planted).abs() < 0.15 * planted + 0.002,
                "{interest:?} {found}"
            );
        }
        let members = tastes.iter().filter(|taste| taste.group.is_some()).count();
        let overlapping = tastes
            .iter()
            .filter(|taste| taste.interests.len() > 1)
            .count();
        let found = overlapping as f64 / members as f64;
        assert!((found - habit::SECOND).abs() < 0.02, "{found}");
    }

    #[test]
    fn shares_of_time_add_up_and_the_main_interest_leads() {
        let mut leading = 0;
        for customer in 0..2000 {
            let taste = Taste::of(3, customer);
            assert!((taste.shares.iter().sum::<f64>() - 1.0).abs() < 1e-9);
            assert!((taste.interest_shares.iter().sum::<f64>() - 1.0).abs() < 1e-9);
            leading += usize::from(taste.group.is_none_or(|main| {
                let most = taste.interest_shares.iter().copied().fold(0.0, f64::max);
                taste.interest_shares[main as usize] >= most
            }));
        }
        assert!(leading > 1800, "{leading}");
    }
}
