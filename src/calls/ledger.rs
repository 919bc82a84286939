//! The ledger of reasons: what became of every reason of every customer, so
//! that nobody is forgotten and the next night knows since when each is open.

use std::collections::BTreeMap;

use jiff::civil::Date;

use super::hits::{Attempts, Hit};
use super::plan::owner;
use super::{Call, CallStatus, Held, HitRef, Hold, QueueInput};

/// A customer's reason tonight.
#[derive(Debug, Clone, PartialEq)]
pub struct ReasonRow {
    /// The customer and the reason.
    pub hit: HitRef,
    /// The first day it was seen.
    pub since: Date,
    /// Which attempt it is, from 1.
    pub attempt: u32,
    /// Who answers for it.
    pub owner: String,
    /// What became of it.
    pub state: ReasonState,
}

/// What became of a reason tonight.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ReasonState {
    /// Part of a call, message or visit.
    Call {
        /// Today or later.
        status: CallStatus,
        /// Whether it is the leading reason.
        leads: bool,
    },
    /// Kept back by policy.
    Held(Hold),
}

impl ReasonState {
    /// The name in `reasons.parquet`.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Call { status, .. } => status.as_str(),
            Self::Held(_) => "held",
        }
    }
}

/// One row per hit, in the order of hits. Every hit is in exactly one call or
/// held; [`super::plan_calls`] has seen to that.
pub(super) fn ledger(
    input: &QueueInput<'_>,
    hits: &[Hit<'_>],
    attempts: &Attempts,
    calls: &[Call],
    held: &[Held],
) -> Vec<ReasonRow> {
    let mut states: BTreeMap<HitRef, ReasonState> = BTreeMap::new();
    for call in calls {
        let state = |leads| ReasonState::Call {
            status: call.status,
            leads,
        };
        states.insert(call.lead, state(true));
        for further in &call.further_reasons {
            states.insert(*further, state(false));
        }
    }
    for held in held {
        states.insert(held.hit, ReasonState::Held(held.hold));
    }
    let row = |hit: &Hit<'_>| {
        Some(ReasonRow {
            hit: hit.at,
            since: hit.since,
            attempt: attempts.next(hit),
            owner: owner(input, hit),
            state: *states.get(&hit.at)?,
        })
    };
    hits.iter().filter_map(row).collect()
}
