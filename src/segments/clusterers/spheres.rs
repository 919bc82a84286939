use ndarray::ArrayView2;
use rayon::prelude::*;
use serde::{Deserialize, Serialize};

use super::squared_distance;
use crate::kmeans::KMeansFloat;
use crate::segments::model::exact;

const MAX_ITERATIONS: usize = 200;

/// The estimate has settled when the mean log-likelihood gains less than this.
const TOLERANCE: f64 = 1e-6;

/// The variances and weights of so few numbers need no more points.
const MOST_ROWS: usize = 20_000;

/// Of a cluster of equal points; files keep no smaller numbers exactly (see
/// [`exact`]).
pub(super) const LEAST_VARIANCE: f64 = 1e-18;

/// Points per partial sum; independent of threads, so that sums are too.
const CHUNK: usize = 1024;

/// How surely a point belongs to its cluster, where the clusters themselves are
/// only centroids: a mixture of spherical normal distributions, one around each
/// cluster, with weight, mean and variance of its own, estimated by
/// expectation–maximisation (Dempster, Laird and Rubin 1977) from the clusters.
///
/// Centroids of clusters that overlap lie too far apart and their members too
/// close together, since k-means cuts the overlap in two; probabilities from
/// these would be too certain. The likelihood puts both right.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub(super) struct Spheres {
    means: Vec<Vec<f64>>,
    /// Per dimension.
    variances: Vec<f64>,
    /// Logarithm of weight / variance^(dimensions / 2).
    offsets: Vec<f64>,
}

impl Spheres {
    /// Around the clusters of these `centroids` in `points`.
    pub(super) fn fit<F: KMeansFloat>(points: ArrayView2<F>, centroids: &[Vec<f64>]) -> Self {
        let free = estimate(points, centroids, true);
        // Where the mixture has moved away from a cluster, it says nothing
        // about it.
        let holds = |(cluster, centroid): (usize, &Vec<f64>)| free.is_likeliest(centroid, cluster);
        if centroids.iter().enumerate().all(holds) {
            free.rounded()
        } else {
            estimate(points, centroids, false).rounded()
        }
    }

    /// The probability that `point` belongs to `cluster`.
    pub(super) fn posterior(&self, point: &[f64], cluster: usize) -> f64 {
        let own = self.log_density(point, cluster);
        let relative = |other| (self.log_density(point, other) - own).exp();
        1.0 / (0..self.offsets.len()).map(relative).sum::<f64>()
    }

    /// The clusters at `order`, in that order.
    pub(super) fn select(&self, order: &[usize]) -> Self {
        Self {
            means: order.iter().map(|&at| self.means[at].clone()).collect(),
            variances: order.iter().map(|&at| self.variances[at]).collect(),
            offsets: order.iter().map(|&at| self.offsets[at]).collect(),
        }
    }

    pub(super) fn is_sound(&self, clusters: usize, dimensions: usize) -> bool {
        [self.means.len(), self.variances.len(), self.offsets.len()] == [clusters; 3]
            && self.means.iter().all(|mean| mean.len() == dimensions)
            && self.variances.iter().all(|&variance| variance > 0.0)
    }

    /// Without the constant that all clusters share.
    fn log_density(&self, point: &[f64], cluster: usize) -> f64 {
        let squared = squared_distance(point, &self.means[cluster]);
        self.offsets[cluster] - squared / (2.0 * self.variances[cluster])
    }

    fn is_likeliest(&self, point: &[f64], cluster: usize) -> bool {
        let own = self.log_density(point, cluster);
        (0..self.offsets.len()).all(|other| self.log_density(point, other) <= own)
    }

    fn rounded(mut self) -> Self {
        let numbers = self.means.iter_mut().flatten();
        let numbers = numbers.chain(&mut self.variances).chain(&mut self.offsets);
        numbers.for_each(|number| *number = exact(*number));
        self
    }
}

/// Expectation–maximisation from hard clusters; the means stay at the centroids
/// unless they are `free`.
fn estimate<F: KMeansFloat>(points: ArrayView2<F>, centroids: &[Vec<f64>], free: bool) -> Spheres {
    let step = points.nrows().div_ceil(MOST_ROWS).max(1);
    let rows: Vec<usize> = (0..points.nrows()).step_by(step).collect();
    // Around the centroids first, each point a member of the nearest.
    let mut spheres = Spheres {
        means: centroids.to_vec(),
        variances: vec![0.0; centroids.len()],
        offsets: vec![0.0; centroids.len()],
    };
    let hard = gather(points, &rows, &spheres, nearest);
    let inertia: f64 = hard.squares.iter().sum();
    // A cluster of equal points would have no extent.
    let floor = (1e-6 * inertia / (rows.len() * points.ncols()) as f64).max(LEAST_VARIANCE);
    maximise(&mut spheres, &hard, floor, free);
    let mut before = f64::NEG_INFINITY;
    for _ in 0..MAX_ITERATIONS {
        let sums = gather(points, &rows, &spheres, shared);
        maximise(&mut spheres, &sums, floor, free);
        let gained = (sums.log_likelihood - before) / rows.len() as f64;
        if gained.abs() < TOLERANCE {
            break;
        }
        before = sums.log_likelihood;
    }
    spheres
}

