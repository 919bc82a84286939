use rand::Rng;

use super::calendar::{Calendar, HISTORY_DAYS};
use super::draw::normal;
use super::parquet_file::Column;
use super::profile::Person;
use super::seed::{Purpose, stream};

/// The part of customers with an order in the history.
const ORDERED: f64 = 0.05;

struct Order<'a> {
    person: &'a Person,
    kind: &'static str,
    ordered_at: i64,
    due_at: i64,
    completed_at: Option<i64>,
    resource_ok: bool,
}

/// One row per installation or repair order.
pub(super) fn columns(seed: u64, calendar: Calendar, people: &[Person]) -> Vec<Column> {
    let rows: Vec<Order<'_>> = people
        .iter()
        .filter_map(|person| order(seed, calendar, person))
        .collect();
    vec![
        Column::text(
            "order_id",
            "Order",
            rows.iter().map(|row| format!("O{}", &row.person.id[1..])),
        ),
        Column::text(
            "customer_id",
            "Customer",
            rows.iter().map(|row| &row.person.id),
        ),
        Column::text(
            "kind",
            "installation or repair",
            rows.iter().map(|row| row.kind),
        ),
        Column::instant(
            "ordered_at",
            "Time of the order",
            rows.iter().map(|row| row.ordered_at),
        ),
        Column::instant(
            "due_at",
            "Time it is promised for",
            rows.iter().map(|row| row.due_at),
        ),
        Column::some_instant(
            "completed_at",
            "Time it was finished; none while open",
            rows.iter().map(|row| row.completed_at),
        ),
        Column::flag(
            "resource_ok",
            "Whether a line is available",
            rows.iter().map(|row| row.resource_ok),
        ),
    ]
}

fn order(seed: u64, calendar: Calendar, person: &Person) -> Option<Order<'_>> {
    let rng = &mut stream(seed, Purpose::Orders, person.index, 0);
    if !rng.gen_bool(ORDERED) {
        return None;
    }
    let kind = if rng.gen_bool(0.6) {
        "installation"
    } else {
        "repair"
    };
    let stuck = rng.gen_bool(0.10);
    // What is stuck is recent, and so is a good part of the rest: business grows.
    let oldest = if stuck || rng.gen_bool(0.3) {
        15
    } else {
        HISTORY_DAYS
    };
    let day = calendar.last - rng.gen_range(0..oldest);
    let due_day = day + rng.gen_range(if kind == "repair" { 1..=3 } else { 2..=6 });
    let done_day = due_day + (normal(rng) * 1.2 - 0.6).round() as i32;
    let completed_at = calendar.at(done_day.max(day + 1), rng.gen_range(8.5..18.0));
    Some(Order {
        person,
        kind,
        ordered_at: calendar.at(day, rng.gen_range(9.0..21.0)),
        due_at: calendar.at(due_day, 18.0),
        completed_at: (!stuck && calendar.holds(completed_at)).then_some(completed_at),
        // A line can be missing only for what is not finished yet.
        resource_ok: !(stuck && kind == "installation" && rng.gen_bool(0.5)),
    })
}
