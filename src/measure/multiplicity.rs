/// P-values adjusted for having been looked at together, by Holm's step-down
/// method (*Scandinavian Journal of Statistics* 6 (1979) 65–70), in the order
/// given. Among those below 0.05, the chance that any is there by luck alone
/// stays below 5 %, however they depend on each other: the right promise where
/// each claim about a segment leads to an action.
#[must_use]
pub fn holm(p_values: &[f64]) -> Vec<f64> {
    let mut order: Vec<usize> = (0..p_values.len()).collect();
    order.sort_by(|&a, &b| p_values[a].total_cmp(&p_values[b]));
    let mut adjusted = vec![0.0; p_values.len()];
    let mut highest = 0.0_f64;
    for (place, &index) in order.iter().enumerate() {
        let tests_left = (p_values.len() - place) as f64;
        highest = highest.max((p_values[index] * tests_left).min(1.0));
        adjusted[index] = highest;
    }
    adjusted
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn adjusted_values_are_those_of_statsmodels() {
        // statsmodels 0.15: multipletests(method="holm").
        let found = holm(&[0.01, 0.04, 0.03, 0.005, 0.2]);
        for (found, expected) in found.iter().zip([0.04, 0.09, 0.09, 0.025, 0.2]) {
            assert!((found - expected).abs() < 1e-12, "{found}");
        }
        assert_eq!(holm(&[0.5]), [0.5]);
        assert_eq!(holm(&[0.9, 0.8]), [1.0, 1.0]);
        assert!(holm(&[]).is_empty());
    }
}
