use std::collections::BTreeMap;

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::CivilDateTime;
use crate::domain::{Channel, Label, SLUG, Share, is_slug};

/// One `[[activities]]` entry: something scheduled, with seats, that customers
/// are invited to.
#[derive(Debug, Clone, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Activity {
    /// Unique id of lower-case letters, digits and hyphens. A trailing date
    /// (`-2026-11`) marks one of a series, whose past outcomes count.
    #[schemars(regex(pattern = r"^[a-z0-9-]+$"), length(max = 80))]
    pub id: String,
    /// What people call it.
    pub name: Label,
    /// Id of the interest whose club runs it.
    pub interest: String,
    /// When it starts, in the pipeline's zone.
    pub starts: CivilDateTime,
    /// When it ends, in the pipeline's zone.
    #[serde(default)]
    pub ends: Option<CivilDateTime>,
    /// Where it takes place.
    #[serde(default)]
    pub place: Option<String>,
    /// Seats in all, or a table of seats by the customer's district.
    pub seats: Seats,
    /// Share of invited customers who usually accept; above 0.
    pub acceptance: Share,
    /// Worth of one customer who accepts, in the operator's currency.
    pub value: f64,
    /// Cost of one invitation, in the same currency.
    #[serde(default)]
    #[schemars(range(min = 0.0))]
    pub cost: f64,
    /// Channels to invite by, the preferred one first.
    #[serde(default)]
    pub channels: Vec<Channel>,
    /// SQL condition on the customer view; everyone when absent.
    #[serde(default)]
    pub eligible: Option<String>,
    /// Waitlist, as a share of tonight's invitations.
    #[serde(default = "default_waitlist")]
    pub waitlist: Share,
    /// Who answers for it.
    #[serde(default)]
    pub owner: String,
    /// Message to the customer, a template over `name`, `district`,
    /// `activity`, `starts` and `place`. It must say how to opt out.
    #[serde(default)]
    pub message: String,
    /// Why the data are used, for the record of processing.
    #[serde(default)]
    pub purpose: Option<String>,
}

const fn default_waitlist() -> Share {
    Share::of(0.2)
}

/// Seats of an activity: for everyone, or counted by the customer's district.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(
    untagged,
    expecting = "a number of seats, or a table of seats by district"
)]
pub enum Seats {
    /// Seats for everyone.
    Total(u32),
    /// Seats by district; a district that is not named has none.
    ByDistrict(BTreeMap<String, u32>),
}

impl Seats {
    /// All seats together.
    #[must_use]
    pub fn total(&self) -> u64 {
        match self {
            Self::Total(seats) => u64::from(*seats),
            Self::ByDistrict(seats) => seats.values().map(|&seats| u64::from(seats)).sum(),
        }
    }
}

impl Activity {
    /// The id without a trailing date: `film-night-2026-11` is one of the
    /// series `film-night`.
    #[must_use]
    pub fn series(&self) -> &str {
        series_of(&self.id)
    }

    /// What the settings say that cannot be, each with what is allowed.
    #[must_use]
    pub fn faults(&self) -> Vec<String> {
        let mut faults = Vec::new();
        if !is_slug(&self.id) {
            faults.push(format!("`id` is `{}`; allowed: {SLUG}", self.id));
        }
        if self.id == super::UNIVERSAL {
            // It would publish under the name of the universal control group.
            faults.push("`id` is `universal`, which names a control group".to_owned());
        }
        if self.acceptance.get() <= 0.0 {
            faults.push("`acceptance` is 0; allowed: above 0, at most 1".to_owned());
        }
        if !self.value.is_finite() {
            faults.push("`value` is not a finite number".to_owned());
        }
        if !self.cost.is_finite() || self.cost < 0.0 {
            faults.push(format!("`cost` is {}; allowed: 0 or more", self.cost));
        }
        let repeated = |at: usize| self.channels[..at].contains(&self.channels[at]);
        if (0..self.channels.len()).any(repeated) {
            faults.push("`channels` names a channel twice".to_owned());
        }
        faults
    }
}

/// An activity id without its trailing groups of digits.
pub(super) fn series_of(id: &str) -> &str {
    let mut series = id;
    while let Some((head, tail)) = series.rsplit_once('-') {
        let is_number = !tail.is_empty() && tail.bytes().all(|b| b.is_ascii_digit());
        if !is_number || head.is_empty() {
            break;
        }
        series = head;
    }
    series
}

#[cfg(test)]
mod tests {
    use super::*;

    #[derive(Deserialize)]
    struct File {
        activities: Vec<Activity>,
    }

    #[test]
    fn the_shipped_activities_are_read_without_fault() {
        let path = concat!(
            env!("CARGO_MANIFEST_DIR"),
            "/pipelines/nightly/activities.toml"
        );
        let file: File = toml::from_str(&std::fs::read_to_string(path).unwrap()).unwrap();
        assert_eq!(file.activities.len(), 12);
        assert!(
            file.activities
                .iter()
                .all(|activity| activity.faults().is_empty())
        );
        let night = &file.activities[0];
        assert_eq!(night.seats.total(), 220);
        assert_eq!(night.series(), "film-night");
        assert_eq!(night.channels, [Channel::App, Channel::Sms, Channel::Call]);
    }

    #[test]
    fn a_misspelt_key_is_refused() {
        let text = "id='a'\nname='A'\ninterest='film'\nstarts='2026-11-20T19:30'\nseats=1\nacceptance=0.5\nvalue=1\nseat=2";
        assert!(
            toml::from_str::<Activity>(text)
                .unwrap_err()
                .to_string()
                .contains("seat")
        );
    }

    #[test]
    fn a_series_keeps_numbers_inside_its_name() {
        assert_eq!(series_of("top-10-films-2026-11"), "top-10-films");
        assert_eq!(series_of("2026-11"), "2026");
        assert_eq!(series_of("open-mic"), "open-mic");
    }
}
