//! The gap statistic: how much tighter the clusters are than those that the
//! same method finds where there are none.
//!
//! Tibshirani, Walther and Hastie 2001, *Estimating the number of clusters in
//! a data set via the gap statistic*, section 3, with reference (b): points
//! drawn evenly from the box that holds the data along their principal axes.

use std::ops::RangeInclusive;

use linfa_linalg::eigh::Eigh;
use ndarray::{Array1, Array2, ArrayView2, Axis};
use rand::{Rng, SeedableRng};
use rand_xoshiro::Xoshiro256Plus;
use rayon::prelude::*;

use super::ladder::{Effort, ladder};
use crate::kmeans::{KMeansError, KMeansFloat, Observations};
use crate::segments::sampling::seed_for;

/// Reference sets.
const REFERENCES: usize = 5;

/// The gap for some numbers of clusters, and for one.
#[derive(Debug, Clone)]
pub(super) struct Gaps {
    /// Of a single cluster: gap and its error.
    pub(super) one: Gap,
    /// Of each number asked for, ascending; shorter where the points allow no
    /// more.
    pub(super) by_number: Vec<Gap>,
}

/// Mean logarithm of the references' dispersion less that of the data, and its
/// standard error (s in the paper).
pub(super) type Gap = (f64, f64);

/// Where there are no clusters, one optimum is about as good as another.
fn effort(seed: u64) -> Effort {
    Effort {
        starts: 1,
        rounds: 0,
        seed,
    }
}

/// The gap for each of `numbers`, given the data's mean squared distance to
/// the nearest centre for each (`inertias`); none when the points do not vary
/// or coincide with their centres.
///
/// # Errors
/// A reference cannot be clustered.
pub(super) fn gaps<F: KMeansFloat>(
    points: ArrayView2<F>,
    numbers: RangeInclusive<usize>,
    inertias: &[f64],
    seed: u64,
) -> Result<Option<Gaps>, KMeansError> {
    let Some(frame) = Frame::of(points) else {
        return Ok(None);
    };
    if inertias.iter().any(|&inertia| inertia <= 0.0) {
        return Ok(None);
    }
    let rows = points.nrows() as f64;
    let references: Vec<Vec<f64>> = (0..REFERENCES)
        .into_par_iter()
        .map(|number| {
            let seed = seed_for(seed, "reference", number);
            let drawn: Array2<F> = frame.draw(points.nrows(), seed);
            let data = Observations::new(drawn.view(), None)?;
            let rungs = ladder(&data, numbers.clone(), &[], effort(seed))?;
            let all = drawn.mapv(Into::into).var_axis(Axis(0), 0.0).sum();
            let inertias = rungs.iter().map(|rung| rung.inertia() / rows);
            Ok(std::iter::once(all).chain(inertias).collect())
        })
        .collect::<Result<_, KMeansError>>()?;
    let all = points.mapv(Into::into).var_axis(Axis(0), 0.0).sum();
    let found = std::iter::once(all).chain(inertias.iter().copied());
    let mut gaps = found.enumerate().map_while(|(at, inertia)| {
        let logs: Option<Vec<f64>> = references
            .iter()
            .map(|reference| reference.get(at).map(|inertia| inertia.ln()))
            .collect();
        let logs = Array1::from_vec(logs?);
        Some((
            logs.mean().unwrap_or(0.0) - inertia.ln(),
            logs.std(0.0) * (1.0 + 1.0 / REFERENCES as f64).sqrt(),
        ))
    });
    let one = gaps.next();
    let by_number = gaps.collect();
    Ok(one.map(|one| Gaps { one, by_number }))
}

/// The box along the principal axes that holds the points.
struct Frame {
    centre: Array1<f64>,
    /// Features × axes.
    axes: Array2<f64>,
    /// Lowest and highest coordinate on each axis.
    extent: Vec<(f64, f64)>,
}

impl Frame {
    fn of<F: KMeansFloat>(points: ArrayView2<F>) -> Option<Self> {
        let points = points.mapv(Into::into);
        let centre = points.mean_axis(Axis(0))?;
        let centred = points - &centre;
        let covariance = centred.t().dot(&centred) / centred.nrows() as f64;
        let (_, axes) = covariance.eigh().ok()?;
        let along = centred.dot(&axes);
        let extent = along
            .axis_iter(Axis(1))
            .map(|axis| {
                axis.iter()
                    .fold((f64::INFINITY, f64::NEG_INFINITY), |(low, high), &x| {
                        (low.min(x), high.max(x))
                    })
            })
            .collect::<Vec<_>>();
        let wide = extent.iter().any(|(low, high)| high > low);
        (wide && axes.iter().all(|x| x.is_finite())).then_some(Self {
            centre,
            axes,
            extent,
        })
    }

    /// Points drawn evenly from the box.
    fn draw<F: KMeansFloat>(&self, rows: usize, seed: u64) -> Array2<F> {
        let mut rng = Xoshiro256Plus::seed_from_u64(seed);
        let along = Array2::from_shape_fn((rows, self.extent.len()), |(_, axis)| {
            let (low, high) = self.extent[axis];
            low + (high - low) * rng.r#gen::<f64>()
        });
        (along.dot(&self.axes.t()) + &self.centre).mapv(F::nearest)
    }
}
