//! What the program made of a night against what the page says.

use std::collections::{BTreeMap, BTreeSet};

use clubcall::calls::{Call, CallQueue, CallStatus, HitRef, QueueInput, ReasonRow, ReasonState};
use clubcall::campaign::Moment;
use clubcall::domain::{CallClass, Channel};
use jiff::{SignedDuration, Timestamp};

use super::cases::Key;
use super::rules::{self, Judged, Verdict};
use super::tally::Tally;
use super::windows::{Local, at_work, at_work_within, pace};

/// Turns are told to the minute.
const MINUTE: SignedDuration = SignedDuration::from_secs(60);

fn key(hit: HitRef) -> Key {
    (hit.row, hit.reason, hit.activity)
}

fn moment(moment: Moment) -> Local {
    (moment.at, moment.offset.seconds())
}

/// Compares a night, customer by customer and unit by unit.
pub(crate) fn night(seed: u64, input: &QueueInput<'_>, queue: &CallQueue, tally: &mut Tally) {
    let judged = rules::judge(input);
    let rows: BTreeMap<Key, &ReasonRow> =
        queue.ledger.iter().map(|row| (key(row.hit), row)).collect();
    let keys: BTreeSet<Key> = judged.keys().chain(rows.keys()).copied().collect();
    for key in keys {
        let at = || {
            let id = &input.reasons[usize::from(key.1)].id;
            format!("world {seed} {} {key:?} {id}", input.as_of)
        };
        match (judged.get(&key), rows.get(&key)) {
            (Some(mine), Some(row)) => case(input, mine, row, tally, &at),
            (Some(mine), None) => {
                tally.differs("missing in the program", || format!("{} {mine:?}", at()))
            }
            (None, Some(row)) => {
                tally.differs("only in the program", || format!("{} {row:?}", at()))
            }
            (None, None) => {}
        }
    }
    units(seed, input, queue, &judged, tally);
    for made in &queue.calls {
        call(seed, input, made, &judged, tally);
    }
    suppressed(seed, input, queue, tally);
    order(seed, input, queue, &judged, tally);
}

fn case(
    input: &QueueInput<'_>,
    mine: &Judged,
    row: &ReasonRow,
    tally: &mut Tally,
    at: &dyn Fn() -> String,
) {
    let theirs = match row.state {
        ReasonState::Done(day) => Verdict::Done(day),
        ReasonState::Expired => Verdict::Expired,
        ReasonState::Held(hold) => Verdict::Held(hold.as_str()),
        ReasonState::Call { .. } => Verdict::Call,
    };
    let name = |verdict: &Verdict| match verdict {
        Verdict::Done(_) => "done",
        Verdict::Expired => "expired",
        Verdict::Held(by) => by,
        Verdict::Call => "a call",
    };
    tally.count(name(&mine.verdict));
    if mine.verdict != theirs {
        let what = format!("{} here, {} there", name(&mine.verdict), name(&theirs));
        let before = input
            .carried
            .iter()
            .find(|c| (c.row, c.reason, c.activity) == mine.case.key);
        let about = |c: &&clubcall::campaign::Contact| c.row == mine.case.key.0;
        tally.differs(&what, || {
            let contacts: Vec<_> = input.history.into_iter().flatten().filter(about).collect();
            format!("{} {mine:?}\n  {row:?}\n  {before:?}\n  {contacts:?}", at())
        });
        return;
    }
    if matches!(theirs, Verdict::Done(_) | Verdict::Expired) {
        return;
    }
    let case = &mine.case;
    let pairs = [
        ("since", format!("{}", case.since), format!("{}", row.since)),
        (
            "attempt",
            format!("{}", case.attempt),
            format!("{}", row.attempt),
        ),
        (
            "tried_on",
            format!("{:?}", case.tried_on),
            format!("{:?}", row.tried_on),
        ),
        ("owner", mine.owner.clone(), row.owner.clone()),
        (
            "due_at",
            format!("{:?}", Some(mine.due)),
            format!("{:?}", row.due_at.map(moment)),
        ),
    ];
    for (what, here, there) in pairs {
        if here != there {
            tally.differs(what, || {
                format!("{} {here} here, {there} there, {mine:?} {row:?}", at())
            });
        }
    }
    if case.again {
        tally.count("another round after the rest");
    }
    if case.part.is_some() && mine.action.channel() == Channel::Call {
        tally.count("another part of the day");
    }
    if mine.action != mine.reason(input).action {
        tally.count(format!("rung {}", mine.action.as_str()));
    }
}

