use serde::Serialize;
use statrs::distribution::{ContinuousCDF, StudentsT};
use statrs::function::erf::{erfc, erfc_inv};

/// The confidence of every interval.
pub const CONFIDENCE: f64 = 0.95;

/// An estimate with its 95 % interval; `low <= estimate <= high`.
#[derive(Debug, Clone, Copy, PartialEq, Serialize)]
pub struct Interval {
    /// The estimate.
    pub estimate: f64,
    /// The lower limit.
    pub low: f64,
    /// The upper limit.
    pub high: f64,
}

impl Interval {
    /// Whether the interval holds `value`.
    #[must_use]
    pub fn covers(&self, value: f64) -> bool {
        self.low <= value && value <= self.high
    }

    /// The interval of `exp(estimate ± margin) - 1`: a change relative to a
    /// base, from the logarithm of a ratio.
    pub(super) fn relative(log_ratio: f64, margin: f64) -> Self {
        Self {
            estimate: log_ratio.exp_m1(),
            low: (log_ratio - margin).exp_m1(),
            high: (log_ratio + margin).exp_m1(),
        }
    }
}

/// The number of standard errors that a two-sided interval of the normal
/// distribution spans to each side: 1.96.
pub(super) fn normal_margin() -> f64 {
    normal_quantile(0.5 + CONFIDENCE / 2.0)
}

/// The same for Student's t with `freedom` degrees of freedom, above 0.
pub(super) fn t_margin(freedom: f64) -> f64 {
    match StudentsT::new(0.0, 1.0, freedom) {
        Ok(student) if freedom < 1e4 => student.inverse_cdf(0.5 + CONFIDENCE / 2.0),
        // The library's inverse loses digits here, and two terms of the
        // expansion suffice: Abramowitz and Stegun (1964), 26.7.5.
        _ => {
            let z = normal_margin();
            let first = (z.powi(3) + z) / 4.0;
            let second = (5.0 * z.powi(5) + 16.0 * z.powi(3) + 3.0 * z) / 96.0;
            z + first / freedom + second / freedom.powi(2)
        }
    }
}

/// The value below which a standard normal lies with probability `p`, above 0
/// and below 1.
pub(super) fn normal_quantile(p: f64) -> f64 {
    -std::f64::consts::SQRT_2 * erfc_inv(2.0 * p)
}

/// The probability that a standard normal lies below `z`.
pub(super) fn normal_cdf(z: f64) -> f64 {
    erfc(-z / std::f64::consts::SQRT_2) / 2.0
}

/// Two-sided p-value of a standard normal.
pub(super) fn two_sided_normal(z: f64) -> f64 {
    erfc(z.abs() / std::f64::consts::SQRT_2)
}

/// Two-sided p-value of Student's t with `freedom` degrees of freedom, above 0.
pub(super) fn two_sided_t(t: f64, freedom: f64) -> f64 {
    match StudentsT::new(0.0, 1.0, freedom) {
        Ok(student) => 2.0 * student.sf(t.abs()),
        Err(_) => two_sided_normal(t),
    }
}

#[cfg(test)]
pub(super) mod tests {
    use super::*;

    /// Whether two numbers agree to a relative 1e-9.
    pub(crate) fn near(found: f64, expected: f64) -> bool {
        (found - expected).abs() <= 1e-9 * expected.abs().max(1e-9)
    }

    #[test]
    fn quantiles_and_tails_are_those_of_scipy() {
        // scipy 1.17: norm.ppf, t.ppf(0.975, df), 2 * t.sf, 2 * norm.sf.
        assert!(near(normal_margin(), 1.959_963_984_540_054));
        assert!(near(normal_quantile(0.8), 0.841_621_233_572_914_3));
        assert!(near(
            t_margin(7.030_559_959_884_322),
            2.362_542_232_065_832_7
        ));
        assert!(near(t_margin(1.0), 12.706_204_736_174_694));
        assert!(near(t_margin(9_999.0), 1.960201263621357));
        assert!(near(t_margin(250_000.0), 1.959_973_473_670_135_3));
        assert!(near(two_sided_t(2.5, 12.0), 0.027_915_399_571_325_24));
        assert!(near(two_sided_normal(6.0), 1.973_175_290_075_389e-9));
        assert!(near(normal_cdf(-1.5), 0.066_807_201_268_858_07));
    }
}
