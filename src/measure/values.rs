use super::interval::{Interval, t_margin, two_sided_t};

/// The size, mean and variance of a group of values.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Moments {
    /// How many.
    pub units: u64,
    /// Their mean; 0 where there are none.
    pub mean: f64,
    /// Their variance with the divisor `units - 1`; 0 for fewer than two.
    pub variance: f64,
}

impl Moments {
    /// The moments of `values`, added up in their order, in two passes.
    pub fn of(values: impl Iterator<Item = f64> + Clone) -> Self {
        let (mut units, mut sum) = (0_u64, 0.0);
        for value in values.clone() {
            units += 1;
            sum += value;
        }
        let mean = if units == 0 { 0.0 } else { sum / units as f64 };
        let squares: f64 = values.map(|value| (value - mean).powi(2)).sum();
        Self {
            units,
            mean,
            variance: if units < 2 {
                0.0
            } else {
                squares / (units - 1) as f64
            },
        }
    }

    /// The variance of the mean.
    pub(super) fn error(&self) -> f64 {
        self.variance / self.units as f64
    }
}

/// The difference of two means with Welch's interval and two-sided p-value
/// (Welch, *Biometrika* 34 (1947) 28–35). `None` where a group has fewer than
/// two units, or no value differs from the others of its group.
pub(super) fn difference(treated: &Moments, control: &Moments) -> Option<(Interval, f64)> {
    let freedom = freedom(treated, control)?;
    let error = (treated.error() + control.error()).sqrt();
    let estimate = treated.mean - control.mean;
    let margin = t_margin(freedom) * error;
    let interval = Interval {
        estimate,
        low: estimate - margin,
        high: estimate + margin,
    };
    Some((interval, two_sided_t(estimate / error, freedom)))
}

/// The ratio of two means less 1, with the delta method on its logarithm: for
/// rates that is the interval of Katz et al. `None` where a mean is not above
/// 0, or there is no [`difference`].
pub(super) fn ratio(treated: &Moments, control: &Moments) -> Option<Interval> {
    let freedom = freedom(treated, control)?;
    if treated.mean <= 0.0 || control.mean <= 0.0 {
        return None;
    }
    let part = |group: &Moments| group.error() / group.mean.powi(2);
    let error = (part(treated) + part(control)).sqrt();
    let log_ratio = (treated.mean / control.mean).ln();
    Some(Interval::relative(log_ratio, t_margin(freedom) * error))
}

/// The degrees of freedom after Satterthwaite, *Biometrics* 2 (1946) 110–114.
fn freedom(treated: &Moments, control: &Moments) -> Option<f64> {
    if treated.units < 2 || control.units < 2 {
        return None;
    }
    let both = treated.error() + control.error();
    let part = |group: &Moments| (group.error() / both).powi(2) / (group.units - 1) as f64;
    (both > 0.0 && both.is_finite()).then(|| 1.0 / (part(treated) + part(control)))
}

#[cfg(test)]
mod tests {
    use super::super::interval::tests::near;
    use super::*;

    fn moments(values: &[f64]) -> Moments {
        Moments::of(values.iter().copied())
    }

    #[test]
    fn figures_are_those_of_scipy() {
        let treated = moments(&[12.0, 0.0, 7.5, 3.0, 0.0, 9.0, 21.0, 4.0]);
        let control = moments(&[0.0, 2.5, 0.0, 6.0, 1.0, 0.0, 3.0, 0.0, 8.0, 0.0, 0.5]);
        // scipy 1.17: ttest_ind(equal_var=False) and its confidence_interval(0.95).
        let (lift, p) = difference(&treated, &control).unwrap();
        assert!(near(lift.estimate, 5.153_409_090_909_091), "{lift:?}");
        assert!(near(lift.low, -0.839_396_621_218_500_4), "{lift:?}");
        assert!(near(lift.high, 11.146_214_803_036_681), "{lift:?}");
        assert!(near(p, 0.083_223_666_020_450_49), "{p}");
        // By hand in numpy: exp(ln(m1 / m0) ± t.ppf(0.975, df) * se) - 1 with
        // se² = v1 / n1 / m1² + v0 / n0 / m0² and Welch's df.
        let relative = ratio(&treated, &control).unwrap();
        assert!(
            near(relative.estimate, 2.699_404_761_904_762),
            "{relative:?}"
        );
        assert!(
            near(relative.low, 0.028_803_450_163_595_423),
            "{relative:?}"
        );
        assert!(near(relative.high, 12.302_439_429_113_04), "{relative:?}");
    }

    #[test]
    fn the_published_example_of_unequal_variances_comes_out() {
        // "Welch's t-test" with two samples of six weights (Wikipedia, "Student's
        // t-test", worked example): t = 1.959, 7.031 degrees of freedom, p = 0.0908.
        let (a, b) = (
            moments(&[30.02, 29.99, 30.11, 29.97, 30.01, 29.99]),
            moments(&[29.89, 29.93, 29.72, 29.98, 30.02, 29.98]),
        );
        let (lift, p) = difference(&a, &b).unwrap();
        assert!((lift.estimate - 0.095).abs() < 1e-9);
        assert!((p - 0.0908).abs() < 5e-5, "{p}");
        assert!((freedom(&a, &b).unwrap() - 7.031).abs() < 5e-4);
    }

    #[test]
    fn too_little_to_tell_gives_nothing() {
        let many = moments(&[1.0, 2.0, 3.0]);
        assert_eq!(difference(&moments(&[4.0]), &many), None);
        assert_eq!(difference(&moments(&[]), &many), None);
        let flat = moments(&[2.0, 2.0]);
        assert_eq!(difference(&flat, &flat), None);
        assert_eq!(ratio(&many, &moments(&[-1.0, 0.0])), None);
    }
}
