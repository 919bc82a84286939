use std::collections::HashMap;

use jiff::Timestamp;
use jiff::civil::{Date, Time};

use super::Policy;
use crate::domain::{CallClass, Channel, People, days_from_date};

/// A contact made with a customer, or an earlier invitation of our own that
/// the contact history does not hold yet.
#[derive(Debug, Clone, PartialEq)]
pub struct Contact {
    /// The customer's row.
    pub row: u32,
    /// What it was about: an activity's id, or the id of a call reason.
    pub activity: String,
    /// Whether it counts towards the marketing caps.
    pub class: CallClass,
    /// How the customer was reached for; unknown counts like a call.
    pub channel: Option<Channel>,
    /// The day it was made, or is to be made. The caller leaves out contacts
    /// that became known after the as-of date.
    pub date: Date,
    /// The callee's time of day at which it was made, if known.
    pub time: Option<Time>,
    /// What came of it, if known.
    pub outcome: Option<ContactOutcome>,
    /// When the customer was promised to be called again.
    pub callback_at: Option<Timestamp>,
    /// What the customer was promised, for the agent to know.
    pub promise: Option<String>,
    /// The probability of accepting that an invitation of our own went out
    /// with, 0 to 1.
    pub probability: Option<f64>,
}

/// What came of a contact.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum ContactOutcome {
    /// The customer said yes.
    Accepted,
    /// The customer said no.
    Declined,
    /// The customer did not react.
    Ignored,
    /// Nobody took the call.
    NoAnswer,
    /// The customer was reached, with no answer to record.
    Reached,
    /// The customer was reached and asked to be called again, at a time or at
    /// another one.
    CallBack,
    /// Anything else.
    Other,
}

impl ContactOutcome {
    /// The outcome of that name; names that are not known are [`Self::Other`].
    #[must_use]
    pub fn parse(name: &str) -> Self {
        match name {
            "accepted" => Self::Accepted,
            "declined" => Self::Declined,
            "ignored" => Self::Ignored,
            "no_answer" => Self::NoAnswer,
            "reached" => Self::Reached,
            "call_back" => Self::CallBack,
            _ => Self::Other,
        }
    }
}

/// What earlier marketing contacts leave open to each contact unit.
///
/// A contact counts once per unit, activity, channel and day, however many
/// customers of the unit it went to; visits and service contacts do not count.
/// A cap of `max` in `days` is used up when at least `max` contacts have
/// `date > as_of − days`: yesterday is within the last 2 days, and a contact
/// already planned for a later day counts as well.
#[derive(Debug)]
pub struct History {
    capped: Vec<Option<u8>>,
    paused: Vec<bool>,
}

/// A marketing contact of a unit. The order of fields is the sorting order.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
struct Entry {
    unit: u32,
    day: i32,
    activity: u32,
    channel: Option<Channel>,
    ignored: bool,
}

impl History {
    /// Counts the contacts as of `as_of`.
    #[must_use]
    pub fn new(people: &People, contacts: &[Contact], policy: &Policy, as_of: Date) -> Self {
        let today = days_from_date(as_of);
        // A cap of none at all binds units without any contact too.
        let shut = position(policy, |cap| cap.max == 0);
        let mut history = Self {
            capped: vec![shut; people.unit_keys.len()],
            paused: vec![false; people.unit_keys.len()],
        };
        for group in entries(people, contacts).chunk_by(|a, b| a.unit == b.unit) {
            let unit = group[0].unit as usize;
            history.capped[unit] = position(policy, |cap| {
                let since = i64::from(today) - i64::from(cap.days);
                let within = group.iter().filter(|entry| i64::from(entry.day) > since);
                within.count() >= cap.max as usize
            });
            history.paused[unit] = is_paused(group, policy, today);
        }
        history
    }

    /// The first marketing cap, in the policy's order, that the unit has used
    /// up.
    #[must_use]
    pub fn capped(&self, unit: u32) -> Option<u8> {
        self.capped[unit as usize]
    }

    /// Whether the unit ignored several contacts and is left alone.
    #[must_use]
    pub fn paused(&self, unit: u32) -> bool {
        self.paused[unit as usize]
    }
}

/// The marketing contacts, one per unit, day, activity and channel, by unit
/// and day.
fn entries(people: &People, contacts: &[Contact]) -> Vec<Entry> {
    let mut known: HashMap<&str, u32> = HashMap::new();
    let mut entries = Vec::new();
    for contact in contacts {
        if contact.class != CallClass::Marketing || contact.channel == Some(Channel::Visit) {
            continue;
        }
        let next = known.len() as u32;
        entries.push(Entry {
            unit: people.unit[contact.row as usize],
            day: days_from_date(contact.date),
            activity: *known.entry(&contact.activity).or_insert(next),
            channel: contact.channel,
            ignored: contact.outcome == Some(ContactOutcome::Ignored),
        });
    }
    entries.sort_unstable();
    // `false` sorts first: a contact that anyone in the unit reacted to was
    // not ignored.
    entries.dedup_by_key(|entry| (entry.unit, entry.day, entry.activity, entry.channel));
    entries
}

fn position(policy: &Policy, used_up: impl Fn(&super::Cap) -> bool) -> Option<u8> {
    policy
        .marketing_caps
        .iter()
        .position(used_up)
        .and_then(|at| u8::try_from(at).ok())
}

