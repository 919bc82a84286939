use super::activities::Activity;
use super::approaches::Approach;
use super::parquet_file::Column;
use super::profile::Person;

/// One row per approach, held out or not: what came of it.
pub(super) fn columns(activities: &[Activity], approaches: &[(&Person, Approach)]) -> Vec<Column> {
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
        Column::flag(
            "responded",
            "Took the offer up",
            rows().map(|row| row.responded),
        ),
        Column::flag("attended", "Was there", rows().map(|row| row.attended)),
        Column::number(
            "value",
            "Value of the response",
            rows().map(|row| row.value),
        )
        .unit("CNY"),
        Column::instant(
            "at",
            "Time of the response, or of the activity",
            rows().map(|row| row.at),
        ),
        Column::flag(
            "held_out",
            "Held out at random instead of contacted",
            rows().map(|row| row.contact.is_none()),
        ),
    ]
}
