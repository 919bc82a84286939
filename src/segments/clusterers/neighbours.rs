use linfa_nn::distance::L2Dist;
use linfa_nn::{CommonNearestNeighbour, NearestNeighbour};
use ndarray::Array2;
use rayon::prelude::*;

use super::{ClusterError, squared_distance};

/// The share of the curve's upper end that the knee is not looked for in: a
/// few customers far from everything would draw it out of shape.
const TAIL: f64 = 0.01;

/// Each point's distance to its `count`-th neighbour, itself being the first.
/// `points` are at least `count`.
pub(super) fn core_distances(points: &Array2<f64>, count: usize) -> Result<Vec<f64>, ClusterError> {
    let failed = |fault: &dyn std::fmt::Display| ClusterError::Failed(fault.to_string());
    let index = CommonNearestNeighbour::KdTree
        .from_batch(points, L2Dist)
        .map_err(|fault| failed(&fault))?;
    (0..points.nrows())
        .into_par_iter()
        .map(|row| {
            let point = points.row(row);
            let nearest = index
                .k_nearest(point, count)
                .map_err(|fault| failed(&fault))?;
            let squared = nearest
                .iter()
                .map(|(other, _)| squared_distance(&point.to_vec(), &other.to_vec()));
            Ok(squared.fold(0.0, f64::max).sqrt())
        })
        .collect()
}

/// Where a rising curve turns steep: where it lies furthest below the line from
/// its first point to its last (Satopää et al. 2011, *Finding a "Kneedle" in a
/// haystack*). Sorts the curve. Above 0.
pub(super) fn knee(mut curve: Vec<f64>) -> f64 {
    curve.sort_unstable_by(f64::total_cmp);
    let kept = curve.len() - (curve.len() as f64 * TAIL) as usize;
    let curve = &curve[..kept];
    let (Some(&low), Some(&high)) = (curve.first(), curve.last()) else {
        return f64::MIN_POSITIVE;
    };
    let last = (kept - 1).max(1) as f64;
    let below = |at: usize| at as f64 / last * (high - low) - (curve[at] - low);
    let furthest = (0..kept).max_by(|&a, &b| below(a).total_cmp(&below(b)).then(b.cmp(&a)));
    let knee = furthest.map_or(0.0, |at| curve[at]);
    if knee > 0.0 {
        knee
    } else {
        // Neighbours are equal points; any small distance tells them from the
        // others.
        curve
            .iter()
            .copied()
            .find(|&distance| distance > 0.0)
            .map_or(1e-9, |distance| distance / 2.0)
    }
}

#[cfg(test)]
mod tests {
    use ndarray::array;

    use super::*;

    #[test]
    fn a_point_is_its_own_first_neighbour() {
        let points = array![[0.0], [1.0], [3.0], [3.0]];
        assert_eq!(core_distances(&points, 2).unwrap(), [1.0, 1.0, 0.0, 0.0]);
        assert_eq!(core_distances(&points, 3).unwrap(), [3.0, 2.0, 2.0, 2.0]);
    }

    #[test]
    fn the_knee_is_where_the_curve_turns() {
        let mut curve: Vec<f64> = (0..90).map(|i| 1.0 + f64::from(i) * 0.001).collect();
        curve.extend((0..10).map(|i| 2.0 + f64::from(i)));
        assert!((knee(curve.clone()) - 1.089).abs() < 1e-9);
        curve.push(1e9);
        assert!((knee(curve) - 1.089).abs() < 1e-9);
        assert!(knee(vec![0.0; 50]) > 0.0);
        assert_eq!(knee(vec![2.0]), 2.0);
    }
}
