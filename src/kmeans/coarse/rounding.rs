//! Points in whole numbers.

use std::iter::zip;

use super::{Cell, POINTS};
use crate::kmeans::lanes::KMeansFloat;

/// Columns that are rounded at once.
const EIGHT: usize = 8;

/// How values become whole numbers.
pub(super) struct Rounding<'a, F> {
    pub(super) means: &'a [F],
    /// How many whole numbers there are in 1.
    pub(super) inverse: F,
    /// Rows that are farther from the means are left out.
    pub(super) farthest_square: F,
}

/// What rounding some rows came to.
#[derive(Debug)]
pub(super) struct Rounded {
    /// Rows that are left out, in order.
    pub(super) left_out: Vec<usize>,
    /// The greatest squared distance of the others from the means.
    pub(super) greatest_square: f64,
}

impl<F: KMeansFloat> Rounding<'_, F> {
    /// Rounds rows (row-major), of which the first is `start`, into tiles.
    #[inline(always)]
    pub(super) fn round(&self, values: &[F], start: usize, cells: &mut [Cell]) -> Rounded {
        let columns = self.means.len();
        let pairs = columns.div_ceil(2);
        let mut left_out = Vec::new();
        let mut greatest_square = F::zero();
        let mut whole = vec![[0i16; 2]; pairs];
        let tiles = values.chunks(POINTS * columns);
        for (tile, (values, cells)) in zip(tiles, cells.chunks_mut(pairs)).enumerate() {
            for (point, row) in values.chunks_exact(columns).enumerate() {
                let square = self.round_row(row, &mut whole.as_flattened_mut()[..columns]);
                if square > self.farthest_square {
                    left_out.push(start + tile * POINTS + point);
                    continue;
                }
                greatest_square = greatest_square.max(square);
                for (cell, &pair) in zip(&mut *cells, &whole) {
                    cell[point] = pair;
                }
            }
        }
        Rounded {
            left_out,
            greatest_square: greatest_square.into(),
        }
    }

    /// Rounds a row. Returns its squared distance from the means, added up in an
    /// order that registers of any width can keep.
    #[inline(always)]
    fn round_row(&self, row: &[F], whole: &mut [i16]) -> F {
        let mut squares = [F::zero(); EIGHT];
        let (row, row_rest) = row.as_chunks::<EIGHT>();
        let (means, means_rest) = self.means.as_chunks::<EIGHT>();
        let (whole, whole_rest) = whole.as_chunks_mut::<EIGHT>();
        for ((row, means), whole) in zip(zip(row, means), whole) {
            // One step after the other for all, so that each becomes one instruction.
            let mut values = *row;
            for (value, &mean) in zip(&mut values, means) {
                *value -= mean;
            }
            for (square, &value) in zip(&mut squares, &values) {
                *square += value * value;
            }
            for value in &mut values {
                *value *= self.inverse;
            }
            for (to, value) in zip(whole, values) {
                *to = value.whole();
            }
        }
        for (to, (&value, &mean)) in zip(whole_rest, zip(row_rest, means_rest)) {
            let value = value - mean;
            squares[0] += value * value;
            *to = (value * self.inverse).whole();
        }
        squares
            .into_iter()
            .fold(F::zero(), |sum, square| sum + square)
    }
}
