//! A team's calls of today by the clock.

use jiff::Timestamp;

use super::dial::{Planned, dial};
use super::merge::Merged;
use super::{QueueInput, Team};
use crate::campaign::{Moment, Window};

/// A call of today.
#[derive(Debug, Clone, Copy)]
pub(super) struct Todays {
    pub(super) window: Window,
    /// Minutes of an agent.
    pub(super) minutes: f64,
    /// Whether the customer was promised to be called then.
    pub(super) promised: bool,
}

impl Todays {
    pub(super) fn of(merged: &Merged<'_>, window: Window, minutes: f64) -> Self {
        Self {
            window,
            minutes,
            promised: merged.lead.todo.promised.is_some(),
        }
    }
}

/// About when the team makes each of them, which are in the order of importance;
/// `None` where its window has no room. Machines and rounds have no clock: theirs
/// are made when their windows open.
pub(super) fn clock(
    input: &QueueInput<'_>,
    team: &Team,
    calls: &[Todays],
) -> Vec<Option<Timestamp>> {
    let pace = f64::from(team.agents) * team.utilisation.get();
    if !team.by_agents() || pace <= 0.0 {
        let opens = calls.iter().map(|call| Some(call.window.not_before.at));
        return opens.collect();
    }
    let starts = Moment::local(input.as_of, team.starts.0, input.timezone);
    let shift = team.working_day(input.as_of, input.policy, input.timezone);
    let planned = |call: &Todays| {
        let (not_before, not_after) = within(call.window, shift);
        Planned {
            not_before,
            not_after,
            seconds: (call.minutes * 60.0 / pace).round() as i64,
            kept: call.promised,
        }
    };
    let planned: Vec<Planned> = calls.iter().map(planned).collect();
    dial(starts.map_or(Timestamp::MIN, |moment| moment.at), &planned)
}

/// The part of a window in which the team is at work; all of it where a promise
/// is for another time.
fn within(window: Window, shift: Option<(Timestamp, Timestamp)>) -> (Timestamp, Timestamp) {
    let all = (window.not_before.at, window.not_after.at);
    let Some((begins, ends)) = shift else {
        return all;
    };
    let part = (all.0.max(begins), all.1.min(ends));
    if part.0 < part.1 { part } else { all }
}
