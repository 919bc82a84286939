//! Thirty-two points at a time, turned so that lanes are points.
//!
//! A tile is copied from the rows of the matrix (any rows, in any order), taken
//! about an offset, and turned by pulp's shuffles four features at a time. A
//! register then holds one feature of several points, so every later step works
//! on all lanes, whatever the number of clusters and features. The copy is a few
//! kilobytes and stays in the first-level cache; the matrix itself is never
//! copied.

use std::array;

use pulp::Simd;
use pulp::bytemuck::{cast_slice, cast_slice_mut};

use super::lanes::KMeansFloat;

/// Points in a tile.
pub(super) const POINTS: usize = 32;

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

    /// Loads rows of a row-major matrix, at most [`POINTS`], less `offset` (one
    /// number a column).
    #[inline(always)]
    pub(super) fn load(&mut self, simd: S, rows: Rows<F>, offset: &[F]) {
        let columns = self.columns;
        let (records, _) =
            cast_slice_mut::<F::Register<S>, F>(&mut self.registers).as_chunks_mut::<PANEL>();
        for (panel, records) in records.chunks_exact_mut(POINTS).enumerate() {
            let features = panel * PANEL..columns.min((panel + 1) * PANEL);
            match rows {
                Rows::Consecutive(rows) => {
                    for (record, row) in records.iter_mut().zip(rows.chunks_exact(columns)) {
                        copy(record, &row[features.clone()]);
                    }
                }
                Rows::Picked(matrix, rows) => {
                    for (record, &row) in records.iter_mut().zip(rows) {
                        let row = &matrix[row as usize * columns..][..columns];
                        copy(record, &row[features.clone()]);
                    }
                }
            }
        }
        let (groups_of_four, _) = self.registers.as_chunks_mut::<PANEL>();
        for (panel, groups) in groups_of_four
            .chunks_exact_mut(groups::<F, S>())
            .enumerate()
        {
            let offsets: [F::Register<S>; PANEL] = array::from_fn(|feature| {
                let offset = offset.get(panel * PANEL + feature);
                F::splat(simd, offset.copied().unwrap_or(F::zero()))
            });
            for group in groups {
                // On one lane a record is already four registers.
                if F::lanes::<S>() > 1 {
                    *group = F::split_records(simd, *group);
                }
                for (register, &offset) in group.iter_mut().zip(&offsets) {
                    *register = F::minus(simd, *register, offset);
                }
            }
        }
    }
}

/// Rows to be loaded into a tile.
#[derive(Clone, Copy)]
pub(super) enum Rows<'a, F> {
    /// All of these.
    Consecutive(&'a [F]),
    /// Those of this matrix with these numbers.
    Picked(&'a [F], &'a [u32]),
}

/// Copies the features of a panel; the last panel may have fewer than others.
#[inline(always)]
fn copy<F: Copy>(record: &mut [F; PANEL], features: &[F]) {
    match features.as_array() {
        Some(whole) => *record = *whole,
        None => record[..features.len()].copy_from_slice(features),
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
