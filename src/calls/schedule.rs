//! Which day each call is made on: due times first, then importance.
//!
//! Days are slots of a team's minutes. A call can be made on some days and is
//! on time up to one of them. Calls are admitted in the order of importance to
//! the first last day by which all that is admitted can still be done, and are
//! then placed, again by importance, on the earliest day that leaves room for
//! everything admitted. So an important call goes first wherever that makes no
//! other late, and one that is due today is not pushed out by one that can wait.
//! A call that several teams can make goes to the one that has it first, the
//! preferred one among equals; it is handed on where another of its teams has
//! minutes to spare and a call of the first would else be late.
//!
//! With calls of one length that can be made on any day from a first to a last,
//! admission is the greedy algorithm of a transversal matroid (Edmonds and
//! Fulkerson 1965): the set of calls on time is the best there is, by
//! importance. That all admitted calls fit is Hall's condition on intervals of
//! days, of which there are few, so a call costs the same however many there
//! are. Calls of different lengths may leave a remainder on a day; what does not
//! fit for that reason moves on.

use super::lane::{Hundredths, Lane};

/// Most days that can be planned ahead: a day is a bit of [`Able::open`].
pub(super) const MOST_DAYS: usize = 60;

/// A call to be made, in the order of importance.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Job {
    /// The teams that can make it, the preferred one first.
    pub(super) teams: Vec<Able>,
    /// The last day on which it is on time; `None` if it is late on every day.
    pub(super) due: Option<usize>,
}

/// A team that can make a call.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Able {
    pub(super) team: usize,
    /// What it takes the team.
    pub(super) minutes: Hundredths,
    /// The days on which it can make it, day 0 being the lowest bit.
    pub(super) open: u64,
}

impl Able {
    fn on(&self, day: usize) -> bool {
        self.open >> day & 1 == 1
    }
}

/// Where a call has been placed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Slot {
    /// The team.
    pub(super) team: usize,
    /// The day; `None` beyond the days planned.
    pub(super) day: Option<usize>,
}

/// Places every job; `capacity` are each team's minutes by day.
pub(super) fn schedule(capacity: &[Vec<Hundredths>], jobs: &[Job]) -> Vec<Slot> {
    let mut lanes: Vec<Lane> = capacity.iter().map(|days| Lane::new(days)).collect();
    let admitted: Vec<Admitted> = jobs.iter().map(|job| admit(&mut lanes, job)).collect();
    let mut slots: Vec<Slot> = jobs
        .iter()
        .zip(&admitted)
        .map(|(job, admitted)| place(&mut lanes, job, admitted))
        .collect();
    loop {
        while compact(&mut lanes, jobs, &mut slots) {}
        if !make_room(&mut lanes, jobs, &mut slots) {
            return slots;
        }
    }
}

/// Minutes that a team lacks to have every one of its jobs on time, overdue
/// ones as soon as they can be made: the most by which the work of any stretch
/// of days exceeds its minutes.
pub(super) fn missing(
    capacity: &[Vec<Hundredths>],
    jobs: &[Job],
    slots: &[Slot],
) -> Vec<Hundredths> {
    let mut lanes: Vec<Lane> = capacity.iter().map(|days| Lane::new(days)).collect();
    for (job, slot) in jobs.iter().zip(slots) {
        let days = capacity[slot.team].len();
        let able = able(job, slot.team);
        let Some((first, last)) = able.and_then(|able| span(able, job.due, days, mask(days)))
        else {
            continue;
        };
        lanes[slot.team].commit(first, last, minutes(job, slot.team));
    }
    lanes.iter().map(Lane::overdrawn).collect()
}

struct Admitted {
    team: usize,
    /// First and last day; `None` if it fits nowhere.
    stretch: Option<(usize, usize)>,
}

