use rand::Rng;

use super::calendar::Calendar;
use super::parquet_file::Column;
use super::profile::Person;
use super::seed::{Purpose, stream};

/// The part of customers with a package on top of their plan, and of those
/// packages that nobody has paid for yet.
const BOUGHT: f64 = 0.10;
const UNPAID: f64 = 0.12;

struct Package<'a> {
    person: &'a Person,
    name: String,
    expires_at: i64,
    paid: bool,
}

/// One row per package that runs or has just ended.
pub(super) fn columns(seed: u64, calendar: Calendar, people: &[Person]) -> Vec<Column> {
    let rows: Vec<Package<'_>> = people
        .iter()
        .filter_map(|person| package(seed, calendar, person))
        .collect();
    vec![
        Column::text(
            "customer_id",
            "Customer",
            rows.iter().map(|row| &row.person.id),
        ),
        Column::text(
            "package",
            "What was bought on top of the plan",
            rows.iter().map(|row| &row.name),
        ),
        Column::instant(
            "expires_at",
            "Time it ends",
            rows.iter().map(|row| row.expires_at),
        ),
        Column::flag(
            "paid",
            "Whether it is paid for",
            rows.iter().map(|row| row.paid),
        ),
    ]
}

fn package(seed: u64, calendar: Calendar, person: &Person) -> Option<Package<'_>> {
    let rng = &mut stream(seed, Purpose::Packages, person.index, 0);
    if !rng.gen_bool(BOUGHT) || !person.is_active() {
        return None;
    }
    // Packages run for a month or two and end at the end of a day.
    let expires_at = calendar.at(calendar.last + rng.gen_range(-10..=50), 23.75);
    let name = match person.taste.interests.first() {
        Some(interest) => format!("{} pass", interest.as_str()),
        None => "data pass".to_owned(),
    };
    Some(Package {
        person,
        name,
        expires_at,
        paid: !rng.gen_bool(UNPAID),
    })
}
