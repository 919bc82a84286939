//! Data that have been looked at once and found fit for clustering.

use std::collections::HashSet;
use std::ops::Range;
use std::sync::OnceLock;

use ndarray::ArrayView2;

use super::chunks::{chunk_of, chunk_rows, map_chunks, vectorised};
use super::coarse::Coarse;
use super::error::{KMeansError, WeightFault};
use super::lanes::KMeansFloat;

/// A checked matrix of observations (rows × columns), with sample weights if
/// there are any.
///
/// Checking reads the matrix once: all values are finite, weights fit. Make it
/// once and hand it to as many starts and numbers of clusters as you like.
#[derive(Debug, Clone)]
pub struct Observations<'a, F> {
    pub(super) points: ArrayView2<'a, F>,
    pub(super) weights: Option<&'a [f32]>,
    /// Column means, rounded.
    pub(super) means: Vec<F>,
    /// The mean of the columns' variances.
    pub(super) variance: f64,
    /// The weighted sum of squares about the means.
    pub(super) squares: f64,
    /// The same about the first row, from which it was reckoned.
    pub(super) squares_scanned: f64,
    /// Made when a fit first has use for it.
    coarse: OnceLock<Option<Coarse>>,
}

/// Sums over rows, taken about the first row.
#[derive(Debug, Clone)]
struct Scan {
    weight: f64,
    sums: Vec<f64>,
    squares: Vec<f64>,
    /// Greatest distance from the first row.
    farthest: Vec<f64>,
}

impl<'a, F: KMeansFloat> Observations<'a, F> {
    /// Checks `points` (rows × columns) and `weights` (one a row).
    ///
    /// # Errors
    /// There are no rows or columns, a value is infinite or not a number,
    /// squared distances would overflow, or weights do not fit.
    pub fn new(points: ArrayView2<'a, F>, weights: Option<&'a [f32]>) -> Result<Self, KMeansError> {
        if points.ncols() == 0 {
            return Err(KMeansError::NoColumns);
        }
        if points.nrows() == 0 {
            return Err(KMeansError::TooFewRows {
                rows: 0,
                clusters: 1,
            });
        }
        check_weights(weights, points.nrows())?;
        let scan = scan(points, weights)?;
        let columns = points.ncols() as f64;
        let largest: f64 = F::max_value().into();
        // The greatest score is below 4 columns × span².
        let limit = (largest / columns).sqrt() / 8.0;
        let first = points.row(0);
        let mut means = Vec::with_capacity(points.ncols());
        let mut variance = 0.0;
        let mut squares = 0.0;
        for (column, &first) in first.iter().enumerate() {
            let span = 2.0 * scan.farthest[column];
            if span.is_nan() || span > limit {
                return Err(KMeansError::TooLarge { column });
            }
            let mean = scan.sums[column] / scan.weight;
            let variance_here = (scan.squares[column] / scan.weight - mean * mean).max(0.0);
            variance += variance_here;
            let rounded: F = F::nearest(mean + first.into());
            let off = rounded.into() - first.into() - mean;
            squares += scan.weight * (variance_here + off * off);
            means.push(rounded);
        }
        Ok(Self {
            points,
            weights,
            means,
            variance: variance / columns,
            squares,
            squares_scanned: scan.squares.iter().sum(),
            coarse: OnceLock::new(),
        })
    }

    /// Some rows of these, with their weights, about the same means.
    pub(super) fn sample<'b>(
        &self,
        points: ArrayView2<'b, F>,
        weights: Option<&'b [f32]>,
    ) -> Observations<'b, F> {
        Observations {
            points,
            weights,
            means: self.means.clone(),
            variance: self.variance,
            squares: self.squares,
            // Of other rows: nothing may be reckoned from them.
            squares_scanned: f64::INFINITY,
            coarse: OnceLock::new(),
        }
    }

    /// Rows of the matrix.
    #[must_use]
    pub fn rows(&self) -> usize {
        self.points.nrows()
    }

    /// Columns of the matrix.
    #[must_use]
    pub fn columns(&self) -> usize {
        self.points.ncols()
    }

    /// The matrix.
    #[must_use]
    pub fn points(&self) -> ArrayView2<'a, F> {
        self.points
    }

    /// With a coarse copy, or without, of however little use it is.
    #[cfg(test)]
    pub(super) fn with_coarse(self, wanted: bool) -> Self {
        let coarse = wanted.then(|| Coarse::of(&self)).flatten();
        Self {
            coarse: coarse.into(),
            ..self
        }
    }

    /// The coarse copy, if there is any use in one.
    pub(super) fn coarse(&self) -> Option<&Coarse> {
        self.coarse.get_or_init(|| Coarse::new(self)).as_ref()
    }

    /// The weight of a row; 1 without weights.
    #[inline(always)]
    pub(super) fn weight(&self, row: usize) -> f64 {
        self.weights
            .and_then(|weights| weights.get(row))
            .map_or(1.0, |&weight| weight.into())
    }

    /// Finds out whether there are enough different rows of positive weight.
    pub(super) fn check_clusters(&self, clusters: usize) -> Result<(), KMeansError> {
        let taking_part = || (0..self.rows()).filter(|&row| self.weight(row) > 0.0);
        let rows = match self.weights {
            Some(_) => taking_part().take(clusters).count(),
            None => self.rows(),
        };
        if rows < clusters {
            return Err(KMeansError::TooFewRows { rows, clusters });
        }
        // The set is asked and never iterated, so its order plays no part.
        let mut seen: HashSet<Vec<u64>> = HashSet::with_capacity(clusters);
        let mut key = Vec::with_capacity(self.columns());
        for row in taking_part() {
            key.clear();
            // Adding 0 turns -0 into 0, which equals it.
            let bits = |&value: &F| (value.into() + 0.0).to_bits();
            key.extend(self.points.row(row).iter().map(bits));
            if !seen.contains(&key) {
                seen.insert(key.clone());
                if seen.len() == clusters {
                    return Ok(());
                }
            }
        }
        Err(KMeansError::TooFewDistinct {
            distinct: seen.len(),
            clusters,
        })
    }
}

