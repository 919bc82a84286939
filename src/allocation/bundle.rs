//! The lowest bound: a proximal bundle method (Kiwiel 1990) on the dual.
//!
//! The dual is convex and piecewise linear. Every evaluation gives a cut below
//! it; the next prices minimise the cuts' envelope near the best prices so
//! far. With many units the pieces are so small that the dual looks smooth
//! from afar, so what is near is measured by its curvature as far as it is
//! known (Lukšan and Vlček 1998). The envelope's weights at the end combine the
//! choices behind the cuts into one that is all but allowed and all but optimal,
//! which is what rounding starts from.

use super::dual::{Dual, Point};
use super::metric::{Metric, dot};
use super::pass::Choice;
use super::step::{Step, step};

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

/// Where to start.
#[derive(Debug, Clone)]
pub(super) struct Start {
    pub(super) prices: Vec<f64>,
    /// How the dual curves there, if that is known.
    pub(super) metric: Option<Metric>,
}

impl Start {
    /// Knowing nothing.
    pub(super) fn new(rows: usize) -> Self {
        Self {
            prices: vec![0.0; rows],
            metric: None,
        }
    }
}

/// Where the method ended.
#[derive(Debug)]
pub(super) struct Lowest {
    pub(super) prices: Vec<f64>,
    /// How the dual curves there.
    pub(super) metric: Metric,
    /// The bound at `prices`.
    pub(super) value: f64,
    /// Choices with positive weights, which sum to 1.
    pub(super) parts: Vec<(f64, Choice)>,
    pub(super) passes: usize,
}

impl Lowest {
    /// Where to go on from with the whole problem, when this was a share of it.
    pub(super) fn start(self, share: f64) -> Start {
        Start {
            prices: self.prices,
            metric: Some(self.metric.scaled(1.0 / share)),
        }
    }
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

/// Finds the lowest value of `dual`.
pub(super) fn lowest(dual: &Dual<'_>, start: Start, until: Until) -> Lowest {
    let rows = dual.rows().len();
    let first = dual.at(start.prices);
    let mut bundle = Bundle {
        metric: start.metric.unwrap_or_else(|| guess(dual, &first)),
        pull: 1.0,
        cuts: Vec::new(),
        best: first.prices.clone(),
        slope: first.slope.clone(),
        value: first.value,
    };
    bundle.add(first);
    let mut passes = 1;
    let mut last: Option<Step> = None;
    let mut quiet = 0_u32;
    // Without rows there is nothing to price.
    while rows > 0 && passes < until.passes && bundle.value > until.floor {
        let Some(found) = bundle.step(&dual.ceilings) else {
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
        bundle.learn(&point);
        let fell = bundle.value - point.value;
        let pull = bundle.pull;
        let better = 2.0 * pull * (1.0 - fell / found.fall);
        if fell >= 0.1 * found.fall {
            if fell >= 0.5 * found.fall && quiet == 0 {
                bundle.pull = better.clamp(pull / 10.0, pull);
            }
            quiet = 0;
            bundle.best.clone_from(&point.prices);
            bundle.slope.clone_from(&point.slope);
            bundle.value = point.value;
        } else {
            quiet += 1;
            let below = bundle.below(&point);
            if below > found.fall.max(0.0) && quiet > 1 {
                bundle.pull = better.clamp(pull, pull * 10.0);
                quiet = 0;
            }
        }
        bundle.pull = bundle.pull.clamp(1e-6, 1e6);
        bundle.add(point);
        last = None;
    }
    let last = last.or_else(|| (rows > 0).then(|| bundle.step(&dual.ceilings)).flatten());
    let weights = last.map_or_else(|| vec![1.0; 1], |step| step.weights);
    let parts = weights
        .into_iter()
        .zip(bundle.cuts)
        .filter(|(weight, _)| *weight > 1e-6);
    Lowest {
        prices: bundle.best,
        metric: bundle.metric,
        value: bundle.value,
        parts: parts.map(|(weight, cut)| (weight, cut.choice)).collect(),
        passes,
    }
}

/// Prices are in units of value and slopes in numbers of offers: to halve what
/// a row uses, its price must rise by about half an offer's value.
fn guess(dual: &Dual<'_>, first: &Point) -> Metric {
    let typical = if first.value > 0.0 {
        first.value / first.chosen.max(1.0)
    } else {
        1.0
    };
    let reach =
        |(row, slope): (usize, &f64)| (dual.share_bound(row) - slope).abs().max(slope.abs());
    let reach: Vec<f64> = first.slope.iter().enumerate().map(reach).collect();
    let widest = reach.iter().copied().fold(1.0, f64::max);
    let curves = reach.iter().map(|reach| reach.max(1e-4 * widest) / typical);
    Metric::diagonal(curves.collect())
}

struct Bundle {
    metric: Metric,
    /// How much stronger than the metric steps are held back.
    pull: f64,
    cuts: Vec<Cut>,
    /// The best prices so far, and the slope and the value there.
    best: Vec<f64>,
    slope: Vec<f64>,
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

    /// Learns how the dual curves between the best prices and a point.
    fn learn(&mut self, point: &Point) {
        let apart = |a: &[f64], b: &[f64]| a.iter().zip(b).map(|(a, b)| a - b).collect::<Vec<_>>();
        let moved = apart(&point.prices, &self.best);
        let turned = apart(&point.slope, &self.slope);
        self.metric.learn(&moved, &turned);
    }

    fn step(&self, ceilings: &[f64]) -> Option<Step> {
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
        step(&slopes, &below, &self.metric, self.pull, &room)
    }

    /// Lets cuts go that have been of no use for long.
    fn age(&mut self, weights: &[f64]) {
        for (cut, weight) in self.cuts.iter_mut().zip(weights) {
            cut.idle = if *weight > 1e-9 { 0 } else { cut.idle + 1 };
        }
        self.cuts.retain(|cut| cut.idle < IDLE);
    }
}
