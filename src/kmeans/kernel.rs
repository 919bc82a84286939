//! The nearest centre of every point: the inner loop of k-means.
//!
//! A block of four centres is scored against two registers of points at once;
//! the sums stay in registers while the features go by. Each lane adds one
//! point's products in the order of the features with fused multiply-add, so
//! that every instruction set gives the same bits.

use std::array;
use std::iter::zip;
use std::slice;

use pulp::bytemuck::cast_slice;
use pulp::{Simd, WithSimd};

use super::centres::{BLOCK, Centres};
use super::lanes::KMeansFloat;
use super::tile::{GROUPS, MOST_POINTS, PANEL, Rows, Tile, points};

/// What the kernel finds, in the order of the rows that it was given.
pub(super) struct Found<F> {
    /// The nearest centre; of equally near ones the first.
    pub(super) nearest: Vec<u32>,
    /// The margin by which every other centre is farther away, at least; 0 if
    /// rounding leaves it open. Empty without bounds.
    pub(super) gaps: Vec<f32>,
    /// With bounds, the greatest squared distance of a point from the offset.
    pub(super) greatest_square: F,
}

/// Finds the nearest of `centres` for the given rows of a chunk.
pub(super) struct Nearest<'a, F, const BOUNDS: bool> {
    /// Row-major matrix.
    pub(super) chunk: &'a [F],
    /// Rows to look at; all when `None`.
    pub(super) rows: Option<&'a [u32]>,
    /// The centres.
    pub(super) centres: &'a Centres<F>,
}

impl<F: KMeansFloat, const BOUNDS: bool> WithSimd for Nearest<'_, F, BOUNDS> {
    type Output = Found<F>;

    #[inline(always)]
    fn with_simd<S: Simd>(self, simd: S) -> Found<F> {
        let columns = self.centres.columns;
        let points = points::<F, S>();
        let count = self
            .rows
            .map_or(self.chunk.len() / columns.max(1), <[u32]>::len);
        let mut tile = Tile::<F, S>::new(simd, &self.centres.offset);
        let mut greatest_square = F::zeros::<S>();
        // Room for whole tiles.
        let room = count.next_multiple_of(points);
        let mut nearest = Vec::with_capacity(room);
        let mut gaps = Vec::with_capacity(if BOUNDS { room } else { 0 });
        // A loop, and none but the shortest closures: only what is inlined here
        // is compiled for the instruction set.
        for start in (0..count).step_by(points) {
            let end = start + points;
            let mut padded = [0; MOST_POINTS];
            let rows = match self.rows {
                Some(rows) if end <= count => Rows::Picked(self.chunk, &rows[start..end]),
                None if end <= count => {
                    Rows::Consecutive(&self.chunk[start * columns..end * columns])
                }
                rows => {
                    // What is left; the last row over and over.
                    for (point, number) in padded.iter_mut().enumerate() {
                        let row = (start + point).min(count - 1);
                        *number = rows.map_or(row as u32, |rows| rows[row]);
                    }
                    Rows::Picked(self.chunk, &padded)
                }
            };
            tile.load(simd, rows);
            let found = search::<F, S, BOUNDS>(simd, &tile, self.centres);
            let indices = cast_slice::<F::Register<S>, F>(&found.nearest);
            nearest.extend(indices.iter().map(|index| index.to_index()));
            if BOUNDS {
                greatest_square = F::greater(simd, greatest_square, found.square);
                let found = cast_slice::<F::Register<S>, F>(&found.gaps);
                gaps.extend(found.iter().map(|gap| gap.narrow()));
            }
        }
        nearest.truncate(count);
        gaps.truncate(count);
        let lanes = cast_slice::<F::Register<S>, F>(slice::from_ref(&greatest_square));
        Found {
            nearest,
            gaps,
            greatest_square: lanes.iter().copied().fold(F::zero(), F::max),
        }
    }
}

/// What is found for a tile.
struct InTile<R> {
    nearest: [R; GROUPS],
    /// Without bounds, zeros.
    gaps: [R; GROUPS],
    /// The greatest squares; without bounds, zeros.
    square: R,
}

/// Searches a tile.
#[inline(always)]
fn search<F: KMeansFloat, S: Simd, const BOUNDS: bool>(
    simd: S,
    tile: &Tile<F, S>,
    centres: &Centres<F>,
) -> InTile<F::Register<S>> {
    let infinite = F::splat(simd, F::infinity());
    let mut best = [infinite; GROUPS];
    let mut second = [infinite; GROUPS];
    let mut nearest = [F::zeros::<S>(); GROUPS];
    let blocks = centres.factors.chunks_exact(tile.panels.len() * PANEL);
    for ((factors, squares), indices) in zip(zip(blocks, &centres.squares), &centres.indices) {
        let mut sums: [[F::Register<S>; GROUPS]; BLOCK] =
            array::from_fn(|centre| [F::splat(simd, squares[centre]); GROUPS]);
        for (panel, factors) in zip(&tile.panels, factors.as_chunks::<PANEL>().0) {
            for (feature, factors) in factors.iter().enumerate() {
                for (sums, &factor) in zip(&mut sums, factors) {
                    let factor = F::splat(simd, factor);
                    for (sum, group) in zip(sums, &panel.0) {
                        *sum = F::fused(simd, factor, group[feature], *sum);
                    }
                }
            }
        }
        for (sums, &index) in zip(&sums, indices) {
            let index = F::splat(simd, index);
            for v in 0..GROUPS {
                let nearer = F::less(simd, sums[v], best[v]);
                nearest[v] = F::select(simd, nearer, index, nearest[v]);
                if BOUNDS {
                    let worse = F::greater(simd, sums[v], best[v]);
                    second[v] = F::lesser(simd, second[v], worse);
                }
                best[v] = F::lesser(simd, sums[v], best[v]);
            }
        }
    }
    let mut found = InTile {
        nearest,
        gaps: [F::zeros::<S>(); GROUPS],
        square: F::zeros::<S>(),
    };
    if BOUNDS {
        for (v, gap) in found.gaps.iter_mut().enumerate() {
            let mut square = F::zeros::<S>();
            for panel in &tile.panels {
                for &x in &panel.0[v] {
                    square = F::fused(simd, x, x, square);
                }
            }
            *gap = gap_of(simd, centres, square, best[v], second[v]);
            found.square = F::greater(simd, found.square, square);
        }
    }
    found
}

/// By how much the second nearest centre is farther away than the nearest, at
/// least, whatever was lost to rounding.
#[inline(always)]
fn gap_of<F: KMeansFloat, S: Simd>(
    simd: S,
    centres: &Centres<F>,
    square: F::Register<S>,
    best: F::Register<S>,
    second: F::Register<S>,
) -> F::Register<S> {
    let zero = F::zeros::<S>();
    let part = F::splat(simd, F::nearest(centres.rounding()));
    let constant = F::nearest(centres.rounding() * centres.greatest_square);
    let lost = F::fused(simd, part, square, F::splat(simd, constant));
    let near = F::plus(simd, F::plus(simd, square, best), lost);
    let far = F::minus(simd, F::plus(simd, square, second), lost);
    let near = F::root(simd, F::greater(simd, near, zero));
    let far = F::root(simd, F::greater(simd, far, zero));
    F::greater(simd, F::minus(simd, far, near), zero)
}
