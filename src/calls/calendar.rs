use std::collections::HashMap;
use std::rc::Rc;

use jiff::civil::{Date, Time};
use jiff::{Timestamp, ToSpan};

use super::cases::{Case, Todo};
use super::{Hold, QueueInput, Team};
use crate::campaign::{CallHours, Callees, CivilTime, Moment, Search, Window};
use crate::domain::{CallClass, Channel};

/// A promised call-back is made within so many minutes.
const PROMISE_MINUTES: i64 = 30;

/// When cases may be called about on the days ahead. Few callees differ in
/// what windows depend on, so no window is computed per customer.
pub(super) struct Calendar<'a> {
    input: QueueInput<'a>,
    callees: Callees<'a>,
    /// By activity, its start.
    starts: Vec<Option<Timestamp>>,
    /// By team and day ahead, from when until when it works; `None` for machines
    /// and rounds.
    shifts: Vec<Option<Vec<Option<Shift>>>>,
    known: HashMap<Alike, Rc<[Option<Window>]>>,
}

/// From when until when a team works on a day.
type Shift = (Timestamp, Timestamp);

/// A team with the days on which it can make a call, day 0 being the lowest bit.
pub(super) type AtWork = (usize, u64);

/// What windows depend on.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
struct Alike {
    callee: usize,
    channel: Channel,
    hours: Option<(Time, Time)>,
    skip_closed: bool,
}

/// The windows of a contact on the days ahead, the first being tonight's day.
#[derive(Debug, Clone)]
pub(super) struct Days {
    windows: Rc<[Option<Window>]>,
    until: Option<Timestamp>,
    promised: Option<(usize, Window)>,
    /// The days with a window, day 0 being the lowest bit.
    pub(super) open: u64,
}

impl Days {
    /// The window on that day.
    pub(super) fn on(&self, day: usize) -> Option<Window> {
        if let Some((promised, window)) = self.promised {
            return (promised == day).then_some(window);
        }
        let mut window = (*self.windows.get(day)?)?;
        if let Some(until) = self.until
            && until < window.not_after.at
        {
            window.not_after = Moment {
                at: until,
                offset: window.not_after.offset,
            };
        }
        (window.not_before.at < window.not_after.at && self.open >> day & 1 == 1).then_some(window)
    }

    /// The first day with a window.
    pub(super) const fn first(&self) -> usize {
        self.open.trailing_zeros() as usize
    }

    /// The last day whose window begins before `due`.
    pub(super) fn last_before(&self, due: Timestamp) -> Option<usize> {
        (0..64 - self.open.leading_zeros() as usize)
            .rev()
            .find(|&day| {
                self.on(day)
                    .is_some_and(|window| window.not_before.at < due)
            })
    }
}

/// The days on which some team is at work.
fn staffed(mut days: Days, at_work: Vec<AtWork>) -> (Days, Vec<AtWork>) {
    days.open = at_work.iter().fold(0, |open, (_, of)| open | of);
    (days, at_work)
}

impl<'a> Calendar<'a> {
    pub(super) fn new(input: &QueueInput<'a>, callees: Callees<'a>) -> Self {
        let start = |activity: &crate::campaign::Activity| {
            let starts = activity.starts.0;
            Moment::local(starts.date(), starts.time(), input.timezone).map(|moment| moment.at)
        };
        let dates: Vec<Date> = (input.as_of.series(1.day()))
            .take(input.settings.days as usize)
            .collect();
        let shifts = |team: &Team| {
            let shift = |&day: &Date| team.working_day(day, input.policy, input.timezone);
            team.by_agents().then(|| dates.iter().map(shift).collect())
        };
        Self {
            input: *input,
            shifts: input.teams.values().map(shifts).collect(),
            callees,
            starts: input.activities.iter().map(start).collect(),
            known: HashMap::new(),
        }
    }

