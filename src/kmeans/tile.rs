//! Two registers of points at a time, turned so that lanes are points.
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

/// Registers that hold one feature of a tile.
pub(super) const GROUPS: usize = 2;

/// At most so many points are in a tile, whatever the registers.
pub(super) const MOST_POINTS: usize = 32;

/// Features that are turned together.
pub(super) const PANEL: usize = 4;

/// Panels that `columns` features fill.
pub(super) fn panels(columns: usize) -> usize {
    columns.div_ceil(PANEL)
}

/// Points in a tile.
#[inline(always)]
pub(super) fn points<F: KMeansFloat, S: Simd>() -> usize {
    GROUPS * F::lanes::<S>()
}

/// Numbers at the start of a cache line: a register that lies across two of them
/// takes twice as long to load or store.
#[derive(Clone, Copy)]
#[repr(align(64))]
pub(super) struct Aligned<T>(pub(super) T);

/// Four features of all points: group of lanes by group.
pub(super) type Panel<R> = Aligned<[[R; PANEL]; GROUPS]>;

/// Some points, feature by feature.
pub(super) struct Tile<F: KMeansFloat, S: Simd> {
    /// The features, four by four.
    pub(super) panels: Vec<Panel<F::Register<S>>>,
    /// Subtracted from every point: each feature in all lanes, panel by panel.
    offsets: Vec<Aligned<[F::Register<S>; PANEL]>>,
    columns: usize,
    /// The lane of each record before it is split.
    pub(super) order: [usize; MOST_POINTS / GROUPS],
}

/// Rows to be loaded into a tile, of a row-major matrix: as many as it has
/// points.
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
            Aligned(array::from_fn(|feature| {
                let offset = offset.get(panel * PANEL + feature);
                F::splat(simd, offset.copied().unwrap_or(F::zero()))
            }))
        });
        Self {
            panels: vec![Aligned([[F::zeros::<S>(); PANEL]; GROUPS]); panels(columns)],
            offsets: offsets.collect(),
            columns,
            order: order::<F, S>(simd),
        }
    }

    /// Loads rows.
    #[inline(always)]
    pub(super) fn load(&mut self, simd: S, rows: Rows<F>) {
        match F::lanes::<S>() {
            1 => self.load_lanes::<1>(simd, rows),
            2 => self.load_lanes::<2>(simd, rows),
            4 => self.load_lanes::<4>(simd, rows),
            8 => self.load_lanes::<8>(simd, rows),
            _ => self.load_lanes::<16>(simd, rows),
        }
    }

    #[inline(always)]
    fn load_lanes<const LANES: usize>(&mut self, simd: S, rows: Rows<F>) {
        let columns = self.columns;
        let whole = columns / PANEL;
        for group in 0..GROUPS {
            // In the order in which splitting puts them into lanes.
            let mut points: [&[F]; LANES] = [&[]; LANES];
            for (point, lane) in points.iter_mut().zip(self.order) {
                let number = group * LANES + lane;
                *point = match rows {
                    Rows::Consecutive(rows) => &rows[number * columns..][..columns],
                    Rows::Picked(matrix, rows) => {
                        &matrix[rows[number] as usize * columns..][..columns]
                    }
                };
            }
            // All of one length, which spares checking it for each panel.
            let mut wholes: [&[[F; PANEL]]; LANES] = [&[]; LANES];
            for (whole_panels, point) in wholes.iter_mut().zip(points) {
                *whole_panels = &point.as_chunks::<PANEL>().0[..whole];
            }
            let (to, rest) = self.panels.split_at_mut(whole);
            for (panel, (to, offsets)) in to.iter_mut().zip(&self.offsets).enumerate() {
                let mut features = [F::zeros::<S>(); PANEL];
                for (record, points) in records(&mut features).iter_mut().zip(wholes) {
                    *record = points[panel];
                }
                to.0[group] = turned::<F, S>(simd, features, &offsets.0);
            }
            if let Some(to) = rest.first_mut() {
                let mut features = [F::zeros::<S>(); PANEL];
                for (record, point) in records(&mut features).iter_mut().zip(points) {
                    let rest = &point[whole * PANEL..];
                    record[..rest.len()].copy_from_slice(rest);
                }
                to.0[group] = turned::<F, S>(simd, features, &self.offsets[whole].0);
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

/// The lane into which the record in each place comes:
/// [`KMeansFloat::split_records`] has an order of its own.
#[inline(always)]
fn order<F: KMeansFloat, S: Simd>(simd: S) -> [usize; MOST_POINTS / GROUPS] {
    let lanes = F::lanes::<S>();
    let mut order = array::from_fn(|record| record);
    if lanes > 1 {
        let mut numbered = [F::zeros::<S>(); PANEL];
        for (number, record) in records::<_, F>(&mut numbered).iter_mut().enumerate() {
            *record = [F::nearest(number as f64); PANEL];
        }
        let split = F::split_records(simd, numbered);
        let numbers = cast_slice::<F::Register<S>, F>(&split[..1]);
        for (lane, &number) in numbers.iter().enumerate() {
            let number: f64 = number.into();
            order[number as usize] = lane;
        }
    }
    order
}
