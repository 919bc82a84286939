//! Thirty-two points at a time, turned so that lanes are points.
//!
//! A tile is loaded from the rows of the matrix (any rows, in any order), turned
//! by pulp's shuffles four features at a time, and taken about an offset. A
//! register then holds one feature of several points, so every later step works
//! on all lanes, whatever the number of clusters and features. The tile is a few
//! kilobytes and stays in the first-level cache; the matrix itself is never
//! copied.

use std::array;

use pulp::Simd;
use pulp::bytemuck::{Pod, cast_slice, cast_slice_mut};

use super::lanes::KMeansFloat;

/// Points in a tile.
pub(super) const POINTS: usize = 32;

/// Features that are turned together.
pub(super) const PANEL: usize = 4;

/// Panels that `columns` features fill.
pub(super) fn panels(columns: usize) -> usize {
    columns.div_ceil(PANEL)
}

/// Registers that hold one feature of a tile.
#[inline(always)]
pub(super) fn groups<F: KMeansFloat, S: Simd>() -> usize {
    POINTS / F::lanes::<S>()
}

/// Up to [`POINTS`] points, feature by feature.
pub(super) struct Tile<F: KMeansFloat, S: Simd> {
    /// Panel by panel, then group of lanes by group, then the four features.
    /// Lanes beyond the points that were loaded repeat the last one.
    pub(super) registers: Vec<F::Register<S>>,
    /// Subtracted from every point: each feature in all lanes, panel by panel.
    offsets: Vec<[F::Register<S>; PANEL]>,
    columns: usize,
    /// Where the record of each lane lies before it is split.
    pub(super) slots: [usize; POINTS],
}

/// Rows to be loaded into a tile, of a row-major matrix.
#[derive(Clone, Copy)]
pub(super) enum Rows<'a, F> {
    /// All of these.
    Consecutive(&'a [F]),
    /// Those of this matrix with these numbers.
    Picked(&'a [F], &'a [u32]),
}

impl<F: KMeansFloat, S: Simd> Tile<F, S> {
    /// An empty tile, for points less `offset` (one number a column).
    #[inline(always)]
    pub(super) fn new(simd: S, offset: &[F]) -> Self {
        let columns = offset.len();
        let offsets = (0..panels(columns)).map(|panel| {
            array::from_fn(|feature| {
                let offset = offset.get(panel * PANEL + feature);
                F::splat(simd, offset.copied().unwrap_or(F::zero()))
            })
        });
        Self {
            registers: vec![F::zeros::<S>(); panels(columns) * PANEL * groups::<F, S>()],
            offsets: offsets.collect(),
            columns,
            slots: slots::<F, S>(simd),
        }
    }

    /// Loads `count` rows, at least one and at most [`POINTS`].
    #[inline(always)]
    pub(super) fn load(&mut self, simd: S, rows: Rows<F>, count: usize) {
        match F::lanes::<S>() {
            1 => self.load_groups::<1>(simd, rows, count),
            2 => self.load_groups::<2>(simd, rows, count),
            4 => self.load_groups::<4>(simd, rows, count),
            8 => self.load_groups::<8>(simd, rows, count),
            _ => self.load_groups::<16>(simd, rows, count),
        }
    }

    #[inline(always)]
    fn load_groups<const LANES: usize>(&mut self, simd: S, rows: Rows<F>, count: usize) {
        let columns = self.columns;
        let groups = groups::<F, S>();
        let whole = columns / PANEL;
        let (registers, _) = self.registers.as_chunks_mut::<PANEL>();
        for group in 0..groups {
            // In the order in which splitting puts them into lanes, and all of
            // one length, which spares checking it for each panel.
            let mut points: [&[F]; LANES] = [&[]; LANES];
            for lane in 0..LANES {
                let point = (group * LANES + lane).min(count - 1);
                let row = match rows {
                    Rows::Consecutive(rows) => &rows[point * columns..][..columns],
                    Rows::Picked(matrix, rows) => {
                        &matrix[rows[point] as usize * columns..][..columns]
                    }
                };
                points[self.slots[lane] % LANES] = row;
            }
            let mut wholes: [&[[F; PANEL]]; LANES] = [&[]; LANES];
            for record in 0..LANES {
                wholes[record] = &points[record].as_chunks::<PANEL>().0[..whole];
            }
            for panel in 0..whole {
                let mut features = [F::zeros::<S>(); PANEL];
                let to = records(&mut features);
                for record in 0..LANES {
                    to[record] = wholes[record][panel];
                }
                registers[panel * groups + group] =
                    turned::<F, S>(simd, features, &self.offsets[panel]);
            }
            if whole * PANEL < columns {
                let mut features = [F::zeros::<S>(); PANEL];
                let to = records(&mut features);
                for record in 0..LANES {
                    let rest = &points[record][whole * PANEL..];
                    to[record][..rest.len()].copy_from_slice(rest);
                }
                registers[whole * groups + group] =
                    turned::<F, S>(simd, features, &self.offsets[whole]);
            }
        }
    }
}

/// A panel of as many points as there are lanes, before it is split: a record of
/// four features a point.
#[inline(always)]
fn records<R: Pod, F: KMeansFloat>(features: &mut [R; PANEL]) -> &mut [[F; PANEL]] {
    cast_slice_mut::<R, F>(features).as_chunks_mut::<PANEL>().0
}

/// Splits records into a register a feature, less the offsets.
#[inline(always)]
fn turned<F: KMeansFloat, S: Simd>(
    simd: S,
    records: [F::Register<S>; PANEL],
    offsets: &[F::Register<S>; PANEL],
) -> [F::Register<S>; PANEL] {
    // On one lane a record is already four registers.
    let mut features = if F::lanes::<S>() > 1 {
        F::split_records(simd, records)
    } else {
        records
    };
    for (feature, &offset) in features.iter_mut().zip(offsets) {
        *feature = F::minus(simd, *feature, offset);
    }
    features
}

/// Where the record of each point has to lie for the point to come into the
/// lane of its number: [`KMeansFloat::split_records`] has an order of its own.
#[inline(always)]
fn slots<F: KMeansFloat, S: Simd>(simd: S) -> [usize; POINTS] {
    let lanes = F::lanes::<S>();
    let mut slots = array::from_fn(|point| point);
    if lanes > 1 {
        let mut numbered = [F::zeros::<S>(); PANEL];
        let (records, _) =
            cast_slice_mut::<F::Register<S>, F>(&mut numbered).as_chunks_mut::<PANEL>();
        for (number, record) in records.iter_mut().enumerate() {
            *record = [F::nearest(number as f64); PANEL];
        }
        let split = F::split_records(simd, numbered);
        let order = cast_slice::<F::Register<S>, F>(&split[..1]);
        for (point, slot) in slots.iter_mut().enumerate() {
            let number: f64 = order[point % lanes].into();
            *slot = point / lanes * lanes + number as usize;
        }
    }
    slots
}
