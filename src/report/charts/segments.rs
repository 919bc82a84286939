use super::svg::{Len::Percent, Svg};
use super::{Chart, Key, MOST_MARKS, Width, describe, embed, segment_class, segment_name};
use crate::domain::Language;
use crate::report::data::ReportData;
use crate::report::format;
use crate::report::table::{Table, number, text};
use crate::report::words::{Word, fill};

const ROW: f64 = 46.0;

/// The share of each segment as a bar, with a tick where it was before.
pub(super) fn draw(data: &ReportData, language: Language) -> Option<Chart> {
    let drawn = &data.segments[..data.segments.len().min(MOST_MARKS)];
    let (largest, _) = drawn
        .iter()
        .enumerate()
        .max_by(|(i, a), (j, b)| a.size.cmp(&b.size).then(j.cmp(i)))?;
    let longest = drawn
        .iter()
        .flat_map(|segment| [Some(segment.share), segment.previous_share])
        .flatten()
        .filter(|share| share.is_finite())
        .fold(0.01, f64::max);
    let across = |share: f64| Percent(share / longest * 100.0);

    let mut svg = Svg::default();
    for (index, segment) in drawn.iter().enumerate() {
        let top = index as f64 * ROW;
        let name = segment_name(data, index);
        let share = format::percent(segment.share);
        let figures = match segment.previous_share {
            Some(before) => {
                let change = format::change(segment.share, before);
                format!("{share}  ({change} {})", Word::PointsUnit.text(language))
            }
            None => share.clone(),
        };
        svg.row_head(top + 15.0, &name, &figures, 24);
        svg.rect("track", Percent(0.0), top + 22.0, Percent(100.0), 12.0, "");
        let class = segment_class(data, index);
        let tip = format!("{name}: {share}, {}", format::count(segment.size));
        svg.rect(
            &class,
            Percent(0.0),
            top + 22.0,
            across(segment.share),
            12.0,
            &tip,
        );
        if let Some(before) = segment.previous_share {
            svg.line(
                "tick",
                across(before),
                top + 19.0,
                across(before),
                top + 37.0,
            );
        }
    }

    let title = Word::SizesTitle.text(language).to_owned();
    let description = fill(
        Word::SizesText.text(language),
        &[
            ("count", &format::count(data.segments.len() as u64)),
            ("name", &drawn[largest].name),
            ("share", &format::percent(drawn[largest].share)),
        ],
    );
    let compared = drawn.iter().any(|segment| segment.previous_share.is_some());
    let legend = compared.then(|| Key::new("tick", Word::SizesBefore.text(language)));
    let description = describe(description, drawn.len(), data.segments.len(), language);
    let columns = vec![
        text(Word::Segment, language),
        number(Word::Size, language),
        number(Word::Share, language),
        number(Word::PreviousShare, language),
    ];
    let rows = data.segments.iter().map(|segment| {
        vec![
            segment.name.clone(),
            format::count(segment.size),
            format::percent(segment.share),
            segment
                .previous_share
                .map_or_else(|| format::NONE.to_owned(), format::percent),
        ]
    });
    Some(Chart {
        id: "segment-sizes",
        svg: svg.fluid(
            "segment-sizes",
            &title,
            &description,
            drawn.len() as f64 * ROW,
        ),
        table: Table::new(columns, rows),
        title,
        description,
        legend: legend.into_iter().collect(),
        data: embed(drawn),
        source: "segments.parquet",
        width: Width::Half,
    })
}
