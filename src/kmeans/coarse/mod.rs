//! A coarse copy of the points, sixteen bits a number, that finds the nearest
//! centre of almost every row for half the work.
//!
//! Most of a pass over all rows goes into products in floating point, and into
//! turning rows so that lanes are points. The copy is turned once, takes half the
//! memory to read, and its products are of whole numbers, two at a time. What
//! rounding to whole numbers may do to a score has a bound: a row whose second
//! nearest centre is not farther away by more than that is *unsure* and looked at
//! in the matrix itself. So the outcome is that of the
//! [`kernel`](super::kernel), to the bit.
//!
//! Both bounds and ranges follow from lengths by Cauchy and Schwarz's inequality,
//! whatever the number of columns.
//!
//! `rounding` makes whole numbers of points, `scores` of centres, `search` runs over
//! the copy, and
//! `instructions` holds what has no common name on all machines.

mod instructions;
mod rounding;
mod scores;
mod search;

use std::iter::zip;

use pulp::Arch;
use rayon::prelude::*;

use super::centres::Centres;
use super::chunks::{chunk_of, chunk_rows, vectorised};
use super::kernel::Nearest;
use super::lanes::KMeansFloat;
use super::observations::Observations;
use instructions::has_pairs;
use rounding::{Rounded, Rounding};
use scores::Scores;
use search::{Found, Search, UNSURE, dispatch};

/// Points of a tile: a cache line holds two features of each.
const POINTS: usize = 16;

/// Two features of every point of a tile.
type Cell = [[i16; 2]; POINTS];

/// The greatest length of a row in whole numbers, which leaves some room for
/// rounding below the greatest number of sixteen bits.
const LENGTH: f64 = 32_000.0;

/// Rows that are farther from the mean than so many times the root mean square
/// are left to the matrix: for a few of these, all others would be kept less
/// precisely. Without weights they are at most one in nine.
const FAR: f64 = 3.0;

/// A copy is of use when at most one row in so many is left to the matrix.
const LEFT_OUT: usize = 8;

/// With fewer rows there is nothing to gain.
const ROWS: usize = 4096;

/// The points of some observations in whole numbers.
#[derive(Debug, Clone)]
pub(super) struct Coarse {
    /// Tiles of [`POINTS`] rows, feature pair by feature pair. A point is the column
    /// means plus `step` times these.
    cells: Vec<Cell>,
    step: f64,
    means: Vec<f64>,
    /// Rows that are too far away, in order. Their whole numbers mean nothing.
    left_out: Vec<usize>,
    /// The other rows are at most so far from the means.
    reach: f64,
}

/// The copy and the centres of one pass.
#[derive(Debug)]
pub(super) struct CoarseSearch<'a> {
    coarse: &'a Coarse,
    scores: Scores,
}

/// Rows that may have another nearest centre than their labels say.
#[derive(Debug)]
pub(super) struct Moves {
    /// Counted from the first row of the chunk, in order.
    pub(super) rows: Vec<u32>,
    /// The nearest centre of each; it may be the same as before.
    pub(super) nearest: Vec<u32>,
    /// For how many the matrix was asked.
    pub(super) unsure: usize,
}

impl Coarse {
    /// Copies the points; `None` when that is of no use, since there are too few
    /// rows, too many are left out, or the machine has no fitting instructions.
    pub(super) fn new<F: KMeansFloat>(data: &Observations<F>) -> Option<Self> {
        let useful = data.rows() >= ROWS && has_pairs(Arch::new());
        useful.then(|| Self::of(data)).flatten()
    }

    /// [`Coarse::new`] for any number of rows and any machine.
    pub(super) fn of<F: KMeansFloat>(data: &Observations<F>) -> Option<Self> {
        let (rows, columns) = data.points.dim();
        let farthest = FAR * (data.variance * columns as f64).sqrt();
        let step = farthest / LENGTH;
        let rounding = Rounding {
            means: &data.means,
            inverse: F::nearest(1.0 / step),
            farthest_square: F::nearest(farthest * farthest),
        };
        if !(rounding.inverse.is_normal() && rounding.farthest_square.is_normal()) {
            return None;
        }
        let pairs = columns.div_ceil(2);
        let mut cells = vec![[[0; 2]; POINTS]; rows.div_ceil(POINTS) * pairs];
        let size = chunk_rows(rows, 1);
        let chunks: Vec<Rounded> = cells
            .par_chunks_mut(size / POINTS * pairs)
            .enumerate()
            .map(|(chunk, cells)| {
                let start = chunk * size;
                let chunk = chunk_of(data.points, start..rows.min(start + size));
                let values = chunk.as_slice().unwrap_or_default();
                vectorised(
                    #[inline(always)]
                    || rounding.round(values, start, cells),
                )
            })
            .collect();
        let reach = chunks.iter().map(|chunk| chunk.greatest_square);
        // Up by more than rounding took from the sum of squares.
        let reach = reach.fold(0.0, f64::max).sqrt() * 1.001;
        let left_out: Vec<usize> = chunks
            .into_iter()
            .flat_map(|chunk| chunk.left_out)
            .collect();
        (left_out.len() <= rows / LEFT_OUT).then(|| Self {
            cells,
            step,
            means: data.means.iter().map(|&mean| mean.into()).collect(),
            left_out,
            reach,
        })
    }

    /// The copy, ready to be searched for these centres; `None` when one of them is
    /// too far away for whole numbers.
    pub(super) fn search_for<F: KMeansFloat>(
        &self,
        centres: &Centres<F>,
    ) -> Option<CoarseSearch<'_>> {
        let scores = self.scores(centres)?;
        Some(CoarseSearch {
            coarse: self,
            scores,
        })
    }
}

impl CoarseSearch<'_> {
    /// Finds rows of a chunk that change cluster. The first row of the chunk is
    /// `start`, which is the first of a tile too.
    pub(super) fn moves<F: KMeansFloat>(
        &self,
        arch: Arch,
        chunk: &[F],
        start: usize,
        labels: &[u32],
        centres: &Centres<F>,
    ) -> Moves {
        let columns = centres.columns;
        let pairs = columns.div_ceil(2);
        let end = start + labels.len();
        let left_out = &self.coarse.left_out;
        let from = |row: usize| left_out.partition_point(|&left| left < row);
        let Found { rows, codes } = dispatch(
            arch,
            &Search {
                cells: &self.coarse.cells[start / POINTS * pairs..end.div_ceil(POINTS) * pairs],
                pairs,
                scores: &self.scores,
                start,
                left_out: &left_out[from(start)..from(end)],
                chunk,
                columns,
                labels,
            },
        );
        let unsure: Vec<u32> = zip(&rows, &codes)
            .filter(|&(_, code)| code & UNSURE > 0)
            .map(|(&row, _)| row)
            .collect();
        let exactly = arch.dispatch(Nearest::<_, false> {
            chunk,
            rows: Some(&unsure),
            centres,
        });
        let mut exactly = exactly.nearest.into_iter();
        let nearest = codes.into_iter().map(|code| match code & UNSURE {
            0 => code,
            _ => exactly.next().unwrap_or(code - UNSURE),
        });
        Moves {
            rows,
            nearest: nearest.collect(),
            unsure: unsure.len(),
        }
    }
}
