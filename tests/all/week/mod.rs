//! A week of nights with a call centre between them that works off four calls of
//! five and notes what came of them: nobody is forgotten, nobody is called
//! twice for one thing, and what waits is served by age.

mod centre;

use std::collections::{BTreeMap, BTreeSet};

use jiff::civil::Date;

use crate::support::people::Facts;
use crate::support::{Workspace, sample};
use centre::{Case, Matter, Night, Note, feed, night, worked};

const NIGHTS: [&str; 7] = [
    "2026-11-01",
    "2026-11-02",
    "2026-11-03",
    "2026-11-04",
    "2026-11-05",
    "2026-11-06",
    "2026-11-07",
];
/// The night whose contacts arrive a day late.
const LATE: usize = 3;

/// Seven nights and what was noted after each.
fn week() -> (Facts, Vec<(Night, Vec<Note>)>) {
    let workspace = Workspace::with_own_data(sample::large());
    // Half an hour and more a call: there is more than a day's work.
    let calls = "pipelines/nightly/calls.toml";
    workspace.edit(calls, "minutes_per_call = 5\n", "minutes_per_call = 30\n");
    workspace.edit(calls, "minutes_per_call = 6\n", "minutes_per_call = 40\n");
    let facts = Facts::read(sample::large());
    let mut late: Option<(Date, Vec<Note>)> = None;
    let nights = NIGHTS.into_iter().enumerate().map(|(index, date)| {
        let night = night(&workspace, date);
        let notes = worked(&night, &facts);
        if let Some((day, notes)) = late.take() {
            feed(&workspace, day, &notes);
        }
        if index == LATE {
            late = Some((night.day, notes.clone()));
        } else {
            feed(&workspace, night.day, &notes);
        }
        (night, notes)
    });
    let nights = nights.collect();
    (facts, nights)
}

fn is_open(case: &Case) -> bool {
    matches!(case.state.as_str(), "planned" | "carried_over" | "held")
}

/// Whether what a reason asks for no longer holds, from the customer's features.
fn gone(night: &Night, matter: &Matter) -> bool {
    let (customer, reason, _) = matter;
    let table = &night.features;
    let row = night.rows[customer];
    let number = |name: &str| table.numbers(name)[row];
    let ends = |from: f64, to: f64| (from..=to).contains(&number("days_since_contract_end"));
    let used = number("minutes_90d") > 600.0;
    let holds = match reason.as_str() {
        "complaint-recovery" => number("open_complaints") > 0.0,
        "order-late" => number("open_orders_late") > 0.0,
        "package-unpaid" => number("unpaid_packages") > 0.0,
        "package-expiring" => (-7.0..=0.0).contains(&number("days_since_package_end")),
        "contract-ending" => ends(-60.0, -1.0),
        "key-customer-visit" => ends(-30.0, -1.0),
        "gone-silent" => number("active_days_30d") == 0.0 && used && !ends(-60.0, -1.0),
        "usage-falling" => {
            let active = number("active_days_30d") > 0.0;
            active && number("usage_trend") < 0.6 && used && !ends(-60.0, -1.0)
        }
        // Once sent it is done; these stay until they are.
        "activity-reminder" => false,
        _ => true,
    };
    !holds
}

