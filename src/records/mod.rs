//! Rows of the optional tables as the records that campaign and calls reason
//! about: contacts, outcomes, suppressions, scores.
//!
//! Rows of customers that the night does not know are passed over; the
//! contract `references` has counted them.

use std::collections::BTreeMap;

use jiff::civil::Date;
use polars::prelude::*;

use crate::calls::{CallReason, contact_class};
use crate::campaign::{Activity, Contact, ContactOutcome, Outcome, Score, Suppression};
use crate::domain::{Channel, People, Phone, date_from_days};
use crate::tables::{ValidTable, ValidTables};

/// Why a table's rows could not be read.
#[derive(Debug, thiserror::Error)]
#[error("table `{table}`: {reason}")]
pub struct RecordError {
    table: String,
    reason: String,
}

/// The columns of a table in memory, for reading row by row. Columns that are
/// not there are empty.
struct Rows {
    frame: DataFrame,
}

impl Rows {
    fn read(name: &str, table: &ValidTable, columns: &[&str]) -> Result<Self, RecordError> {
        let there: Vec<Expr> = columns
            .iter()
            .filter(|column| table.schema.contains(column))
            .map(|column| col(*column))
            .collect();
        table
            .frame
            .clone()
            .select(there)
            .collect()
            .map(|frame| Self { frame })
            .map_err(|error| RecordError {
                table: name.to_owned(),
                reason: crate::rules::first_line(&error),
            })
    }

    fn len(&self) -> usize {
        self.frame.height()
    }

    fn cast(&self, name: &str, dtype: &DataType) -> Option<Column> {
        self.frame.column(name).ok()?.cast(dtype).ok()
    }

    fn texts(&self, name: &str) -> Vec<Option<String>> {
        let column = self.cast(name, &DataType::String);
        match column.as_ref().and_then(|column| column.str().ok()) {
            Some(values) => values
                .iter()
                .map(|value| value.map(str::to_owned))
                .collect(),
            None => vec![None; self.len()],
        }
    }

    fn dates(&self, name: &str) -> Vec<Option<Date>> {
        let column = self
            .cast(name, &DataType::Date)
            .and_then(|column| column.cast(&DataType::Int32).ok());
        match column.as_ref().and_then(|column| column.i32().ok()) {
            Some(values) => values
                .iter()
                .map(|value| value.map(date_from_days))
                .collect(),
            None => vec![None; self.len()],
        }
    }

    fn numbers(&self, name: &str) -> Vec<Option<f64>> {
        let column = self.cast(name, &DataType::Float64);
        match column.as_ref().and_then(|column| column.f64().ok()) {
            Some(values) => values.iter().collect(),
            None => vec![None; self.len()],
        }
    }

    fn flags(&self, name: &str) -> Vec<Option<bool>> {
        let column = self.cast(name, &DataType::Boolean);
        match column.as_ref().and_then(|column| column.bool().ok()) {
            Some(values) => values.iter().collect(),
            None => vec![None; self.len()],
        }
    }
}

/// The customer's row as the stages index it.
fn row(people: &People, id: Option<&str>) -> Option<u32> {
    u32::try_from(people.row(id?)?).ok()
}

/// The contacts that were made, from `[tables.contacts]`. Those about a service
/// reason count as service.
///
/// # Errors
/// When the table cannot be read.
pub fn contacts(
    tables: &ValidTables,
    people: &People,
    reasons: &[CallReason],
) -> Result<Vec<Contact>, RecordError> {
    let Some(table) = tables.tables.get("contacts") else {
        return Ok(Vec::new());
    };
    let rows = Rows::read(
        "contacts",
        table,
        &["customer_id", "activity_id", "channel", "at", "outcome"],
    )?;
    let (ids, activities) = (rows.texts("customer_id"), rows.texts("activity_id"));
    let (channels, dates, outcomes) = (
        rows.texts("channel"),
        rows.dates("at"),
        rows.texts("outcome"),
    );
    let contact = |index: usize| {
        Some(Contact {
            row: row(people, ids[index].as_deref())?,
            class: contact_class(activities[index].as_deref().unwrap_or_default(), reasons),
            activity: activities[index].clone().unwrap_or_default(),
            channel: channels[index].as_deref().and_then(Channel::parse),
            date: dates[index]?,
            outcome: outcomes[index].as_deref().map(ContactOutcome::parse),
            probability: None,
        })
    };
    Ok((0..rows.len()).filter_map(contact).collect())
}

