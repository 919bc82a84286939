//! What earlier contacts use up of contact rules and constraints, and which
//! activities they conflict with.

use std::collections::{BTreeMap, HashMap};

use super::allocation::described;
use super::earlier::Earlier;
use super::{CampaignInput, Contact};
use crate::allocation::{Day, Measure, Offered, totals};
use crate::domain::{CallClass, Channel, Unit};

/// Contacts that each unit of `units` (ascending) has had by each contact
/// rule, unit by unit: first by the rule of one invitation a night, which
/// earlier contacts do not touch, then by the pipeline's rules in order.
///
/// As with caps, a contact counts once per unit, activity, channel and day,
/// and visits and service contacts do not count.
pub(super) fn used_contacts(input: &CampaignInput<'_>, units: &[Unit]) -> Vec<u16> {
    let rules = input.bounds.contact_rules.len() + 1;
    let mut used = vec![0_u16; units.len() * rules];
    if input.bounds.contact_rules.is_empty() {
        return used;
    }
    let about = About::new(input);
    let mut counted: Vec<(Unit, &str, Option<Channel>, i64)> = marketing(input)
        .map(|contact| {
            let day = Day::Date(contact.date).number();
            (
                input.people.unit[contact.row as usize],
                contact.activity.as_str(),
                contact.channel,
                day,
            )
        })
        .collect();
    counted.sort_unstable();
    counted.dedup();
    for (unit, activity, channel, day) in counted {
        let Ok(at) = units.binary_search(&unit) else {
            continue;
        };
        let contact = about.contact(activity, channel, Day::Number(day));
        for (rule, settings) in input.bounds.contact_rules.iter().enumerate() {
            let of = &mut used[at * rules + rule + 1];
            *of = of.saturating_add(u16::from(settings.counts(&contact)));
        }
    }
    used
}

/// What earlier invitations took of each constraint: by the channel that they
/// went by, or the activity's first where that is not known.
pub(super) fn taken_before(input: &CampaignInput<'_>, earlier: &Earlier) -> Vec<f64> {
    let mut sums: BTreeMap<(u16, Channel), [f64; 3]> = BTreeMap::new();
    for invitation in earlier.all() {
        let activity = &input.activities[usize::from(invitation.activity)];
        let Some(channel) = invitation.channel.or(activity.channels.first().copied()) else {
            continue;
        };
        let [count, cost, responses] = sums.entry((invitation.activity, channel)).or_default();
        *count += 1.0;
        *cost += activity.cost;
        *responses += invitation.attendance(activity.acceptance);
    }
    let offered: Vec<Offered> = sums
        .keys()
        .map(|&(activity, channel)| described(input, &(activity, channel, 0)))
        .collect();
    totals(input.bounds.constraints, &offered, &[])
        .iter()
        .zip(input.bounds.constraints)
        .map(|(total, settings)| {
            let measured = |[count, cost, responses]: &[f64; 3]| match total.measure {
                Measure::Invitations => *count,
                Measure::Cost => *cost,
                Measure::Responses => *responses,
                Measure::Weight(_) => 0.0,
            };
            let counts = sums.values().zip(&total.members);
            let counted = counts.filter(|(_, member)| **member && !settings.nightly);
            counted.map(|(sums, _)| measured(sums)).sum()
        })
        .collect()
}

/// Which activities, by index, an earlier contact of the customer conflicts
/// with tonight.
#[derive(Debug)]
pub(super) struct EarlierConflicts {
    /// By row, (activity's index, channel, conflict).
    of: HashMap<u32, Vec<(u16, Channel, u16)>>,
}

impl EarlierConflicts {
    pub(super) fn new(input: &CampaignInput<'_>) -> Self {
        let about = About::new(input);
        let tonight = Day::Date(input.as_of);
        let mut of: HashMap<u32, Vec<(u16, Channel, u16)>> = HashMap::new();
        for contact in marketing(input) {
            let day = Day::Date(contact.date);
            let first = about.contact(&contact.activity, contact.channel, day);
            for (conflict, settings) in (0_u16..).zip(input.bounds.conflicts) {
                if !settings.first.matches(&first) || !settings.within(day, tonight) {
                    continue;
                }
                for (index, activity) in (0_u16..).zip(input.activities) {
                    for &channel in &activity.channels {
                        let second = about.contact(&activity.id, Some(channel), tonight);
                        if activity.id != contact.activity && settings.second.matches(&second) {
                            of.entry(contact.row)
                                .or_default()
                                .push((index, channel, conflict));
                        }
                    }
                }
            }
        }
        // The pipeline's first conflict is the one that is named.
        for conflicts in of.values_mut() {
            conflicts.sort_unstable();
        }
        Self { of }
    }

    /// The first conflict that an earlier contact of the customer has with an
    /// activity by a channel.
    pub(super) fn with(&self, row: u32, activity: u16, channel: Channel) -> Option<u16> {
        let conflicts = self.of.get(&row)?;
        let same = |entry: &&(u16, Channel, u16)| (entry.0, entry.1) == (activity, channel);
        conflicts.iter().find(same).map(|(.., conflict)| *conflict)
    }
}

fn marketing<'a>(input: &CampaignInput<'a>) -> impl Iterator<Item = &'a Contact> {
    input.contacts.iter().filter(|contact| {
        contact.class == CallClass::Marketing && contact.channel != Some(Channel::Visit)
    })
}

/// What contacts were about: the interest of the activity, or of another of
/// its series.
struct About<'a> {
    interests: BTreeMap<&'a str, &'a str>,
}

impl<'a> About<'a> {
    fn new(input: &CampaignInput<'a>) -> Self {
        let mut interests: BTreeMap<&str, &str> = BTreeMap::new();
        for activity in input.activities {
            interests
                .entry(activity.series())
                .or_insert(&activity.interest);
        }
        interests.extend(
            input
                .activities
                .iter()
                .map(|activity| (activity.id.as_str(), activity.interest.as_str())),
        );
        Self { interests }
    }

    fn contact(&self, activity: &str, channel: Option<Channel>, day: Day) -> Offered {
        let interest = self
            .interests
            .get(activity)
            .or_else(|| self.interests.get(super::activity::series_of(activity)));
        Offered {
            id: activity.to_owned(),
            // A channel that is not known counts like a call.
            channel: channel.unwrap_or(Channel::Call).as_str().to_owned(),
            products: interest
                .map(|interest| (*interest).to_owned())
                .into_iter()
                .collect(),
            place: None,
            day,
            contact_day: day,
        }
    }
}
