//! Who a customer is: everything that does not change from day to day, drawn
//! from the customer's number alone.

use rand::Rng;
use rand_xoshiro::Xoshiro256PlusPlus;

use super::draw::{normal, share, spread, weighted};
use super::household::Household;
use super::interests::Interest;
use super::names;
use super::seed::{Purpose, stream};
use super::taste::Taste;

/// Whether a customer still uses the service, as planted.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) enum Life {
    /// Uses it.
    Active,
    /// Uses it, in the last 30 days only by this factor.
    Falling(f64),
    /// Used it up to and including this day.
    Stopped(i32),
    /// Never used it.
    Never,
}

/// The plans from the smallest allowance to the largest, and what each does to
/// the data volume; the first two are prepaid, without a contract.
pub(super) const PLANS: [(&str, f64); 6] = [
    ("Prepaid 3 GB", 0.75),
    ("Prepaid 10 GB", 0.9),
    ("Smart 20 GB", 1.0),
    ("Plus 60 GB", 1.2),
    ("Max 150 GB", 1.45),
    ("Unlimited", 1.75),
];

const TIERS: [(&str, f64); 4] = [
    ("basic", 0.70),
    ("silver", 0.18),
    ("gold", 0.09),
    ("platinum", 0.03),
];

/// Customers that share one account manager's book.
const BOOK: u64 = 800;

/// Consent, in the order sms, call, app, personalisation: odds of yes, no and
/// unknown.
const CONSENTS: [[f64; 3]; 4] = [
    [0.78, 0.14, 0.08],
    [0.66, 0.26, 0.08],
    [0.82, 0.08, 0.10],
    [0.90, 0.07, 0.03],
];

/// A customer.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Person {
    /// The customer's number, from 0.
    pub(super) index: u64,
    pub(super) id: String,
    pub(super) household: Household,
    pub(super) phone: Option<String>,
    pub(super) name: String,
    /// Whole years at the end of the data, known to the operator or not.
    pub(super) age: i32,
    /// Days since 1970-01-01, as are the other dates.
    pub(super) birth_date: Option<i32>,
    pub(super) language: &'static str,
    /// The place in [`PLANS`].
    pub(super) plan: usize,
    pub(super) tier: &'static str,
    pub(super) join_date: i32,
    pub(super) contract_end: Option<i32>,
    pub(super) manager: Option<u64>,
    /// Sms, call, app, personalisation.
    pub(super) consents: [Option<bool>; 4],
    pub(super) life: Life,
    pub(super) taste: Taste,
    pub(super) habits: Habits,
}

/// How much and when a customer uses the service.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) struct Habits {
    /// The chance of a day with usage.
    pub(super) presence: f64,
    /// Median minutes on such a day.
    pub(super) minutes: f64,
    /// How many categories a day has: the chance of a category is
    /// `1 - (1 - its share)^breadth`.
    pub(super) breadth: f64,
    /// The part of the minutes between 18:00 and 24:00.
    pub(super) evening: f64,
    /// How much the customer takes to offers, 1 on average.
    pub(super) openness: f64,
}

impl Person {
    /// The customer with that number, at home in `household`.
    pub(super) fn new(
        seed: u64,
        last: i32,
        id_width: usize,
        index: u64,
        household: Household,
    ) -> Self {
        let rng = &mut stream(seed, Purpose::Person, index, 0);
        let taste = Taste::of(seed, index);
        let age = age(rng, &household, taste.group);
        let birth = last - (f64::from(age) * 365.25) as i32 - rng.gen_range(1..365);
        let language = match household.script {
            names::Script::Chinese if rng.gen_bool(0.96) => "zh",
            names::Script::Latin if rng.gen_bool(0.25) => "zh",
            _ => "en",
        };
        let appetite = normal(rng);
        let plan = plan(appetite + 0.8 * normal(rng));
        let tier = TIERS[weighted(rng, &TIERS.map(|(_, odds)| odds))].0;
        let tenure = tenure(rng, age);
        let contract_end = last + rng.gen_range(-200..=700);
        let consents = CONSENTS.map(|odds| match weighted(rng, &odds) {
            0 => Some(true),
            1 => Some(false),
            _ => None,
        });
        Self {
            index,
            id: format!("C{:0id_width$}", index + 1),
            phone: (!rng.gen_bool(0.03)).then(|| phone(seed, household.phone_of)),
            name: names::full(rng, household.script, household.family),
            age,
            birth_date: (!rng.gen_bool(0.03)).then_some(birth),
            language,
            plan,
            tier,
            join_date: last - tenure,
            contract_end: (plan >= 2).then_some(contract_end),
            manager: matches!(tier, "gold" | "platinum").then_some(index / BOOK + 1),
            consents,
            life: life(rng, last),
            habits: Habits::new(seed, index, appetite, plan),
            household,
            taste,
        }
    }

    /// The group as the truth tables name it.
    pub(super) fn group_name(&self) -> &'static str {
        if self.is_active() {
            self.taste.group_name()
        } else {
            "silent"
        }
    }

    /// Whether the customer used the service in the last 30 days.
    pub(super) fn is_active(&self) -> bool {
        matches!(self.life, Life::Active | Life::Falling(_))
    }
}

