use serde::{Deserialize, Serialize};

use super::clusterers::Placed;
use super::drift::{Bins, FLOOR, psi};
use super::model::{ModelCluster, exact};
use super::{OUTSIDE, SegmentDrift};

/// A cluster's members at the fit.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct AtFit {
    /// Their number.
    pub members: u64,
    /// Their share of all clustered customers, 0 to 1.
    pub share: f64,
    /// Their distances to the cluster's centre (see [`super::Member`]).
    pub distances: Bins,
}

/// What is kept of each cluster's members to notice drift.
pub(super) fn at_fit(placed: &[Placed], clusters: usize) -> Vec<AtFit> {
    let of_cluster = |mut distances: Vec<f64>| {
        distances.sort_unstable_by(f64::total_cmp);
        AtFit {
            members: distances.len() as u64,
            share: exact(distances.len() as f64 / placed.len().max(1) as f64),
            distances: Bins::of(&distances, 0),
        }
    };
    distances(placed, clusters)
        .into_iter()
        .map(of_cluster)
        .collect()
}

/// The members' distances in each cluster.
fn distances(placed: &[Placed], clusters: usize) -> Vec<Vec<f64>> {
    let mut distances = vec![Vec::new(); clusters];
    for placed in placed.iter().filter(|placed| !placed.outside) {
        distances[placed.cluster].push(placed.distance);
    }
    distances
}

/// How far each segment of a model has moved since its fit, and how the
/// customers outside have; `placed` says where the model places tonight's
/// customers. Nothing if there are none.
pub(super) fn segment_drift(clusters: &[ModelCluster], placed: &[Placed]) -> Vec<SegmentDrift> {
    if placed.is_empty() {
        return Vec::new();
    }
    let all = placed.len() as f64;
    let distances = distances(placed, clusters.len());
    let mut drift: Vec<SegmentDrift> = clusters
        .iter()
        .zip(&distances)
        .map(|(cluster, distances)| {
            let AtFit {
                members,
                share,
                distances: bins,
            } = &cluster.at_fit;
            let now = distances.len() as f64 / all;
            SegmentDrift {
                segment: cluster.segment_id.clone(),
                share_at_fit: *share,
                share: now,
                share_psi: psi(share.max(FLOOR), now.max(FLOOR)),
                distance_psi: (!distances.is_empty()).then(|| bins.psi(distances.iter().copied())),
                chance: bins.chance(*members, distances.len() as u64),
            }
        })
        .collect();
    let at_fit = (1.0 - drift.iter().map(|drift| drift.share_at_fit).sum::<f64>()).max(0.0);
    let share = placed.iter().filter(|placed| placed.outside).count() as f64 / all;
    drift.push(SegmentDrift {
        segment: OUTSIDE.to_owned(),
        share_at_fit: exact(at_fit),
        share,
        share_psi: psi(at_fit.max(FLOOR), share.max(FLOOR)),
        distance_psi: None,
        chance: 0.0,
    });
    drift
}

#[cfg(test)]
mod tests {
    use rand::{Rng, SeedableRng};
    use rand_xoshiro::Xoshiro256Plus;

    use super::*;

    /// Customers of two clusters, at distances drawn from a generator of that
    /// seed, the second cluster having `second` of them.
    fn customers(second: usize, seed: u64) -> Vec<Placed> {
        let mut rng = Xoshiro256Plus::seed_from_u64(seed);
        (0..2000 + second)
            .map(|row| Placed {
                cluster: usize::from(row >= 2000),
                second: None,
                distance: rng.gen_range(0.0..1.0),
                confidence: 1.0,
                outside: false,
            })
            .collect()
    }

    fn clusters(placed: &[Placed]) -> Vec<ModelCluster> {
        let at_fit = at_fit(placed, 2).into_iter().zip(["S01", "S02"]);
        at_fit
            .map(|(at_fit, id)| ModelCluster {
                segment_id: id.to_owned(),
                stability: 1.0,
                at_fit,
            })
            .collect()
    }

    #[test]
    fn segments_that_stay_do_not_drift_however_small() {
        for size in [40, 2000] {
            let clusters = clusters(&customers(size, 1));
            let mut large = 0;
            for seed in 2..102 {
                for drift in segment_drift(&clusters, &customers(size, seed)) {
                    assert!(drift.share_psi < 1e-9);
                    large += usize::from(drift.distance_psi.unwrap_or(0.0) > drift.chance);
                }
            }
            assert!(large <= 4, "{size}: {large} of 200");
        }
    }

    #[test]
    fn members_who_move_away_and_sizes_that_change_are_seen() {
        let clusters = clusters(&customers(1000, 1));
        let mut tonight = customers(1000, 2);
        for placed in &mut tonight[2000..] {
            placed.distance *= 1.5;
        }
        for placed in &mut tonight[..600] {
            placed.outside = true;
        }
        let drift = segment_drift(&clusters, &tonight);
        let ids: Vec<&str> = drift.iter().map(|drift| drift.segment.as_str()).collect();
        assert_eq!(ids, ["S01", "S02", OUTSIDE]);
        assert!(drift[0].distance_psi.unwrap() < drift[0].chance);
        assert!(drift[1].distance_psi.unwrap() > 0.25 + drift[1].chance);
        assert_eq!(drift[0].share_at_fit, exact(2.0 / 3.0));
        assert!((drift[0].share - 1400.0 / 3000.0).abs() < 1e-12);
        assert!((drift[2].share - 0.2).abs() < 1e-12 && drift[2].distance_psi.is_none());
        assert!(drift.iter().map(|drift| drift.share_psi).sum::<f64>() > 0.25);
        assert!(segment_drift(&clusters, &[]).is_empty());
    }
}
