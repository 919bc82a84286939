use std::collections::BTreeMap;

use serde::Serialize;

use super::agreement::adjusted_rand_of_counts;

/// Where the customers of one run are in another.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Migration {
    /// Every pair of segments that some customer links, ordered by segment ids;
    /// those who joined come first, those who left stand last in their segment.
    pub flows: Vec<Flow>,
    /// Customers of both runs.
    pub in_both: u64,
    /// Customers of both runs who are in a segment of the same id.
    pub stayed: u64,
    /// Customers of the second run alone.
    pub joined: u64,
    /// Customers of the first run alone.
    pub left: u64,
    /// Adjusted Rand index of the two groupings on the customers of both runs:
    /// 1 when they agree, around 0 when they are unrelated.
    pub adjusted_rand: f64,
}

/// The customers who went from one segment to another.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Flow {
    /// Segment in the first run; none if they joined since.
    pub from: Option<String>,
    /// Segment in the second run; none if they left.
    pub to: Option<String>,
    /// How many.
    pub customers: u64,
}

impl Migration {
    /// Counts the customers by segment before and after. Both lists hold
    /// customer id and segment id, a customer once; lists in ascending order of
    /// customers are merged in one pass.
    #[must_use]
    pub fn count(mut before: Vec<(&str, &str)>, mut after: Vec<(&str, &str)>) -> Self {
        sort(&mut before);
        sort(&mut after);
        let (from, to) = (Codes::of(&before), Codes::of(&after));
        // One row and one column more, for those who joined and left.
        let (rows, columns) = (from.ids.len(), to.ids.len());
        let mut counts = vec![vec![0u64; columns + 1]; rows + 1];
        side_by_side(&before, &after, |segments| {
            let (a, b) = segments;
            counts[a.map_or(rows, |id| from.code(id))][b.map_or(columns, |id| to.code(id))] += 1;
        });
        let mut flows = Vec::new();
        // `None` sorts before all ids, as joined customers do.
        for row in std::iter::once(rows).chain(0..rows) {
            for (column, &customers) in counts[row].iter().enumerate() {
                if customers > 0 {
                    flows.push(Flow {
                        from: from.ids.get(row).map(|&id| id.to_owned()),
                        to: to.ids.get(column).map(|&id| id.to_owned()),
                        customers,
                    });
                }
            }
        }
        let total = |of: fn(&Flow) -> bool| -> u64 {
            let flows = flows.iter().filter(|flow| of(flow));
            flows.map(|flow| flow.customers).sum()
        };
        let inner: Vec<Vec<u64>> = counts[..rows]
            .iter()
            .map(|row| row[..columns].to_vec())
            .collect();
        Self {
            in_both: total(|flow| flow.from.is_some() && flow.to.is_some()),
            stayed: total(|flow| flow.from == flow.to),
            joined: total(|flow| flow.from.is_none()),
            left: total(|flow| flow.to.is_none()),
            adjusted_rand: adjusted_rand_of_counts(&inner),
            flows,
        }
    }

    /// How many customers a segment of the first run had, by id; `None` has
    /// those who joined.
    #[must_use]
    pub fn sizes_before(&self) -> BTreeMap<Option<&str>, u64> {
        self.sizes(|flow| flow.from.as_deref())
    }

    /// How many customers a segment of the second run has, by id; `None` has
    /// those who left.
    #[must_use]
    pub fn sizes_after(&self) -> BTreeMap<Option<&str>, u64> {
        self.sizes(|flow| flow.to.as_deref())
    }

    fn sizes<'a>(
        &'a self,
        side: impl Fn(&'a Flow) -> Option<&'a str>,
    ) -> BTreeMap<Option<&'a str>, u64> {
        let mut sizes = BTreeMap::new();
        for flow in &self.flows {
            *sizes.entry(side(flow)).or_default() += flow.customers;
        }
        sizes
    }

    /// The flows between different segments, the largest first.
    #[must_use]
    pub fn movements(&self) -> Vec<&Flow> {
        let moved = |flow: &&Flow| flow.from.is_some() && flow.to.is_some() && flow.from != flow.to;
        let mut movements: Vec<&Flow> = self.flows.iter().filter(moved).collect();
        // Stable, so that equal ones stay in order of ids.
        movements.sort_by_key(|flow| std::cmp::Reverse(flow.customers));
        movements
    }
}

fn sort(members: &mut [(&str, &str)]) {
    if !members.is_sorted_by(|a, b| a.0 < b.0) {
        members.sort_unstable();
    }
}

/// Segment ids as small numbers, in the ids' order.
struct Codes<'a> {
    ids: Vec<&'a str>,
}

