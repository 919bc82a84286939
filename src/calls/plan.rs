use std::collections::{BTreeMap, HashMap};

use jiff::Timestamp;
use jiff::civil::Date;

use super::capacity::Capacity;
use super::hits::{Attempts, Hit, gather};
use super::holds::{Holds, service_cases};
use super::ledger::ledger;
use super::merge::{Merged, Ready, due, merge};
use super::reason::{MANAGER, Scripts};
use super::{
    Call, CallQueue, CallStatus, CallsError, Held, HitRef, Hold, QueueInput, ReasonCount, Team,
};
use crate::campaign::{Callee, History, Moment, NameHash, Search, UnitDraw, Window, Zones};
use crate::domain::Unit;

/// Plans tonight's calls, messages and visits.
///
/// Every hit ends in exactly one place: leading a call, as a further reason of
/// one, or held with the reason why. The result does not depend on the order
/// of the input's lists.
///
/// # Errors
/// When the lists of the input do not fit together, a customer's time zone is
/// unknown, or a script cannot be rendered.
pub fn plan_calls(input: &QueueInput<'_>) -> Result<CallQueue, CallsError> {
    input.check()?;
    let zones = Zones::new(input.people, input.timezone)?;
    let (hits, lapsed) = gather(input);
    let history = History::new(input.people, input.contacts, input.policy, input.as_of);
    let holds = Holds::new(input, &history, &service_cases(input, &hits));
    let clock = Clock::new(input, &zones);

    let mut ties: HashMap<Unit, u64> = HashMap::new();
    let name = NameHash::new("calls", &input.as_of.to_string());
    let mut tie = |unit: Unit| {
        *ties.entry(unit).or_insert_with(|| {
            let key = &input.people.unit_keys[unit as usize];
            UnitDraw::new(input.key, "calls", key).number(name)
        })
    };
    let mut held = Vec::new();
    let mut ready = Vec::new();
    for hit in &hits {
        match holds.of(hit).map_or_else(|| clock.timing(hit), Err) {
            Err(hold) => held.push(Held { hit: hit.at, hold }),
            Ok((due_at, window)) => {
                let reason = &input.reasons[usize::from(hit.at.reason)];
                let unit = input.people.unit[hit.at.row as usize];
                ready.push(Ready {
                    hit: *hit,
                    unit,
                    channel: reason.channel(),
                    priority: reason.priority,
                    class: reason.class,
                    due_at,
                    window,
                    tie: tie(unit),
                });
            }
        }
    }

    let attempts = Attempts::new(input);
    let mut wording = Wording::new(input)?;
    let mut capacity = Capacity::new(input.teams, input.as_of, input.policy);
    let mut calls = Vec::new();
    for merged in merge(ready) {
        calls.push(call(
            input,
            &clock,
            &attempts,
            &mut wording,
            &mut capacity,
            merged,
        )?);
    }
    Ok(CallQueue {
        counts: counts(input, &hits, &calls, &held),
        ledger: ledger(input, &hits, &attempts, &calls, &held),
        loads: capacity.into_loads(),
        calls,
        held,
        lapsed,
    })
}

/// When hits are due and may be called about.
struct Clock<'a> {
    input: QueueInput<'a>,
    zones: &'a Zones,
    /// By activity, its start.
    starts: Vec<Option<Timestamp>>,
}

impl<'a> Clock<'a> {
    fn new(input: &QueueInput<'a>, zones: &'a Zones) -> Self {
        let start = |activity: &crate::campaign::Activity| {
            let starts = activity.starts.0;
            Moment::local(starts.date(), starts.time(), input.timezone).map(|moment| moment.at)
        };
        Self {
            input: *input,
            zones,
            starts: input.activities.iter().map(start).collect(),
        }
    }

    fn team(&self, hit: HitRef) -> Option<&'a Team> {
        self.input
            .teams
            .get(&self.input.reasons[usize::from(hit.reason)].team)
    }

    fn window(&self, hit: HitRef, from: Date) -> Option<Window> {
        let reason = &self.input.reasons[usize::from(hit.reason)];
        let machine = self.team(hit).is_some_and(|team| team.automatic);
        let service = reason.class == crate::domain::CallClass::Service;
        let search = Search {
            skip_closed: !(machine && service),
            until: hit
                .activity
                .and_then(|activity| self.starts[usize::from(activity)]),
            ..Search::new(self.input.policy)
        };
        let callee = Callee::new(self.input.people, self.zones, hit.row as usize);
        search.first(from, reason.channel(), callee)
    }

    /// When the hit is due, and the first window for it.
    fn timing(&self, hit: &Hit<'_>) -> Result<(Moment, Window), Hold> {
        let reason = &self.input.reasons[usize::from(hit.at.reason)];
        let zone = self.zones.of(hit.at.row as usize);
        let due_at = due(hit.since, reason.due_hours, zone).ok_or(Hold::NoWindow)?;
        let window = self
            .window(hit.at, self.input.as_of)
            .ok_or(Hold::NoWindow)?;
        Ok((due_at, window))
    }

    /// The window on the next day on which the team works, if there is one
    /// before the activity starts.
    fn later(&self, hit: HitRef) -> Option<Window> {
        let team = self.team(hit)?;
        let mut day = self.input.as_of;
        for _ in 0..60 {
            day = day.tomorrow().ok()?;
            if team
                .capacity(day, self.input.policy)
                .is_none_or(|minutes| minutes > 0.0)
            {
                return self.window(hit, day);
            }
        }
        None
    }
}

