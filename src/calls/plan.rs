use std::collections::HashMap;

use jiff::civil::{Date, Time};

use super::assign::{Assigned, assign};
use super::calendar::Calendar;
use super::cases::{Case, Next, Todo, case};
use super::hits::gather;
use super::holds::{Blocks, Holds};
use super::ledger::ledger;
use super::log::Log;
use super::merge::{Ready, merge, one_marketing_contact};
use super::wording::{Wording, owner};
use super::{Call, CallQueue, CallStatus, CallsError, Held, HitRef, Hold, QueueInput, ReasonCount};
use crate::campaign::{Callees, History, Moment, NameHash, UnitDraw, Zones};
use crate::domain::{CallClass, DecisionReason, Unit};

/// Plans the calls, messages and visits of tonight and of the days ahead.
///
/// Every case ends in exactly one place: leading a call, as a further reason of
/// one, held with the reason why, done, or given up. The result does not depend
/// on the order of the input's lists.
///
/// # Errors
/// When the lists of the input do not fit together, a customer's time zone is
/// unknown, or a script cannot be rendered.
pub fn plan_calls(input: &QueueInput<'_>) -> Result<CallQueue, CallsError> {
    input.check()?;
    let zones = Zones::new(input.people, input.timezone)?;
    let callees = Callees::new(input.people, &zones, input.policy);
    let log = Log::new(input);
    let found = gather(input);
    let cases: Vec<Case<'_>> = found.iter().filter_map(|found| case(&log, found)).collect();
    let lapsed = found.iter().filter(|found| {
        let open = found
            .carried
            .is_some_and(|call| call.done_on.is_none() && !call.given_up);
        open && cases
            .binary_search_by_key(&found.at, |case| case.at)
            .is_err()
    });
    let lapsed = lapsed.count() as u64;

    let history = History::new(input.people, input.contacts, input.policy, input.as_of);
    let holds = Holds::new(input, &history, Blocks::new(input, &cases));
    let mut desk = Desk {
        input: *input,
        zones: &zones,
        calendar: Calendar::new(input, callees),
        ties: HashMap::new(),
    };
    let mut held = Vec::new();
    let mut ready = Vec::new();
    for case in &cases {
        let hold = match &case.next {
            Next::Do(todo) => match holds
                .of(case, todo)
                .map_or_else(|| desk.ready(case, todo), Err)
            {
                Ok(one) => {
                    ready.push(one);
                    continue;
                }
                Err(hold) => hold,
            },
            Next::Await(_) => Hold::AwaitingOutcome,
            Next::Exhausted => Hold::AttemptsUsedUp,
            Next::Done(_) | Next::Expired => continue,
        };
        held.push(Held { hit: case.at, hold });
    }
    let (ready, gives_way) = one_marketing_contact(ready);
    held.extend(gives_way.into_iter().map(|hit| Held {
        hit,
        hold: Hold::Policy(DecisionReason::OtherInvitation),
    }));
    held.sort_unstable_by_key(|held| held.hit);
    let assigned = assign(input, merge(ready));
    let calls = calls(input, &zones, &cases, &assigned)?;
    Ok(CallQueue {
        counts: counts(input, &cases, &calls, &held),
        ledger: ledger(input, &zones, &cases, &calls, &held),
        loads: assigned.loads,
        calls,
        held,
        lapsed,
    })
}

/// When a case first open on `since` is due: so many hours after the midnight
/// that began the day.
pub(super) fn due(since: Date, hours: u32, zone: &jiff::tz::TimeZone) -> Option<Moment> {
    let midnight = Moment::local(since, Time::midnight(), zone)?;
    let at = midnight
        .at
        .checked_add(jiff::SignedDuration::from_hours(i64::from(hours)))
        .ok()?;
    Some(Moment::in_zone(at, zone))
}

/// Where cases are made ready.
struct Desk<'a> {
    input: QueueInput<'a>,
    zones: &'a Zones,
    calendar: Calendar<'a>,
    ties: HashMap<Unit, u64>,
}

impl<'a> Desk<'a> {
    fn ready<'c>(&mut self, case: &'c Case<'c>, todo: &'c Todo<'c>) -> Result<Ready<'c>, Hold> {
        let input = &self.input;
        let reason = &input.reasons[usize::from(case.at.reason)];
        let row = case.at.row as usize;
        let teams = self.teams(row, todo)?;
        let machine = (input.teams.values())
            .nth(teams[0])
            .is_some_and(|team| team.automatic);
        let due_at = due(case.since, reason.due_hours, self.zones.of(row)).ok_or(Hold::NoWindow)?;
        let (days, teams) = self.calendar.days(case, todo, machine, &teams)?;
        let unit = input.people.unit[row];
        let waited = f64::from((input.as_of - case.since).get_days().max(0));
        let points = f64::from(reason.priority) - input.settings.ageing * waited;
        Ok(Ready {
            case,
            todo,
            unit,
            class: reason.class,
            points: (points * 1000.0).round() as i64,
            due_at,
            days,
            teams,
            counted: reason.class == CallClass::Marketing && case.is_counted(reason),
            tie: self.tie(unit),
        })
    }

