//! k-means for every number of clusters of a range, each helped by its
//! neighbours.
//!
//! *Up*: greedy k-means++ is nested, the first k of its centres are a start for
//! k, so a few seedings of the largest number serve all. Besides, each number
//! starts from the best centres of the number below and one more, drawn where
//! the points are badly served (as in global k-means: Likas, Vlassis and
//! Verbeek 2003).
//!
//! *Down*: each number starts from the best centres of the number above, the
//! two clusters merged that cost least to merge (Ward 1963). A small group that
//! was missed while a large one was cut in two is found by some larger number,
//! comes down, and the needless cut goes.
//!
//! Up and down once find what dozens of independent starts miss.

use std::ops::RangeInclusive;

use ndarray::{Array2, ArrayView2, Axis, Slice};
use rand::{Rng, SeedableRng};
use rand_xoshiro::Xoshiro256Plus;
use rayon::prelude::*;

use crate::kmeans::{Init, KMeans, KMeansError, KMeansFloat, Observations, Stop};
use crate::kmeans::{fit_from, seeding};
use crate::segments::sampling::seed_for;

/// How hard to look for the best centres.
#[derive(Debug, Clone, Copy)]
pub(in crate::segments) struct Effort {
    /// Seedings, and draws of one more centre for each number.
    pub(in crate::segments) starts: usize,
    /// How often to go down and up again, at most.
    pub(in crate::segments) rounds: usize,
    /// Seed of all draws.
    pub(in crate::segments) seed: u64,
}

/// By how much a sum of squares must be lower to count as better.
const BETTER: f64 = 1e-6;

/// A first run from each start; only the best one is run to its end.
const SHORT: Stop = Stop {
    max_n_iterations: 8,
    tolerance: 1e-3,
};

/// Short runs that come within this factor of the best known may end below it.
const PROMISING: f64 = 1.02;

const LONG: Stop = Stop {
    max_n_iterations: 100,
    tolerance: 1e-4,
};

/// The best model found for each of `numbers`, ascending; numbers that the
/// different rows do not allow are left out.
///
/// `known` may hold centres that are worth a start, such as those of
/// other points alike.
///
/// # Errors
/// The different rows do not even allow the smallest number.
pub(in crate::segments) fn ladder<F: KMeansFloat>(
    data: &Observations<F>,
    numbers: RangeInclusive<usize>,
    known: &[ArrayView2<F>],
    effort: Effort,
) -> Result<Vec<KMeans<F>>, KMeansError> {
    let Effort {
        starts,
        rounds,
        seed,
    } = effort;
    let low = *numbers.start();
    let high = match seeds(data, *numbers.end(), seed, 0) {
        Ok(_) => *numbers.end(),
        Err(fault) => match at_most(&fault) {
            Some(most) if most < low => return seeds(data, low, seed, 0).map(|_| Vec::new()),
            Some(most) => most,
            None => return Err(fault),
        },
    };
    let seedings: Vec<Array2<F>> = (0..starts.max(1))
        .into_par_iter()
        .map(|start| seeds(data, high, seed, start))
        .collect::<Result<_, _>>()?;
    let mut rungs: Vec<KMeans<F>> = Vec::new();
    for k in low..=high {
        let mut from: Vec<Array2<F>> = seedings
            .iter()
            .map(|seeds| seeds.slice_axis(Axis(0), Slice::from(..k)).to_owned())
            .collect();
        if let Some(below) = rungs.last() {
            from.extend(grown(data, below, starts, seed)?);
        }
        let known = known.iter().filter(|known| known.nrows() == k);
        from.extend(known.map(|known| known.to_owned()));
        rungs.extend(best_of(data, from)?);
    }
    for round in 1..=rounds {
        let mut better = false;
        for at in (1..rungs.len()).rev() {
            let fewer = merged(&rungs[at]);
            better |= improve(data, &mut rungs[at - 1], &fewer)?;
        }
        for at in 1..rungs.len() {
            for more in grown(data, &rungs[at - 1], 1, seed_for(seed, "round", round))? {
                better |= improve(data, &mut rungs[at], &more)?;
            }
        }
        if !better {
            break;
        }
    }
    Ok(rungs)
}

/// The most clusters that the different rows allow, as an error says.
fn at_most(fault: &KMeansError) -> Option<usize> {
    match fault {
        KMeansError::TooFewRows { rows, .. } => Some(*rows),
        KMeansError::TooFewDistinct { distinct, .. } => Some(*distinct),
        _ => None,
    }
}

