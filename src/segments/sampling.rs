use rayon::prelude::*;
use sha2::{Digest, Sha256};

/// Customers in an order drawn by a keyed hash of their ids.
///
/// Whether a customer comes before another depends on these two ids and the
/// seed alone, not on how many rows there are or how they were read, and the
/// first 5 000 are among the first 20 000.
pub(super) struct Sampler {
    by_hash: Vec<usize>,
}

impl Sampler {
    /// Draws up to `limit` of `rows`, which index `ids`.
    pub(super) fn draw(ids: &[String], rows: &[usize], limit: usize, seed: u64) -> Self {
        let seed = seed.to_be_bytes();
        let mut hashed: Vec<(u64, usize)> = rows
            .par_iter()
            .map(|&row| (hash(&[&seed, b"sample", ids[row].as_bytes()]), row))
            .collect();
        if limit < hashed.len() {
            hashed.select_nth_unstable(limit);
            hashed.truncate(limit);
        }
        hashed.sort_unstable();
        Self {
            by_hash: hashed.into_iter().map(|(_, row)| row).collect(),
        }
    }

    /// The first `count` customers drawn, as ascending rows.
    pub(super) fn first(&self, count: usize) -> Vec<usize> {
        let mut rows = self.by_hash[..count.min(self.by_hash.len())].to_vec();
        rows.sort_unstable();
        rows
    }
}

/// A seed for one purpose, so that no two uses share a random sequence.
pub(super) fn seed_for(seed: u64, purpose: &str, number: usize) -> u64 {
    hash(&[
        &seed.to_be_bytes(),
        purpose.as_bytes(),
        &(number as u64).to_be_bytes(),
    ])
}

fn hash(parts: &[&[u8]]) -> u64 {
    let mut hasher = Sha256::new();
    for part in parts {
        hasher.update(part);
    }
    let digest = hasher.finalize();
    digest
        .iter()
        .take(8)
        .fold(0, |hash, &byte| hash << 8 | u64::from(byte))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn ids(count: usize) -> Vec<String> {
        (0..count).map(|number| format!("c{number:05}")).collect()
    }

    #[test]
    fn samples_are_nested_and_ascending() {
        let ids = ids(1000);
        let rows: Vec<usize> = (0..1000).collect();
        let sampler = Sampler::draw(&ids, &rows, 400, 1);
        let (few, many) = (sampler.first(50), sampler.first(400));
        assert!(few.is_sorted() && many.is_sorted());
        assert_eq!((few.len(), many.len()), (50, 400));
        assert!(few.iter().all(|row| many.binary_search(row).is_ok()));
    }

    #[test]
    fn other_customers_do_not_change_who_comes_first() {
        let ids = ids(1000);
        let all: Vec<usize> = (0..1000).collect();
        let half: Vec<usize> = (0..1000).step_by(2).collect();
        let drawn = Sampler::draw(&ids, &all, 1000, 1).by_hash;
        let expected: Vec<usize> = drawn.into_iter().filter(|row| row % 2 == 0).collect();
        assert_eq!(Sampler::draw(&ids, &half, 500, 1).by_hash, expected);
    }

    #[test]
    fn the_seed_changes_the_sample() {
        let ids = ids(1000);
        let all: Vec<usize> = (0..1000).collect();
        let first = |seed| Sampler::draw(&ids, &all, 50, seed).first(50);
        assert_ne!(first(1), first(2));
        assert_ne!(seed_for(1, "fit", 4), seed_for(1, "fit", 5));
    }
}
