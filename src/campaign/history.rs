use std::collections::HashMap;

use jiff::Timestamp;
use jiff::civil::{Date, Time};

use super::Policy;
use crate::domain::{CallClass, Channel, People, date_from_days, days_from_date};

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
    /// The names that say what came of a contact.
    pub const NAMES: [&str; 6] = [
        "accepted",
        "declined",
        "ignored",
        "no_answer",
        "reached",
        "call_back",
    ];

    /// The outcome's name in `contacts.parquet`.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Accepted => "accepted",
            Self::Declined => "declined",
            Self::Ignored => "ignored",
            Self::NoAnswer => "no_answer",
            Self::Reached => "reached",
            Self::CallBack => "call_back",
            Self::Other => "other",
        }
    }

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
    again_from: Vec<Option<Date>>,
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
            again_from: vec![None; people.unit_keys.len()],
        };
        for group in entries(people, contacts).chunk_by(|a, b| a.unit == b.unit) {
            let unit = group[0].unit as usize;
            history.capped[unit] = position(policy, |cap| {
                let since = i64::from(today) - i64::from(cap.days);
                let within = group.iter().filter(|entry| i64::from(entry.day) > since);
                within.count() >= cap.max as usize
            });
            history.paused[unit] = is_paused(group, policy, today);
            if history.paused[unit] || history.capped[unit].is_some() {
                history.again_from[unit] = again_from(group, policy, today);
            }
        }
        history
    }

    /// By contact unit, where a cap or a pause keeps it off marketing tonight:
    /// the first day on which the same contacts no longer do. `None` also for a
    /// cap of no contact at all, which never ends.
    #[must_use]
    pub fn into_again_from(self) -> Vec<Option<Date>> {
        self.again_from
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

/// The first day on which no cap is used up and no pause lasts, were there no
/// further contact.
fn again_from(group: &[Entry], policy: &Policy, today: i32) -> Option<Date> {
    let mut day = i64::from(today);
    for cap in &policy.marketing_caps {
        // A cap is free once fewer than `max` contacts are within its days: when
        // the `max`-th newest leaves them.
        let last = group.len().checked_sub(cap.max as usize);
        if let Some(at) = last {
            day = day.max(i64::from(group.get(at)?.day) + i64::from(cap.days));
        }
    }
    for ended in pauses(group, policy) {
        day = day.max(ended + i64::from(policy.cool_off.pause_days));
    }
    i32::try_from(day).ok().map(date_from_days)
}

/// Whether `ignored` contacts within `within_days` ended less than
/// `pause_days` ago: days d₁ ≤ … ≤ dₙ with dₙ − d₁ < within_days and
/// as_of − dₙ < pause_days.
fn is_paused(group: &[Entry], policy: &Policy, today: i32) -> bool {
    let lasts = |ended: i64| i64::from(today) - ended < i64::from(policy.cool_off.pause_days);
    pauses(group, policy).into_iter().any(lasts)
}

/// The days dₙ on which so many ignored contacts were complete that a pause
/// begins.
fn pauses(group: &[Entry], policy: &Policy) -> Vec<i64> {
    let rule = &policy.cool_off;
    if rule.ignored == 0 {
        return Vec::new();
    }
    let ignored: Vec<i64> = group
        .iter()
        .filter(|entry| entry.ignored)
        .map(|entry| i64::from(entry.day))
        .collect();
    let ended = |days: &[i64]| {
        let (first, last) = (*days.first()?, *days.last()?);
        (last - first < i64::from(rule.within_days)).then_some(last)
    };
    ignored
        .windows(rule.ignored as usize)
        .filter_map(ended)
        .collect()
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
    fn the_day_on_which_a_unit_is_free_again_is_the_first_on_which_nothing_binds() {
        let again = |contacts: &[Contact]| history(contacts).into_again_from()[0];
        let day = |text: &str| Some(text.parse::<Date>().unwrap());
        assert_eq!(
            again(&[contact(0, "a", "2026-10-25")]),
            None,
            "free tonight"
        );
        assert_eq!(
            again(&[contact(0, "a", "2026-10-28")]),
            day("2026-11-04"),
            "7 days after it"
        );
        // The third newest of four leaves the 30 days later than the newest the 7.
        let four = ["2026-10-06", "2026-10-16", "2026-10-20", "2026-10-26"];
        let four = four.map(|on| contact(0, "a", on));
        assert_eq!(again(&four), day("2026-11-15"));
        let ignored = ["2026-10-10", "2026-10-20"].map(|on| Contact {
            outcome: Some(ContactOutcome::Ignored),
            ..contact(0, "a", on)
        });
        assert_eq!(again(&ignored), day("2026-12-19"), "60 days of pause");
        // On that day, and not on the day before, the same contacts bind nobody.
        for (contacts, free) in [(&four[..], "2026-11-15"), (&ignored, "2026-12-19")] {
            for (ahead, binds) in [(-1, true), (0, false)] {
                let on: Date = free.parse().unwrap();
                let then = on.checked_add(jiff::Span::new().days(ahead)).unwrap();
                let then = History::new(&people(1), contacts, &Policy::default(), then);
                assert_eq!(then.paused(0) || then.capped(0).is_some(), binds, "{free}");
            }
        }
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
