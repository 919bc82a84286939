use super::svg::{
    Len::{Percent, Px},
    Svg,
};
use super::{Chart, Key, MOST_MARKS, Width, embed};
use crate::domain::Language;
use crate::report::data::ReportData;
use crate::report::format;
use crate::report::table::{Table, number, text};
use crate::report::words::{Word, fill};

const TOP: f64 = 18.0;
const BOTTOM: f64 = 210.0;

/// The silhouette of each number of segments that was tried.
pub(super) fn draw(data: &ReportData, language: Language) -> Option<Chart> {
    let mut tried: Vec<_> = data
        .choice_of_k
        .iter()
        .filter(|choice| choice.silhouette.is_finite())
        .collect();
    tried.sort_by_key(|choice| choice.k);
    tried.truncate(MOST_MARKS);
    let first = tried.first()?;
    let (low, high) = tried
        .iter()
        .fold((first.silhouette, first.silhouette), |ends, choice| {
            (ends.0.min(choice.silhouette), ends.1.max(choice.silhouette))
        });
    // A flat curve must look flat: the axis spans at least 0.1.
    let middle = f64::midpoint(low, high);
    let half = (f64::midpoint(high, -low) * 1.15).max(0.05);
    let down = |value: f64| TOP + (BOTTOM - TOP) * (middle + half - value) / (2.0 * half);
    let across = |index: usize| {
        let part = if tried.len() > 1 {
            index as f64 / (tried.len() - 1) as f64
        } else {
            0.5
        };
        Percent(15.0 + 80.0 * part)
    };

    let mut svg = Svg::default();
    for value in [middle - half, middle, middle + half] {
        svg.line(
            "grid",
            Percent(11.0),
            down(value),
            Percent(100.0),
            down(value),
        );
        svg.text(
            "axis",
            Px(0.0),
            down(value) + 4.0,
            &format::decimal(value, 2),
        );
    }
    for (index, pair) in tried.windows(2).enumerate() {
        let (y1, y2) = (down(pair[0].silhouette), down(pair[1].silhouette));
        svg.line("curve", across(index), y1, across(index + 1), y2);
    }
    for (index, choice) in tried.iter().enumerate() {
        let (x, y) = (across(index), down(choice.silhouette));
        let tip = format!(
            "k = {}: {}",
            choice.k,
            format::decimal(choice.silhouette, 3)
        );
        if choice.chosen {
            svg.line("chosen-line", x, TOP, x, BOTTOM);
            svg.dot("chosen", x, y, 7.0, &tip);
        } else {
            svg.dot("tried", x, y, 4.5, &tip);
        }
        let class = if choice.chosen {
            "axis strong middle"
        } else {
            "axis middle"
        };
        svg.text(class, x, BOTTOM + 20.0, &choice.k.to_string());
    }

    let title = Word::ChoiceTitle.text(language).to_owned();
    let description = match tried.iter().find(|choice| choice.chosen) {
        Some(chosen) => fill(
            Word::ChoiceText.text(language),
            &[
                ("k", &chosen.k.to_string()),
                ("silhouette", &format::decimal(chosen.silhouette, 3)),
            ],
        ),
        None => Word::ChoicePlain.text(language).to_owned(),
    };
    let columns = vec![
        text(Word::K, language),
        number(Word::Silhouette, language),
        number(Word::Inertia, language),
        number(Word::SmallestShare, language),
        text(Word::Chosen, language),
    ];
    let rows = tried.iter().map(|choice| {
        vec![
            choice.k.to_string(),
            format::decimal(choice.silhouette, 3),
            format::whole(choice.inertia),
            format::percent(choice.smallest_share),
            if choice.chosen {
                Word::Yes.text(language).to_owned()
            } else {
                String::new()
            },
        ]
    });
    Some(Chart {
        id: "choice-of-k",
        svg: svg.fluid("choice-of-k", &title, &description, BOTTOM + 30.0),
        table: Table::new(columns, rows),
        title,
        description,
        legend: vec![
            Key::new("tried", Word::Silhouette.text(language)),
            Key::new("chosen", Word::Chosen.text(language)),
        ],
        data: embed(&tried),
        source: "model.json",
        width: Width::Half,
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::report::fixture;

    #[test]
    fn the_chosen_number_is_marked_once() {
        let data = fixture::night(Language::En);
        let chart = draw(&data, Language::En).unwrap();
        assert_eq!(chart.svg.matches(r#"class="chosen""#).count(), 1);
        assert!(
            chart.description.contains("9 segments were chosen"),
            "{}",
            chart.description
        );
    }

    #[test]
    fn a_fixed_number_draws_a_single_dot() {
        let mut data = fixture::night(Language::En);
        data.choice_of_k.retain(|choice| choice.chosen);
        let chart = draw(&data, Language::En).unwrap();
        assert!(chart.svg.contains(r#"cx="55%""#) && !chart.svg.contains("curve"));
    }
}
