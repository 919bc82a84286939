use super::{Night, float, int, power, text};
use crate::outputs::{ColumnData, OutColumn, OutTable, OutputError};

/// `attendance.parquet`: how full activities will be, and what the controls
/// can show of it.
pub(super) fn table(night: &Night<'_>) -> Result<OutTable, OutputError> {
    let activities = &night.plan.file.activities;
    let funnels = &night.campaign.funnel;
    let powers = power::of(night);
    let held = |id: &str| {
        let found = night.findings.iter().filter(|found| found.subject == id);
        found
            .map(|f| f.text.as_str())
            .collect::<Vec<_>>()
            .join("; ")
    };
    let units = |count: fn(&power::Power) -> u64| {
        int(powers
            .iter()
            .map(|(_, power)| power.as_ref().map_or(0, count)))
    };
    let lifts = |lift: fn(&power::Power) -> Option<f64>| {
        ColumnData::Float(
            powers
                .iter()
                .map(|(_, p)| p.as_ref().and_then(lift))
                .collect(),
        )
    };
    OutTable::new(
        "attendance",
        "One row per activity: its seats, how many are invited and expected to come, and what the controls can show.",
        vec![
            OutColumn::new(
                "activity_id",
                "The activity.",
                text(activities.iter().map(|a| &a.id)),
            ),
            OutColumn::new(
                "interest",
                "The interest that it serves.",
                text(activities.iter().map(|a| &a.interest)),
            ),
            OutColumn::new(
                "starts",
                "When it starts, in the pipeline's zone.",
                text(activities.iter().map(|a| &a.starts)),
            ),
            OutColumn::new(
                "seats",
                "Seats in all places.",
                int(funnels.iter().map(|f| f.seats)),
            )
            .unit("seats"),
            OutColumn::new(
                "eligible",
                "Candidates.",
                int(funnels.iter().map(|f| f.eligible)),
            )
            .unit("customers"),
            OutColumn::new(
                "invited",
                "Customers invited tonight.",
                int(funnels.iter().map(|f| f.invited)),
            )
            .unit("customers"),
            OutColumn::new(
                "waitlist",
                "Customers on tonight's waitlist.",
                int(funnels.iter().map(|f| f.waitlist)),
            )
            .unit("customers"),
            OutColumn::new(
                "earlier_attendance",
                "Seats that earlier invitations are expected to fill.",
                float(funnels.iter().map(|f| f.earlier_attendance)),
            )
            .unit("seats"),
            OutColumn::new(
                "expected_attendance",
                "Seats that tonight's invitations are expected to fill.",
                float(funnels.iter().map(|f| f.expected_attendance)),
            )
            .unit("seats"),
            OutColumn::new(
                "held_back",
                "Why the pre-launch review held it back; empty when it did not.",
                text(activities.iter().map(|a| held(&a.id))),
            ),
            OutColumn::new(
                "open_units",
                "Contact units that passed the policy and were left open to be invited.",
                units(|power| power.open),
            )
            .unit("contact units"),
            OutColumn::new(
                "held_out_units",
                "Contact units held out of this activity at random.",
                units(|power| power.held_out),
            )
            .unit("contact units"),
            OutColumn::new(
                "detectable_lift",
                "The smallest lift of being open that is found with a chance of 80 %, 0 to 1.",
                lifts(|power| power.lift),
            )
            .unit("1"),
            OutColumn::new(
                "detectable_lift_per_invitation",
                "The same per invitation, 0 to 1.",
                lifts(|power| power.per_invitation),
            )
            .unit("1"),
        ],
    )
}
