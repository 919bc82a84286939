//! Fixed chunks of rows.
//!
//! Every sum runs within a chunk and then over the chunks in order. Where chunks
//! begin depends on the shape of the problem alone, never on the number of
//! threads, so the result is the same for any number of them.

use std::array;
use std::ops::Range;

use ndarray::{ArrayView2, Axis, CowArray, Ix2, Slice};
use pulp::{Arch, Simd, WithSimd};
use rayon::prelude::*;

use super::tile::MOST_POINTS;

/// At most about so many chunks: enough for many threads, few enough that
/// adding up their sums costs nothing.
const CHUNKS: usize = 256;

/// At least so many rows a chunk, so that starting one costs nothing.
const ROWS: usize = 1024;

/// The number of rows in a chunk when every chunk sums up for `clusters`
/// clusters. These sums take at most a thirtieth of the matrix.
pub(super) fn chunk_rows(rows: usize, clusters: usize) -> usize {
    rows.div_ceil(CHUNKS)
        .max(ROWS)
        .max(clusters.saturating_mul(MOST_POINTS))
        .next_multiple_of(MOST_POINTS)
}

/// Applies `work` to every chunk of `size` rows out of `rows`, in parallel;
/// outcomes in order.
pub(super) fn map_chunks<T: Send>(
    rows: usize,
    size: usize,
    work: impl Fn(Range<usize>) -> T + Sync,
) -> Vec<T> {
    (0..rows.div_ceil(size))
        .into_par_iter()
        .map(|chunk| work(chunk * size..rows.min((chunk + 1) * size)))
        .collect()
}

/// The rows of a chunk as a row-major slice; they are copied only if the matrix
/// is not row-major itself.
pub(super) fn chunk_of<'a, F: Clone>(
    points: ArrayView2<'a, F>,
    rows: Range<usize>,
) -> CowArray<'a, F, Ix2> {
    let mut chunk = points;
    chunk.slice_axis_inplace(Axis(0), Slice::from(rows));
    if chunk.is_standard_layout() {
        CowArray::from(chunk)
    } else {
        CowArray::from(chunk.as_standard_layout().into_owned())
    }
}

/// Compiles and runs plain loops for the best instruction set of the machine.
/// What is to be compiled so has to be inlined: mark the closure and all it
/// calls `#[inline(always)]`, and loop with `for`.
pub(super) fn vectorised<T>(work: impl FnOnce() -> T) -> T {
    struct Plain<W>(W);
    impl<T, W: FnOnce() -> T> WithSimd for Plain<W> {
        type Output = T;
        #[inline(always)]
        fn with_simd<S: Simd>(self, _: S) -> T {
            (self.0)()
        }
    }
    Arch::new().dispatch(Plain(work))
}

/// The squared distance of two points, in `f64` whatever the numbers are.
///
/// Eight partial sums are added in a fixed tree, so that compilers may use
/// registers of any width and the result stays the same.
#[inline(always)]
pub(super) fn squared_distance<A: Copy + Into<f64>, B: Copy + Into<f64>>(a: &[A], b: &[B]) -> f64 {
    let (a_whole, a_rest) = a.as_chunks::<8>();
    let (b_whole, b_rest) = b.as_chunks::<8>();
    let mut sums = [0.0f64; 8];
    for (a, b) in a_whole.iter().zip(b_whole) {
        for lane in 0..8 {
            let difference = a[lane].into() - b[lane].into();
            sums[lane] += difference * difference;
        }
    }
    let mut rest = 0.0;
    for (&a, &b) in a_rest.iter().zip(b_rest) {
        let difference = a.into() - b.into();
        rest += difference * difference;
    }
    let four: [f64; 4] = array::from_fn(|lane| sums[lane] + sums[lane + 4]);
    let two = [four[0] + four[2], four[1] + four[3]];
    two[0] + two[1] + rest
}
