use std::cmp::Reverse;
use std::collections::BTreeMap;

use jiff::civil::Date;
use pathfinding::kuhn_munkres::kuhn_munkres;
use pathfinding::matrix::Matrix;

use super::migration::side_by_side;
use super::registry::{LineageEvent, Registry, RegistryEntry, SegmentStatus};

/// A cluster continues a segment if their Jaccard similarity is at least that
/// (as Greene, Doyle and Cunningham 2010 match communities, *Tracking the
/// evolution of communities in dynamic social networks*). The largest third of
/// a segment that falls into three still continues it, a quarter does not.
const SAME: f64 = 0.3;

/// A segment that gave at least this share of a cluster's members is a parent
/// of it; a cluster that got at least this share of a segment's members is an
/// heir.
const PART: f64 = 0.25;

/// A segment that is retired is a parent of the cluster that got at least this
/// share of its members, however large that cluster is.
const MOST: f64 = 0.5;

/// Clusters as customers: which cluster each clustered customer fell into.
pub(super) struct Clustered<'a> {
    /// Customer ids, ascending, aligned with `clusters`.
    pub(super) ids: Vec<&'a str>,
    /// Cluster of each customer.
    pub(super) clusters: Vec<usize>,
    /// Number of clusters.
    pub(super) k: usize,
}

/// Finds which segment each cluster is, and enters what changed into the
/// registry. Returns the segment id of each cluster. A new entry carries its
/// id as its name until it is named; `origin` is the fingerprint of the model.
///
/// Clusters and earlier segments that are alike enough are matched one to one
/// so that the most customers keep their segment (Kuhn 1955, Munkres 1957).
/// Only customers who were in a segment before and are in a cluster now decide
/// what continues what: whoever joined, left or fell quiet says nothing about
/// it. The clusters' own numbers do not matter.
///
/// What happened to the others is told by shares of members, as in MONIC
/// (Spiliopoulou et al. 2006): a cluster that continues nothing is *split* from
/// its one parent, *merged* of several, or *new*; a cluster that continues a
/// segment and has another parent has *merged*; a segment that nothing
/// continues is *retired*, and its heirs are where its members went. A segment
/// of which fewer than a quarter are still clustered has vanished: it has no
/// heirs.
pub(super) fn identify(
    clustered: &Clustered,
    registry: &mut Registry,
    before: &[(String, String)],
    on: Date,
    origin: &str,
) -> Vec<String> {
    let old: Vec<String> = registry.current().map(|entry| entry.id.clone()).collect();
    let flows = Flows::count(clustered, &old, before);
    let order = flows.order();
    let matches = flows.matches(&order);

    let mut ids: Vec<Option<String>> = vec![None; clustered.k];
    for (cluster, kept) in matches.iter().enumerate() {
        let Some(kept) = *kept else { continue };
        let others: Vec<String> = flows
            .parents(cluster, &matches)
            .filter(|&parent| parent != kept)
            .map(|parent| old[parent].clone())
            .collect();
        if !others.is_empty() {
            record(registry, &old[kept], on, SegmentStatus::Merged, others);
        }
        ids[cluster] = Some(old[kept].clone());
    }
    for &cluster in &order {
        if ids[cluster].is_some() {
            continue;
        }
        let parents: Vec<String> = flows
            .parents(cluster, &matches)
            .map(|parent| old[parent].clone())
            .collect();
        let status = match parents.len() {
            0 => SegmentStatus::New,
            1 => SegmentStatus::Split,
            _ => SegmentStatus::Merged,
        };
        let id = registry.next_id();
        registry.segments.push(RegistryEntry {
            id: id.clone(),
            origin: origin.to_owned(),
            name: id.clone(),
            locked: false,
            status,
            created: on,
            retired: None,
            parents: parents.clone(),
            lineage: vec![LineageEvent {
                on,
                status,
                segments: parents,
            }],
        });
        ids[cluster] = Some(id);
    }
    let ids: Vec<String> = ids.into_iter().flatten().collect();
    for (segment, id) in old.iter().enumerate() {
        if matches.contains(&Some(segment)) {
            continue;
        }
        let heirs = order
            .iter()
            .filter(|&&cluster| flows.is_heir(cluster, segment));
        let heirs = heirs.map(|&cluster| ids[cluster].clone()).collect();
        record(registry, id, on, SegmentStatus::Retired, heirs);
    }
    ids
}

fn record(
    registry: &mut Registry,
    id: &str,
    on: Date,
    status: SegmentStatus,
    segments: Vec<String>,
) {
    let Some(entry) = registry.segments.iter_mut().find(|entry| entry.id == id) else {
        return;
    };
    entry.status = status;
    entry.retired = (status == SegmentStatus::Retired).then_some(on);
    entry.lineage.push(LineageEvent {
        on,
        status,
        segments,
    });
}

