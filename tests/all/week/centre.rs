//! The call centre: what a night lists, what is worked off, what is noted.

use std::collections::BTreeMap;

use jiff::Timestamp;
use jiff::civil::Date;
use jiff::tz::TimeZone;
use polars::prelude::*;

use crate::support::people::Facts;
use crate::support::{Table, Workspace, frame};

/// Customer, reason, activity.
pub(super) type Matter = (String, String, Option<String>);

/// A row of `reasons.parquet`.
#[derive(Debug, Clone)]
pub(super) struct Case {
    pub(super) matter: Matter,
    pub(super) since: Date,
    pub(super) attempt: u32,
    pub(super) owner: String,
    pub(super) team: String,
    pub(super) state: String,
    pub(super) held_by: Option<String>,
    pub(super) call: Option<String>,
    pub(super) waits: u32,
    pub(super) by_machine: bool,
}

/// A row of `calls.parquet`.
#[derive(Debug, Clone)]
pub(super) struct Call {
    pub(super) id: String,
    pub(super) matter: Matter,
    pub(super) action: String,
    pub(super) not_before: Timestamp,
}

/// What the call centre noted.
#[derive(Debug, Clone)]
pub(super) struct Note {
    pub(super) call: Call,
    pub(super) outcome: &'static str,
    pub(super) callback_at: Option<Timestamp>,
}

pub(super) struct Night {
    pub(super) day: Date,
    pub(super) cases: BTreeMap<Matter, Case>,
    /// Those that are made today.
    pub(super) planned: Vec<Call>,
    /// By call, the hours of the day in which it may be made.
    pub(super) hours: BTreeMap<String, [String; 2]>,
    pub(super) features: Table,
    /// By customer, the row in them.
    pub(super) rows: BTreeMap<String, usize>,
}

fn matters(table: &Table) -> Vec<Matter> {
    let (customers, reasons) = (table.words("customer_id"), table.words("reason"));
    let pairs = customers.into_iter().zip(reasons);
    pairs
        .zip(table.texts("activity_id"))
        .map(|((customer, reason), activity)| (customer, reason, activity))
        .collect()
}

pub(super) fn night(workspace: &Workspace, date: &str) -> Night {
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
    let features = table("features");
    let customers = features.words("customer_id").into_iter();
    let rows = customers.enumerate().map(|(row, id)| (id, row));
    let calls = table("calls");
    let [ids, actions, statuses, from, to] =
        ["call_id", "action", "status", "not_before", "not_after"]
            .map(|column| calls.words(column));
    let hours = ids.iter().zip(from.iter().zip(&to));
    let hours =
        hours.map(|(id, (from, to))| (id.clone(), [from, to].map(|at| at[11..].to_owned())));
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
        hours: hours.collect(),
        rows: rows.collect(),
        features,
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
pub(super) fn worked(night: &Night, facts: &Facts) -> Vec<Note> {
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
pub(super) fn feed(workspace: &Workspace, day: Date, notes: &[Note]) {
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
