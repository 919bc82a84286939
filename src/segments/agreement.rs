/// The adjusted Rand index of two labellings of the same things: 1 when they
/// agree, around 0 when they are unrelated (Hubert and Arabie 1985).
///
/// Labels may be any numbers; things beyond the shorter slice are ignored.
#[must_use]
pub fn adjusted_rand(a: &[usize], b: &[usize]) -> f64 {
    use std::collections::BTreeMap;

    let (mut both, mut rows, mut columns) = (BTreeMap::new(), BTreeMap::new(), BTreeMap::new());
    for (&a, &b) in a.iter().zip(b) {
        *both.entry((a, b)).or_insert(0u64) += 1;
        *rows.entry(a).or_insert(0u64) += 1;
        *columns.entry(b).or_insert(0u64) += 1;
    }
    let pairs = |count: &u64| (*count as f64) * (*count as f64 - 1.0) / 2.0;
    let together: f64 = both.values().map(pairs).sum();
    let in_a: f64 = rows.values().map(pairs).sum();
    let in_b: f64 = columns.values().map(pairs).sum();
    let all = pairs(&(a.len().min(b.len()) as u64));
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
