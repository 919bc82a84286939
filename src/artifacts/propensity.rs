use super::{Night, float, int, text, words};
use crate::campaign::{Judged, Model};
use crate::domain::days_from_date;
use crate::outputs::{ColumnData, OutColumn, OutTable, OutputError};

/// `propensity.parquet`: which model gives the probabilities, and why.
pub(super) fn table(night: &Night<'_>) -> Result<OutTable, OutputError> {
    let propensity = &night.campaign.propensity;
    let models = [Model::Prior, Model::Logistic];
    let judged = || -> [Option<&Judged>; 2] {
        models.map(|model| {
            propensity
                .judged
                .iter()
                .find(|judged| judged.model == model)
        })
    };
    let figure = |of: fn(&Judged) -> f64| float(judged().map(|found| found.map_or(f64::NAN, of)));
    let count = |of: fn(&Judged) -> u64| {
        ColumnData::Int(
            judged()
                .map(|found| found.and_then(|judged| i64::try_from(of(judged)).ok()))
                .to_vec(),
        )
    };
    OutTable::new(
        "propensity",
        "One row per model of the probability of accepting: how it does on the latest past outcomes, and whether it is used.",
        vec![
            OutColumn::new(
                "model",
                "prior (the stated acceptance, moved by past outcomes) or logistic (regression on past outcomes).",
                words(models.map(|model| Some(model.as_str()))),
            ),
            OutColumn::new(
                "used",
                "Whether tonight's probabilities are its; scores from outside come before.",
                ColumnData::Bool(models.map(|model| Some(model == propensity.model)).to_vec()),
            ),
            OutColumn::new("reason", "Why.", text([&propensity.reason; 2])),
            OutColumn::new(
                "outcomes",
                "Past outcomes of invitations to tonight's series, from which it is learned tonight.",
                int([propensity.invited; 2]),
            )
.unit("outcomes"),
            OutColumn::new(
                "learned_from",
                "Earlier outcomes that it was learned from to be judged; empty where it was not.",
                count(|judged| judged.learned_from),
            )
.unit("outcomes"),
            OutColumn::new(
                "judged_on",
                "Later outcomes that it was judged on.",
                count(|judged| judged.judged_on),
            )
.unit("outcomes"),
            OutColumn::new(
                "judged_since",
                "First day of the later ones: the day of the invitation.",
                ColumnData::Date(
                    judged()
                        .map(|found| found.map(|judged| days_from_date(judged.since)))
                        .to_vec(),
                ),
            ),
            OutColumn::new(
                "log_loss",
                "Mean of −ln of the probability of what happened; less is better.",
                figure(|judged| judged.log_loss),
            )
.unit("nats"),
            OutColumn::new(
                "calibration_error",
                "Mean distance of predicted and observed shares over bins of predictions.",
                figure(|judged| judged.calibration_error),
            )
.unit("1"),
            OutColumn::new(
                "error_by_chance",
                "What that would be by chance alone, were every probability right.",
                figure(|judged| judged.error_by_chance),
            )
.unit("1"),
        ],
    )
}
