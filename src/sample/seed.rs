use rand::SeedableRng;
use rand_xoshiro::Xoshiro256PlusPlus;

/// What random numbers are drawn for.
///
/// Each purpose has a stream of its own, so that one more draw in one table
/// leaves every other table as it was.
#[derive(Debug, Clone, Copy)]
pub(super) enum Purpose {
    Households,
    Household,
    Person,
    Taste,
    Habits,
    UsageDay,
    Preferences,
    Campaign,
    Complaints,
    Orders,
    Suppressions,
    ProblemPlan,
    Candidates,
    Packages,
    Moments,
}

/// The generator for one purpose of one thing: a pure function of its
/// arguments, which is what makes the data independent of threads and lets a
/// customer be recomputed instead of kept.
///
/// `index` is the customer, household or neighbourhood, `part` a further
/// counter (the day), 0 if there is none.
pub(super) fn stream(seed: u64, purpose: Purpose, index: u64, part: u64) -> Xoshiro256PlusPlus {
    let mut state = mix(seed);
    for word in [purpose as u64 + 1, index, part] {
        state = mix(state ^ word.wrapping_mul(0x9e37_79b9_7f4a_7c15));
    }
    Xoshiro256PlusPlus::seed_from_u64(state)
}

/// The finaliser of SplitMix64 (Steele, Lea, Flood: Fast splittable
/// pseudorandom number generators, 2014), one step on.
const fn mix(word: u64) -> u64 {
    let z = word.wrapping_add(0x9e37_79b9_7f4a_7c15);
    let z = (z ^ (z >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
    let z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
    z ^ (z >> 31)
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use rand::RngCore;

    use super::*;

    #[test]
    fn neighbouring_streams_differ() {
        let purposes = [Purpose::Households, Purpose::Person, Purpose::UsageDay];
        let firsts: BTreeSet<u64> = (0..20)
            .flat_map(|index| (0..20).map(move |part| (index, part)))
            .flat_map(|(index, part)| {
                purposes.map(|purpose| stream(1, purpose, index, part).next_u64())
            })
            .collect();
        assert_eq!(firsts.len(), 20 * 20 * 3);
        assert_ne!(
            stream(1, Purpose::Person, 0, 0).next_u64(),
            stream(2, Purpose::Person, 0, 0).next_u64()
        );
    }
}
