//! Thirty nights of customers who change slowly, come and go, with one split,
//! one merger and one group that vanishes.

use std::collections::{BTreeMap, BTreeSet};

use jiff::ToSpan;
use jiff::civil::{Date, date};
use rand::{Rng, SeedableRng};
use rand_distr::{Distribution, StandardNormal};
use rand_xoshiro::Xoshiro256Plus;

use super::fixtures::column;
use super::*;
use crate::domain::{Label, Language};

const NIGHTS: usize = 30;
const SPLIT: usize = 8;
const MERGER: usize = 15;
const VANISHING: usize = 22;

/// Customers who join and who leave each night.
const CHURN: usize = 8;

/// Where each group's members are at first, in deviations of a group; the last
/// group is the one that breaks away from the first.
const CENTRES: [[f64; 4]; 7] = [
    [0.0, 0.0, 0.0, 0.0],
    [7.0, 7.0, 0.0, 0.0],
    [0.0, 7.0, 7.0, 0.0],
    [7.0, 0.0, 7.0, 0.0],
    [0.0, 0.0, 7.0, 7.0],
    [7.0, 7.0, 7.0, 7.0],
    [0.0, 7.0, 0.0, 7.0],
];
const SIZES: [usize; 6] = [400, 300, 260, 300, 240, 260];
const INTERESTS: [&str; 7] = [
    "Film", "Music", "Health", "Travel", "Sports", "Gaming", "Reading",
];

struct Customer {
    id: String,
    group: usize,
    offset: [f64; 4],
}

struct Town {
    customers: Vec<Customer>,
    rng: Xoshiro256Plus,
    born: usize,
    night: usize,
}

impl Town {
    fn new(seed: u64) -> Self {
        let mut town = Self {
            customers: Vec::new(),
            rng: Xoshiro256Plus::seed_from_u64(seed),
            born: 0,
            night: 0,
        };
        for (group, size) in SIZES.into_iter().enumerate() {
            (0..size).for_each(|_| town.join(group));
        }
        town
    }

    fn join(&mut self, group: usize) {
        let offset = [(); 4].map(|()| StandardNormal.sample(&mut self.rng));
        self.customers.push(Customer {
            id: format!("c{:06}", self.born),
            group,
            offset,
        });
        self.born += 1;
    }

    /// A day goes by.
    fn pass(&mut self) {
        self.night += 1;
        for _ in 0..CHURN {
            let leaves = self.rng.gen_range(0..self.customers.len());
            self.customers.remove(leaves);
            let like = self.rng.gen_range(0..self.customers.len());
            self.join(self.customers[like].group);
        }
        match self.night {
            SPLIT => {
                for customer in self.customers.iter_mut().filter(|c| c.group == 0) {
                    if self.rng.gen_bool(0.42) {
                        customer.group = 6;
                    }
                }
            }
            MERGER => {
                for customer in self.customers.iter_mut().filter(|c| c.group == 2) {
                    customer.group = 1;
                }
            }
            VANISHING => self.customers.retain(|customer| customer.group != 5),
            _ => {}
        }
    }

    fn as_of(&self) -> Date {
        on(self.night)
    }

    /// What is known of the customers tonight; everybody drifts in one
    /// direction, by one and a half deviations in all.
    fn features(&mut self) -> Vec<FeatureColumn> {
        let drift = 1.5 * self.night as f64 / NIGHTS as f64;
        (0..4)
            .map(|dimension| {
                let rng = &mut self.rng;
                let values = self.customers.iter().map(|customer| {
                    let jitter: f64 = StandardNormal.sample(rng);
                    let shift = if dimension == 0 { drift } else { 0.0 };
                    CENTRES[customer.group][dimension]
                        + customer.offset[dimension]
                        + shift
                        + 0.2 * jitter
                });
                column(&format!("f{dimension}"), Scale::Standard, values.collect())
            })
            .collect()
    }

    fn interests(&self) -> Vec<InterestAffinity> {
        let affinity = |group: usize, name: &str| InterestAffinity {
            id: name.to_lowercase(),
            label: Label::One(name.to_owned()),
            affinity: self
                .customers
                .iter()
                .map(|customer| if customer.group == group { 0.9 } else { 0.1 })
                .collect(),
        };
        INTERESTS
            .into_iter()
            .enumerate()
            .map(|(group, name)| affinity(group, name))
            .collect()
    }

    fn run(&mut self, previous: Option<&Previous>) -> Segmentation {
        let (features, interests) = (self.features(), self.interests());
        let ids: Vec<String> = self.customers.iter().map(|c| c.id.clone()).collect();
        let nobody = vec![false; ids.len()];
        let input = SegmentInput {
            ids: &ids,
            features: &features,
            quiet: &nobody,
            opted_out: &nobody,
            interests: &interests,
            as_of: self.as_of(),
            seed: 42,
            language: Language::En,
        };
        segment(&input, &SegmentSettings::default(), previous).unwrap()
    }

