//! The step of the bundle method: the least of the cuts' upper envelope near
//! the best prices so far, a small quadratic programme.

use clarabel::algebra::CscMatrix;
use clarabel::solver::{
    DefaultSettings, DefaultSolver, IPSolver, NonnegativeConeT, SolverStatus, SupportedConeT,
};

use super::metric::{Metric, dot};

/// A step and what it promises.
#[derive(Debug)]
pub(super) struct Step {
    /// By price, how it changes.
    pub(super) change: Vec<f64>,
    /// By how much the envelope falls.
    pub(super) fall: f64,
    /// The cuts' weights, which sum to 1: of the convex combination of
    /// choices whose totals the new prices balance.
    pub(super) weights: Vec<f64>,
}

/// Minimises `max_t (slope_t · change − below_t) + ½ pull changeᵀ metric change`
/// over changes within `room` (lowest, highest; by price).
///
/// `below` is by how much each cut lies below the best value at the best
/// prices. `None` when the solver finds nothing, which only broken numbers
/// bring about.
pub(super) fn step(
    slopes: &[&[f64]],
    below: &[f64],
    metric: &Metric,
    pull: f64,
    room: &[(f64, f64)],
) -> Option<Step> {
    let (cuts, prices) = (slopes.len(), room.len());
    // Dividing by the strongest pull keeps the numbers near 1.
    let scale = pull * metric.largest();
    let bounded: Vec<usize> = (0..prices).filter(|&j| room[j].1.is_finite()).collect();
    let rows = cuts + prices + bounded.len();

    // Column by column: the price's entry in every cut, and its limits.
    let (mut starts, mut places, mut values) = (vec![0], Vec::new(), Vec::new());
    for price in 0..prices {
        for (cut, slope) in slopes.iter().enumerate() {
            if slope[price] != 0.0 {
                places.push(cut);
                values.push(slope[price] / scale);
            }
        }
        places.push(cuts + price);
        values.push(-1.0);
        if let Ok(at) = bounded.binary_search(&price) {
            places.push(cuts + prices + at);
            values.push(1.0);
        }
        starts.push(places.len());
    }
    places.extend(0..cuts);
    values.extend(std::iter::repeat_n(-1.0, cuts));
    starts.push(places.len());
    let matrix = CscMatrix::new(rows, prices + 1, starts, places, values);
    let mut limits: Vec<f64> = below.iter().map(|below| below / scale).collect();
    limits.extend(room.iter().map(|(lowest, _)| -lowest));
    limits.extend(bounded.iter().map(|&price| room[price].1));

    let (mut starts, mut places, mut values) = (vec![0], Vec::new(), Vec::new());
    for price in 0..prices {
        for (row, entry) in metric.upper(price) {
            places.push(row);
            values.push(entry * pull / scale);
        }
        starts.push(places.len());
    }
    starts.push(places.len());
    let curve = CscMatrix::new(prices + 1, prices + 1, starts, places, values);
    let mut aim = vec![0.0; prices + 1];
    aim[prices] = 1.0;

    let cones: [SupportedConeT<f64>; 1] = [NonnegativeConeT(rows)];
    let settings = DefaultSettings {
        verbose: false,
        max_iter: 100,
        ..DefaultSettings::default()
    };
    let mut solver = DefaultSolver::new(&curve, &aim, &matrix, &limits, &cones, settings).ok()?;
    solver.solve();
    if !matches!(
        solver.solution.status,
        SolverStatus::Solved | SolverStatus::AlmostSolved | SolverStatus::InsufficientProgress
    ) {
        return None;
    }
    let mut change: Vec<f64> = solver.solution.x[..prices].to_vec();
    for (change, (lowest, highest)) in change.iter_mut().zip(room) {
        *change = change.clamp(*lowest, *highest);
    }
    let mut weights: Vec<f64> = solver.solution.z[..cuts]
        .iter()
        .map(|z| z.max(0.0))
        .collect();
    let sum: f64 = weights.iter().sum();
    weights.iter_mut().for_each(|weight| *weight /= sum);
    let envelope = slopes
        .iter()
        .zip(below)
        .map(|(slope, below)| dot(slope, &change) - below)
        .fold(f64::NEG_INFINITY, f64::max);
    (sum > 0.0 && envelope.is_finite()).then_some(Step {
        change,
        fall: -envelope,
        weights,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn with_one_cut_the_step_goes_down_the_slope_as_far_as_the_pull_allows() {
        let step = step(
            &[&[4.0, -2.0]],
            &[0.0],
            &Metric::diagonal(vec![2.0, 1.0]),
            1.0,
            &[(-10.0, f64::INFINITY); 2],
        )
        .unwrap();
        assert!((step.change[0] + 2.0).abs() < 1e-6, "{step:?}");
        assert!((step.change[1] - 2.0).abs() < 1e-6, "{step:?}");
        assert!((step.fall - 12.0).abs() < 1e-5, "{step:?}");
    }

    #[test]
    fn prices_stay_within_their_limits() {
        let step = step(
            &[&[4.0, -2.0]],
            &[0.0],
            &Metric::diagonal(vec![2.0, 1.0]),
            1.0,
            &[(-0.5, 3.0), (0.0, 0.25)],
        )
        .unwrap();
        assert!((step.change[0] + 0.5).abs() < 1e-6 && (step.change[1] - 0.25).abs() < 1e-6);
    }

    #[test]
    fn two_cuts_that_cross_are_weighted_so_that_they_balance() {
        let metric = Metric::diagonal(vec![1.0]);
        let step = step(
            &[&[3.0], &[-1.0]],
            &[0.0, 0.0],
            &metric,
            1.0,
            &[(-9.0, 9.0)],
        )
        .unwrap();
        assert!(step.change[0].abs() < 1e-6, "{step:?}");
        assert!((step.weights[0] - 0.25).abs() < 1e-6 && (step.weights[1] - 0.75).abs() < 1e-6);
    }
}
