//! All distances between two sets of points.

use std::array;
use std::iter::zip;

use ndarray::{Array2, ArrayView2, Axis};
use pulp::bytemuck::cast_slice;
use pulp::{Arch, Simd, WithSimd};
use rayon::prelude::*;

use super::centres::BLOCK;
use super::chunks::chunk_of;
use super::error::KMeansError;
use super::lanes::KMeansFloat;
use super::tile::{GROUPS, MOST_POINTS, PANEL, Rows, Tile, panels, points};

/// The squared distance of each of the `points` (rows × columns) from each of
/// the `others` (rows × columns): points × others.
///
/// Differences are squared and added in `F`; nothing is lost to cancellation,
/// so that equal points are at distance 0. For many others, hand in blocks of
/// points: the result takes memory.
///
/// # Errors
/// The two have different numbers of columns.
pub fn squared_distances<F: KMeansFloat>(
    points: ArrayView2<F>,
    others: ArrayView2<F>,
) -> Result<Array2<F>, KMeansError> {
    squared_distances_with(points, others, Arch::new())
}

pub(super) fn squared_distances_with<F: KMeansFloat>(
    points: ArrayView2<F>,
    others: ArrayView2<F>,
    arch: Arch,
) -> Result<Array2<F>, KMeansError> {
    if points.ncols() != others.ncols() {
        return Err(KMeansError::Columns {
            expected: others.ncols(),
            found: points.ncols(),
        });
    }
    let mut distances = Array2::zeros((points.nrows(), others.nrows()));
    if distances.is_empty() || points.ncols() == 0 {
        return Ok(distances);
    }
    let packed = packed(others);
    let columns = others.ncols();
    let width = others.nrows();
    if let Some(out) = distances.as_slice_mut() {
        out.par_chunks_mut(MOST_POINTS * width)
            .enumerate()
            .for_each(|(chunk, out)| {
                let start = chunk * MOST_POINTS;
                let chunk = chunk_of(points, start..start + out.len() / width);
                arch.dispatch(AllDistances {
                    chunk: chunk.as_slice().unwrap_or_default(),
                    columns,
                    others: &packed,
                    width,
                    out,
                });
            });
    }
    Ok(distances)
}

/// Blocks of four others, feature by feature, padded to whole panels.
fn packed<F: KMeansFloat>(others: ArrayView2<F>) -> Vec<[F; BLOCK]> {
    let padded = panels(others.ncols()) * PANEL;
    let mut packed = Vec::new();
    for block in others.axis_chunks_iter(Axis(0), BLOCK) {
        packed.extend((0..padded).map(|feature| {
            array::from_fn(|other| block.get((other, feature)).copied().unwrap_or(F::zero()))
        }));
    }
    packed
}

struct AllDistances<'a, F> {
    chunk: &'a [F],
    columns: usize,
    others: &'a [[F; BLOCK]],
    width: usize,
    out: &'a mut [F],
}

impl<F: KMeansFloat> WithSimd for AllDistances<'_, F> {
    type Output = ();

    #[inline(always)]
    fn with_simd<S: Simd>(self, simd: S) {
        let padded = panels(self.columns) * PANEL;
        let lanes = F::lanes::<S>();
        let mut tile = Tile::<F, S>::new(simd, &vec![F::zero(); self.columns]);
        let count = self.chunk.len() / self.columns;
        for start in (0..count).step_by(points::<F, S>()) {
            let rows: [u32; MOST_POINTS] =
                array::from_fn(|point| (start + point).min(count - 1) as u32);
            tile.load(simd, Rows::Picked(self.chunk, &rows));
            let out = &mut self.out[start * self.width..];
            for (block, others) in self.others.chunks_exact(padded).enumerate() {
                for group in 0..GROUPS {
                    let mut sums = [F::zeros::<S>(); BLOCK];
                    for (panel, others) in zip(&tile.panels, others.as_chunks::<PANEL>().0) {
                        for (&x, others) in zip(&panel.0[group], others) {
                            for (sum, &other) in zip(&mut sums, others) {
                                let difference = F::minus(simd, x, F::splat(simd, other));
                                *sum = F::fused(simd, difference, difference, *sum);
                            }
                        }
                    }
                    if lanes > 1 {
                        sums = F::join_records(simd, sums);
                    }
                    let found = cast_slice::<F::Register<S>, F>(&sums)
                        .as_chunks::<BLOCK>()
                        .0;
                    for (found, lane) in zip(found, tile.order) {
                        let row = (group * lanes + lane) * self.width;
                        if let Some(out) = out.get_mut(row..row + self.width) {
                            zip(&mut out[block * BLOCK..], found)
                                .for_each(|(to, &from)| *to = from);
                        }
                    }
                }
            }
        }
    }
}