#[test]
fn a_week_of_nights_forgets_nobody_and_calls_nobody_twice() {
    let (facts, nights) = week();
    let mut seen: BTreeMap<&str, u32> = BTreeMap::new();
    let mut count = |what| *seen.entry(what).or_default() += 1;
    // What was settled, and since when it had been open.
    let mut settled: BTreeSet<(Matter, Date)> = BTreeSet::new();
    for pair in nights.windows(2) {
        let [(before, notes), (after, _)] = pair else {
            continue;
        };
        let late = before.day.to_string() == NIGHTS[LATE];
        let known: BTreeMap<&str, &Note> = notes
            .iter()
            .map(|note| (note.call.id.as_str(), note))
            .collect();
        for (matter, case) in before.cases.iter().filter(|(_, case)| is_open(case)) {
            let Some(next) = after.cases.get(matter) else {
                assert!(gone(after, matter), "lost: {case:?}");
                count("condition gone");
                continue;
            };
            if next.since != case.since {
                continue; // another event
            }
            assert_eq!(next.owner, case.owner, "{case:?} {next:?}");
            count("still there");
            if next.state == "expired" {
                count("given up");
                continue;
            }
            let planned = case.state == "planned" && !case.by_machine;
            let note = case.call.as_deref().and_then(|call| known.get(call));
            match note.filter(|_| planned) {
                _ if planned && late => {
                    assert_eq!(
                        next.held_by.as_deref(),
                        Some("awaiting_outcome"),
                        "{next:?}"
                    );
                    count("awaiting its outcome");
                }
                Some(note) if note.outcome == "call_back" => {
                    // Reached: what is tried then begins anew.
                    assert_eq!(next.attempt, 1, "{note:?} {next:?}");
                    assert!(is_open(next), "{note:?} {next:?}");
                    count("asked to be called again");
                }
                Some(note) if note.outcome == "no_answer" => {
                    assert_eq!(next.attempt, case.attempt + 1, "{note:?} {next:?}");
                    count("tried");
                }
                Some(_) => {
                    assert_eq!(next.state, "done", "{case:?} {next:?}");
                    count("reached");
                }
                None if planned => {
                    assert_eq!(next.attempt, case.attempt, "{case:?} {next:?}");
                    assert!(next.state != "done", "{case:?} {next:?}");
                    count("not worked off");
                }
                None => {}
            }
            let reached =
                note.is_some_and(|note| !matches!(note.outcome, "no_answer" | "call_back"));
            if planned && reached {
                settled.insert((matter.clone(), case.since));
            }
        }
        for case in after.cases.values().filter(|case| case.call.is_some()) {
            let matter = (case.matter.clone(), case.since);
            assert!(!settled.contains(&matter), "again: {case:?}");
        }
        for note in notes
            .iter()
            .filter(|note| note.callback_at.is_some() && !late)
        {
            let call = after
                .planned
                .iter()
                .find(|call| call.matter.0 == note.call.matter.0);
            let kept = call.is_some_and(|call| Some(call.not_before) == note.callback_at);
            // The household's complaint may go first, or its condition be gone.
            count(if kept {
                "promise kept"
            } else {
                "promise moved"
            });
        }
        by_age(after, &facts, notes, &mut count);
    }
    println!("{seen:?}");
    for what in [
        "condition gone",
        "still there",
        "awaiting its outcome",
        "tried",
        "reached",
        "not worked off",
        "promise kept",
        "waited behind older",
    ] {
        assert!(
            seen.get(what).copied().unwrap_or_default() >= 5,
            "{what}: {seen:?}"
        );
    }
}

/// Of one reason and team, nothing is planned that is younger than what found no
/// room within the same hours, save what was promised and what was tried more often:
/// it has fewer days.
fn by_age(night: &Night, facts: &Facts, notes: &[Note], count: &mut impl FnMut(&'static str)) {
    let promised: BTreeSet<&str> = notes
        .iter()
        .filter(|note| note.callback_at.is_some())
        .map(|note| facts.customers[&note.call.matter.0].household.as_str())
        .collect();
    let hours = |case: &Case| case.call.as_ref().map(|id| &night.hours[id]);
    let leads: BTreeSet<&Matter> = night.planned.iter().map(|call| &call.matter).collect();
    for waiting in night.cases.values() {
        if waiting.state != "carried_over" || waiting.waits == 0 {
            continue;
        }
        for made in night
            .cases
            .values()
            .filter(|case| leads.contains(&case.matter))
        {
            let same = made.matter.1 == waiting.matter.1
                && made.attempt <= waiting.attempt
                && made.team == waiting.team
                && hours(made) == hours(waiting);
            let household = facts.customers[&made.matter.0].household.as_str();
            if same && !promised.contains(household) {
                assert!(made.since <= waiting.since, "{made:?} before {waiting:?}");
                count("waited behind older");
            }
        }
    }
}
