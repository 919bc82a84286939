use std::ops::Range;

/// The clusters of a reachability plot: intervals of it that do not overlap.
///
/// Cut at a height, the plot falls apart into the clusters of that density; so
/// it is the dendrogram of a hierarchy of clusters (Ankerst et al. 1999,
/// section 4). A cluster is born where a larger one falls into two parts of at
/// least `smallest` points, and loses single points as the height goes down.
/// Those clusters are taken that hold the most points over the longest range of
/// densities: the excess of mass (Campello, Moulavi and Sander 2013, section
/// 4). It finds clusters of different density and needs no height. The whole,
/// born at the least density there is, is a cluster like the others.
///
/// `reachabilities` stand in the plot's order; the first is infinite.
pub(super) fn clusters(reachabilities: &[f64], smallest: usize) -> Vec<Range<usize>> {
    if reachabilities.len() < smallest.max(1) {
        return Vec::new();
    }
    let tree = tree(reachabilities, smallest.max(2));
    // Children come after their parents.
    let mut best: Vec<(f64, Vec<usize>)> = vec![(0.0, Vec::new()); tree.len()];
    for at in (0..tree.len()).rev() {
        let node = &tree[at];
        let (mut mass, mut taken) = (0.0, Vec::new());
        for &child in &node.children {
            mass += best[child].0;
            taken.extend(&best[child].1);
        }
        best[at] = if node.children.is_empty() || node.mass >= mass {
            (node.mass, vec![at])
        } else {
            (mass, taken)
        };
    }
    best[0]
        .1
        .iter()
        .map(|&at| tree[at].members.clone())
        .collect()
}

struct Node {
    members: Range<usize>,
    children: Vec<usize>,
    /// Over its points, how much denser than at its birth they are when they
    /// leave it.
    mass: f64,
}

fn tree(reachabilities: &[f64], smallest: usize) -> Vec<Node> {
    let highest = reachabilities
        .iter()
        .copied()
        .filter(|r| r.is_finite())
        .fold(0.0, f64::max);
    // Equal points would be infinitely dense.
    let lowest = if highest > 0.0 { highest * 1e-9 } else { 1.0 };
    let density = |at: usize| 1.0 / reachabilities[at].max(lowest);
    let mut tree = vec![Node {
        members: 0..reachabilities.len(),
        children: Vec::new(),
        mass: 0.0,
    }];
    let mut open = vec![(0, 1.0 / highest.max(lowest))];
    while let Some((at, born)) = open.pop() {
        let mut members = tree[at].members.clone();
        while members.len() > 1 {
            let inner = members.start + 1..members.end;
            let split = inner.max_by(|&a, &b| {
                reachabilities[a]
                    .total_cmp(&reachabilities[b])
                    .then(b.cmp(&a))
            });
            let Some(split) = split else { break };
            let (left, right) = (members.start..split, split..members.end);
            let denser = (density(split) - born).max(0.0);
            let (left_stays, right_stays) = (left.len() >= smallest, right.len() >= smallest);
            let leaving = match (left_stays, right_stays) {
                (true, false) => right.len(),
                (false, true) => left.len(),
                _ => members.len(),
            };
            tree[at].mass += leaving as f64 * denser;
            members = match (left_stays, right_stays) {
                (true, false) => left,
                (false, true) => right,
                (false, false) => break,
                (true, true) => {
                    for members in [left, right] {
                        open.push((tree.len(), density(split)));
                        let child = tree.len();
                        tree[at].children.push(child);
                        tree.push(Node {
                            members,
                            children: Vec::new(),
                            mass: 0.0,
                        });
                    }
                    break;
                }
            };
        }
    }
    tree
}

#[cfg(test)]
mod tests {
    use super::*;

    const FIRST: f64 = f64::INFINITY;

    #[test]
    fn valleys_are_clusters_and_ripples_are_not() {
        let mut plot = vec![FIRST];
        plot.extend([1.0, 1.1, 1.0, 1.2, 1.0, 1.1, 1.3, 1.0, 1.0]);
        plot.push(9.0);
        plot.extend([0.1, 0.2, 0.1, 0.1, 0.15, 0.1, 0.1, 0.1, 0.1]);
        assert_eq!(clusters(&plot, 4), [0..10, 10..20]);
    }

    #[test]
    fn a_dense_pair_within_a_thin_group_is_told_apart() {
        let mut plot = vec![FIRST];
        plot.extend(vec![5.0; 9]);
        for _ in 0..2 {
            plot.push(20.0);
            plot.extend(vec![0.1; 9]);
        }
        plot[20] = 2.0;
        assert_eq!(clusters(&plot, 4), [0..10, 10..20, 20..30]);
    }

    #[test]
    fn what_does_not_fall_apart_is_one_cluster() {
        let mut plot = vec![FIRST];
        plot.extend(vec![1.0; 30]);
        assert_eq!(clusters(&plot, 20), vec![0_usize..31; 1]);
        assert_eq!(clusters(&[FIRST, 0.0, 0.0, 0.0], 2).len(), 1);
        assert!(clusters(&plot, 50).is_empty());
    }
}