/// The days among `works` from the first on which the job can be made to the last
/// that is on time; for an overdue job the first alone.
fn span(able: &Able, due: Option<usize>, days: usize, works: u64) -> Option<(usize, usize)> {
    let open = able.open & works;
    if open == 0 {
        return None;
    }
    let first = open.trailing_zeros() as usize;
    let on_time = due.map_or(0, |due| open & mask(due.min(days - 1) + 1));
    let last = if on_time == 0 {
        first
    } else {
        63 - on_time.leading_zeros() as usize
    };
    Some((first, last))
}

const fn mask(days: usize) -> u64 {
    if days >= 64 {
        u64::MAX
    } else {
        (1 << days) - 1
    }
}

/// The team among those that can make the call.
pub(super) fn able(job: &Job, team: usize) -> Option<&Able> {
    job.teams.iter().find(|able| able.team == team)
}

fn minutes(job: &Job, team: usize) -> Hundredths {
    able(job, team).map_or(0, |able| able.minutes)
}

/// Admits the job to the team that has room for it first.
fn admit(lanes: &mut [Lane], job: &Job) -> Admitted {
    let mut best: Option<(usize, usize, usize, Hundredths)> = None;
    for able in &job.teams {
        let lane = &lanes[able.team];
        let Some((first, on_time)) = span(able, job.due, lane.days, lane.works) else {
            continue;
        };
        let last = (on_time..lane.days)
            .filter(|&last| last == on_time || able.on(last))
            .find(|&last| lane.admits(first, last, able.minutes));
        if let Some(last) = last
            && best.is_none_or(|(_, _, other, _)| last < other)
        {
            best = Some((able.team, first, last, able.minutes));
        }
    }
    match best {
        Some((team, first, last, minutes)) => {
            lanes[team].commit(first, last, minutes);
            Admitted {
                team,
                stretch: Some((first, last)),
            }
        }
        None => Admitted {
            team: job.teams.first().map_or(0, |able| able.team),
            stretch: None,
        },
    }
}

/// Places the job on the earliest day that spares what others are admitted to.
/// Where days on which it cannot be made, or remainders, leave none in time, it
/// takes the room of a less important one: that is placed after it.
fn place(lanes: &mut [Lane], job: &Job, admitted: &Admitted) -> Slot {
    let team = admitted.team;
    let (Some(lane), Some(able)) = (lanes.get_mut(team), able(job, team)) else {
        return Slot { team, day: None };
    };
    let minutes = able.minutes;
    let open = || (0..lane.days).filter(|&day| able.on(day));
    let spared = open().find(|&day| lane.spares(day, admitted.stretch, minutes));
    let in_time = |day: &usize| admitted.stretch.is_none_or(|(_, last)| *day <= last);
    let day = spared.filter(in_time).or_else(|| {
        let mut others = open().filter(in_time);
        let taken = others.find(|&day| lane.free[day] >= minutes);
        taken.or(spared)
    });
    if let Some((first, last)) = admitted.stretch {
        lane.commit(first, last, -minutes);
    }
    if let Some(day) = day {
        lane.take(day, minutes);
    }
    Slot { team, day }
}

/// Moves every job to the earliest day with room, by importance; whether any
/// has moved.
fn compact(lanes: &mut [Lane], jobs: &[Job], slots: &mut [Slot]) -> bool {
    let mut moved = false;
    for (job, slot) in jobs.iter().zip(slots) {
        let until = slot.day.unwrap_or(usize::MAX);
        let earlier = job.teams.iter().filter_map(|able| {
            let lane = &lanes[able.team];
            (0..lane.days.min(until))
                .find(|&day| able.on(day) && lane.free[day] >= able.minutes)
                .map(|day| (day, able.team))
        });
        // The first team of the earliest day.
        let Some((day, team)) = earlier.min_by_key(|(day, _)| *day) else {
            continue;
        };
        if let Some(old) = slot.day {
            lanes[slot.team].give_back(old, minutes(job, slot.team));
        }
        lanes[team].take(day, minutes(job, team));
        *slot = Slot {
            team,
            day: Some(day),
        };
        moved = true;
    }
    moved
}

