//! Rows of the optional tables as the records that campaign and calls reason
//! about: contacts, outcomes, suppressions, scores.
//!
//! Rows of customers that the night does not know are passed over; the
//! contract `references` has counted them.

mod rows;

use std::collections::BTreeMap;

use jiff::civil::{DateTime, Time};
use jiff::tz::TimeZone;

use crate::calls::{CallReason, contact_class};
use crate::campaign::{
    Activity, Contact, ContactOutcome, Moment, Outcome, Score, Suppression, Zones,
};
use crate::domain::{Channel, People, Phone};
use crate::tables::ValidTables;

pub use rows::Rows;

/// Why a table's rows could not be read.
#[derive(Debug, thiserror::Error)]
#[error("table `{table}`: {reason}")]
pub struct RecordError {
    table: String,
    reason: String,
}

/// The customer's row as the stages index it.
fn row(people: &People, id: Option<&str>) -> Option<u32> {
    u32::try_from(people.row(id?)?).ok()
}

/// The contacts that were made, from `[tables.contacts]`. Those about a service
/// reason count as service. A contact at midnight is one of which only the day
/// is known.
///
/// # Errors
/// When the table cannot be read, or a customer's time zone is unknown.
pub fn contacts(
    tables: &ValidTables,
    people: &People,
    reasons: &[CallReason],
) -> Result<Vec<Contact>, RecordError> {
    let Some(rows) = Rows::read(
        tables,
        "contacts",
        &[
            "customer_id",
            "activity_id",
            "channel",
            "at",
            "outcome",
            "callback_at",
            "promise",
        ],
    )?
    else {
        return Ok(Vec::new());
    };
    let home = TimeZone::get(&tables.night.timezone).unwrap_or(TimeZone::UTC);
    let zones = Zones::new(people, &home).map_err(|error| RecordError {
        table: "customers".to_owned(),
        reason: error.to_string(),
    })?;
    let instant = |moment: DateTime| Some(Moment::local(moment.date(), moment.time(), &home)?.at);
    let local = |moment: DateTime, zone: &TimeZone| -> Option<Time> {
        let known = moment.time() != Time::MIN;
        let at = instant(moment).filter(|_| known)?;
        Some(zone.to_datetime(at).time())
    };
    let (ids, activities) = (rows.texts("customer_id"), rows.texts("activity_id"));
    let (channels, moments, outcomes) = (
        rows.texts("channel"),
        rows.moments("at"),
        rows.texts("outcome"),
    );
    let (callbacks, promises) = (rows.moments("callback_at"), rows.texts("promise"));
    let contact = |index: usize| {
        let (at, row) = (moments[index]?, row(people, ids[index].as_deref())?);
        Some(Contact {
            row,
            class: contact_class(activities[index].as_deref().unwrap_or_default(), reasons),
            activity: activities[index].clone().unwrap_or_default(),
            channel: channels[index].as_deref().and_then(Channel::parse),
            date: at.date(),
            time: local(at, zones.of(row as usize)),
            outcome: outcomes[index].as_deref().map(ContactOutcome::parse),
            callback_at: callbacks[index].and_then(instant),
            promise: promises[index].clone(),
            probability: None,
        })
    };
    Ok((0..rows.height()).filter_map(contact).collect())
}

/// A complaint and how long it took.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Complaint {
    /// When it was made, in the pipeline's zone.
    pub opened_at: DateTime,
    /// When it was solved, if it is.
    pub resolved_at: Option<DateTime>,
    /// What it is about.
    pub category: Option<String>,
    /// How bad it is.
    pub severity: Option<String>,
}

/// The complaints, from `[tables.complaints]`; `None` without that table.
///
/// # Errors
/// When the table cannot be read.
pub fn complaints(tables: &ValidTables) -> Result<Option<Vec<Complaint>>, RecordError> {
    let columns = ["opened_at", "resolved_at", "category", "severity"];
    let Some(rows) = Rows::read(tables, "complaints", &columns)? else {
        return Ok(None);
    };
    let (opened, resolved) = (rows.moments("opened_at"), rows.moments("resolved_at"));
    let (categories, severities) = (rows.texts("category"), rows.texts("severity"));
    let complaint = |index: usize| {
        Some(Complaint {
            opened_at: opened[index]?,
            resolved_at: resolved[index],
            category: categories[index].clone(),
            severity: severities[index].clone(),
        })
    };
    Ok(Some((0..rows.height()).filter_map(complaint).collect()))
}