/// Scripts and talking points, each rendered once.
struct Wording<'a> {
    input: QueueInput<'a>,
    scripts: Scripts<'a>,
    known: BTreeMap<(u16, Option<u16>), String>,
}

impl<'a> Wording<'a> {
    fn new(input: &QueueInput<'a>) -> Result<Self, CallsError> {
        let scripts = Scripts::new(input.reasons, input.activities, input.language)?;
        Ok(Self {
            input: *input,
            scripts,
            known: BTreeMap::new(),
        })
    }

    fn script(&mut self, hit: HitRef) -> Result<String, CallsError> {
        let key = (hit.reason, hit.activity);
        if let Some(script) = self.known.get(&key) {
            return Ok(script.clone());
        }
        let script = self.scripts.render(hit.reason, hit.activity)?;
        self.known.insert(key, script.clone());
        Ok(script)
    }

    fn talking_points(
        &mut self,
        lead: HitRef,
        further: &[HitRef],
    ) -> Result<Vec<String>, CallsError> {
        let language = self.input.language;
        let mut points = Vec::new();
        for hit in further {
            let label = self.input.reasons[usize::from(hit.reason)]
                .label
                .text(language);
            let point = format!("{label}: {}", self.script(*hit)?);
            if !points.contains(&point) {
                points.push(point);
            }
        }
        let own = &self.input.reasons[usize::from(lead.reason)].talking_points;
        points.extend(own.iter().map(|point| point.text(language).to_owned()));
        points.extend(self.input.top_interest[lead.row as usize].map(str::to_owned));
        Ok(points)
    }
}

fn call(
    input: &QueueInput<'_>,
    clock: &Clock<'_>,
    attempts: &Attempts,
    wording: &mut Wording<'_>,
    capacity: &mut Capacity<'_>,
    merged: Merged<'_>,
) -> Result<Call, CallsError> {
    let Merged { lead, further } = merged;
    let at = lead.hit.at;
    let reason = &input.reasons[usize::from(at.reason)];
    let today = capacity.take(&reason.team, lead.window.day == input.as_of);
    // Before the activity starts there may be no later day: then the call is
    // for agents who have time left today.
    let window = if today {
        lead.window
    } else {
        clock.later(at).unwrap_or(lead.window)
    };
    if lead.due_at.at < window.not_before.at {
        capacity.late(&reason.team);
    }
    Ok(Call {
        lead: at,
        action: reason.action,
        channel: lead.channel,
        team: reason.team.clone(),
        owner: owner(input, &lead.hit),
        priority: lead.priority,
        since: lead.hit.since,
        due_at: lead.due_at,
        not_before: window.not_before,
        not_after: window.not_after,
        attempt: attempts.next(&lead.hit),
        status: if today {
            CallStatus::Planned
        } else {
            CallStatus::CarriedOver
        },
        script: wording.script(at)?,
        talking_points: wording.talking_points(at, &further)?,
        further_reasons: further,
    })
}

/// Who was asked first stays responsible.
pub(super) fn owner(input: &QueueInput<'_>, hit: &Hit<'_>) -> String {
    let reason = &input.reasons[usize::from(hit.at.reason)];
    let manager = || input.people.manager[hit.at.row as usize].clone();
    match hit.carried {
        Some(call) if !call.owner.is_empty() => call.owner.clone(),
        _ if reason.owner == MANAGER => manager().unwrap_or_else(|| reason.team.clone()),
        _ => reason.owner.clone(),
    }
}

fn counts(
    input: &QueueInput<'_>,
    hits: &[Hit<'_>],
    calls: &[Call],
    held: &[Held],
) -> Vec<ReasonCount> {
    let of = |reason: &super::CallReason| ReasonCount {
        reason: reason.id.clone(),
        hits: 0,
        leading: 0,
        further: 0,
        held: 0,
    };
    let mut counts: Vec<ReasonCount> = input.reasons.iter().map(of).collect();
    for hit in hits {
        counts[usize::from(hit.at.reason)].hits += 1;
    }
    for call in calls {
        counts[usize::from(call.lead.reason)].leading += 1;
        for further in &call.further_reasons {
            counts[usize::from(further.reason)].further += 1;
        }
    }
    for held in held {
        counts[usize::from(held.hit.reason)].held += 1;
    }
    counts
}
