//! What was planted, beside the data: for judging a segmentation, a propensity
//! or a measured lift against the truth.

use super::activities::Activity;
use super::approaches::Approach;
use super::parquet_file::Column;
use super::profile::Person;

/// One row per customer.
pub(super) fn customer_columns(people: &[Person]) -> Vec<Column> {
    let interests = people.iter().map(|person| {
        let names: Vec<&str> = person.taste.interests.iter().map(|i| i.as_str()).collect();
        names.join(",")
    });
    vec![
        Column::text("customer_id", "Customer", people.iter().map(|p| &p.id)),
        Column::text(
            "group",
            "Planted group: the main interest, everyday or silent",
            people.iter().map(Person::group_name),
        ),
        Column::text(
            "interests",
            "Planted interests, the main one first",
            interests,
        ),
        Column::flag(
            "active",
            "Whether usage was planted in the last 30 days",
            people.iter().map(Person::is_active),
        ),
    ]
}

/// One row per row of outcomes.
pub(super) fn response_columns(
    activities: &[Activity],
    approaches: &[(&Person, Approach)],
) -> Vec<Column> {
    let rows = || approaches.iter().map(|(_, approach)| approach);
    vec![
        Column::text(
            "customer_id",
            "Customer",
            approaches.iter().map(|(person, _)| &person.id),
        ),
        Column::text(
            "activity_id",
            "Activity",
            rows().map(|row| &activities[row.activity].id),
        ),
        Column::number(
            "probability_contacted",
            "Chance of a response when contacted",
            rows().map(|row| row.probability_contacted),
        )
        .unit("1"),
        Column::number(
            "probability_control",
            "Chance of a response without a contact",
            rows().map(|row| row.probability_control),
        )
        .unit("1"),
    ]
}

/// The sums behind an activity's average effect, in millionths: whole numbers
/// add up to the same in any order.
#[derive(Debug, Clone, Copy, Default, PartialEq)]
pub(super) struct Effect {
    rows: u64,
    base: u64,
    lift: u64,
}

impl Effect {
    pub(super) fn add(&mut self, approach: &Approach) {
        let millionths = |chance: f64| (chance * 1e6).round() as u64;
        let lift = approach.probability_contacted - approach.probability_control;
        self.rows += 1;
        self.base += millionths(approach.probability_control);
        self.lift += millionths(lift);
    }

    fn average(self, sum: u64) -> f64 {
        sum as f64 / 1e6 / self.rows.max(1) as f64
    }
}

/// One row per past activity; the averages are over its rows of outcomes.
pub(super) fn activity_columns(activities: &[Activity], effects: &[Effect]) -> Vec<Column> {
    vec![
        Column::text("activity_id", "Activity", activities.iter().map(|a| &a.id)),
        Column::number(
            "effect",
            "Average lift of a contact in the chance of a response",
            effects.iter().map(|effect| effect.average(effect.lift)),
        )
        .unit("1"),
        Column::number(
            "base_rate",
            "Average chance of a response without a contact",
            effects.iter().map(|effect| effect.average(effect.base)),
        )
        .unit("1"),
    ]
}
