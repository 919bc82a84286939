//! The club activities of the past three months, with the effect of an
//! invitation as planted.

use super::calendar::Calendar;
use super::interests::Interest;
use crate::domain::Channel;

/// A kind of activity and when it took place.
struct Kind {
    stem: &'static str,
    /// Whom it is for; an offer for everyone has none.
    interest: Option<Interest>,
    /// Days from each edition to the end of the data. Editions lie 31 days or
    /// more apart, so that no two fall into one month and share an id.
    days_ago: &'static [i32],
    /// The chance that an eligible customer with the interest was considered.
    reach: f64,
    /// The chance of a response without an invitation, at full affinity, and
    /// what an invitation adds to it.
    base: f64,
    lift: f64,
    /// The value of attending, in the operator's currency.
    value: f64,
    channels: &'static [Channel],
}

const ALL_CHANNELS: &[Channel] = &[Channel::App, Channel::Sms, Channel::Call];
const MESSAGES: &[Channel] = &[Channel::App, Channel::Sms];
const PERSONAL: &[Channel] = &[Channel::Sms, Channel::Call];

#[rustfmt::skip]
const KINDS: [Kind; 15] = [
    Kind { stem: "film-night", interest: Some(Interest::Film), days_ago: &[71, 40, 8], reach: 0.12, base: 0.06, lift: 0.20, value: 18.0, channels: ALL_CHANNELS },
    Kind { stem: "film-tickets", interest: Some(Interest::Film), days_ago: &[45, 14], reach: 0.12, base: 0.10, lift: 0.24, value: 9.0, channels: MESSAGES },
    Kind { stem: "doctor-lecture", interest: Some(Interest::Health), days_ago: &[64, 33, 2], reach: 0.20, base: 0.05, lift: 0.25, value: 14.0, channels: PERSONAL },
    Kind { stem: "gym-trial", interest: Some(Interest::Sports), days_ago: &[50, 12], reach: 0.20, base: 0.05, lift: 0.14, value: 22.0, channels: MESSAGES },
    Kind { stem: "morning-run", interest: Some(Interest::Sports), days_ago: &[36, 1], reach: 0.17, base: 0.08, lift: 0.12, value: 7.0, channels: MESSAGES },
    Kind { stem: "talent-show-heats", interest: Some(Interest::Devices), days_ago: &[70], reach: 0.27, base: 0.04, lift: 0.16, value: 30.0, channels: ALL_CHANNELS },
    Kind { stem: "new-phone-evening", interest: Some(Interest::Devices), days_ago: &[28], reach: 0.27, base: 0.09, lift: 0.22, value: 26.0, channels: ALL_CHANNELS },
    Kind { stem: "gaming-cup", interest: Some(Interest::Gaming), days_ago: &[62, 4], reach: 0.20, base: 0.12, lift: 0.18, value: 12.0, channels: MESSAGES },
    Kind { stem: "concert-presale", interest: Some(Interest::Music), days_ago: &[44, 6], reach: 0.18, base: 0.08, lift: 0.22, value: 11.0, channels: MESSAGES },
    Kind { stem: "open-mic", interest: Some(Interest::Music), days_ago: &[24], reach: 0.14, base: 0.03, lift: 0.10, value: 8.0, channels: &[Channel::App] },
    Kind { stem: "reading-circle", interest: Some(Interest::Reading), days_ago: &[66, 35, 3], reach: 0.23, base: 0.06, lift: 0.24, value: 6.0, channels: MESSAGES },
    Kind { stem: "roaming-workshop", interest: Some(Interest::Travel), days_ago: &[55, 18], reach: 0.29, base: 0.07, lift: 0.28, value: 20.0, channels: ALL_CHANNELS },
    Kind { stem: "plan-upgrade", interest: None, days_ago: &[47, 10], reach: 0.03, base: 0.02, lift: 0.05, value: 40.0, channels: PERSONAL },
    Kind { stem: "app-bonus", interest: None, days_ago: &[58, 21], reach: 0.03, base: 0.10, lift: 0.03, value: 3.0, channels: MESSAGES },
    Kind { stem: "autumn-offer", interest: None, days_ago: &[0], reach: 0.13, base: 0.05, lift: 0.00, value: 5.0, channels: MESSAGES },
];

/// One edition of an activity.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Activity {
    pub(super) id: String,
    pub(super) interest: Option<Interest>,
    /// The day it takes place, since 1970-01-01.
    pub(super) day: i32,
    pub(super) reach: f64,
    pub(super) base: f64,
    pub(super) lift: f64,
    pub(super) value: f64,
    pub(super) channels: &'static [Channel],
}

/// Every past activity before the last day of data, the earliest first.
pub(super) fn past(last: i32) -> Vec<Activity> {
    let mut activities: Vec<Activity> = KINDS
        .iter()
        .flat_map(|kind| {
            kind.days_ago
                .iter()
                .map(move |days_ago| (kind, last - days_ago))
        })
        .map(|(kind, day)| Activity {
            id: format!("{}-{}", kind.stem, Calendar::month(day)),
            interest: kind.interest,
            day,
            reach: kind.reach,
            base: kind.base,
            lift: kind.lift,
            value: kind.value,
            channels: kind.channels,
        })
        .collect();
    activities.sort_by(|a, b| (a.day, &a.id).cmp(&(b.day, &b.id)));
    activities
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use super::*;

    #[test]
    fn ids_are_unique_whenever_the_data_end() {
        for last in 20_000..20_400 {
            let activities = past(last);
            let ids: BTreeSet<&str> = activities.iter().map(|a| a.id.as_str()).collect();
            assert_eq!(ids.len(), activities.len());
        }
        assert!(
            past(20_757)
                .iter()
                .any(|activity| activity.id == "film-night-2026-08")
        );
    }
}
