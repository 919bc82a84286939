//! From night to night: nobody is asked twice, caps hold, names last, and what
//! was left over is not lost.

use std::collections::{BTreeMap, BTreeSet};

use crate::support::history::{Call, Night, nights};
use crate::support::people::Facts;
use crate::support::{Table, Workspace, sample};

fn households(facts: &Facts, night: &Night) -> Vec<String> {
    let invited = night.invited().into_iter();
    invited
        .map(|invitation| facts.customers[&invitation.customer].household.clone())
        .collect()
}

#[test]
fn each_night_starts_from_the_one_before() {
    let (_, nights) = nights();
    for pair in nights.windows(2) {
        let [before, after] = pair else { continue };
        assert_eq!(
            before.manifest()["run_id"],
            after.manifest()["previous_run"]
        );
    }
}

#[test]
fn nobody_is_invited_twice_to_the_same_activity() {
    let (_, nights) = nights();
    let mut invited = BTreeSet::new();
    for night in nights {
        for invitation in night.invited() {
            let pair = (invitation.customer, invitation.activity);
            assert!(!invited.contains(&pair), "{pair:?} again on {}", night.date);
            invited.insert(pair);
        }
    }
    assert!(invited.len() > 100, "only {} invitations", invited.len());
}

#[test]
fn a_household_is_invited_once_in_a_night_and_once_in_seven_days() {
    let (_, nights) = nights();
    let facts = Facts::read(sample::small());
    let mut last = BTreeMap::new();
    let mut again = 0;
    for night in nights {
        let households = households(&facts, night);
        assert!(
            !households.is_empty(),
            "nobody is invited on {}",
            night.date
        );
        let once: BTreeSet<&String> = households.iter().collect();
        assert_eq!(once.len(), households.len(), "{}", night.date);
        for household in &households {
            if let Some(before) = last.insert(household.clone(), night.date) {
                let days = (night.date - before).get_days();
                assert!(days >= 7, "{household}: {before} and {}", night.date);
                again += 1;
            }
        }
    }
    assert!(again > 0, "no household is free again after a week");
}

#[test]
fn segments_keep_their_ids_and_names() {
    let (_, nights) = nights();
    let names = |night: &Night| -> BTreeMap<String, String> {
        let table = night.table("segments");
        let ids = table.words("segment_id").into_iter();
        ids.zip(table.words("name")).collect()
    };
    let members = |night: &Night| -> BTreeMap<String, String> {
        let table = night.table("members");
        let ids = table.words("customer_id").into_iter();
        ids.zip(table.words("segment_id")).collect()
    };
    let first = members(&nights[0]);
    for night in &nights[1..] {
        assert_eq!(names(night), names(&nights[0]));
        let tonight = members(night);
        let stayed = tonight
            .iter()
            .filter(|&(id, segment)| first[id] == *segment);
        let share = stayed.count() as f64 / tonight.len() as f64;
        assert!(
            share > 0.8,
            "only {share:.2} of the customers stayed in their segment"
        );
        let table = night.table("segments");
        for (id, status) in table.words("segment_id").iter().zip(table.words("status")) {
            let expected = if id.starts_with('S') {
                "kept"
            } else {
                "reserved"
            };
            assert_eq!(status, expected, "{id} on {}", night.date);
        }
    }
}

#[test]
fn what_does_not_fit_into_a_day_is_carried_over_with_its_age() {
    let workspace = Workspace::new(sample::large());
    let calls = "pipelines/nightly/calls.toml";
    workspace.edit(calls, "minutes_per_call = 5\n", "minutes_per_call = 300\n");
    workspace.edit(calls, "minutes_per_call = 6\n", "minutes_per_call = 400\n");
    workspace.edit(calls, "minutes = 9\n", "minutes = 400\n");
    let night = |date: &str| {
        let ended = workspace.night(date, &[]);
        Night {
            date: date.parse().unwrap(),
            folder: workspace.current(),
            ended,
        }
    };
    let key = |call: &Call| {
        (
            call.customer.clone(),
            call.reason.clone(),
            call.activity.clone(),
        )
    };
    let before = night("2026-10-25");
    let left: BTreeMap<_, Call> = before
        .calls()
        .into_iter()
        .filter(|call| call.status == "carried_over")
        // Reasons that outlast a day: other conditions may no longer hold.
        .filter(|call| ["complaint-recovery", "contract-ending"].contains(&call.reason.as_str()))
        .map(|call| (key(&call), call))
        .collect();
    let after = night("2026-10-26");
    let mut found = 0;
    for call in after.calls() {
        if let Some(old) = left.get(&key(&call)) {
            assert_eq!(
                (call.since, &call.due_at),
                (old.since, &old.due_at),
                "{call:?}"
            );
            found += 1;
        }
    }
    // Complaints are resolved and contracts end; most last.
    assert!(
        found > 0 && found * 2 > left.len(),
        "{found} of {} came back",
        left.len()
    );
    assert!(before.ended.stdout.contains("carried over"));
}

