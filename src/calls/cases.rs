//! A case is a customer's reason with its history: since when it is open, what
//! was tried, and what is to be done next.
//!
//! What came of a call that a night listed is read from the contact history:
//! reached means done, not reached means another attempt, and a promised
//! call-back is kept. Until the history covers the day of the list the case
//! waits for its outcome, so that nobody is called twice for one thing; a list
//! whose day is covered without a contact was not worked off, and the case is
//! open as before. Without any contact history a listed call counts as made.

use jiff::Timestamp;
use jiff::civil::Date;

use super::daypart::Daypart;
use super::hits::Found;
use super::log::Log;
use super::reason::{CallReason, Stays, Teams};
use super::{CarriedCall, HitRef, Trigger};
use crate::campaign::{Contact, ContactOutcome};
use crate::domain::{Action, Channel};

/// A customer's reason tonight.
#[derive(Debug, Clone)]
pub(super) struct Case<'a> {
    pub(super) at: HitRef,
    /// Since when it is open.
    pub(super) since: Date,
    /// Whether its condition or event holds tonight.
    pub(super) holds: bool,
    pub(super) value: f64,
    /// The attempt that is next, from 1.
    pub(super) attempt: u32,
    /// The last day on which it was tried.
    pub(super) tried_on: Option<Date>,
    pub(super) carried: Option<&'a CarriedCall>,
    /// What the customer was promised.
    pub(super) promise: Option<&'a str>,
    /// Whether the customer was reached and asked to be called again.
    pub(super) called_back: bool,
    /// Whether it was listed and nobody worked it off.
    pub(super) unworked: bool,
    pub(super) next: Next<'a>,
}

impl Case<'_> {
    /// Whether its contact counts already towards the caps: an invitation since
    /// it was allocated, a further attempt or a call-back as the same contact.
    /// Counted again, they would block themselves.
    pub(super) fn is_counted(&self, reason: &CallReason) -> bool {
        reason.on == Some(Trigger::Invitation) || self.attempt > 1 || self.called_back
    }
}

/// What is to be done about a case.
#[derive(Debug, Clone)]
pub(super) enum Next<'a> {
    /// A contact.
    Do(Todo<'a>),
    /// Nothing until the outcome of the contact listed that night is known.
    Await(Date),
    /// Nothing: it was done that day.
    Done(Date),
    /// Nothing: all attempts were made.
    Exhausted,
    /// Nothing: it is too late for it.
    Expired,
}

/// A contact that is to be made.
#[derive(Debug, Clone)]
pub(super) struct Todo<'a> {
    pub(super) action: Action,
    pub(super) teams: &'a Teams,
    /// What the team must know. A rung of the ladder names its own team for what
    /// it does, a machine or a round, which need not know the reason's matter.
    pub(super) skills: &'a [String],
    /// The script of a rung of the ladder, where it has its own.
    pub(super) script: Option<&'a str>,
    /// Not before this day.
    pub(super) earliest: Date,
    /// The time of day at which to try.
    pub(super) daypart: Option<Daypart>,
    /// The moment that was promised.
    pub(super) promised: Option<Timestamp>,
}

impl Todo<'_> {
    pub(super) const fn channel(&self) -> Channel {
        self.action.channel()
    }
}

/// What becomes of a case that is there tonight, by condition, event or from
/// the previous run; `None` if there is nothing to it any more.
pub(super) fn case<'a>(log: &Log<'a>, found: &Found<'a>) -> Option<Case<'a>> {
    let input = &log.input;
    let reason = &input.reasons[usize::from(found.at.reason)];
    let ages = |from: Date| (input.as_of - from).get_days();
    // A later event is another case. One that was done and has come up again
    // after its rest is open since later than its event.
    let event = found.hit.as_ref().filter(|hit| hit.dated);
    let carried = found
        .carried
        .filter(|call| event.is_none_or(|hit| hit.since <= call.since));
    let dated = event.is_some() || found.at.activity.is_some();
    let since = match (&found.hit, carried) {
        (_, Some(call)) => call.since,
        (Some(hit), None) => hit.since,
        (None, None) => return None,
    };
    let mut case = Case {
        at: found.at,
        since,
        holds: found.hit.is_some(),
        value: found.hit.as_ref().map_or(0.0, |hit| hit.value),
        attempt: carried.map_or(1, |call| call.attempt.max(1)),
        tried_on: carried.and_then(|call| call.tried_on),
        carried,
        promise: None,
        called_back: false,
        unworked: false,
        next: Next::Expired,
    };

    let rest = i32::try_from(reason.rest_days).unwrap_or(i32::MAX);
    let from = if dated {
        since
    } else {
        // Reached not long ago: the same thing again, or the same case.
        since.min(
            input
                .as_of
                .saturating_sub(jiff::Span::new().days(i64::from(rest) - 1)),
        )
    };
    let contacts = log.contacts(case.at, carried, from);
    let reached = contacts.iter().rfind(|contact| is_done(contact.outcome));
    let assumed = assumed_done(log, reason, carried, &contacts);
    let known = carried
        .and_then(|call| call.done_on)
        .filter(|&day| day >= from);
    let done = reached.map(|contact| contact.date).max(assumed).max(known);
    let called_back = contacts
        .iter()
        .rfind(|contact| contact.outcome == Some(ContactOutcome::CallBack))
        .filter(|contact| done.is_none_or(|done| done <= contact.date))
        .filter(|contact| reached.is_none_or(|r| (r.date, r.time) <= (contact.date, contact.time)));
    if let Some(done) = done
        && called_back.is_none()
    {
        let once = dated && reason.stays == Stays::UntilDone;
        if once || ages(done) < rest {
            let worth_keeping = case.holds || ages(done) < rest;
            case.next = Next::Done(done);
            return worth_keeping.then_some(case);
        }
        if !case.holds {
            return None;
        }
        // The rest is over and the condition still holds: another round.
        case.since = done
            .saturating_add(jiff::Span::new().days(rest))
            .min(input.as_of);
        case.attempt = 1;
        case.carried = carried.filter(|call| call.done_on.is_none());
    }
    if carried.is_some_and(|call| call.given_up) && !case.holds {
        return None;
    }
    let lasts = reason.stays == Stays::UntilDone || found.lasts;
    if !case.holds && !lasts && called_back.is_none() {
        return None;
    }
    let expires = reason.expires_days.filter(|_| lasts);
    if expires.is_some_and(|days| i64::from(ages(case.since)) > i64::from(days)) {
        return Some(case);
    }
    decide(log, reason, case, &contacts, called_back.copied(), done)
}