/// The same cases together in the same calls.
fn units(
    seed: u64,
    input: &QueueInput<'_>,
    queue: &CallQueue,
    judged: &BTreeMap<Key, Judged>,
    tally: &mut Tally,
) {
    let sorted = |mut keys: Vec<Key>| {
        keys.sort_unstable();
        keys
    };
    let mine: BTreeSet<Vec<Key>> = rules::merged(input, judged)
        .into_iter()
        .map(sorted)
        .collect();
    let all = |call: &Call| {
        let hits = std::iter::once(&call.lead).chain(&call.further_reasons);
        hits.map(|hit| key(*hit)).collect::<Vec<Key>>()
    };
    let theirs: BTreeSet<Vec<Key>> = queue.calls.iter().map(|call| sorted(all(call))).collect();
    for call in mine.symmetric_difference(&theirs) {
        let known = call.iter().all(|key| {
            judged
                .get(key)
                .is_some_and(|mine| mine.verdict == Verdict::Call)
        });
        if known {
            let (what, other) = if mine.contains(call) {
                ("here", &theirs)
            } else {
                ("there", &mine)
            };
            let others: Vec<_> = other
                .iter()
                .filter(|other| other.iter().any(|key| call.contains(key)))
                .collect();
            let cases: Vec<_> = call.iter().map(|key| &judged[key]).collect();
            tally.differs(&format!("a call only {what}"), || {
                format!(
                    "world {seed} {} {call:?} against {others:?} {cases:?}",
                    input.as_of
                )
            });
        }
    }
    for call in &queue.calls {
        let ranks: Option<Vec<_>> = all(call)
            .iter()
            .map(|key| Some(judged.get(key)?.place(input)))
            .collect();
        if ranks.is_some_and(|ranks| !ranks.is_sorted()) {
            tally.differs("the order of reasons in a call", || {
                let cases: Vec<_> = all(call).iter().map(|key| judged[key].clone()).collect();
                format!("world {seed} {} {call:?} {cases:?}", input.as_of)
            });
        }
        if call.further_reasons.len() > 1 {
            tally.count("a call with three reasons");
        }
    }
}

fn call(
    seed: u64,
    input: &QueueInput<'_>,
    call: &Call,
    judged: &BTreeMap<Key, Judged>,
    tally: &mut Tally,
) {
    let Some(mine) = judged
        .get(&key(call.lead))
        .filter(|mine| mine.verdict == Verdict::Call)
    else {
        return;
    };
    let at = || format!("world {seed} {} {call:?} {mine:?}", input.as_of);
    let team = &input.teams[&call.team];
    let minutes = mine.reason(input).minutes.unwrap_or(team.minutes_per_call)
        + team.further_minutes * call.further_reasons.len() as f64;
    let found = (moment(call.not_before), moment(call.not_after));
    // Beyond the days planned the last of them stands in.
    let last = mine.days.keys().next_back().copied();
    let day = call.planned_for.or(last);
    let hours = day.and_then(|day| mine.days.get(&day));
    // Due when the first of its reasons is.
    let due = std::iter::once(&call.lead)
        .chain(&call.further_reasons)
        .filter_map(|hit| Some(judged.get(&key(*hit))?.due))
        .min_by_key(|due| due.0);
    let checks = [
        (
            "action",
            call.action == mine.action && call.channel == mine.action.channel(),
        ),
        ("team", mine.teams.contains(&call.team)),
        ("a call's owner", call.owner == mine.owner),
        ("a call's due_at", due == Some(moment(call.due_at))),
        ("a call's attempt", call.attempt == mine.case.attempt),
        ("a call's age", call.since == mine.case.since),
        (
            "minutes",
            mine.machine || team.visits_a_day.is_some() || (call.minutes - minutes).abs() < 1e-9,
        ),
        ("window", hours == Some(&found)),
        (
            "status",
            (call.status == CallStatus::Planned) == (call.planned_for == Some(input.as_of)),
        ),
    ];
    for (what, same) in checks {
        if !same {
            tally.differs(what, || format!("{} {hours:?}", at()));
        }
    }
    tally.count(call.status.as_str());
    if mine.case.promise == Some(call.not_before.at) {
        tally.count("promised, and to the minute");
    }
    let begins = call.lead.activity.map(|at| super::cases::begins(input, at));
    if begins == Some(call.not_after.at) {
        tally.count("until the activity begins");
    }
    let district = input.people.district[call.lead.row as usize].as_ref();
    let holidays = district.and_then(|district| input.policy.place_holidays.get(district));
    if holidays.is_some_and(|days| days.iter().any(|day| day.0 == input.as_of)) {
        tally.count("a place's holiday is passed over");
    }
    let days: BTreeSet<i32> = mine.days.values().map(|span| span.0.1).collect();
    if days.len() > 1 {
        tally.count("clocks change");
    }
}

