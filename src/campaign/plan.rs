use rayon::prelude::*;

use super::allocation::{Allocated, Fate, Offer, allocate};
use super::callees::{Callee, Callees};
use super::constraints::Constraints;
use super::earlier::Earlier;
use super::earlier_contacts::EarlierConflicts;
use super::pools::{Pools, SeatFrom};
use super::propensity::chances;
use super::{
    ActivityFunnel, Bound, Campaign, CampaignError, CampaignInput, Candidates, ControlRow, History,
    Invitation, InvitationStatus, Moment, NameHash, Refusal, Screening, Search, UnitDraw, Window,
    Zones, reconcile,
};
use crate::domain::{Channel, ContactHours, DecisionReason};

/// The name under which the universal control group is published.
pub const UNIVERSAL: &str = "universal";

/// Plans tonight's invitations and waitlists, with a decision for every
/// candidate.
///
/// Policy first, then controls, then the allocation of seats. The result does
/// not depend on the order of contacts, scores and suppressions, nor on the
/// number of threads.
///
/// # Errors
/// When the lists of the input do not fit together, a customer's time zone is
/// unknown, or the decisions do not add up.
pub fn plan_campaign(input: &CampaignInput<'_>) -> Result<Campaign, CampaignError> {
    input.check()?;
    let people = input.people;
    let zones = Zones::new(people, input.timezone)?;
    let callees = Callees::new(people, &zones, input.policy);
    let openings = openings(input, &callees);
    let mut pools =
        Pools::new(people, input.activities).map_err(|_| CampaignError::TooManyActivities)?;
    let constraints = Constraints::new(
        input.policy,
        input.controls,
        input.activities,
        &pools,
        input.bounds,
    )
    .ok_or(CampaignError::TooManyActivities)?;

    let earlier = Earlier::new(people.len(), input.activities, input.contacts);
    let earlier_attendance = take_earlier(input, &earlier, &mut pools);
    let (chances, propensity) = chances(input)?;
    let mut ledger = Candidates::list(people.len(), input.activities, input.eligible, &chances);
    drop(chances);
    u32::try_from(ledger.len()).map_err(|_| CampaignError::TooManyCandidates)?;

    let draws: Vec<UnitDraw> = people
        .unit_keys
        .par_iter()
        .map(|key| UnitDraw::new(input.key, &input.controls.salt, key))
        .collect();
    let history = History::new(input.people, input.contacts, input.policy, input.as_of);
    let channels = screen_all(
        input, &history, &ledger, &earlier, &draws, &callees, &openings,
    );

    let ties: Vec<NameHash> = input
        .activities
        .iter()
        .map(|activity| NameHash::new("tie", &format!("{}/{}", activity.id, input.as_of)))
        .collect();
    let mut offers = Vec::new();
    for (at, channel) in channels.iter().enumerate() {
        match channel {
            Err(refusal) => ledger.refuse(at, *refusal, &constraints),
            Ok(channel) => offers.push(Offer {
                candidate: at as u32,
                row: ledger.row[at],
                unit: people.unit[ledger.row[at] as usize],
                activity: ledger.activity[at],
                channel: *channel,
                probability: ledger.probability[at],
                value: ledger.value[at],
                tie: (draws[people.unit[ledger.row[at] as usize] as usize]
                    .number(ties[usize::from(ledger.activity[at])])
                    >> 32) as u32,
            }),
        }
    }
    let Allocated { fates, optimum } = allocate(input, &earlier, offers, &mut pools)?;
    for &(candidate, fate) in &fates {
        let at = candidate as usize;
        match fate {
            Fate::Invited => ledger.reason[at] = DecisionReason::Selected,
            Fate::Waitlisted => ledger.reason[at] = DecisionReason::NextInLine,
            Fate::Refused(refusal) => ledger.refuse(at, refusal, &constraints),
        }
    }
    ledger.constraints = constraints.into_names();

    let invitations = invitations(input, &ledger, &fates, &channels, &callees, &openings);
    let campaign = Campaign {
        funnel: funnel(input, &ledger, &invitations, &earlier_attendance),
        controls: control_rows(input, &ledger, &draws),
        invitations,
        again_from: history.into_again_from(),
        optimum,
        propensity,
        candidates: ledger,
    };
    reconcile(&campaign, input.eligible)?;
    Ok(campaign)
}

