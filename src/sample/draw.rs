use rand::Rng;
use rand_distr::{Distribution, Gamma, StandardNormal};

/// A standard normal number.
pub(super) fn normal(rng: &mut impl Rng) -> f64 {
    StandardNormal.sample(rng)
}

/// A log-normal number with median 1 and that spread of its logarithm.
pub(super) fn spread(rng: &mut impl Rng, sigma: f64) -> f64 {
    (sigma * normal(rng)).exp()
}

/// A gamma number with scale 1; 0 for a shape that is no positive number.
pub(super) fn gamma(rng: &mut impl Rng, shape: f64) -> f64 {
    Gamma::new(shape, 1.0).map_or(0.0, |gamma| gamma.sample(rng))
}

/// A beta number, given by its mean and by how closely it keeps to it (the
/// sum of the two shapes).
pub(super) fn share(rng: &mut impl Rng, mean: f64, closeness: f64) -> f64 {
    let yes = gamma(rng, mean * closeness);
    let no = gamma(rng, (1.0 - mean) * closeness);
    yes / (yes + no)
}

/// Shares that add up to 1, drawn around `means` (which need not).
///
/// A Dirichlet draw; a mean of 0 stays 0.
pub(super) fn shares<const N: usize>(
    rng: &mut impl Rng,
    means: &[f64; N],
    closeness: f64,
) -> [f64; N] {
    let total: f64 = means.iter().sum();
    let mut drawn = means.map(|mean| gamma(rng, closeness * mean / total));
    let sum: f64 = drawn.iter().sum();
    for value in &mut drawn {
        *value /= sum;
    }
    drawn
}

/// An index, drawn with these weights; the last one with weight if rounding
/// leaves none.
pub(super) fn weighted(rng: &mut impl Rng, weights: &[f64]) -> usize {
    let mut left = rng.r#gen::<f64>() * weights.iter().sum::<f64>();
    let mut last = 0;
    for (index, &weight) in weights.iter().enumerate() {
        if weight <= 0.0 {
            continue;
        }
        if left < weight {
            return index;
        }
        left -= weight;
        last = index;
    }
    last
}

/// One of the values, each as likely as the others.
pub(super) fn one_of<T: Copy>(rng: &mut impl Rng, values: &[T]) -> T {
    values[rng.gen_range(0..values.len())]
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::sample::seed::{Purpose, stream};

    #[test]
    fn shares_keep_to_their_means() {
        let mut rng = stream(7, Purpose::Taste, 0, 0);
        let mut sums = [0.0; 3];
        for _ in 0..2000 {
            let drawn = shares(&mut rng, &[3.0, 1.0, 0.0], 8.0);
            assert!((drawn.iter().sum::<f64>() - 1.0).abs() < 1e-9);
            assert!(drawn[2].abs() < f64::EPSILON);
            for (sum, value) in sums.iter_mut().zip(drawn) {
                *sum += value / 2000.0;
            }
        }
        assert!((sums[0] - 0.75).abs() < 0.02, "{sums:?}");
        let mean = (0..2000).map(|_| share(&mut rng, 0.3, 10.0)).sum::<f64>() / 2000.0;
        assert!((mean - 0.3).abs() < 0.02, "{mean}");
    }

    #[test]
    fn weights_are_odds_and_zero_is_never() {
        let mut rng = stream(7, Purpose::Taste, 1, 0);
        let mut counts = [0; 4];
        for _ in 0..4000 {
            counts[weighted(&mut rng, &[1.0, 0.0, 3.0, 0.0])] += 1;
        }
        assert_eq!((counts[1], counts[3]), (0, 0));
        assert!((2800..3200).contains(&counts[2]), "{counts:?}");
    }
}
