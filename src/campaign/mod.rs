//! The campaign: who is invited to what tonight.
//!
//! Eligible customers become candidates; the contact policy, the control
//! groups and the allocation of seats decide about each of them in that order,
//! and the ledger records the first reason that decided.
//!
//! | file | job |
//! | --- | --- |
//! | `activity`, `policy`, `controls`, `civil` | the settings, as pipelines write them |
//! | `review`, `review_messages`, `volume` | the pre-launch review of activities |
//! | `history`, `screen` | what earlier contacts, consent and policy leave open |
//! | `windows`, `callees` | when a customer may be contacted |
//! | `propensity` | how likely an invitation is accepted |
//! | `pools`, `allocation` | who is invited, within all bounds |
//! | `earlier_contacts` | what earlier contacts use up and conflict with |
//! | `ledger`, `constraints`, `reconcile` | a decision for every candidate, and that they add up |
//! | `plan` | the stage as a whole |
//! | `message` | the text to the customer |

mod activity;
mod allocation;
mod callees;
mod civil;
mod constraints;
mod controls;
mod earlier;
mod earlier_contacts;
mod history;
mod input;
mod ledger;
mod message;
mod plan;
mod policy;
mod pools;
mod propensity;
mod reconcile;
mod review;
mod review_messages;
mod screen;
mod volume;
mod windows;

#[cfg(test)]
mod bounds_tests;
#[cfg(test)]
mod invariants;
#[cfg(test)]
pub(crate) mod testing;

pub use activity::{Activity, Seats};
pub use allocation::{GivenUp, Optimum, Scarce};
pub(crate) use callees::Callees;
pub use callees::{Callee, UnknownZone, Zones};
pub use civil::{CivilDate, CivilDateTime, CivilTime};
pub use controls::{ControlSettings, Key, KeyError, NameHash, UnitDraw};
pub(crate) use earlier::Earlier;
pub use history::{Contact, ContactOutcome, History};
pub use input::{Bounds, CallMinutes, CampaignInput, Score};
pub use ledger::Candidates;
pub(crate) use message::activity_values;
pub use message::{MessageError, Messages, Recipient, Texts};
pub use plan::{UNIVERSAL, plan_campaign};
pub use policy::{
    CallHours, Cap, CoolOff, DayHours, EARLIEST, LATEST, PROCESSED_AGE, Policy, WeekHours,
};
pub use propensity::{
    CalibrationBin, Judged, LIMITS, Level, Model, Outcome, Propensity, PropensitySettings, Spread,
};
pub use reconcile::{Unreconciled, reconcile};
pub use review::{ReviewFinding, ReviewInput, held_back, review};
pub use review_messages::says_how_to_opt_out;
pub use screen::{Allowed, Bound, Refusal, Screening, Suppression};
pub use volume::{ReviewSettings, Volumes};
pub use windows::{Moment, Search, Window};

use crate::domain::{Channel, DecisionReason};

/// What the stage hands on.
#[derive(Debug, Clone, PartialEq)]
pub struct Campaign {
    /// The decisions ledger.
    pub candidates: Candidates,
    /// Invitations and waitlists, by activity and rank.
    pub invitations: Vec<Invitation>,
    /// The units held out tonight that would otherwise have been in the
    /// running, by group and pseudonym.
    pub controls: Vec<ControlRow>,
    /// By contact unit, where a cap or a pause keeps it off tonight: the first
    /// day on which the same contacts no longer do.
    pub again_from: Vec<Option<jiff::civil::Date>>,
    /// What the probabilities are made from.
    pub propensity: Propensity,
    /// What became of each activity's eligible customers, one per activity.
    pub funnel: Vec<ActivityFunnel>,
    /// How good the allocation is, and what it is short of.
    pub optimum: Optimum,
}

