use super::{Night, float, int, text, words};
use crate::outputs::{OutColumn, OutTable, OutputError};

/// `invitations.parquet`: who is invited, and who is next in line.
pub(super) fn table(night: &Night<'_>) -> Result<OutTable, OutputError> {
    let invitations = &night.campaign.invitations;
    let activities = &night.plan.file.activities;
    OutTable::new(
        "invitations",
        "One row per invitation or place on a waitlist.",
        vec![
            OutColumn::new(
                "customer_id",
                "The customer.",
                night.ids(invitations.iter().map(|i| i.row)),
            ),
            OutColumn::new(
                "activity_id",
                "The activity.",
                words(
                    invitations
                        .iter()
                        .map(|i| Some(activities[usize::from(i.activity)].id.as_str())),
                ),
            ),
            OutColumn::new(
                "channel",
                "How to invite: app, sms, call or visit.",
                words(invitations.iter().map(|i| Some(i.channel.as_str()))),
            ),
            OutColumn::new(
                "rank",
                "Place within the activity, from 1; the waitlist goes on where invitations end.",
                int(invitations.iter().map(|i| i.rank)),
            )
            .unit("1"),
            OutColumn::new(
                "probability",
                "Probability of accepting, 0 to 1.",
                float(invitations.iter().map(|i| i.probability)),
            )
            .unit("1"),
            OutColumn::new(
                "value",
                "Expected net value: probability times worth, less cost.",
                float(invitations.iter().map(|i| i.value)),
            )
            .unit("currency of the pipeline"),
            OutColumn::new(
                "not_before",
                "Contact not earlier than this, in the customer's zone with its offset.",
                text(invitations.iter().map(|i| i.not_before.to_string())),
            ),
            OutColumn::new(
                "not_after",
                "Contact not later than this, in the customer's zone with its offset.",
                text(invitations.iter().map(|i| i.not_after.to_string())),
            ),
            OutColumn::new(
                "owner",
                "Who answers for the invitation.",
                words(invitations.iter().map(|i| Some(i.owner.as_str()))),
            ),
            OutColumn::new(
                "status",
                "invited, or waitlist.",
                words(invitations.iter().map(|i| Some(i.status.as_str()))),
            ),
        ],
    )
}
