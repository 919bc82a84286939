use jiff::civil::Date;

use super::{Night, words};
use crate::campaign::Contact;
use crate::domain::{CallClass, Channel, days_from_date};
use crate::outputs::{ColumnData, OutColumn, OutTable, OutputError};

/// A contact as it counts for one customer.
#[derive(PartialEq, Eq, PartialOrd, Ord)]
struct Row<'a> {
    /// Whom it counts for.
    row: u32,
    on: Date,
    activity: &'a str,
    channel: Option<Channel>,
    /// The customer who was contacted, if another of the same unit.
    other: bool,
    outcome: Option<&'static str>,
    /// Whether an earlier run says so, not the contact history.
    own: bool,
}

/// `contacts.parquet`: the marketing contacts that count towards caps, pauses
/// and conflicts tonight, for everybody whose phone or household they went to.
pub(super) fn table(night: &Night<'_>) -> Result<OutTable, OutputError> {
    let rows = rows(night);
    OutTable::new(
        "contacts",
        "One row per customer and earlier marketing contact with the customer's phone or household, as far back as the policy looks.",
        vec![
            OutColumn::new(
                "customer_id",
                "The customer for whom it counts.",
                night.ids(rows.iter().map(|row| row.row)),
            ),
            OutColumn::new(
                "contacted_on",
                "The day of the contact, or for which it is planned.",
                ColumnData::Date(
                    rows.iter()
                        .map(|row| Some(days_from_date(row.on)))
                        .collect(),
                ),
            ),
            OutColumn::new(
                "activity_id",
                "The activity, or the call reason, that it was about.",
                words(
                    rows.iter()
                        .map(|row| Some(row.activity).filter(|id| !id.is_empty())),
                ),
            ),
            OutColumn::new(
                "channel",
                "app, sms or call; empty where it is not known, which counts like a call.",
                words(rows.iter().map(|row| row.channel.map(Channel::as_str))),
            ),
            OutColumn::new(
                "outcome",
                "accepted, declined, ignored, no_answer, reached, call_back or other; empty where nothing is known.",
                words(rows.iter().map(|row| row.outcome)),
            ),
            OutColumn::new(
                "other_customer",
                "Whether it went to another customer of the same phone or household.",
                ColumnData::Bool(rows.iter().map(|row| Some(row.other)).collect()),
            ),
            OutColumn::new(
                "own",
                "Whether an earlier run sent it and the contact history does not have it yet.",
                ColumnData::Bool(rows.iter().map(|row| Some(row.own)).collect()),
            ),
        ],
    )
}

fn rows<'a>(night: &Night<'a>) -> Vec<Row<'a>> {
    let people = &night.view.people;
    let memory = i64::from(night.plan.file.policy.memory_days());
    let as_of = days_from_date(night.tables.night.as_of);
    let counts = |contact: &&Contact| {
        contact.class == CallClass::Marketing
            && contact.channel != Some(Channel::Visit)
            && i64::from(as_of - days_from_date(contact.date)) <= memory
    };
    let mut by_unit: Vec<(u32, u32)> = (0..)
        .zip(&people.unit)
        .map(|(row, &unit)| (unit, row))
        .collect();
    by_unit.sort_unstable();
    let mut rows = Vec::new();
    for contact in night.contacts.iter().copied().flatten().filter(counts) {
        let unit = people.unit[contact.row as usize];
        let first = by_unit.partition_point(|&(other, _)| other < unit);
        let of_unit = by_unit[first..]
            .iter()
            .take_while(|(other, _)| *other == unit);
        rows.extend(of_unit.map(|&(_, row)| Row {
            row,
            on: contact.date,
            activity: &contact.activity,
            channel: contact.channel,
            other: row != contact.row,
            outcome: contact.outcome.map(|outcome| outcome.as_str()),
            own: contact.probability.is_some(),
        }));
    }
    rows.sort_unstable();
    rows.dedup();
    rows
}
