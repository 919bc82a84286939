//! The queue of a night as the page "Who is called about what, and when" has it:
//! slow, plain, and without a line of the program's own decisions.

use std::collections::{BTreeMap, BTreeSet};

use clubcall::calls::{CallReason, QueueInput, Team};
use clubcall::domain::{Action, CallClass, Channel};
use jiff::Timestamp;
use jiff::civil::Date;

use super::cases::{self, Case, Key, cases, rung, used_up};
use super::policy::{self, Units};
use super::windows::{self, Callee, Local, days_between, later, local, seen};

/// What becomes of a case tonight.
#[derive(Debug, Clone, PartialEq)]
pub(crate) enum Verdict {
    Done(Date),
    Expired,
    Held(&'static str),
    Call,
}

/// A case with what the page says about it.
#[derive(Debug, Clone)]
pub(crate) struct Judged {
    pub(crate) case: Case,
    pub(crate) verdict: Verdict,
    pub(crate) action: Action,
    pub(crate) owner: String,
    pub(crate) due: Local,
    pub(crate) machine: bool,
    /// Whether it is a contact that counts already.
    again: bool,
    /// Teams that serve the customer, in the reason's order.
    pub(crate) teams: Vec<String>,
    /// The days on which it can be done, with the hours.
    pub(crate) days: BTreeMap<Date, (Local, Local)>,
}

/// The place of a case in the order of importance; the least is first.
#[derive(Debug, Clone, Copy, PartialEq, PartialOrd)]
pub(crate) struct Rank(
    bool,
    Option<Timestamp>,
    CallClass,
    f64,
    Timestamp,
    Date,
    f64,
);

impl Judged {
    pub(crate) fn rank(&self, input: &QueueInput<'_>) -> Rank {
        let reason = self.reason(input);
        let age = days_between(self.case.since, input.as_of).max(0);
        Rank(
            self.case.promise.is_none(),
            self.case.promise,
            reason.class,
            f64::from(reason.priority) - input.settings.ageing * f64::from(age),
            self.due.0,
            self.case.since,
            -self.case.value,
        )
    }

    /// Its place in a call: what can be made today leads.
    pub(crate) fn place(&self, input: &QueueInput<'_>) -> (bool, Rank) {
        let today = self.case.promise.is_some() || self.days.contains_key(&input.as_of);
        (!today, self.rank(input))
    }

    pub(crate) fn reason<'a>(&self, input: &QueueInput<'a>) -> &'a CallReason {
        &input.reasons[usize::from(self.case.key.1)]
    }
}

fn serves(team: &Team, language: Option<&str>, district: Option<&str>, skills: &[String]) -> bool {
    let has = |list: &[String], word: &str| list.iter().any(|item| item == word);
    let speaks = team.languages.is_empty() || language.is_none_or(|tag| has(&team.languages, tag));
    let near =
        team.districts.is_empty() || district.is_some_and(|place| has(&team.districts, place));
    speaks && near && skills.iter().all(|skill| has(&team.skills, skill))
}

/// Every case of the night, judged.
pub(crate) fn judge(input: &QueueInput<'_>) -> BTreeMap<Key, Judged> {
    let cases = cases(input);
    let mut units = Units::new(input);
    for case in cases.iter().filter(|case| case.open() || case.holds) {
        let unit = input.people.unit[case.key.0 as usize];
        for name in &input.reasons[usize::from(case.key.1)].blocks {
            if name == "marketing" {
                units.service_first.insert(unit);
            }
            for (index, other) in (0_u16..).zip(input.reasons) {
                if other.id == *name {
                    units.blocked.insert((unit, index));
                }
            }
        }
    }
    let mut judged: BTreeMap<Key, Judged> = cases
        .into_iter()
        .map(|case| (case.key, judged(input, &units, case)))
        .collect();
    one_new_contact(input, &mut judged);
    judged
}

