//! Centres as the kernel wants them.

use std::array;

use super::lanes::KMeansFloat;
use super::tile::{PANEL, panels};

/// Centres that are scored together; what remains of the last block is padded.
pub(super) const BLOCK: usize = 4;

/// Centres about an offset, packed for scoring points.
///
/// The squared distance of `x` from `c` is `x² - 2xc + c²`, and `x²` is the same
/// for every centre, so the nearest centre has the least *score* `c² - 2xc`.
/// Points and centres are taken about `offset`, so that data far from the
/// origin lose no digits to it.
#[derive(Debug, Clone)]
pub(super) struct Centres<F> {
    /// Subtracted from every point, one number a column.
    pub(super) offset: Vec<F>,
    /// Centres less the offset, row-major: `clusters` × `columns`.
    pub(super) about: Vec<F>,
    /// `-2c`, block by block, feature by feature, [`BLOCK`] centres side by
    /// side; features are padded to whole panels.
    pub(super) factors: Vec<[F; BLOCK]>,
    /// `c²`, block by block; infinite for the padding, which so never wins.
    pub(super) squares: Vec<[F; BLOCK]>,
    /// The number of each centre, block by block; see [`KMeansFloat::from_index`].
    pub(super) indices: Vec<[F; BLOCK]>,
    /// The greatest `c²`.
    pub(super) greatest_square: f64,
    /// Centres.
    pub(super) clusters: usize,
    /// Features.
    pub(super) columns: usize,
}

impl<F: KMeansFloat> Centres<F> {
    /// Packs `about`, `clusters` × `columns` numbers in row-major order: centres
    /// less `offset`.
    pub(super) fn new(offset: Vec<F>, about: Vec<F>, clusters: usize) -> Self {
        let columns = offset.len();
        let padded = panels(columns) * PANEL;
        let blocks = clusters.div_ceil(BLOCK);
        let mut factors = vec![[F::zero(); BLOCK]; blocks * padded];
        let mut squares = vec![[F::infinity(); BLOCK]; blocks];
        let mut greatest_square = 0.0f64;
        let minus_two = F::nearest(-2.0);
        for (cluster, centre) in about.chunks_exact(columns.max(1)).enumerate() {
            let (block, slot) = (cluster / BLOCK, cluster % BLOCK);
            let square: f64 = centre.iter().map(|&c| square(c.into())).sum();
            squares[block][slot] = F::nearest(square);
            greatest_square = greatest_square.max(square);
            for (to, &c) in factors[block * padded..].iter_mut().zip(centre) {
                to[slot] = minus_two * c;
            }
        }
        Self {
            offset,
            about,
            factors,
            squares,
            indices: (0..blocks)
                .map(|block| array::from_fn(|slot| F::from_index((block * BLOCK + slot) as u32)))
                .collect(),
            greatest_square,
            clusters,
            columns,
        }
    }

    /// The offset in `f64`.
    pub(super) fn origin(&self) -> Vec<f64> {
        self.offset.iter().map(|&value| value.into()).collect()
    }

    /// How far a computed squared distance may be from the true one, as a part
    /// of `x² + c²` with the greatest `c²`.
    ///
    /// The score takes a rounding per feature and one for `c²`, `x²` one per
    /// feature, their sum one; each is relative to at most `(|x| + |c|)²`, which
    /// is at most `2(x² + c²)` (Higham 2002, section 3.1). A little is added for
    /// terms of second order.
    pub(super) fn rounding(&self) -> f64 {
        let roundings = 2.0 * panels(self.columns) as f64 * PANEL as f64 + 8.0;
        2.1 * roundings * F::unit_roundoff()
    }
}

fn square(value: f64) -> f64 {
    value * value
}