/// Nobody who must not be is in a marketing contact.
fn suppressed(seed: u64, input: &QueueInput<'_>, queue: &CallQueue, tally: &mut Tally) {
    let forbidden: Vec<BTreeSet<u32>> = Channel::ALL
        .iter()
        .map(|&channel| rules::forbidden(input, channel))
        .collect();
    for call in &queue.calls {
        for hit in std::iter::once(&call.lead).chain(&call.further_reasons) {
            let marketing = input.reasons[usize::from(hit.reason)].class == CallClass::Marketing;
            if marketing && forbidden[call.channel.index()].contains(&hit.row) {
                tally.differs("somebody suppressed is listed", || {
                    format!("world {seed} {} {call:?}", input.as_of)
                });
            }
        }
    }
}

/// Nothing waits while the team has hours left and is idle for long enough within
/// its window of today. Nothing is late for want of hours while something less
/// important that is due no earlier, and whose window closes no earlier, has its
/// turn in that window; and nothing waits while something less important has that
/// would be on time in its place.
fn order(
    seed: u64,
    input: &QueueInput<'_>,
    queue: &CallQueue,
    judged: &BTreeMap<Key, Judged>,
    tally: &mut Tally,
) {
    let mut of_team: BTreeMap<&str, Vec<(&Call, &Judged)>> = BTreeMap::new();
    for call in &queue.calls {
        let limited = !call.by_machine && call.channel == Channel::Call;
        if let Some(mine) = judged.get(&key(call.lead)).filter(|_| limited) {
            of_team.entry(&call.team).or_default().push((call, mine));
        }
    }
    for calls in of_team.values() {
        let today = |call: &Call| call.planned_for == Some(input.as_of);
        let by_team = |call: &Call, mine: &Judged, day| {
            let hours = mine.days.get(&day);
            hours.is_some_and(|hours| at_work(input, &call.team, day, hours))
        };
        let waiting = calls
            .iter()
            .filter(|(call, mine)| !today(call) && by_team(call, mine, input.as_of));
        for (waits, mine) in waiting {
            tally.count("waits though it could be made today");
            let window = at_work_within(input, &waits.team, input.as_of, &mine.days[&input.as_of]);
            let Some((opens, closes)) = window else {
                continue;
            };
            let mut turns: Vec<(Timestamp, Timestamp)> = calls
                .iter()
                .filter_map(|(made, _)| Some((made.starts_at?.at, made.minutes)))
                .map(|(at, minutes)| (at, at + pace(input, &waits.team, minutes)))
                .collect();
            turns.sort_unstable();
            let needed = pace(input, &waits.team, waits.minutes) + MINUTE;
            let mut free = opens;
            let mut idle = false;
            for (begins, ends) in turns.iter().filter(|turn| turn.0 < closes) {
                idle |= *begins > free + needed;
                // Promises for one time are work one after another.
                free = free.max(*begins) + begins.duration_until(*ends);
            }
            idle |= closes > free + needed;
            // A promise outside its hours uses them up as well.
            let load = queue.loads.iter().find(|load| load.team == waits.team);
            let hours_left = load.is_some_and(|load| {
                let left = load.capacity_minutes.unwrap() - load.planned_minutes;
                left >= waits.minutes + 0.01
            });
            if idle && hours_left {
                tally.differs("waits though its window has time", || {
                    format!("world {seed} {} {waits:?} {mine:?}", input.as_of)
                });
            }
            let late = waits.due_at.at <= waits.not_before.at;
            // Whether the other would be on time on the day of the one that waits.
            let in_turn = |made: &Call, other: &Judged| {
                let then = waits.planned_for.and_then(|day| other.days.get(&day));
                then.is_some_and(|hours| hours.0.0 < made.due_at.at)
            };
            let before = calls.iter().find(|(made, other)| {
                let ends = other.days.get(&input.as_of).map(|hours| hours.1.0);
                let turn = made.starts_at.map(|turn| turn.at);
                today(made)
                    && turn.is_some_and(|at| opens <= at && at < closes)
                    && ends.is_some_and(|ends| closes <= ends)
                    && made.minutes >= waits.minutes
                    && other.rank(input) > mine.rank(input)
                    && made.due_at.at >= waits.due_at.at
                    && (late || in_turn(made, other))
            });
            if let Some((made, other)) = before {
                tally.differs("something less important was made first", || {
                    format!(
                        "world {seed} {} {waits:?} {mine:?}\n  {made:?} {other:?}",
                        input.as_of
                    )
                });
            }
        }
    }
}