/// One new marketing contact of a household a night: its call is one, each
/// message is one, visits are none.
fn one_new_contact(input: &QueueInput<'_>, judged: &mut BTreeMap<Key, Judged>) {
    let mut contacts: BTreeMap<u32, BTreeMap<Option<Key>, Vec<&Judged>>> = BTreeMap::new();
    for case in judged.values() {
        let channel = case.action.channel();
        let marketing = case.reason(input).class == CallClass::Marketing;
        if case.verdict == Verdict::Call && marketing && channel != Channel::Visit {
            let unit = input.people.unit[case.case.key.0 as usize];
            let message = (channel != Channel::Call).then_some(case.case.key);
            let of_unit = contacts.entry(unit).or_default();
            of_unit.entry(message).or_default().push(case);
        }
    }
    let mut give_way = Vec::new();
    for contacts in contacts.into_values() {
        let mut contacts: Vec<Vec<&Judged>> = contacts.into_values().collect();
        let again = |cases: &[&Judged]| cases.iter().any(|case| case.again);
        let of = |case: &Judged| (case.place(input), case.case.key);
        for cases in &mut contacts {
            cases.sort_by(|a, b| of(a).partial_cmp(&of(b)).unwrap());
        }
        contacts.sort_by(|a, b| of(a[0]).partial_cmp(&of(b[0])).unwrap());
        let taken = contacts.iter().any(|cases| again(cases));
        for (index, cases) in contacts.iter().enumerate() {
            if !again(cases) && (taken || index > 0) {
                give_way.extend(cases.iter().map(|case| case.case.key));
            }
        }
    }
    for key in give_way {
        let case = judged.get_mut(&key).unwrap();
        case.verdict = Verdict::Held("other_invitation");
    }
}

fn judged(input: &QueueInput<'_>, units: &Units, case: Case) -> Judged {
    let (row, index, activity) = case.key;
    let people = input.people;
    let at = row as usize;
    let reason = &input.reasons[usize::from(index)];
    let zone = cases::zone(input, row);
    let step = rung(reason, case.attempt);
    let action = step.map_or(reason.action, |step| step.action);
    let channel = action.channel();
    let named = step.map_or(&reason.team, |step| &step.team).names();
    let (language, district) = (
        people.language[at].as_deref(),
        people.district[at].as_deref(),
    );
    // Only the reason's own team must know its matter.
    let skills = step.map_or(&reason.skills[..], |_| &[]);
    let teams: Vec<String> = named
        .iter()
        .filter(|name| serves(&input.teams[*name], language, district, skills))
        .cloned()
        .collect();
    let team = teams.first().unwrap_or(&named[0]).clone();
    let machine = input.teams[&team].automatic;

    let begins = activity.map(|activity| cases::begins(input, activity));
    let callee = Callee {
        zone: &zone,
        district,
        hours: people.contact_hours[at],
        channel,
        machine_service: machine && reason.class == CallClass::Service && channel == Channel::Sms,
        window: reason.window.as_ref(),
        part: case.part.filter(|_| channel == Channel::Call),
        begins,
        earliest: None,
    };
    let (days, no_window) = days(input, &case, &callee, &teams);
    let midnight = local(case.since, windows::hour(0), &zone).0;
    let hours = jiff::SignedDuration::from_hours(i64::from(reason.due_hours));
    let due = seen(midnight.checked_add(hours).unwrap(), &zone);
    let unit = people.unit[at];
    let invitation = activity.is_some();
    let again = invitation || case.attempt > 1 || case.called_back;
    let refused = match reason.class {
        CallClass::Service => policy::service(input, at, channel),
        CallClass::Marketing => policy::marketing(input, units, at, channel, again, invitation),
    };
    let verdict = if let Some(day) = case.done_on {
        Verdict::Done(day)
    } else if case.expired {
        Verdict::Expired
    } else if case.awaiting.is_some() {
        Verdict::Held("awaiting_outcome")
    } else if used_up(reason, case.attempt) {
        Verdict::Held("attempts_used_up")
    } else if people.age[at].is_some_and(|age| age < 14) {
        Verdict::Held("minor")
    } else if input.held_back[usize::from(index)] {
        Verdict::Held("review")
    } else if units.blocked.contains(&(unit, index)) {
        Verdict::Held("blocked")
    } else if let Some(refused) = refused {
        Verdict::Held(refused)
    } else if teams.is_empty() {
        Verdict::Held("no_team")
    } else if no_window {
        Verdict::Held("no_window")
    } else if days.is_empty() {
        Verdict::Held("no_team")
    } else {
        Verdict::Call
    };
    let manager = people.manager[at].clone();
    let first = match reason.owner.as_str() {
        "manager" => manager.unwrap_or(team),
        owner => owner.to_owned(),
    };
    let owner = case.owner.clone().unwrap_or(first);
    Judged {
        case,
        verdict,
        action,
        owner,
        due,
        machine,
        again,
        teams,
        days,
    }
}

