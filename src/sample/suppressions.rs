use rand::Rng;

use super::draw::weighted;
use super::parquet_file::Column;
use super::profile::Person;
use super::seed::{Purpose, stream};

/// The part of customers on the do-not-contact list.
const SUPPRESSED: f64 = 0.025;

#[derive(Debug, PartialEq)]
struct Suppression<'a> {
    phone: Option<&'a str>,
    customer: Option<&'a str>,
    channel: &'static str,
    from: i32,
    until: Option<i32>,
}

/// One row per do-not-contact entry of these customers.
pub(super) fn columns(seed: u64, last: i32, people: &[Person]) -> Vec<Column> {
    let rows: Vec<Suppression<'_>> = people
        .iter()
        .filter_map(|person| suppression(seed, last, person))
        .collect();
    table(&rows)
}

/// The newest entry: of a telephone that is no customer's, because the list is
/// the city's and not the operator's. It shows how fresh the list is.
pub(super) fn registry_columns(last: i32) -> Vec<Column> {
    table(&[Suppression {
        phone: Some("+9992000000001"),
        customer: None,
        channel: "all",
        from: last - 1,
        until: None,
    }])
}

fn table(rows: &[Suppression<'_>]) -> Vec<Column> {
    vec![
        Column::some_text(
            "phone",
            "Telephone, E.164",
            rows.iter().map(|row| row.phone),
        ),
        Column::some_text(
            "customer_id",
            "Customer",
            rows.iter().map(|row| row.customer),
        ),
        Column::text(
            "channel",
            "Channel: sms, call, app, all",
            rows.iter().map(|row| row.channel),
        ),
        Column::date(
            "from",
            "First day of the entry",
            rows.iter().map(|row| row.from),
        ),
        Column::some_date(
            "until",
            "Last day of the entry; none for good",
            rows.iter().map(|row| row.until),
        ),
    ]
}

fn suppression(seed: u64, last: i32, person: &Person) -> Option<Suppression<'_>> {
    let rng = &mut stream(seed, Purpose::Suppressions, person.index, 0);
    if !rng.gen_bool(SUPPRESSED) {
        return None;
    }
    let by_phone = person.phone.as_deref().filter(|_| rng.gen_bool(0.5));
    let channel = ["all", "sms", "call", "app"][weighted(rng, &[0.4, 0.25, 0.25, 0.1])];
    let age = (400.0 * rng.r#gen::<f64>().powi(2)) as i32;
    let from = last - age;
    let ends = rng.gen_bool(0.25).then(|| from + rng.gen_range(30..=365));
    Some(Suppression {
        phone: by_phone,
        customer: by_phone.is_none().then_some(person.id.as_str()),
        channel,
        from,
        until: ends,
    })
}