/// Hands calls on to other teams that have minutes for them on the same day, so
/// that late ones find room; whether any has.
fn make_room(lanes: &mut [Lane], jobs: &[Job], slots: &mut [Slot]) -> bool {
    let lists = |lane: &Lane| vec![Vec::new(); lane.days];
    let mut movable: Vec<Vec<Vec<usize>>> = lanes.iter().map(lists).collect();
    for (index, (job, slot)) in jobs.iter().zip(slots.iter()).enumerate() {
        if let Some(day) = slot.day.filter(|_| job.teams.len() > 1) {
            movable[slot.team][day].push(index);
        }
    }
    let mut gained = false;
    for (index, job) in jobs.iter().enumerate() {
        let old = slots[index];
        let on_time = |day: usize| job.due.is_some_and(|due| day <= due);
        if old.day.is_some_and(on_time) {
            continue;
        }
        let until = old.day.unwrap_or(usize::MAX);
        let found = job.teams.iter().filter_map(|able| {
            let (team, minutes) = (able.team, able.minutes);
            let days = 0..lanes[team].days.min(until);
            let mut open = days.filter(|&day| able.on(day));
            let day = open.find(|&day| {
                hand_on(
                    lanes,
                    jobs,
                    slots,
                    &mut movable[team][day],
                    (team, day),
                    minutes,
                )
            })?;
            Some((team, day, minutes))
        });
        // The first team that finds room: handing on is not undone.
        let Some((team, day, needed)) = { found }.next() else {
            continue;
        };
        if let Some(before) = old.day {
            lanes[old.team].give_back(before, minutes(job, old.team));
        }
        lanes[team].take(day, needed);
        slots[index] = Slot {
            team,
            day: Some(day),
        };
        gained = true;
    }
    gained
}

