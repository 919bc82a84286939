use super::activities::Activity;
use super::approaches::{Approach, Contact};
use super::parquet_file::Column;
use super::profile::Person;

/// One row per contact made: the approaches that were not held out.
pub(super) fn columns(activities: &[Activity], approaches: &[(&Person, Approach)]) -> Vec<Column> {
    let rows: Vec<(&Person, &Activity, &Contact)> = approaches
        .iter()
        .filter_map(|(person, approach)| {
            let contact = approach.contact.as_ref()?;
            Some((*person, &activities[approach.activity], contact))
        })
        .collect();
    vec![
        Column::text("customer_id", "Customer", rows.iter().map(|row| &row.0.id)),
        Column::text(
            "activity_id",
            "Activity the contact was about",
            rows.iter().map(|row| &row.1.id),
        ),
        Column::text(
            "channel",
            "Channel: app, sms, call",
            rows.iter().map(|row| row.2.channel.as_str()),
        ),
        Column::instant("at", "Time of the contact", rows.iter().map(|row| row.2.at)),
        Column::text(
            "outcome",
            "Result: accepted, declined, ignored, no_answer, reached",
            rows.iter().map(|row| row.2.outcome),
        ),
    ]
}
