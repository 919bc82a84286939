use ndarray::Array2;
use serde::{Deserialize, Serialize};

use super::grouping::{Nearest, Placed};
use super::squared_distance;
use crate::segments::model::exact;
use crate::segments::statistics::quantile;

/// Core points that stand for all of them: so many are compared with every
/// customer.
const MOST_CORES: usize = 1_000;

/// Width of the kernel, in units of the median distance to the neighbour that
/// makes a point core. The whole distance smooths so much that probabilities
/// are too low (on planted groups 0.90 is said where 0.97 is right); this keeps
/// them within 0.01.
const WIDTH: f64 = 0.7;

/// Clusters by dense region, each given by points of it.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Density {
    regions: Vec<Region>,
    /// Means of the regions' core points, clusters × dimensions.
    centres: Vec<Vec<f64>>,
}

/// A dense region: all within reach of its core points.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
struct Region {
    /// How far from a core point the region extends.
    reach: f64,
    /// Width of the kernel by which probabilities are estimated.
    width: f64,
    /// Dimensions × core points.
    cores: Vec<Vec<f64>>,
    /// Core points that each of them stands for.
    weights: Vec<f64>,
}

/// A dense region as an algorithm found it.
pub(super) struct Found {
    /// Rows of its core points.
    pub(super) cores: Vec<usize>,
    /// How far from a core point the region extends, above 0.
    pub(super) reach: f64,
}

impl Density {
    /// Of regions in `points` (customers × dimensions), each with a core point.
    /// `core_distances` are the points' distances to the neighbour that makes
    /// them core.
    pub(super) fn new(points: &Array2<f64>, core_distances: &[f64], found: &[Found]) -> Self {
        let all: usize = found.iter().map(|region| region.cores.len()).sum();
        let regions: Vec<Region> = found
            .iter()
            .map(|region| {
                let most = (MOST_CORES * region.cores.len()).div_ceil(all.max(1));
                Region::new(points, core_distances, region, most)
            })
            .collect();
        let centres = regions.iter().map(Region::centre).collect();
        Self { regions, centres }
    }

    pub(super) fn centres(&self) -> &[Vec<f64>] {
        &self.centres
    }

    pub(super) fn is_sound(&self, dimensions: usize) -> bool {
        !self.regions.is_empty()
            && self.regions.len() == self.centres.len()
            && self.centres.iter().all(|centre| centre.len() == dimensions)
            && self.regions.iter().all(|region| {
                region.reach > 0.0
                    && region.width > 0.0
                    && !region.weights.is_empty()
                    && region.cores.len() == dimensions
                    && region
                        .cores
                        .iter()
                        .all(|values| values.len() == region.weights.len())
            })
    }

    pub(super) fn select(&self, order: &[usize]) -> Self {
        Self {
            regions: order.iter().map(|&at| self.regions[at].clone()).collect(),
            centres: order.iter().map(|&at| self.centres[at].clone()).collect(),
        }
    }

    /// The core point of a region that is nearest to `point`.
    pub(super) fn nearest_core(&self, point: &[f64], cluster: usize) -> &[f64] {
        let mut nearest = (&self.centres[cluster], f64::INFINITY);
        for core in &self.regions[cluster].cores {
            let squared = squared_distance(point, core);
            if squared < nearest.1 {
                nearest = (core, squared);
            }
        }
        nearest.0
    }

    pub(super) fn place(&self, point: &[f64]) -> Placed {
        let seen: Vec<Seen> = self
            .regions
            .iter()
            .map(|region| region.see(point))
            .collect();
        // In units of reach, since regions differ in density.
        let nearest = Nearest::of(seen.iter().map(|seen| seen.reaches));
        let (cluster, reaches) = nearest.first;
        let own = seen[cluster].log_density;
        let all: f64 = seen.iter().map(|seen| (seen.log_density - own).exp()).sum();
        Placed {
            cluster,
            second: nearest.second.map(|second| second.0),
            distance: reaches * self.regions[cluster].reach,
            confidence: 1.0 / all,
            outside: reaches > 1.0,
        }
    }
}

/// A region as seen from a point.
struct Seen {
    /// Distance of the nearest core point, in units of the reach.
    reaches: f64,
    /// Logarithm of the region's density there, times its weight.
    log_density: f64,
}

