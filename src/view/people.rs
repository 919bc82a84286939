use std::collections::BTreeMap;

use jiff::tz::TimeZone;
use polars::prelude::*;

use crate::domain::{ContactHours, People, Phone};

/// The columns of the view that campaign and calls need, and the number of
/// customers whose time zone does not exist.
pub(super) fn extract(frame: &DataFrame) -> PolarsResult<(People, usize)> {
    let rows = frame.height();
    let text = |name: &str| -> PolarsResult<Vec<Option<String>>> {
        match frame.column(name) {
            Ok(column) => {
                let column = column.cast(&DataType::String)?;
                Ok(column.str()?.iter().map(|v| v.map(str::to_owned)).collect())
            }
            Err(_) => Ok(vec![None; rows]),
        }
    };
    let flag = |name: &str, missing: bool| -> PolarsResult<Vec<bool>> {
        match frame.column(name) {
            Ok(column) => Ok(column
                .bool()?
                .iter()
                .map(|v| v.unwrap_or(missing))
                .collect()),
            Err(_) => Ok(vec![missing; rows]),
        }
    };
    let ids: Vec<String> = text("customer_id")?
        .into_iter()
        .map(Option::unwrap_or_default)
        .collect();
    let phone: Vec<Option<Phone>> = text("phone")?
        .into_iter()
        .map(|text| text.and_then(|text| Phone::parse(&text).ok()))
        .collect();
    let (unit, unit_keys) = contact_units(&ids, &phone, &text("contact_unit")?);
    let age = match frame.column("age") {
        Ok(column) => column.cast(&DataType::Int32)?.i32()?.iter().collect(),
        Err(_) => vec![None; rows],
    };
    let (app, sms, call) = (
        flag("consent_app", false)?,
        flag("consent_sms", false)?,
        flag("consent_call", false)?,
    );
    let named = text("timezone")?;
    let timezone = known_zones(named.clone());
    let odd_zones = named.iter().flatten().count() - timezone.iter().flatten().count();
    let (from, to) = (text("contact_from")?, text("contact_to")?);
    let weekends = flag("contact_weekends", true)?;
    let people = People {
        unit,
        unit_keys,
        phone,
        name: text("name")?,
        age,
        district: text("district")?,
        timezone,
        manager: text("manager_id")?,
        language: text("language")?,
        contact_hours: (from.iter().zip(&to).zip(weekends))
            .map(|((from, to), weekends)| {
                ContactHours::new(from.as_deref(), to.as_deref(), weekends)
            })
            .collect(),
        // A visit is arranged by call, so it needs the same consent.
        consent: (0..rows)
            .map(|row| [app[row], sms[row], call[row], call[row]])
            .collect(),
        personalisation: flag("consent_personalisation", false)?,
        ids,
    };
    Ok((people, odd_zones))
}

/// The zones that exist; the pipeline's zone stands in for the others.
fn known_zones(zones: Vec<Option<String>>) -> Vec<Option<String>> {
    let mut known: BTreeMap<String, bool> = BTreeMap::new();
    let mut exists = |zone: &String| {
        *known
            .entry(zone.clone())
            .or_insert_with(|| TimeZone::get(zone).is_ok())
    };
    zones
        .into_iter()
        .map(|zone| zone.filter(&mut exists))
        .collect()
}

/// Numbers the contact units, row by row: the declared unit, else the phone,
/// else the customer alone. The keys of the units are ascending.
#[must_use]
pub fn contact_units(
    ids: &[String],
    phone: &[Option<Phone>],
    declared: &[Option<String>],
) -> (Vec<u32>, Vec<String>) {
    let key = |row: usize| -> &str {
        declared[row]
            .as_deref()
            .or_else(|| phone[row].as_ref().map(Phone::as_str))
            .unwrap_or(&ids[row])
    };
    let mut keys: Vec<&str> = (0..ids.len()).map(key).collect();
    keys.sort_unstable();
    keys.dedup();
    let unit = (0..ids.len())
        .map(|row| keys.binary_search(&key(row)).unwrap_or_default())
        .map(|unit| u32::try_from(unit).unwrap_or(u32::MAX))
        .collect();
    (unit, keys.into_iter().map(str::to_owned).collect())
}
