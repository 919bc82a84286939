//! k-means for every number of clusters of a range, each helped by the one
//! before.
//!
//! Greedy k-means++ is nested: the first k of its centres are a start for k.
//! So a few seedings of the largest number serve all. Besides, each number
//! starts from the best centres of the number below and one more, drawn where
//! the points are badly served (the idea of global k-means: Likas, Vlassis and
//! Verbeek 2003). A small group that most seedings miss is then found by the
//! first number that has a centre to spare, and kept by all larger ones.

use std::ops::RangeInclusive;

use ndarray::{Array2, ArrayView2, s};
use rand::{Rng, SeedableRng};
use rand_xoshiro::Xoshiro256Plus;
use rayon::prelude::*;

use crate::kmeans::{KMeansFloat, assign, fit_from, seeding};
use crate::segments::sampling::seed_for;

/// How hard to look for the best centres.
#[derive(Debug, Clone, Copy)]
pub struct Effort {
    /// Seedings, and as many draws of one more centre for each number.
    pub starts: usize,
    /// Rounds
    pub rounds: usize,
    /// Seed of all draws.
    pub seed: u64,
}

/// The best centres found for one number of clusters.
#[derive(Debug, Clone)]
pub struct Rung<F> {
    /// Clusters × features.
    pub centres: Array2<F>,
    /// Sum of squared distances to the nearest centre.
    pub inertia: f64,
}

/// The best centres for each of `numbers`, ascending. `known` may hold centres
/// that are worth a start, such as those of other points alike.
pub fn ladder<F: KMeansFloat>(
    points: ArrayView2<F>,
    numbers: RangeInclusive<usize>,
    known: &[ArrayView2<F>],
    effort: Effort,
) -> Vec<Rung<F>> {
    let seedings: Vec<Array2<F>> = (0..effort.starts)
        .into_par_iter()
        .map(|start| seeding(points, *numbers.end(), &mut generator(effort.seed, 0, start)))
        .collect();
    let (low, high) = (*numbers.start(), *numbers.end());
    let mut rungs: Vec<Rung<F>> = Vec::new();
    for k in low..=high {
        let nested = seedings.iter().map(|seeds| seeds.slice(s![..k, ..]).to_owned());
        let mut starts: Vec<Array2<F>> = nested.collect();
        if let Some(below) = rungs.last() {
            starts.extend(grown(points, below.centres.view(), k, effort));
        }
        starts.extend(known.iter().filter(|known| known.nrows() == k).map(|k| k.to_owned()));
        rungs.extend(best_of(points, starts));
    }
    for round in 0..effort.rounds {
        let mut better = 0;
        for at in (0..rungs.len().saturating_sub(1)).rev() {
            let start = merged(points, rungs[at + 1].centres.view());
            let down = settled(points, start);
            if down.inertia < rungs[at].inertia * (1.0 - 1e-6) { rungs[at] = down; better += 1; }
        }
        if better == 0 { break; }
        let mut up = 0;
        for at in 1..rungs.len() {
            let start = grown(points, rungs[at - 1].centres.view(), at + low, Effort { starts: 1, seed: effort.seed + 1 + round as u64, ..effort });
            if let Some(best) = best_of(points, start) { if best.inertia < rungs[at].inertia * (1.0 - 1e-6) { rungs[at] = best; up += 1; } }
        }
        if up == 0 { break; }
    }
    rungs
}

fn best_of<F: KMeansFloat>(points: ArrayView2<F>, starts: Vec<Array2<F>>) -> Option<Rung<F>> {
    let fits: Vec<Rung<F>> = starts.into_par_iter().map(|start| settled(points, start)).collect();
    fits.into_iter().reduce(|best, next| if next.inertia < best.inertia { next } else { best })
}

fn merged<F: KMeansFloat>(points: ArrayView2<F>, centres: ArrayView2<F>) -> Array2<F> {
    let k = centres.nrows();
    let mut sizes = vec![0.0; k];
    assign(points, centres).iter().for_each(|a| sizes[a.cluster as usize] += 1.0);
    let mut best = (f64::INFINITY, 0, 0);
    for a in 0..k { for b in a + 1..k {
        let d: f64 = centres.row(a).iter().zip(centres.row(b)).map(|(&a, &b)| { let d: f64 = (a - b).into(); d * d }).sum();
        let cost = d * sizes[a] * sizes[b] / f64::max(sizes[a] + sizes[b], 1.0);
        if cost < best.0 { best = (cost, a, b); }
    } }
    let (_, a, b) = best;
    let keep: Vec<usize> = (0..k).filter(|&c| c != b).collect();
    let mut fewer = centres.select(ndarray::Axis(0), &keep);
    let share = F::nearest(sizes[a] / f64::max(sizes[a] + sizes[b], 1.0));
    let mean = centres.row(a).mapv(|x| x * share) + centres.row(b).mapv(|x| x * (F::one() - share));
    fewer.row_mut(a).assign(&mean);
    fewer
}

fn settled<F: KMeansFloat>(points: ArrayView2<F>, start: Array2<F>) -> Rung<F> {
    let fitted = fit_from(points, None, start, 100, 1e-4);
    Rung { centres: fitted.centroids, inertia: fitted.inertia }
}

fn generator(seed: u64, k: usize, draw: usize) -> Xoshiro256Plus {
    Xoshiro256Plus::seed_from_u64(seed_for(seed, &format!("centres {k}"), draw))
}

/// `centres` and one more of the points, several times over.
fn grown<F: KMeansFloat>(points: ArrayView2<F>, centres: ArrayView2<F>, k: usize, effort: Effort) -> Vec<Array2<F>> {
    let mut sum = 0.0;
    let running: Vec<f64> = assign(points, centres).iter().map(|a| { let d: f64 = a.distance.into(); sum += d; sum }).collect();
    (0..effort.starts).filter_map(|draw| {
        let target = generator(effort.seed, k, draw).r#gen::<f64>() * sum;
        let row = running.partition_point(|&sum| sum <= target).min(points.nrows() - 1);
        let mut more = centres.to_owned(); more.push_row(points.row(row)).ok().map(|()| more)
    }).collect()
}