    /// The teams of the reason that serve the customer, of the kind of the
    /// first: a machine, a round, or agents.
    fn teams(&self, row: usize, todo: &Todo<'_>) -> Result<Vec<usize>, Hold> {
        let people = self.input.people;
        let (language, district) = (
            people.language[row].as_deref(),
            people.district[row].as_deref(),
        );
        let named = todo.teams.names().iter().filter_map(|name| {
            let mut all = self.input.teams.iter().enumerate();
            all.find(|(_, (other, _))| *other == name)
        });
        let serving: Vec<_> = named
            .filter(|(_, (_, team))| team.serves(language, district, todo.skills))
            .collect();
        let kind = |team: &super::Team| (team.automatic, team.visits_a_day.is_some());
        let Some((_, (_, first))) = serving.first() else {
            return Err(Hold::NoTeam);
        };
        let alike = serving
            .iter()
            .filter(|(_, (_, team))| kind(team) == kind(first));
        Ok(alike.map(|(index, _)| *index).collect())
    }

    fn tie(&mut self, unit: Unit) -> u64 {
        let name = NameHash::new("calls", &self.input.as_of.to_string());
        *self.ties.entry(unit).or_insert_with(|| {
            let key = &self.input.people.unit_keys[unit as usize];
            UnitDraw::new(self.input.key, "calls", key).number(name)
        })
    }
}

/// The calls with what is said in them, in the order in which they are made.
fn calls(
    input: &QueueInput<'_>,
    zones: &Zones,
    cases: &[Case<'_>],
    assigned: &Assigned<'_>,
) -> Result<Vec<Call>, CallsError> {
    let mut wording = Wording::new(input)?;
    let mut calls = Vec::with_capacity(assigned.calls.len());
    for one in &assigned.calls {
        let lead = one.merged.lead.case;
        let further: Vec<(&Case<'_>, Moment)> = one
            .merged
            .further
            .iter()
            .filter_map(|&at| {
                let index = cases.binary_search_by_key(&at, |case| case.at).ok()?;
                let reason = &input.reasons[usize::from(at.reason)];
                let due = due(
                    cases[index].since,
                    reason.due_hours,
                    zones.of(at.row as usize),
                )?;
                Some((&cases[index], due))
            })
            .collect();
        let (todo, due_at) = (one.merged.lead.todo, one.merged.due_at);
        let mut sentences = vec![wording.sentence(lead, due_at)?];
        for (case, due) in &further {
            let sentence = wording.sentence(case, *due)?;
            if !sentences.contains(&sentence) {
                sentences.push(sentence);
            }
        }
        calls.push(Call {
            lead: lead.at,
            action: todo.action,
            channel: todo.channel(),
            team: one.team.to_owned(),
            owner: owner(input, lead, one.team),
            priority: input.reasons[usize::from(lead.at.reason)].priority,
            since: lead.since,
            due_at,
            not_before: one.window.not_before,
            not_after: one.window.not_after,
            starts_at: one.starts_at,
            planned_for: one.day,
            minutes: one.minutes,
            late: one.late,
            short: one.short,
            // A round passes by when it comes to the district: that is no lack of
            // room while the visit is on time.
            waits: one.day != Some(input.as_of)
                && one.merged.lead.days.open & 1 == 1
                && (one.late || input.teams[one.team].visits_a_day.is_none()),
            attempt: lead.attempt,
            status: if one.day == Some(input.as_of) {
                CallStatus::Planned
            } else {
                CallStatus::CarriedOver
            },
            by_machine: one.by_machine,
            sentence: sentences.join("; "),
            script: wording.script(lead, todo.script, due_at)?,
            talking_points: if one.by_machine {
                Vec::new()
            } else {
                wording.talking_points(lead, &further)?
            },
            promised_at: todo
                .promised
                .map(|at| Moment::in_zone(at, zones.of(lead.at.row as usize))),
            promises: wording.promises(lead, &further),
            further_reasons: one.merged.further.clone(),
        });
    }
    Ok(calls)
}

fn counts(
    input: &QueueInput<'_>,
    cases: &[Case<'_>],
    calls: &[Call],
    held: &[Held],
) -> Vec<ReasonCount> {
    let of = |reason: &super::CallReason| ReasonCount {
        reason: reason.id.clone(),
        ..ReasonCount::default()
    };
    let mut counts: Vec<ReasonCount> = input.reasons.iter().map(of).collect();
    let at = |hit: HitRef| usize::from(hit.reason);
    for case in cases {
        let count = &mut counts[at(case.at)];
        count.hits += 1;
        match case.next {
            Next::Done(_) => count.done += 1,
            Next::Expired => count.expired += 1,
            Next::Do(_) | Next::Await(_) | Next::Exhausted => {}
        }
    }
    for call in calls {
        counts[at(call.lead)].leading += 1;
        for further in &call.further_reasons {
            counts[at(*further)].further += 1;
        }
    }
    for held in held {
        counts[at(held.hit)].held += 1;
    }
    counts
}
