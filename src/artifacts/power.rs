//! What tonight's groups can show, before anything goes out.

use super::Night;
use crate::campaign::{ActivityFunnel, Candidates};
use crate::domain::{Decision, DecisionReason};
use crate::measure::{POWER, Plan, detectable_lift};

/// The sizes of an activity's groups and the smallest lift they show.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) struct Power {
    /// Contact units left open to be invited.
    pub(super) open: u64,
    /// Contact units held out of this activity.
    pub(super) held_out: u64,
    /// The smallest absolute lift of the open units over those held out that
    /// is found with a chance of [`POWER`]; `None` where none is.
    pub(super) lift: Option<f64>,
    /// The same per invitation, as only some of the open units get one; `None`
    /// where it would be above 1.
    pub(super) per_invitation: Option<f64>,
}

/// By activity; nothing for one that nobody could be invited to.
///
/// The rate without an invitation is not known before, so the stated
/// acceptance stands for it: rates nearer to one half are harder to tell
/// apart, which makes these lifts the larger ones.
pub(super) fn of<'a>(night: &Night<'a>) -> Vec<(&'a ActivityFunnel, Option<Power>)> {
    let activities = &night.plan.file.activities;
    let sizes = sizes(
        &night.campaign.candidates,
        &night.view.people.unit,
        activities.len(),
    );
    night
        .campaign
        .funnel
        .iter()
        .zip(activities)
        .zip(sizes)
        .map(|((funnel, activity), (open, held_out))| {
            let lift = detectable_lift(
                &Plan {
                    base: activity.acceptance.get(),
                    treated: open,
                    control: held_out,
                },
                POWER,
            );
            let share = funnel.invited as f64 / open.max(1) as f64;
            let power = Power {
                open,
                held_out,
                lift,
                per_invitation: lift.map(|lift| lift / share).filter(|&lift| lift <= 1.0),
            };
            (funnel, (open > 0).then_some(power))
        })
        .collect()
}

/// By activity, how many contact units are open and held out: a unit counts
/// once, as the draw does, however many of its customers are candidates.
fn sizes(candidates: &Candidates, unit: &[u32], activities: usize) -> Vec<(u64, u64)> {
    let units = unit.iter().max().map_or(0, |&last| last as usize + 1);
    let words = units.div_ceil(64);
    let mut seen = vec![0_u64; words * activities];
    let mut sizes = vec![(0, 0); activities];
    for at in 0..candidates.len() {
        let reason = candidates.reason[at];
        let held_out = match reason.decision() {
            Decision::Suppressed => continue,
            Decision::Control if reason == DecisionReason::UniversalControl => continue,
            Decision::Invited if reason == DecisionReason::AlreadyInvited => continue,
            decision => decision == Decision::Control,
        };
        let activity = usize::from(candidates.activity[at]);
        let unit = unit[candidates.row[at] as usize] as usize;
        let (word, bit) = (activity * words + unit / 64, 1_u64 << (unit % 64));
        if seen[word] & bit == 0 {
            seen[word] |= bit;
            let (open, held) = &mut sizes[activity];
            *(if held_out { held } else { open }) += 1;
        }
    }
    sizes
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_unit_counts_once_and_only_where_it_could_be_invited() {
        use DecisionReason as R;
        let rows = [
            (0, 0, R::NoConsent),
            (1, 0, R::Selected),
            (2, 0, R::OtherInvitation),
            (3, 0, R::ActivityControl),
            (4, 0, R::UniversalControl),
            (5, 0, R::AlreadyInvited),
            (1, 1, R::NoSeat),
        ];
        let candidates = Candidates {
            row: rows.map(|row| row.0).to_vec(),
            activity: rows.map(|row| row.1).to_vec(),
            reason: rows.map(|row| row.2).to_vec(),
            ..Candidates::default()
        };
        // Rows 1 and 2 are one household.
        let unit = [0, 1, 1, 70, 3, 4];
        assert_eq!(sizes(&candidates, &unit, 2), [(1, 1), (1, 0)]);
    }
}
