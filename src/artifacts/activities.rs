use super::{Night, float, int, text, words};
use crate::campaign::Activity;
use crate::domain::Channel;
use crate::outputs::{ColumnData, OutColumn, OutTable, OutputError};

/// `activities.parquet`: what customers could be invited to, as the pipeline had
/// it that night, so that a decision can be understood from the run alone.
pub(super) fn table(night: &Night<'_>) -> Result<OutTable, OutputError> {
    let file = &night.plan.file;
    let activities = &file.activities;
    let language = file.pipeline.language;
    let all = |value: fn(&Activity) -> String| text(activities.iter().map(value));
    let some = |value: &dyn Fn(&Activity) -> Option<String>| {
        ColumnData::Text(activities.iter().map(value).collect())
    };
    OutTable::new(
        "activities",
        "One row per activity: what it is, and the rule that says who is a candidate.",
        vec![
            OutColumn::new(
                "activity_id",
                "The activity.",
                all(|activity| activity.id.clone()),
            ),
            OutColumn::new(
                "name",
                "What people call it.",
                text(
                    activities
                        .iter()
                        .map(|activity| activity.name.text(language)),
                ),
            ),
            OutColumn::new(
                "interest",
                "The interest whose club runs it.",
                words(
                    activities
                        .iter()
                        .map(|activity| Some(activity.interest.as_str())),
                ),
            ),
            OutColumn::new(
                "starts",
                "When it starts, on the clock of the pipeline's zone.",
                all(|activity| activity.starts.to_string()),
            ),
            OutColumn::new(
                "place",
                "Where it takes place.",
                some(&|activity| activity.place.clone()),
            ),
            OutColumn::new(
                "seats",
                "Seats in all.",
                int(activities.iter().map(|activity| activity.seats.total())),
            )
            .unit("seats"),
            OutColumn::new(
                "channels",
                "Channels to invite by, the preferred one first, comma-separated.",
                all(|activity| {
                    let names = activity
                        .channels
                        .iter()
                        .map(|&channel| Channel::as_str(channel));
                    names.collect::<Vec<_>>().join(", ")
                }),
            ),
            OutColumn::new(
                "eligible",
                "The SQL condition that makes a customer a candidate; empty where everyone is.",
                some(&|activity| activity.eligible.clone()),
            ),
            OutColumn::new(
                "acceptance",
                "Share of invited customers that the pipeline expects to accept, 0 to 1.",
                float(activities.iter().map(|activity| activity.acceptance.get())),
            )
            .unit("1"),
            OutColumn::new(
                "value",
                "Worth of one customer who accepts.",
                float(activities.iter().map(|activity| activity.value)),
            )
            .unit("currency of the pipeline"),
            OutColumn::new(
                "cost",
                "Cost of one invitation.",
                float(activities.iter().map(|activity| activity.cost)),
            )
            .unit("currency of the pipeline"),
            OutColumn::new(
                "owner",
                "Who answers for it.",
                all(|activity| activity.owner.clone()),
            ),
            OutColumn::new(
                "held_back",
                "Why nobody is invited tonight, where nobody is: what the pre-launch review found, or promises that cannot hold.",
                some(&|activity| held_back(night, activity)),
            ),
        ],
    )
}

fn held_back(night: &Night<'_>, activity: &Activity) -> Option<String> {
    let findings = night.findings.iter();
    let found = findings
        .filter(|finding| finding.subject == activity.id)
        .map(|finding| finding.text.as_str());
    let given_up = night.campaign.optimum.given_up.iter();
    let promised = given_up
        .filter(|given_up| given_up.activities.contains(&activity.id))
        .map(|given_up| given_up.text.as_str());
    let all: Vec<&str> = found.chain(promised).collect();
    (!all.is_empty()).then(|| all.join("; "))
}
