//! Usage: one row per customer, day and category with minutes. Each day is a
//! Hive partition, so the date is in the folder's name and not in the file.

use rand::Rng;
use rand_xoshiro::Xoshiro256PlusPlus;

use super::calendar::is_weekend;
use super::draw::spread;
use super::interests::Category;
use super::parquet_file::Column;
use super::profile::{Life, PLANS, Person};
use super::seed::{Purpose, stream};

/// Every active customer uses something on one fixed day in so many, so that
/// nobody who is active looks silent for a month.
const AT_LEAST_ONCE_IN: i32 = 14;

/// Minutes that a day of one customer can have.
const MOST_MINUTES: i32 = 1200;

/// How a category is used.
struct Kind {
    /// Megabytes a minute.
    mb: f64,
    /// Minutes of a usual session.
    session: f64,
    /// How much more of it at weekends.
    weekend: f64,
    /// How much more of it in the evening than the customer's usual share.
    evening: f64,
}

const fn kind(category: Category) -> Kind {
    let (mb, session, weekend, evening) = match category {
        Category::Devices => (1.5, 12.0, 1.1, 0.0),
        Category::Gaming => (4.0, 38.0, 1.4, 0.10),
        Category::Health => (0.5, 15.0, 1.0, -0.15),
        Category::Messaging => (0.15, 4.0, 0.95, -0.05),
        Category::Music => (1.2, 25.0, 1.0, -0.08),
        Category::News => (0.7, 7.0, 0.85, -0.12),
        Category::Reading => (0.1, 22.0, 1.1, 0.12),
        Category::Shopping => (1.4, 11.0, 1.25, 0.02),
        Category::Social => (2.2, 9.0, 1.05, 0.0),
        Category::Sports => (3.0, 20.0, 1.45, 0.05),
        Category::Travel => (0.9, 14.0, 1.2, 0.0),
        Category::Video => (12.0, 42.0, 1.25, 0.12),
    };
    Kind {
        mb,
        session,
        weekend,
        evening,
    }
}

/// One row of usage.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Use {
    pub(super) category: Category,
    pub(super) minutes: i32,
    pub(super) evening_minutes: i32,
    pub(super) sessions: i32,
    pub(super) mb: i32,
}

/// What the customer uses on a day (since 1970-01-01), in order of category;
/// `last` is the last day of data, against which usage falls.
pub(super) fn on(seed: u64, last: i32, person: &Person, day: i32, uses: &mut Vec<Use>) {
    uses.clear();
    let fall = match person.life {
        Life::Never => return,
        Life::Stopped(end) if day > end => return,
        Life::Falling(factor) if day > last - 30 => factor,
        Life::Active | Life::Falling(_) | Life::Stopped(_) => 1.0,
    };
    if day < person.join_date {
        return;
    }
    let rng = &mut stream(
        seed,
        Purpose::UsageDay,
        person.index,
        u64::from(day.unsigned_abs()),
    );
    let due = (day + (person.index % AT_LEAST_ONCE_IN as u64) as i32) % AT_LEAST_ONCE_IN == 0;
    // Half of a fall shows as days without usage, half as shorter days.
    if !rng.gen_bool(person.habits.presence * fall.sqrt()) && !due {
        return;
    }
    let day_minutes = person.habits.minutes * spread(rng, 0.4) * fall.sqrt();
    let mut left = MOST_MINUTES;
    for (category, share) in Category::ALL.into_iter().zip(person.taste.shares) {
        let chance = 1.0 - (1.0 - share).powf(person.habits.breadth);
        if rng.r#gen::<f64>() < chance && left > 0 {
            let expected = day_minutes * share / chance;
            let row = row(rng, person, category, expected, is_weekend(day), left);
            left -= row.minutes;
            uses.push(row);
        }
    }
    if uses.is_empty() {
        let (category, _) = Category::ALL.into_iter().zip(person.taste.shares).fold(
            (Category::Social, 0.0),
            |most, next| {
                if next.1 > most.1 { next } else { most }
            },
        );
        uses.push(row(
            rng,
            person,
            category,
            day_minutes * 0.3,
            is_weekend(day),
            left,
        ));
    }
}

fn row(
    rng: &mut Xoshiro256PlusPlus,
    person: &Person,
    category: Category,
    expected: f64,
    weekend: bool,
    left: i32,
) -> Use {
    let kind = kind(category);
    let longer = if weekend { kind.weekend } else { 1.0 };
    let minutes = ((expected * longer * spread(rng, 0.5)).round() as i32).clamp(1, left);
    let time = f64::from(minutes);
    let later = if weekend { -0.06 } else { 0.0 };
    let jitter = rng.gen_range(-0.2..0.2);
    let evening = (person.habits.evening + kind.evening + later + jitter).clamp(0.0, 1.0);
    let sessions = (time / kind.session * spread(rng, 0.3)).round() as i32;
    let mb = time * kind.mb * PLANS[person.plan].1 * spread(rng, 0.3);
    Use {
        category,
        minutes,
        evening_minutes: (time * evening).round() as i32,
        sessions: sessions.clamp(1, 120),
        mb: mb.round() as i32,
    }
}

/// The rows of one day.
pub(super) fn columns(seed: u64, last: i32, day: i32, people: &[Person]) -> Vec<Column> {
    let mut ids = Vec::new();
    let mut rows = Vec::new();
    let mut uses = Vec::new();
    for person in people {
        on(seed, last, person, day, &mut uses);
        ids.extend(std::iter::repeat_n(person.id.as_str(), uses.len()));
        rows.append(&mut uses);
    }
    let numbers = |value: fn(&Use) -> i32| rows.iter().map(value).collect();
    vec![
        Column::text("customer_id", "Customer", ids),
        Column::text(
            "category",
            "What the service was used for",
            rows.iter().map(|row| row.category.as_str()),
        ),
        Column::count("minutes", "Time of usage", numbers(|row| row.minutes)).unit("min"),
        Column::count(
            "evening_minutes",
            "Part of the time between 18:00 and 24:00",
            numbers(|row| row.evening_minutes),
        )
        .unit("min"),
        Column::count("sessions", "Sessions begun", numbers(|row| row.sessions)).unit("1"),
        Column::count("mb", "Data volume", numbers(|row| row.mb)).unit("MB"),
    ]
}
