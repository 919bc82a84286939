//! Data for the tests.

use ndarray::Array2;
use rand::{Rng, SeedableRng};
use rand_distr::{Distribution, StandardNormal};
use rand_xoshiro::Xoshiro256Plus;

use crate::kmeans::KMeansFloat;

/// Normal clouds of deviation 1 around `groups` normal centres of deviation
/// `spread`, row by row a random group.
pub(super) fn clouds<F: KMeansFloat>(
    rows: usize,
    columns: usize,
    groups: usize,
    spread: f64,
    seed: u64,
) -> Array2<F> {
    let mut rng = Xoshiro256Plus::seed_from_u64(seed);
    let centres = Array2::from_shape_simple_fn((groups, columns), || {
        let value: f64 = StandardNormal.sample(&mut rng);
        value * spread
    });
    let mut points = Array2::zeros((rows, columns));
    for mut row in points.outer_iter_mut() {
        let group = rng.gen_range(0..groups);
        for (value, centre) in row.iter_mut().zip(centres.row(group)) {
            let noise: f64 = StandardNormal.sample(&mut rng);
            *value = F::nearest(centre + noise);
        }
    }
    points
}

/// The first rows.
pub(super) fn first<F: Clone>(points: &Array2<F>, rows: usize) -> Array2<F> {
    points
        .slice_axis(ndarray::Axis(0), (0..rows).into())
        .to_owned()
}

/// Runs `work` on that many threads.
pub(super) fn on_threads<T: Send>(threads: usize, work: impl FnOnce() -> T + Send) -> T {
    rayon::ThreadPoolBuilder::new()
        .num_threads(threads)
        .build()
        .unwrap()
        .install(work)
}

pub(super) fn rng(seed: u64) -> Xoshiro256Plus {
    Xoshiro256Plus::seed_from_u64(seed)
}

/// Lloyd's iteration as the textbook has it, in `f64`; centres and labels.
pub(super) fn textbook(
    points: &Array2<f64>,
    weights: &[f64],
    centres: &Array2<f64>,
    iterations: usize,
) -> (Array2<f64>, Vec<u32>, f64) {
    let mut centres = centres.clone();
    let nearest = |centres: &Array2<f64>| -> Vec<(u32, f64)> {
        points
            .outer_iter()
            .map(|point| {
                let mut best = (0, f64::INFINITY);
                for (cluster, centre) in centres.outer_iter().enumerate() {
                    let distance = (&point - &centre).mapv(|x| x * x).sum();
                    if distance < best.1 {
                        best = (cluster as u32, distance);
                    }
                }
                best
            })
            .collect()
    };
    for _ in 0..iterations {
        let mut sums = Array2::<f64>::zeros(centres.dim());
        let mut totals = vec![0.0; centres.nrows()];
        for ((point, &weight), (cluster, _)) in
            points.outer_iter().zip(weights).zip(nearest(&centres))
        {
            sums.row_mut(cluster as usize).scaled_add(weight, &point);
            totals[cluster as usize] += weight;
        }
        for (cluster, &total) in totals.iter().enumerate() {
            if total > 0.0 {
                centres
                    .row_mut(cluster)
                    .assign(&(&sums.row(cluster) / total));
            }
        }
    }
    let found = nearest(&centres);
    let inertia = found
        .iter()
        .zip(weights)
        .map(|(near, weight)| near.1 * weight)
        .sum();
    (centres, found.iter().map(|near| near.0).collect(), inertia)
}
