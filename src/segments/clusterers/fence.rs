use crate::segments::model::exact;
use crate::segments::statistics::quantile;

/// No fence leaves more than that share of a cluster's own members outside:
/// where most members are alike, quartiles say nothing about the others.
const INSIDE: f64 = 0.99;

const SLACK: f64 = 1e-9;

/// How far from its cluster a point may lie: the fence beyond which Tukey
/// (1977, *Exploratory Data Analysis*) calls a value far out, the third
/// quartile of the members' distances and `factor` interquartile ranges, but at
/// least the distance within which 99 % of them lie. 0 if there are none.
pub(super) fn fence(mut distances: Vec<f64>, factor: f64) -> f64 {
    distances.sort_unstable_by(f64::total_cmp);
    let at = |share| quantile(&distances, share).unwrap_or(0.0);
    let (low, high) = (at(0.25), at(0.75));
    let fence = (high + factor * (high - low)).max(at(INSIDE));
    // Whoever lies on the fence is inside, however the distance is rounded.
    exact(fence * (1.0 + SLACK) + SLACK)
}

/// One fence per cluster, of each point's cluster and distance.
pub(super) fn fences(placed: &[(usize, f64)], clusters: usize, factor: f64) -> Vec<f64> {
    let mut distances = vec![Vec::new(); clusters];
    for &(cluster, distance) in placed {
        distances[cluster].push(distance);
    }
    distances
        .into_iter()
        .map(|distances| fence(distances, factor))
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_fence_is_tukeys() {
        let distances: Vec<f64> = (0..=100).map(f64::from).collect();
        let far_out = fence(distances.clone(), 3.0);
        assert!((far_out - (75.0 + 3.0 * 50.0)).abs() < 1e-6);
        let mild = fence(distances, 0.5);
        assert!((mild - 100.0).abs() < 1e-6);
    }

    #[test]
    fn members_who_are_nearly_all_alike_do_not_shut_the_others_out() {
        let mut distances = vec![0.0; 900];
        distances.extend(vec![1.0; 100]);
        let fence = |distances| super::fence(distances, 3.0);
        assert!(fence(distances) >= 1.0);
        assert!(fence(Vec::new()) < 1e-6);
    }
}