impl<'a> Codes<'a> {
    fn of(members: &[(&'a str, &'a str)]) -> Self {
        let mut ids: Vec<&str> = Vec::new();
        for &(_, id) in members {
            if let Err(place) = ids.binary_search(&id) {
                ids.insert(place, id);
            }
        }
        Self { ids }
    }

    fn code(&self, id: &str) -> usize {
        // Every id of the list was entered above.
        self.ids.binary_search(&id).unwrap_or(self.ids.len())
    }
}

/// Tells for every customer of two lists, each ascending by customer, what
/// either list says about them.
pub(super) fn side_by_side<A: Copy, B: Copy>(
    a: &[(&str, A)],
    b: &[(&str, B)],
    mut tell: impl FnMut((Option<A>, Option<B>)),
) {
    let (mut a, mut b) = (a.iter().peekable(), b.iter().peekable());
    loop {
        let order = match (a.peek(), b.peek()) {
            (Some(a), Some(b)) => a.0.cmp(b.0),
            (Some(_), None) => std::cmp::Ordering::Less,
            (None, Some(_)) => std::cmp::Ordering::Greater,
            (None, None) => return,
        };
        let from_a = if order.is_le() { a.next() } else { None };
        let from_b = if order.is_ge() { b.next() } else { None };
        tell((from_a.map(|entry| entry.1), from_b.map(|entry| entry.1)));
    }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeMap;

    use proptest::prelude::*;

    use super::*;
    use crate::segments::agreement::adjusted_rand;

    #[test]
    fn every_customer_is_counted_once_also_those_who_joined_and_left() {
        let before = vec![("a", "S01"), ("b", "S01"), ("c", "S02"), ("d", "quiet")];
        let after = vec![("e", "S03"), ("a", "S01"), ("b", "S02"), ("c", "S02")];
        let migration = Migration::count(before, after);
        let flows: Vec<(Option<&str>, Option<&str>, u64)> = migration
            .flows
            .iter()
            .map(|flow| (flow.from.as_deref(), flow.to.as_deref(), flow.customers))
            .collect();
        assert_eq!(
            flows,
            [
                (None, Some("S03"), 1),
                (Some("S01"), Some("S01"), 1),
                (Some("S01"), Some("S02"), 1),
                (Some("S02"), Some("S02"), 1),
                (Some("quiet"), None, 1),
            ]
        );
        assert_eq!((migration.in_both, migration.stayed), (3, 2));
        assert_eq!((migration.joined, migration.left), (1, 1));
        assert_eq!(migration.movements().len(), 1);
    }

    #[test]
    fn nobody_before_is_no_fault() {
        let migration = Migration::count(Vec::new(), vec![("a", "S01")]);
        assert_eq!((migration.joined, migration.in_both), (1, 0));
        assert_eq!(migration.adjusted_rand, 1.0);
    }

    fn members() -> impl Strategy<Value = BTreeMap<u16, u8>> {
        prop::collection::btree_map(0..300u16, 0..6u8, 0..200)
    }

    proptest! {
        #[test]
        fn margins_are_the_sizes_of_the_segments(a in members(), b in members(), turn in any::<bool>()) {
            let text = |members: &BTreeMap<u16, u8>| -> Vec<(String, String)> {
                members.iter().map(|(c, s)| (format!("{c:05}"), format!("S{s:02}"))).collect()
            };
            let (before, after) = (text(&a), text(&b));
            let (mut x, mut y) = (before.clone(), after.clone());
            if turn {
                x.reverse();
                y.reverse();
            }
            let migration = Migration::count(
                x.iter().map(|(c, s)| (c.as_str(), s.as_str())).collect(),
                y.iter().map(|(c, s)| (c.as_str(), s.as_str())).collect(),
            );
            let sizes = |members: &[(String, String)]| {
                let mut sizes = BTreeMap::<String, u64>::new();
                for (_, segment) in members { *sizes.entry(segment.clone()).or_default() += 1; }
                sizes
            };
            let known = |sizes: BTreeMap<Option<&str>, u64>| -> BTreeMap<String, u64> {
                sizes.into_iter().filter_map(|(id, n)| Some((id?.to_owned(), n))).collect()
            };
            prop_assert_eq!(known(migration.sizes_before()), sizes(&before));
            prop_assert_eq!(known(migration.sizes_after()), sizes(&after));
            prop_assert_eq!(migration.in_both + migration.left, a.len() as u64);
            prop_assert_eq!(migration.in_both + migration.joined, b.len() as u64);
            let both: Vec<(usize, usize)> = a.iter()
                .filter_map(|(c, s)| Some((usize::from(*s), usize::from(*b.get(c)?))))
                .collect();
            let (left, right): (Vec<usize>, Vec<usize>) = both.into_iter().unzip();
            prop_assert!((migration.adjusted_rand - adjusted_rand(&left, &right)).abs() < 1e-12);
        }
    }
}
