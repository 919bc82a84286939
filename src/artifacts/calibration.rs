use super::{Night, float, int, words};
use crate::campaign::{CalibrationBin, Judged};
use crate::outputs::{OutColumn, OutTable, OutputError};

/// `calibration.parquet`: whether probabilities come true.
pub(super) fn table(night: &Night<'_>) -> Result<OutTable, OutputError> {
    let propensity = &night.campaign.propensity;
    let rows: Vec<(&Judged, &CalibrationBin)> = propensity
        .judged
        .iter()
        .flat_map(|judged| judged.bins.iter().map(move |bin| (judged, bin)))
        .collect();
    OutTable::new(
        "calibration",
        "One row per model, interest and bin of predictions: predicted and observed shares of acceptance among the latest past outcomes, which the model had not seen.",
        vec![
            OutColumn::new(
                "model",
                "What predicted: prior or logistic.",
                words(rows.iter().map(|(judged, _)| Some(judged.model.as_str()))),
            ),
            OutColumn::new(
                "interest",
                "The interest of the activities; empty for all together.",
                words(rows.iter().map(|(_, bin)| bin.interest.as_deref())),
            ),
            OutColumn::new(
                "bin",
                "From 1, the lowest predictions first; bins hold equally many outcomes.",
                int(rows.iter().map(|(_, bin)| bin.bin)),
            )
            .unit("1"),
            OutColumn::new(
                "predicted",
                "Mean predicted probability of accepting, 0 to 1.",
                float(rows.iter().map(|(_, bin)| bin.predicted)),
            )
            .unit("1"),
            OutColumn::new(
                "observed",
                "Share that accepted, 0 to 1.",
                float(rows.iter().map(|(_, bin)| bin.observed)),
            )
            .unit("1"),
            OutColumn::new(
                "count",
                "Outcomes in the bin.",
                int(rows.iter().map(|(_, bin)| bin.count)),
            )
            .unit("outcomes"),
        ],
    )
}