fn check_weights(weights: Option<&[f32]>, rows: usize) -> Result<(), WeightFault> {
    let Some(weights) = weights else {
        return Ok(());
    };
    if weights.len() != rows {
        return Err(WeightFault::Length {
            weights: weights.len(),
            rows,
        });
    }
    let bad = |weight: &f32| !(weight.is_finite() && *weight >= 0.0);
    if let Some(row) = weights.iter().position(bad) {
        return Err(WeightFault::Value {
            row,
            weight: weights[row],
        });
    }
    if weights.iter().all(|&weight| weight == 0.0) {
        return Err(WeightFault::AllZero);
    }
    Ok(())
}

fn scan<F: KMeansFloat>(
    points: ArrayView2<F>,
    weights: Option<&[f32]>,
) -> Result<Scan, KMeansError> {
    let rows = points.nrows();
    let origin: Vec<f64> = points.row(0).iter().map(|&value| value.into()).collect();
    let scans = map_chunks(rows, chunk_rows(rows, 1), |range| {
        let chunk = chunk_of(points, range.clone());
        let values = chunk.as_slice().unwrap_or_default();
        let weights = weights.and_then(|weights| weights.get(range.clone()));
        let scan = vectorised(
            #[inline(always)]
            || scan_chunk(values, weights, &origin),
        );
        // A value that is not finite leaves a sum that is not finite either,
        // but so do finite values that are too large.
        if scan
            .sums
            .iter()
            .chain(&scan.squares)
            .all(|sum| sum.is_finite())
        {
            return Ok(scan);
        }
        match first_not_finite(values, origin.len(), range) {
            Some((row, column)) => Err(KMeansError::NotFinite { row, column }),
            None => Ok(scan),
        }
    });
    let columns = origin.len();
    let mut total = Scan::new(columns);
    for scan in scans {
        let scan = scan?;
        total.weight += scan.weight;
        for column in 0..columns {
            total.sums[column] += scan.sums[column];
            total.squares[column] += scan.squares[column];
            total.farthest[column] = total.farthest[column].max(scan.farthest[column]);
        }
    }
    Ok(total)
}

impl Scan {
    fn new(columns: usize) -> Self {
        Self {
            weight: 0.0,
            sums: vec![0.0; columns],
            squares: vec![0.0; columns],
            farthest: vec![0.0; columns],
        }
    }
}

#[inline(always)]
fn scan_chunk<F: KMeansFloat>(values: &[F], weights: Option<&[f32]>, origin: &[f64]) -> Scan {
    let columns = origin.len();
    let mut scan = Scan::new(columns);
    scan.weight = match weights {
        Some(weights) => weights.iter().map(|&weight| f64::from(weight)).sum(),
        None => (values.len() / columns) as f64,
    };
    // Some columns at a time, whose sums stay in registers as rows go by.
    let mut column = 0;
    while column < columns {
        column += match columns - column {
            16.. => scan_columns::<F, 16>(values, weights, origin, column, &mut scan),
            8.. => scan_columns::<F, 8>(values, weights, origin, column, &mut scan),
            4.. => scan_columns::<F, 4>(values, weights, origin, column, &mut scan),
            _ => scan_columns::<F, 1>(values, weights, origin, column, &mut scan),
        };
    }
    scan
}

/// Adds up `N` columns from `column` on; returns `N`.
#[inline(always)]
fn scan_columns<F: KMeansFloat, const N: usize>(
    values: &[F],
    weights: Option<&[f32]>,
    origin: &[f64],
    column: usize,
    scan: &mut Scan,
) -> usize {
    let mut origins = [0.0; N];
    origins.copy_from_slice(&origin[column..column + N]);
    let (mut sums, mut squares, mut farthest) = ([0.0; N], [0.0; N], [0.0f64; N]);
    for (index, row) in values.chunks_exact(origin.len()).enumerate() {
        let weight = weight(weights, index);
        let row = &row[column..column + N];
        for lane in 0..N {
            let value = row[lane].into() - origins[lane];
            let weighted = weight * value;
            sums[lane] += weighted;
            squares[lane] += weighted * value;
            farthest[lane] = farthest[lane].max(value.abs());
        }
    }
    scan.sums[column..column + N].copy_from_slice(&sums);
    scan.squares[column..column + N].copy_from_slice(&squares);
    scan.farthest[column..column + N].copy_from_slice(&farthest);
    N
}

/// The weight of a row; 1 without weights.
#[inline(always)]
pub(super) fn weight(weights: Option<&[f32]>, row: usize) -> f64 {
    match weights {
        Some(weights) => weights[row].into(),
        None => 1.0,
    }
}

fn first_not_finite<F: KMeansFloat>(
    values: &[F],
    columns: usize,
    rows: Range<usize>,
) -> Option<(usize, usize)> {
    let at = values.iter().position(|value| !value.is_finite())?;
    Some((rows.start + at / columns, at % columns))
}
