//! The nearest centre of every point: the inner loop of k-means.
//!
//! A block of four centres is scored against two or four registers of points
//! at once; the sums stay in registers while the features go by. Each lane
//! adds one point's products in the order of the features with fused
//! multiply-add, so that every instruction set gives the same bits.

use std::array;
use std::slice;

use pulp::bytemuck::cast_slice;
use pulp::{Simd, WithSimd};

use super::centres::{BLOCK, Centres};
use super::lanes::KMeansFloat;
use super::tile::{PANEL, POINTS, Rows, Tile, groups, panels};

/// Takes what the kernel found.
pub(super) trait Sink<F> {
    /// What was found for some rows, tile by tile.
    fn take(&mut self, rows: Numbers, found: Found<F>);
}

/// The numbers of rows within a chunk.
#[derive(Clone, Copy)]
pub(super) enum Numbers<'a> {
    /// From this one on.
    From(usize),
    /// These.
    Picked(&'a [u32]),
}

/// What the kernel finds, one number a point. Without bounds, only the nearest
/// centres are found.
#[derive(Clone, Copy)]
pub(super) struct Found<'a, F> {
    /// The nearest centre; of equally near ones the first.
    pub(super) nearest: &'a [F],
    /// The margin by which every other centre is farther away, at least; 0 if
    /// rounding leaves it open.
    pub(super) gaps: &'a [F],
}

/// Finds the nearest of `centres` for the given rows of a chunk.
pub(super) struct Nearest<'a, F, K, const BOUNDS: bool> {
    /// Row-major matrix.
    pub(super) chunk: &'a [F],
    /// Rows to look at; all when `None`.
    pub(super) rows: Option<&'a [u32]>,
    /// The centres.
    pub(super) centres: &'a Centres<F>,
    /// Who takes the findings, tile by tile.
    pub(super) sink: &'a mut K,
}

impl<F: KMeansFloat, K: Sink<F>, const BOUNDS: bool> WithSimd for Nearest<'_, F, K, BOUNDS> {
    /// With bounds, the greatest squared distance of a point from the offset.
    type Output = F;

    #[inline(always)]
    fn with_simd<S: Simd>(self, simd: S) -> F {
        let columns = self.centres.columns;
        let count = self
            .rows
            .map_or(self.chunk.len() / columns.max(1), <[u32]>::len);
        let mut tile = Tile::<F, S>::new(simd, &self.centres.offset);
        let mut found = vec![F::zeros::<S>(); 2 * groups::<F, S>()];
        let mut greatest_square = F::zeros::<S>();
        // A loop, and no closures: only what is inlined here is compiled for
        // the instruction set.
        for start in (0..count).step_by(POINTS) {
            let end = count.min(start + POINTS);
            let (numbers, rows) = match self.rows {
                Some(rows) => {
                    let rows = &rows[start..end];
                    (Numbers::Picked(rows), Rows::Picked(self.chunk, rows))
                }
                None => (
                    Numbers::From(start),
                    Rows::Consecutive(&self.chunk[start * columns..end * columns]),
                ),
            };
            tile.load(simd, rows, end - start);
            let square = search::<F, S, 2, BOUNDS>(simd, &tile.registers, self.centres, &mut found);
            greatest_square = F::greater(simd, greatest_square, square);
            let (nearest, gaps) = cast_slice::<F::Register<S>, F>(&found).split_at(POINTS);
            let found = Found {
                nearest: &nearest[..end - start],
                gaps: &gaps[..end - start],
            };
            self.sink.take(numbers, found);
        }
        let lanes = cast_slice::<F::Register<S>, F>(slice::from_ref(&greatest_square));
        lanes.iter().copied().fold(F::zero(), F::max)
    }
}

/// Searches the whole tile, `V` registers of points at a time. With bounds,
/// returns the greatest squares.
#[inline(always)]
fn search<F: KMeansFloat, S: Simd, const V: usize, const BOUNDS: bool>(
    simd: S,
    tile: &[F::Register<S>],
    centres: &Centres<F>,
    found: &mut [F::Register<S>],
) -> F::Register<S> {
    let per_panel = PANEL * groups::<F, S>();
    let padded = panels(centres.columns) * PANEL;
    let infinite = F::splat(simd, F::infinity());
    let mut greatest_square = F::zeros::<S>();
    let (nearests, gaps) = found.split_at_mut(groups::<F, S>());
    for (step, (nearests, gaps)) in nearests
        .chunks_exact_mut(V)
        .zip(gaps.chunks_exact_mut(V))
        .enumerate()
    {
        let points = step * V * PANEL;
        let mut best = [infinite; V];
        let mut second = [infinite; V];
        let mut nearest = [F::zeros::<S>(); V];
        for (block, squares) in centres.squares.iter().enumerate() {
            let factors = &centres.factors[block * padded..][..padded];
            let mut sums: [[F::Register<S>; V]; BLOCK] =
                array::from_fn(|centre| [F::splat(simd, squares[centre]); V]);
            for (panel, factors) in tile
                .chunks_exact(per_panel)
                .zip(factors.as_chunks::<PANEL>().0)
            {
                let panel = &panel[points..][..V * PANEL];
                for (feature, factors) in factors.iter().enumerate() {
                    let x: [F::Register<S>; V] = array::from_fn(|v| panel[v * PANEL + feature]);
                    for (sums, &factor) in sums.iter_mut().zip(factors) {
                        let factor = F::splat(simd, factor);
                        for v in 0..V {
                            sums[v] = F::fused(simd, factor, x[v], sums[v]);
                        }
                    }
                }
            }
            for (sums, &index) in sums.iter().zip(&centres.indices[block]) {
                let index = F::splat(simd, index);
                for v in 0..V {
                    let nearer = F::less(simd, sums[v], best[v]);
                    nearest[v] = F::select(simd, nearer, index, nearest[v]);
                    if BOUNDS {
                        let worse = F::greater(simd, sums[v], best[v]);
                        second[v] = F::lesser(simd, second[v], worse);
                    }
                    best[v] = F::select(simd, nearer, sums[v], best[v]);
                }
            }
        }
        nearests.copy_from_slice(&nearest);
        if BOUNDS {
            let squares = squares::<F, S, V>(simd, tile, per_panel, points);
            for v in 0..V {
                gaps[v] = gap(simd, centres, squares[v], best[v], second[v]);
                greatest_square = F::greater(simd, greatest_square, squares[v]);
            }
        }
    }
    greatest_square
}

/// The squares of `V` registers of points.
#[inline(always)]
fn squares<F: KMeansFloat, S: Simd, const V: usize>(
    simd: S,
    tile: &[F::Register<S>],
    per_panel: usize,
    points: usize,
) -> [F::Register<S>; V] {
    let mut squares = [F::zeros::<S>(); V];
    for panel in tile.chunks_exact(per_panel) {
        let panel = &panel[points..][..V * PANEL];
        for v in 0..V {
            for feature in 0..PANEL {
                let x = panel[v * PANEL + feature];
                squares[v] = F::fused(simd, x, x, squares[v]);
            }
        }
    }
    squares
}

/// By how much the second nearest centre is farther away than the nearest, at
/// least, whatever was lost to rounding.
#[inline(always)]
fn gap<F: KMeansFloat, S: Simd>(
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