/// The days on which it can be done by one of the teams, and whether there would
/// be none whoever was at work. A promise is kept to the minute, or as soon after
/// as it is allowed, whoever is at work.
fn days(
    input: &QueueInput<'_>,
    case: &Case,
    callee: &Callee<'_>,
    teams: &[String],
) -> (BTreeMap<Date, (Local, Local)>, bool) {
    let ahead = (0..input.settings.days as i32).map(|days| later(input.as_of, days));
    let mut from_day = case.from_day;
    if let Some(promise) = case.promise {
        let day = callee.zone.to_datetime(promise).date();
        let promised = Callee {
            part: None,
            window: None,
            earliest: Some(promise),
            ..*callee
        };
        if let Some((from, to)) = windows::window(input.policy, day, &promised)
            && ahead.clone().any(|other| other == day)
        {
            let end = from
                .0
                .checked_add(jiff::SignedDuration::from_mins(30))
                .unwrap();
            let to = if end < to.0 {
                seen(end, callee.zone)
            } else {
                to
            };
            return (BTreeMap::from([(day, (from, to))]), false);
        }
        if day >= input.as_of {
            from_day = from_day.max(later(day, 1));
        }
    }
    let open = |callee: &Callee<'_>| -> BTreeMap<Date, (Local, Local)> {
        let days = ahead.clone().filter(|&day| day >= from_day);
        days.filter_map(|day| Some((day, windows::window(input.policy, day, callee)?)))
            .collect()
    };
    let staffed = |mut days: BTreeMap<Date, (Local, Local)>| {
        days.retain(|&day, span| {
            let mut names = teams.iter();
            names.any(|team| windows::at_work(input, team, day, span))
        });
        days
    };
    // Who can be reached at one time of day only is tried at that.
    let at_part = staffed(open(callee));
    if !at_part.is_empty() {
        return (at_part, false);
    }
    let any = open(&Callee {
        part: None,
        ..*callee
    });
    let no_window = any.is_empty();
    (staffed(any), no_window)
}

/// The calls of each contact unit, each with its cases in order: one call for
/// all, led by the most important one that can be made today; save service that
/// is due before a promised call-back.
pub(crate) fn merged(input: &QueueInput<'_>, judged: &BTreeMap<Key, Judged>) -> Vec<Vec<Key>> {
    let mut by_unit: BTreeMap<u32, Vec<&Judged>> = BTreeMap::new();
    let mut calls = Vec::new();
    for case in judged.values().filter(|case| case.verdict == Verdict::Call) {
        if case.action.channel() == Channel::Call {
            let unit = input.people.unit[case.case.key.0 as usize];
            by_unit.entry(unit).or_default().push(case);
        } else {
            calls.push(vec![case.case.key]);
        }
    }
    for mut cases in by_unit.into_values() {
        cases.sort_by(|a, b| a.place(input).partial_cmp(&b.place(input)).unwrap());
        let mut of_unit: Vec<Vec<&Judged>> = Vec::new();
        for case in cases {
            let service = case.reason(input).class == CallClass::Service;
            let joins = of_unit.iter_mut().find(|call| {
                let promise = call[0].case.promise;
                !service || promise.is_none_or(|promise| promise <= case.due.0)
            });
            match joins {
                Some(call) => call.push(case),
                None => of_unit.push(vec![case]),
            }
        }
        calls.extend(
            of_unit
                .into_iter()
                .map(|call| call.iter().map(|case| case.case.key).collect()),
        );
    }
    calls
}

/// Customers who must not be in a marketing contact, whatever else is decided.
pub(crate) fn forbidden(input: &QueueInput<'_>, channel: Channel) -> BTreeSet<u32> {
    let rows = 0..input.people.len() as u32;
    rows.filter(|&row| {
        let at = row as usize;
        let listed =
            |s: &clubcall::campaign::Suppression| s.row == row && s.channels[channel.index()];
        input.suppressions.iter().any(listed)
            || !input.people.consent[at][channel.index()]
            || !input.people.personalisation[at]
            || input.people.age[at].is_none_or(|age| age < 18)
            || input.universal_control[input.people.unit[at] as usize]
    })
    .collect()
}
