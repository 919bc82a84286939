//! Lloyd's iteration (Lloyd 1982): assign every point to its nearest centre,
//! move every centre to the mean of its points, until nothing moves.

use std::iter::zip;

use ndarray::{Array2, ArrayView2};
use pulp::Arch;
use rayon::prelude::*;

use super::assign::{Measured, inertia, packed};
use super::assigner::{Assigner, Outcome};
use super::bounds::{Bounds, UNKNOWN};
use super::centres::Centres;
use super::chunks::{chunk_of, chunk_rows, squared_distance};
use super::coarse::CoarseSearch;
use super::lanes::KMeansFloat;
use super::observations::Observations;
use super::plan::{Pass, Plan, Sparing};
use super::repair::fill_empty;
use super::sums::Sums;

/// The coarse copy is put away once it leaves more than one row in so many to the
/// matrix.
const UNSURE: usize = 4;

/// The part of what was added up that must be left, for a difference of sums to be
/// as exact as a sum of differences but for the last digits.
const LEFT: f64 = 1e-3;

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
    /// Labels, sizes and inertia by these centroids.
    pub(super) measured: Measured,
}

/// The iteration's state: what is known of each row, and the sums.
struct Lloyd<'a, 'd, F> {
    data: &'a Observations<'d, F>,
    arch: Arch,
    clusters: usize,
    chunk_rows: usize,
    labels: Vec<u32>,
    /// Whether labels say anything yet.
    labelled: bool,
    /// Empty until bounds are first used.
    keys: Vec<f32>,
    bounds: Bounds,
    sums: Sums,
    /// What sums are taken about: the column means.
    origin: Vec<f64>,
    greatest_square: f64,
    /// Whether the coarse copy may be used: not once it has left too much to the
    /// matrix.
    coarse: bool,
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
        labels: vec![0; data.rows()],
        labelled: false,
        keys: Vec::new(),
        bounds: Bounds::new(clusters),
        sums: Sums::new(clusters, columns),
        origin: centres.origin(),
        greatest_square: 0.0,
        coarse: true,
    };
    let mut plan = Plan::new(sparing);
    let mut iterations = 0;
    let mut converged = false;
    while iterations < stop.max_n_iterations && !converged {
        let pass = plan.next();
        let (changed, looked_at) = state.assign(&centres, pass);
        plan.learn(pass, looked_at, changed, data.rows());
        iterations += 1;
        if changed == 0 {
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
    let centroids = state.centroids(&centres);
    let last = if plan.keyed {
        Pass::Sparing
    } else {
        Pass::Plain
    };
    Ended {
        measured: state.measured(&centres, centroids.view(), last),
        centroids,
        iterations,
        converged,
    }
}

impl<'a, F: KMeansFloat> Lloyd<'a, '_, F> {
    /// Assigns rows to their nearest centres and keeps the sums up to date.
    /// Returns how many rows changed cluster, and how many were looked at.
    fn assign(&mut self, centres: &Centres<F>, pass: Pass) -> (usize, usize) {
        if pass != Pass::Plain && self.keys.is_empty() {
            // Written by this pass: the first with keys looks at every row.
            self.keys = vec![0.0; self.labels.len()];
        }
        if pass == Pass::Keyed {
            // All keys are written anew: odometers start alike.
            self.bounds = Bounds::new(self.clusters);
        }
        let size = self.chunk_rows;
        let (data, arch, bounds) = (self.data, self.arch, &self.bounds);
        let (origin, first) = (&self.origin, !self.labelled);
        // Without labels every row is added up, and so read, in any case.
        let search = self.coarse_search(centres, pass == Pass::Plain && !first);
        let work = |chunk: usize, labels: &mut [u32], keys: &mut [f32]| {
            let start = chunk * size;
            let chunk = chunk_of(data.points, start..start + labels.len());
            let assigner = Assigner {
                data,
                start,
                labels,
                keys,
                bounds,
                origin,
                first,
            };
            let chunk = chunk.as_slice().unwrap_or_default();
            match &search {
                Some(search) => assigner.run_on_copy(arch, chunk, centres, search),
                None => assigner.run(arch, chunk, centres, pass),
            }
        };
        let labels = self.labels.par_chunks_mut(size).enumerate();
        let outcomes: Vec<Outcome> = if pass == Pass::Plain {
            labels
                .map(|(chunk, labels)| work(chunk, labels, &mut []))
                .collect()
        } else {
            labels
                .zip(self.keys.par_chunks_mut(size))
                .map(|((chunk, labels), keys)| work(chunk, labels, keys))
                .collect()
        };
        let mut changed = 0;
        let mut looked_at = 0;
        let mut unsure = 0;
        for outcome in outcomes {
            looked_at += outcome.looked_at;
            unsure += outcome.unsure;
            self.greatest_square = self.greatest_square.max(outcome.greatest_square);
            if let Some(changes) = outcome.changes {
                changed += changes.changes;
                self.sums.merge(&changes);
            }
        }
        self.labelled = true;
        self.coarse &= unsure <= data.rows() / UNSURE;
        (changed, looked_at)
    }

    /// The coarse copy, to be searched for these centres, if it may be used.
    fn coarse_search(&self, centres: &Centres<F>, wanted: bool) -> Option<CoarseSearch<'a>> {
        let coarse = (wanted && self.coarse).then(|| self.data.coarse());
        coarse.flatten()?.search_for(centres)
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

    /// Labels, sizes and inertia by the centroids reached, which are `centres` but for
    /// rounding.
    fn measured(mut self, centres: &Centres<F>, centroids: ArrayView2<F>, pass: Pass) -> Measured {
        let packed = packed(centroids);
        if pass == Pass::Sparing {
            self.moved_to(centres, &packed);
        }
        self.assign(&packed, pass);
        let members = zip(&self.sums.members, &self.sums.weights);
        Measured {
            inertia: self
                .inertia(centroids)
                .unwrap_or_else(|| inertia(self.data, centroids, &self.labels)),
            // What is left of weights that went is no weight.
            sizes: members
                .map(|(&members, &weight)| if members > 0 { weight } else { 0.0 })
                .collect(),
            labels: self.labels,
        }
    }

    /// Lets the bounds know of centres that are packed about another offset: centres
    /// and points come out a little elsewhere, each by what their roundings may
    /// amount to.
    fn moved_to(&mut self, centres: &Centres<F>, packed: &Centres<F>) {
        let apart: Vec<f64> = zip(&packed.offset, &centres.offset)
            .map(|(&to, &from)| to.into() - from.into())
            .collect();
        let before = self.greatest_square.sqrt();
        let after = before + apart.iter().map(|apart| apart * apart).sum::<f64>().sqrt();
        let slack = 2.0 * F::unit_roundoff() * (before + after) * 1.01;
        let shifts: Vec<f64> = zip(rows_of(centres), rows_of(packed))
            .map(|(from, to)| {
                let squares = zip(zip(from, to), &apart).map(|((&from, &to), apart)| {
                    let shift = to.into() - from.into() + apart;
                    shift * shift
                });
                squares.sum::<f64>().sqrt() + slack
            })
            .collect();
        self.bounds.moved(&shifts, packed, after * after * 1.01);
    }

    /// The inertia by Steiner's theorem, from sums alone: the squares about the means,
    /// less what the centroids take off. `None` when so little is left that its last
    /// digits would be those of the rounding.
    fn inertia(&self, centroids: ArrayView2<F>) -> Option<f64> {
        let mut inertia = self.data.squares;
        let mut added_up = self.data.squares_scanned;
        for (cluster, centroid) in centroids.outer_iter().enumerate() {
            let sums = &self.sums.points[cluster * centroid.len()..];
            for ((&value, &mean), sum) in zip(zip(centroid, &self.origin), sums) {
                let about = value.into() - mean;
                let square = self.sums.weights[cluster] * about * about;
                inertia += square - 2.0 * about * sum;
                added_up += square;
            }
        }
        (inertia > added_up * LEFT).then_some(inertia)
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