/// What customers did about earlier activities, from `[tables.outcomes]`.
///
/// # Errors
/// When the table cannot be read.
pub fn outcomes(tables: &ValidTables, people: &People) -> Result<Vec<Outcome>, RecordError> {
    let Some(rows) = Rows::read(
        tables,
        "outcomes",
        &[
            "customer_id",
            "activity_id",
            "responded",
            "attended",
            "at",
            "held_out",
        ],
    )?
    else {
        return Ok(Vec::new());
    };
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
    Ok((0..rows.height()).filter_map(outcome).collect())
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
    let Some(rows) = Rows::read(
        tables,
        "suppressions",
        &["customer_id", "phone", "channel", "from", "until"],
    )?
    else {
        return Ok(Vec::new());
    };
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
    for index in 0..rows.height() {
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
    let Some(rows) = Rows::read(
        tables,
        "scores",
        &["customer_id", "activity_id", "probability", "value"],
    )?
    else {
        return Ok(Vec::new());
    };
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
    Ok((0..rows.height()).filter_map(score).collect())
}

#[cfg(test)]
mod tests {
    use polars::prelude::*;

    use super::*;
    use crate::campaign::testing::people;
    use crate::tables::{Night, ValidTable};

    /// A contact of each row, at these moments of Shanghai.
    fn contacts_at(moments: [&str; 3], people: &People) -> Vec<Contact> {
        let moment = |name: &str| {
            let form = StrptimeOptions {
                format: Some("%Y-%m-%dT%H:%M".into()),
                ..StrptimeOptions::default()
            };
            let unit = Some(TimeUnit::Milliseconds);
            col(name).str().to_datetime(unit, None, form, lit("raise"))
        };
        let columns = vec![
            Column::new("customer_id".into(), people.ids.clone()),
            Column::new("at".into(), moments),
            Column::new("outcome".into(), ["call_back", "reached", "called"]),
            Column::new("callback_at".into(), [Some("2026-10-31T14:30"), None, None]),
            Column::new("promise".into(), [Some("a new router"), None, None]),
        ];
        let frame = DataFrame::new(3, columns).unwrap().lazy();
        let mut frame = frame.with_columns([moment("at"), moment("callback_at")]);
        let table = ValidTable {
            schema: frame.collect_schema().unwrap(),
            frame,
            rows: 3,
            digest: String::new(),
        };
        let tables = ValidTables {
            tables: [("contacts".to_owned(), table)].into(),
            checks: Vec::new(),
            rejects: Vec::new(),
            night: Night {
                as_of: "2026-11-01".parse().unwrap(),
                timezone: "Asia/Shanghai".to_owned(),
            },
        };
        contacts(&tables, people, &[]).unwrap()
    }

    #[test]
    fn contacts_have_the_hour_of_the_callee_and_what_was_promised() {
        let mut people = people(3);
        people.timezone[1] = Some("Europe/Berlin".to_owned());
        let moments = ["2026-10-25T10:15", "2026-10-25T10:15", "2026-10-25T00:00"];
        let contacts = contacts_at(moments, &people);
        let times = contacts.iter().map(|contact| contact.time);
        let times: Vec<String> = times
            .map(|t| t.map_or_else(String::new, |t| t.to_string()))
            .collect();
        // Berlin's clocks went back that night.
        assert_eq!(times, ["10:15:00", "03:15:00", ""]);
        let day = jiff::civil::Date::constant(2026, 10, 25);
        assert!(contacts.iter().all(|contact| contact.date == day));
        assert_eq!(
            contacts[0].callback_at,
            Some("2026-10-31T14:30+08:00".parse().unwrap())
        );
        assert_eq!(contacts[0].promise.as_deref(), Some("a new router"));
        assert_eq!(contacts[0].outcome, Some(ContactOutcome::CallBack));
        assert_eq!(contacts[1].callback_at, None);
    }

    #[test]
    fn an_unknown_channel_blocks_every_channel() {
        assert_eq!(blocked(Some("sms")), [false, true, false, false]);
        assert_eq!(blocked(Some("all")), [true; 4]);
        assert_eq!(blocked(None), [true; 4]);
    }
}
