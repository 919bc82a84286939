use super::interval::{Interval, normal_margin};
use super::lift::Kind;
use super::rates::Rate;
use super::values::Moments;

/// The effect on those whom treatment reached, where only a part of the
/// treated arm was reached and nobody of the control: the difference of the
/// arms divided by the part that was reached (Bloom, *Evaluation Review* 8
/// (1984) 225–246). The interval holds all effects that the arms do not
/// contradict (Anderson and Rubin, *Annals of Mathematical Statistics* 20
/// (1949) 46–63), so it is right for a small part too; the uncertainty of
/// rates is Wilson's, which makes it Newcombe's interval when all are reached.
///
/// It takes for granted that being in the treated arm does nothing to those
/// who were not reached. `None` where too few were reached for an interval
/// with two ends, or an arm has fewer than two units.
#[must_use]
pub fn effect_on_reached(
    kind: Kind,
    treated: &[f64],
    reached: &[bool],
    control: &[f64],
) -> Option<Interval> {
    if treated.len() < 2 || control.len() < 2 {
        return None;
    }
    let part = Moments::of(reached.iter().map(|&yes| f64::from(u8::from(yes))));
    let (response, held_out) = (Mean::of(kind, treated), Mean::of(kind, control));
    let together: f64 = treated
        .iter()
        .zip(reached)
        .map(|(y, &yes)| (y - response.mean) * (f64::from(u8::from(yes)) - part.mean))
        .sum();
    let n = treated.len() as f64;
    let covariance = together / (n - 1.0) / n;
    // An effect t is in the interval when the mean of (response - t * reached)
    // is no farther from the control's than the margin: a quadratic in t.
    let lift = response.mean - held_out.mean;
    let square = normal_margin().powi(2);
    let a = part.mean.powi(2) - square * part.error();
    let b = lift * part.mean - square * covariance;
    if a <= 0.0 {
        return None;
    }
    let root = |margins: f64| (b * b - a * (lift * lift - margins)).max(0.0).sqrt();
    let estimate = lift / part.mean;
    let low = (b - root(response.below + held_out.above)) / a;
    let high = (b + root(response.above + held_out.below)) / a;
    Some(Interval {
        estimate,
        low: low.min(estimate),
        high: high.max(estimate),
    })
}

/// A mean, and the squares of its margins to both sides.
struct Mean {
    mean: f64,
    below: f64,
    above: f64,
}

impl Mean {
    fn of(kind: Kind, values: &[f64]) -> Self {
        let moments = Moments::of(values.iter().copied());
        let mean = moments.mean;
        let margin = normal_margin().powi(2) * moments.error();
        let (below, above) = match kind {
            Kind::Value => (margin, margin),
            Kind::Rate => {
                let rate = Rate {
                    responses: values.iter().sum::<f64>() as u64,
                    units: moments.units,
                };
                let (low, high) = rate.wilson();
                ((mean - low).powi(2), (high - mean).powi(2))
            }
        };
        Self { mean, below, above }
    }
}

#[cfg(test)]
mod tests {
    use super::super::{rates, values};
    use super::*;

    #[test]
    fn when_all_are_reached_it_is_the_lift_itself() {
        let responded = |units: usize, every: usize| -> Vec<f64> {
            let responds = |unit| f64::from(u8::from(unit % every == 0));
            (0..units).map(responds).collect()
        };
        let (treated, control) = (responded(4_000, 5), responded(90, 30));
        let all = vec![true; treated.len()];
        let found = effect_on_reached(Kind::Rate, &treated, &all, &control).unwrap();
        let rate = |responses, units| Rate { responses, units };
        let lift = rates::difference(rate(800, 4_000), rate(3, 90));
        for (found, lift) in [
            (found.estimate, lift.estimate),
            (found.low, lift.low),
            (found.high, lift.high),
        ] {
            assert!((found - lift).abs() < 1e-12, "{found} {lift}");
        }
        let found = effect_on_reached(Kind::Value, &treated, &all, &control).unwrap();
        let [t, c] = [&treated, &control].map(|group| Moments::of(group.iter().copied()));
        let (lift, _) = values::difference(&t, &c).unwrap();
        // Normal here, Student's t there.
        assert!((found.low - lift.low).abs() < 2e-3, "{found:?} {lift:?}");
        assert!((found.high - lift.high).abs() < 2e-3, "{found:?} {lift:?}");
    }

    #[test]
    fn the_interval_is_the_one_found_by_trying_effects() {
        let reached: Vec<bool> = (0..40).map(|unit| unit % 2 == 0).collect();
        let treated: Vec<f64> = (0..40)
            .map(|unit| f64::from(unit % 5 + if unit % 2 == 0 { 3 } else { 0 }))
            .collect();
        let control: Vec<f64> = (0..25).map(|unit| f64::from(unit % 5)).collect();
        let found = effect_on_reached(Kind::Value, &treated, &reached, &control).unwrap();
        // By bisection in Python over t, where the squared difference of the
        // means of response - t * reached and control is 1.96² times its variance.
        assert!((found.estimate - 3.0).abs() < 1e-12, "{found:?}");
        assert!(
            (found.low - 1.485_245_278_003_653_4).abs() < 1e-9,
            "{found:?}"
        );
        assert!(
            (found.high - 4.514_754_721_996_347).abs() < 1e-9,
            "{found:?}"
        );
    }

    #[test]
    fn a_part_that_was_hardly_reached_has_no_interval() {
        let treated = vec![0.0; 50];
        let mut reached = vec![false; 50];
        reached[0] = true;
        let found = effect_on_reached(Kind::Rate, &treated, &reached, &treated);
        assert_eq!(found, None);
    }

    #[test]
    fn a_control_without_response_leaves_room_for_one() {
        let control = vec![0.0; 11];
        let mut treated = vec![0.0; 66];
        treated.extend([1.0; 10]);
        let reached: Vec<bool> = (0..76).map(|unit| unit % 10 > 3).collect();
        let found = effect_on_reached(Kind::Rate, &treated, &reached, &control).unwrap();
        assert!(found.low < 0.0, "{found:?}");
    }
}
