use super::svg::{
    Len::{Percent, Px},
    Svg,
};
use super::{Chart, Key, MOST_MARKS, Width, describe, embed};
use crate::domain::Language;
use crate::report::data::{Drift, ReportData};
use crate::report::format;
use crate::report::table::{Table, number, text};
use crate::report::words::{Word, fill};

const ROW: f64 = 26.0;
/// Where the bars begin and how far they may reach, in percent.
const BARS: (f64, f64) = (46.0, 40.0);
/// Customary limits of the index: watch, act.
const LIMITS: (f64, f64) = (0.10, 0.25);

/// The population stability index of each feature, the highest first.
pub(super) fn draw(data: &ReportData, language: Language) -> Option<Chart> {
    let mut ranked: Vec<&Drift> = data.drift.iter().filter(|d| d.psi.is_finite()).collect();
    ranked.sort_by(|a, b| {
        b.psi
            .total_cmp(&a.psi)
            .then_with(|| a.feature.cmp(&b.feature))
    });
    let highest = *ranked.first()?;
    let drawn = &ranked[..ranked.len().min(MOST_MARKS)];
    let scale = highest.psi.max(0.30);
    let length = |psi: f64| psi.max(0.0) / scale * BARS.1;
    let height = drawn.len() as f64 * ROW + 22.0;

    let mut svg = Svg::default();
    for limit in [LIMITS.0, LIMITS.1] {
        let x = Percent(BARS.0 + length(limit));
        svg.line("limit", x, 0.0, x, height - 18.0);
        svg.text("axis middle", x, height - 4.0, &format::decimal(limit, 2));
    }
    for (index, drift) in drawn.iter().enumerate() {
        let top = index as f64 * ROW;
        let (class, _) = level(drift.psi);
        let value = format::decimal(drift.psi, 3);
        svg.label(Px(0.0), top + 16.0, &drift.feature, 32, 22);
        let tip = format!("{}: {value}", drift.feature);
        svg.rect(
            class,
            Percent(BARS.0),
            top + 5.0,
            Percent(length(drift.psi)),
            14.0,
            &tip,
        );
        svg.text("value end", Percent(100.0), top + 16.0, &value);
    }

    let title = Word::DriftTitle.text(language).to_owned();
    let description = fill(
        Word::DriftText.text(language),
        &[
            ("feature", &highest.feature),
            ("psi", &format::decimal(highest.psi, 3)),
        ],
    );
    let description = describe(description, drawn.len(), ranked.len(), language);
    let columns = vec![
        text(Word::Feature, language),
        number(Word::Psi, language),
        text(Word::Status, language),
    ];
    let rows = ranked.iter().map(|drift| {
        let (_, word) = level(drift.psi);
        vec![
            drift.feature.clone(),
            format::decimal(drift.psi, 3),
            word.text(language).to_owned(),
        ]
    });
    Some(Chart {
        id: "drift",
        svg: svg.fluid("drift", &title, &description, height),
        table: Table::new(columns, rows),
        title,
        description,
        legend: [0.0, 0.2, 0.3]
            .map(level)
            .map(|(class, word)| Key::new(class, word.text(language)))
            .into(),
        data: embed(drawn),
        source: "drift.parquet",
        width: Width::Half,
    })
}

/// How an index is drawn and what it means.
fn level(psi: f64) -> (&'static str, Word) {
    if psi < LIMITS.0 {
        ("level-ok", Word::DriftStable)
    } else if psi <= LIMITS.1 {
        ("level-watch", Word::DriftWatch)
    } else {
        ("level-high", Word::DriftHigh)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_feature_that_moved_most_comes_first() {
        let drift = |feature: &str, psi| Drift {
            feature: feature.into(),
            psi,
        };
        let data = ReportData {
            drift: vec![
                drift("calm", 0.01),
                drift("moved", 0.4),
                drift("lost", f64::NAN),
            ],
            ..ReportData::default()
        };
        let chart = draw(&data, Language::En).unwrap();
        assert_eq!(chart.table.rows.len(), 2);
        assert_eq!(
            chart.table.rows[0],
            ["moved", "0.400", "refit (above 0.25)"]
        );
    }
}
