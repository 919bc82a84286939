//! One customer, explained from a published run.

use std::collections::BTreeMap;

use jiff::civil::Date;
use serde_json::Value;

use crate::support::history::{Night, nights};
use crate::support::workspace::copy_tree;
use crate::support::{Workspace, secrets::Secrets};

/// The customer's explanation.
fn explained(workspace: &Workspace, customer: &str) -> Value {
    let said = workspace
        .clubcall(&["explain", customer, "--json"])
        .success();
    serde_json::from_str(&said.stdout).unwrap()
}

fn activity<'a>(explained: &'a Value, id: &str) -> &'a Value {
    let all = explained["activities"].as_array().unwrap();
    all.iter().find(|of| of["activity_id"] == id).unwrap()
}

/// For each reason a customer and an activity with that decision.
fn examples(night: &Night) -> BTreeMap<String, [String; 4]> {
    let decisions = night.decisions();
    let examples = decisions.into_iter().rev();
    examples.map(|row| (row[3].clone(), row)).collect()
}

#[test]
fn every_reason_that_occurs_is_told_with_what_would_have_had_to_differ() {
    let (workspace, nights) = nights();
    let examples = examples(&nights[2]);
    assert!(examples.len() >= 10, "{:?}", examples.keys());
    for (reason, [customer, id, decision, _]) in &examples {
        let explained = explained(workspace, customer);
        let of = activity(&explained, id);
        assert_eq!(
            (&of["decision"], &of["reason"]),
            (&decision[..].into(), &reason[..].into())
        );
        let why = of["why"].as_str().unwrap();
        assert!(why.len() > 10 && why != reason, "{reason}: {why}");
        let settled = [
            "selected",
            "already_invited",
            "do_not_contact",
            "conflict",
            "contact_rule",
        ];
        if !settled.contains(&reason.as_str()) && reason != "earlier_conflict" {
            assert!(of["would_need"].is_string(), "{reason}: {of}");
        }
    }
}

#[test]
fn who_is_no_candidate_is_told_which_condition_fails_and_by_how_much() {
    let (workspace, nights) = nights();
    let members = nights[2].table("members");
    let affinity = members.numbers("film_affinity");
    let row = affinity.iter().position(|value| (0.3..0.5).contains(value));
    let row = row.unwrap();
    let customer = &members.words("customer_id")[row];
    let explained = explained(workspace, customer);
    let of = activity(&explained, "film-night-2026-11");
    assert_eq!(
        (&of["candidate"], &of["decision"]),
        (&false.into(), &Value::Null)
    );
    assert_eq!(of["reason"], "not_eligible");
    let part = &of["conditions"][0];
    assert_eq!(
        (&part["condition"], &part["holds"]),
        (&"film_affinity >= 0.6".into(), &false.into())
    );
    assert_eq!(
        part["values"]["film_affinity"].as_f64(),
        Some(affinity[row])
    );
    let shown = format!("{:.4}", affinity[row]);
    let needs = format!(
        "film_affinity >= 0.6 (this customer: {})",
        shown.trim_end_matches('0')
    );
    let page = workspace.clubcall(&["explain", customer]).success().stdout;
    let page = page.replace("\n      ", " ");
    assert!(page.contains(&needs), "{needs}\n{page}");
}

#[test]
fn a_condition_of_a_candidate_holds_and_one_of_another_does_not() {
    let (workspace, nights) = nights();
    let customers = nights[2].table("members").words("customer_id");
    for customer in customers.iter().step_by(80) {
        let explained = explained(workspace, customer);
        if explained["segment"]["id"] == "opted-out" {
            continue;
        }
        for of in explained["activities"].as_array().unwrap() {
            let parts = of["conditions"].as_array().unwrap();
            let all_hold = parts.iter().all(|part| part["holds"] == true);
            assert_eq!(all_hold, of["candidate"] == true, "{customer}: {of}");
        }
    }
}

#[test]
fn a_used_up_cap_names_the_contacts_and_the_day_on_which_it_frees() {
    let (workspace, nights) = nights();
    let [customer, id, ..] = &examples(&nights[2])["contact_cap"];
    let explained = explained(workspace, customer);
    let of = activity(&explained, id);
    let contacts = explained["contacts"].as_array().unwrap();
    let newest = contacts[0]["contacted_on"].as_str().unwrap();
    let why = of["why"].as_str().unwrap();
    assert!(why.contains(newest) && why.contains(" per "), "{why}");
    let free: Date = of["again_from"].as_str().unwrap().parse().unwrap();
    assert!(free > nights[2].date, "{free}");
    // The pipeline's caps: 1 in 7 days, 3 in 30. On that day, and not on the day
    // before, the same contacts leave room.
    let days: Vec<Date> = contacts
        .iter()
        .map(|contact| contact["contacted_on"].as_str().unwrap().parse().unwrap())
        .collect();
    let used_up = |on: Date| {
        [(1, 7), (3, 30)].iter().any(|&(max, span)| {
            days.iter()
                .filter(|day| (on - **day).get_days() < span)
                .count()
                >= max
        })
    };
    assert!(!used_up(free), "{free} {days:?}");
    assert!(used_up(free.yesterday().unwrap()), "{free} {days:?}");
    assert_eq!(explained["again_from"], of["again_from"]);
}

