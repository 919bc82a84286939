//! The nearest centre of every row of the copy.

use std::array;
use std::iter::zip;

use pulp::bytemuck::{cast, cast_slice, cast_slice_mut};
use pulp::{Arch, Scalar};

use super::instructions::{Instructions, fetch_soon};
use super::scores::Scores;
use super::{Cell, POINTS};
use crate::kmeans::centres::BLOCK;

/// Added to the number of a centre when another one may be nearer.
pub(super) const UNSURE: u32 = 1 << 30;

/// Rows that may change cluster.
pub(super) struct Found {
    /// Counted from the first one, in order.
    pub(super) rows: Vec<u32>,
    /// The nearest centre of each, [`UNSURE`] or not.
    pub(super) codes: Vec<u32>,
}

/// Looks for rows of some tiles that change cluster.
pub(super) struct Search<'a, F> {
    pub(super) cells: &'a [Cell],
    /// Cells of a tile.
    pub(super) pairs: usize,
    pub(super) scores: &'a Scores,
    /// Rows that are not in the copy, counted as `start` is.
    pub(super) left_out: &'a [usize],
    /// The number of the first row.
    pub(super) start: usize,
    /// The rows themselves, row-major.
    pub(super) chunk: &'a [F],
    pub(super) columns: usize,
    /// The cluster of each row so far.
    pub(super) labels: &'a [u32],
}

/// Searches with the instructions of a machine.
pub(super) fn dispatch<F>(arch: Arch, search: &Search<F>) -> Found {
    match arch {
        #[cfg(target_arch = "x86_64")]
        Arch::V3(simd) => simd.vectorize(
            #[inline(always)]
            || search.on(simd),
        ),
        #[cfg(target_arch = "x86_64")]
        Arch::V4(simd) => simd.vectorize(
            #[inline(always)]
            || search.on(simd),
        ),
        _ => search.on(Scalar),
    }
}

impl<F> Search<'_, F> {
    #[inline(always)]
    fn on<I: Instructions>(&self, simd: I) -> Found {
        match POINTS / I::I32_LANES {
            1 => self.run::<I, 1>(simd),
            2 => self.run::<I, 2>(simd),
            _ => self.run::<I, POINTS>(simd),
        }
    }

    /// `GROUPS` registers hold a tile.
    #[inline(always)]
    fn run<I: Instructions, const GROUPS: usize>(&self, simd: I) -> Found {
        let scores = self.scores;
        let margin = simd.splat_i32s(scores.margin);
        let mark = simd.splat_i32s(UNSURE as i32);
        let mut left_out = self.left_out.iter().map(|&row| row - self.start);
        let mut next_left_out = left_out.next();
        let mut found = Found {
            rows: Vec::new(),
            codes: Vec::new(),
        };
        let tiles = zip(
            self.cells.chunks_exact(self.pairs),
            self.labels.chunks(POINTS),
        );
        for (tile, (cells, labels)) in tiles.enumerate() {
            let mut best = [simd.splat_i32s(i32::MAX); GROUPS];
            let mut second = best;
            let mut nearest = [simd.splat_i32s(0); GROUPS];
            let blocks = scores.factors.chunks_exact(self.pairs);
            for ((factors, constants), indices) in
                zip(zip(blocks, &scores.constants), &scores.indices)
            {
                let mut sums: [[I::i32s; GROUPS]; BLOCK] =
                    array::from_fn(|centre| [simd.splat_i32s(constants[centre]); GROUPS]);
                for (cell, factors) in zip(cells, factors) {
                    let points: &[I::i32s] = cast_slice(cell);
                    for (sums, factor) in zip(&mut sums, factors) {
                        let factor = simd.splat_i32s(cast(*factor));
                        for (sum, &point) in zip(sums, points) {
                            *sum = simd.add_i32s(*sum, simd.multiply_pairs(factor, point));
                        }
                    }
                }
                for (sums, &index) in zip(&sums, indices) {
                    let index = simd.splat_i32s(index);
                    for group in 0..GROUPS {
                        let sum = sums[group];
                        let nearer = simd.less_than_i32s(sum, best[group]);
                        nearest[group] = simd.select_i32s(nearer, index, nearest[group]);
                        let worse = simd.max_i32s(sum, best[group]);
                        second[group] = simd.min_i32s(second[group], worse);
                        best[group] = simd.min_i32s(sum, best[group]);
                    }
                }
            }
            let mut before = [0; POINTS];
            before[..labels.len()].copy_from_slice(labels);
            let before: &[I::i32s] = cast_slice(&before);
            let mut codes = nearest;
            // A bit for each point that may change cluster.
            let mut listed = 0;
            for group in 0..GROUPS {
                let near = simd.add_i32s(best[group], margin);
                let open = simd.less_than_or_equal_i32s(second[group], near);
                let unsure = simd.add_i32s(nearest[group], mark);
                codes[group] = simd.select_i32s(open, unsure, nearest[group]);
                let differ = simd.differ(codes[group], before[group]);
                listed |= differ << (group * I::I32_LANES);
            }
            let codes: &mut [u32] = cast_slice_mut(&mut codes);
            let start = tile * POINTS;
            while let Some(row) = next_left_out.filter(|&row| row < start + POINTS) {
                codes[row - start] |= UNSURE;
                listed |= 1 << (row - start);
                next_left_out = left_out.next();
            }
            listed &= (1 << labels.len()) - 1;
            while listed != 0 {
                let point = listed.trailing_zeros() as usize;
                listed &= listed - 1;
                let row = start + point;
                found.rows.push(row as u32);
                found.codes.push(codes[point]);
                fetch_soon(&self.chunk[row * self.columns..][..self.columns]);
            }
        }
        found
    }
}
