use std::cmp::Ordering;
use std::collections::HashMap;

use super::HitRef;
use super::calendar::Days;
use super::cases::{Case, Todo};
use crate::campaign::Moment;
use crate::domain::{CallClass, Channel, Unit};

/// A case that is to become a call, or part of one.
#[derive(Debug, Clone)]
pub(super) struct Ready<'a> {
    pub(super) case: &'a Case<'a>,
    pub(super) todo: &'a Todo<'a>,
    pub(super) unit: Unit,
    pub(super) class: CallClass,
    /// The priority, lowered by age: the lowest is first.
    pub(super) points: i64,
    pub(super) due_at: Moment,
    pub(super) days: Days,
    /// The teams that can do it, by place among all, the preferred one first.
    pub(super) teams: Vec<usize>,
    /// Random, so that a customer's id gives no advantage among equals.
    pub(super) tie: u64,
}

/// A leading case with the further cases of the same contact unit.
#[derive(Debug)]
pub(super) struct Merged<'a> {
    pub(super) lead: Ready<'a>,
    pub(super) further: Vec<HitRef>,
    /// The earliest of its cases' due times.
    pub(super) due_at: Moment,
}

impl Ready<'_> {
    pub(super) const fn at(&self) -> HitRef {
        self.case.at
    }

    /// The moment that was promised, if the call is made at it.
    const fn promised(&self) -> Option<jiff::Timestamp> {
        self.todo.promised
    }

    /// The order of importance: what was promised, service before marketing,
    /// the lowest priority number less age, due first, oldest first, most value
    /// first.
    fn order(&self, other: &Self) -> Ordering {
        let promised = |ready: &Self| (ready.promised().is_none(), ready.promised());
        let rank = |ready: &Self| (ready.class, ready.points, ready.due_at.at, ready.case.since);
        let last = |ready: &Self| (ready.tie, ready.unit, ready.at());
        promised(self)
            .cmp(&promised(other))
            .then_with(|| rank(self).cmp(&rank(other)))
            .then(other.case.value.total_cmp(&self.case.value))
            .then_with(|| last(self).cmp(&last(other)))
    }
}

/// One call per contact unit with all its cases; messages and visits as they
/// are. The result is in the order of importance.
///
/// A promised call-back carries the unit's other cases with it, except service
/// that is due before it: that is a call of its own.
pub(super) fn merge(mut ready: Vec<Ready<'_>>) -> Vec<Merged<'_>> {
    ready.sort_unstable_by(Ready::order);
    // Cases that can be called about today lead; what has to wait joins them.
    let (now, later): (Vec<_>, Vec<_>) = ready
        .into_iter()
        .partition(|one| one.promised().is_some() || one.days.open & 1 == 1);
    // Where each unit's calls stand in the result, the promised one first.
    let mut calls: HashMap<Unit, Vec<usize>> = HashMap::new();
    let mut merged: Vec<Merged<'_>> = Vec::with_capacity(now.len() + later.len());
    for one in now.into_iter().chain(later) {
        if one.todo.channel() == Channel::Call {
            let places = calls.entry(one.unit).or_default();
            let joins = places.iter().copied().find(|&place| {
                let lead = &merged[place].lead;
                lead.promised().is_none()
                    || one.class == CallClass::Marketing
                    || lead.promised().is_some_and(|at| at <= one.due_at.at)
            });
            if let Some(place) = joins {
                let call = &mut merged[place];
                call.further.push(one.at());
                if one.due_at.at < call.due_at.at {
                    call.due_at = one.due_at;
                }
                continue;
            }
            places.push(merged.len());
        }
        merged.push(Merged {
            due_at: one.due_at,
            lead: one,
            further: Vec::new(),
        });
    }
    merged.sort_by(|a, b| a.lead.order(&b.lead));
    merged
}
