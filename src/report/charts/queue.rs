use super::svg::{
    Len::{Percent, Px},
    Svg,
};
use super::{Chart, Key, MOST_MARKS, Width, describe, embed};
use crate::domain::Language;
use crate::report::data::{ReportData, Team};
use crate::report::format;
use crate::report::table::{Table, number, text};
use crate::report::words::{Word, fill};

const ROW: f64 = 66.0;

/// The minutes of each team's calls against the minutes that it has.
pub(super) fn draw(data: &ReportData, language: Language) -> Option<Chart> {
    let teams = &data.queue.teams;
    if teams.is_empty() {
        return None;
    }
    let drawn = &teams[..teams.len().min(MOST_MARKS)];
    let longest = drawn
        .iter()
        .filter_map(|team| Some(demand(team).max(team.capacity_minutes?)))
        .filter(|minutes| minutes.is_finite())
        .fold(1.0, f64::max);
    // The last percent is for the tick of a team that sets the scale.
    let across = |minutes: f64| minutes.max(0.0) / longest * 99.0;

    let mut svg = Svg::default();
    for (index, team) in drawn.iter().enumerate() {
        let top = index as f64 * ROW;
        let counts = fill(
            Word::QueueCounts.text(language),
            &[
                ("planned", &format::count(team.planned)),
                ("carried", &format::count(team.carried_over)),
                ("late", &format::count(team.late)),
            ],
        );
        let figures = match team.capacity_minutes {
            Some(capacity) => fill(
                Word::QueueMinutes.text(language),
                &[
                    ("planned", &format::whole(team.planned_minutes)),
                    ("capacity", &format::whole(capacity)),
                ],
            ),
            None => Word::QueueAutomatic.text(language).to_owned(),
        };
        svg.row_head(top + 15.0, &team.team, &figures, 20);
        if let Some(capacity) = team.capacity_minutes {
            let (planned, carried) = (team.planned_minutes, team.carried_over_minutes);
            let start = across(planned);
            svg.rect("track", Percent(0.0), top + 22.0, Percent(100.0), 14.0, "");
            svg.rect(
                "q-planned",
                Percent(0.0),
                top + 22.0,
                Percent(start),
                14.0,
                &counts,
            );
            svg.rect(
                "q-carried",
                Percent(start),
                top + 22.0,
                Percent(across(carried)),
                14.0,
                &counts,
            );
            let x = Percent(across(capacity));
            svg.line("tick", x, top + 18.0, x, top + 40.0);
        }
        let below = if team.capacity_minutes.is_some() {
            53.0
        } else {
            33.0
        };
        svg.text("note", Px(0.0), top + below, &counts);
    }

    let title = Word::QueueTitle.text(language).to_owned();
    let sum = |count: fn(&Team) -> u64| {
        format::count(teams.iter().map(count).fold(0, u64::saturating_add))
    };
    let description = fill(
        Word::QueueText.text(language),
        &[
            ("planned", &sum(|team| team.planned)),
            ("carried", &sum(|team| team.carried_over)),
        ],
    );
    let description = describe(description, drawn.len(), teams.len(), language);
    let columns = vec![
        text(Word::TeamColumn, language),
        number(Word::CapacityMinutes, language),
        number(Word::PlannedMinutes, language),
        number(Word::CarriedMinutes, language),
        number(Word::Planned, language),
        number(Word::CarriedOver, language),
        number(Word::Late, language),
    ];
    let rows = teams.iter().map(|team| {
        vec![
            team.team.clone(),
            team.capacity_minutes
                .map_or_else(|| format::NONE.to_owned(), format::whole),
            format::whole(team.planned_minutes),
            format::whole(team.carried_over_minutes),
            format::count(team.planned),
            format::count(team.carried_over),
            format::count(team.late),
        ]
    });
    Some(Chart {
        id: "queue",
        svg: svg.fluid("queue", &title, &description, drawn.len() as f64 * ROW),
        table: Table::new(columns, rows),
        title,
        description,
        legend: vec![
            Key::new("q-planned", Word::PlannedMinutes.text(language)),
            Key::new("q-carried", Word::CarriedMinutes.text(language)),
            Key::new("tick", Word::QueueCapacity.text(language)),
        ],
        data: embed(drawn),
        source: "calls.parquet",
        width: Width::Whole,
    })
}

/// The minutes of all calls that the team was asked for.
fn demand(team: &Team) -> f64 {
    team.planned_minutes + team.carried_over_minutes
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_does_not_fit_lies_beyond_the_capacity() {
        let team = Team {
            team: "care".into(),
            capacity_minutes: Some(60.0),
            planned_minutes: 60.0,
            carried_over_minutes: 39.0,
            planned: 10,
            carried_over: 6,
            late: 1,
        };
        let mut data = ReportData::default();
        data.queue.teams = vec![team];
        let svg = draw(&data, Language::En).unwrap().svg;
        assert!(
            svg.contains(r#"class="q-planned" x="0%" y="22" width="60%""#),
            "{svg}"
        );
        assert!(
            svg.contains(r#"class="q-carried" x="60%" y="22" width="39%""#),
            "{svg}"
        );
        assert!(svg.contains(r#"class="tick" x1="60%""#), "{svg}");
        assert!(svg.contains("10 planned · 6 carried over · 1 late"));
    }
}