fn seeds<F: KMeansFloat>(
    data: &Observations<F>,
    k: usize,
    seed: u64,
    start: usize,
) -> Result<Array2<F>, KMeansError> {
    let mut rng = Xoshiro256Plus::seed_from_u64(seed_for(seed, "seeding", start));
    seeding(data, k, &Init::GreedyPlusPlus, usize::MAX, &mut rng)
}

/// The model of the start whose short run came out best.
fn best_of<F: KMeansFloat>(
    data: &Observations<F>,
    from: Vec<Array2<F>>,
) -> Result<Option<KMeans<F>>, KMeansError> {
    let short: Vec<KMeans<F>> = from
        .par_iter()
        .map(|centres| fitted(data, centres.view(), &SHORT))
        .collect::<Result<_, _>>()?;
    // Of equals the first, whatever the order in which they were done.
    let lower = |best: KMeans<F>, next: KMeans<F>| {
        if next.inertia() < best.inertia() {
            next
        } else {
            best
        }
    };
    let best = short.into_iter().reduce(lower);
    best.map(|best| ended(data, best)).transpose()
}

/// Replaces `rung` by what `from` leads to, if that is better.
fn improve<F: KMeansFloat>(
    data: &Observations<F>,
    rung: &mut KMeans<F>,
    from: &Array2<F>,
) -> Result<bool, KMeansError> {
    let short = fitted(data, from.view(), &SHORT)?;
    if short.inertia() > rung.inertia() * PROMISING {
        return Ok(false);
    }
    let found = ended(data, short)?;
    let better = found.inertia() < rung.inertia() * (1.0 - BETTER);
    if better {
        *rung = found;
    }
    Ok(better)
}

fn fitted<F: KMeansFloat>(
    data: &Observations<F>,
    centres: ArrayView2<F>,
    stop: &Stop,
) -> Result<KMeans<F>, KMeansError> {
    fit_from(data, centres, stop).map(|fitted| fitted.model)
}

/// A short run's model, run to its end.
fn ended<F: KMeansFloat>(
    data: &Observations<F>,
    model: KMeans<F>,
) -> Result<KMeans<F>, KMeansError> {
    fitted(data, model.centroids().view(), &LONG)
}

/// The centres of `model` and one more of the rows, drawn `draws` times with a
/// probability proportional to its squared distance.
fn grown<F: KMeansFloat>(
    data: &Observations<F>,
    model: &KMeans<F>,
    draws: usize,
    seed: u64,
) -> Result<Vec<Array2<F>>, KMeansError> {
    let points = data.points();
    let mut sum = 0.0;
    let mut running = Vec::with_capacity(points.nrows());
    for assigned in model.assign(points)? {
        let squared: f64 = assigned.squared_distance.into();
        sum += squared;
        running.push(sum);
    }
    let centres = model.centroids();
    let mut rng = Xoshiro256Plus::seed_from_u64(seed_for(seed, "one more", centres.nrows()));
    let one_more = |_| {
        let target = rng.r#gen::<f64>() * sum;
        let row = running.partition_point(|&sum| sum <= target);
        let mut more = centres.clone();
        let pushed = more.push_row(points.row(row.min(points.nrows() - 1)));
        pushed.ok().map(|()| more)
    };
    Ok((0..draws).filter_map(one_more).collect())
}

/// The centres of `model` with two of them merged: those that raise the sum of
/// squares least.
fn merged<F: KMeansFloat>(model: &KMeans<F>) -> Array2<F> {
    let (centres, sizes) = (model.centroids(), model.sizes());
    let cost = |a: usize, b: usize| {
        let pairs = centres.row(a).into_iter().zip(centres.row(b));
        let apart: f64 = pairs
            .map(|(&a, &b)| {
                let apart = a.into() - b.into();
                apart * apart
            })
            .sum();
        apart * sizes[a] * sizes[b] / (sizes[a] + sizes[b]).max(f64::MIN_POSITIVE)
    };
    let pairs = (0..centres.nrows()).flat_map(|b| (0..b).map(move |a| (cost(a, b), a, b)));
    let Some((_, a, b)) = pairs.min_by(|x, y| x.0.total_cmp(&y.0)) else {
        return centres.clone();
    };
    let kept: Vec<usize> = (0..centres.nrows()).filter(|&at| at != b).collect();
    let mut fewer = centres.select(Axis(0), &kept);
    let share = sizes[a] / (sizes[a] + sizes[b]).max(f64::MIN_POSITIVE);
    for (to, &other) in fewer.row_mut(a).iter_mut().zip(centres.row(b)) {
        *to = F::nearest((*to).into() * share + other.into() * (1.0 - share));
    }
    fewer
}
