use jiff::civil::{Date, Time, Weekday};
use jiff::tz::TimeZone;
use jiff::{SignedDuration, Timestamp};
use schemars::JsonSchema;
use serde::Deserialize;

use crate::campaign::{CivilTime, Moment, Policy};
use crate::domain::Share;

/// One `[teams.NAME]` section: who makes the calls, and how many they manage.
#[derive(Debug, Clone, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, default)]
pub struct Team {
    /// Agents at work.
    pub agents: u32,
    /// Hours of work by weekday.
    pub hours: Hours,
    /// Minutes that a call takes, with what is to be noted afterwards.
    #[schemars(range(min = 0.1, max = 1440.0))]
    pub minutes_per_call: f64,
    /// Share of working time that agents spend on these calls.
    pub utilisation: Share,
    /// Sent by machine: no hours and no limit.
    pub automatic: bool,
    /// Minutes that each further reason adds to a call.
    #[schemars(range(min = 0.0, max = 1440.0))]
    pub further_minutes: f64,
    /// When the working day begins, in the pipeline's zone; it lasts for the
    /// day's `hours`, and calls are made within it.
    pub starts: CivilTime,
    /// The languages it speaks, as the customers table has them; none named:
    /// all. Customers whose language is unknown are served by every team.
    pub languages: Vec<String>,
    /// The districts it serves; none named: all.
    pub districts: Vec<String>,
    /// What it knows; reasons ask for it by `skills`.
    pub skills: Vec<String>,
    /// Visits that each owner (an account manager) makes on a working day, all
    /// in one district. It stands in for agents and minutes.
    #[schemars(range(min = 1, max = 100))]
    pub visits_a_day: Option<u32>,
}

impl Default for Team {
    fn default() -> Self {
        Self {
            agents: 0,
            hours: Hours::default(),
            minutes_per_call: 5.0,
            utilisation: Share::of(0.8),
            automatic: false,
            further_minutes: 1.0,
            starts: CivilTime(Time::constant(9, 0, 0, 0)),
            languages: Vec::new(),
            districts: Vec::new(),
            skills: Vec::new(),
            visits_a_day: None,
        }
    }
}

/// Hours of work by weekday; a day that is not named has none.
#[derive(Debug, Clone, Copy, Default, PartialEq, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, default)]
pub struct Hours {
    /// Monday.
    #[schemars(range(min = 0.0, max = 24.0))]
    pub mon: f64,
    /// Tuesday.
    #[schemars(range(min = 0.0, max = 24.0))]
    pub tue: f64,
    /// Wednesday.
    #[schemars(range(min = 0.0, max = 24.0))]
    pub wed: f64,
    /// Thursday.
    #[schemars(range(min = 0.0, max = 24.0))]
    pub thu: f64,
    /// Friday.
    #[schemars(range(min = 0.0, max = 24.0))]
    pub fri: f64,
    /// Saturday.
    #[schemars(range(min = 0.0, max = 24.0))]
    pub sat: f64,
    /// Sunday.
    #[schemars(range(min = 0.0, max = 24.0))]
    pub sun: f64,
}

impl Hours {
    /// The hours of that weekday.
    #[must_use]
    pub const fn on(&self, weekday: Weekday) -> f64 {
        match weekday {
            Weekday::Monday => self.mon,
            Weekday::Tuesday => self.tue,
            Weekday::Wednesday => self.wed,
            Weekday::Thursday => self.thu,
            Weekday::Friday => self.fri,
            Weekday::Saturday => self.sat,
            Weekday::Sunday => self.sun,
        }
    }
}

impl Team {
    /// Whether people make its calls by the hour: no machine, and no round.
    #[must_use]
    pub const fn by_agents(&self) -> bool {
        !self.automatic && self.visits_a_day.is_none()
    }

    /// Minutes of calls that the team manages on that day: agents × hours ×
    /// 60 × utilisation, none on holidays; `None` for no limit.
    #[must_use]
    pub fn capacity(&self, day: Date, policy: &Policy) -> Option<f64> {
        if self.automatic {
            return None;
        }
        Some(f64::from(self.agents) * self.hours_on(day, policy) * 60.0 * self.utilisation.get())
    }

    /// Hours of work on that day, none on closed days and holidays.
    #[must_use]
    pub fn hours_on(&self, day: Date, policy: &Policy) -> f64 {
        if policy.is_closed(day) {
            0.0
        } else {
            self.hours.on(day.weekday())
        }
    }

