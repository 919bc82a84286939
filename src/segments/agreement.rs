use std::collections::{BTreeMap, BTreeSet};

/// The adjusted Rand index of two labellings of the same things: 1 when they
/// agree, around 0 when they are unrelated (Hubert and Arabie 1985).
///
/// Labels may be any numbers; things beyond the shorter slice are ignored.
#[must_use]
pub fn adjusted_rand(a: &[usize], b: &[usize]) -> f64 {
    let place = |labels: &[usize]| -> BTreeMap<usize, usize> {
        let different: BTreeSet<usize> = labels.iter().copied().collect();
        different.into_iter().zip(0..).collect()
    };
    let (row, column) = (place(a), place(b));
    let mut counts = vec![vec![0u64; column.len()]; row.len()];
    for (a, b) in a.iter().zip(b) {
        counts[row[a]][column[b]] += 1;
    }
    adjusted_rand_of_counts(&counts)
}

/// The adjusted Rand index of two groupings from how many things each pair of
/// groups shares: a row per group of the one, a column per group of the other.
#[must_use]
pub fn adjusted_rand_of_counts(counts: &[Vec<u64>]) -> f64 {
    let pairs = |count: u64| (count as f64) * (count as f64 - 1.0) / 2.0;
    let rows: Vec<u64> = counts.iter().map(|row| row.iter().sum()).collect();
    let width = counts.iter().map(Vec::len).max().unwrap_or(0);
    let columns: Vec<u64> = (0..width)
        .map(|column| counts.iter().filter_map(|row| row.get(column)).sum())
        .collect();
    let together: f64 = counts.iter().flatten().map(|&count| pairs(count)).sum();
    let in_a: f64 = rows.iter().map(|&count| pairs(count)).sum();
    let in_b: f64 = columns.iter().map(|&count| pairs(count)).sum();
    let all = pairs(rows.iter().sum());
    let expected = if all > 0.0 { in_a * in_b / all } else { 0.0 };
    let most = f64::midpoint(in_a, in_b);
    if most == expected {
        1.0
    } else {
        (together - expected) / (most - expected)
    }
}

#[cfg(test)]
mod tests {
    use super::adjusted_rand;

    #[test]
    fn the_names_of_labels_do_not_matter() {
        assert_eq!(adjusted_rand(&[0, 0, 1, 1, 2], &[7, 7, 3, 3, 9]), 1.0);
    }

    #[test]
    fn a_published_example_is_reproduced() {
        // The worked example of scikit-learn's user guide.
        let index = adjusted_rand(&[0, 0, 0, 1, 1, 1], &[0, 0, 1, 1, 2, 2]);
        assert!((index - 0.242_424).abs() < 1e-5, "{index}");
    }

    #[test]
    fn unrelated_labels_score_near_zero() {
        let a: Vec<usize> = (0..1000).map(|i| i % 2).collect();
        let b: Vec<usize> = (0..1000).map(|i| i / 500).collect();
        assert!(adjusted_rand(&a, &b).abs() < 0.01);
    }
}
