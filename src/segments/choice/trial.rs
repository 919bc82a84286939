use serde::{Deserialize, Serialize};

use super::dispersion::Dispersion;
use crate::segments::model::exact;

/// A number of clusters that was tried, and how good it is.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct KTrial {
    /// Number of clusters.
    pub k: usize,
    /// Mean squared distance to the mean of the own cluster, in scaled space.
    pub inertia: f64,
    /// Mean silhouette, −1 to 1 (Rousseeuw 1987). Higher is better.
    pub silhouette: f64,
    /// Mean silhouette of the cluster that has the lowest.
    pub weakest_silhouette: f64,
    /// Variance between clusters over variance within (Caliński and Harabasz
    /// 1974). Higher is better; none where it is not defined.
    pub calinski_harabasz: Option<f64>,
    /// How much clusters overlap their closest neighbour, on average (Davies
    /// and Bouldin 1979). Lower is better; none where it is not defined.
    pub davies_bouldin: Option<f64>,
    /// Gap statistic: logarithm of how much tighter the clusters are than
    /// those of evenly spread points (Tibshirani, Walther and Hastie 2001).
    /// Only for k-means.
    pub gap: Option<f64>,
    /// Its standard error.
    pub gap_error: Option<f64>,
    /// Gap to the next number: this gap less that of k + 1, plus one standard
    /// error of the latter. Where it is positive, one cluster more is not worth
    /// it by the rule of that paper.
    pub gap_to_next: Option<f64>,
    /// How surely clusters come back from other customers, 0 to 1: the mean
    /// over clusters of the bootstrap Jaccard similarity (Hennig 2007). Only of
    /// some numbers where it takes long.
    pub stability: Option<f64>,
    /// The same of the cluster that comes back least.
    pub smallest_stability: Option<f64>,
    /// Share of the smallest cluster among the clustered customers.
    pub smallest_share: f64,
    /// Whether this number was taken.
    pub chosen: bool,
}

/// What is known of a labelling before its stability is.
pub(super) struct Measures<'a> {
    pub(super) dispersion: &'a Dispersion,
    /// Label and silhouette of each judged row.
    pub(super) labels: &'a [u32],
    pub(super) silhouettes: &'a [f64],
    /// Gap and error of this number and of the next.
    pub(super) gap: Option<(f64, f64)>,
    pub(super) next_gap: Option<(f64, f64)>,
}

impl KTrial {
    pub(super) fn new(measures: &Measures) -> Self {
        let Measures {
            dispersion,
            labels,
            silhouettes,
            gap,
            next_gap,
        } = measures;
        let mut of_cluster = vec![(0.0, 0u64); dispersion.sizes.len()];
        for (&label, silhouette) in labels.iter().zip(*silhouettes) {
            let (sum, count) = &mut of_cluster[label as usize];
            *sum += silhouette;
            *count += 1;
        }
        let means = of_cluster.iter().filter(|(_, count)| *count > 0);
        let weakest = means.map(|(sum, count)| sum / *count as f64);
        let mean = silhouettes.iter().sum::<f64>() / silhouettes.len().max(1) as f64;
        let to_next = gap
            .zip(*next_gap)
            .map(|((gap, _), (next, error))| gap - next + error);
        Self {
            k: dispersion.sizes.len(),
            inertia: exact(dispersion.inertia()),
            silhouette: exact(mean),
            weakest_silhouette: exact(weakest.fold(1.0, f64::min)),
            calinski_harabasz: dispersion.calinski_harabasz().map(exact),
            davies_bouldin: dispersion.davies_bouldin().map(exact),
            gap: gap.map(|(gap, _)| exact(gap)),
            gap_error: gap.map(|(_, error)| exact(error)),
            gap_to_next: to_next.map(exact),
            stability: None,
            smallest_stability: None,
            smallest_share: exact(dispersion.smallest_share()),
            chosen: false,
        }
    }

    /// Notes how surely each cluster comes back.
    pub(super) fn set_stability(&mut self, of_clusters: &[f64]) {
        let mean = of_clusters.iter().sum::<f64>() / of_clusters.len().max(1) as f64;
        let least = of_clusters.iter().copied().fold(1.0, f64::min);
        self.stability = Some(exact(mean));
        self.smallest_stability = Some(exact(least));
    }
}
