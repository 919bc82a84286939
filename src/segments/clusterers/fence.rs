use crate::segments::matrix::quantile;
use crate::segments::model::exact;

/// No fence leaves more than that share of a cluster's own members outside:
/// where most members are alike, quartiles say nothing about the others.
const INSIDE: f64 = 0.99;

/// How far from its cluster a point may lie: the fence beyond which Tukey
/// (1977, *Exploratory Data Analysis*) calls a value far out, the third
/// quartile of the members' distances and `factor` interquartile ranges, but at
/// least the distance within which 99 % of them lie. 0 if there are none.
pub(super) fn fence(mut distances: Vec<f64>, factor: f64) -> f64 {
    distances.sort_unstable_by(f64::total_cmp);
    let at = |share| quantile(&distances, share).unwrap_or(0.0);
    let (low, high) = (at(0.25), at(0.75));
    exact((high + factor * (high - low)).max(at(INSIDE)))
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
        assert_eq!(fence(distances.clone(), 3.0), 75.0 + 3.0 * 50.0);
        assert_eq!(fence(distances, 0.5), 100.0);
    }

    #[test]
    fn members_who_are_nearly_all_alike_do_not_shut_the_others_out() {
        let mut distances = vec![0.0; 900];
        distances.extend(vec![1.0; 100]);
        assert_eq!(fence(distances, 3.0), 1.0);
        assert_eq!(fence(Vec::new(), 3.0), 0.0);
    }
}
