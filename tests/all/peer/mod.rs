//! A second, slow and independent implementation of contact policy, windows and
//! priority, written from README alone, against the program on random customers
//! and a month of nights. `CUSTOMERS` says on how many; 5,000 if not given.

mod cases;
mod compare;
mod found;
mod policy;
mod rules;
mod settings;
mod tally;
mod windows;
mod world;

use std::collections::BTreeMap;
use std::sync::Mutex;
use std::sync::atomic::{AtomicU64, Ordering};

use clubcall::calls::plan_calls;

use tally::Tally;
use world::World;

/// Customers of a world; each world has settings of its own.
const WORLD: u32 = 1000;
const NIGHTS: usize = 30;

#[test]
fn the_queue_is_what_the_page_says() {
    let customers: u32 = std::env::var("CUSTOMERS").map_or(5000, |text| text.parse().unwrap());
    let worlds = u64::from(customers.div_ceil(WORLD));
    let (next, tally) = (AtomicU64::new(0), Mutex::new(Tally::default()));
    std::thread::scope(|scope| {
        for _ in 0..2 {
            scope.spawn(|| {
                loop {
                    let seed = next.fetch_add(1, Ordering::Relaxed);
                    if seed >= worlds {
                        return;
                    }
                    let found = month(seed);
                    tally.lock().unwrap().add(found);
                }
            });
        }
    });
    let tally = tally.into_inner().unwrap();
    println!("{customers} customers, {NIGHTS} nights:\n{tally}");
    assert_eq!(tally.differences, BTreeMap::new(), "{tally}");
    let rare: Vec<_> = tally.seldom(u64::from(customers) / 1000).collect();
    assert!(rare.is_empty(), "hardly tried: {rare:?}");
}

/// A month of nights of one world.
fn month(seed: u64) -> Tally {
    let mut world = World::new(seed, WORLD);
    let mut tally = Tally::default();
    for _ in 0..NIGHTS {
        let queue = world.with(|input| {
            let queue = plan_calls(input).unwrap();
            compare::night(seed, input, &queue, &mut tally);
            queue
        });
        world.next(&queue);
    }
    tally
}
