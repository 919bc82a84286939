use std::collections::BTreeMap;

use super::{Activity, Contact, ContactOutcome};
use crate::domain::{Channel, Share, days_from_date};

/// Invitations that customers already had to tonight's activities.
///
/// Entries are sorted by (row, activity), one for each pair, with what came of
/// the latest contact.
#[derive(Debug)]
pub(crate) struct Earlier {
    starts: Vec<u32>,
    entries: Vec<EarlierInvitation>,
}

#[derive(Debug, Clone, Copy)]
pub(crate) struct EarlierInvitation {
    pub(crate) row: u32,
    pub(crate) activity: u16,
    pub(crate) outcome: Option<ContactOutcome>,
    pub(crate) probability: Option<f64>,
    pub(crate) channel: Option<Channel>,
}

impl EarlierInvitation {
    /// The seats it is expected to take: one when accepted, none when declined
    /// or ignored; while it is open, the probability it went out with, or the
    /// usual share.
    pub(crate) fn attendance(&self, acceptance: Share) -> f64 {
        match self.outcome {
            Some(ContactOutcome::Accepted) => 1.0,
            Some(ContactOutcome::Declined | ContactOutcome::Ignored) => 0.0,
            _ => self.probability.unwrap_or(acceptance.get()),
        }
    }
}

/// Of two contacts on one day, the one that says more about attendance wins.
const fn certainty(outcome: Option<ContactOutcome>) -> u8 {
    match outcome {
        Some(ContactOutcome::Accepted) => 7,
        Some(ContactOutcome::Declined) => 6,
        Some(ContactOutcome::Ignored) => 5,
        Some(ContactOutcome::CallBack) => 4,
        Some(ContactOutcome::Reached) => 3,
        Some(ContactOutcome::NoAnswer) => 2,
        Some(ContactOutcome::Other) => 1,
        None => 0,
    }
}

impl Earlier {
    /// Finds them among `contacts`; `customers` is the number of rows.
    pub(crate) fn new(customers: usize, activities: &[Activity], contacts: &[Contact]) -> Self {
        let ids: BTreeMap<&str, u16> = activities
            .iter()
            .zip(0..)
            .map(|(activity, index)| (activity.id.as_str(), index))
            .collect();
        let mut found: Vec<_> = contacts
            .iter()
            .filter_map(|contact| {
                let activity = *ids.get(contact.activity.as_str())?;
                let day = days_from_date(contact.date);
                Some((
                    contact.row,
                    activity,
                    day,
                    certainty(contact.outcome),
                    contact.outcome,
                    // Bits of numbers from 0 up are in the order of the numbers.
                    contact.probability.map(f64::to_bits),
                    contact.channel,
                ))
            })
            .collect();
        found.sort_unstable_by(|a, b| b.cmp(a));
        found.dedup_by_key(|&mut (row, activity, ..)| (row, activity));
        found.reverse();
        let entries: Vec<_> = found
            .into_iter()
            .map(
                |(row, activity, _, _, outcome, bits, channel)| EarlierInvitation {
                    row,
                    activity,
                    outcome,
                    probability: bits.map(f64::from_bits),
                    channel,
                },
            )
            .collect();
        let mut starts = vec![0_u32; customers + 1];
        for entry in &entries {
            starts[entry.row as usize + 1] += 1;
        }
        for at in 1..starts.len() {
            starts[at] += starts[at - 1];
        }
        Self { starts, entries }
    }

    /// Every earlier invitation, by row and activity.
    pub(crate) fn all(&self) -> &[EarlierInvitation] {
        &self.entries
    }

    /// The customer's earlier invitation to that activity.
    pub(crate) fn of(&self, row: usize, activity: u16) -> Option<&EarlierInvitation> {
        let range = self.starts[row] as usize..self.starts[row + 1] as usize;
        self.entries[range]
            .iter()
            .find(|entry| entry.activity == activity)
    }
}
