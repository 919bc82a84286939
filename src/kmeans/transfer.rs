//! Hartigan's transfers: what Lloyd's iteration misses on small data.
//!
//! Lloyd's iteration stops when every point is nearest to its own mean. Yet
//! moving a point also moves both means, and counting that in, some moves still
//! lower the sum of squares (Hartigan and Wong, "A k-means clustering
//! algorithm", 1979; Telgarsky and Vattani, "Hartigan's method", 2010, section
//! 2). The difference is a factor of one member more or less, so it matters for
//! small clusters and fades with large ones.

use ndarray::Array2;

use super::chunks::squared_distance;
use super::lanes::KMeansFloat;
use super::observations::Observations;

/// Rows beyond which transfers gain nothing worth their time: they run one
/// after the other, on one thread.
pub(super) const MOST_ROWS: usize = 1 << 14;

/// A transfer must gain more than this part of the point's own share, so that
/// rounding cannot send a point to and fro.
const LEAST_GAIN: f64 = 1e-9;

/// At most so many rounds over all rows; a handful is usual.
const MOST_ROUNDS: usize = 100;

struct Cluster {
    /// Sum of weights.
    weight: f64,
    members: usize,
    mean: Vec<f64>,
}

/// Transfers rows one by one for as long as that lowers the sum of squares.
/// Returns the new centroids, or nothing when no row was transferred.
pub(super) fn transfer<F: KMeansFloat>(
    data: &Observations<F>,
    labels: &[u32],
    clusters: usize,
) -> Option<Array2<F>> {
    let mut labels = labels.to_vec();
    let mut clusters = gathered(data, &labels, clusters);
    let mut any = false;
    for _ in 0..MOST_ROUNDS {
        let mut moved = false;
        for (row, label) in labels.iter_mut().enumerate() {
            let weight = data.weight(row);
            let point: Vec<f64> = centred(data, row).collect();
            if let Some(to) = better(&clusters, *label as usize, &point, weight) {
                clusters[*label as usize].shift(&point, -weight);
                clusters[to].shift(&point, weight);
                *label = to as u32;
                moved = true;
            }
        }
        if !moved {
            break;
        }
        any = true;
    }
    any.then(|| {
        Array2::from_shape_fn((clusters.len(), data.columns()), |(cluster, column)| {
            F::nearest(clusters[cluster].mean[column] + data.means[column].into())
        })
    })
}

impl Cluster {
    /// Adds a point with a weight, or takes one away with a negative weight.
    fn shift(&mut self, point: &[f64], weight: f64) {
        self.weight += weight;
        if weight > 0.0 {
            self.members += 1;
        } else {
            self.members -= 1;
        }
        for (mean, value) in self.mean.iter_mut().zip(point) {
            *mean += (value - *mean) * weight / self.weight;
        }
    }
}

/// The cluster in which a point would add least, if that is less than what it
/// adds where it is.
fn better(clusters: &[Cluster], own: usize, point: &[f64], weight: f64) -> Option<usize> {
    let from = &clusters[own];
    if from.members < 2 || weight <= 0.0 || from.weight <= weight {
        return None;
    }
    let adds = from.weight / (from.weight - weight) * squared_distance(point, &from.mean);
    let mut least = adds * (1.0 - LEAST_GAIN);
    let mut best = None;
    for (index, to) in clusters.iter().enumerate() {
        if index != own {
            let adds = to.weight / (to.weight + weight) * squared_distance(point, &to.mean);
            if adds < least {
                least = adds;
                best = Some(index);
            }
        }
    }
    best
}

/// Weights, members and means of the clusters, about the column means.
fn gathered<F: KMeansFloat>(
    data: &Observations<F>,
    labels: &[u32],
    clusters: usize,
) -> Vec<Cluster> {
    let mut gathered: Vec<Cluster> = (0..clusters)
        .map(|_| Cluster {
            weight: 0.0,
            members: 0,
            mean: vec![0.0; data.columns()],
        })
        .collect();
    for (row, &label) in labels.iter().enumerate() {
        let weight = data.weight(row);
        if weight > 0.0 {
            let cluster = &mut gathered[label as usize];
            cluster.weight += weight;
            cluster.members += 1;
            for (sum, value) in cluster.mean.iter_mut().zip(centred(data, row)) {
                *sum += weight * value;
            }
        }
    }
    for cluster in gathered.iter_mut().filter(|cluster| cluster.members > 0) {
        for mean in &mut cluster.mean {
            *mean /= cluster.weight;
        }
    }
    gathered
}

fn centred<F: KMeansFloat>(data: &Observations<F>, row: usize) -> impl Iterator<Item = f64> {
    data.points
        .row(row)
        .into_iter()
        .zip(&data.means)
        .map(|(&value, &mean)| value.into() - mean.into())
}