    /// From when until when it works on that day, by the clock of `zone`; `None`
    /// on days without hours.
    #[must_use]
    pub fn working_day(
        &self,
        day: Date,
        policy: &Policy,
        zone: &TimeZone,
    ) -> Option<(Timestamp, Timestamp)> {
        let seconds = (self.hours_on(day, policy) * 3600.0).round() as i64;
        let begins = Moment::local(day, self.starts.0, zone)?.at;
        let ends = begins
            .checked_add(SignedDuration::from_secs(seconds))
            .ok()?;
        (seconds > 0).then_some((begins, ends))
    }

    /// Whether it serves the customer: language, district, and what the reason
    /// asks for.
    #[must_use]
    pub fn serves(
        &self,
        language: Option<&str>,
        district: Option<&str>,
        skills: &[String],
    ) -> bool {
        let among = |names: &[String], name: Option<&str>| {
            names.is_empty() || name.is_some_and(|name| names.iter().any(|other| other == name))
        };
        (language.is_none() || among(&self.languages, language))
            && among(&self.districts, district)
            && skills.iter().all(|skill| self.skills.contains(skill))
    }

    /// What the settings say that cannot be, each with what is allowed.
    #[must_use]
    pub fn faults(&self) -> Vec<String> {
        let mut faults = Vec::new();
        let hours = &self.hours;
        let days = [
            hours.mon, hours.tue, hours.wed, hours.thu, hours.fri, hours.sat, hours.sun,
        ];
        if !days.iter().all(|hours| (0.0..=24.0).contains(hours)) {
            faults.push("`hours` are outside 0 to 24 on some day".to_owned());
        }
        if !(0.1..=1440.0).contains(&self.minutes_per_call) {
            faults.push(format!(
                "`minutes_per_call` is {}; allowed: 0.1 to 1440",
                self.minutes_per_call
            ));
        }
        if !(0.0..=1440.0).contains(&self.further_minutes) {
            faults.push(format!(
                "`further_minutes` is {}; allowed: 0 to 1440",
                self.further_minutes
            ));
        }
        if self
            .visits_a_day
            .is_some_and(|visits| !(1..=100).contains(&visits))
        {
            faults.push("`visits_a_day` is outside 1 to 100".to_owned());
        }
        let nobody = self.agents == 0 && self.visits_a_day.is_none();
        let idle = nobody || days.iter().all(|&hours| hours <= 0.0);
        if !self.automatic && (idle || self.utilisation.get() <= 0.0) {
            faults.push(
                "the team can make no call: give `agents`, `hours` and `utilisation`, or \
                 `automatic = true`"
                    .to_owned(),
            );
        }
        faults
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn care() -> Team {
        toml::from_str(
            "agents = 4\nhours = { mon = 8, sat = 6 }\nminutes_per_call = 6\nutilisation = 0.8",
        )
        .unwrap()
    }

    #[test]
    fn capacity_is_agents_times_hours_times_utilisation() {
        let policy = Policy {
            holidays: vec!["2026-11-09".parse().unwrap()],
            ..Policy::default()
        };
        let on = |day: &str| care().capacity(day.parse().unwrap(), &policy);
        assert_eq!(on("2026-11-02"), Some(4.0 * 8.0 * 60.0 * 0.8), "a Monday");
        assert_eq!(on("2026-11-03"), Some(0.0), "a Tuesday");
        assert_eq!(on("2026-11-09"), Some(0.0), "a Monday, and a holiday");
        let machine = Team {
            automatic: true,
            ..Team::default()
        };
        assert_eq!(
            machine.capacity("2026-11-09".parse().unwrap(), &policy),
            None
        );
    }

    #[test]
    fn a_team_that_can_do_nothing_is_a_fault() {
        assert!(care().faults().is_empty());
        assert_eq!(Team::default().faults().len(), 1);
        assert_eq!(
            Team {
                minutes_per_call: 0.0,
                ..care()
            }
            .faults()
            .len(),
            1
        );
        let overtime = Hours {
            mon: 25.0,
            ..Hours::default()
        };
        assert_eq!(
            Team {
                hours: overtime,
                ..care()
            }
            .faults()
            .len(),
            1
        );
    }
}
