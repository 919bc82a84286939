use super::{Night, float, text};
use crate::outputs::{OutColumn, OutTable, OutputError};

/// `constraints.parquet`: what bounded tonight's invitations, how much of it
/// was used, and what one more of it is worth.
pub(super) fn table(night: &Night<'_>) -> Result<OutTable, OutputError> {
    let optimum = &night.campaign.optimum;
    let totals = &optimum.totals;
    let slack = |bound: f64, used: f64, sense: &str| {
        if sense == "at_most" {
            bound - used
        } else {
            used - bound
        }
    };
    let first = |value: f64, rest: Vec<f64>| float(std::iter::once(value).chain(rest));
    OutTable::new(
        "constraints",
        "One row per bound on tonight's invitations; the first is the value itself, which no choice within the others can raise above its bound.",
        vec![
            OutColumn::new(
                "name",
                "The constraint, or whose seats or minutes they are.",
                text(std::iter::once("value of all invitations").chain(totals.iter().map(|total| total.name.as_str()))),
            ),
            OutColumn::new(
                "measure",
                "What is added up: value, invitations, cost, responses (expected) or minutes.",
                text(std::iter::once("value").chain(totals.iter().map(|total| total.measure))),
            ),
            OutColumn::new(
                "sense",
                "at_most or at_least.",
                text(std::iter::once("at_most").chain(totals.iter().map(|total| total.sense))),
            ),
            OutColumn::new(
                "bound",
                "The bound for tonight: what earlier invitations left of it.",
                first(optimum.bound, totals.iter().map(|total| total.bound).collect()),
            )
.unit("unit of the measure"),
            OutColumn::new(
                "used",
                "What tonight's invitations add up to.",
                first(optimum.value, totals.iter().map(|total| total.used).collect()),
            )
.unit("unit of the measure"),
            OutColumn::new(
                "slack",
                "The room that is left; below 0 only where the constraint is soft.",
                first(
                    optimum.bound - optimum.value,
                    totals.iter().map(|total| slack(total.bound, total.used, total.sense)).collect(),
                ),
            )
.unit("unit of the measure"),
            OutColumn::new(
                "price",
                "What one more unit of the bound is worth (the dual price); 0 where it does not bind.",
                first(f64::NAN, totals.iter().map(|total| total.price).collect()),
            )
.unit("currency of the pipeline per unit of the measure"),
            OutColumn::new(
                "soft",
                "The price of a unit beyond the bound, where the pipeline gives one.",
                first(f64::NAN, totals.iter().map(|total| total.soft.unwrap_or(f64::NAN)).collect()),
            )
.unit("currency of the pipeline per unit of the measure"),
        ],
    )
}