/// Whether the customer was reached.
fn is_done(outcome: Option<ContactOutcome>) -> bool {
    match outcome {
        None
        | Some(ContactOutcome::NoAnswer | ContactOutcome::Ignored | ContactOutcome::CallBack) => {
            false
        }
        Some(
            ContactOutcome::Accepted
            | ContactOutcome::Declined
            | ContactOutcome::Reached
            | ContactOutcome::Other,
        ) => true,
    }
}

/// The day of a list that counts as worked off though no contact says so: a
/// machine has sent it, or nobody keeps a history.
fn assumed_done(
    log: &Log<'_>,
    reason: &CallReason,
    carried: Option<&CarriedCall>,
    contacts: &[&Contact],
) -> Option<Date> {
    let call = carried?;
    let listed = call.listed_on?;
    if contacts.iter().any(|contact| contact.date >= listed) {
        return None;
    }
    let sent = call.by_machine && call.attempt <= reason.attempts.tries;
    (sent || (log.input.history.is_none() && !call.by_machine)).then_some(listed)
}

fn count<T>(items: impl Iterator<Item = T>) -> u32 {
    u32::try_from(items.count()).unwrap_or(u32::MAX)
}

/// The next step of a case that is open.
fn decide<'a>(
    log: &Log<'a>,
    reason: &'a CallReason,
    mut case: Case<'a>,
    contacts: &[&'a Contact],
    called_back: Option<&'a Contact>,
    done: Option<Date>,
) -> Option<Case<'a>> {
    let input = &log.input;
    case.called_back = called_back.is_some();
    // Tries since the customer was last reached.
    let reached = called_back.map(|contact| contact.date).max(done);
    let tries: Vec<&&Contact> = contacts
        .iter()
        .filter(|contact| !is_done(contact.outcome))
        .filter(|contact| contact.outcome != Some(ContactOutcome::CallBack))
        .filter(|contact| contact.date >= case.since)
        .filter(|contact| reached.is_none_or(|day| contact.date > day))
        .collect();
    let mut days: Vec<Date> = tries.iter().map(|contact| contact.date).collect();
    days.dedup();
    // The previous run counted the days up to its last: also those of calls
    // that another reason led, which are not known any more.
    let new = days
        .iter()
        .filter(|&&day| case.tried_on.is_none_or(|counted| day > counted));
    let counted = case.attempt.saturating_add(count(new));
    case.tried_on = case.tried_on.max(days.last().copied());
    let tried = count(days.iter()).saturating_add(1);
    case.attempt = if reached.is_some() {
        tried
    } else {
        counted.max(tried)
    };

    let open_list = case
        .carried
        .and_then(|call| Some((call, call.listed_on?)))
        .filter(|(_, listed)| !contacts.iter().any(|contact| contact.date >= *listed));
    if let Some((call, listed)) = open_list {
        if call.by_machine {
            case.attempt = case.attempt.max(call.attempt.saturating_add(1));
            case.tried_on = case.tried_on.max(Some(listed));
        } else if log.covered.is_none_or(|covered| covered < listed)
            && i64::from((input.as_of - listed).get_days())
                <= i64::from(input.settings.outcome_days)
        {
            case.next = Next::Await(listed);
            return Some(case);
        } else {
            case.unworked = true;
        }
    }

    let ladder = &reason.attempts;
    let rung = case
        .attempt
        .checked_sub(ladder.tries + 1)
        .map(|rung| rung as usize);
    let wait = jiff::Span::new().days(i64::from(ladder.wait_days));
    let earliest = case
        .tried_on
        .map_or(input.as_of, |day| day.saturating_add(wait).max(input.as_of));
    let mut todo = match rung {
        None => Todo {
            action: reason.action,
            teams: &reason.team,
            skills: &reason.skills,
            script: None,
            earliest,
            daypart: None,
            promised: None,
        },
        Some(rung) => {
            let Some(step) = ladder.then.get(rung) else {
                case.next = Next::Exhausted;
                return Some(case);
            };
            Todo {
                action: step.action,
                teams: &step.team,
                skills: &[],
                script: step.script.as_deref(),
                earliest,
                daypart: None,
                promised: None,
            }
        }
    };
    if todo.channel() == Channel::Call {
        let tried: Vec<Daypart> = tries
            .iter()
            .filter_map(|contact| contact.time.map(Daypart::of))
            .collect();
        todo.daypart = Daypart::next(&tried);
    }
    if let Some(contact) = called_back
        && tries.is_empty()
    {
        case.promise = contact.promise.as_deref();
        todo.promised = contact.callback_at;
    }
    case.next = Next::Do(todo);
    Some(case)
}
