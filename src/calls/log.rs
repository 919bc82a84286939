//! The contact history as cases see it: what was said about which of them.

use std::collections::HashMap;

use jiff::civil::{Date, Time};

use super::{CarriedCall, HitRef, QueueInput, Trigger};
use crate::campaign::Contact;

/// What is known of the contacts about cases.
pub(super) struct Log<'a> {
    pub(super) input: QueueInput<'a>,
    /// Contacts by customer, what they were about and time.
    entries: Vec<Entry<'a>>,
    /// The last day that the history covers.
    pub(super) covered: Option<Date>,
    /// The leading case of every call of the previous run.
    leads: HashMap<&'a str, HitRef>,
}

/// What a contact was about: a reason or an activity, by index.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
enum About {
    Reason(u16),
    Activity(u16),
}

#[derive(Debug, Clone, Copy)]
struct Entry<'a> {
    row: u32,
    about: About,
    contact: &'a Contact,
}

impl Entry<'_> {
    fn when(&self) -> (Date, Option<Time>) {
        (self.contact.date, self.contact.time)
    }
}

impl<'a> Log<'a> {
    pub(super) fn new(input: &QueueInput<'a>) -> Self {
        let reasons = (0..).zip(input.reasons);
        let activities = (0..).zip(input.activities);
        let abouts: HashMap<&str, About> = activities
            .map(|(index, activity)| (activity.id.as_str(), About::Activity(index)))
            .chain(reasons.map(|(index, reason)| (reason.id.as_str(), About::Reason(index))))
            .collect();
        let history = input.history.unwrap_or_default();
        let mut entries: Vec<Entry<'_>> = history
            .iter()
            .filter_map(|contact| {
                Some(Entry {
                    row: contact.row,
                    about: *abouts.get(contact.activity.as_str())?,
                    contact,
                })
            })
            .collect();
        // What says more comes last, so that of two contacts at one time it
        // decides.
        entries.sort_by_key(|e| {
            (
                e.row,
                e.about,
                e.when(),
                e.contact.outcome,
                e.contact.callback_at,
            )
        });
        let led = input.carried.iter().filter(|call| call.leads);
        let lead = |call: &'a CarriedCall| Some((call.call_id.as_deref()?, call.at()));
        Self {
            input: *input,
            entries,
            covered: history.iter().map(|contact| contact.date).max(),
            leads: led.filter_map(lead).collect(),
        }
    }

    /// The contacts about a customer's reason or activity on `from` or later,
    /// oldest first.
    fn about(&self, row: u32, about: About, from: Date) -> impl Iterator<Item = &'a Contact> {
        let key = |entry: &Entry<'_>| (entry.row, entry.about, entry.contact.date);
        let start = self
            .entries
            .partition_point(|e| key(e) < (row, about, from));
        self.entries[start..]
            .iter()
            .take_while(move |entry| (entry.row, entry.about) == (row, about))
            .map(|entry| entry.contact)
    }

    /// The contacts about a case on `from` or later, oldest first: about its
    /// reason or its activity, and since it was last listed those about the
    /// reason that led its call.
    pub(super) fn contacts(
        &self,
        at: HitRef,
        carried: Option<&CarriedCall>,
        from: Date,
    ) -> Vec<&'a Contact> {
        let own = |at: HitRef, from: Date| {
            // What a reminder is about was answered before it.
            let invites =
                self.input.reasons[usize::from(at.reason)].on == Some(Trigger::Invitation);
            let activity = at.activity.filter(|_| invites).into_iter();
            let activity = activity.flat_map(move |a| self.about(at.row, About::Activity(a), from));
            activity.chain(self.about(at.row, About::Reason(at.reason), from))
        };
        let mut contacts: Vec<&Contact> = own(at, from).collect();
        let call = carried.and_then(|call| Some((call.call_id.as_deref()?, call.listed_on?)));
        if let Some((id, listed_on)) = call
            && let Some(&lead) = self.leads.get(id)
            && lead != at
        {
            contacts.extend(own(lead, listed_on.max(from)));
        }
        contacts.sort_by_key(|c| (c.date, c.time, c.outcome, c.callback_at));
        contacts
    }
}
