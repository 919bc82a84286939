//! How far a segment's members differ from everybody else, in sizes that can be
//! compared between features.

/// Two effect sizes of members against the other customers; absent where there
/// are none of either, or nothing varies.
#[derive(Debug, Clone, Copy, Default, PartialEq)]
pub(super) struct Effect {
    /// Difference of means in pooled standard deviations (Cohen 1988,
    /// *Statistical Power Analysis*, section 2.5).
    pub(super) cohens_d: Option<f64>,
    /// The share of pairs of a member and another in which the member has the
    /// larger value, less that in which the member has the smaller (Cliff
    /// 1993, *Dominance statistics*): −1 to 1 for any scale and whatever the
    /// outliers. Of a yes/no it is the difference of the shares of yes.
    pub(super) cliffs_delta: Option<f64>,
}

impl Effect {
    /// The effect in a yes/no, given how many say yes of how many there are,
    /// among members and among the others.
    pub(super) fn of_shares(members: (u64, u64), others: (u64, u64)) -> Self {
        if members.1 == 0 || others.1 == 0 {
            return Self::default();
        }
        let share = |(yes, all): (u64, u64)| yes as f64 / all as f64;
        let squares = |(yes, all): (u64, u64)| yes as f64 * (1.0 - share((yes, all)));
        let difference = share(members) - share(others);
        Self {
            cohens_d: cohens_d(
                difference,
                squares(members) + squares(others),
                members.1 + others.1,
            ),
            cliffs_delta: Some(difference),
        }
    }
}

/// The effect in each segment. `known` holds values and segments, ascending,
/// `by_segment` the values of each, and `population` the mean and standard
/// deviation of all.
pub(super) fn effects(
    known: &[(f64, usize)],
    by_segment: &[Vec<f64>],
    population: Option<(f64, f64)>,
) -> Vec<Effect> {
    let Some((mean, deviation)) = population else {
        return vec![Effect::default(); by_segment.len()];
    };
    let count = known.len() as f64;
    let ranks = rank_sums(known, by_segment.len());
    by_segment
        .iter()
        .zip(ranks)
        .map(|(values, ranks)| {
            let inside = values.len() as f64;
            let outside = count - inside;
            if inside == 0.0 || outside == 0.0 {
                return Effect::default();
            }
            // About the common mean, so that little is lost in differences.
            let sum: f64 = values.iter().map(|value| value - mean).sum();
            let (member, other) = (sum / inside, -sum / outside);
            let between = inside * member * member + outside * other * other;
            let within = (count * deviation * deviation - between).max(0.0);
            let wins = ranks - inside * (inside + 1.0) / 2.0;
            Effect {
                cohens_d: cohens_d(member - other, within, known.len() as u64),
                cliffs_delta: Some(2.0 * wins / (inside * outside) - 1.0),
            }
        })
        .collect()
}

/// The difference of two means, given the sum of squares within both groups.
fn cohens_d(difference: f64, within: f64, count: u64) -> Option<f64> {
    let variance = within / count.checked_sub(2).filter(|&free| free > 0)? as f64;
    // Rounding leaves a little where nothing varies within the groups.
    let deviation = variance.sqrt();
    (deviation > difference.abs() * 1e-5).then(|| difference / deviation)
}

/// The sum of the ranks of each segment's values, equal values having their
/// mean rank (Mann and Whitney 1947).
fn rank_sums(known: &[(f64, usize)], segments: usize) -> Vec<f64> {
    let mut sums = vec![0.0; segments];
    let mut before = 0;
    for equal in known.chunk_by(|a, b| a.0 == b.0) {
        let rank = before as f64 + (equal.len() as f64 + 1.0) / 2.0;
        equal.iter().for_each(|&(_, segment)| sums[segment] += rank);
        before += equal.len();
    }
    sums
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;
    use crate::segments::statistics::mean_and_deviation;

    fn of(mut known: Vec<(f64, usize)>, segments: usize) -> Vec<Effect> {
        known.sort_by(|a, b| a.0.total_cmp(&b.0));
        let mut by_segment = vec![Vec::new(); segments];
        known
            .iter()
            .for_each(|&(value, segment)| by_segment[segment].push(value));
        let all: Vec<f64> = known.iter().map(|(value, _)| *value).collect();
        effects(&known, &by_segment, Some(mean_and_deviation(&all)))
    }

    proptest! {
        #[test]
        fn delta_counts_pairs_and_d_is_the_textbook_one(
            known in prop::collection::vec((-5..5i32, 0..2usize), 4..60),
        ) {
            let group = |of: usize| -> Vec<f64> {
                known.iter().filter(|(_, g)| *g == of).map(|(v, _)| f64::from(*v)).collect()
            };
            let (members, others) = (group(0), group(1));
            prop_assume!(!members.is_empty() && !others.is_empty());
            let effect = of(known.iter().map(|&(v, g)| (f64::from(v), g)).collect(), 2)[0];
            let mut pairs = 0.0;
            for member in &members {
                pairs += others.iter().map(|other| (member - other).signum() * f64::from(u8::from(member != other))).sum::<f64>();
            }
            let delta = pairs / (members.len() * others.len()) as f64;
            prop_assert!((effect.cliffs_delta.unwrap() - delta).abs() < 1e-9);
            let ((m1, s1), (m2, s2)) = (mean_and_deviation(&members), mean_and_deviation(&others));
            let within = s1 * s1 * members.len() as f64 + s2 * s2 * others.len() as f64;
            let pooled = (within / (known.len() - 2) as f64).sqrt();
            match effect.cohens_d {
                Some(d) => prop_assert!((d - (m1 - m2) / pooled).abs() < 1e-6, "{} {}", d, pooled),
                None => prop_assert!(pooled < 1e-3 || m1 == m2, "{}", pooled),
            }
        }

        #[test]
        fn of_yes_or_no_delta_is_the_difference_of_shares(
            known in prop::collection::vec((0..2i32, 0..2usize), 4..60),
        ) {
            let count = |value: i32, group: usize| {
                known.iter().filter(|&&(v, g)| v == value && g == group).count() as u64
            };
            let (yes, all) = ([count(1, 0), count(1, 1)], [0, 1].map(|g| count(0, g) + count(1, g)));
            prop_assume!(all[0] > 0 && all[1] > 0);
            let shares = Effect::of_shares((yes[0], all[0]), (yes[1], all[1]));
            let numbers = of(known.iter().map(|&(v, g)| (f64::from(v), g)).collect(), 2)[0];
            prop_assert!((shares.cliffs_delta.unwrap() - numbers.cliffs_delta.unwrap()).abs() < 1e-9);
            match (shares.cohens_d, numbers.cohens_d) {
                (Some(a), Some(b)) => prop_assert!((a - b).abs() < 1e-6),
                (a, b) => prop_assert_eq!(a, b),
            }
        }
    }

    #[test]
    fn a_segment_of_everybody_has_nobody_to_differ_from() {
        assert_eq!(of(vec![(1.0, 0), (2.0, 0)], 2), [Effect::default(); 2]);
    }
}
