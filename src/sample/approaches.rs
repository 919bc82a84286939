//! Who was invited to past activities and what came of it. Contacts, outcomes
//! and the truth about responses are three views of this.

use rand::Rng;
use rand_xoshiro::Xoshiro256PlusPlus;

use super::activities::Activity;
use super::calendar::Calendar;
use super::draw::{one_of, spread, weighted};
use super::profile::Person;
use super::seed::{Purpose, stream};
use crate::domain::Channel;

/// The part of the considered customers who were held out.
const CONTROL: f64 = 0.10;

/// Days that the operator left between two contacts of a customer.
const REST_DAYS: i32 = 7;

/// Days before an activity in which customers are contacted about it.
const LEAD_DAYS: std::ops::RangeInclusive<i32> = 1..=9;

/// A customer who was considered for an activity.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Approach {
    /// The activity's place in the list.
    pub(super) activity: usize,
    /// The chance of a response with and without a contact: the planted truth.
    pub(super) probability_contacted: f64,
    pub(super) probability_control: f64,
    /// The contact, unless the customer was held out.
    pub(super) contact: Option<Contact>,
    pub(super) responded: bool,
    pub(super) attended: bool,
    /// In the operator's currency, to the cent.
    pub(super) value: f64,
    /// When the response came, or was known not to come.
    pub(super) at: i64,
}

/// A contact that was made.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Contact {
    pub(super) channel: Channel,
    pub(super) at: i64,
    pub(super) outcome: &'static str,
}

/// Every approach to a customer, the earliest activity first.
pub(super) fn of(
    seed: u64,
    calendar: Calendar,
    activities: &[Activity],
    person: &Person,
) -> Vec<Approach> {
    let rng = &mut stream(seed, Purpose::Campaign, person.index, 0);
    let mut contact_days: Vec<i32> = Vec::new();
    let mut approaches = Vec::new();
    for (index, activity) in activities.iter().enumerate() {
        let affinity = activity
            .interest
            .map_or(0.5, |interest| person.taste.affinity(interest));
        let liking = match activity.interest {
            Some(_) if affinity < 0.35 => 0.03,
            _ => 1.0,
        };
        let considered = rng.gen_bool((activity.reach * liking * person.habits.openness).min(1.0));
        let day = activity.day - rng.gen_range(LEAD_DAYS);
        let Some(channel) = channel(rng, person, activity) else {
            continue;
        };
        let rested = contact_days
            .iter()
            .all(|other| (other - day).abs() >= REST_DAYS);
        if !considered || !rested || person.age < 18 || day < person.join_date {
            continue;
        }
        let held_out = rng.gen_bool(CONTROL);
        if !held_out {
            contact_days.push(day);
        }
        let contacted_at = calendar.at(day, rng.gen_range(9.5..19.5));
        let mut approach = respond(rng, calendar, activity, affinity, held_out, contacted_at);
        approach.activity = index;
        approach.contact = (!held_out).then(|| Contact {
            channel,
            at: contacted_at,
            outcome: outcome(rng, channel, approach.responded),
        });
        approaches.push(approach);
    }
    approaches
}

/// One of the activity's channels that the customer agreed to.
fn channel(rng: &mut Xoshiro256PlusPlus, person: &Person, activity: &Activity) -> Option<Channel> {
    let channel = one_of(rng, activity.channels);
    let agreed = match channel {
        Channel::Sms => person.consents[0],
        Channel::Call => person.consents[1],
        Channel::App => person.consents[2],
        Channel::Visit => None,
    };
    let reachable = !channel.needs_phone() || person.phone.is_some();
    (agreed == Some(true) && reachable).then_some(channel)
}

fn respond(
    rng: &mut Xoshiro256PlusPlus,
    calendar: Calendar,
    activity: &Activity,
    affinity: f64,
    held_out: bool,
    contacted_at: i64,
) -> Approach {
    let probability_control = activity.base * (0.25 + 0.75 * affinity);
    let probability_contacted = probability_control + activity.lift * (0.3 + 0.7 * affinity);
    let probability = if held_out {
        probability_control
    } else {
        probability_contacted
    };
    let responded = rng.gen_bool(probability);
    let attended = responded && rng.gen_bool(0.7);
    let held_at = calendar.at(activity.day, rng.gen_range(10.0..21.0));
    let answered_at = calendar.later(contacted_at, rng.gen_range(0.2..10.0));
    let value = if attended {
        activity.value * spread(rng, 0.35)
    } else if responded {
        activity.value * 0.1
    } else {
        0.0
    };
    Approach {
        activity: 0,
        probability_contacted,
        probability_control,
        contact: None,
        responded,
        attended,
        value: (value * 100.0).round() / 100.0,
        at: if responded && !attended {
            answered_at
        } else {
            held_at
        },
    }
}

fn outcome(rng: &mut Xoshiro256PlusPlus, channel: Channel, responded: bool) -> &'static str {
    if responded {
        return "accepted";
    }
    let odds = match channel {
        Channel::Call => [0.30, 0.0, 0.35, 0.35],
        Channel::App | Channel::Sms | Channel::Visit => [0.15, 0.85, 0.0, 0.0],
    };
    ["declined", "ignored", "no_answer", "reached"][weighted(rng, &odds)]
}