impl Region {
    fn new(points: &Array2<f64>, core_distances: &[f64], found: &Found, most: usize) -> Self {
        let mut widths: Vec<f64> = found.cores.iter().map(|&row| core_distances[row]).collect();
        widths.sort_unstable_by(f64::total_cmp);
        let width = quantile(&widths, 0.5).unwrap_or(0.0);
        let mut cores: Vec<Vec<f64>> = found
            .cores
            .iter()
            .map(|&row| points.row(row).iter().map(|&value| exact(value)).collect())
            .collect();
        // An order that does not depend on the rows'.
        cores.sort_unstable_by(|a, b| {
            a.iter()
                .partial_cmp(b.iter())
                .unwrap_or(std::cmp::Ordering::Equal)
        });
        let (cores, weights, apart) = thinned(&cores, most, found.reach);
        Self {
            reach: exact(found.reach + apart),
            width: exact(if width > 0.0 {
                WIDTH * width
            } else {
                found.reach
            }),
            cores: (0..points.ncols())
                .map(|at| cores.iter().map(|core| core[at]).collect())
                .collect(),
            weights,
        }
    }

    fn centre(&self) -> Vec<f64> {
        let all: f64 = self.weights.iter().sum();
        let mean = |values: &Vec<f64>| {
            let sum: f64 = values
                .iter()
                .zip(&self.weights)
                .map(|(x, weight)| x * weight)
                .sum();
            exact(sum / all)
        };
        self.cores.iter().map(mean).collect()
    }

    /// The density is that of a normal kernel about every core point.
    fn see(&self, point: &[f64]) -> Seen {
        let mut squared = vec![0.0; self.weights.len()];
        for (x, values) in point.iter().zip(&self.cores) {
            for (squared, value) in squared.iter_mut().zip(values) {
                *squared += (x - value) * (x - value);
            }
        }
        let nearest = squared.iter().copied().fold(f64::INFINITY, f64::min);
        let scale = 2.0 * self.width * self.width;
        // Kernels that add less than the last digit are not worth an exponential.
        let near = squared
            .iter()
            .zip(&self.weights)
            .filter(|(squared, _)| *squared - nearest < 40.0 * scale);
        let sum: f64 = near
            .map(|(squared, weight)| weight * ((nearest - squared) / scale).exp())
            .sum();
        Seen {
            reaches: nearest.sqrt() / self.reach,
            log_density: sum.ln() - nearest / scale - point.len() as f64 * self.width.ln(),
        }
    }
}

/// At most `most` of the `cores`, so that each of the others lies within some
/// distance of one kept, the number of points each stands for, and that
/// distance.
fn thinned(cores: &[Vec<f64>], most: usize, reach: f64) -> (Vec<Vec<f64>>, Vec<f64>, f64) {
    let mut apart = 0.0;
    loop {
        let mut kept: Vec<Vec<f64>> = Vec::new();
        let mut weights: Vec<f64> = Vec::new();
        for core in cores {
            let near = kept
                .iter()
                .position(|kept| squared_distance(kept, core) <= apart * apart);
            match near {
                Some(near) => weights[near] += 1.0,
                None if kept.len() == most.max(1) => break,
                None => {
                    kept.push(core.clone());
                    weights.push(1.0);
                }
            }
        }
        if weights.iter().sum::<f64>() >= cores.len() as f64 {
            return (kept, weights, apart);
        }
        apart = if apart > 0.0 {
            apart * 1.5
        } else {
            reach / 16.0
        };
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn thinning_leaves_nobody_out_of_reach() {
        let cores: Vec<Vec<f64>> = (0..5000).map(|i| vec![f64::from(i) * 0.01]).collect();
        let (kept, weights, apart) = thinned(&cores, 100, 0.05);
        assert!(kept.len() <= 100 && weights.iter().sum::<f64>() == 5000.0);
        let near = |core: &Vec<f64>| kept.iter().any(|kept| (kept[0] - core[0]).abs() <= apart);
        assert!(cores.iter().all(near));
        assert_eq!(thinned(&cores, 5000, 0.05).2, 0.0);
    }
}
