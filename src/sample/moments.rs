use rand::Rng;

use super::calendar::{Calendar, HISTORY_DAYS};
use super::draw::weighted;
use super::parquet_file::Column;
use super::profile::Person;
use super::seed::{Purpose, stream};

/// The part of customers with such a moment in the history.
const HAPPENED: f64 = 0.15;

/// What happens in a customer's life with the operator, and how often.
const KINDS: [(&str, f64); 2] = [("device_upgrade", 0.6), ("tier_change", 0.4)];

struct Moment<'a> {
    person: &'a Person,
    kind: &'static str,
    at: i64,
}

/// One row per moment.
pub(super) fn columns(seed: u64, calendar: Calendar, people: &[Person]) -> Vec<Column> {
    let rows: Vec<Moment<'_>> = people
        .iter()
        .filter_map(|person| moment(seed, calendar, person))
        .collect();
    vec![
        Column::text(
            "customer_id",
            "Customer",
            rows.iter().map(|row| &row.person.id),
        ),
        Column::text(
            "kind",
            "device_upgrade or tier_change",
            rows.iter().map(|row| row.kind),
        ),
        Column::instant("at", "Time it happened", rows.iter().map(|row| row.at)),
    ]
}

fn moment(seed: u64, calendar: Calendar, person: &Person) -> Option<Moment<'_>> {
    let rng = &mut stream(seed, Purpose::Moments, person.index, 0);
    if !rng.gen_bool(HAPPENED) {
        return None;
    }
    let day = calendar.last - rng.gen_range(0..HISTORY_DAYS);
    Some(Moment {
        person,
        kind: KINDS[weighted(rng, &KINDS.map(|(_, odds)| odds))].0,
        at: calendar.at(day, rng.gen_range(9.0..21.0)),
    })
}
