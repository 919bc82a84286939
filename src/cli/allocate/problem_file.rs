//! The problem file: activities, constraints, contact rules, conflicts.

use std::fs;
use std::io::{self, Write};
use std::path::Path;

use serde::Deserialize;

use super::super::{Exit, Failure};
use crate::allocation::{
    ConflictSettings, ConstraintKind, ConstraintSettings, ContactRuleSettings, Day, Measure,
    Offered, Rules, Sense, Total, rules, totals,
};
use crate::domain::Fault;

/// The file as written.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct ProblemFile {
    activities: Vec<ActivityEntry>,
    #[serde(default)]
    constraints: Vec<ConstraintSettings>,
    #[serde(default)]
    contact_rules: Vec<ContactRuleSettings>,
    #[serde(default)]
    conflicts: Vec<ConflictSettings>,
}

/// One `[[activities]]` entry.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct ActivityEntry {
    id: String,
    /// Days counted from any start.
    day: Option<i64>,
    /// Instead of `day`.
    date: Option<Day>,
    channel: String,
    #[serde(default)]
    products: Vec<String>,
    #[serde(default)]
    place: Option<String>,
    /// Of one invitation.
    #[serde(default)]
    cost: f64,
    /// Minutes of work of one invitation.
    minutes: Option<f64>,
    /// As many responses are expected at most.
    seats: Option<f64>,
}

/// A problem as stated, without the candidates.
#[derive(Debug)]
pub(super) struct Stated {
    pub(super) offered: Vec<Offered>,
    /// By activity.
    pub(super) cost: Vec<f64>,
    seats: Vec<Option<f64>>,
    minutes: Vec<f64>,
    constraints: Vec<ConstraintSettings>,
    contact_rules: Vec<ContactRuleSettings>,
    conflicts: Vec<ConflictSettings>,
}

/// More activities than this are not numbered.
const MOST_ACTIVITIES: usize = 20_000;

pub(super) fn read(path: &Path) -> Result<Stated, Failure> {
    let text = fs::read_to_string(path).map_err(|error| {
        Failure::new(
            Exit::NoInput,
            format!("--problem: cannot read {}: {error}", path.display()),
        )
    })?;
    let file: ProblemFile = toml::from_str(&text).map_err(|error| {
        Failure::new(
            Exit::Usage,
            format!("{}: {}", path.display(), error.to_string().trim_end()),
        )
    })?;
    let faults = file.faults();
    if !faults.is_empty() {
        let told: Vec<String> = faults.iter().map(|fault| format!("  {fault}")).collect();
        return Err(Failure::new(
            Exit::Usage,
            format!(
                "{}: {} faults\n{}",
                path.display(),
                faults.len(),
                told.join("\n")
            ),
        ));
    }
    for note in file.notes() {
        let _ = writeln!(io::stderr().lock(), "note: {}: {note}", path.display());
    }
    Ok(file.stated())
}

impl ProblemFile {
    /// Everything that cannot be, at once.
    fn faults(&self) -> Vec<Fault> {
        let mut faults = Vec::new();
        if self.activities.is_empty() || self.activities.len() > MOST_ACTIVITIES {
            let number = self.activities.len();
            faults.push(
                Fault::new("activities", format!("there are {number} activities"))
                    .allowed("1 to 20,000"),
            );
        }
        let mut ids: Vec<&str> = self
            .activities
            .iter()
            .map(|activity| activity.id.as_str())
            .collect();
        ids.sort_unstable();
        for pair in ids.windows(2).filter(|pair| pair[0] == pair[1]) {
            faults.push(Fault::new(
                "activities",
                format!("the id `{}` is used twice", pair[0]),
            ));
        }
        for (at, activity) in self.activities.iter().enumerate() {
            faults.extend(activity.faults(&format!("activities[{at}]")));
        }
        let dated = self
            .activities
            .iter()
            .filter(|activity| activity.date.is_some())
            .count();
        if dated > 0 && dated < self.activities.len() {
            let all = self.activities.len();
            let fault = Fault::new(
                "activities",
                format!("{dated} of {all} have a date, the others a day"),
            );
            faults.push(fault.allowed("`day` for all, or `date` for all"));
        }
        for (at, constraint) in self.constraints.iter().enumerate() {
            let key = format!("constraints[{at}]");
            if !constraint.bound.is_finite() {
                faults.push(Fault::new(format!("{key}.bound"), "is no finite number"));
            }
            if constraint
                .soft
                .is_some_and(|price| !(price.is_finite() && price >= 0.0))
            {
                faults.push(Fault::new(format!("{key}.soft"), "is no price").allowed("0 or more"));
            }
            for id in constraint
                .activities
                .list()
                .iter()
                .filter(|id| !ids.contains(&id.as_str()))
            {
                faults.push(Fault::unknown(
                    format!("{key}.activities"),
                    "activity",
                    id,
                    ids.iter().copied(),
                ));
            }
            self.days(
                &mut faults,
                &key,
                dated > 0,
                [constraint.from, constraint.to],
            );
            let no_minutes = self
                .activities
                .iter()
                .all(|activity| activity.minutes.is_none());
            if constraint.kind == ConstraintKind::MaxMinutes && no_minutes {
                faults.push(Fault::new(key, "no activity has `minutes`"));
            }
        }
        for (at, rule) in self.contact_rules.iter().enumerate() {
            self.days(
                &mut faults,
                &format!("contact_rules[{at}]"),
                dated > 0,
                [rule.from, rule.to],
            );
        }
        faults
    }

