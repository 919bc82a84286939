use jiff::civil::Date;
use jiff::tz::TimeZone;

use super::{
    Activity, CampaignError, Contact, ControlSettings, Key, Outcome, Policy, PropensitySettings,
    Suppression,
};
use crate::allocation::{ConflictSettings, ConstraintSettings, ContactRuleSettings};
use crate::domain::People;

/// A propensity from another model; trusted as a calibrated probability.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Score {
    /// The customer's row.
    pub row: u32,
    /// The activity's index.
    pub activity: u16,
    /// Probability of accepting, 0 to 1.
    pub probability: f64,
    /// Worth of this customer's acceptance, instead of the activity's value.
    pub value: Option<f64>,
}

/// What bounds invitations beside seats and policy.
#[derive(Debug, Clone, Copy, Default)]
pub struct Bounds<'a> {
    /// `[[constraints]]`.
    pub constraints: &'a [ConstraintSettings],
    /// `[[contact_rules]]`.
    pub contact_rules: &'a [ContactRuleSettings],
    /// `[[conflicts]]`.
    pub conflicts: &'a [ConflictSettings],
    /// The minutes that are left for invitations by call.
    pub call_minutes: Option<&'a CallMinutes>,
}

/// The working time of the team that invites by call.
#[derive(Debug, Clone, PartialEq)]
pub struct CallMinutes {
    /// As the ledger names it: `minutes of team clubs`.
    pub name: String,
    /// Minutes left tonight.
    pub left: f64,
    /// Minutes of one call.
    pub per_call: f64,
}

/// All that the campaign is planned from. Lists by row have one entry per
/// customer, lists by activity one per activity.
#[derive(Debug, Clone, Copy)]
pub struct CampaignInput<'a> {
    /// The day whose lists are made.
    pub as_of: Date,
    /// The pipeline's zone: activities start by it, and customers without a
    /// zone of their own live by it.
    pub timezone: &'a TimeZone,
    /// The customers.
    pub people: &'a People,
    /// Tonight's activities.
    pub activities: &'a [Activity],
    /// By activity: whether the pre-launch review holds it back.
    pub held_back: &'a [bool],
    /// By activity: the rows that meet its rule, ascending.
    pub eligible: &'a [Vec<u32>],
    /// By activity: every row's affinity to its interest, 0 to 1.
    pub affinity: &'a [Vec<f64>],
    /// Every row's segment, as a number from 0.
    pub segment: &'a [u32],
    /// Propensities from outside, at most one per customer and activity.
    pub scores: &'a [Score],
    /// Past outcomes.
    pub outcomes: &'a [Outcome],
    /// What bounds invitations beside seats.
    pub bounds: Bounds<'a>,
    /// Contacts made, and our own earlier invitations.
    pub contacts: &'a [Contact],
    /// Do-not-contact entries.
    pub suppressions: &'a [Suppression],
    /// Whether the do-not-contact list is missing or older than allowed.
    pub do_not_contact_stale: bool,
    /// By row: whether a service case is open that blocks promotion.
    pub service_first: &'a [bool],
    /// By contact unit: whether a marketing call or message about a call reason
    /// is its contact tonight.
    pub follow_up_first: &'a [bool],
    /// `[policy]`.
    pub policy: &'a Policy,
    /// `[propensity]`.
    pub propensity: PropensitySettings,
    /// `[controls]`.
    pub controls: &'a ControlSettings,
    /// The key of the control groups.
    pub key: &'a Key,
}

impl CampaignInput<'_> {
    /// Checks that the lists fit together.
    pub(super) fn check(&self) -> Result<(), CampaignError> {
        let (rows, activities) = (self.people.len(), self.activities.len());
        let lengths = [
            ("held_back", self.held_back.len(), activities),
            ("eligible", self.eligible.len(), activities),
            ("affinity", self.affinity.len(), activities),
            ("segment", self.segment.len(), rows),
            ("service_first", self.service_first.len(), rows),
            (
                "follow_up_first",
                self.follow_up_first.len(),
                self.people.unit_keys.len(),
            ),
        ];
        for (list, found, expected) in lengths {
            if found != expected {
                return Err(CampaignError::Length {
                    list,
                    found,
                    expected,
                });
            }
        }
        for (activity, (eligible, affinity)) in self
            .activities
            .iter()
            .zip(self.eligible.iter().zip(self.affinity))
        {
            if affinity.len() != rows {
                let (found, expected) = (affinity.len(), rows);
                return Err(CampaignError::Length {
                    list: "affinity",
                    found,
                    expected,
                });
            }
            let ascending = eligible.is_sorted_by(|a, b| a < b);
            if !ascending || eligible.last().is_some_and(|&last| last as usize >= rows) {
                return Err(CampaignError::Eligible {
                    activity: activity.id.clone(),
                });
            }
        }
        check_rows(
            "contacts",
            rows,
            self.contacts.iter().map(|contact| contact.row),
        )?;
        check_rows(
            "suppressions",
            rows,
            self.suppressions.iter().map(|entry| entry.row),
        )?;
        check_rows(
            "outcomes",
            rows,
            self.outcomes.iter().map(|outcome| outcome.row),
        )?;
        check_rows("scores", rows, self.scores.iter().map(|score| score.row))?;
        let odd = |score: &&Score| {
            usize::from(score.activity) >= activities
                || !(0.0..=1.0).contains(&score.probability)
                || score.value.is_some_and(|value| !value.is_finite())
        };
        match self.scores.iter().filter(odd).count() {
            0 => Ok(()),
            count => Err(CampaignError::Scores { count }),
        }
    }
}

/// Checks that every row of `list` is a customer's.
fn check_rows(
    list: &'static str,
    customers: usize,
    rows: impl Iterator<Item = u32>,
) -> Result<(), CampaignError> {
    match rows.filter(|&row| row as usize >= customers).count() {
        0 => Ok(()),
        count => Err(CampaignError::Rows { list, count }),
    }
}
