//! Who makes which call on which day.

use std::collections::BTreeSet;

use jiff::civil::Date;
use jiff::{Timestamp, ToSpan};

use super::agents::Work;
use super::calendar::AtWork;
use super::lane::{Hundredths, hundredths};
use super::load::{DayLoad, TeamLoad};
use super::merge::Merged;
use super::reason::MANAGER;
use super::rounds::{Visit, rounds};
use super::schedule::{Able, Job, Slot, able};
use super::today::{Todays, clock};
use super::wording::owner;
use super::{QueueInput, Team};
use crate::campaign::{Moment, Window};

/// A call with its team and day.
pub(super) struct Assignment<'a> {
    pub(super) merged: Merged<'a>,
    pub(super) team: &'a str,
    /// Minutes of an agent.
    pub(super) minutes: f64,
    /// The day; `None` beyond the days planned.
    pub(super) day: Option<Date>,
    pub(super) window: Window,
    /// About when it is made, if that is today.
    pub(super) starts_at: Option<Moment>,
    /// Whether it cannot be made before it is due.
    pub(super) late: bool,
    /// Whether it is late for want of hours alone.
    pub(super) short: bool,
    pub(super) by_machine: bool,
}

/// All calls in the order in which they are made, and how full the teams are.
pub(super) struct Assigned<'a> {
    pub(super) calls: Vec<Assignment<'a>>,
    pub(super) loads: Vec<TeamLoad>,
}

/// Gives every call, message and visit a team and a day; `merged` is in the
/// order of importance.
pub(super) fn assign<'a>(input: &QueueInput<'a>, merged: Vec<Merged<'a>>) -> Assigned<'a> {
    let teams: Vec<(&'a String, &'a Team)> = input.teams.iter().collect();
    let days = input.settings.days as usize;
    let dates: Vec<Date> = input.as_of.series(1.day()).take(days).collect();
    let capacity: Vec<Vec<Hundredths>> = teams
        .iter()
        .map(|(_, team)| {
            let of = |&day: &Date| team.capacity(day, input.policy).unwrap_or(0.0);
            dates
                .iter()
                .map(|day| (of(day) * 100.0).floor() as Hundredths)
                .collect()
        })
        .collect();
    let jobs: Vec<Job> = merged.iter().map(|one| job(input, &teams, one)).collect();
    let mut slots: Vec<Slot> = jobs
        .iter()
        .zip(&merged)
        .map(|(job, one)| Slot {
            team: job.teams[0].team,
            day: Some(one.lead.days.first()),
        })
        .collect();
    let by_agents = |index: &usize| teams[jobs[*index].teams[0].team].1.by_agents();
    let agents: Vec<usize> = (0..jobs.len()).filter(by_agents).collect();
    let calls: Vec<(&Merged<'_>, &Job)> = (agents.iter())
        .map(|&index| (&merged[index], &jobs[index]))
        .collect();
    let work = Work {
        input,
        teams: &teams,
        capacity: &capacity,
        calls: &calls,
    };
    let (placed, lacking) = work.place();
    for (&index, slot) in agents.iter().zip(&placed) {
        slots[index] = *slot;
    }
    go_round(input, &teams, &dates, &merged, &jobs, &mut slots);
    let mut calls: Vec<Assignment<'a>> = merged
        .into_iter()
        .zip(jobs.iter().zip(&slots))
        .filter_map(|(one, (job, slot))| assignment(&teams, &dates, one, job, *slot))
        .collect();
    let loads = loads(input, &teams, &dates, &lacking, &calls);
    begin(input, &mut calls);
    Assigned { calls, loads }
}

/// Sets the days of the visits of teams that make rounds.
fn go_round(
    input: &QueueInput<'_>,
    teams: &[(&String, &Team)],
    dates: &[Date],
    merged: &[Merged<'_>],
    jobs: &[Job],
    slots: &mut [Slot],
) {
    for (at, (name, team)) in teams.iter().enumerate() {
        let Some(most) = team.visits_a_day else {
            continue;
        };
        let a_day: Vec<usize> = dates
            .iter()
            .map(|&day| {
                if team.hours_on(day, input.policy) > 0.0 {
                    most as usize
                } else {
                    0
                }
            })
            .collect();
        let visits: Vec<usize> = (0..jobs.len()).filter(|&i| slots[i].team == at).collect();
        let owners: Vec<String> = visits
            .iter()
            .map(|&index| owner(input, merged[index].lead.case, name))
            .collect();
        let round: Vec<Visit<'_>> = visits
            .iter()
            .zip(&owners)
            .map(|(&index, owner)| Visit {
                owner,
                district: input.people.district[merged[index].lead.at().row as usize].as_deref(),
                open: jobs[index].teams[0].open,
                due: jobs[index].due,
            })
            .collect();
        for (&index, day) in visits.iter().zip(rounds(&a_day, &round)) {
            slots[index].day = day;
        }
    }
}

fn job(input: &QueueInput<'_>, teams: &[(&String, &Team)], one: &Merged<'_>) -> Job {
    let reason = &input.reasons[usize::from(one.lead.at().reason)];
    let minutes = |team: &Team| {
        if team.automatic {
            return 0.0;
        }
        if team.visits_a_day.is_some() {
            return team.minutes_per_call;
        }
        let own = reason.minutes.unwrap_or(team.minutes_per_call);
        own + team.further_minutes * one.further.len() as f64
    };
    let of = |&(team, open): &AtWork| Able {
        team,
        open,
        minutes: hundredths(minutes(teams[team].1)),
    };
    Job {
        teams: one.lead.teams.iter().map(of).collect(),
        due: one.lead.days.last_before(one.due_at.at),
    }
}

fn assignment<'a>(
    teams: &[(&'a String, &'a Team)],
    dates: &[Date],
    merged: Merged<'a>,
    job: &Job,
    slot: Slot,
) -> Option<Assignment<'a>> {
    let (name, team) = teams[slot.team];
    let days = &merged.lead.days;
    // Beyond the days planned the last of them stands in.
    let last = 63 - days.open.leading_zeros() as usize;
    let window = days.on(slot.day.unwrap_or(last))?;
    let late = merged.due_at.at <= window.not_before.at || slot.day.is_none();
    let able = able(job, slot.team);
    Some(Assignment {
        team: name,
        minutes: able.map_or(0.0, |able| able.minutes as f64 / 100.0),
        day: slot.day.map(|day| dates[day]),
        window,
        starts_at: None,
        late,
        // A round has visits, not hours.
        short: late && job.due.is_some() && team.visits_a_day.is_none(),
        by_machine: team.automatic,
        merged,
    })
}

