use super::interval::{CONFIDENCE, normal_cdf, normal_quantile};

/// The chance with which a lift is to be found, as planned sizes are judged by.
pub const POWER: f64 = 0.8;

/// The planned sizes of an experiment, and what happens without treatment.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Plan {
    /// The rate of response without treatment, from 0 to 1.
    pub base: f64,
    /// Units to be treated.
    pub treated: u64,
    /// Units to be held out.
    pub control: u64,
}

/// The chance that a two-sided test at 5 % finds an absolute lift of `lift`,
/// 0 to 1, by the normal approximation (Fleiss, Levin and Paik, *Statistical
/// Methods for Rates and Proportions*, 3rd ed., section 4.3); 0 where a group
/// is empty or the rate leaves 0 to 1.
#[must_use]
pub fn power(plan: &Plan, lift: f64) -> f64 {
    let (n1, n0) = (plan.treated as f64, plan.control as f64);
    let (p1, p0) = (plan.base + lift, plan.base);
    // A lift to exactly 1 may be off by the last digit.
    let share = |p: f64| (-1e-12..=1.0 + 1e-12).contains(&p);
    if plan.treated == 0 || plan.control == 0 || !share(p1) || !share(p0) {
        return 0.0;
    }
    let (p1, p0) = (p1.clamp(0.0, 1.0), p0.clamp(0.0, 1.0));
    let pooled = (n1 * p1 + n0 * p0) / (n1 + n0);
    let under_null = (pooled * (1.0 - pooled) * (1.0 / n1 + 1.0 / n0)).sqrt();
    let error = (p1 * (1.0 - p1) / n1 + p0 * (1.0 - p0) / n0).sqrt();
    let margin = normal_quantile(0.5 + CONFIDENCE / 2.0) * under_null;
    match lift.abs() - margin {
        beyond if error > 0.0 => normal_cdf(beyond / error),
        beyond => f64::from(u8::from(beyond > 0.0)),
    }
}

/// The smallest positive absolute lift that is found with a chance of at least
/// `wanted` (usually 0.8), to a millionth. `None` where even a lift to a rate
/// of 1 would not be.
#[must_use]
pub fn detectable_lift(plan: &Plan, wanted: f64) -> Option<f64> {
    let (mut low, mut high) = (0.0, 1.0 - plan.base);
    if power(plan, high) < wanted {
        return None;
    }
    while high - low > 1e-6 {
        let middle = f64::midpoint(low, high);
        if power(plan, middle) >= wanted {
            high = middle;
        } else {
            low = middle;
        }
    }
    Some(high)
}

#[cfg(test)]
mod tests {
    use super::*;

    const PLAN: Plan = Plan {
        base: 0.02,
        treated: 9_000,
        control: 1_000,
    };

    #[test]
    fn power_is_that_of_r() {
        // The examples of R's help page of power.prop.test: n = 50 a group has
        // power 0.740 for 0.50 against 0.75, and n = 76.7 has power 0.90.
        let plan = |n| Plan {
            base: 0.5,
            treated: n,
            control: n,
        };
        assert!((power(&plan(50), 0.25) - 0.740_165_9).abs() < 1e-6);
        assert!(power(&plan(76), 0.25) < 0.9 && power(&plan(77), 0.25) > 0.9);
    }

    #[test]
    fn the_detectable_lift_has_the_wanted_power_and_shrinks_with_the_groups() {
        let lift = detectable_lift(&PLAN, 0.8).unwrap();
        assert!((power(&PLAN, lift) - 0.8).abs() < 1e-3, "{lift}");
        let larger = Plan {
            control: 5_000,
            ..PLAN
        };
        assert!(detectable_lift(&larger, 0.8).unwrap() < lift);
    }

    #[test]
    fn nothing_can_be_found_with_an_empty_or_tiny_group() {
        assert_eq!(detectable_lift(&Plan { control: 0, ..PLAN }, 0.8), None);
        assert_eq!(
            detectable_lift(
                &Plan {
                    treated: 2,
                    control: 1,
                    base: 0.5
                },
                0.8
            ),
            None
        );
        assert_eq!(power(&PLAN, 0.99), 0.0);
    }
}