/// A customer's invitation, or place on the waitlist.
#[derive(Debug, Clone, PartialEq)]
pub struct Invitation {
    /// The customer's row.
    pub row: u32,
    /// The activity's index.
    pub activity: u16,
    /// How to invite.
    pub channel: Channel,
    /// From 1 within the activity, most value first; the waitlist goes on
    /// where the invitations end.
    pub rank: u32,
    /// Probability of accepting, 0 to 1.
    pub probability: f64,
    /// Expected net value, in the operator's currency.
    pub value: f64,
    /// Contact not earlier than this.
    pub not_before: Moment,
    /// Contact not later than this.
    pub not_after: Moment,
    /// Invited, or waiting.
    pub status: InvitationStatus,
    /// Who answers for it.
    pub owner: String,
}

/// Whether the invitation goes out now.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum InvitationStatus {
    /// Goes out now.
    Invited,
    /// Next in line, should invited customers decline.
    Waitlist,
}

impl InvitationStatus {
    /// The name in `invitations.parquet`.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Invited => "invited",
            Self::Waitlist => "waitlist",
        }
    }
}

/// A contact unit in a control group.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ControlRow {
    /// The unit's pseudonym: 32 hexadecimal digits of its keyed hash.
    pub unit: String,
    /// [`UNIVERSAL`], or the activity's id.
    pub control: String,
}

/// From an activity's eligible customers to those invited.
#[derive(Debug, Clone, PartialEq)]
pub struct ActivityFunnel {
    /// The activity's id.
    pub activity: String,
    /// Candidates.
    pub eligible: u64,
    /// Candidates by reason, in the order of [`DecisionReason::ALL`].
    pub reasons: [u64; DecisionReason::ALL.len()],
    /// Seats in all.
    pub seats: u64,
    /// Invited tonight.
    pub invited: u64,
    /// On tonight's waitlist.
    pub waitlist: u64,
    /// Seats that earlier invitations are expected to fill.
    pub earlier_attendance: f64,
    /// Seats that tonight's invitations are expected to fill.
    pub expected_attendance: f64,
}

/// Why no campaign could be planned.
#[derive(Debug, thiserror::Error, PartialEq)]
pub enum CampaignError {
    /// A list of the input has the wrong length.
    #[error("`{list}` has {found} entries where {expected} are needed")]
    Length {
        /// Which list.
        list: &'static str,
        /// Its length.
        found: usize,
        /// The length it must have.
        expected: usize,
    },
    /// Entries refer to customers that do not exist.
    #[error("{count} {list} refer to rows that are no customers")]
    Rows {
        /// Which list.
        list: &'static str,
        /// How many of its entries.
        count: usize,
    },
    /// An activity's eligible rows are not ascending rows of customers.
    #[error("the eligible rows of `{activity}` are not ascending rows of customers")]
    Eligible {
        /// The activity's id.
        activity: String,
    },
    /// Scores that cannot be.
    #[error(
        "{count} scores name no activity, or hold a probability outside 0 to 1 or a value that is no number"
    )]
    Scores {
        /// How many.
        count: usize,
    },
    /// More than one score for a customer and activity.
    #[error("{count} scores repeat a customer and activity; keep one of each")]
    RepeatedScores {
        /// How many beyond the first.
        count: usize,
    },
    /// There is more than the ledger can number.
    #[error("there are more than 65,000 activities, districts with seats and caps in all")]
    TooManyActivities,
    /// There is more than the ledger can number.
    #[error("there are more than 4 billion candidates; narrow the activities' `eligible`")]
    TooManyCandidates,
    /// Bounds contradict each other though inviting nobody would keep them: a
    /// fault of clubcall.
    #[error("the allocation failed: {0}")]
    Allocation(String),
    /// A customer's time zone is unknown.
    #[error(transparent)]
    Zone(#[from] UnknownZone),
    /// The decisions do not add up: a fault of clubcall.
    #[error(transparent)]
    Unreconciled(#[from] Unreconciled),
}