/// Says about when today's calls are made, and puts all in that order.
fn begin(input: &QueueInput<'_>, calls: &mut [Assignment<'_>]) {
    for (name, team) in input.teams {
        let today: Vec<usize> = (0..calls.len())
            .filter(|&index| calls[index].team == name && calls[index].day == Some(input.as_of))
            .collect();
        let of = |&index: &usize| {
            let call: &Assignment<'_> = &calls[index];
            Todays::of(&call.merged, call.window, call.minutes)
        };
        let planned: Vec<Todays> = today.iter().map(of).collect();
        for (&index, begin) in today.iter().zip(clock(input, team, &planned)) {
            let call = &mut calls[index];
            // An agenda is in minutes.
            let minute = |at: Timestamp| Timestamp::from_second(at.as_second() / 60 * 60).ok();
            call.starts_at = begin.and_then(minute).map(|at| Moment {
                at: at.max(call.window.not_before.at),
                offset: call.window.not_before.offset,
            });
        }
    }
    // Today's by the clock, then the days ahead; importance among equals.
    calls.sort_by_key(|call| {
        let day = call.day.unwrap_or(Date::MAX);
        let clock = call.starts_at.map(|moment| moment.at);
        (day, clock.is_none(), clock)
    });
}

fn loads(
    input: &QueueInput<'_>,
    teams: &[(&String, &Team)],
    dates: &[Date],
    lacking: &[Hundredths],
    calls: &[Assignment<'_>],
) -> Vec<TeamLoad> {
    let mut loads: Vec<TeamLoad> = teams
        .iter()
        .zip(lacking)
        .map(|((name, team), &lacking)| TeamLoad {
            team: (*name).clone(),
            agents: team.agents,
            capacity_minutes: team.capacity(input.as_of, input.policy),
            planned_minutes: 0.0,
            planned: 0,
            carried_over: 0,
            late: 0,
            short: 0,
            missing_minutes: lacking as f64 / 100.0,
            days: dates
                .iter()
                .map(|&day| DayLoad {
                    day,
                    capacity_minutes: team.capacity(day, input.policy),
                    planned_minutes: 0.0,
                    calls: 0,
                    late: 0,
                })
                .collect(),
        })
        .collect();
    for call in calls {
        let Some(load) = loads.iter_mut().find(|load| load.team == call.team) else {
            continue;
        };
        if call.day == Some(input.as_of) {
            load.planned += 1;
        } else {
            load.carried_over += 1;
        }
        load.late += u64::from(call.late);
        load.short += u64::from(call.short);
        let day = call.day.and_then(|day| dates.binary_search(&day).ok());
        if let Some(day) = day.map(|day| &mut load.days[day]) {
            day.planned_minutes += call.minutes;
            day.calls += 1;
            day.late += u64::from(call.late);
        }
    }
    for load in &mut loads {
        let rounds = teams.iter().find(|(name, _)| **name == load.team);
        if let Some((_, team)) = rounds.filter(|(_, team)| team.visits_a_day.is_some()) {
            of_rounds(input, team, load, calls);
        }
        // Sums of hundredths: without the last digits of binary fractions.
        for day in &mut load.days {
            day.planned_minutes = (day.planned_minutes * 100.0).round() / 100.0;
        }
        load.planned_minutes = load.days.first().map_or(0.0, |day| day.planned_minutes);
    }
    loads
}

/// Sets the minutes of a team that makes rounds: the visits that its owners can
/// make.
fn of_rounds(input: &QueueInput<'_>, team: &Team, load: &mut TeamLoad, calls: &[Assignment<'_>]) {
    let of_team = calls.iter().filter(|call| call.team == load.team);
    let with_work = of_team.map(|call| owner(input, call.merged.lead.case, call.team));
    // The managers of all customers are at work, whether or not they have visits.
    let for_managers = input
        .reasons
        .iter()
        .any(|reason| reason.owner == MANAGER && reason.team.names().contains(&load.team));
    let managers = input.people.manager.iter().flatten().cloned();
    let owners: BTreeSet<String> = with_work.chain(managers.filter(|_| for_managers)).collect();
    let visits = f64::from(team.visits_a_day.unwrap_or(0)) * owners.len() as f64;
    for day in &mut load.days {
        let works = team.hours_on(day.day, input.policy) > 0.0;
        let visits = if works { visits } else { 0.0 };
        day.capacity_minutes = Some(visits * team.minutes_per_call);
    }
    load.agents = u32::try_from(owners.len()).unwrap_or(u32::MAX);
    load.capacity_minutes = load.days.first().and_then(|day| day.capacity_minutes);
}
