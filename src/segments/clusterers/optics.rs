//! OPTICS by linfa (Ankerst, Breunig, Kriegel and Sander 1999), and the
//! clusters of its reachability plot (see [`super::reachability`]).

use linfa::ParamGuard;
use linfa::traits::Transformer;
use linfa_clustering::Optics;
use ndarray::Array2;

use super::density::{Density, Found};
use super::fence::fence;
use super::neighbours::core_distances;
use super::reachability::clusters;
use super::{ClusterError, DensityJob};

/// linfa keeps the order of all distances from each point in turn; about five
/// seconds' work.
pub(super) const MOST_ROWS: usize = 4_000;

/// Interquartile ranges of the reachabilities within a cluster, beyond which a
/// point is no part of it; see [`fence`].
const FAR_OUT: f64 = 3.0;

pub(super) fn fit(points: &Array2<f64>, job: DensityJob) -> Result<Density, ClusterError> {
    let (rows, min_points) = (points.nrows(), job.min_points.max(2));
    if rows < min_points {
        return Err(ClusterError::TooFew {
            rows,
            min_points,
            algorithm: "optics",
        });
    }
    let core_distances = core_distances(points, min_points)?;
    let plot = Optics::params::<f64>(min_points)
        .check()
        .map_err(|fault| ClusterError::Failed(fault.to_string()))?
        .transform(points.view());
    let order: Vec<usize> = plot.iter().map(|sample| sample.index()).collect();
    // All points are within an unlimited reach of the first, which has none
    // itself, whatever linfa gives it.
    let reachabilities: Vec<f64> = plot
        .iter()
        .enumerate()
        .map(|(place, sample)| match sample.reachability_distance() {
            Some(distance) if place > 0 => *distance,
            _ => f64::INFINITY,
        })
        .collect();
    let needed = job.smallest_cluster(rows);
    let found: Vec<Found> = clusters(&reachabilities, needed)
        .into_iter()
        .map(|cluster| {
            let within = reachabilities[cluster.start + 1..cluster.end].to_vec();
            let reach = fence(within, FAR_OUT);
            let members = order[cluster].iter().copied();
            Found {
                cores: members
                    .filter(|&row| core_distances[row] <= reach)
                    .collect(),
                // Of equal points.
                reach: if reach > 0.0 { reach } else { 1e-9 },
            }
        })
        .filter(|region| !region.cores.is_empty())
        .collect();
    if found.is_empty() {
        return Err(ClusterError::NothingDense { needed });
    }
    Ok(Density::new(points, &core_distances, &found))
}
