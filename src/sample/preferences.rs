use rand::Rng;

use super::calendar::HISTORY_DAYS;
use super::draw::{share, weighted};
use super::interests::Interest;
use super::parquet_file::Column;
use super::profile::Person;
use super::seed::{Purpose, stream};

/// The part of customers who told what they like.
const ASKED: f64 = 0.35;

struct Preference<'a> {
    person: &'a Person,
    topic: Interest,
    score: f64,
    source: &'static str,
    date: i32,
}

/// One row per customer and topic, for the customers who told.
pub(super) fn columns(seed: u64, last: i32, people: &[Person]) -> Vec<Column> {
    let rows: Vec<Preference<'_>> = people
        .iter()
        .flat_map(|person| told(seed, last, person))
        .collect();
    vec![
        Column::text(
            "customer_id",
            "Customer",
            rows.iter().map(|row| &row.person.id),
        ),
        Column::text(
            "topic",
            "Interest asked for",
            rows.iter().map(|row| row.topic.as_str()),
        ),
        Column::number(
            "score",
            "Liking from 0 to 1",
            rows.iter().map(|row| row.score),
        )
        .unit("1"),
        Column::text(
            "source",
            "Where told: survey or app",
            rows.iter().map(|row| row.source),
        ),
        Column::date("date", "Day told", rows.iter().map(|row| row.date)),
    ]
}

/// One to three topics, mostly the customer's interests with high scores.
fn told(seed: u64, last: i32, person: &Person) -> Vec<Preference<'_>> {
    let rng = &mut stream(seed, Purpose::Preferences, person.index, 0);
    if !rng.gen_bool(ASKED) {
        return Vec::new();
    }
    let count = weighted(rng, &[0.5, 0.35, 0.15]) + 1;
    let mut topics: Vec<Interest> = Vec::with_capacity(count);
    for at in 0..count {
        let own = person
            .taste
            .interests
            .get(at)
            .filter(|_| rng.gen_bool(0.85));
        let any = Interest::ALL[rng.gen_range(0..Interest::ALL.len())];
        topics.push(*own.unwrap_or(&any));
    }
    topics.sort_unstable();
    topics.dedup();
    let source = if rng.gen_bool(0.6) { "app" } else { "survey" };
    let oldest = (4 * HISTORY_DAYS).min(last - person.join_date);
    let date = last - rng.gen_range(0..=oldest);
    topics
        .into_iter()
        .map(|topic| {
            let mean = if person.taste.interests.contains(&topic) {
                0.78
            } else {
                0.4
            };
            let score = (share(rng, mean, 9.0) * 100.0).round() / 100.0;
            Preference {
                person,
                topic,
                score,
                source,
                date,
            }
        })
        .collect()
}