/// The channels on which an activity can still be announced to customers, with
/// the first window of each.
struct Opening {
    channels: Vec<Channel>,
    windows: Vec<Window>,
    /// Whether there is none for anybody who lives there, whatever hours they
    /// want.
    closed: bool,
}

/// Openings by activity and callees.
fn openings(input: &CampaignInput<'_>, callees: &Callees<'_>) -> Vec<Vec<Opening>> {
    let of = |activity: &super::Activity| -> Vec<Opening> {
        let starts = activity.starts.0;
        let until = Moment::local(starts.date(), starts.time(), input.timezone).map(|m| m.at);
        let search = Search {
            until,
            ..Search::new(input.policy)
        };
        let opening = |&callee: &Callee<'_>| {
            let found = |callee| {
                let windows = activity.channels.iter().filter_map(move |&channel| {
                    Some((channel, search.first(input.as_of, channel, callee)?))
                });
                windows.unzip()
            };
            let (channels, windows): (Vec<Channel>, _) = found(callee);
            let at_any_time = Callee {
                hours: ContactHours::default(),
                ..callee
            };
            Opening {
                closed: channels.is_empty() && found(at_any_time).0.is_empty(),
                channels,
                windows,
            }
        };
        callees.all().iter().map(opening).collect()
    };
    input.activities.iter().map(of).collect()
}

/// Takes the seats that earlier invitations fill; the expected attendance by
/// activity.
fn take_earlier(input: &CampaignInput<'_>, earlier: &Earlier, pools: &mut Pools) -> Vec<f64> {
    let mut attendance = vec![0.0; input.activities.len()];
    for invitation in earlier.all() {
        let index = usize::from(invitation.activity);
        let expected = invitation.attendance(input.activities[index].acceptance);
        attendance[index] += expected;
        match pools.seat_from(invitation.row as usize, invitation.activity) {
            SeatFrom::Everyone(pool) | SeatFrom::District(pool) => {
                pools.pool_mut(pool).take_earlier(expected);
            }
            SeatFrom::Nowhere => {}
        }
    }
    attendance
}

/// The channel of each candidate that policy and controls let through.
fn screen_all(
    input: &CampaignInput<'_>,
    history: &History,
    ledger: &Candidates,
    earlier: &Earlier,
    draws: &[UnitDraw],
    callees: &Callees<'_>,
    openings: &[Vec<Opening>],
) -> Vec<Result<Channel, Refusal>> {
    let screening = Screening::new(
        input.people,
        input.policy,
        history,
        input.suppressions,
        input.service_first,
        input.do_not_contact_stale,
    );
    let conflicts = EarlierConflicts::new(input);
    let names: Vec<NameHash> = input
        .activities
        .iter()
        .map(|activity| NameHash::new("control", &activity.id))
        .collect();
    let refuse = |reason, bound| Err(Refusal { reason, bound });
    (0..ledger.len())
        .into_par_iter()
        .map(|at| {
            let (row, activity) = (ledger.row[at] as usize, usize::from(ledger.activity[at]));
            let opening = &openings[activity][callees.index(row)];
            // First, so that what was done stays done whatever holds tonight.
            if earlier.of(row, ledger.activity[at]).is_some() {
                return refuse(DecisionReason::AlreadyInvited, None);
            }
            if input.held_back[activity] {
                return refuse(DecisionReason::ActivityHeldBack, Some(Bound::Review));
            }
            if opening.closed {
                return refuse(DecisionReason::ActivityHeldBack, Some(Bound::NoWindow));
            }
            if opening.channels.is_empty() {
                screening.screen(row, &input.activities[activity].channels)?;
                return refuse(DecisionReason::NoHour, None);
            }
            let channel = screening.screen(row, &opening.channels)?[0];
            if let Some(conflict) = conflicts.with(row as u32, ledger.activity[at], channel) {
                return refuse(
                    DecisionReason::EarlierConflict,
                    Some(Bound::Conflict(conflict)),
                );
            }
            let unit = input.people.unit[row] as usize;
            if input.follow_up_first[unit] {
                return refuse(DecisionReason::FollowUpFirst, None);
            }
            let draw = &draws[unit];
            if draw.in_universal(input.controls.universal) {
                return refuse(DecisionReason::UniversalControl, Some(Bound::Universal));
            }
            if draw.in_control(names[activity], input.controls.per_activity) {
                return refuse(DecisionReason::ActivityControl, Some(Bound::PerActivity));
            }
            Ok(channel)
        })
        .collect()
}

