use serde_json::json;

use super::svg::{Len::Percent, Svg};
use super::{Chart, Key, Width, embed, segment_class, segment_name};
use crate::domain::Language;
use crate::report::data::{Point, ReportData};
use crate::report::format;
use crate::report::table::{Table, number, text};
use crate::report::words::{Word, fill};

const MOST_POINTS: usize = 2000;
const HEIGHT: f64 = 400.0;

/// A sample of customers on a plane, coloured by segment.
pub(super) fn draw(data: &ReportData, language: Language) -> Option<Chart> {
    let points = drawn(data);
    let frame = Frame::around(&points)?;
    let centres = centres(&points, data.segments.len());

    let mut svg = Svg::default();
    for point in &points {
        let class = format!("{} point", segment_class(data, point.segment));
        svg.dot(
            &class,
            Percent(frame.across(point.x)),
            frame.down(point.y),
            3.0,
            "",
        );
    }
    // The numbers lie above all dots.
    for (segment, centre) in centres.iter().enumerate() {
        if let Some((x, y, _)) = *centre {
            let (x, y) = (Percent(frame.across(x)), frame.down(y));
            svg.dot("badge", x, y, 11.0, &segment_name(data, segment));
            svg.text("badge-text middle", x, y + 4.5, &(segment + 1).to_string());
        }
    }

    let title = Word::ScatterTitle.text(language).to_owned();
    let count = format::count(points.len() as u64);
    let description = fill(Word::ScatterText.text(language), &[("points", &count)]);
    let present = || (0..centres.len()).filter(|&segment| centres[segment].is_some());
    let columns = vec![
        text(Word::Segment, language),
        number(Word::Points, language),
        number(Word::CentreX, language),
        number(Word::CentreY, language),
    ];
    let rows = centres.iter().enumerate().filter_map(|(segment, centre)| {
        let (x, y, count) = (*centre)?;
        Some(vec![
            segment_name(data, segment),
            format::count(count),
            format::decimal(x, 2),
            format::decimal(y, 2),
        ])
    });
    let embedded: Vec<_> = points
        .iter()
        .map(|point| (thousandths(point.x), thousandths(point.y), point.segment))
        .collect();
    Some(Chart {
        id: "scatter",
        svg: svg.fluid("scatter", &title, &description, HEIGHT),
        table: Table::new(columns, rows),
        title,
        description,
        legend: present()
            .map(|segment| Key::new(segment_class(data, segment), segment_name(data, segment)))
            .collect(),
        data: json!({ "columns": ["x", "y", "segment"], "rows": embed(&embedded) }),
        source: "model.json",
        width: Width::Half,
    })
}

/// The points with a place and a segment, evenly thinned out to 2,000.
fn drawn(data: &ReportData) -> Vec<Point> {
    let valid: Vec<Point> = data
        .scatter
        .iter()
        .filter(|p| p.x.is_finite() && p.y.is_finite() && p.segment < data.segments.len())
        .copied()
        .collect();
    if valid.len() <= MOST_POINTS {
        return valid;
    }
    (0..MOST_POINTS)
        .map(|index| valid[index * valid.len() / MOST_POINTS])
        .collect()
}

fn thousandths(value: f64) -> f64 {
    (value * 1e3).round() / 1e3
}

/// The mean place and the number of points of each segment that has any.
fn centres(points: &[Point], segments: usize) -> Vec<Option<(f64, f64, u64)>> {
    let mut sums = vec![(0.0, 0.0, 0_u64); segments];
    for point in points {
        let (x, y, count) = &mut sums[point.segment];
        *x += point.x;
        *y += point.y;
        *count += 1;
    }
    sums.into_iter()
        .map(|(x, y, count)| (count > 0).then(|| (x / count as f64, y / count as f64, count)))
        .collect()
}

/// The part of the plane that is shown.
struct Frame {
    x: (f64, f64),
    y: (f64, f64),
}

impl Frame {
    fn around(points: &[Point]) -> Option<Self> {
        let first = points.first()?;
        let mut frame = Self {
            x: (first.x, first.x),
            y: (first.y, first.y),
        };
        for point in points {
            frame.x = (frame.x.0.min(point.x), frame.x.1.max(point.x));
            frame.y = (frame.y.0.min(point.y), frame.y.1.max(point.y));
        }
        Some(frame)
    }

    /// Percent from the left edge, with a margin for half a dot.
    fn across(&self, x: f64) -> f64 {
        2.0 + 96.0 * part(x, self.x)
    }

    /// Pixels from the top.
    fn down(&self, y: f64) -> f64 {
        8.0 + (HEIGHT - 16.0) * (1.0 - part(y, self.y))
    }
}

/// Where `value` lies between the ends, 0 to 1; the middle when they are one.
fn part(value: f64, (low, high): (f64, f64)) -> f64 {
    let span = high - low;
    if span > 0.0 && span.is_finite() {
        (value - low) / span
    } else {
        0.5
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::report::fixture;

    #[test]
    fn at_most_two_thousand_points_are_drawn() {
        let mut data = fixture::night(Language::En);
        data.scatter = (0..9000)
            .map(|i| Point {
                x: f64::from(i % 97),
                y: f64::from(i % 89),
                segment: i as usize % 3,
            })
            .collect();
        let chart = draw(&data, Language::En).unwrap();
        assert_eq!(chart.svg.matches("point\"").count(), 2000);
    }

    #[test]
    fn a_single_point_and_lost_points_are_no_trouble() {
        let mut data = fixture::night(Language::En);
        data.scatter = vec![
            Point {
                x: 1.0,
                y: 1.0,
                segment: 0,
            },
            Point {
                x: f64::NAN,
                y: 0.0,
                segment: 0,
            },
            Point {
                x: 0.0,
                y: 0.0,
                segment: 999,
            },
        ];
        let chart = draw(&data, Language::En).unwrap();
        assert_eq!(chart.svg.matches("point\"").count(), 1);
        assert!(chart.svg.contains(r#"cx="50%""#));
    }
}
