//! Thresholds that a person would choose.

use crate::segments::model::is_value;

/// Equal parts of the customers, between which thresholds lie.
const PARTS: u32 = 128;

/// The first and the last of these parts are cut in four, for small clusters.
const TAIL: u32 = 4;

/// Between any two neighbouring quantiles of `values` the number that takes
/// the fewest digits, ascending and without repetition.
///
/// A threshold `t` tells "at most t" from "above t". It is as round as the
/// data allow: where customers lie wide apart it has one digit, and where a
/// year or a postcode carries the difference it keeps all of them.
pub(super) fn thresholds(values: impl Iterator<Item = f64>) -> Vec<f64> {
    let mut sorted: Vec<f64> = values.filter(|&value| is_value(value)).collect();
    sorted.sort_unstable_by(f64::total_cmp);
    let fine = 4 * PARTS;
    let shares = (0..=fine).filter(|at| {
        let end = 4 * TAIL;
        at % 4 == 0 || *at < end || *at > fine - end
    });
    // Values that occur, so that nothing lies between neighbours.
    let last = sorted.len().saturating_sub(1) as f64;
    let place = |share: u32| (f64::from(share) / f64::from(fine) * last).round() as usize;
    let mut knots: Vec<f64> = shares
        .filter_map(|share| sorted.get(place(share)).copied())
        .collect();
    knots.dedup();
    let mut thresholds: Vec<f64> = knots
        .windows(2)
        .filter_map(|pair| simplest(pair[0], pair[1]))
        .collect();
    thresholds.dedup();
    thresholds
}

/// The number from `low` up to but not including `high` with the fewest
/// digits, and of these the one nearest to the middle.
fn simplest(low: f64, high: f64) -> Option<f64> {
    if low <= 0.0 && 0.0 < high {
        return Some(0.0);
    }
    let middle = low + (high - low) / 2.0;
    let top = low.abs().max(high.abs()).log10().floor() as i32;
    // 17 digits tell any two different numbers apart.
    for power in (top - 17..=top).rev() {
        for multiple in [5, 2, 1] {
            // Through text, since 10⁻² and its multiples have no exact form.
            let number = |count: f64| -> Option<f64> {
                format!("{:.0}e{power}", count * f64::from(multiple))
                    .parse()
                    .ok()
            };
            let step = f64::from(multiple) * 10f64.powi(power);
            let inside = |value: &f64| low <= *value && *value < high;
            let nearest = (middle / step).round();
            let around = [nearest, nearest - 1.0, nearest + 1.0];
            if let Some(found) = around.into_iter().filter_map(number).find(inside) {
                return Some(found);
            }
        }
    }
    None
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    proptest! {
        #[test]
        fn a_threshold_lies_between_and_reads_back(
            low in -1e9..1e9f64,
            width in prop_oneof![1e-6..1e-3f64, 0.1..10.0f64, 1e3..1e9f64],
        ) {
            let found = simplest(low, low + width).unwrap();
            prop_assert!(low <= found && found < low + width, "{}", found);
            prop_assert_eq!(found.to_string().parse::<f64>().unwrap(), found);
        }
    }

    #[test]
    fn thresholds_are_as_round_as_the_data_allow() {
        for (low, high, expected) in [
            (0.371, 0.389, 0.38),
            (0.28, 0.34, 0.3),
            (4312.0, 5377.0, 5000.0),
            (2018.2, 2019.1, 2019.0),
            (3.0, 4.0, 3.0),
            (0.0, 1.0, 0.0),
            (-7.3, -6.1, -7.0),
            (0.000_12, 0.000_19, 0.000_15),
            (1e-30, 1e30, 5e29),
        ] {
            assert_eq!(simplest(low, high), Some(expected), "{low} to {high}");
        }
    }

    #[test]
    fn equal_and_missing_values_give_no_threshold() {
        assert!(thresholds([2.0; 50].into_iter()).is_empty());
        assert!(thresholds([f64::NAN, f64::INFINITY].into_iter()).is_empty());
        assert_eq!(thresholds([0.0, 1.0, 1.0, f64::NAN].into_iter()), [0.0]);
    }

    #[test]
    fn every_group_of_values_can_be_told_from_the_next() {
        let values: Vec<f64> = (0..1280).map(|i| f64::from(i / 10)).collect();
        let found = thresholds(values.into_iter());
        assert!(found.len() > 120, "{}", found.len());
        assert!(found.is_sorted_by(|a, b| a < b));
    }
}
