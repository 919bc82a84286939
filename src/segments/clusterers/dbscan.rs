//! DBSCAN by linfa (Ester, Kriegel, Sander and Xu 1996).
//!
//! Its border points belong to whichever region reaches them first, so only
//! core points are taken from it: any other point belongs to the region of the
//! nearest core point within reach, in whatever order the rows come.

use linfa::ParamGuard;
use linfa::traits::Transformer;
use linfa_clustering::Dbscan;
use ndarray::{Array1, Array2};

use super::density::{Density, Found};
use super::neighbours::{core_distances, knee};
use super::{ClusterError, DensityJob};

/// About two seconds' work in ten dimensions.
pub(super) const MOST_ROWS: usize = 10_000;

/// The reach learned, in units of the knee. At the knee itself the thin rims of
/// round groups would be noise, a tenth of the customers and more; with half as
/// much again it is a few in a hundred.
const BEYOND_KNEE: f64 = 1.5;

pub(super) fn fit(points: &Array2<f64>, job: DensityJob) -> Result<Density, ClusterError> {
    let (rows, min_points) = (points.nrows(), job.min_points.max(2));
    if rows < min_points {
        return Err(ClusterError::TooFew {
            rows,
            min_points,
            algorithm: "dbscan",
        });
    }
    let core_distances = core_distances(points, min_points)?;
    let reach = job
        .reach
        .unwrap_or_else(|| BEYOND_KNEE * knee(core_distances.clone()));
    let clusters: Array1<Option<usize>> = Dbscan::params(min_points)
        .tolerance(reach)
        .check()
        .map_err(|fault| ClusterError::Failed(fault.to_string()))?
        .transform(points);
    let mut regions: Vec<(usize, Vec<usize>)> = Vec::new();
    for (row, &cluster) in clusters.iter().enumerate() {
        let Some(cluster) = cluster else { continue };
        if regions.len() <= cluster {
            regions.resize(cluster + 1, (0, Vec::new()));
        }
        regions[cluster].0 += 1;
        if core_distances[row] <= reach {
            regions[cluster].1.push(row);
        }
    }
    let needed = job.smallest_cluster(rows);
    let found: Vec<Found> = regions
        .into_iter()
        .filter(|(size, cores)| *size >= needed && !cores.is_empty())
        .map(|(_, cores)| Found { cores, reach })
        .collect();
    if found.is_empty() {
        return Err(ClusterError::NothingDense { needed });
    }
    Ok(Density::new(points, &core_distances, &found))
}
