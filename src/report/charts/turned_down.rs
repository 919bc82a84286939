use std::collections::BTreeMap;

use super::funnel::class;
use super::svg::{Len::Percent, Svg};
use super::{Chart, Key, Width, embed};
use crate::domain::{Decision, DecisionReason, Language};
use crate::report::data::{Activity, ReportData};
use crate::report::format;
use crate::report::names;
use crate::report::table::{Column, Table, text};
use crate::report::words::{Word, fill};

const ROW: f64 = 42.0;
/// The decisions that leave a candidate without an invitation or a place in
/// line.
const TURNED_DOWN: [Decision; 3] = [
    Decision::Control,
    Decision::Suppressed,
    Decision::NotSelected,
];

/// Why candidates were not invited, over all activities.
pub(super) fn draw(data: &ReportData, language: Language) -> Option<Chart> {
    let mut totals: BTreeMap<DecisionReason, u64> = BTreeMap::new();
    for activity in &data.activities {
        for (reason, count) in turned_down(activity) {
            let total = totals.entry(reason).or_default();
            *total = total.saturating_add(count);
        }
    }
    let mut ranked: Vec<(DecisionReason, u64)> = totals.into_iter().collect();
    ranked.sort_by(|a, b| b.1.cmp(&a.1).then(a.0.cmp(&b.0)));
    let &(first, longest) = ranked.first()?;

    let mut svg = Svg::default();
    for (index, &(reason, count)) in ranked.iter().enumerate() {
        let top = index as f64 * ROW;
        let words = names::reason(reason, language);
        svg.row_head(top + 15.0, words, &format::count(count), 40);
        svg.rect("track", Percent(0.0), top + 22.0, Percent(100.0), 10.0, "");
        let length = Percent(count as f64 / longest as f64 * 100.0);
        let tip = format!("{words}: {}", format::count(count));
        svg.rect(
            class(reason.decision()),
            Percent(0.0),
            top + 22.0,
            length,
            10.0,
            &tip,
        );
    }

    let title = Word::TurnedDownTitle.text(language).to_owned();
    let description = fill(
        Word::TurnedDownText.text(language),
        &[
            ("reason", names::reason(first, language)),
            ("count", &format::count(longest)),
        ],
    );
    let mut columns = vec![text(Word::Activity, language)];
    columns.extend(ranked.iter().map(|&(reason, _)| Column {
        label: names::reason(reason, language).to_owned(),
        numeric: true,
    }));
    let rows = data.activities.iter().map(|activity| {
        let counts: BTreeMap<DecisionReason, u64> = turned_down(activity).collect();
        let cells = ranked
            .iter()
            .map(|(reason, _)| format::count(counts.get(reason).copied().unwrap_or_default()));
        std::iter::once(activity.name.clone())
            .chain(cells)
            .collect()
    });
    Some(Chart {
        id: "turned-down",
        svg: svg.fluid(
            "turned-down",
            &title,
            &description,
            ranked.len() as f64 * ROW,
        ),
        table: Table::new(columns, rows),
        title,
        description,
        legend: TURNED_DOWN
            .into_iter()
            .filter(|&decision| {
                ranked
                    .iter()
                    .any(|(reason, _)| reason.decision() == decision)
            })
            .map(|decision| Key::new(class(decision), names::decision(decision, language)))
            .collect(),
        data: embed(&ranked),
        source: "decisions.parquet",
        width: Width::Whole,
    })
}

/// The activity's reasons that turned candidates down.
fn turned_down(activity: &Activity) -> impl Iterator<Item = (DecisionReason, u64)> {
    activity
        .reasons
        .iter()
        .filter(|entry| entry.count > 0 && TURNED_DOWN.contains(&entry.reason.decision()))
        .map(|entry| (entry.reason, entry.count))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::report::data::TurnedDown;

    #[test]
    fn reasons_add_up_over_activities_and_leave_the_invited_out() {
        let activity = |reasons: &[(DecisionReason, u64)]| Activity {
            reasons: reasons
                .iter()
                .map(|&(reason, count)| TurnedDown { reason, count })
                .collect(),
            ..Activity::default()
        };
        let data = ReportData {
            activities: vec![
                activity(&[
                    (DecisionReason::Selected, 90),
                    (DecisionReason::NoConsent, 4),
                ]),
                activity(&[(DecisionReason::NoSeat, 5), (DecisionReason::NoConsent, 3)]),
            ],
            ..ReportData::default()
        };
        let chart = draw(&data, Language::En).unwrap();
        assert_eq!(
            chart.data,
            serde_json::json!([["no_consent", 7], ["no_seat", 5]])
        );
        assert_eq!(chart.table.rows[1], ["", "3", "5"]);
    }
}
