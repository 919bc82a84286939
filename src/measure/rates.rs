use statrs::function::factorial::ln_factorial;

use super::interval::{Interval, normal_margin, two_sided_normal};
use super::lift::Test;

/// How many of a group's units responded; `responses <= units`, and there is
/// at least one unit.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Rate {
    /// Units that responded.
    pub responses: u64,
    /// Units in all.
    pub units: u64,
}

impl Rate {
    /// The share that responded.
    #[must_use]
    pub fn share(self) -> f64 {
        self.responses as f64 / self.units as f64
    }

    /// The limits of Wilson's score interval.
    pub(super) fn wilson(self) -> (f64, f64) {
        let (n, p, z) = (self.units as f64, self.share(), normal_margin());
        let centre = p + z * z / (2.0 * n);
        let spread = z * (p * (1.0 - p) / n + z * z / (4.0 * n * n)).sqrt();
        let scale = 1.0 + z * z / n;
        ((centre - spread) / scale, (centre + spread) / scale)
    }
}

/// The difference of two rates with the hybrid score interval, without
/// continuity correction: method 10 of Newcombe, *Statistics in Medicine* 17
/// (1998) 873–890. It never leaves -1 to 1 and holds at zero responses too.
pub(super) fn difference(treated: Rate, control: Rate) -> Interval {
    let (p1, p0) = (treated.share(), control.share());
    let ((low1, high1), (low0, high0)) = (treated.wilson(), control.wilson());
    let estimate = p1 - p0;
    Interval {
        estimate,
        low: estimate - (p1 - low1).hypot(high0 - p0),
        high: estimate + (high1 - p1).hypot(p0 - low0),
    }
}

/// The ratio of two rates less 1, with the log interval of Katz, Baptista,
/// Azen and Pike, *Biometrics* 34 (1978) 469–474. `None` where a group has no
/// response: the logarithm has no variance there.
pub(super) fn ratio(treated: Rate, control: Rate) -> Option<Interval> {
    if treated.responses == 0 || control.responses == 0 {
        return None;
    }
    let part = |rate: Rate| 1.0 / rate.responses as f64 - 1.0 / rate.units as f64;
    let error = (part(treated) + part(control)).sqrt();
    let log_ratio = (treated.share() / control.share()).ln();
    Some(Interval::relative(log_ratio, normal_margin() * error))
}

/// The two-sided p-value of "both rates are equal", by the rule of Campbell,
/// *Statistics in Medicine* 26 (2007) 3661–3675: the N − 1 chi-squared test
/// where every expected count is 1 or more, else the Fisher–Irwin test.
pub(super) fn test(treated: Rate, control: Rate) -> (f64, Test) {
    let (n1, n0) = (treated.units as f64, control.units as f64);
    let (yes, total) = ((treated.responses + control.responses) as f64, n1 + n0);
    let no = total - yes;
    if yes.min(no) * n1.min(n0) < total {
        return (fisher_irwin(treated, control), Test::FisherIrwin);
    }
    let pooled = yes / total;
    let difference = treated.share() - control.share();
    let error = (pooled * (1.0 - pooled) * (1.0 / n1 + 1.0 / n0)).sqrt();
    let z = difference / error * ((total - 1.0) / total).sqrt();
    (two_sided_normal(z), Test::ChiSquared)
}

