use super::svg::{
    Len::{Percent, Px},
    Svg,
};
use super::{Chart, Key, MOST_MARKS, Width, describe, embed, segment_name};
use crate::domain::Language;
use crate::report::data::{Profile, ReportData, SegmentStatus};
use crate::report::format;
use crate::report::table::{Table, number, text};
use crate::report::words::{Word, fill};

/// Features shown of each segment.
const TOP: usize = 3;
const HEAD: f64 = 30.0;
const ROW: f64 = 22.0;
/// Where nothing differs and how far a bar can reach to either side, in
/// percent.
const BARS: (f64, f64) = (68.0, 22.0);

/// The features that set each segment apart most, with Cliff's delta.
pub(super) fn draw(data: &ReportData, language: Language) -> Option<Chart> {
    let all: Vec<(usize, Vec<(usize, f64)>)> = data
        .profiles
        .segments
        .iter()
        .take(data.segments.len())
        .map(top)
        .enumerate()
        .filter(|(segment, top)| {
            // What is set aside by rule is not made of its features.
            data.segments[*segment].status != SegmentStatus::Reserved && !top.is_empty()
        })
        .collect();
    let drawn = &all[..all.len().min(MOST_MARKS)];
    let (most_segment, most_feature, most) = all
        .iter()
        .flat_map(|(segment, top)| top.iter().map(|&(f, delta)| (*segment, f, delta)))
        .max_by(|a, b| a.2.abs().total_cmp(&b.2.abs()).then(b.0.cmp(&a.0)))?;

    let label = |feature: usize| data.profiles.features[feature].label.as_str();
    let mut svg = Svg::default();
    let mut y = 0.0;
    for (segment, top) in drawn {
        let name = segment_name(data, *segment);
        svg.text("value", Px(0.0), y + 20.0, &format::shorten(&name, 48));
        y += HEAD;
        for &(feature, delta) in top {
            let reach = delta.abs().min(1.0) * BARS.1;
            let (class, start) = if delta < 0.0 {
                ("zn2", BARS.0 - reach)
            } else {
                ("zp2", BARS.0)
            };
            let value = signed(delta);
            svg.label(Px(10.0), y + 13.0, label(feature), 44, 22);
            let tip = format!("{name}, {}: {value}", label(feature));
            svg.rect(class, Percent(start), y + 2.0, Percent(reach), 14.0, &tip);
            svg.text("value end", Percent(100.0), y + 13.0, &value);
            y += ROW;
        }
    }
    svg.line("limit", Percent(BARS.0), HEAD, Percent(BARS.0), y);

    let title = Word::EffectsTitle.text(language).to_owned();
    let description = fill(
        Word::EffectsText.text(language),
        &[
            ("name", data.segments[most_segment].name.as_str()),
            ("feature", label(most_feature)),
            ("delta", &signed(most)),
        ],
    );
    let description = describe(description, drawn.len(), all.len(), language);
    let columns = vec![
        text(Word::Segment, language),
        text(Word::Feature, language),
        number(Word::CliffsDelta, language),
    ];
    let rows = all.iter().flat_map(|(segment, top)| {
        let row = |&(feature, delta): &(usize, f64)| {
            let name = data.segments[*segment].name.clone();
            vec![name, label(feature).to_owned(), signed(delta)]
        };
        top.iter().map(row).collect::<Vec<_>>()
    });
    let figures: Vec<(&str, &str, f64)> = drawn
        .iter()
        .flat_map(|(segment, top)| {
            let id = data.segments[*segment].id.as_str();
            let figure = move |&(feature, delta): &(usize, f64)| {
                (id, data.profiles.features[feature].name.as_str(), delta)
            };
            top.iter().map(figure).collect::<Vec<_>>()
        })
        .collect();
    Some(Chart {
        id: "effects",
        svg: svg.fluid("effects", &title, &description, y + 4.0),
        table: Table::new(columns, rows),
        title,
        description,
        legend: vec![
            Key::new("zn2", Word::EffectLess.text(language)),
            Key::new("zp2", Word::EffectMore.text(language)),
        ],
        data: embed(&figures),
        source: "profiles.parquet",
        width: Width::Whole,
    })
}

/// The first features by rank and their delta.
fn top(profile: &Profile) -> Vec<(usize, f64)> {
    let mut ranked: Vec<(u32, usize, f64)> = profile
        .rank
        .iter()
        .zip(&profile.cliffs_delta)
        .enumerate()
        .filter_map(|(feature, (rank, delta))| Some(((*rank)?, feature, (*delta)?)))
        .filter(|(_, _, delta)| delta.is_finite())
        .collect();
    ranked.sort_unstable_by_key(|&(rank, feature, _)| (rank, feature));
    let top = ranked.into_iter().take(TOP);
    top.map(|(_, feature, delta)| (feature, delta)).collect()
}

fn signed(delta: f64) -> String {
    let text = format::decimal(delta, 2);
    if delta > 0.0 && text != "0.00" {
        format!("+{text}")
    } else {
        text
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::report::fixture;

    #[test]
    fn the_three_features_that_rank_first_are_shown_in_their_order() {
        let mut data = fixture::night(Language::En);
        data.profiles.segments[0].rank = vec![Some(4), None, Some(1), Some(3), Some(2)];
        data.profiles.segments[0].cliffs_delta =
            vec![Some(0.1), Some(0.9), Some(-0.6), Some(0.2), Some(0.4)];
        // Set aside by rule: its features did not make it.
        data.profiles.segments[8].cliffs_delta = vec![Some(0.5); 8];
        let chart = draw(&data, Language::En).unwrap();
        assert!(chart.table.rows.iter().all(|row| row[0] != "Quiet"));
        let shown: Vec<(&str, &str)> = chart.table.rows[..3]
            .iter()
            .map(|row| (row[1].as_str(), row[2].as_str()))
            .collect();
        assert_eq!(
            shown,
            [
                ("gaming, share of time", "−0.60"),
                ("sports, share of time", "+0.40"),
                ("health, share of time", "+0.20"),
            ]
        );
    }
}
