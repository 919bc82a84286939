//! The call queue: who is contacted about what, by which team, in what order.
//!
//! Conditions and events give hits (a customer × a reason). A hit with its
//! history is a case: what was tried, what was promised, what is next. Cases
//! that policy forbids tonight are held, and recorded as such; the others become
//! calls, one for each contact unit with all its reasons. Messages and visits
//! stay one for each customer and reason. Calls are planned over the days ahead
//! within the teams' hours; what does not fit today is carried over.
//!
//! Service contacts are about something that the customer has or asked for:
//! they need no marketing consent, and the do-not-contact list, the caps and
//! the control groups do not apply to them. Marketing contacts need all of
//! that, and give way while a reason that blocks promotion is open in the
//! contact unit.
//!
//! | file | job |
//! | --- | --- |
//! | `reason`, `team`, `settings` | the settings, as pipelines write them |
//! | `input` | what the stage gets |
//! | `hits` | conditions, events and what the previous run left, as one list |
//! | `log`, `cases` | the contacts about each; its attempts, promises, what is next |
//! | `daypart` | another time of day for the next attempt |
//! | `holds` | what is kept back tonight, and why |
//! | `calendar` | when each may be called about on the days ahead |
//! | `merge` | one call per contact unit, in the order of importance |
//! | `schedule`, `lane`, `rounds` | the day of each call, and of each visit |
//! | `assign` | teams, days and loads together |
//! | `dial` | the order in which a day is worked |
//! | `wording` | sentences, scripts, talking points |
//! | `ledger`, `supervision` | what became of every reason; what is overdue |
//! | `review` | the pre-launch review of reasons |
//! | `plan` | the stage as a whole |

mod agents;
mod assign;
mod calendar;
mod cases;
mod daypart;
mod dial;
mod hits;
mod holds;
mod input;
mod lane;
mod ledger;
mod load;
mod log;
mod merge;
mod plan;
mod reason;
mod review;
mod rounds;
mod schedule;
mod settings;
mod supervision;
mod team;
mod today;
mod wording;

#[cfg(test)]
mod tests;

pub use holds::Hold;
pub use input::{CarriedCall, QueueInput, ReasonHit};
pub use ledger::{ReasonRow, ReasonState};
pub use load::{DayLoad, TeamLoad};
pub use plan::plan_calls;
pub use reason::{
    Attempts, CallReason, MANAGER, MARKETING, Stays, Step, Teams, Trigger, contact_class,
};
pub use review::{CallReviewInput, held_back, review};
pub use settings::QueueSettings;
pub use supervision::{Overdue, alerts, overdue};
pub use team::{Hours, Team};
pub use wording::{ACTIVITY_WORDS, CASE_WORDS, mentioned, mentions};

use jiff::civil::Date;

use crate::campaign::{MessageError, Moment, UnknownZone};
use crate::domain::{Action, Channel};

/// What the stage hands on.
#[derive(Debug, Clone, PartialEq)]
pub struct CallQueue {
    /// The calls, messages and visits, in the order in which they are made.
    pub calls: Vec<Call>,
    /// Hits that policy keeps back tonight, by row, reason and activity.
    pub held: Vec<Held>,
    /// How full the teams are, by name.
    pub loads: Vec<TeamLoad>,
    /// What became of each reason's hits, in the order of the settings.
    pub counts: Vec<ReasonCount>,
    /// Every hit with what became of it, by row, reason and activity.
    pub ledger: Vec<ReasonRow>,
    /// Reasons of the previous run that no longer apply.
    pub lapsed: u64,
}

/// A customer's reason, as part of a call or held.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct HitRef {
    /// The customer's row.
    pub row: u32,
    /// The reason's index.
    pub reason: u16,
    /// The activity's index, where the reason comes from one.
    pub activity: Option<u16>,
}

/// A call, message or visit.
#[derive(Debug, Clone, PartialEq)]
pub struct Call {
    /// The customer to reach, and the leading reason.
    pub lead: HitRef,
    /// The contact unit's other reasons, in order; of any of its customers.
    pub further_reasons: Vec<HitRef>,
    /// What is done.
    pub action: Action,
    /// How the customer is reached.
    pub channel: Channel,
    /// The team that does it.
    pub team: String,
    /// Who answers for it.
    pub owner: String,
    /// The leading reason's priority; the lowest is first.
    pub priority: u32,
    /// The first day the leading reason was seen.
    pub since: Date,
    /// When it is due.
    pub due_at: Moment,
    /// Not earlier than this.
    pub not_before: Moment,
    /// Not later than this.
    pub not_after: Moment,
    /// About when it is made, if today.
    pub starts_at: Option<Moment>,
    /// The day for which it is planned; `None` beyond the days planned.
    pub planned_for: Option<Date>,
    /// Minutes of an agent that it takes.
    pub minutes: f64,
    /// Whether it is due before it can be made.
    pub late: bool,
    /// Whether it is late for want of hours alone.
    pub short: bool,
    /// Whether it could be made today and found no room in the team's hours.
    pub waits: bool,
    /// From 1: which attempt about the leading reason it is.
    pub attempt: u32,
    /// Today, or carried over.
    pub status: CallStatus,
    /// Whether a machine sends it.
    pub by_machine: bool,
    /// The reasons in a sentence each.
    pub sentence: String,
    /// What to say.
    pub script: String,
    /// What to raise besides: further reasons, top interest, next best activity;
    /// nothing for a machine.
    pub talking_points: Vec<String>,
    /// When the customer was promised to be called back, if that is kept.
    pub promised_at: Option<Moment>,
    /// What the customer was promised, as the agent noted it: for lists only.
    pub promises: Vec<String>,
}

/// Whether a call is made today.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum CallStatus {
    /// Today.
    Planned,
    /// The team's hours are full, or the day is none for it: on a later day.
    CarriedOver,
}

impl CallStatus {
    /// The name in `calls.parquet`.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Planned => "planned",
            Self::CarriedOver => "carried_over",
        }
    }
}

/// A hit that is kept back tonight.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Held {
    /// The hit.
    pub hit: HitRef,
    /// Why.
    pub hold: Hold,
}

/// What became of a reason's cases:
/// `hits = leading + further + held + done + expired`.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct ReasonCount {
    /// The reason's id.
    pub reason: String,
    /// Customers (and activities) with it.
    pub hits: u64,
    /// Of them, leading a call, message or visit.
    pub leading: u64,
    /// Of them, further reasons of a call.
    pub further: u64,
    /// Of them, held.
    pub held: u64,
    /// Of them, done not long ago.
    pub done: u64,
    /// Of them, given up.
    pub expired: u64,
}

/// Why no queue could be planned.
#[derive(Debug, thiserror::Error, PartialEq)]
pub enum CallsError {
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
    /// Entries refer to customers, reasons or activities that do not exist.
    #[error("{count} {list} refer to a customer, reason or activity that does not exist")]
    Unknown {
        /// Which list.
        list: &'static str,
        /// How many of its entries.
        count: usize,
    },
    /// A reason's team does not exist.
    #[error("the call reason `{reason}` names the team `{team}`, which does not exist")]
    UnknownTeam {
        /// The reason's id.
        reason: String,
        /// The team's name.
        team: String,
    },
    /// A customer's time zone is unknown.
    #[error(transparent)]
    Zone(#[from] UnknownZone),
    /// A script cannot be rendered.
    #[error(transparent)]
    Script(#[from] MessageError),
}
