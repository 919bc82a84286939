//! Small worlds for tests of the campaign and of the call queue.

use std::collections::BTreeMap;

use jiff::tz::TimeZone;

use super::{Activity, Contact, Seats};
use crate::domain::{CallClass, Channel, ContactHours, Label, People, Phone, Share};

/// `count` reachable adults, each a contact unit of their own.
pub(crate) fn people(count: u32) -> People {
    let all = || 0..count;
    People {
        ids: all().map(|row| format!("c{row:06}")).collect(),
        unit: all().collect(),
        unit_keys: all().map(|row| format!("+99910{row:07}")).collect(),
        phone: all()
            .map(|row| Phone::parse(&format!("+99910{row:07}")).ok())
            .collect(),
        name: all().map(|row| Some(format!("Name {row}"))).collect(),
        age: all().map(|_| Some(40)).collect(),
        district: all().map(|_| Some("harbour".to_owned())).collect(),
        timezone: all().map(|_| None).collect(),
        manager: all().map(|_| None).collect(),
        language: all().map(|_| None).collect(),
        contact_hours: all().map(|_| ContactHours::default()).collect(),
        consent: all().map(|_| [true; 4]).collect(),
        personalisation: all().map(|_| true).collect(),
    }
}

/// An activity with 100 seats, acceptance 0.25, value 20, cost 1.
pub(crate) fn activity(id: &str, interest: &str) -> Activity {
    Activity {
        id: id.to_owned(),
        name: Label::Each {
            en: format!("The {id}"),
            zh: None,
        },
        interest: interest.to_owned(),
        starts: "2026-11-20T19:30".parse().unwrap(),
        ends: None,
        place: Some("City hall".to_owned()),
        seats: Seats::Total(100),
        acceptance: Share::of(0.25),
        value: 20.0,
        cost: 1.0,
        channels: vec![Channel::App, Channel::Sms, Channel::Call],
        eligible: None,
        waitlist: Share::of(0.2),
        owner: "desk".to_owned(),
        message: "Dear {{ name }}, come to {{ activity }}. Reply TD to stop.".to_owned(),
        purpose: None,
    }
}

/// A marketing contact by text message, without outcome.
pub(crate) fn contact(row: u32, activity: &str, date: &str) -> Contact {
    Contact {
        row,
        activity: activity.to_owned(),
        class: CallClass::Marketing,
        channel: Some(Channel::Sms),
        date: date.parse().unwrap(),
        time: None,
        outcome: None,
        callback_at: None,
        promise: None,
        probability: None,
    }
}

/// The pipeline's zone.
pub(crate) fn shanghai() -> TimeZone {
    TimeZone::get("Asia/Shanghai").unwrap()
}

/// How often each value occurs.
pub(crate) fn counted<T: Ord>(values: impl IntoIterator<Item = T>) -> BTreeMap<T, usize> {
    let mut counts = BTreeMap::new();
    for value in values {
        *counts.entry(value).or_default() += 1;
    }
    counts
}