/// Hands on calls of the team and day until it has the minutes, the least
/// important first; none if they would not do. What finds no other team is
/// taken off the list: minutes elsewhere only get fewer.
fn hand_on(
    lanes: &mut [Lane],
    jobs: &[Job],
    slots: &mut [Slot],
    movable: &mut Vec<usize>,
    (team, day): (usize, usize),
    needed: Hundredths,
) -> bool {
    let mut short = needed - lanes[team].free[day];
    let mut moves: Vec<(usize, usize)> = Vec::new();
    while short > 0
        && let Some(index) = movable.pop()
    {
        let here = Slot {
            team,
            day: Some(day),
        };
        let mut others = jobs[index].teams.iter();
        let to = others.find(|other| {
            other.team != team
                && other.on(day)
                && lanes[other.team].free[day] >= other.minutes
                && slots[index] == here
        });
        if let Some(to) = to {
            lanes[to.team].take(day, to.minutes);
            short -= minutes(&jobs[index], team);
            moves.push((index, to.team));
        }
    }
    for &(index, other) in moves.iter().rev() {
        if short > 0 {
            lanes[other].give_back(day, minutes(&jobs[index], other));
            movable.push(index);
        } else {
            lanes[team].give_back(day, minutes(&jobs[index], team));
            slots[index].team = other;
        }
    }
    short <= 0
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn job(minutes: Hundredths, open: u64, due: Option<usize>) -> Job {
        Job {
            teams: vec![Able {
                team: 0,
                minutes,
                open,
            }],
            due,
        }
    }

    const fn able(team: usize, minutes: Hundredths) -> Able {
        Able {
            team,
            minutes,
            open: !0,
        }
    }

    fn days(slots: &[Slot]) -> Vec<Option<usize>> {
        slots.iter().map(|slot| slot.day).collect()
    }

    #[test]
    fn what_is_due_today_goes_before_what_is_important_and_can_wait() {
        let jobs = [job(1, !0, Some(3)), job(1, !0, Some(0))];
        assert_eq!(
            days(&schedule(&[vec![1, 1, 1, 1]], &jobs)),
            [Some(1), Some(0)]
        );
    }

    #[test]
    fn importance_decides_where_nobody_gets_late_by_it() {
        let jobs = [
            job(1, !0, Some(3)),
            job(1, !0, Some(1)),
            job(1, !0, Some(3)),
        ];
        assert_eq!(
            days(&schedule(&[vec![1, 1, 1, 1]], &jobs)),
            [Some(0), Some(1), Some(2)]
        );
    }

    #[test]
    fn a_day_without_hours_is_no_day_on_which_to_be_on_time() {
        // Its last day on time is one without hours, and the one before is none
        // of its own: it must go first on day 0.
        let jobs = [job(1, 0b1101, Some(2)), job(1, 0b1001, Some(0))];
        assert_eq!(
            days(&schedule(&[vec![1, 1, 0, 1]], &jobs)),
            [Some(0), Some(3)]
        );
    }

    #[test]
    fn of_two_that_cannot_both_be_on_time_the_important_one_is() {
        let jobs = [job(1, !0, Some(0)), job(1, !0, Some(0)), job(1, !0, None)];
        let capacity = [vec![1, 0, 1, 1]];
        let slots = schedule(&capacity, &jobs);
        assert_eq!(days(&slots), [Some(0), Some(2), Some(3)]);
        assert_eq!(missing(&capacity, &jobs, &slots), [2], "both others wait");
    }

    #[test]
    fn a_call_goes_to_the_team_that_has_it_on_time() {
        let both = |minutes| Job {
            teams: vec![able(0, minutes), able(1, minutes + 1)],
            due: Some(0),
        };
        let slots = schedule(&[vec![5, 5], vec![6, 6]], &[both(5), both(5), both(5)]);
        let at = |team, day| Slot {
            team,
            day: Some(day),
        };
        assert_eq!(slots, [at(0, 0), at(1, 0), at(0, 1)]);
    }

    #[test]
    fn a_call_of_two_teams_gives_way_to_one_that_only_the_first_can_make() {
        let both = Job {
            teams: vec![able(0, 5), able(1, 6)],
            due: Some(0),
        };
        let jobs = [both.clone(), both, job(5, !0, Some(0)), job(5, !0, None)];
        let slots = schedule(&[vec![10, 10], vec![8, 8]], &jobs);
        let at = |team, day| Slot {
            team,
            day: Some(day),
        };
        assert_eq!(slots, [at(0, 0), at(1, 0), at(0, 0), at(0, 1)]);
    }

    #[test]
    fn beyond_the_days_planned_there_is_no_day() {
        let slots = schedule(&[vec![1, 1]], &[job(2, !0, None), job(1, !3, None)]);
        assert_eq!(days(&slots), [None, None]);
    }

    const DAYS: usize = 5;

    fn jobs(longest: Hundredths, gaps: bool) -> impl Strategy<Value = Vec<Job>> {
        let job = (
            1..=longest,
            0..DAYS,
            prop::option::of(0..DAYS),
            any::<u64>(),
            0..3_usize,
        );
        prop::collection::vec(job, 0..14).prop_map(move |jobs| {
            let of = |(minutes, first, due, holes, teams): (_, _, _, u64, usize)| {
                // The second team has other days off than the first.
                let able = |team: usize| Able {
                    team,
                    minutes,
                    open: (u64::MAX << first)
                        & if gaps {
                            holes.rotate_left(team as u32)
                        } else {
                            !0
                        },
                };
                Job {
                    teams: match teams {
                        0 | 1 => vec![able(teams)],
                        _ => vec![able(1), able(0)],
                    },
                    due,
                }
            };
            jobs.into_iter().map(of).collect()
        })
    }

    fn capacity() -> impl Strategy<Value = Vec<Vec<Hundredths>>> {
        prop::collection::vec(prop::collection::vec(0..4_i64, DAYS), 2)
    }

    /// Whether the jobs can all be on time, by trying every way: those of one
    /// unit only.
    fn all_on_time(capacity: &mut [Vec<Hundredths>], jobs: &[Job]) -> bool {
        let Some((job, rest)) = jobs.split_first() else {
            return true;
        };
        for able in &job.teams {
            let (team, minutes) = (able.team, able.minutes);
            for day in 0..job.due.map_or(0, |due| due + 1) {
                if able.on(day) && capacity[team][day] >= minutes {
                    capacity[team][day] -= minutes;
                    let rest = all_on_time(capacity, rest);
                    capacity[team][day] += minutes;
                    if rest {
                        return true;
                    }
                }
            }
        }
        false
    }

    proptest! {
        #[test]
        fn no_team_has_a_minute_more_than_its_hours(capacity in capacity(), jobs in jobs(4, true)) {
            let mut left = capacity.clone();
            for (job, slot) in jobs.iter().zip(schedule(&capacity, &jobs)) {
                let Some(day) = slot.day else { continue };
                prop_assert!(super::able(job, slot.team).is_some_and(|able| able.on(day)));
                left[slot.team][day] -= minutes(job, slot.team);
                prop_assert!(left[slot.team][day] >= 0);
            }
        }

        #[test]
        fn nothing_waits_while_an_earlier_slot_is_free(capacity in capacity(), jobs in jobs(4, true)) {
            let slots = schedule(&capacity, &jobs);
            let mut left = capacity;
            for (job, slot) in jobs.iter().zip(&slots) {
                if let Some(day) = slot.day {
                    left[slot.team][day] -= minutes(job, slot.team);
                }
            }
            for (job, slot) in jobs.iter().zip(&slots) {
                for able in &job.teams {
                    let earlier = left[able.team].iter().enumerate().take(slot.day.unwrap_or(DAYS));
                    for (day, &left) in earlier {
                        prop_assert!(!able.on(day) || left < able.minutes);
                    }
                }
            }
        }

        #[test]
        fn nothing_is_late_for_a_call_that_another_team_has_time_for(
            capacity in capacity(),
            jobs in jobs(1, true),
        ) {
            let slots = schedule(&capacity, &jobs);
            let mut left = capacity;
            for (job, slot) in jobs.iter().zip(&slots) {
                if let Some(day) = slot.day {
                    left[slot.team][day] -= minutes(job, slot.team);
                }
            }
            for (late, slot) in jobs.iter().zip(&slots) {
                let on_time = |day: usize| late.due.is_some_and(|due| day <= due);
                if slot.day.is_some_and(on_time) {
                    continue;
                }
                for (other, made) in jobs.iter().zip(&slots) {
                    let earlier = made.day.filter(|&day| day < slot.day.unwrap_or(DAYS));
                    let Some(day) = earlier else { continue };
                    let same = super::able(late, made.team).is_some_and(|able| able.on(day));
                    let others = other.teams.iter().filter(|able| able.team != made.team);
                    let mut others = others.filter(|able| able.on(day));
                    prop_assert!(!(same && others.any(|able| left[able.team][day] > 0)));
                }
            }
        }

        /// With calls of one length and one team, each is made by the earliest
        /// day, from its due day on, that keeps all more important ones to
        /// theirs.
        #[test]
        fn who_is_on_time_is_decided_by_importance(
            free in prop::collection::vec(0..3_i64, DAYS),
            jobs in jobs(1, false),
        ) {
            let jobs: Vec<Job> = jobs
                .into_iter()
                .map(|mut job| {
                    job.teams.truncate(1);
                    job.teams[0].team = 0;
                    job
                })
                .take(7)
                .collect();
            let mut capacity = [free];
            let slots = schedule(&capacity, &jobs);
            let mut kept: Vec<Job> = Vec::new();
            for (job, slot) in jobs.iter().zip(&slots) {
                let first = job.teams[0].open.trailing_zeros() as usize;
                let mut last = job.due.unwrap_or_default().max(first);
                while last < DAYS {
                    kept.push(Job { due: Some(last), ..job.clone() });
                    if all_on_time(&mut capacity, &kept) {
                        break;
                    }
                    kept.pop();
                    last += 1;
                }
                if last < DAYS {
                    prop_assert!(slot.day.is_some_and(|day| day <= last), "{jobs:?} {slots:?}");
                }
            }
        }
    }
}
