//! Nobody is asked who must not be: the decisions of three nights against the
//! contact policy as `support::people` has it.

use std::collections::{BTreeMap, BTreeSet};

use jiff::civil::Date;
use jiff::tz::TimeZone;
use polars::prelude::{Column, DataFrame, DataType};

use crate::support::history::{Night, is_marketing, nights, section};
use crate::support::people::{Contact, Facts};
use crate::support::{Table, Workspace, frame, sample};

/// The reasons that the policy gives; others are chance, seats and value.
const POLICY: [&str; 10] = [
    "no_personalisation",
    "minor",
    "age_unknown",
    "service_first",
    "no_consent",
    "do_not_contact",
    "no_phone",
    "cool_off",
    "contact_cap",
    "already_invited",
];

/// The channels of each activity, in its order.
fn channels() -> BTreeMap<String, Vec<String>> {
    let text = |value: &toml::Value| value.as_str().unwrap().to_owned();
    let channels = |activity: &toml::Table| {
        let channels = activity["channels"].as_array().unwrap().iter();
        channels.map(text).collect()
    };
    section("activities.toml", "activities")
        .iter()
        .map(|activity| (text(&activity["id"]), channels(activity)))
        .collect()
}

#[test]
fn every_candidate_is_refused_exactly_when_the_policy_says_so() {
    let (_, nights) = nights();
    let facts = Facts::read(sample::small());
    let channels = channels();
    let mut own: Vec<Contact> = Vec::new();
    let mut seen: BTreeMap<&str, usize> = BTreeMap::new();
    let mut before: Option<&Night> = None;
    for night in nights {
        let mut known = own.clone();
        known.extend(
            before
                .iter()
                .flat_map(|before| before.open_phone_invitations(night.date)),
        );
        for [customer, activity, _, reason] in night.decisions() {
            let asked_before = || {
                let known = facts.contacts.iter().filter(|c| c.day < night.date);
                let mut before = known.chain(&own);
                before.any(|c| c.customer == customer && c.activity == activity)
            };
            let refused = || facts.refusal(&customer, &channels[&activity], night.date, &known);
            let expected = if asked_before() {
                Some("already_invited")
            } else {
                refused()
            };
            let found = POLICY.into_iter().find(|policy| *policy == reason);
            assert_eq!(found, expected, "{customer}, {activity}, {}", night.date);
            if let Some(reason) = expected {
                *seen.entry(reason).or_default() += 1;
            }
        }
        own.extend(night.contacts());
        before = Some(night);
    }
    // The sample holds a case of almost everything, or this test says nothing.
    for reason in &POLICY[..9] {
        assert!(
            seen.contains_key(reason),
            "no candidate for {reason}: {seen:?}"
        );
    }
}

#[test]
fn an_invitation_goes_by_a_channel_that_is_open_to_the_customer() {
    let (_, nights) = nights();
    let facts = Facts::read(sample::small());
    for night in nights {
        for invitation in night.invitations() {
            let by = [invitation.channel.clone()];
            let refusal = facts.personal_refusal(&invitation.customer, &by, night.date);
            assert_eq!(refusal, None, "{invitation:?}");
        }
    }
}

#[test]
fn marketing_calls_keep_to_the_same_policy_and_service_calls_need_a_phone() {
    let (_, nights) = nights();
    let facts = Facts::read(sample::small());
    let mut marketing = 0;
    for night in nights {
        for call in night.calls() {
            let customer = &facts.customers[&call.customer];
            if is_marketing(&call.reason) {
                let by = [if call.action == "sms" { "sms" } else { "call" }.to_owned()];
                let refusal = facts.personal_refusal(&call.customer, &by, night.date);
                assert_eq!(refusal, None, "{call:?}");
                marketing += 1;
            }
            if call.action != "visit" {
                assert!(customer.phone.is_some(), "{call:?}");
            }
        }
    }
    assert!(marketing > 10, "only {marketing} marketing calls");
}

#[test]
fn controls_are_left_alone_with_their_household_on_every_night() {
    let (_, nights) = nights();
    let facts = Facts::read(sample::small());
    let household = |customer: &str| facts.customers[customer].household.clone();
    let mut universal = BTreeSet::new();
    let mut of_activity = BTreeSet::new();
    for night in nights {
        for [customer, activity, _, reason] in night.decisions() {
            match reason.as_str() {
                "universal_control" => {
                    universal.insert(household(&customer));
                }
                "activity_control" => {
                    of_activity.insert((household(&customer), activity));
                }
                _ => {}
            }
        }
    }
    assert!(universal.len() > 10 && of_activity.len() > 50);
    for night in nights {
        for invitation in night.invitations() {
            let household = household(&invitation.customer);
            assert!(!universal.contains(&household), "{invitation:?}");
            let pair = (household, invitation.activity.clone());
            assert!(!of_activity.contains(&pair), "{invitation:?}");
        }
        for call in night
            .calls()
            .into_iter()
            .filter(|call| is_marketing(&call.reason))
        {
            assert!(!universal.contains(&household(&call.customer)), "{call:?}");
        }
    }
}

