//! The lowest bound: a proximal bundle method (Kiwiel 1990) on the dual.
//!
//! The dual is convex and piecewise linear. Every evaluation gives a cut below
//! it; the next prices minimise the cuts' envelope near the best prices so
//! far. The envelope's weights at the end combine the choices behind the cuts
//! into one that is all but allowed and all but optimal, which is what
//! rounding starts from.

use super::dual::{Dual, Point};
use super::pass::Choice;
use super::step::{Step, dot, step};

/// When to stop.
#[derive(Debug, Clone, Copy)]
pub(super) struct Until {
    /// What is left to gain is below this share of the bound,
    pub(super) relative: f64,
    /// or below this.
    pub(super) absolute: f64,
    /// At most so many evaluations.
    pub(super) passes: usize,
    /// Nothing below this is of interest: it proves that nothing is allowed.
    pub(super) floor: f64,
}

/// Where the method ended.
#[derive(Debug)]
pub(super) struct Lowest {
    pub(super) prices: Vec<f64>,
    /// The bound at `prices`.
    pub(super) value: f64,
    /// Choices with positive weights, which sum to 1.
    pub(super) parts: Vec<(f64, Choice)>,
    pub(super) passes: usize,
}

struct Cut {
    slope: Vec<f64>,
    /// The cut's value at prices of 0.
    at_zero: f64,
    choice: Choice,
    /// For how many steps it has had no weight.
    idle: u32,
}

/// A cut without weight for so many steps is let go.
const IDLE: u32 = 12;

/// Finds the lowest value of `dual` from the prices `start`.
pub(super) fn lowest(dual: &Dual<'_>, start: Vec<f64>, until: Until) -> Lowest {
    let rows = dual.rows().len();
    let first = dual.at(start);
    // Prices are in units of value and slopes in numbers of offers: to halve
    // what a row uses, its price must rise by about half an offer's value.
    let typical = if first.value > 0.0 {
        first.value / first.chosen.max(1.0)
    } else {
        1.0
    };
    let reach: Vec<f64> = (0..rows)
        .map(|row| {
            (dual.share_bound(row) - first.slope[row])
                .abs()
                .max(first.slope[row].abs())
        })
        .collect();
    let widest = reach.iter().copied().fold(1.0, f64::max);
    let shape: Vec<f64> = reach
        .iter()
        .map(|reach| (reach / widest).max(1e-4))
        .collect();
    let mut pull = widest / typical;
    let (weakest, strongest) = (pull * 1e-6, pull * 1e6);

    let mut bundle = Bundle {
        cuts: Vec::new(),
        best: first.prices.clone(),
        value: first.value,
    };
    bundle.add(first);
    let mut passes = 1;
    let mut last: Option<Step> = None;
    let mut quiet = 0_u32;
    // Without rows there is nothing to price.
    while rows > 0 && passes < until.passes && bundle.value > until.floor {
        let pulls: Vec<f64> = shape.iter().map(|shape| shape * pull).collect();
        let Some(found) = bundle.step(&pulls, &dual.ceilings) else {
            break;
        };
        let settled = found.fall <= (until.relative * bundle.value.abs()).max(until.absolute);
        if settled {
            last = Some(found);
            break;
        }
        bundle.age(&found.weights);
        let prices: Vec<f64> = bundle
            .best
            .iter()
            .zip(&found.change)
            .map(|(a, b)| (a + b).max(0.0))
            .collect();
        let point = dual.at(prices);
        passes += 1;
        let fell = bundle.value - point.value;
        let better = 2.0 * pull * (1.0 - fell / found.fall);
        if fell >= 0.1 * found.fall {
            if fell >= 0.5 * found.fall && quiet == 0 {
                pull = better.clamp(pull / 10.0, pull);
            }
            quiet = 0;
            bundle.best.clone_from(&point.prices);
            bundle.value = point.value;
        } else {
            quiet += 1;
            let below = bundle.below(&point);
            if below > found.fall.max(0.0) && quiet > 1 {
                pull = better.clamp(pull, pull * 10.0);
                quiet = 0;
            }
        }
        pull = pull.clamp(weakest, strongest);
        bundle.add(point);
        last = None;
    }
    let last = last.or_else(|| {
        if rows == 0 {
            return None;
        }
        let pulls: Vec<f64> = shape.iter().map(|shape| shape * pull).collect();
        bundle.step(&pulls, &dual.ceilings)
    });
    let weights = last.map_or_else(|| vec![1.0; 1], |step| step.weights);
    let parts = weights
        .into_iter()
        .zip(bundle.cuts)
        .filter(|(weight, _)| *weight > 1e-6);
    Lowest {
        prices: bundle.best,
        value: bundle.value,
        parts: parts.map(|(weight, cut)| (weight, cut.choice)).collect(),
        passes,
    }
}

struct Bundle {
    cuts: Vec<Cut>,
    best: Vec<f64>,
    value: f64,
}

impl Bundle {
    fn add(&mut self, point: Point) {
        self.cuts.push(Cut {
            at_zero: point.value - dot(&point.slope, &point.prices),
            slope: point.slope,
            choice: point.choice,
            idle: 0,
        });
    }

    /// By how much a point's cut lies below the best value at the best prices.
    fn below(&self, point: &Point) -> f64 {
        self.value - point.value + dot(&point.slope, &point.prices) - dot(&point.slope, &self.best)
    }

    fn step(&self, pulls: &[f64], ceilings: &[f64]) -> Option<Step> {
        let slopes: Vec<&[f64]> = self.cuts.iter().map(|cut| cut.slope.as_slice()).collect();
        let below: Vec<f64> = self
            .cuts
            .iter()
            .map(|cut| (self.value - cut.at_zero - dot(&cut.slope, &self.best)).max(0.0))
            .collect();
        let room: Vec<(f64, f64)> = self
            .best
            .iter()
            .zip(ceilings)
            .map(|(best, ceiling)| (-best, ceiling - best))
            .collect();
        step(&slopes, &below, pulls, &room)
    }

    /// Lets cuts go that have been of no use for long.
    fn age(&mut self, weights: &[f64]) {
        for (cut, weight) in self.cuts.iter_mut().zip(weights) {
            cut.idle = if *weight > 1e-9 { 0 } else { cut.idle + 1 };
        }
        self.cuts.retain(|cut| cut.idle < IDLE);
    }
}
