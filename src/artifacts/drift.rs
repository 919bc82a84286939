use super::{Night, float, words};
use crate::outputs::{ColumnData, OutColumn, OutTable, OutputError};

/// One figure of `drift.parquet`.
struct Row<'a> {
    feature: Option<&'a str>,
    segment: Option<&'a str>,
    of: &'static str,
    psi: f64,
    chance: Option<f64>,
}

/// `drift.parquet`: how far tonight's customers are from those of the fit of the
/// model that the night began with; nothing on a first night.
pub(super) fn table(night: &Night<'_>) -> Result<Option<OutTable>, OutputError> {
    let features = night.segmentation.drift.iter().map(|drift| Row {
        feature: Some(&drift.feature),
        segment: None,
        of: "values",
        psi: drift.psi,
        chance: None,
    });
    let segments = night.segmentation.segment_drift.iter().flat_map(|drift| {
        let row = |of, psi, chance| Row {
            feature: None,
            segment: Some(drift.segment.as_str()),
            of,
            psi,
            chance,
        };
        let distance = drift.distance_psi;
        let distance = distance.map(|psi| row("distances", psi, Some(drift.chance)));
        std::iter::once(row("share", drift.share_psi, None)).chain(distance)
    });
    let rows: Vec<Row> = features.chain(segments).collect();
    if rows.is_empty() {
        return Ok(None);
    }
    let table = OutTable::new(
        "drift",
        "One row per clustered feature and two per segment: how far tonight's customers are from those that the model was fitted on with which the night began; on the night of a refit that is the model before.",
        vec![
            OutColumn::new(
                "feature",
                "The feature; empty in rows of segments.",
                words(rows.iter().map(|row| row.feature)),
            ),
            OutColumn::new(
                "segment_id",
                "The segment, or outside; empty in rows of features.",
                words(rows.iter().map(|row| row.segment)),
            ),
            OutColumn::new(
                "of",
                "What is compared: the feature's values, the segment's share of the customers, or its members' distances to its middle.",
                words(rows.iter().map(|row| Some(row.of))),
            ),
            OutColumn::new(
                "psi",
                "Population stability index, 0 and up; of a share, what it adds to the index of all shares. Beyond segments.drift_psi the model is fitted again.",
                float(rows.iter().map(|row| row.psi)),
            )
.unit("1"),
            OutColumn::new(
                "chance",
                "What chance alone makes of the index at most in 99 of 100 nights, which is allowed for; of distances only.",
                ColumnData::Float(rows.iter().map(|row| row.chance).collect()),
            )
.unit("1"),
        ],
    )?;
    Ok(Some(table))
}
