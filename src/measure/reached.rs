use super::interval::{Interval, normal_margin};
use super::values::Moments;

/// The effect on those whom the treatment reached, where only a part of the
/// treated arm was reached and nobody of the control: the difference of the
/// arms divided by the part that was reached (Bloom, *Evaluation Review* 8
/// (1984) 225–246), with the interval of Anderson and Rubin (*Annals of
/// Mathematical Statistics* 20 (1949) 46–63), which holds for a small part too.
///
/// It takes for granted that being in the treated arm does nothing to those
/// who were not reached. `None` where too few were reached for an interval
/// with two ends, or an arm has fewer than two units.
#[must_use]
pub fn effect_on_reached(treated: &[f64], reached: &[bool], control: &[f64]) -> Option<Interval> {
    if treated.len() < 2 || control.len() < 2 {
        return None;
    }
    let response = Moments::of(treated.iter().copied());
    let part = Moments::of(reached.iter().map(|&yes| f64::from(u8::from(yes))));
    let held_out = Moments::of(control.iter().copied());
    let together: f64 = treated
        .iter()
        .zip(reached)
        .map(|(y, &yes)| (y - response.mean) * (f64::from(u8::from(yes)) - part.mean))
        .sum();
    let n = treated.len() as f64;
    let covariance = together / (n - 1.0) / n;
    // An effect t is in the interval when the mean of (response - t * reached)
    // differs from the control's by no more than the margin: a quadratic in t.
    let lift = response.mean - held_out.mean;
    let square = normal_margin().powi(2);
    let a = part.mean.powi(2) - square * part.error();
    let b = lift * part.mean - square * covariance;
    let c = lift * lift - square * (response.error() + held_out.error());
    if a <= 0.0 {
        return None;
    }
    let root = (b * b - a * c).max(0.0).sqrt();
    Some(Interval {
        estimate: lift / part.mean,
        low: (b - root) / a,
        high: (b + root) / a,
    })
}

#[cfg(test)]
mod tests {
    use super::super::values;
    use super::*;

    #[test]
    fn when_all_are_reached_it_is_the_lift_itself() {
        let treated: Vec<f64> = (0..4_000)
            .map(|i| f64::from(u8::from(i % 5 == 0)))
            .collect();
        let control: Vec<f64> = (0..900).map(|i| f64::from(u8::from(i % 9 == 0))).collect();
        let found = effect_on_reached(&treated, &vec![true; 4_000], &control).unwrap();
        let [t, c] = [&treated, &control].map(|g| Moments::of(g.iter().copied()));
        let (lift, _) = values::difference(&t, &c).unwrap();
        assert!((found.estimate - lift.estimate).abs() < 1e-12);
        // Normal here, Student's t there.
        assert!((found.low - lift.low).abs() < 1e-4, "{found:?} {lift:?}");
        assert!((found.high - lift.high).abs() < 1e-4, "{found:?} {lift:?}");
    }

    #[test]
    fn a_part_that_was_hardly_reached_has_no_interval() {
        let treated = vec![0.0; 50];
        let mut reached = vec![false; 50];
        reached[0] = true;
        assert_eq!(effect_on_reached(&treated, &reached, &treated), None);
    }
}
