use super::{Night, float, int, text};
use crate::measure::{Comparison, Lift};
use crate::outputs::{ColumnData, OutColumn, OutTable, OutputError};

/// `lift.parquet`: what activities did up to tonight, against those held out;
/// nothing where it is not measured.
pub(super) fn table(night: &Night<'_>) -> Result<Option<OutTable>, OutputError> {
    let rows = night.lift;
    if rows.is_empty() {
        return Ok(None);
    }
    let all = |value: fn(&Comparison) -> f64| float(rows.iter().map(|row| value(&row.1)));
    let lift = |value: fn(&Lift) -> f64| {
        ColumnData::Float(
            rows.iter()
                .map(|row| row.1.lift.as_ref().map(value))
                .collect(),
        )
    };
    let table = OutTable::new(
        "lift",
        "One row per activity, and one for all against the universal control: acceptance of contact units left open to be invited against those held out, from outcomes so far.",
        vec![
            OutColumn::new(
                "activity_id",
                "The activity, or `universal` for all of them.",
                text(rows.iter().map(|row| &row.0)),
            ),
            OutColumn::new(
                "open_units",
                "Contact units left open to be invited.",
                int(rows.iter().map(|row| row.1.treated.units)),
            )
            .unit("contact units"),
            OutColumn::new(
                "held_out_units",
                "Contact units held out.",
                int(rows.iter().map(|row| row.1.control.units)),
            )
            .unit("contact units"),
            OutColumn::new(
                "open_rate",
                "Share of the open that accepted, 0 to 1.",
                all(|found| found.treated.mean),
            )
            .unit("1"),
            OutColumn::new(
                "held_out_rate",
                "Share of the held out that accepted, 0 to 1.",
                all(|found| found.control.mean),
            )
            .unit("1"),
            OutColumn::new(
                "lift",
                "The one less the other, intention to treat.",
                lift(|lift| lift.absolute.estimate),
            )
            .unit("1"),
            OutColumn::new(
                "low",
                "Lower end of its 95 % interval.",
                lift(|lift| lift.absolute.low),
            )
            .unit("1"),
            OutColumn::new(
                "high",
                "Upper end of its 95 % interval.",
                lift(|lift| lift.absolute.high),
            )
            .unit("1"),
            OutColumn::new(
                "p_adjusted",
                "p-value of no difference, adjusted for the number of activities (Holm).",
                lift(|lift| lift.p_adjusted),
            )
            .unit("1"),
        ],
    )?;
    Ok(Some(table))
}
