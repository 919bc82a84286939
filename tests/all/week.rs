//! A week of nights with a call centre between them that works off four calls of
//! five and notes what came of them: nobody is forgotten, nobody is called
//! twice for one thing, and what waits is served by age.

use std::collections::{BTreeMap, BTreeSet};

use jiff::Timestamp;
use jiff::civil::Date;
use jiff::tz::TimeZone;
use polars::prelude::*;

use crate::support::people::Facts;
use crate::support::{Table, Workspace, frame, sample};

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

/// Customer, reason, activity.
type Matter = (String, String, Option<String>);

/// A row of `reasons.parquet`.
#[derive(Debug, Clone)]
struct Case {
    matter: Matter,
    since: Date,
    attempt: u32,
    owner: String,
    team: String,
    state: String,
    held_by: Option<String>,
    call: Option<String>,
    waits: u32,
    by_machine: bool,
}

/// A row of `calls.parquet`.
#[derive(Debug, Clone)]
struct Call {
    id: String,
    matter: Matter,
    action: String,
    not_before: Timestamp,
}

/// What the call centre noted.
#[derive(Debug, Clone)]
struct Note {
    call: Call,
    outcome: &'static str,
    callback_at: Option<Timestamp>,
}

struct Night {
    day: Date,
    cases: BTreeMap<Matter, Case>,
    /// Those that are made today.
    planned: Vec<Call>,
    members: Table,
}

fn matters(table: &Table) -> Vec<Matter> {
    let (customers, reasons) = (table.words("customer_id"), table.words("reason"));
    let pairs = customers.into_iter().zip(reasons);
    pairs
        .zip(table.texts("activity_id"))
        .map(|((customer, reason), activity)| (customer, reason, activity))
        .collect()
}

fn night(workspace: &Workspace, date: &str) -> Night {
    workspace.night(date, &["--quiet"]);
    let table = |name: &str| Table::read(&workspace.current().join(format!("{name}.parquet")));
    let reasons = table("reasons");
    let [owners, teams, states] = ["owner", "team", "state"].map(|column| reasons.words(column));
    let [held, calls] = ["held_by", "call_id"].map(|column| reasons.texts(column));
    let [attempts, waits] = ["attempt", "waits"].map(|column| reasons.numbers(column));
    let (since, machine) = (reasons.dates("since"), reasons.flags("by_machine"));
    let cases = matters(&reasons)
        .into_iter()
        .enumerate()
        .map(|(row, matter)| {
            let case = Case {
                matter: matter.clone(),
                since: since[row].unwrap(),
                attempt: attempts[row] as u32,
                owner: owners[row].clone(),
                team: teams[row].clone(),
                state: states[row].clone(),
                held_by: held[row].clone(),
                call: calls[row].clone(),
                waits: waits[row] as u32,
                by_machine: machine[row] == Some(true),
            };
            (matter, case)
        });
    let calls = table("calls");
    let [ids, actions, statuses, from] =
        ["call_id", "action", "status", "not_before"].map(|column| calls.words(column));
    let made = matters(&calls).into_iter().enumerate();
    Night {
        day: date.parse().unwrap(),
        cases: cases.collect(),
        planned: made
            .filter(|(row, _)| statuses[*row] == "planned")
            .map(|(row, matter)| Call {
                id: ids[row].clone(),
                matter,
                action: actions[row].clone(),
                not_before: from[row].parse().unwrap(),
            })
            .collect(),
        members: table("members"),
    }
}

/// The operator's zone.
fn zone() -> TimeZone {
    TimeZone::get("Asia/Shanghai").unwrap()
}

fn at(day: Date, hour: i8) -> Timestamp {
    let time = day.at(hour, 0, 0, 0);
    time.to_zoned_datetime(zone()).unwrap().timestamp()
}

/// Four calls of five are made, with every outcome.
fn worked(night: &Night, facts: &Facts) -> Vec<Note> {
    let outcomes = [
        "reached",
        "no_answer",
        "accepted",
        "no_answer",
        "call_back",
        "declined",
        "no_answer",
    ];
    let by_agents = night.planned.iter().filter(|call| call.action != "sms");
    let made = by_agents.enumerate().filter(|(place, _)| place % 5 != 4);
    made.map(|(place, call)| {
        let near = facts.customers[&call.matter.0].zone == "Asia/Shanghai";
        let outcome = match outcomes[place % outcomes.len()] {
            "call_back" if !near || call.action == "visit" => "no_answer",
            outcome => outcome,
        };
        let again = night.day.tomorrow().unwrap();
        Note {
            call: call.clone(),
            outcome,
            callback_at: (outcome == "call_back").then(|| at(again, 15)),
        }
    })
    .collect()
}

