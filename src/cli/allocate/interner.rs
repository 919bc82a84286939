//! Numbers for texts.

use std::collections::HashMap;
use std::sync::atomic::{AtomicU32, Ordering};
use std::sync::{Mutex, PoisonError};

use rayon::prelude::*;

/// Numbers for texts, handed out from many threads.
pub(super) struct Interner {
    shards: Vec<Mutex<HashMap<Box<str>, u32>>>,
    next: AtomicU32,
}

impl Interner {
    pub(super) fn new() -> Self {
        Self {
            shards: (0..64).map(|_| Mutex::default()).collect(),
            next: AtomicU32::new(0),
        }
    }

    pub(super) fn number(&self, text: &str) -> u32 {
        // Any spread will do.
        let shard = text.bytes().fold(0_usize, |sum, byte| {
            sum.wrapping_mul(31).wrapping_add(usize::from(byte))
        });
        let mut shard = self.shards[shard % self.shards.len()]
            .lock()
            .unwrap_or_else(PoisonError::into_inner);
        if let Some(&number) = shard.get(text) {
            return number;
        }
        let number = self.next.fetch_add(1, Ordering::Relaxed);
        shard.insert(text.into(), number);
        number
    }

    /// The texts in order, and by number the place of its text among them: the
    /// numbers depend on threads, the places do not.
    pub(super) fn sorted(&self) -> (Vec<String>, Vec<u32>) {
        let mut all: Vec<(String, u32)> = Vec::new();
        for shard in &self.shards {
            let shard = shard.lock().unwrap_or_else(PoisonError::into_inner);
            all.extend(
                shard
                    .iter()
                    .map(|(text, number)| (text.to_string(), *number)),
            );
        }
        all.par_sort_unstable();
        let mut place = vec![0; all.len()];
        for (at, (_, number)) in (0..).zip(&all) {
            place[*number as usize] = at;
        }
        (all.into_iter().map(|(text, _)| text).collect(), place)
    }
}
