//! What was compared, how often, and what differs.

use std::collections::BTreeMap;
use std::fmt;

/// How often each kind of rule decided, and differences by what differs.
#[derive(Debug, Default)]
pub(crate) struct Tally {
    pub(crate) counts: BTreeMap<String, u64>,
    /// How many, and the first.
    pub(crate) differences: BTreeMap<String, (u64, String)>,
}

impl Tally {
    pub(crate) fn add(&mut self, other: Self) {
        for (rule, count) in other.counts {
            *self.counts.entry(rule).or_default() += count;
        }
        for (what, (count, first)) in other.differences {
            self.differences.entry(what).or_insert((0, first)).0 += count;
        }
    }

    pub(crate) fn count(&mut self, rule: impl Into<String>) {
        *self.counts.entry(rule.into()).or_default() += 1;
    }

    pub(crate) fn differs(&mut self, what: &str, example: impl FnOnce() -> String) {
        let found = self.differences.entry(what.to_owned());
        found.or_insert_with(|| (0, example())).0 += 1;
    }

    /// Kinds of rules that decided fewer than `least` times.
    pub(crate) fn seldom(&self, least: u64) -> impl Iterator<Item = &str> {
        KINDS
            .into_iter()
            .filter(move |kind| self.counts.get(*kind).copied().unwrap_or_default() < least.max(1))
    }
}

/// What must have occurred.
const KINDS: [&str; 32] = [
    "a call",
    "a call with three reasons",
    "a place's holiday is passed over",
    "age_unknown",
    "another part of the day",
    "another round after the rest",
    "attempts_used_up",
    "awaiting_outcome",
    "blocked",
    "carried_over",
    "clocks change",
    "contact_cap",
    "cool_off",
    "do_not_contact",
    "done",
    "expired",
    "minor",
    "no_consent",
    "no_personalisation",
    "no_phone",
    "no_team",
    "no_window",
    "other_invitation",
    "planned",
    "promised, and to the minute",
    "review",
    "rung call",
    "rung sms",
    "rung visit",
    "service_first",
    "universal_control",
    "until the activity begins",
];

impl fmt::Display for Tally {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (rule, count) in &self.counts {
            writeln!(f, "{count:>10} {rule}")?;
        }
        for (what, (count, first)) in &self.differences {
            writeln!(f, "DIFFERENT {count:>10} {what}: {first}")?;
        }
        Ok(())
    }
}
