//! Team and day of the calls that agents make: by the hours of the days, and
//! today by the clock.

use std::collections::HashSet;

use super::lane::Hundredths;
use super::merge::Merged;
use super::schedule::{Job, Slot, able, missing, schedule};
use super::today::{Todays, clock};
use super::{QueueInput, Team};

/// The agents' calls, in the order of importance, and what there is to make them.
pub(super) struct Work<'w> {
    pub(super) input: &'w QueueInput<'w>,
    pub(super) teams: &'w [(&'w String, &'w Team)],
    /// Minutes by team and day.
    pub(super) capacity: &'w [Vec<Hundredths>],
    pub(super) calls: &'w [(&'w Merged<'w>, &'w Job)],
}

impl Work<'_> {
    /// Where each call is made, and the minutes that each team lacks.
    ///
    /// A call whose window of today turns out to be full is placed anew, with
    /// another team or on another day.
    pub(super) fn place(&self) -> (Vec<Slot>, Vec<Hundredths>) {
        let jobs: Vec<Job> = self.calls.iter().map(|(_, job)| (*job).clone()).collect();
        let mut open = jobs.clone();
        // By team, the calls that its windows of today had no room for.
        let mut turned_away: Vec<Vec<usize>> = vec![Vec::new(); self.teams.len()];
        let mut slots = loop {
            let slots = schedule(self.capacity, &open);
            let mut full = false;
            for (team, turned_away) in turned_away.iter_mut().enumerate() {
                for index in self.without_room(team, &today(&slots, team)) {
                    full = true;
                    turned_away.push(index);
                    let teams = open[index].teams.iter_mut();
                    for able in teams.filter(|able| able.team == team) {
                        able.open &= !1;
                    }
                }
            }
            if !full {
                break slots;
            }
        };
        for (team, turned_away) in turned_away.iter_mut().enumerate() {
            turned_away.sort_unstable();
            self.let_in(team, turned_away, &mut slots);
        }
        let lacking = missing(self.capacity, &jobs, &slots);
        (slots, lacking)
    }

    /// Lets in whom there is room for after all, since others have been moved on
    /// as well; those who are in stay.
    fn let_in(&self, team: usize, turned_away: &[usize], slots: &mut [Slot]) {
        let minutes = |index: usize| able(self.calls[index].1, team).map_or(0, |able| able.minutes);
        let mut inside = today(slots, team);
        let used: Hundredths = inside.iter().map(|&index| minutes(index)).sum();
        let mut left = self.capacity[team].first().map_or(0, |day| day - used);
        let elsewhere = |index: &&usize| slots[**index].day != Some(0);
        let outside: Vec<usize> = turned_away.iter().filter(elsewhere).copied().collect();
        if outside.is_empty() {
            return;
        }
        let all = [&inside[..], &outside].concat();
        let without: HashSet<usize> = self.without_room(team, &all).into_iter().collect();
        let mut let_in = outside;
        let_in.retain(|index| {
            let fits = !without.contains(index) && minutes(*index) <= left;
            left -= if fits { minutes(*index) } else { 0 };
            fits
        });
        // In the order of importance, as the day is worked.
        inside.extend(&let_in);
        inside.sort_unstable();
        if self.without_room(team, &inside).is_empty() {
            for index in let_in {
                slots[index] = Slot { team, day: Some(0) };
            }
        }
    }

    /// Those of the team's calls of today whose windows have no room.
    fn without_room(&self, team: usize, calls: &[usize]) -> Vec<usize> {
        let of = |&index: &usize| {
            let (merged, job) = self.calls[index];
            let minutes = able(job, team)?.minutes as f64 / 100.0;
            let window = merged.lead.days.on(0)?;
            Some((index, Todays::of(merged, window, minutes)))
        };
        let calls: Vec<(usize, Todays)> = calls.iter().filter_map(of).collect();
        let planned: Vec<Todays> = calls.iter().map(|(_, call)| *call).collect();
        let begins = clock(self.input, self.teams[team].1, &planned);
        let without = calls.iter().zip(begins).filter(|(_, at)| at.is_none());
        without.map(|((index, _), _)| *index).collect()
    }
}

fn today(slots: &[Slot], team: usize) -> Vec<usize> {
    let is_today = |index: &usize| slots[*index].team == team && slots[*index].day == Some(0);
    (0..slots.len()).filter(is_today).collect()
}