/// Adds what was noted on that day to the contact history.
fn feed(workspace: &Workspace, day: Date, notes: &[Note]) {
    frame::edit(&workspace.path("sample-data/contacts.parquet"), |old| {
        let moments = |values: Vec<Option<Timestamp>>, name: &str| {
            let millis: Vec<Option<i64>> = values
                .into_iter()
                .map(|value| value.map(Timestamp::as_millisecond))
                .collect();
            // The same unit and zone as the times that are there.
            let dtype = old.column("at").unwrap().dtype().clone();
            let zone = match &dtype {
                DataType::Datetime(_, zone) => zone.clone(),
                _ => None,
            };
            let millis = Column::new(name.into(), millis);
            let exact = DataType::Datetime(TimeUnit::Milliseconds, zone);
            millis.cast(&exact).unwrap().cast(&dtype).unwrap()
        };
        let words = |name: &str, value: &dyn Fn(&Note) -> String| {
            Column::new(name.into(), notes.iter().map(value).collect::<Vec<_>>())
        };
        let channel = |note: &Note| {
            if note.call.action == "visit" {
                "visit"
            } else {
                "call"
            }
        };
        let hour = |place: usize| 10 + (place % 8) as i8;
        let columns = vec![
            words("customer_id", &|note| note.call.matter.0.clone()),
            words("activity_id", &|note| {
                let (_, reason, activity) = &note.call.matter;
                activity.as_ref().unwrap_or(reason).clone()
            }),
            words("channel", &|note| channel(note).to_owned()),
            moments(
                (0..notes.len())
                    .map(|place| Some(at(day, hour(place))))
                    .collect(),
                "at",
            ),
            words("outcome", &|note| note.outcome.to_owned()),
            moments(
                notes.iter().map(|note| note.callback_at).collect(),
                "callback_at",
            ),
            Column::new(
                "promise".into(),
                notes
                    .iter()
                    .map(|note| note.callback_at.map(|_| "A discount"))
                    .collect::<Vec<_>>(),
            ),
        ];
        let new = DataFrame::new(notes.len(), columns).unwrap();
        let mut old = old.clone();
        if !old
            .get_column_names()
            .iter()
            .any(|name| name.as_str() == "promise")
        {
            let none = Column::full_null(
                "callback_at".into(),
                old.height(),
                old.column("at").unwrap().dtype(),
            );
            old.with_column(none).unwrap();
            old.with_column(Column::full_null(
                "promise".into(),
                old.height(),
                &DataType::String,
            ))
            .unwrap();
        }
        old.vstack(&new.select(old.get_column_names_owned()).unwrap())
            .unwrap()
    });
}

/// Seven nights and what was noted after each.
fn week() -> (Facts, Vec<(Night, Vec<Note>)>) {
    let workspace = Workspace::with_own_data(sample::small());
    // Half an hour a call: there is more than a day's work.
    let calls = "pipelines/nightly/calls.toml";
    workspace.edit(calls, "minutes_per_call = 5\n", "minutes_per_call = 200\n");
    workspace.edit(calls, "minutes_per_call = 6\n", "minutes_per_call = 240\n");
    let facts = Facts::read(sample::small());
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

/// Whether what a reason asks for no longer holds, from the night's members and
/// the sample's tables.
fn gone(facts: &Facts, night: &Night, matter: &Matter) -> bool {
    let (customer, reason, _) = matter;
    let ids = night.members.words("customer_id");
    let row = ids.iter().position(|id| id == customer).unwrap();
    let tag = |name: &str| night.members.flags(name)[row] == Some(true);
    match reason.as_str() {
        "complaint-recovery" => !facts.complains_alone(customer, night.day),
        "contract-ending" => !tag("contract_ending"),
        "usage-falling" => !tag("falling") || tag("contract_ending"),
        "gone-silent" => !tag("gone_silent") || tag("contract_ending"),
        // Orders are completed, visits are due until the contract ends.
        "order-late" | "key-customer-visit" | "activity-reminder" => true,
        // These stay until they are done.
        _ => false,
    }
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
                assert!(gone(&facts, after, matter), "lost: {case:?}");
                count("condition gone");
                continue;
            };
            if next.since != case.since {
                continue; // another event
            }
            assert_eq!(next.owner, case.owner, "{case:?} {next:?}");
            count("still there");
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
                Some(note) if matches!(note.outcome, "no_answer" | "call_back") => {
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
/// room, save what was promised.
fn by_age(night: &Night, facts: &Facts, notes: &[Note], count: &mut impl FnMut(&'static str)) {
    let promised: BTreeSet<&str> = notes
        .iter()
        .filter(|note| note.callback_at.is_some())
        .map(|note| facts.customers[&note.call.matter.0].household.as_str())
        .collect();
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
            let same = made.matter.1 == waiting.matter.1 && made.team == waiting.team;
            let household = facts.customers[&made.matter.0].household.as_str();
            if same && !promised.contains(household) {
                assert!(made.since <= waiting.since, "{made:?} before {waiting:?}");
                count("waited behind older");
            }
        }
    }
}
