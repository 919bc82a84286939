use schemars::JsonSchema;
use serde::Deserialize;

use super::schedule::MOST_DAYS;

/// The `[queue]` section: how the call queue is planned.
#[derive(Debug, Clone, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, default)]
pub struct QueueSettings {
    /// By how much each day of waiting raises a reason: so much is taken off
    /// its priority number.
    #[schemars(range(min = 0.0, max = 1000.0))]
    pub ageing: f64,
    /// Days that are planned ahead, tonight's included.
    #[schemars(range(min = 1, max = 60))]
    pub days: u32,
    /// How long a call that was listed waits for its outcome in the contact
    /// history before it is listed again.
    #[schemars(range(max = 60))]
    pub outcome_days: u32,
    /// A reason that found no place in its team's hours for so many nights in a
    /// row is an alert.
    #[schemars(range(min = 1, max = 60))]
    pub alert_nights: u32,
}

impl Default for QueueSettings {
    fn default() -> Self {
        Self {
            ageing: 1.0,
            days: 14,
            outcome_days: 3,
            alert_nights: 3,
        }
    }
}

impl QueueSettings {
    /// What the settings say that cannot be, each with what is allowed.
    #[must_use]
    pub fn faults(&self) -> Vec<String> {
        let mut faults = Vec::new();
        if !(0.0..=1000.0).contains(&self.ageing) {
            faults.push(format!("`ageing` is {}; allowed: 0 to 1000", self.ageing));
        }
        if !(1..=MOST_DAYS).contains(&(self.days as usize)) {
            faults.push(format!(
                "`days` is {}; allowed: 1 to {MOST_DAYS}",
                self.days
            ));
        }
        if self.outcome_days > 60 {
            faults.push(format!(
                "`outcome_days` is {}; allowed: 0 to 60",
                self.outcome_days
            ));
        }
        if !(1..=60).contains(&self.alert_nights) {
            faults.push(format!(
                "`alert_nights` is {}; allowed: 1 to 60",
                self.alert_nights
            ));
        }
        faults
    }
}
