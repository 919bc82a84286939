use std::cmp::Ordering;

use jiff::civil::Date;

use super::HitRef;
use super::hits::Hit;
use crate::campaign::{Moment, Window};
use crate::domain::{CallClass, Channel, Unit};

/// A hit that is to become a call, or part of one.
#[derive(Debug, Clone, Copy)]
pub(super) struct Ready<'a> {
    pub(super) hit: Hit<'a>,
    pub(super) unit: Unit,
    pub(super) channel: Channel,
    pub(super) priority: u32,
    pub(super) class: CallClass,
    pub(super) due_at: Moment,
    pub(super) window: Window,
    /// Random, so that a customer's id gives no advantage among equals.
    pub(super) tie: u64,
}

/// A leading hit with the further hits of the same contact unit.
#[derive(Debug)]
pub(super) struct Merged<'a> {
    pub(super) lead: Ready<'a>,
    pub(super) further: Vec<HitRef>,
}

impl Ready<'_> {
    /// The order in which calls are made: lowest priority number, service
    /// before marketing, due first, oldest first, most value first.
    fn order(&self, other: &Self) -> Ordering {
        let rank = |ready: &Self| {
            (
                ready.priority,
                ready.class,
                ready.due_at.at,
                ready.hit.since,
            )
        };
        let last = |ready: &Self| -> (u64, Unit, HitRef) { (ready.tie, ready.unit, ready.hit.at) };
        rank(self)
            .cmp(&rank(other))
            .then(other.hit.value.total_cmp(&self.hit.value))
            .then_with(|| last(self).cmp(&last(other)))
    }
}

/// One call per contact unit; messages and visits as they are. The result is
/// in the order in which they are made.
pub(super) fn merge(mut ready: Vec<Ready<'_>>) -> Vec<Merged<'_>> {
    ready.sort_unstable_by(Ready::order);
    // Where each unit's call stands in the result.
    let mut call_of: std::collections::HashMap<Unit, usize> = std::collections::HashMap::new();
    let mut merged: Vec<Merged<'_>> = Vec::with_capacity(ready.len());
    for one in ready {
        if one.channel == Channel::Call {
            match call_of.entry(one.unit) {
                std::collections::hash_map::Entry::Occupied(place) => {
                    merged[*place.get()].further.push(one.hit.at);
                    continue;
                }
                std::collections::hash_map::Entry::Vacant(place) => {
                    place.insert(merged.len());
                }
            }
        }
        merged.push(Merged {
            lead: one,
            further: Vec::new(),
        });
    }
    merged
}

/// When a hit first seen on `since` is due: so many hours after the midnight
/// that began the day.
pub(super) fn due(since: Date, hours: u32, zone: &jiff::tz::TimeZone) -> Option<Moment> {
    let midnight = Moment::local(since, jiff::civil::Time::midnight(), zone)?;
    let at = midnight
        .at
        .checked_add(jiff::SignedDuration::from_hours(i64::from(hours)))
        .ok()?;
    Some(Moment::in_zone(at, zone))
}