/// Sums over points, each divided among the clusters.
#[derive(Clone)]
struct Sums {
    log_likelihood: f64,
    weights: Vec<f64>,
    points: Vec<Vec<f64>>,
    /// Of squared distances to the means.
    squares: Vec<f64>,
}

/// How a point at these squared distances divides, and its log-likelihood.
type Divide = fn(&Spheres, &[f64], &mut [f64]) -> f64;

fn gather<F: KMeansFloat>(
    points: ArrayView2<F>,
    rows: &[usize],
    spheres: &Spheres,
    divide: Divide,
) -> Sums {
    let (clusters, dimensions) = (spheres.means.len(), points.ncols());
    let zero = Sums {
        log_likelihood: 0.0,
        weights: vec![0.0; clusters],
        points: vec![vec![0.0; dimensions]; clusters],
        squares: vec![0.0; clusters],
    };
    let of_chunk = |rows: &[usize]| {
        let mut sums = zero.clone();
        let mut parts = vec![0.0; clusters];
        for &row in rows {
            let point: Vec<f64> = points.row(row).iter().copied().map(F::into).collect();
            let squared: Vec<f64> = spheres
                .means
                .iter()
                .map(|mean| squared_distance(&point, mean))
                .collect();
            sums.log_likelihood += divide(spheres, &squared, &mut parts);
            for (cluster, &part) in parts.iter().enumerate() {
                sums.weights[cluster] += part;
                sums.squares[cluster] += part * squared[cluster];
                for (sum, value) in sums.points[cluster].iter_mut().zip(&point) {
                    *sum += part * value;
                }
            }
        }
        sums
    };
    let chunks: Vec<Sums> = rows.par_chunks(CHUNK).map(of_chunk).collect();
    chunks.into_iter().fold(zero.clone(), |mut all, chunk| {
        all.log_likelihood += chunk.log_likelihood;
        add(&mut all.weights, &chunk.weights);
        add(&mut all.squares, &chunk.squares);
        for (all, chunk) in all.points.iter_mut().zip(&chunk.points) {
            add(all, chunk);
        }
        all
    })
}

fn add(sums: &mut [f64], more: &[f64]) {
    sums.iter_mut()
        .zip(more)
        .for_each(|(sum, more)| *sum += more);
}

/// All to the nearest.
fn nearest(_: &Spheres, squared: &[f64], parts: &mut [f64]) -> f64 {
    parts.fill(0.0);
    let first = (0..squared.len()).min_by(|&a, &b| squared[a].total_cmp(&squared[b]));
    if let Some(part) = first.and_then(|first| parts.get_mut(first)) {
        *part = 1.0;
    }
    0.0
}

/// To each its probability.
fn shared(spheres: &Spheres, squared: &[f64], parts: &mut [f64]) -> f64 {
    for (cluster, part) in parts.iter_mut().enumerate() {
        *part = spheres.offsets[cluster] - squared[cluster] / (2.0 * spheres.variances[cluster]);
    }
    let most = parts.iter().copied().fold(f64::NEG_INFINITY, f64::max);
    parts
        .iter_mut()
        .for_each(|part| *part = (*part - most).exp());
    let sum: f64 = parts.iter().sum();
    parts.iter_mut().for_each(|part| *part /= sum);
    most + sum.ln()
}

fn maximise(spheres: &mut Spheres, sums: &Sums, floor: f64, free: bool) {
    let all: f64 = sums.weights.iter().sum();
    for (cluster, &weight) in sums.weights.iter().enumerate() {
        let mean = &mut spheres.means[cluster];
        let dimensions = mean.len() as f64;
        let mut squares = sums.squares[cluster];
        if free && weight > 0.0 {
            let moved: Vec<f64> = sums.points[cluster]
                .iter()
                .map(|sum| sum / weight)
                .collect();
            // About the new mean, by the parallel axis theorem.
            squares -= weight * squared_distance(&moved, mean);
            *mean = moved;
        }
        let variance = (squares / weight.max(f64::MIN_POSITIVE) / dimensions).max(floor);
        let share = (weight / all).max(1e-12);
        spheres.variances[cluster] = variance;
        spheres.offsets[cluster] = share.ln() - dimensions / 2.0 * variance.ln();
    }
}
