use super::{Night, text, words};
use crate::outputs::{OutColumn, OutTable, OutputError};

/// `controls.parquet`: which contact units were held out tonight.
pub(super) fn table(night: &Night<'_>) -> Result<OutTable, OutputError> {
    let controls = &night.campaign.controls;
    let salt = night.plan.file.controls.salt.as_str();
    OutTable::new(
        "controls",
        "One row per contact unit and control group it is in.",
        vec![
            OutColumn::new(
                "contact_unit",
                "Pseudonym of the phone or household: its keyed hash.",
                text(controls.iter().map(|c| &c.unit)),
            ),
            OutColumn::new(
                "control",
                "universal, or the activity the unit is held out of.",
                words(controls.iter().map(|c| Some(c.control.as_str()))),
            ),
            OutColumn::new(
                "salt_version",
                "The version of the salt that the groups are drawn with.",
                words(controls.iter().map(|_| Some(salt))),
            ),
        ],
    )
}