#[test]
fn one_call_reaches_a_household_in_a_night() {
    let (_, nights) = nights();
    let facts = Facts::read(sample::small());
    for night in nights {
        let mut called = BTreeSet::new();
        for call in night.calls() {
            let by_phone = !matches!(call.action.as_str(), "visit" | "sms");
            let household = &facts.customers[&call.customer].household;
            assert!(!by_phone || called.insert(household.clone()), "{call:?}");
        }
    }
}

#[test]
fn an_invitation_by_phone_becomes_a_call_and_no_household_gets_a_message_too() {
    let (_, nights) = nights();
    let facts = Facts::read(sample::small());
    let mut by_phone = 0;
    for night in nights {
        let reasons = night.table("reasons");
        let called: BTreeSet<(String, Option<String>)> = reasons
            .words("customer_id")
            .into_iter()
            .zip(reasons.texts("activity_id"))
            .collect();
        let mut messaged = BTreeSet::new();
        for invitation in night.invited() {
            if invitation.channel == "call" {
                let pair = (invitation.customer, Some(invitation.activity));
                assert!(called.contains(&pair), "nobody calls {pair:?}");
                by_phone += 1;
            } else {
                messaged.insert(facts.customers[&invitation.customer].household.clone());
            }
        }
        for call in night.calls() {
            let marketing = ["phone-invitation", "contract-ending", "usage-falling"];
            let household = &facts.customers[&call.customer].household;
            let both = marketing.contains(&call.reason.as_str()) && messaged.contains(household);
            assert!(!both, "a message and {call:?}");
        }
    }
    assert!(by_phone > 10, "only {by_phone} invitations by phone");
}

#[test]
fn who_is_followed_up_tonight_is_invited_to_nothing() {
    let (_, nights) = nights();
    let facts = Facts::read(sample::small());
    let household = |customer: &str| facts.customers[customer].household.clone();
    let selling = ["usage-falling", "gone-silent", "contract-ending"];
    let mut first = 0;
    for night in nights {
        let calls = night.calls().into_iter();
        let tonight = calls.filter(|call| {
            call.status == "planned"
                && call.action != "visit"
                && selling.contains(&call.reason.as_str())
        });
        let followed_up: BTreeSet<String> = tonight.map(|call| household(&call.customer)).collect();
        for invitation in night.invited() {
            let household = household(&invitation.customer);
            assert!(!followed_up.contains(&household), "{invitation:?}");
        }
        let decisions = night.table("decisions");
        let ids = decisions.words("customer_id").into_iter();
        first += ids
            .zip(decisions.words("reason"))
            .filter(|(id, reason)| {
                reason == "follow_up_first" && followed_up.contains(&household(id))
            })
            .count();
    }
    assert!(first > 100, "only {first} candidates gave way");
}

