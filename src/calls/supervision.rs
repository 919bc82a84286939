//! For supervisors: what is open and overdue, by who answers for it.

use std::collections::BTreeMap;

use jiff::civil::Date;

use super::{CallReason, Hold, QueueSettings, ReasonRow, ReasonState, Team};

/// Open cases of one owner, team and reason.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Overdue {
    /// Who answers for them.
    pub owner: String,
    /// The team.
    pub team: String,
    /// The reason's index.
    pub reason: u16,
    /// Open cases.
    pub open: u64,
    /// Of them, those whose due time has passed.
    pub overdue: u64,
    /// Of the open, those that were listed and whose outcome is not known.
    pub awaiting: u64,
    /// Since when the oldest is open.
    pub oldest_since: Date,
    /// Most nights in a row that one of them found no room in the team's
    /// hours.
    pub waits: u32,
}

/// What is open, by owner, team and reason.
#[must_use]
pub fn overdue(rows: &[ReasonRow]) -> Vec<Overdue> {
    let mut groups: BTreeMap<(&str, &str, u16), Overdue> = BTreeMap::new();
    for row in rows.iter().filter(|row| row.state.is_open()) {
        let key = (row.owner.as_str(), row.team.as_str(), row.hit.reason);
        let group = groups.entry(key).or_insert_with(|| Overdue {
            owner: row.owner.clone(),
            team: row.team.clone(),
            reason: row.hit.reason,
            open: 0,
            overdue: 0,
            awaiting: 0,
            oldest_since: row.since,
            waits: 0,
        });
        group.open += 1;
        group.overdue += u64::from(row.overdue);
        group.awaiting += u64::from(row.state == ReasonState::Held(Hold::AwaitingOutcome));
        group.oldest_since = group.oldest_since.min(row.since);
        group.waits = group.waits.max(row.waits);
    }
    groups.into_values().collect()
}

/// What somebody has to look at in the morning.
#[must_use]
pub fn alerts(
    reasons: &[CallReason],
    teams: &BTreeMap<String, Team>,
    settings: &QueueSettings,
    rows: &[ReasonRow],
) -> Vec<String> {
    let mut without_room: BTreeMap<(u16, &str), (u64, u32)> = BTreeMap::new();
    let mut used_up: BTreeMap<u16, u64> = BTreeMap::new();
    let mut no_team: BTreeMap<u16, u64> = BTreeMap::new();
    let mut awaiting: BTreeMap<Date, u64> = BTreeMap::new();
    for row in rows {
        if row.waits >= settings.alert_nights {
            let entry = without_room.entry((row.hit.reason, &row.team)).or_default();
            entry.0 += 1;
            entry.1 = entry.1.max(row.waits);
        }
        match (row.state, row.listed_on) {
            (ReasonState::Held(Hold::AttemptsUsedUp), _) => {
                *used_up.entry(row.hit.reason).or_default() += 1;
            }
            (ReasonState::Held(Hold::NoTeam), _) => {
                *no_team.entry(row.hit.reason).or_default() += 1;
            }
            (ReasonState::Held(Hold::AwaitingOutcome), Some(listed)) => {
                *awaiting.entry(listed).or_default() += 1;
            }
            _ => {}
        }
    }
    let unworked = rows.iter().filter(|row| row.unworked).count();
    let unworked = (unworked > 0).then(|| {
        format!("{unworked} reasons were listed before and nobody was contacted about them")
    });
    let id = |reason: u16| &reasons[usize::from(reason)].id;
    let room = without_room
        .into_iter()
        .map(|((reason, name), (count, nights))| {
            let visits = teams.get(name).and_then(|team| team.visits_a_day);
            let within = match visits {
                Some(visits) => {
                    format!("rounds of team {name} ({visits} visits a day, all in one district)")
                }
                None => format!("hours of team {name}"),
            };
            format!(
                "{}: {count} have found no room in the {within} for up to {nights} nights",
                id(reason)
            )
        });
    let ladder = used_up.into_iter().map(|(reason, count)| {
        format!(
            "{}: {count} were never reached; all attempts are used up",
            id(reason)
        )
    });
    let nobody = no_team.into_iter().map(|(reason, count)| {
        format!(
            "{}: none of its teams serves {count} customers (language, district, skills, hours)",
            id(reason)
        )
    });
    let unknown = awaiting.into_iter().map(|(listed, count)| {
        format!(
            "the contact history does not reach {listed}: {count} reasons listed that day wait \
             for their outcome, {} days at most",
            settings.outcome_days
        )
    });
    let reported = unknown.chain(unworked);
    room.chain(ladder).chain(nobody).chain(reported).collect()
}