impl Habits {
    fn new(seed: u64, index: u64, appetite: f64, plan: usize) -> Self {
        let rng = &mut stream(seed, Purpose::Habits, index, 0);
        let generous = PLANS[plan].1.sqrt();
        Self {
            presence: (share(rng, 0.57, 4.0) + 0.06 * appetite).clamp(0.12, 0.98),
            minutes: 82.0 * (0.45 * appetite).exp() * spread(rng, 0.35) * generous,
            breadth: (3.2 * spread(rng, 0.25)).clamp(1.5, 6.0),
            evening: share(rng, 0.42, 14.0),
            openness: share(rng, 0.25, 3.0) * 4.0,
        }
    }
}

/// Whole years. First members of a household are adults, others may be
/// children; interests lean to ages.
fn age(rng: &mut Xoshiro256PlusPlus, household: &Household, group: Option<Interest>) -> i32 {
    if !household.is_first && rng.gen_bool(0.12) {
        return if rng.gen_bool(0.08) {
            rng.gen_range(9..14)
        } else {
            rng.gen_range(14..18)
        };
    }
    let (centre, width) = match group {
        Some(Interest::Gaming) => (28.0, 8.0),
        Some(Interest::Music) => (33.0, 11.0),
        Some(Interest::Devices | Interest::Sports) => (36.0, 11.0),
        Some(Interest::Health) => (55.0, 13.0),
        Some(Interest::Reading) => (48.0, 15.0),
        Some(Interest::Film | Interest::Travel) | None => (42.0, 14.0),
    };
    (centre + width * normal(rng)).clamp(18.0, 92.0) as i32
}

/// Heavier appetites buy larger plans.
fn plan(appetite: f64) -> usize {
    [-1.3, -0.85, 0.0, 0.8, 1.7]
        .iter()
        .filter(|&&step| appetite > step)
        .count()
}

/// Days since joining, at least three weeks.
fn tenure(rng: &mut Xoshiro256PlusPlus, age: i32) -> i32 {
    let days = 21.0 - 1500.0 * (1.0 - rng.r#gen::<f64>()).ln();
    let longest = (f64::from(age) - 8.0).clamp(0.5, 20.0) * 365.0;
    days.min(longest) as i32
}

fn life(rng: &mut Xoshiro256PlusPlus, last: i32) -> Life {
    match weighted(rng, &[0.88, 0.05, 0.05, 0.02]) {
        0 => Life::Active,
        1 => Life::Falling(rng.gen_range(0.10..0.40)),
        2 => Life::Stopped(last - rng.gen_range(31..=85)),
        _ => Life::Never,
    }
}

/// A number under +999, a country code that nobody has. The multiplication
/// scatters neighbours and keeps numbers unique.
fn phone(seed: u64, customer: u64) -> String {
    const RANGE: u64 = 1_000_000_000;
    let number = (customer * 387_420_489 + seed % RANGE) % RANGE;
    format!("+9991{number:09}")
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use super::*;
    use crate::domain::Phone;
    use crate::sample::household::NEIGHBOURHOOD;

    fn people(count: u64) -> Vec<Person> {
        (0..count / NEIGHBOURHOOD)
            .flat_map(|block| Household::of_neighbourhood(1, block))
            .enumerate()
            .map(|(index, household)| Person::new(1, 20_757, 7, index as u64, household))
            .collect()
    }

    fn share_of(people: &[Person], test: impl Fn(&Person) -> bool) -> f64 {
        people.iter().filter(|person| test(person)).count() as f64 / people.len() as f64
    }

    #[test]
    fn customers_are_as_varied_as_planted() {
        let people = people(18_000);
        let close = |found: f64, wanted: f64, slack: f64| {
            assert!(
                (found - wanted).abs() < slack,
                "{found} is not about {wanted}"
            );
        };
        close(share_of(&people, |p| (12..18).contains(&p.age)), 0.04, 0.01);
        close(share_of(&people, |p| p.age < 14), 0.003, 0.002);
        close(share_of(&people, |p| p.birth_date.is_none()), 0.03, 0.01);
        close(share_of(&people, |p| !p.is_active()), 0.07, 0.01);
        close(
            share_of(&people, |p| matches!(p.life, Life::Falling(_))),
            0.05,
            0.01,
        );
        close(share_of(&people, |p| p.tier == "platinum"), 0.03, 0.01);
        close(share_of(&people, |p| p.consents[0].is_none()), 0.08, 0.01);
        close(
            share_of(&people, |p| p.consents[3] == Some(true)),
            0.90,
            0.01,
        );
        close(share_of(&people, |p| p.language == "zh"), 0.67, 0.05);
        close(share_of(&people, |p| p.contract_end.is_none()), 0.25, 0.1);
        close(share_of(&people, |p| p.manager.is_some()), 0.12, 0.01);
    }

    #[test]
    fn phones_can_be_dialled_and_only_households_share_them() {
        let people = people(6000);
        let mut phones = BTreeSet::new();
        for person in people.iter().filter(|p| p.household.phone_of == p.index) {
            if let Some(phone) = &person.phone {
                assert!(Phone::parse(phone).is_ok() && phone.starts_with("+999"));
                assert!(phones.insert(phone), "a number was given twice");
            }
        }
    }

    #[test]
    fn nobody_joined_before_being_born_or_after_the_data_end() {
        for person in people(6000) {
            assert!(person.join_date <= 20_757 - 21);
            assert!(
                person
                    .birth_date
                    .is_none_or(|birth| birth < person.join_date)
            );
        }
    }
}
