use super::svg::{Len::Percent, Svg};
use super::{Chart, Key, MOST_MARKS, Width, describe, embed};
use crate::domain::{Decision, Language};
use crate::report::data::{Activity, ReportData};
use crate::report::format;
use crate::report::names;
use crate::report::table::{Column, Table, number, text};
use crate::report::words::{Word, fill};

const ROW: f64 = 46.0;

/// What became of each activity's candidates, as stacked bars of equal length.
pub(super) fn draw(data: &ReportData, language: Language) -> Option<Chart> {
    let with_candidates: Vec<&Activity> = data
        .activities
        .iter()
        .filter(|activity| total(activity) > 0)
        .collect();
    if with_candidates.is_empty() {
        return None;
    }
    let drawn = &with_candidates[..with_candidates.len().min(MOST_MARKS)];

    let mut svg = Svg::default();
    for (index, activity) in drawn.iter().enumerate() {
        let top = index as f64 * ROW;
        let all = total(activity);
        let figures = fill(
            Word::FunnelRow.text(language),
            &[
                ("invited", &format::count(activity.invited)),
                ("eligible", &format::count(activity.eligible)),
            ],
        );
        svg.row_head(top + 15.0, &activity.name, &figures, 31);
        let mut before = 0_u64;
        for decision in Decision::ALL {
            let count = count(activity, decision);
            let part = |candidates: u64| candidates as f64 / all as f64 * 100.0;
            let name = names::decision(decision, language);
            let tip = format!("{}, {name}: {}", activity.name, format::count(count));
            if count > 0 {
                let (x, w) = (Percent(part(before)), Percent(part(count)));
                svg.rect(class(decision), x, top + 22.0, w, 14.0, &tip);
            }
            before += count;
        }
    }

    let title = Word::FunnelTitle.text(language).to_owned();
    let sum = |count: fn(&Activity) -> u64| {
        format::count(
            data.activities
                .iter()
                .map(count)
                .fold(0, u64::saturating_add),
        )
    };
    let description = fill(
        Word::FunnelText.text(language),
        &[
            ("invited", &sum(|a| a.invited)),
            ("eligible", &sum(|a| a.eligible)),
        ],
    );
    let description = describe(description, drawn.len(), with_candidates.len(), language);
    let mut columns = vec![
        text(Word::Activity, language),
        number(Word::Eligible, language),
    ];
    columns.extend(Decision::ALL.map(|decision| Column {
        label: names::decision(decision, language).to_owned(),
        numeric: true,
    }));
    let rows = with_candidates.iter().map(|activity| {
        let counts = Decision::ALL.map(|decision| format::count(count(activity, decision)));
        [activity.name.clone(), format::count(activity.eligible)]
            .into_iter()
            .chain(counts)
            .collect()
    });
    let figures: Vec<_> = drawn
        .iter()
        .map(|activity| {
            let counts =
                Decision::ALL.map(|decision| (decision.as_str(), count(activity, decision)));
            (activity.id.as_str(), activity.eligible, counts)
        })
        .collect();
    Some(Chart {
        id: "activity-funnel",
        svg: svg.fluid(
            "activity-funnel",
            &title,
            &description,
            drawn.len() as f64 * ROW,
        ),
        table: Table::new(columns, rows),
        title,
        description,
        legend: Decision::ALL
            .map(|decision| Key::new(class(decision), names::decision(decision, language)))
            .into(),
        data: embed(&figures),
        source: "decisions.parquet",
        width: Width::Whole,
    })
}

/// How a decision is drawn, here and wherever decisions are counted.
pub(super) const fn class(decision: Decision) -> &'static str {
    match decision {
        Decision::Invited => "d-invited",
        Decision::Waitlist => "d-waitlist",
        Decision::Control => "d-control",
        Decision::Suppressed => "d-suppressed",
        Decision::NotSelected => "d-not-selected",
    }
}

const fn count(activity: &Activity, decision: Decision) -> u64 {
    match decision {
        Decision::Invited => activity.invited,
        Decision::Waitlist => activity.waitlist,
        Decision::Control => activity.control,
        Decision::Suppressed => activity.suppressed,
        Decision::NotSelected => activity.not_selected,
    }
}

/// All candidates with a decision: the whole that the parts are parts of.
fn total(activity: &Activity) -> u64 {
    Decision::ALL
        .iter()
        .map(|&decision| count(activity, decision))
        .fold(0, u64::saturating_add)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn parts_fill_the_bar() {
        let activity = Activity {
            eligible: 8,
            invited: 1,
            waitlist: 1,
            suppressed: 2,
            not_selected: 4,
            ..Activity::default()
        };
        let data = ReportData {
            activities: vec![activity],
            ..ReportData::default()
        };
        let svg = draw(&data, Language::En).unwrap().svg;
        for (class, x, width) in [
            ("d-invited", "0%", "12.5%"),
            ("d-waitlist", "12.5%", "12.5%"),
            ("d-suppressed", "25%", "25%"),
            ("d-not-selected", "50%", "50%"),
        ] {
            let bar = format!(r#"class="{class}" x="{x}" y="22" width="{width}""#);
            assert!(svg.contains(&bar), "{bar} in {svg}");
        }
    }
}
