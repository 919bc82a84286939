use std::collections::BTreeMap;

use jiff::civil::Date;

use super::Team;
use crate::campaign::Policy;

/// How full a team is tonight.
#[derive(Debug, Clone, PartialEq)]
pub struct TeamLoad {
    /// The team's name.
    pub team: String,
    /// Minutes of calls it manages; `None` for no limit.
    pub capacity_minutes: Option<f64>,
    /// Minutes of the calls planned.
    pub planned_minutes: f64,
    /// Calls planned for today.
    pub planned: u64,
    /// Calls carried over to a later day.
    pub carried_over: u64,
    /// Of both, those due before they can be made.
    pub late: u64,
}

/// Hands out the teams' minutes.
#[derive(Debug)]
pub(super) struct Capacity<'a> {
    teams: &'a BTreeMap<String, Team>,
    loads: BTreeMap<&'a str, TeamLoad>,
}

impl<'a> Capacity<'a> {
    pub(super) fn new(teams: &'a BTreeMap<String, Team>, day: Date, policy: &Policy) -> Self {
        let load = |(name, team): (&'a String, &Team)| {
            let load = TeamLoad {
                team: name.clone(),
                capacity_minutes: team.capacity(day, policy),
                planned_minutes: 0.0,
                planned: 0,
                carried_over: 0,
                late: 0,
            };
            (name.as_str(), load)
        };
        Self {
            teams,
            loads: teams.iter().map(load).collect(),
        }
    }

    /// Counts a call of the team; whether it is made today, which it is if
    /// `today` allows it and the minutes suffice.
    pub(super) fn take(&mut self, team: &str, today: bool) -> bool {
        let (Some(load), Some(settings)) = (self.loads.get_mut(team), self.teams.get(team)) else {
            return false;
        };
        // A machine sends in no time.
        let minutes = if settings.automatic {
            0.0
        } else {
            settings.minutes_per_call
        };
        // Counted from the number of calls: repeated sums of fractions drift.
        let after = (load.planned + 1) as f64 * minutes;
        let fits = today && load.capacity_minutes.is_none_or(|all| after <= all + 1e-9);
        if fits {
            load.planned += 1;
            load.planned_minutes = after;
        } else {
            load.carried_over += 1;
        }
        fits
    }

    /// Counts a call of the team as late.
    pub(super) fn late(&mut self, team: &str) {
        if let Some(load) = self.loads.get_mut(team) {
            load.late += 1;
        }
    }

    pub(super) fn into_loads(self) -> Vec<TeamLoad> {
        self.loads.into_values().collect()
    }
}
