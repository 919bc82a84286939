//! Where k-means starts from: greedy k-means++.
//!
//! k-means++ draws each next centre with a probability proportional to the
//! squared distance from those chosen (Arthur and Vassilvitskii 2007). The
//! greedy variant draws several candidates each time and keeps the one that
//! leaves the least (the same paper, section 7). A group of one per cent of the
//! customers is then found by a few starts instead of by dozens.
//!
//! Draws and sums run on one thread, in the order of the points.

use ndarray::{Array2, ArrayView1, ArrayView2, Axis};
use rand::Rng;

/// `k` starting centres (`k` × features), each one of the points.
pub(super) fn greedy_plus_plus(
    points: ArrayView2<f64>,
    k: usize,
    rng: &mut impl Rng,
) -> Array2<f64> {
    // As many candidates as scikit-learn draws: 2 + ln k.
    let candidates = 2 + (k as f64).ln() as usize;
    let first = rng.gen_range(0..points.nrows());
    let mut chosen = vec![first];
    let mut nearest = squared_distances(points, points.row(first));
    while chosen.len() < k {
        let total: f64 = nearest.iter().sum();
        let best = (0..candidates)
            .map(|_| {
                let candidate = drawn(&nearest, rng.r#gen::<f64>() * total);
                let to_it = squared_distances(points, points.row(candidate));
                let left: Vec<f64> = nearest.iter().zip(to_it).map(|(&a, b)| a.min(b)).collect();
                (left.iter().sum::<f64>(), candidate, left)
            })
            .min_by(|a, b| a.0.total_cmp(&b.0).then(a.1.cmp(&b.1)));
        let Some((_, candidate, left)) = best else {
            break;
        };
        chosen.push(candidate);
        nearest = left;
    }
    points.select(Axis(0), &chosen)
}

/// The point at which the running sum of `weights` passes `target`; never one
/// of weight 0 while others have any.
fn drawn(weights: &[f64], target: f64) -> usize {
    let mut sum = 0.0;
    let mut last = 0;
    for (index, &weight) in weights.iter().enumerate() {
        if weight > 0.0 {
            sum += weight;
            last = index;
            if sum > target {
                return index;
            }
        }
    }
    last
}

fn squared_distances(points: ArrayView2<f64>, centre: ArrayView1<f64>) -> Vec<f64> {
    let squared = |point: ArrayView1<f64>| {
        point
            .iter()
            .zip(centre)
            .map(|(a, b)| (a - b) * (a - b))
            .sum()
    };
    points.rows().into_iter().map(squared).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use rand::SeedableRng;
    use rand_xoshiro::Xoshiro256Plus;

    #[test]
    fn a_small_group_far_away_is_among_the_starts() {
        // Two hundred points around 0, two around 100.
        let mut points = Array2::from_shape_fn((202, 1), |(row, _)| (row % 7) as f64 * 0.1);
        points[[200, 0]] = 100.0;
        points[[201, 0]] = 100.5;
        for seed in 0..20 {
            let mut rng = Xoshiro256Plus::seed_from_u64(seed);
            let starts = greedy_plus_plus(points.view(), 2, &mut rng);
            assert!(starts.iter().any(|&x| x > 50.0), "seed {seed}");
        }
    }

    #[test]
    fn starts_are_different_points_while_there_are_any() {
        let points = Array2::from_shape_fn((30, 1), |(row, _)| (row % 3) as f64);
        let mut rng = Xoshiro256Plus::seed_from_u64(1);
        let starts = greedy_plus_plus(points.view(), 3, &mut rng);
        let mut values: Vec<f64> = starts.iter().copied().collect();
        values.sort_by(f64::total_cmp);
        assert_eq!(values, [0.0, 1.0, 2.0]);
    }
}
