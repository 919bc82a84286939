use std::collections::BTreeMap;

use schemars::JsonSchema;
use serde::Deserialize;

/// Fewer than this many say too little about the next night.
const LEAST_COMPARED: u64 = 50;

/// The `[review]` section: what the pre-launch review takes for unusual.
#[derive(Debug, Clone, Copy, PartialEq, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, default)]
pub struct ReviewSettings {
    /// The least and the most candidates that an activity may have, and
    /// customers that a call reason may apply to, as multiples of the previous
    /// run's; fewer than 50 there are not compared.
    pub volume: [f64; 2],
}

impl Default for ReviewSettings {
    fn default() -> Self {
        Self { volume: [0.2, 5.0] }
    }
}

/// How many there were in the previous run, by id of activity or call reason.
pub type Volumes = BTreeMap<String, u64>;

impl ReviewSettings {
    /// What the settings say that cannot be, each with what is allowed.
    #[must_use]
    pub fn faults(&self) -> Vec<String> {
        let [least, most] = self.volume;
        if 0.0 <= least && least < most {
            return Vec::new();
        }
        vec![format!(
            "`volume` is [{least}, {most}]; allowed: two numbers from 0, the smaller first"
        )]
    }

    /// What is unusual about that many tonight, of what is named in `what`.
    #[must_use]
    pub fn unusual(&self, what: &str, tonight: u64, before: Option<u64>) -> Option<String> {
        let before = before.filter(|&before| before >= LEAST_COMPARED)?;
        let [least, most] = self.volume;
        let ratio = tonight as f64 / before as f64;
        (ratio < least || ratio > most).then(|| {
            format!(
                "{tonight} {what} after {before} in the previous run, outside {least} to {most} \
                 times; if it is right, widen `[review] volume`"
            )
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn volumes_are_compared_where_there_were_enough() {
        let unusual = |tonight, before| {
            ReviewSettings::default()
                .unusual("candidates", tonight, before)
                .is_some()
        };
        assert!(unusual(0, Some(50)) && unusual(9, Some(50)) && unusual(251, Some(50)));
        assert!(!unusual(10, Some(50)) && !unusual(250, Some(50)));
        assert!(!unusual(0, Some(49)) && !unusual(1000, Some(3)));
        assert!(!unusual(1000, None), "nothing to compare with");
    }

    #[test]
    fn bounds_are_two_numbers_the_smaller_first() {
        let faults = |volume| ReviewSettings { volume }.faults().len();
        assert_eq!(
            [faults([0.0, 2.0]), faults([2.0, 0.2]), faults([-1.0, 2.0])],
            [0, 1, 1]
        );
        assert_eq!(faults([f64::NAN, 2.0]), 1);
    }
}