/// Whether `ignored` contacts within `within_days` ended less than
/// `pause_days` ago: days d₁ ≤ … ≤ dₙ with dₙ − d₁ < within_days and
/// as_of − dₙ < pause_days.
fn is_paused(group: &[Entry], policy: &Policy, today: i32) -> bool {
    let rule = &policy.cool_off;
    let ignored: Vec<i64> = group
        .iter()
        .filter(|entry| entry.ignored)
        .map(|entry| i64::from(entry.day))
        .collect();
    rule.ignored > 0
        && ignored
            .windows(rule.ignored as usize)
            .any(|days| match (days.first(), days.last()) {
                (Some(first), Some(last)) => {
                    last - first < i64::from(rule.within_days)
                        && i64::from(today) - last < i64::from(rule.pause_days)
                }
                _ => false,
            })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::campaign::testing::{contact, people};

    const AS_OF: &str = "2026-11-01";

    fn history(contacts: &[Contact]) -> History {
        History::new(
            &people(3),
            contacts,
            &Policy::default(),
            AS_OF.parse().unwrap(),
        )
    }

    #[test]
    fn a_cap_of_one_in_seven_days_frees_on_the_seventh_day() {
        assert_eq!(
            history(&[contact(0, "a", "2026-10-26")]).capped(0),
            Some(0),
            "6 days ago"
        );
        assert_eq!(
            history(&[contact(0, "a", "2026-10-25")]).capped(0),
            None,
            "7 days ago"
        );
        assert_eq!(
            history(&[contact(0, "a", "2026-11-03")]).capped(0),
            Some(0),
            "planned"
        );
        assert_eq!(
            history(&[contact(0, "a", "2026-10-26")]).capped(1),
            None,
            "someone else"
        );
    }

    #[test]
    fn the_longer_cap_binds_when_the_shorter_is_free() {
        let days = ["2026-10-03", "2026-10-11", "2026-10-19"];
        let contacts = days.map(|day| contact(0, "a", day));
        assert_eq!(history(&contacts).capped(0), Some(1));
        let days = ["2026-10-02", "2026-10-11", "2026-10-19"];
        assert_eq!(
            history(&days.map(|day| contact(0, "a", day))).capped(0),
            None,
            "30 days ago"
        );
    }

    #[test]
    fn one_message_to_a_household_counts_once() {
        let mut household = people(3);
        household.unit = vec![0, 0, 1];
        household.unit_keys.truncate(2);
        let policy = Policy {
            marketing_caps: vec![super::super::Cap { max: 2, days: 7 }],
            ..Policy::default()
        };
        let as_of = AS_OF.parse().unwrap();
        let same = [contact(0, "a", "2026-10-30"), contact(1, "a", "2026-10-30")];
        assert_eq!(
            History::new(&household, &same, &policy, as_of).capped(0),
            None
        );
        let two = [contact(0, "a", "2026-10-30"), contact(1, "b", "2026-10-30")];
        assert_eq!(
            History::new(&household, &two, &policy, as_of).capped(0),
            Some(0)
        );
    }

    #[test]
    fn service_contacts_and_visits_do_not_count() {
        let service = Contact {
            class: CallClass::Service,
            ..contact(0, "a", "2026-10-30")
        };
        let visit = Contact {
            channel: Some(Channel::Visit),
            ..contact(1, "a", "2026-10-30")
        };
        let unknown = Contact {
            channel: None,
            ..contact(2, "a", "2026-10-30")
        };
        let history = history(&[service, visit, unknown]);
        assert_eq!(
            [0, 1, 2].map(|unit| history.capped(unit)),
            [None, None, Some(0)]
        );
    }

    #[test]
    fn who_asks_to_be_called_back_was_contacted_and_ignored_nothing() {
        let asked = |day: &str| Contact {
            outcome: Some(ContactOutcome::parse("call_back")),
            ..contact(0, "a", day)
        };
        let history = history(&[asked("2026-10-27"), asked("2026-10-30")]);
        assert_eq!(history.capped(0), Some(0));
        assert!(!history.paused(0));
    }

    #[test]
    fn ignoring_twice_in_thirty_days_pauses_sixty() {
        let ignored = |days: &[&str]| {
            let contacts: Vec<Contact> = days
                .iter()
                .map(|day| Contact {
                    outcome: Some(ContactOutcome::Ignored),
                    ..contact(0, "a", day)
                })
                .collect();
            history(&contacts).paused(0)
        };
        assert!(
            ignored(&["2026-09-03", "2026-08-05"]),
            "59 days ago, 29 days apart"
        );
        assert!(
            !ignored(&["2026-09-02", "2026-08-05"]),
            "the pause is over on day 60"
        );
        assert!(!ignored(&["2026-09-03", "2026-08-04"]), "30 days apart");
        assert!(!ignored(&["2026-10-30"]), "once");
    }

    #[test]
    fn a_cap_of_none_binds_everyone() {
        let policy = Policy {
            marketing_caps: vec![super::super::Cap { max: 0, days: 7 }],
            ..Policy::default()
        };
        assert_eq!(
            History::new(&people(1), &[], &policy, AS_OF.parse().unwrap()).capped(0),
            Some(0)
        );
    }
}
