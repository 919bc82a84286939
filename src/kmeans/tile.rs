//! Sixty-four points at a time, turned so that lanes are points.
//!
//! A tile is copied from the rows of the matrix (any rows, in any order), taken
//! about an offset, and turned by pulp's shuffles four features at a time. A
//! register then holds one feature of several points, so every later step works
//! on all lanes, whatever the number of clusters and features. The copy is a few
//! kilobytes and stays in the first-level cache; the matrix itself is never
//! copied.

use pulp::Simd;
use pulp::bytemuck::{cast_slice, cast_slice_mut};

use super::lanes::KMeansFloat;

/// Points in a tile.
pub(super) const POINTS: usize = 64;

/// Features that are turned together.
pub(super) const PANEL: usize = 4;

/// Panels that `columns` features fill.
pub(super) fn panels(columns: usize) -> usize {
    columns.div_ceil(PANEL)
}

/// Up to [`POINTS`] points, feature by feature.
pub(super) struct Tile<F: KMeansFloat, S: Simd> {
    /// Panel by panel, then group of lanes by group, then the four features.
    /// What lies beyond the points that were loaded is old or zero.
    pub(super) registers: Vec<F::Register<S>>,
    columns: usize,
}

impl<F: KMeansFloat, S: Simd> Tile<F, S> {
    #[inline(always)]
    pub(super) fn new(columns: usize) -> Self {
        let registers = panels(columns) * PANEL * groups::<F, S>();
        Self {
            registers: vec![F::zeros::<S>(); registers],
            columns,
        }
    }

    /// Loads the given `rows` (at most [`POINTS`]) of `chunk`, a row-major
    /// matrix, less `offset` (one number a column).
    #[inline(always)]
    pub(super) fn load(&mut self, simd: S, chunk: &[F], rows: &[u32], offset: &[F]) {
        let columns = self.columns;
        let (records, _) =
            cast_slice_mut::<F::Register<S>, F>(&mut self.registers).as_chunks_mut::<PANEL>();
        let (offsets, offset_rest) = offset.as_chunks::<PANEL>();
        for (point, &row) in rows.iter().enumerate() {
            let start = row as usize * columns;
            let Some(row) = chunk.get(start..start + columns) else {
                continue;
            };
            let (whole, rest) = row.as_chunks::<PANEL>();
            let mut slots = records.iter_mut().skip(point).step_by(POINTS);
            for ((values, offset), slot) in whole.iter().zip(offsets).zip(&mut slots) {
                for feature in 0..PANEL {
                    slot[feature] = values[feature] - offset[feature];
                }
            }
            if let Some(slot) = slots.next() {
                for ((to, &value), &offset) in slot.iter_mut().zip(rest).zip(offset_rest) {
                    *to = value - offset;
                }
            }
        }
        // On one lane a record is already four registers of one feature each.
        if F::lanes::<S>() > 1 {
            let (groups, _) = self.registers.as_chunks_mut::<PANEL>();
            for group in groups {
                *group = F::split_records(simd, *group);
            }
        }
    }
}

/// Registers that hold one feature of a tile.
#[inline(always)]
pub(super) fn groups<F: KMeansFloat, S: Simd>() -> usize {
    POINTS / F::lanes::<S>()
}

/// Four registers per group, turned back into one record of four numbers per
/// point, in the order of the points.
#[inline(always)]
pub(super) fn records<F: KMeansFloat, S: Simd>(
    simd: S,
    fields: &mut [F::Register<S>],
) -> &[[F; 4]] {
    if F::lanes::<S>() > 1 {
        let (groups, _) = fields.as_chunks_mut::<4>();
        for group in groups {
            *group = F::join_records(simd, *group);
        }
    }
    cast_slice::<F::Register<S>, F>(fields).as_chunks::<4>().0
}
