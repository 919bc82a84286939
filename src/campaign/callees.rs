use std::collections::HashMap;

use jiff::tz::TimeZone;

use super::Policy;
use crate::domain::{ContactHours, People};

/// What the time of a contact depends on with the person contacted.
#[derive(Debug, Clone, Copy)]
pub struct Callee<'a> {
    /// Where the callee's clocks are.
    pub zone: &'a TimeZone,
    /// The place whose holidays count.
    pub district: Option<&'a str>,
    /// When the callee wants to be contacted.
    pub hours: ContactHours,
}

impl<'a> Callee<'a> {
    /// The customer in `row`.
    #[must_use]
    pub fn new(people: &'a People, zones: &'a Zones, row: usize) -> Self {
        Self {
            zone: zones.of(row),
            district: people.district[row].as_deref(),
            hours: people.contact_hours[row],
        }
    }

    /// Somebody in that zone of whom nothing else is known.
    #[must_use]
    pub fn living_in(zone: &'a TimeZone) -> Self {
        Self {
            zone,
            district: None,
            hours: ContactHours::default(),
        }
    }
}

/// Customers alike in all that windows depend on: few, so that no window is
/// computed per customer.
#[derive(Debug)]
pub(crate) struct Callees<'a> {
    alike: Vec<Callee<'a>>,
    by_row: Vec<u32>,
}

impl<'a> Callees<'a> {
    pub(crate) fn new(people: &'a People, zones: &'a Zones, policy: &Policy) -> Self {
        let mut alike = Vec::new();
        let mut known: HashMap<(usize, Option<&str>, ContactHours), u32> = HashMap::new();
        let by_row = (0..people.len())
            .map(|row| {
                let mut callee = Callee::new(people, zones, row);
                callee.district = (callee.district)
                    .filter(|&district| policy.place_holidays.contains_key(district));
                let key = (zones.index(row), callee.district, callee.hours);
                *known.entry(key).or_insert_with(|| {
                    alike.push(callee);
                    // There are no more of them than customers.
                    alike.len() as u32 - 1
                })
            })
            .collect();
        Self { alike, by_row }
    }

    /// One of each.
    pub(crate) fn all(&self) -> &[Callee<'a>] {
        &self.alike
    }

    /// The place in [`Callees::all`] of the customer in `row`.
    pub(crate) fn index(&self, row: usize) -> usize {
        self.by_row[row] as usize
    }
}

/// The time zone of every customer.
#[derive(Debug)]
pub struct Zones {
    zones: Vec<TimeZone>,
    by_row: Vec<u16>,
}

/// Customers have a time zone that the zone database does not know.
#[derive(Debug, thiserror::Error, PartialEq, Eq)]
#[error(
    "customers: {rows} rows have the time zone `{name}`, which is no IANA zone; \
     correct it or leave it empty for the pipeline's zone"
)]
pub struct UnknownZone {
    /// The first unknown name, in alphabetical order.
    pub name: String,
    /// Customers with that name.
    pub rows: usize,
}

impl Zones {
    /// Looks up every customer's zone; `default` where there is none.
    ///
    /// # Errors
    /// When a name is not in the zone database.
    pub fn new(people: &People, default: &TimeZone) -> Result<Self, UnknownZone> {
        let mut zones = vec![default.clone()];
        let mut known: HashMap<&str, Option<u16>> = HashMap::new();
        let mut by_row = Vec::with_capacity(people.len());
        for name in &people.timezone {
            let zone = match name.as_deref() {
                None => Some(0),
                Some(name) => *known.entry(name).or_insert_with(|| {
                    let zone = TimeZone::get(name).ok()?;
                    zones.push(zone);
                    u16::try_from(zones.len() - 1).ok()
                }),
            };
            by_row.push(zone.unwrap_or_default());
        }
        let unknown = known
            .iter()
            .filter(|(_, zone)| zone.is_none())
            .map(|(name, _)| *name)
            .min();
        match unknown {
            None => Ok(Self { zones, by_row }),
            Some(name) => {
                let rows = people
                    .timezone
                    .iter()
                    .filter(|other| other.as_deref() == Some(name));
                Err(UnknownZone {
                    name: name.to_owned(),
                    rows: rows.count(),
                })
            }
        }
    }

    /// The zone of the customer in `row`.
    #[must_use]
    pub fn of(&self, row: usize) -> &TimeZone {
        &self.zones[self.index(row)]
    }

    /// A number for the customer's zone.
    fn index(&self, row: usize) -> usize {
        usize::from(self.by_row[row])
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::campaign::testing::people;

    #[test]
    fn districts_tell_customers_apart_where_they_have_holidays_of_their_own() {
        let mut people = people(5);
        people.district[1] = Some("hills".into());
        people.district[2] = Some("lake".into());
        people.contact_hours[3] = ContactHours::new(Some("18:00"), None, true);
        people.timezone[4] = Some("Asia/Tokyo".into());
        let zones = Zones::new(&people, &TimeZone::UTC).unwrap();
        let policy: Policy =
            toml::from_str("place_holidays = { hills = [\"2026-10-03\"] }").unwrap();
        let callees = Callees::new(&people, &zones, &policy);
        assert_eq!(
            [0, 1, 2, 3, 4].map(|row| callees.index(row)),
            [0, 1, 0, 2, 3]
        );
        assert_eq!(callees.all()[1].district, Some("hills"));
    }

    #[test]
    fn an_unknown_zone_is_named_with_its_count() {
        let people = People {
            ids: vec!["a".into(), "b".into(), "c".into()],
            timezone: vec![Some("Mars/Base".into()), None, Some("Mars/Base".into())],
            ..People::default()
        };
        let error = Zones::new(&people, &TimeZone::UTC).unwrap_err();
        assert_eq!(
            error,
            UnknownZone {
                name: "Mars/Base".into(),
                rows: 2
            }
        );
    }
}