/// The list, by activity and rank: first those invited, then those waiting.
fn invitations(
    input: &CampaignInput<'_>,
    ledger: &Candidates,
    fates: &[(u32, Fate)],
    channels: &[Result<Channel, Refusal>],
    callees: &Callees<'_>,
    openings: &[Vec<Opening>],
) -> Vec<Invitation> {
    let mut list = Vec::new();
    for (wanted, status) in [
        (Fate::Invited, InvitationStatus::Invited),
        (Fate::Waitlisted, InvitationStatus::Waitlist),
    ] {
        for &(candidate, _) in fates.iter().filter(|(_, fate)| *fate == wanted) {
            let at = candidate as usize;
            let (row, activity) = (ledger.row[at], ledger.activity[at]);
            let opening = &openings[usize::from(activity)][callees.index(row as usize)];
            let Ok(channel) = channels[at] else { continue };
            let Some(place) = opening.channels.iter().position(|&open| open == channel) else {
                continue;
            };
            list.push(Invitation {
                row,
                activity,
                channel,
                rank: 0,
                probability: ledger.probability[at],
                value: ledger.value[at],
                not_before: opening.windows[place].not_before,
                not_after: opening.windows[place].not_after,
                status,
                owner: input.activities[usize::from(activity)].owner.clone(),
            });
        }
    }
    // Stable: within an activity the order of the allocation remains.
    list.sort_by_key(|invitation| invitation.activity);
    for group in list.chunk_by_mut(|a, b| a.activity == b.activity) {
        for (rank, invitation) in (1..).zip(group) {
            invitation.rank = rank;
        }
    }
    list
}

/// The units that control groups held out tonight, by group and pseudonym.
fn control_rows(
    input: &CampaignInput<'_>,
    ledger: &Candidates,
    draws: &[UnitDraw],
) -> Vec<ControlRow> {
    let mut held: Vec<(&str, UnitDraw)> = (0..ledger.len())
        .filter_map(|at| {
            let control = match ledger.reason[at] {
                DecisionReason::UniversalControl => UNIVERSAL,
                DecisionReason::ActivityControl => {
                    &input.activities[usize::from(ledger.activity[at])].id
                }
                _ => return None,
            };
            Some((
                control,
                draws[input.people.unit[ledger.row[at] as usize] as usize],
            ))
        })
        .collect();
    // By pseudonym, so that the order tells nothing about the units' keys.
    held.par_sort_unstable();
    held.dedup();
    held.into_iter()
        .map(|(control, draw)| ControlRow {
            unit: draw.pseudonym(),
            control: control.to_owned(),
        })
        .collect()
}

fn funnel(
    input: &CampaignInput<'_>,
    ledger: &Candidates,
    invitations: &[Invitation],
    earlier_attendance: &[f64],
) -> Vec<ActivityFunnel> {
    let mut funnel: Vec<ActivityFunnel> = input
        .activities
        .iter()
        .zip(earlier_attendance)
        .map(|(activity, &earlier)| ActivityFunnel {
            activity: activity.id.clone(),
            eligible: 0,
            reasons: [0; DecisionReason::ALL.len()],
            seats: activity.seats.total(),
            invited: 0,
            waitlist: 0,
            earlier_attendance: earlier,
            expected_attendance: 0.0,
        })
        .collect();
    for (&activity, &reason) in ledger.activity.iter().zip(&ledger.reason) {
        let of = &mut funnel[usize::from(activity)];
        of.eligible += 1;
        of.reasons[reason as usize] += 1;
    }
    for invitation in invitations {
        let of = &mut funnel[usize::from(invitation.activity)];
        match invitation.status {
            InvitationStatus::Invited => {
                of.invited += 1;
                of.expected_attendance += invitation.probability;
            }
            InvitationStatus::Waitlist => of.waitlist += 1,
        }
    }
    funnel
}
