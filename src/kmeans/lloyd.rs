//! Lloyd's iteration (Lloyd 1982): assign every point to its nearest centre,
//! move every centre to the mean of its points, until nothing moves.

use std::mem::replace;

use ndarray::{Array2, ArrayView2};
use pulp::Arch;
use rayon::prelude::*;

use super::bounds::{Bounds, UNKNOWN, key};
use super::centres::Centres;
use super::chunks::{chunk_of, chunk_rows, squared_distance};
use super::kernel::{Found, GAP, NEAREST, Nearest, SQUARE, Sink};
use super::lanes::KMeansFloat;
use super::observations::Observations;
use super::repair::fill_empty;
use super::sums::Sums;
use super::tile::POINTS;

/// The label of a point that has not been assigned yet.
const NONE: u32 = u32::MAX;

/// When to stop.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Stop {
    /// At most so many iterations.
    pub max_n_iterations: u64,
    /// The centres have settled when the sum of their squared shifts is at most
    /// this times the mean of the columns' variances, as in scikit-learn. With 0
    /// the iteration goes on until no point changes cluster.
    pub tolerance: f64,
}

impl Default for Stop {
    /// 300 iterations, a tolerance of 0.0001.
    fn default() -> Self {
        Self {
            max_n_iterations: 300,
            tolerance: 1e-4,
        }
    }
}

/// Where an iteration ended.
pub(super) struct Ended<F> {
    /// clusters × columns.
    pub(super) centroids: Array2<F>,
    pub(super) iterations: u64,
    pub(super) converged: bool,
}

/// Whether bounds are used; `Never` is what tests compare with.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) enum Sparing {
    WherePays,
    #[cfg(test)]
    Never,
    #[cfg(test)]
    Always,
}

/// The iteration's state: what is known of each row, and the sums.
struct Lloyd<'a, 'd, F> {
    data: &'a Observations<'d, F>,
    arch: Arch,
    clusters: usize,
    chunk_rows: usize,
    labels: Vec<u32>,
    /// Empty until bounds are first used.
    keys: Vec<f32>,
    bounds: Bounds,
    sums: Sums,
    greatest_square: f64,
}

/// How the next pass over the rows goes.
#[derive(Debug, Clone, Copy, PartialEq)]
enum Pass {
    /// Every row, no keys.
    Plain,
    /// Every row; keys are written.
    Keyed,
    /// Only rows that are not safe; keys are written.
    Sparing,
}

/// What a pass over the rows of a chunk came to.
struct ChunkOutcome {
    changes: Option<Sums>,
    looked_at: usize,
    greatest_square: f64,
}

/// Runs Lloyd's iteration from `centres` (clusters × columns).
pub(super) fn lloyd<F: KMeansFloat>(
    data: &Observations<F>,
    centres: ArrayView2<F>,
    stop: &Stop,
    sparing: Sparing,
    arch: Arch,
) -> Ended<F> {
    let (clusters, columns) = centres.dim();
    let mut centres = about(centres, &data.means);
    let mut state = Lloyd {
        data,
        arch,
        clusters,
        chunk_rows: chunk_rows(data.rows(), clusters),
        labels: vec![NONE; data.rows()],
        keys: Vec::new(),
        bounds: Bounds::new(clusters),
        sums: Sums::new(clusters, columns),
        greatest_square: 0.0,
    };
    let mut plan = Plan::new(sparing);
    let mut iterations = 0;
    let mut converged = false;
    while iterations < stop.max_n_iterations && !converged {
        let pass = plan.next();
        let (changed, looked_at) = state.assign(&centres, pass);
        plan.learn(pass, looked_at, data.rows());
        iterations += 1;
        if !changed {
            converged = true;
            break;
        }
        let moved = state.means(&centres);
        let shifts: Vec<f64> = rows_of(&centres)
            .zip(rows_of(&moved))
            .map(|(from, to)| squared_distance(from, to).sqrt())
            .collect();
        state.bounds.moved(&shifts, &moved, state.greatest_square);
        let shift: f64 = shifts.iter().map(|shift| shift * shift).sum();
        centres = moved;
        // With nothing left to move, another pass would find nothing.
        converged = shift <= stop.tolerance * data.variance;
    }
    Ended {
        centroids: state.centroids(&centres),
        iterations,
        converged,
    }
}

