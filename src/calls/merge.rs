use std::cmp::Ordering;
use std::collections::{HashMap, HashSet};

use super::HitRef;
use super::calendar::{AtWork, Days};
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
    /// The teams that can do it, by place among all, the preferred one first,
    /// with the days on which they are at work within its window.
    pub(super) teams: Vec<AtWork>,
    /// Whether its contact counts already towards the caps.
    pub(super) counted: bool,
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

    fn is_today(&self) -> bool {
        self.promised().is_some() || self.days.open & 1 == 1
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

/// The marketing contact that a case is part of: the call of its contact unit,
/// or a message of its own. Visits are not capped.
fn marketing_contact(one: &Ready<'_>) -> Option<(Unit, Option<HitRef>)> {
    match (one.class, one.todo.channel()) {
        (CallClass::Service, _) | (_, Channel::Visit) => None,
        (_, Channel::Call) => Some((one.unit, None)),
        (_, Channel::App | Channel::Sms) => Some((one.unit, Some(one.at()))),
    }
}

/// Leaves each contact unit one new marketing contact a night, for which the
/// caps were tested: the most important of those that can be made today, and
/// none beside contacts that count already. Gives what stays and what does not.
pub(super) fn one_marketing_contact(ready: Vec<Ready<'_>>) -> (Vec<Ready<'_>>, Vec<HitRef>) {
    let mut first: HashMap<Unit, &Ready<'_>> = HashMap::new();
    let mut counted = HashSet::new();
    for one in &ready {
        let Some(contact) = marketing_contact(one) else {
            continue;
        };
        if one.counted {
            counted.insert(contact);
        }
        let best = first.entry(one.unit).or_insert(one);
        let place = |ready: &Ready<'_>| (!ready.counted, !ready.is_today());
        let order = place(one).cmp(&place(best)).then_with(|| one.order(best));
        if order == Ordering::Less {
            *best = one;
        }
    }
    let first: HashSet<_> = first.into_values().filter_map(marketing_contact).collect();
    let stays = |one: &Ready<'_>| {
        let contact = marketing_contact(one);
        contact.is_none_or(|contact| counted.contains(&contact) || first.contains(&contact))
    };
    let (stays, gives_way): (Vec<_>, Vec<_>) = ready.into_iter().partition(stays);
    (stays, gives_way.iter().map(Ready::at).collect())
}

/// One call per contact unit with all its cases; messages and visits as they
/// are. The result is in the order of importance.
///
/// A promised call-back carries the unit's other cases with it, except service
/// that is due before it: that is a call of its own.
pub(super) fn merge(mut ready: Vec<Ready<'_>>) -> Vec<Merged<'_>> {
    ready.sort_unstable_by(Ready::order);
    // Cases that can be called about today lead; what has to wait joins them.
    let (now, later): (Vec<_>, Vec<_>) = ready.into_iter().partition(Ready::is_today);
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
