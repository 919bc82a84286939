use std::collections::{BTreeMap, HashMap};

use jiff::civil::Date;
use pathfinding::kuhn_munkres::kuhn_munkres;
use pathfinding::matrix::Matrix;

use super::registry::{LineageEvent, Registry, RegistryEntry, SegmentStatus};

/// A new cluster with a lower Jaccard similarity to its match is no
/// continuation of it.
const SAME: f64 = 0.3;

/// An earlier segment that gave at least this share of a cluster's members is
/// a parent of it.
const PARENT: f64 = 0.25;

/// Clusters as customers: which cluster each clustered customer fell into.
pub(super) struct Clustered<'a> {
    /// Customer ids, aligned with `clusters`.
    pub(super) ids: Vec<&'a str>,
    /// Cluster of each customer.
    pub(super) clusters: Vec<usize>,
    /// Number of clusters.
    pub(super) k: usize,
}

/// Finds which segment each cluster is, and enters what changed into the
/// registry. Returns the segment id of each cluster. A new entry carries its
/// id as its name until it is named.
///
/// Clusters and earlier segments are matched one to one so that the most
/// customers keep their segment (Kuhn 1955, Munkres 1957).
pub(super) fn identify(
    clustered: &Clustered,
    registry: &mut Registry,
    before: &[(String, String)],
    on: Date,
) -> Vec<String> {
    let old: Vec<String> = registry
        .segments
        .iter()
        .filter(|entry| entry.status != SegmentStatus::Retired)
        .map(|entry| entry.id.clone())
        .collect();
    let flows = Flows::count(clustered, &old, before);
    let matches = flows.matches();

    let mut ids: Vec<Option<String>> = vec![None; clustered.k];
    for (cluster, kept) in matches.iter().enumerate() {
        let Some(kept) = *kept else { continue };
        let others: Vec<String> = flows
            .parents(cluster)
            .filter(|&parent| parent != kept)
            .map(|parent| old[parent].clone())
            .collect();
        if !others.is_empty() {
            record(registry, &old[kept], on, SegmentStatus::Merged, others);
        }
        ids[cluster] = Some(old[kept].clone());
    }
    for cluster in flows.by_size() {
        if ids[cluster].is_some() {
            continue;
        }
        let parents: Vec<String> = flows
            .parents(cluster)
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
        let heirs = flows
            .heirs(segment)
            .map(|cluster| ids[cluster].clone())
            .collect();
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
    /// Customers per segment who are in some cluster tonight.
    before: Vec<u64>,
}

impl Flows {
    fn count(clustered: &Clustered, old: &[String], before: &[(String, String)]) -> Self {
        let place: BTreeMap<&str, usize> = old
            .iter()
            .enumerate()
            .map(|(place, id)| (id.as_str(), place))
            .collect();
        let segment_of: HashMap<&str, usize> = before
            .iter()
            .filter_map(|(customer, id)| Some((customer.as_str(), *place.get(id.as_str())?)))
            .collect();
        let mut flows = Self {
            shared: vec![vec![0; old.len()]; clustered.k],
            sizes: vec![0; clustered.k],
            before: vec![0; old.len()],
        };
        for (customer, &cluster) in clustered.ids.iter().zip(&clustered.clusters) {
            flows.sizes[cluster] += 1;
            if let Some(&segment) = segment_of.get(customer) {
                flows.shared[cluster][segment] += 1;
                flows.before[segment] += 1;
            }
        }
        flows
    }

    /// The segment that each cluster continues.
    fn matches(&self) -> Vec<Option<usize>> {
        // A square matrix leaves clusters or segments without a partner by
        // pairing them with nothing.
        let side = self.sizes.len().max(self.before.len());
        let weights = Matrix::from_fn(side, side, |(cluster, segment)| {
            let shared = self.shared.get(cluster).and_then(|row| row.get(segment));
            shared.map_or(0, |&shared| {
                i64::try_from(shared).unwrap_or(i64::MAX / 1024)
            })
        });
        let (_, pairs) = kuhn_munkres(&weights);
        let partner = |cluster: usize| {
            let segment = *pairs.get(cluster)?;
            (segment < self.before.len() && self.jaccard(cluster, segment) >= SAME)
                .then_some(segment)
        };
        (0..self.sizes.len()).map(partner).collect()
    }

    /// Similarity among the customers of both nights.
    fn jaccard(&self, cluster: usize, segment: usize) -> f64 {
        let shared = self.shared[cluster][segment];
        let either = self.shared[cluster].iter().sum::<u64>() + self.before[segment] - shared;
        shared as f64 / either.max(1) as f64
    }

    fn parents(&self, cluster: usize) -> impl Iterator<Item = usize> {
        let size = self.sizes[cluster].max(1) as f64;
        let shared = self.shared[cluster].iter().enumerate();
        shared
            .filter(move |&(_, &count)| count as f64 / size >= PARENT)
            .map(|(segment, _)| segment)
    }

    fn heirs(&self, segment: usize) -> impl Iterator<Item = usize> {
        let size = self.before[segment].max(1) as f64;
        let shared = self.shared.iter().map(move |row| row[segment]).enumerate();
        shared
            .filter(move |&(_, count)| count as f64 / size >= PARENT)
            .map(|(cluster, _)| cluster)
    }

    /// Clusters, the largest first.
    fn by_size(&self) -> Vec<usize> {
        let mut clusters: Vec<usize> = (0..self.sizes.len()).collect();
        clusters.sort_by_key(|&cluster| (std::cmp::Reverse(self.sizes[cluster]), cluster));
        clusters
    }
}

#[cfg(test)]
mod tests {
    use jiff::civil::date;

    use super::*;

    /// Registry and members after a first night with these cluster sizes.
    fn first_night(sizes: &[usize]) -> (Registry, Vec<(String, String)>) {
        let mut registry = Registry::default();
        let clusters = labels(sizes);
        let ids = run(&mut registry, &clusters, &[], 1);
        let members = clusters
            .iter()
            .enumerate()
            .map(|(row, &cluster)| (format!("{row:04}"), ids[cluster].clone()))
            .collect();
        (registry, members)
    }

    fn labels(sizes: &[usize]) -> Vec<usize> {
        let groups = sizes.iter().enumerate();
        groups
            .flat_map(|(label, &size)| std::iter::repeat_n(label, size))
            .collect()
    }

    fn run(
        registry: &mut Registry,
        clusters: &[usize],
        before: &[(String, String)],
        day: i8,
    ) -> Vec<String> {
        let ids: Vec<String> = (0..clusters.len()).map(|row| format!("{row:04}")).collect();
        let clustered = Clustered {
            ids: ids.iter().map(String::as_str).collect(),
            clusters: clusters.to_vec(),
            k: clusters.iter().max().unwrap() + 1,
        };
        identify(&clustered, registry, before, date(2026, 10, day))
    }

    #[test]
    fn the_first_ids_go_by_size() {
        let (registry, members) = first_night(&[10, 30, 20]);
        assert_eq!(members[0].1, "S03");
        assert_eq!(members[10].1, "S01");
        assert_eq!(members[40].1, "S02");
        assert!(
            registry
                .segments
                .iter()
                .all(|entry| entry.status == SegmentStatus::New)
        );
    }

    #[test]
    fn other_cluster_numbers_are_the_same_segments() {
        let (mut registry, members) = first_night(&[30, 20, 10]);
        let renumbered: Vec<usize> = labels(&[30, 20, 10])
            .iter()
            .map(|label| 2 - label)
            .collect();
        let before = registry.clone();
        assert_eq!(
            run(&mut registry, &renumbered, &members, 2),
            ["S03", "S02", "S01"]
        );
        assert_eq!(registry, before);
    }

    #[test]
    fn the_larger_part_of_a_split_keeps_the_id() {
        let (mut registry, members) = first_night(&[40, 20]);
        let mut clusters = labels(&[40, 20]);
        clusters[..15].fill(2);
        assert_eq!(
            run(&mut registry, &clusters, &members, 2),
            ["S01", "S02", "S03"]
        );
        let event = registry.event("S03", date(2026, 10, 2)).unwrap();
        assert_eq!(
            (event.status, event.segments.as_slice()),
            (SegmentStatus::Split, &["S01".to_owned()][..])
        );
    }

    #[test]
    fn a_merger_names_what_it_took_in_and_ids_are_not_used_again() {
        let (mut registry, members) = first_night(&[40, 30, 20]);
        let clusters: Vec<usize> = labels(&[40, 30, 20])
            .iter()
            .map(|&l| usize::from(l == 2))
            .collect();
        assert_eq!(run(&mut registry, &clusters, &members, 2), ["S01", "S03"]);
        let merged = registry.event("S01", date(2026, 10, 2)).unwrap();
        assert_eq!(
            (merged.status, merged.segments[0].as_str()),
            (SegmentStatus::Merged, "S02")
        );
        let retired = registry.get("S02").unwrap();
        assert_eq!(retired.retired, Some(date(2026, 10, 2)));
        assert_eq!(retired.lineage.last().unwrap().segments, ["S01"]);

        let mut clusters = labels(&[40, 30, 20]);
        clusters.extend([3; 10]);
        let ids = run(&mut registry, &clusters, &members[..0], 3);
        assert_eq!(ids, ["S04", "S05", "S06", "S07"]);
    }

    #[test]
    fn strangers_are_a_new_segment() {
        let (mut registry, members) = first_night(&[40, 20]);
        let mut clusters = labels(&[40, 20]);
        clusters.extend([2; 30]);
        assert_eq!(
            run(&mut registry, &clusters, &members, 2),
            ["S01", "S02", "S03"]
        );
        assert_eq!(registry.get("S03").unwrap().status, SegmentStatus::New);
    }

    #[test]
    fn the_registry_survives_json() {
        let (mut registry, members) = first_night(&[40, 30, 20]);
        run(&mut registry, &labels(&[70, 20]), &members, 2);
        registry.segments[0].locked = true;
        let text = serde_json::to_string(&registry).unwrap();
        assert!(text.contains("\"2026-10-02\""));
        assert_eq!(serde_json::from_str::<Registry>(&text).unwrap(), registry);
    }
}