#[test]
fn who_was_outbid_is_told_their_value_and_the_price() {
    let (workspace, nights) = nights();
    let examples = examples(&nights[2]);
    let outbid = ["no_seat", "no_seat_in_place", "constraint"]
        .iter()
        .find_map(|reason| examples.get(*reason));
    let [customer, id, ..] = outbid.expect("somebody is outbid");
    let explained = explained(workspace, customer);
    let of = activity(&explained, id);
    if let (Some(value), Some(price)) = (of["value"].as_f64(), of["price"].as_f64()) {
        let why = of["why"].as_str().unwrap();
        assert!(why.contains(of["constraint"].as_str().unwrap()), "{why}");
        if (value - price).abs() < 1e-6 * price {
            assert!(why.contains("by a hair"), "{value} {price} {why}");
        } else {
            assert_eq!(
                why.contains("is below"),
                value < price,
                "{value} {price} {why}"
            );
        }
    }
}

#[test]
fn the_segment_is_explained_with_the_values_that_decided() {
    let (workspace, nights) = nights();
    let members = nights[2].table("members");
    let because = members.texts("because");
    let row = because.iter().position(Option::is_some).unwrap();
    let explained = explained(workspace, &members.words("customer_id")[row]);
    let segment = &explained["segment"];
    assert_eq!(segment["id"], members.words("segment_id")[row]);
    let first = &segment["because"][0];
    let said = because[row].as_deref().unwrap();
    assert!(said.starts_with(first["says"].as_str().unwrap()), "{said}");
    assert!(
        first["value"].is_number() && first["segment_mean"].is_number(),
        "{first}"
    );
    // Its value is on the side that it is said to be on.
    let number = |of: &str| first[of].as_f64().unwrap();
    let higher = first["says"].as_str().unwrap().ends_with("higher");
    assert_eq!(
        number("value") > (number("segment_mean") + number("second_mean")) / 2.0,
        higher
    );
    assert_eq!(explained["before"]["as_of"], "2026-10-28");
}

#[test]
fn calls_are_told_with_state_owner_and_due_time() {
    let (workspace, nights) = nights();
    let calls = nights[2].calls();
    let call = calls.iter().find(|call| call.status == "planned").unwrap();
    let explained = explained(workspace, &call.customer);
    let reasons = explained["reasons"].as_array().unwrap();
    let of = reasons
        .iter()
        .find(|of| of["reason"] == call.reason)
        .unwrap();
    assert_eq!(
        (&of["state"], &of["due_at"]),
        (&"planned".into(), &call.due_at[..].into())
    );
    assert!(of["owner"].as_str().is_some_and(|owner| !owner.is_empty()));
    let page = workspace
        .clubcall(&["explain", &call.customer])
        .success()
        .stdout;
    assert!(page.contains(&call.reason), "{page}");
}

#[test]
fn nothing_but_the_published_run_is_needed_and_nobody_is_named() {
    let (shared, nights) = nights();
    let workspace = Workspace::empty();
    copy_tree(&shared.path("out"), &workspace.path("out"));
    let secrets = Secrets::read();
    let customers = nights[2].table("members").words("customer_id");
    for customer in customers.iter().step_by(100) {
        for more in [&["--json"][..], &[]] {
            let said = workspace
                .clubcall(&[&["explain", customer], more].concat())
                .success();
            assert_eq!(secrets.found_in(&said.stdout), 0);
            if more.is_empty() {
                let wide = said.stdout.lines().filter(|line| line.chars().count() > 80);
                assert_eq!(wide.collect::<Vec<_>>(), Vec::<&str>::new());
            }
        }
    }
}

#[test]
fn who_is_not_in_the_run_is_said_to_be_missing() {
    let (workspace, _) = nights();
    let failed = workspace.clubcall(&["explain", "nobody"]).exits(66);
    assert!(
        failed.stderr.contains("no customer `nobody`"),
        "{}",
        failed.stderr
    );
}