#[test]
fn contacts_are_made_within_the_hours_of_the_customers_own_zone() {
    let (_, nights) = nights();
    let facts = Facts::read(sample::small());
    let mut zones = BTreeSet::new();
    for night in nights {
        let invitations = night.invitations().into_iter();
        let invitations = invitations.map(|i| (i.customer, i.channel, i.not_before, i.not_after));
        let calls = night.calls().into_iter();
        let calls = calls.map(|c| {
            let channel = if c.action == "sms" { "sms" } else { "call" };
            (c.customer, channel.to_owned(), c.not_before, c.not_after)
        });
        for (customer, channel, from, to) in invitations.chain(calls) {
            let zone = &facts.customers[&customer].zone;
            zones.insert(zone.clone());
            let zone = TimeZone::get(zone).unwrap();
            let (earliest, latest) = match channel.as_str() {
                "call" => (9, 20),
                _ => (8, 21),
            };
            let local = |text: &str| {
                let moment: jiff::Timestamp = text.parse().unwrap();
                let local = zone.to_datetime(moment);
                assert!(
                    text.starts_with(&local.to_string()),
                    "{text} is {local} there"
                );
                local
            };
            let (from, to) = (local(&from), local(&to));
            assert!(from < to && from.date() == to.date(), "{from} to {to}");
            assert!(from.date() >= night.date, "{from}");
            assert!(from.hour() >= earliest, "{from} by {channel}");
            assert!(
                to.time() <= jiff::civil::time(latest, 0, 0, 0),
                "{to} by {channel}"
            );
        }
    }
    assert!(zones.len() > 1, "all customers live in {zones:?}");
}

/// Of those invited on the first night, how many still are when everyone of
/// them is on the do-not-contact list from a day on.
fn invited_though_suppressed(from: Date) -> usize {
    let (_, nights) = nights();
    let invited: BTreeSet<String> = nights[0]
        .invited()
        .into_iter()
        .map(|i| i.customer)
        .collect();
    let workspace = Workspace::with_own_data(sample::small());
    let path = workspace.path("sample-data/suppressions.parquet");
    frame::edit(&path, |entries| {
        let rows = invited.len();
        let day = (from - Date::constant(1970, 1, 1)).get_days();
        let days = |name: &str, day: Option<i32>| {
            let days = Column::new(name.into(), vec![day; rows]);
            days.cast(&DataType::Date).unwrap()
        };
        let more = DataFrame::new_infer_height(vec![
            Column::new("phone".into(), vec![None::<&str>; rows]),
            Column::new(
                "customer_id".into(),
                invited.iter().map(String::as_str).collect::<Vec<_>>(),
            ),
            Column::new("channel".into(), vec!["all"; rows]),
            days("from", Some(day)),
            days("until", None),
        ]);
        entries.vstack(&more.unwrap()).unwrap()
    });
    workspace.night("2026-10-25", &[]);
    let table = Table::read(&workspace.current().join("invitations.parquet"));
    let again = table.words("customer_id");
    again.iter().filter(|id| invited.contains(*id)).count()
}

#[test]
fn who_is_put_on_the_do_not_contact_list_yesterday_is_not_asked_today() {
    assert_eq!(invited_though_suppressed(Date::constant(2026, 10, 24)), 0);
}

#[test]
fn an_entry_that_begins_today_holds_today() {
    assert_eq!(invited_though_suppressed(Date::constant(2026, 10, 25)), 0);
}

#[test]
fn without_a_do_not_contact_list_nothing_goes_out_by_phone() {
    let workspace = Workspace::new(sample::small());
    let settings = "[tables.suppressions]\nfrom = \"suppressions\"";
    workspace.edit("pipelines/nightly.toml", settings, "");
    let ended = workspace.night("2026-10-25", &[]);
    let table = Table::read(&workspace.current().join("invitations.parquet"));
    let by_phone = table
        .words("channel")
        .iter()
        .filter(|c| *c != "app")
        .count();
    assert_eq!(by_phone, 0);
    assert!(table.len() > 0, "the app needs no list");
    assert!(ended.stdout.contains("do-not-contact"), "{}", ended.stdout);
}