#[test]
fn there_is_one_decision_for_every_eligible_customer_and_activity() {
    let (_, nights) = nights();
    let path = format!(
        "{}/pipelines/nightly/activities.toml",
        env!("CARGO_MANIFEST_DIR")
    );
    let file: toml::Table = std::fs::read_to_string(path).unwrap().parse().unwrap();
    let mut compared = 0;
    for night in nights {
        let members = night.table("members");
        let ids = members.words("customer_id");
        let mut decided: BTreeMap<String, BTreeSet<String>> = BTreeMap::new();
        for [customer, activity, ..] in night.decisions() {
            let customers = decided.entry(activity).or_default();
            assert!(
                customers.insert(customer.clone()),
                "{customer} is decided twice"
            );
        }
        for activity in file["activities"].as_array().unwrap() {
            let (id, rule) = (
                activity["id"].as_str().unwrap(),
                activity["eligible"].as_str(),
            );
            // Rules of one comparison can be tried on the published affinities.
            let mut words = rule.unwrap().split(' ');
            let parts = [words.next(), words.next(), words.next(), words.next()];
            let [Some(column), Some(">="), Some(least), None] = parts else {
                continue;
            };
            let least: f64 = least.parse().unwrap();
            let affinity = members.numbers(column);
            // Of those who opted out of personalisation nothing is published to
            // try a rule on.
            let unknown: BTreeSet<&String> = (ids.iter().zip(&affinity))
                .filter(|(_, affinity)| affinity.is_nan())
                .map(|(id, _)| id)
                .collect();
            let mut candidates = decided.remove(id).unwrap_or_default();
            candidates.retain(|id| !unknown.contains(id));
            let eligible: BTreeSet<String> = ids
                .iter()
                .zip(affinity)
                .filter(|&(_, affinity)| affinity >= least)
                .map(|(id, _)| id.clone())
                .collect();
            assert_eq!(candidates, eligible, "{id}");
            compared += 1;
        }
    }
    assert!(compared >= 3 * 5, "only {compared} rules could be tried");
}

#[test]
fn the_decisions_of_every_activity_add_up_in_manifest_and_summary() {
    let (_, nights) = nights();
    for night in nights {
        let mut counts: BTreeMap<String, BTreeMap<String, u64>> = BTreeMap::new();
        for [_, activity, decision, _] in night.decisions() {
            *counts
                .entry(activity)
                .or_default()
                .entry(decision)
                .or_default() += 1;
        }
        let manifest = night.manifest();
        let activities = manifest["reconciliation"].as_array().unwrap();
        assert_eq!(activities.len(), 12);
        for activity in activities {
            let id = activity["activity"].as_str().unwrap();
            let of = |decision: &str| {
                let counts = counts.get(id);
                *counts.and_then(|counts| counts.get(decision)).unwrap_or(&0)
            };
            let names = [
                "invited",
                "waitlist",
                "control",
                "suppressed",
                "not_selected",
            ];
            for decision in names {
                assert_eq!(activity[decision], of(decision), "{id}: {decision}");
            }
            let sum: u64 = names.map(of).iter().sum();
            assert_eq!(activity["eligible"], sum, "{id}");
            let invited = night.invited().iter().filter(|i| i.activity == id).count();
            let line = night
                .ended
                .stdout
                .lines()
                .find(|line| line.trim_start().starts_with(id));
            let words: Vec<String> = line
                .unwrap_or_else(|| panic!("the summary says nothing of {id}"))
                .split_whitespace()
                .map(|word| word.replace(',', ""))
                .collect();
            assert_eq!(words[2..4], [sum.to_string(), invited.to_string()], "{id}");
        }
    }
}

#[test]
fn segment_sizes_are_those_of_the_members() {
    let (_, nights) = nights();
    for night in nights {
        let mut sizes: BTreeMap<String, f64> = BTreeMap::new();
        for segment in night.table("members").words("segment_id") {
            *sizes.entry(segment).or_default() += 1.0;
        }
        let table: Table = night.table("segments");
        for (id, size) in table
            .words("segment_id")
            .into_iter()
            .zip(table.numbers("size"))
        {
            assert_eq!(sizes.remove(&id).unwrap_or_default(), size, "{id}");
        }
        assert!(sizes.is_empty(), "{sizes:?} are no segments");
    }
}

#[test]
fn agents_are_told_no_interest_of_who_opted_out() {
    let (_, nights) = nights();
    let facts = Facts::read(sample::small());
    let (mut told, mut opted_out) = (0, 0);
    for night in nights {
        let calls = night.table("calls");
        let points = calls.texts("talking_points");
        for (id, points) in calls.words("customer_id").into_iter().zip(points) {
            let interest = points.is_some_and(|points| points.contains("Interest: "));
            if facts.customers[&id].personalisation {
                told += u32::from(interest);
            } else {
                assert!(!interest, "{id}");
                opted_out += 1;
            }
        }
    }
    assert!(told > 0 && opted_out > 0, "{told} {opted_out}");
}