impl<F: KMeansFloat> Lloyd<'_, '_, F> {
    /// Assigns rows to their nearest centres and keeps the sums up to date.
    /// Returns whether any row changed cluster, and how many were looked at.
    fn assign(&mut self, centres: &Centres<F>, pass: Pass) -> (bool, usize) {
        if pass != Pass::Plain && self.keys.is_empty() {
            self.keys = vec![UNKNOWN; self.labels.len()];
        }
        let size = self.chunk_rows;
        let (data, arch, bounds, clusters) = (self.data, self.arch, &self.bounds, self.clusters);
        let work = |chunk: usize, labels: &mut [u32], keys: &mut [f32]| {
            let start = chunk * size;
            let chunk = chunk_of(data.points, start..start + labels.len());
            let mut sink = Assigner {
                data,
                start,
                labels,
                keys,
                bounds,
                clusters,
                offset: &centres.offset,
                changes: None,
                greatest_square: F::zero(),
            };
            let chunk = chunk.as_slice().unwrap_or_default();
            let looked_at = sink.run(arch, chunk, centres, pass);
            ChunkOutcome {
                changes: sink.changes,
                looked_at,
                greatest_square: sink.greatest_square.into(),
            }
        };
        let labels = self.labels.par_chunks_mut(size).enumerate();
        let outcomes: Vec<ChunkOutcome> = if pass == Pass::Plain {
            labels
                .map(|(chunk, labels)| work(chunk, labels, &mut []))
                .collect()
        } else {
            labels
                .zip(self.keys.par_chunks_mut(size))
                .map(|((chunk, labels), keys)| work(chunk, labels, keys))
                .collect()
        };
        let mut changed = false;
        let mut looked_at = 0;
        for outcome in outcomes {
            looked_at += outcome.looked_at;
            self.greatest_square = self.greatest_square.max(outcome.greatest_square);
            if let Some(changes) = outcome.changes {
                changed = true;
                self.sums.merge(&changes);
            }
        }
        (changed, looked_at)
    }

    /// The means of the clusters, once empty ones have been given a point.
    fn means(&mut self, centres: &Centres<F>) -> Centres<F> {
        if self.sums.members.contains(&0) {
            let moved = fill_empty(self.data, centres, &mut self.labels, &mut self.sums);
            for row in moved {
                if let Some(key) = self.keys.get_mut(row) {
                    *key = UNKNOWN;
                }
            }
        }
        let mut about = centres.about.clone();
        for (cluster, centre) in about.chunks_exact_mut(centres.columns.max(1)).enumerate() {
            if let Some(mean) = self.sums.mean(cluster) {
                for (to, mean) in centre.iter_mut().zip(mean) {
                    *to = F::nearest(mean);
                }
            }
        }
        Centres::new(centres.offset.clone(), about, self.clusters)
    }

    /// The centroids in the coordinates of the data.
    fn centroids(&self, centres: &Centres<F>) -> Array2<F> {
        let columns = centres.columns;
        let mut centroids = Array2::zeros((self.clusters, columns));
        for (cluster, mut centroid) in centroids.outer_iter_mut().enumerate() {
            let about = &centres.about[cluster * columns..][..columns];
            for ((to, &about), &offset) in centroid.iter_mut().zip(about).zip(&centres.offset) {
                *to = F::nearest(about.into() + offset.into());
            }
        }
        centroids
    }
}

/// Takes the kernel's findings for the rows of a chunk.
struct Assigner<'a, 'd, F> {
    data: &'a Observations<'d, F>,
    start: usize,
    labels: &'a mut [u32],
    keys: &'a mut [f32],
    bounds: &'a Bounds,
    clusters: usize,
    offset: &'a [F],
    changes: Option<Sums>,
    greatest_square: F,
}

impl<F: KMeansFloat> Assigner<'_, '_, F> {
    /// Returns the number of rows looked at.
    fn run(&mut self, arch: Arch, chunk: &[F], centres: &Centres<F>, pass: Pass) -> usize {
        let every = self.labels.len();
        match pass {
            Pass::Plain => {
                arch.dispatch(Nearest::<_, _, false> {
                    chunk,
                    rows: None,
                    centres,
                    sink: self,
                });
                every
            }
            Pass::Keyed => {
                arch.dispatch(Nearest::<_, _, true> {
                    chunk,
                    rows: None,
                    centres,
                    sink: self,
                });
                every
            }
            Pass::Sparing => {
                let unsafe_rows = self.not_safe();
                arch.dispatch(Nearest::<_, _, true> {
                    chunk,
                    rows: Some(&unsafe_rows),
                    centres,
                    sink: self,
                });
                unsafe_rows.len()
            }
        }
    }