/// What customers did about earlier activities, from `[tables.outcomes]`.
///
/// # Errors
/// When the table cannot be read.
pub fn outcomes(tables: &ValidTables, people: &People) -> Result<Vec<Outcome>, RecordError> {
    let Some(table) = tables.tables.get("outcomes") else {
        return Ok(Vec::new());
    };
    let rows = Rows::read(
        "outcomes",
        table,
        &[
            "customer_id",
            "activity_id",
            "responded",
            "attended",
            "at",
            "held_out",
        ],
    )?;
    let (ids, activities) = (rows.texts("customer_id"), rows.texts("activity_id"));
    let (responded, attended) = (rows.flags("responded"), rows.flags("attended"));
    let (dates, held_out) = (rows.dates("at"), rows.flags("held_out"));
    let outcome = |index: usize| {
        Some(Outcome {
            row: row(people, ids[index].as_deref())?,
            activity: activities[index].clone()?,
            responded: responded[index].or(attended[index])?,
            date: dates[index],
            held_out: held_out[index],
        })
    };
    Ok((0..rows.len()).filter_map(outcome).collect())
}

/// The do-not-contact entries in force at the as-of date, by customer: an entry
/// for a phone holds for everyone with that phone.
///
/// # Errors
/// When the table cannot be read.
pub fn suppressions(
    tables: &ValidTables,
    people: &People,
) -> Result<Vec<Suppression>, RecordError> {
    let Some(table) = tables.tables.get("suppressions") else {
        return Ok(Vec::new());
    };
    let rows = Rows::read(
        "suppressions",
        table,
        &["customer_id", "phone", "channel", "from", "until"],
    )?;
    let (ids, phones, channels) = (
        rows.texts("customer_id"),
        rows.texts("phone"),
        rows.texts("channel"),
    );
    let (from, until) = (rows.dates("from"), rows.dates("until"));
    let mut by_phone: BTreeMap<&Phone, Vec<u32>> = BTreeMap::new();
    for (index, phone) in (0u32..).zip(&people.phone) {
        if let Some(phone) = phone {
            by_phone.entry(phone).or_default().push(index);
        }
    }
    let as_of = tables.night.as_of;
    let mut entries = Vec::new();
    for index in 0..rows.len() {
        let begun = from[index].is_none_or(|from| from <= as_of);
        let ended = until[index].is_some_and(|until| until < as_of);
        if !begun || ended {
            continue;
        }
        let channels = blocked(channels[index].as_deref());
        let own = row(people, ids[index].as_deref());
        let phone = phones[index]
            .as_deref()
            .and_then(|phone| Phone::parse(phone).ok());
        let shared = phone.as_ref().and_then(|phone| by_phone.get(phone));
        entries.extend(
            own.into_iter()
                .chain(shared.into_iter().flatten().copied())
                .map(|row| Suppression { row, channels }),
        );
    }
    Ok(entries)
}

/// The channels an entry blocks; an unknown or absent channel blocks all, since
/// a doubt must not lead to a contact.
fn blocked(channel: Option<&str>) -> [bool; 4] {
    match channel.and_then(Channel::parse) {
        Some(channel) => {
            let mut blocked = [false; 4];
            blocked[channel.index()] = true;
            blocked
        }
        None => [true; 4],
    }
}

/// Propensities from another model, from `[tables.scores]`; scores for
/// activities that are not on tonight are passed over.
///
/// # Errors
/// When the table cannot be read.
pub fn scores(
    tables: &ValidTables,
    people: &People,
    activities: &[Activity],
) -> Result<Vec<Score>, RecordError> {
    let Some(table) = tables.tables.get("scores") else {
        return Ok(Vec::new());
    };
    let rows = Rows::read(
        "scores",
        table,
        &["customer_id", "activity_id", "probability", "value"],
    )?;
    let (ids, names) = (rows.texts("customer_id"), rows.texts("activity_id"));
    let (probability, value) = (rows.numbers("probability"), rows.numbers("value"));
    let place: BTreeMap<&str, u16> = activities
        .iter()
        .map(|activity| activity.id.as_str())
        .zip(0u16..)
        .collect();
    let score = |index: usize| {
        Some(Score {
            row: row(people, ids[index].as_deref())?,
            activity: *place.get(names[index].as_deref()?)?,
            probability: probability[index]?,
            value: value[index],
        })
    };
    Ok((0..rows.len()).filter_map(score).collect())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_unknown_channel_blocks_every_channel() {
        assert_eq!(blocked(Some("sms")), [false, true, false, false]);
        assert_eq!(blocked(Some("all")), [true; 4]);
        assert_eq!(blocked(None), [true; 4]);
    }
}