/// Customers by cluster tonight and segment before.
struct Flows {
    /// Shared customers, cluster × segment.
    shared: Vec<Vec<u64>>,
    /// All of tonight's customers per cluster.
    sizes: Vec<u64>,
    /// The first of tonight's customers per cluster, by row.
    first: Vec<usize>,
    /// All customers who were in each segment.
    former: Vec<u64>,
    /// Those of them who are in some cluster tonight.
    stayed: Vec<u64>,
}

impl Flows {
    fn count(clustered: &Clustered, old: &[String], before: &[(String, String)]) -> Self {
        let place: BTreeMap<&str, usize> = old
            .iter()
            .enumerate()
            .map(|(place, id)| (id.as_str(), place))
            .collect();
        let mut before: Vec<(&str, usize)> = before
            .iter()
            .filter_map(|(customer, id)| Some((customer.as_str(), *place.get(id.as_str())?)))
            .collect();
        if !before.is_sorted() {
            before.sort_unstable();
        }
        let rows = clustered.clusters.iter().copied().enumerate();
        let tonight: Vec<(&str, (usize, usize))> =
            clustered.ids.iter().copied().zip(rows).collect();
        let mut flows = Self {
            shared: vec![vec![0; old.len()]; clustered.k],
            sizes: vec![0; clustered.k],
            first: vec![usize::MAX; clustered.k],
            former: vec![0; old.len()],
            stayed: vec![0; old.len()],
        };
        side_by_side(&before, &tonight, |(segment, place)| {
            if let Some(segment) = segment {
                flows.former[segment] += 1;
            }
            let Some((row, cluster)) = place else { return };
            flows.sizes[cluster] += 1;
            flows.first[cluster] = flows.first[cluster].min(row);
            if let Some(segment) = segment {
                flows.shared[cluster][segment] += 1;
                flows.stayed[segment] += 1;
            }
        });
        flows
    }

    /// Clusters, the largest first; the one with the first customer of equals.
    /// In this order nothing depends on the clusters' numbers.
    fn order(&self) -> Vec<usize> {
        let mut clusters: Vec<usize> = (0..self.sizes.len()).collect();
        clusters.sort_by_key(|&cluster| (Reverse(self.sizes[cluster]), self.first[cluster]));
        clusters
    }

    /// The segment that each cluster continues.
    fn matches(&self, order: &[usize]) -> Vec<Option<usize>> {
        // A square matrix leaves clusters or segments without a partner by
        // pairing them with nothing. Pairs that are too unlike count nothing,
        // so that they cannot keep others from each other.
        let side = self.sizes.len().max(self.former.len());
        let alike = |row: usize, segment: usize| {
            let &cluster = order.get(row)?;
            (segment < self.former.len() && self.jaccard(cluster, segment) >= SAME)
                .then(|| self.shared[cluster][segment])
        };
        let weights = Matrix::from_fn(side, side, |(row, segment)| {
            alike(row, segment).map_or(0, |shared| i64::try_from(shared).unwrap_or(i64::MAX / 1024))
        });
        let (_, pairs) = kuhn_munkres(&weights);
        let mut matches = vec![None; self.sizes.len()];
        for (row, (&cluster, &segment)) in order.iter().zip(&pairs).enumerate() {
            matches[cluster] = alike(row, segment).map(|_| segment);
        }
        matches
    }

    /// Similarity among the customers of both nights.
    fn jaccard(&self, cluster: usize, segment: usize) -> f64 {
        let shared = self.shared[cluster][segment];
        let either = self.shared[cluster].iter().sum::<u64>() + self.stayed[segment] - shared;
        shared as f64 / either.max(1) as f64
    }

    /// The segments that a cluster came from.
    fn parents<'a>(
        &'a self,
        cluster: usize,
        matches: &'a [Option<usize>],
    ) -> impl Iterator<Item = usize> + 'a {
        (0..self.former.len()).filter(move |&segment| {
            let dissolved = !matches.contains(&Some(segment)) && !self.vanished(segment);
            self.taken(cluster, segment) >= PART
                || (dissolved && self.given(cluster, segment) >= MOST)
        })
    }

    /// Whether members of the segment went to the cluster.
    fn is_heir(&self, cluster: usize, segment: usize) -> bool {
        let given = self.given(cluster, segment) >= PART;
        !self.vanished(segment) && (given || self.taken(cluster, segment) >= PART)
    }

    /// The share of the segment's remaining members that the cluster got.
    fn given(&self, cluster: usize, segment: usize) -> f64 {
        self.shared[cluster][segment] as f64 / self.stayed[segment].max(1) as f64
    }

    /// The share of the cluster's members who came from the segment.
    fn taken(&self, cluster: usize, segment: usize) -> f64 {
        self.shared[cluster][segment] as f64 / self.sizes[cluster].max(1) as f64
    }

    /// Whether too few of the members are left to say where they went.
    fn vanished(&self, segment: usize) -> bool {
        (self.stayed[segment] as f64) < PART * self.former[segment] as f64
            || self.stayed[segment] == 0
    }
}

#[cfg(test)]
mod tests;