    /// What the night leaves to the next one, by way of the files.
    fn leave(&self, night: &Segmentation, names: &Names) -> Previous {
        let text = |value: serde_json::Result<String>| value.unwrap();
        let model = text(serde_json::to_string(&night.model));
        let registry = text(serde_json::to_string(&night.registry));
        let mut registry = serde_json::from_str(&registry).unwrap();
        names.apply(&mut registry);
        let segments = night.members.iter().map(|member| member.segment);
        Previous {
            model: serde_json::from_str(&model).unwrap(),
            registry,
            members: self
                .customers
                .iter()
                .zip(segments)
                .map(|(customer, at)| (customer.id.clone(), night.segments[at].id.clone()))
                .collect(),
        }
    }

    /// The segment in which nearly all members of each group are.
    fn homes(&self, night: &Segmentation) -> BTreeMap<usize, String> {
        let mut counts: BTreeMap<usize, BTreeMap<&str, usize>> = BTreeMap::new();
        for (customer, member) in self.customers.iter().zip(&night.members) {
            let id = night.segments[member.segment].id.as_str();
            *counts
                .entry(customer.group)
                .or_default()
                .entry(id)
                .or_default() += 1;
        }
        let home = |counts: &BTreeMap<&str, usize>| {
            let (id, most) = counts.iter().max_by_key(|(_, count)| **count).unwrap();
            let all: usize = counts.values().sum();
            assert!(*most * 100 >= all * 95, "night {}: {counts:?}", self.night);
            (*id).to_owned()
        };
        counts
            .iter()
            .map(|(&group, counts)| (group, home(counts)))
            .collect()
    }
}

fn on(night: usize) -> Date {
    date(2026, 10, 1).saturating_add(i64::try_from(night).unwrap().days())
}

/// Events of a night: segment, what happened, and the segments it concerns.
fn events(night: &Segmentation, as_of: Date) -> BTreeSet<(String, SegmentStatus, Vec<String>)> {
    let events = night
        .registry
        .events(as_of.saturating_sub(1.days()), as_of)
        .into_iter();
    events
        .map(|event| (event.id, event.status, event.segments))
        .collect()
}

fn live(seed: u64) {
    let mut town = Town::new(seed);
    let mut night = town.run(None);
    let mut names = Names::default();
    let first = town.homes(&night);
    let mut expected = first.clone();
    let mut refits = Vec::new();
    // The names that people see, by segment.
    let mut called: BTreeMap<String, String> = BTreeMap::new();
    for _ in 1..NIGHTS {
        if town.night == 3 {
            names
                .rename(&night.registry, &first[&1], "Our listeners")
                .unwrap();
            called.insert(first[&1].clone(), "Our listeners".to_owned());
        }
        let previous = town.leave(&night, &names);
        town.pass();
        night = town.run(Some(&previous));
        if night.refitted {
            refits.push((town.night, night.reason.to_string()));
        }
        assert_eq!(night.refused, None, "night {}", town.night);
        let happened = events(&night, town.as_of());
        let homes = town.homes(&night);
        let said = |id: &str, status, segments: &[&String]| {
            let segments = segments.iter().map(|&id| id.clone()).collect();
            (id.to_owned(), status, segments)
        };
        let told = match town.night {
            SPLIT => {
                expected.insert(6, homes[&6].clone());
                assert!(!first.values().any(|id| *id == homes[&6]), "{refits:?}");
                vec![said(&homes[&6], SegmentStatus::Split, &[&first[&0]])]
            }
            MERGER => {
                expected.remove(&2);
                vec![
                    said(&first[&1], SegmentStatus::Merged, &[&first[&2]]),
                    said(&first[&2], SegmentStatus::Retired, &[&first[&1]]),
                ]
            }
            VANISHING => {
                expected.remove(&5);
                vec![said(&first[&5], SegmentStatus::Retired, &[])]
            }
            _ => Vec::new(),
        };
        assert_eq!(
            happened,
            told.into_iter().collect(),
            "night {}: {refits:?}",
            town.night
        );
        assert_eq!(homes, expected, "night {}: {refits:?}", town.night);
        for segment in &night.segments {
            let name = called
                .entry(segment.id.clone())
                .or_insert_with(|| segment.name.clone());
            assert_eq!(&segment.name, name, "night {}", town.night);
        }
    }
    assert_eq!(called[&first[&1]], "Our listeners");
    assert_eq!(called[&first[&0]], "Film fans");
    assert_eq!(called[&expected[&6]], "Reading fans");
    // Not every night is a night of upheaval.
    assert!((3..=8).contains(&refits.len()), "{refits:?}");
}

#[test]
fn ids_and_names_last_through_thirty_nights_and_each_event_is_told_on_its_night() {
    for seed in 1..=3 {
        live(seed);
    }
}
