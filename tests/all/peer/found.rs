//! What there is on a night: reasons that hold, and contacts by customer.

use std::collections::BTreeMap;

use clubcall::calls::{QueueInput, ReasonHit, Trigger};
use clubcall::campaign::{Contact, ContactOutcome, InvitationStatus};
use clubcall::domain::Channel;
use jiff::civil::Date;

use super::cases::Key;
use super::windows::{days_between, later};

/// What holds tonight.
pub(super) struct Found {
    pub(super) since: Date,
    pub(super) dated: bool,
    pub(super) value: f64,
}

/// Reasons that hold tonight.
pub(super) fn found(input: &QueueInput<'_>, by_row: &ByRow<'_>) -> BTreeMap<Key, Found> {
    let mut found = BTreeMap::new();
    for hit in input.hits {
        let ReasonHit {
            since,
            dated,
            value,
            ..
        } = *hit;
        found.insert(
            (hit.row, hit.reason, hit.activity),
            Found {
                since,
                dated,
                value,
            },
        );
    }
    let night = |value| Found {
        since: input.as_of,
        dated: false,
        value,
    };
    for (index, reason) in (0_u16..).zip(input.reasons) {
        match reason.on {
            None => {}
            Some(Trigger::Invitation) => {
                for invitation in input.invitations {
                    let goes_out = invitation.status == InvitationStatus::Invited;
                    if goes_out && invitation.channel == Channel::Call {
                        let key = (invitation.row, index, Some(invitation.activity));
                        found.insert(key, night(invitation.value));
                    }
                }
            }
            Some(Trigger::Reminder) => {
                for (activity, settings) in (0_u16..).zip(input.activities) {
                    let starts = settings.starts.0.date();
                    if !(0..=2).contains(&days_between(input.as_of, starts)) {
                        continue;
                    }
                    let from = later(starts, -2);
                    for (&row, contacts) in &by_row.all {
                        let reminded = contacts
                            .iter()
                            .any(|contact| contact.activity == reason.id && contact.date >= from);
                        let about = contacts.iter().filter(|c| c.activity == settings.id);
                        let answer = about.max_by_key(|c| (c.date, says(c.outcome)));
                        let accepted =
                            answer.is_some_and(|c| c.outcome == Some(ContactOutcome::Accepted));
                        if accepted && !reminded {
                            found.insert((row, index, Some(activity)), night(0.0));
                        }
                    }
                }
            }
        }
    }
    found
}

/// Of two contacts on one day the one that says more about coming decides.
fn says(outcome: Option<ContactOutcome>) -> u8 {
    match outcome {
        Some(ContactOutcome::Accepted) => 3,
        Some(ContactOutcome::Declined) => 2,
        Some(_) => 1,
        None => 0,
    }
}

/// Contacts by customer.
pub(super) struct ByRow<'a> {
    pub(super) all: BTreeMap<u32, Vec<&'a Contact>>,
    pub(super) history: BTreeMap<u32, Vec<&'a Contact>>,
    /// The last day that the history covers.
    pub(super) covered: Option<Date>,
}

impl<'a> ByRow<'a> {
    pub(super) fn new(input: &QueueInput<'a>) -> Self {
        let history = input.history.unwrap_or_default();
        Self {
            all: by_row(input.contacts),
            history: by_row(history),
            covered: history.iter().map(|contact| contact.date).max(),
        }
    }
}

fn by_row(contacts: &[Contact]) -> BTreeMap<u32, Vec<&Contact>> {
    let mut rows: BTreeMap<u32, Vec<&Contact>> = BTreeMap::new();
    for contact in contacts {
        rows.entry(contact.row).or_default().push(contact);
    }
    rows
}