    /// The windows of what is to be done about the case, on days on which one of
    /// the teams is at work within them, and which days those are for each.
    ///
    /// # Errors
    /// No window is left, or no team is at work in any.
    pub(super) fn days(
        &mut self,
        case: &Case<'_>,
        todo: &Todo<'_>,
        machine: bool,
        teams: &[usize],
    ) -> Result<(Days, Vec<AtWork>), Hold> {
        let reason = &self.input.reasons[usize::from(case.at.reason)];
        let hours = reason.window.map(|hours| (hours.from.0, hours.to.0));
        let until = case
            .at
            .activity
            .and_then(|activity| self.starts[usize::from(activity)]);
        let mut alike = Alike {
            callee: self.callees.index(case.at.row as usize),
            channel: todo.channel(),
            hours,
            skip_closed: !(machine && reason.class == CallClass::Service),
        };
        let mut from = self.ahead(todo.earliest).unwrap_or(0);
        if let Some(promised) = todo.promised {
            if let Some(days) = self.promised(alike, promised, until) {
                // What was promised is kept, whoever has to stay for it.
                let all = || teams.iter().map(|&team| (team, days.open)).collect();
                let at_work = self.at_work(&days, teams).unwrap_or_else(all);
                return Ok((days, at_work));
            }
            // Not allowed on that day: as soon as it is after it.
            let zone = self.callees.all()[alike.callee].zone;
            let day = self.ahead(zone.to_datetime(promised).date());
            from = day.map_or(from, |day| from.max(day + 1));
        }
        if let Some(daypart) = todo.daypart {
            let (start, end) = daypart.span();
            let (opens, closes) = hours.unwrap_or((Time::MIN, Time::MAX));
            alike.hours = Some((opens.max(start), closes.min(end)));
            // Who can only be reached at one time of day is tried at that.
            if let Some(days) = self.open(alike, from, until)
                && let Some(at_work) = self.at_work(&days, teams)
            {
                return Ok(staffed(days, at_work));
            }
            alike.hours = hours;
        }
        let days = self.open(alike, from, until).ok_or(Hold::NoWindow)?;
        let at_work = self.at_work(&days, teams).ok_or(Hold::NoTeam)?;
        Ok(staffed(days, at_work))
    }

    /// For each team the days on which it is at work within the window; `None`
    /// if there is none for any.
    fn at_work(&self, days: &Days, teams: &[usize]) -> Option<Vec<AtWork>> {
        let meets = |shift: Option<Shift>, window: Window| {
            shift.is_some_and(|(begins, ends)| {
                begins.max(window.not_before.at) < ends.min(window.not_after.at)
            })
        };
        let of = |&team: &usize| {
            let Some(shifts) = &self.shifts[team] else {
                return (team, days.open);
            };
            let open = (0..shifts.len()).filter(|&day| {
                days.on(day)
                    .is_some_and(|window| meets(shifts[day], window))
            });
            (team, open.fold(0, |open, day| open | 1 << day))
        };
        let at_work: Vec<AtWork> = teams.iter().map(of).collect();
        at_work
            .iter()
            .any(|(_, open)| *open != 0)
            .then_some(at_work)
    }

    /// How many days ahead of tonight's that day is; `None` before it.
    fn ahead(&self, day: Date) -> Option<usize> {
        usize::try_from((day - self.input.as_of).get_days()).ok()
    }

    fn open(&mut self, alike: Alike, from: usize, until: Option<Timestamp>) -> Option<Days> {
        let windows = self.windows(alike);
        let mut days = Days {
            windows,
            until,
            promised: None,
            open: u64::MAX.checked_shl(u32::try_from(from).ok()?)?,
        };
        days.open = (0..days.windows.len())
            .filter(|&day| days.on(day).is_some())
            .fold(0, |open, day| open | 1 << day);
        (days.open != 0).then_some(days)
    }

    /// The window at the promised time, or after it on that day, if that lies
    /// ahead and is allowed.
    fn promised(
        &self,
        alike: Alike,
        promised: Timestamp,
        until: Option<Timestamp>,
    ) -> Option<Days> {
        let callee = self.callees.all()[alike.callee];
        let day = callee.zone.to_datetime(promised).date();
        let search = Search {
            skip_closed: alike.skip_closed,
            earliest: Some(promised),
            until,
            ..Search::new(self.input.policy)
        };
        let mut window = search.on(day, alike.channel, callee)?;
        let begin = window.not_before.at;
        let end = begin.checked_add(PROMISE_MINUTES.minutes()).ok()?;
        if end < window.not_after.at {
            window.not_after = Moment::in_zone(end, callee.zone);
        }
        let ahead = self.ahead(day)?;
        (ahead < self.input.settings.days as usize).then(|| Days {
            windows: Rc::new([]),
            until,
            promised: Some((ahead, window)),
            open: 1 << ahead,
        })
    }

    fn windows(&mut self, alike: Alike) -> Rc<[Option<Window>]> {
        let callee = self.callees.all()[alike.callee];
        let (policy, as_of) = (self.input.policy, self.input.as_of);
        let days = self.input.settings.days as usize;
        let windows = self.known.entry(alike).or_insert_with(|| {
            let hours = alike.hours.map(|(from, to)| CallHours {
                from: CivilTime(from),
                to: CivilTime(to),
            });
            let search = Search {
                skip_closed: alike.skip_closed,
                hours,
                ..Search::new(policy)
            };
            let day = |day: Date| search.on(day, alike.channel, callee);
            as_of.series(1.day()).take(days).map(day).collect()
        });
        Rc::clone(windows)
    }
}