    /// The rows of the chunk whose cluster may have changed.
    fn not_safe(&self) -> Vec<u32> {
        let mut rows = vec![0; self.labels.len()];
        let mut count = 0;
        for (row, (&label, &key)) in self.labels.iter().zip(self.keys.iter()).enumerate() {
            // Written in any case and kept if needed: no branch to guess.
            rows[count] = row as u32;
            count += usize::from(!self.bounds.safe(label, key));
        }
        rows.truncate(count);
        rows
    }
}

impl<F: KMeansFloat> Sink<F> for Assigner<'_, '_, F> {
    #[inline(always)]
    fn take(&mut self, chunk: &[F], rows: &[u32], found: &[Found<F>]) {
        let (labels, keys) = (&mut *self.labels, &mut *self.keys);
        let (travelled, keyed) = (self.bounds.travelled(), !keys.is_empty());
        let mut greatest_square = self.greatest_square;
        // The rows that change cluster are gathered first and added up after:
        // they are few, and the loop over all rows stays short.
        let mut changed = [(0u32, 0u32); POINTS];
        let mut changes = 0;
        for (&row, found) in rows.iter().zip(found) {
            let nearest = found[NEAREST].to_index();
            let label = replace(&mut labels[row as usize], nearest);
            changed[changes % POINTS] = (row, label);
            changes += usize::from(nearest != label);
            if keyed {
                let gap: f64 = found[GAP].into();
                keys[row as usize] = key(gap, travelled[nearest as usize]);
                let square = found[SQUARE];
                greatest_square = if square > greatest_square {
                    square
                } else {
                    greatest_square
                };
            }
        }
        self.greatest_square = greatest_square;
        for &(row, label) in &changed[..changes] {
            self.change(chunk, row as usize, label);
        }
    }
}

impl<F: KMeansFloat> Assigner<'_, '_, F> {
    /// Adds a row to the sums of its new cluster, and takes it from the old.
    #[inline(always)]
    fn change(&mut self, chunk: &[F], row: usize, from: u32) {
        let columns = self.offset.len();
        let point = &chunk[row * columns..][..columns];
        let weight = self.data.weight(self.start + row);
        let changes = self
            .changes
            .get_or_insert_with(|| Sums::new(self.clusters, columns));
        changes.add(self.labels[row], point, self.offset, weight);
        if from != NONE {
            changes.add(from, point, self.offset, -weight);
        }
    }
}

/// Decides when bounds pay.
///
/// Keys cost a little and spare nothing while centres still run. A first keyed
/// pass tells how many rows the next one spares; if these are few, bounds rest
/// for a while, longer each time.
#[derive(Debug)]
struct Plan {
    sparing: Sparing,
    rest: u32,
    next_rest: u32,
    keyed: bool,
}

impl Plan {
    fn new(sparing: Sparing) -> Self {
        Self {
            sparing,
            rest: 0,
            next_rest: 1,
            keyed: false,
        }
    }

    fn next(&mut self) -> Pass {
        match self.sparing {
            #[cfg(test)]
            Sparing::Never => return Pass::Plain,
            #[cfg(test)]
            Sparing::Always => {}
            Sparing::WherePays if self.rest > 0 => {
                self.rest -= 1;
                return Pass::Plain;
            }
            Sparing::WherePays => {}
        }
        if self.keyed {
            Pass::Sparing
        } else {
            Pass::Keyed
        }
    }

    fn learn(&mut self, pass: Pass, looked_at: usize, rows: usize) {
        self.keyed = pass != Pass::Plain;
        let few_spared = pass == Pass::Sparing && looked_at > rows - rows / 8;
        if few_spared && self.sparing == Sparing::WherePays {
            self.keyed = false;
            self.rest = self.next_rest;
            self.next_rest = (self.next_rest * 2).min(8);
        }
    }
}

/// `centres` less `offset`, packed.
fn about<F: KMeansFloat>(centres: ArrayView2<F>, offset: &[F]) -> Centres<F> {
    let about = centres
        .outer_iter()
        .flat_map(|centre| {
            centre
                .iter()
                .zip(offset)
                .map(|(&c, &offset)| F::nearest(c.into() - offset.into()))
                .collect::<Vec<F>>()
        })
        .collect();
    Centres::new(offset.to_vec(), about, centres.nrows())
}

fn rows_of<F>(centres: &Centres<F>) -> impl Iterator<Item = &[F]> {
    centres.about.chunks_exact(centres.columns.max(1))
}
