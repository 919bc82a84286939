use rand::Rng;

use super::calendar::{Calendar, HISTORY_DAYS};
use super::draw::{one_of, spread, weighted};
use super::parquet_file::Column;
use super::profile::Person;
use super::seed::{Purpose, stream};

/// The part of customers who complained in the history, and of those
/// complaints that nobody has settled.
const COMPLAINED: f64 = 0.04;
const UNSETTLED: f64 = 0.13;

struct Complaint<'a> {
    person: &'a Person,
    opened_at: i64,
    resolved_at: Option<i64>,
    category: &'static str,
    severity: &'static str,
    channel: &'static str,
}

/// One row per complaint.
pub(super) fn columns(seed: u64, calendar: Calendar, people: &[Person]) -> Vec<Column> {
    let rows: Vec<Complaint<'_>> = people
        .iter()
        .filter_map(|person| complaint(seed, calendar, person))
        .collect();
    vec![
        Column::text(
            "complaint_id",
            "Complaint",
            rows.iter().map(|row| format!("K{}", &row.person.id[1..])),
        ),
        Column::text(
            "customer_id",
            "Customer",
            rows.iter().map(|row| &row.person.id),
        ),
        Column::instant(
            "opened_at",
            "Time it came in",
            rows.iter().map(|row| row.opened_at),
        ),
        Column::some_instant(
            "resolved_at",
            "Time it was resolved; none while open",
            rows.iter().map(|row| row.resolved_at),
        ),
        Column::text(
            "category",
            "What it is about",
            rows.iter().map(|row| row.category),
        ),
        Column::text(
            "severity",
            "low, medium or high",
            rows.iter().map(|row| row.severity),
        ),
        Column::text(
            "channel",
            "Where it came in",
            rows.iter().map(|row| row.channel),
        ),
    ]
}

fn complaint(seed: u64, calendar: Calendar, person: &Person) -> Option<Complaint<'_>> {
    let rng = &mut stream(seed, Purpose::Complaints, person.index, 0);
    if !rng.gen_bool(COMPLAINED) {
        return None;
    }
    let unsettled = rng.gen_bool(UNSETTLED);
    // What is still open is recent: the desk does not leave things for months.
    let oldest = if unsettled { 15 } else { HISTORY_DAYS };
    let day = calendar.last - rng.gen_range(0..oldest);
    let opened_at = calendar.at(day, rng.gen_range(8.0..22.0));
    let resolved_at = calendar.later(opened_at, 26.0 * spread(rng, 0.9));
    let categories = [
        "network",
        "billing",
        "roaming",
        "service",
        "device",
        "installation",
    ];
    Some(Complaint {
        person,
        opened_at,
        resolved_at: (!unsettled && calendar.holds(resolved_at)).then_some(resolved_at),
        category: categories[weighted(rng, &[0.34, 0.28, 0.06, 0.16, 0.08, 0.08])],
        severity: ["low", "medium", "high"][weighted(rng, &[0.45, 0.4, 0.15])],
        channel: one_of(rng, &["hotline", "app", "shop", "web"]),
    })
}
