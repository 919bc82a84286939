//! The ledger of reasons: what became of every reason of every customer, so
//! that nobody is forgotten and the next night knows where each stands.

use std::collections::BTreeMap;

use jiff::civil::{Date, Time};

use super::cases::{Case, Next};
use super::plan::due;
use super::wording::owner;
use super::{Call, CallStatus, Held, HitRef, Hold, QueueInput};
use crate::campaign::{Moment, Zones};
use crate::domain::CallClass;

/// A customer's reason tonight.
#[derive(Debug, Clone, PartialEq)]
pub struct ReasonRow {
    /// The customer and the reason.
    pub hit: HitRef,
    /// Since when it is open.
    pub since: Date,
    /// When it is due.
    pub due_at: Option<Moment>,
    /// Which attempt is next, from 1.
    pub attempt: u32,
    /// The last day on which it was tried.
    pub tried_on: Option<Date>,
    /// Who answers for it.
    pub owner: String,
    /// The team that has it, or would.
    pub team: String,
    /// What became of it.
    pub state: ReasonState,
    /// The place of its call among the calls.
    pub call: Option<usize>,
    /// Nights in a row without room in the team's hours.
    pub waits: u32,
    /// Whether it is open and its due time has passed. Marketing that policy
    /// keeps back is owed to nobody.
    pub overdue: bool,
    /// The night that listed it, while its outcome is not known.
    pub listed_on: Option<Date>,
    /// Whether a machine was to send it.
    pub by_machine: bool,
    /// Whether it was listed before and nobody worked it off.
    pub unworked: bool,
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
    /// Kept back.
    Held(Hold),
    /// Done on that day.
    Done(Date),
    /// Given up: it is too late for it.
    Expired,
}

impl ReasonState {
    /// The name in `reasons.parquet`.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Call { status, .. } => status.as_str(),
            Self::Held(_) => "held",
            Self::Done(_) => "done",
            Self::Expired => "expired",
        }
    }

    /// Whether something is still to be done about it.
    #[must_use]
    pub const fn is_open(self) -> bool {
        matches!(self, Self::Call { .. } | Self::Held(_))
    }
}

/// One row per case, in the order of cases.
pub(super) fn ledger(
    input: &QueueInput<'_>,
    zones: &Zones,
    cases: &[Case<'_>],
    calls: &[Call],
    held: &[Held],
) -> Vec<ReasonRow> {
    let mut places: BTreeMap<HitRef, (usize, bool)> = BTreeMap::new();
    for (index, call) in calls.iter().enumerate() {
        places.insert(call.lead, (index, true));
        places.extend(
            call.further_reasons
                .iter()
                .map(|&hit| (hit, (index, false))),
        );
    }
    let holds: BTreeMap<HitRef, Hold> = held.iter().map(|held| (held.hit, held.hold)).collect();
    let tonight = Moment::local(input.as_of, Time::midnight(), input.timezone).map(|m| m.at);
    let row = |case: &Case<'_>| {
        let reason = &input.reasons[usize::from(case.at.reason)];
        let call = places
            .get(&case.at)
            .map(|&(index, leads)| (index, leads, &calls[index]));
        let state = match (&case.next, call) {
            (Next::Done(day), _) => ReasonState::Done(*day),
            (Next::Expired, _) => ReasonState::Expired,
            (_, Some((_, leads, call))) => ReasonState::Call {
                status: call.status,
                leads,
            },
            (_, None) => ReasonState::Held(*holds.get(&case.at)?),
        };
        let planned = call.is_some_and(|(_, _, call)| call.status == CallStatus::Planned);
        let team = call.map_or_else(|| reason.team.first(), |(_, _, call)| call.team.as_str());
        let due_at = due(case.since, reason.due_hours, zones.of(case.at.row as usize));
        let owed = reason.class == CallClass::Service
            || !matches!(state, ReasonState::Held(Hold::Policy(_)));
        let waits = call.is_some_and(|(_, _, call)| call.waits);
        Some(ReasonRow {
            hit: case.at,
            since: case.since,
            due_at,
            attempt: case.attempt,
            tried_on: case.tried_on,
            owner: owner(input, case, team),
            team: team.to_owned(),
            state,
            call: call.map(|(index, _, _)| index),
            waits: if waits {
                case.carried.map_or(0, |call| call.waits) + 1
            } else {
                0
            },
            overdue: state.is_open() && owed && due_at.map(|due| due.at) <= tonight,
            listed_on: match case.next {
                Next::Await(listed) => Some(listed),
                _ => planned.then_some(input.as_of),
            },
            unworked: case.unworked,
            by_machine: planned && call.is_some_and(|(_, _, call)| call.by_machine),
        })
    };
    cases.iter().filter_map(row).collect()
}
