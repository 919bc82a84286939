//! Bounds that spare points from being looked at.
//!
//! A point keeps its cluster for as long as the other centres cannot have come
//! nearer than its own (Hamerly, "Making k-means even faster", 2010). When the
//! point was last looked at, every other centre was farther away by a gap. Since
//! then the own centre and the others have moved; while the gap is greater than
//! what its own centre and the fastest other one have moved together, nothing
//! can have changed.
//!
//! Only one number a point is kept, and it is written only when the point is
//! looked at: the gap plus how far the cluster's *odometer* (own shift plus
//! greatest other shift, added up since all points were last looked at) had come. The point is safe
//! while this *key* is above the odometer. So a point that is safe costs eight
//! bytes of reading, whatever its number of features.

use std::iter::zip;

use super::centres::Centres;
use super::chunks::squared_distance;
use super::lanes::KMeansFloat;

/// The key of a point about which nothing is known.
pub(super) const UNKNOWN: f32 = f32::NEG_INFINITY;

/// Rows whose keys are compared at once.
const AT_ONCE: usize = 16;

/// The odometers of all clusters.
#[derive(Debug, Clone)]
pub(super) struct Bounds {
    travelled: Vec<f64>,
    /// The same, rounded.
    travelled_f32: Vec<f32>,
    /// The greatest threshold.
    highest: f32,
    /// Keys at or below are not safe. Includes what rounding may do to scores,
    /// so that a point is spared only if looking at it would change nothing.
    thresholds: Vec<f32>,
}

impl Bounds {
    pub(super) fn new(clusters: usize) -> Self {
        Self {
            travelled: vec![0.0; clusters],
            travelled_f32: vec![0.0; clusters],
            highest: f32::INFINITY,
            thresholds: vec![f32::INFINITY; clusters],
        }
    }

    /// Adds a move of each centre (`shifts`, distances) and sets the thresholds
    /// for the new `centres`. `greatest_square` is the greatest square of a
    /// point about the offset.
    pub(super) fn moved<F: KMeansFloat>(
        &mut self,
        shifts: &[f64],
        centres: &Centres<F>,
        greatest_square: f64,
    ) {
        let (fastest, greatest, runner_up) = fastest(shifts);
        let lost = centres.rounding() * (greatest_square + centres.greatest_square);
        for (cluster, &shift) in shifts.iter().enumerate() {
            let other = if cluster == fastest {
                runner_up
            } else {
                greatest
            };
            self.travelled[cluster] += (shift + other) * (1.0 + 1e-12);
            self.travelled_f32[cluster] = self.travelled[cluster] as f32;
            // Two scores are each off by at most `lost`. The nearer centre wins
            // for certain when squared distances differ by twice that, which is
            // so when distances differ by `margin`, since together they are at
            // least the distance between the centres.
            let margin = 2.0 * lost / separation(centres, cluster);
            self.thresholds[cluster] = rounded_up(self.travelled[cluster] + margin);
        }
        self.highest = self.thresholds.iter().copied().fold(0.0, f32::max);
    }

    /// Whether a point of `cluster` with this key keeps its cluster for certain.
    #[inline(always)]
    pub(super) fn safe(&self, cluster: u32, key: f32) -> bool {
        key > self.thresholds[cluster as usize]
    }

    /// The rows whose cluster may have changed, of rows with these labels and
    /// keys.
    pub(super) fn not_safe(&self, labels: &[u32], keys: &[f32]) -> Vec<u32> {
        let mut rows = vec![0; labels.len()];
        let mut count = 0;
        for (some, (labels, keys)) in zip(labels.chunks(AT_ONCE), keys.chunks(AT_ONCE)).enumerate()
        {
            // Most often all are safe whatever their clusters.
            let mut safe = true;
            for &key in keys {
                safe &= key > self.highest;
            }
            if safe {
                continue;
            }
            for (at, (&label, &key)) in zip(labels, keys).enumerate() {
                // Written in any case and kept if needed: no branch to guess.
                rows[count] = (some * AT_ONCE + at) as u32;
                count += usize::from(!self.safe(label, key));
            }
        }
        rows.truncate(count);
        rows
    }

    /// The key of a point with a gap, which is nearest to `cluster`.
    #[inline(always)]
    pub(super) fn key(&self, gap: f32, cluster: u32) -> f32 {
        // Down by more than the roundings of the gap, of what was travelled and
        // of this sum.
        (gap + self.travelled_f32[cluster as usize]) * (1.0 - 1e-6)
    }
}

/// The cluster with the greatest shift, its shift and the next greatest.
fn fastest(shifts: &[f64]) -> (usize, f64, f64) {
    let (mut fastest, mut greatest, mut runner_up) = (0, 0.0, 0.0);
    for (cluster, &shift) in shifts.iter().enumerate() {
        if shift > greatest {
            (fastest, greatest, runner_up) = (cluster, shift, greatest);
        } else if shift > runner_up {
            runner_up = shift;
        }
    }
    (fastest, greatest, runner_up)
}

/// The distance from one centre to the nearest other one.
fn separation<F: KMeansFloat>(centres: &Centres<F>, cluster: usize) -> f64 {
    let rows = || centres.about.chunks_exact(centres.columns.max(1));
    let Some(own) = rows().nth(cluster) else {
        return 0.0;
    };
    rows()
        .enumerate()
        .filter(|&(other, _)| other != cluster)
        .map(|(_, other)| squared_distance(own, other))
        .fold(f64::INFINITY, f64::min)
        .sqrt()
}

fn rounded_up(value: f64) -> f32 {
    let rounded = value as f32;
    if f64::from(rounded) < value {
        rounded.next_up()
    } else {
        rounded
    }
}