/// Fisher's exact test, two-sided by Irwin's rule: the probability, given the
/// margins, of all tables that are no likelier than the one found.
fn fisher_irwin(treated: Rate, control: Rate) -> f64 {
    let yes = treated.responses + control.responses;
    let choose = |n: u64, k: u64| ln_factorial(n) - ln_factorial(k) - ln_factorial(n - k);
    let all = choose(treated.units + control.units, yes);
    let chance = |responses: u64| {
        (choose(treated.units, responses) + choose(control.units, yes - responses) - all).exp()
    };
    // Equal chances may differ in the last digits; R and scipy allow for the same.
    let found = chance(treated.responses) * (1.0 + 1e-7);
    let possible = yes.saturating_sub(control.units)..=yes.min(treated.units);
    let sum: f64 = possible.map(chance).filter(|&p| p <= found).sum();
    sum.min(1.0)
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::super::interval::tests::near;
    use super::*;

    fn rate(responses: u64, units: u64) -> Rate {
        Rate { responses, units }
    }

    #[test]
    fn intervals_are_those_of_newcombes_table() {
        // Newcombe 1998, Table II, method 10, examples (a) to (h): four decimals.
        for (treated, control, low, high) in [
            ((56, 70), (48, 80), 0.0524, 0.3339),
            ((9, 10), (3, 10), 0.1705, 0.8090),
            ((6, 7), (2, 7), 0.0582, 0.8062),
            ((5, 56), (0, 29), -0.0381, 0.1926),
            ((0, 10), (0, 20), -0.1611, 0.2775),
            ((0, 10), (0, 10), -0.2775, 0.2775),
            ((10, 10), (0, 20), 0.6791, 1.0),
            ((10, 10), (0, 10), 0.6075, 1.0),
        ] {
            let found = difference(rate(treated.0, treated.1), rate(control.0, control.1));
            assert!((found.low - low).abs() < 5e-5, "{treated:?} {found:?}");
            assert!((found.high - high).abs() < 5e-5, "{treated:?} {found:?}");
        }
    }

    #[test]
    fn figures_of_a_campaign_are_those_of_statsmodels_and_scipy() {
        let (treated, control) = (rate(1_204, 9_012), rate(98, 1_001));
        // statsmodels 0.15: confint_proportions_2indep, method "newcomb".
        let lift = difference(treated, control);
        assert!(near(lift.low, 0.014_573_586_054_428_912), "{lift:?}");
        assert!(near(lift.high, 0.054_061_389_273_620_81), "{lift:?}");
        // scipy 1.17: stats.contingency.relative_risk.
        let relative = ratio(treated, control).unwrap();
        assert!(
            near(relative.estimate, 0.364_624_944_518_42),
            "{relative:?}"
        );
        assert!(near(relative.low, 0.122_572_270_275_68), "{relative:?}");
        assert!(near(relative.high, 0.658_869_801_535_88), "{relative:?}");
    }

    #[test]
    fn p_values_are_those_of_scipy() {
        // chi2.sf of (N - 1) / N times chi2_contingency(correction=False).
        for (treated, control, p) in [
            (
                rate(1_204, 9_012),
                rate(98, 1_001),
                0.001_444_699_794_443_714_8,
            ),
            (rate(56, 70), rate(48, 80), 0.008_258_287_929_380_78),
            (rate(5, 56), rate(0, 29), 0.099_175_654_570_550_75),
        ] {
            let (found, by) = test(treated, control);
            assert!(near(found, p), "{treated:?}: {found}");
            assert_eq!(by, Test::ChiSquared);
        }
        // fisher_exact.
        for (treated, control, p) in [
            (rate(6, 7), rate(2, 7), 0.102_564_102_564_102_56),
            (rate(5, 56), rate(0, 29), 0.160_621_443_209_471_1),
            (rate(10, 10), rate(0, 20), 3.328_339_160_423_118e-8),
            (
                rate(1_204, 9_012),
                rate(98, 1_001),
                0.001_259_901_760_096_902_4,
            ),
        ] {
            let found = fisher_irwin(treated, control);
            assert!((found / p - 1.0).abs() < 1e-6, "{treated:?}: {found}");
        }
        assert_eq!(test(rate(1, 5_000), rate(0, 20)).1, Test::FisherIrwin);
        assert_eq!(test(rate(0, 10), rate(0, 20)), (1.0, Test::FisherIrwin));
        assert_eq!(test(rate(10, 10), rate(20, 20)).0, 1.0);
    }

    #[test]
    fn there_is_no_relative_lift_without_responses() {
        assert_eq!(ratio(rate(0, 10), rate(3, 10)), None);
        assert_eq!(ratio(rate(3, 10), rate(0, 10)), None);
    }

    proptest! {
        #[test]
        fn figures_make_sense_at_any_counts(
            n1 in 1_u64..3_000, n0 in 1_u64..3_000, a in 0.0..=1.0_f64, b in 0.0..=1.0_f64,
        ) {
            let treated = rate((a * n1 as f64).round() as u64, n1);
            let control = rate((b * n0 as f64).round() as u64, n0);
            let lift = difference(treated, control);
            prop_assert!(-1.0 - 1e-12 <= lift.low && lift.high <= 1.0 + 1e-12);
            prop_assert!(lift.low <= lift.estimate && lift.estimate <= lift.high);
            // Exchanging the groups turns every sign.
            let turned = difference(control, treated);
            prop_assert!((lift.low + turned.high).abs() < 1e-12);
            let (p, _) = test(treated, control);
            prop_assert!((0.0..=1.0).contains(&p));
            prop_assert!((p - test(control, treated).0).abs() < 1e-6);
        }
    }
}