    /// Channels, products and places that no activity has: a set may be empty,
    /// and may be a slip of the pen.
    fn notes(&self) -> Vec<Fault> {
        let channels: Vec<&str> = self
            .activities
            .iter()
            .map(|activity| activity.channel.as_str())
            .collect();
        let products: Vec<&str> = self
            .activities
            .iter()
            .flat_map(|activity| &activity.products)
            .map(String::as_str)
            .collect();
        let places: Vec<&str> = self
            .activities
            .iter()
            .filter_map(|activity| activity.place.as_deref())
            .collect();
        let mut notes = Vec::new();
        let mut check = |key: String, what: &str, names: &[String], known: &[&str]| {
            let unknown = names.iter().filter(|name| !known.contains(&name.as_str()));
            notes.extend(
                unknown.map(|name| Fault::unknown(key.clone(), what, name, known.iter().copied())),
            );
        };
        for (at, constraint) in self.constraints.iter().enumerate() {
            let key = |name: &str| format!("constraints[{at}].{name}");
            check(
                key("channels"),
                "channel",
                constraint.channels.list(),
                &channels,
            );
            check(
                key("products"),
                "product",
                constraint.products.list(),
                &products,
            );
            check(key("places"), "place", constraint.places.list(), &places);
        }
        for (at, rule) in self.contact_rules.iter().enumerate() {
            let key = |name: &str| format!("contact_rules[{at}].{name}");
            check(key("channels"), "channel", rule.channels.list(), &channels);
            check(key("products"), "product", rule.products.list(), &products);
        }
        for (at, conflict) in self.conflicts.iter().enumerate() {
            for (side, contact) in [("first", &conflict.first), ("second", &conflict.second)] {
                let key = |name: &str| format!("conflicts[{at}].{side}.{name}");
                check(
                    key("channel"),
                    "channel",
                    contact.channel.as_slice(),
                    &channels,
                );
                check(
                    key("product"),
                    "product",
                    contact.product.as_slice(),
                    &products,
                );
            }
        }
        notes
    }

    fn days(&self, faults: &mut Vec<Fault>, key: &str, dated: bool, days: [Option<Day>; 2]) {
        for day in days.into_iter().flatten() {
            if matches!(day, Day::Date(_)) != dated {
                let fault = Fault::new(key, format!("the window has `{day}`"));
                faults.push(fault.allowed(if dated {
                    "dates, as the activities have"
                } else {
                    "whole numbers, as the activities have"
                }));
            }
        }
    }

    fn stated(self) -> Stated {
        let offered = self.activities.iter().map(|activity| {
            let day = activity
                .date
                .or(activity.day.map(Day::Number))
                .unwrap_or(Day::Number(0));
            Offered {
                id: activity.id.clone(),
                channel: activity.channel.clone(),
                products: activity.products.clone(),
                place: activity.place.clone(),
                day,
                contact_day: day,
            }
        });
        Stated {
            offered: offered.collect(),
            cost: self
                .activities
                .iter()
                .map(|activity| activity.cost)
                .collect(),
            seats: self
                .activities
                .iter()
                .map(|activity| activity.seats)
                .collect(),
            minutes: self
                .activities
                .iter()
                .map(|activity| activity.minutes.unwrap_or(0.0))
                .collect(),
            constraints: self.constraints,
            contact_rules: self.contact_rules,
            conflicts: self.conflicts,
        }
    }
}

impl ActivityEntry {
    fn faults(&self, key: &str) -> Vec<Fault> {
        let mut faults = Vec::new();
        if self.day.is_some() == self.date.is_some() {
            let problem = if self.day.is_some() {
                "has a day and a date"
            } else {
                "has neither day nor date"
            };
            faults.push(
                Fault::new(key, format!("`{}` {problem}", self.id))
                    .allowed("`day` (a whole number) or `date`"),
            );
        }
        for (name, number) in [
            ("cost", Some(self.cost)),
            ("minutes", self.minutes),
            ("seats", self.seats),
        ] {
            if number.is_some_and(|number| !(number.is_finite() && number >= 0.0)) {
                faults.push(
                    Fault::new(format!("{key}.{name}"), "is below 0 or no number")
                        .allowed("0 or more"),
                );
            }
        }
        faults
    }
}

impl Stated {
    /// Constraints and seats as totals.
    pub(super) fn totals(&self) -> Vec<Total> {
        let mut totals = totals(&self.constraints, &self.offered, &self.minutes);
        for (at, (activity, seats)) in self.offered.iter().zip(&self.seats).enumerate() {
            if let Some(seats) = *seats {
                totals.push(Total {
                    name: format!("seats of {}", activity.id),
                    measure: Measure::Responses,
                    sense: Sense::AtMost,
                    members: (0..self.offered.len()).map(|other| other == at).collect(),
                    bound: seats,
                    soft: None,
                });
            }
        }
        totals
    }

    /// Contact rules and conflicts.
    pub(super) fn rules(&self) -> Rules {
        rules(&self.contact_rules, &self.conflicts, &self.offered)
    }
}
