use super::svg::{
    Len::{Percent, Px},
    Svg,
};
use super::{Chart, Key, MOST_MARKS, Width, embed};
use crate::domain::Language;
use crate::report::data::{KChoice, ReportData};
use crate::report::format;
use crate::report::table::{Table, number, text};
use crate::report::words::{Word, fill};

const TOP: f64 = 18.0;
const BOTTOM: f64 = 210.0;

/// How good each number of segments that was tried is: by its gap, which the
/// rule goes by, or by its silhouette where there are no gaps.
pub(super) fn draw(data: &ReportData, language: Language) -> Option<Chart> {
    let mut tried: Vec<&KChoice> = data
        .choice_of_k
        .iter()
        .filter(|choice| choice.silhouette.is_finite())
        .collect();
    tried.sort_by_key(|choice| choice.k);
    tried.truncate(MOST_MARKS);
    let measure = Measure::of(&tried);
    let scale = Scale::around(tried.iter().map(|choice| measure.range(choice)))?;
    let across = |index: usize| {
        let part = if tried.len() > 1 {
            index as f64 / (tried.len() - 1) as f64
        } else {
            0.5
        };
        Percent(15.0 + 80.0 * part)
    };

    let mut svg = Svg::default();
    for value in [scale.low, f64::midpoint(scale.low, scale.high), scale.high] {
        let y = scale.down(value);
        svg.line("grid", Percent(11.0), y, Percent(100.0), y);
        svg.text("axis", Px(0.0), y + 4.0, &format::decimal(value, 2));
    }
    for (index, pair) in tried.windows(2).enumerate() {
        let [y1, y2] = [pair[0], pair[1]].map(|choice| scale.down(measure.value(choice)));
        svg.line("curve", across(index), y1, across(index + 1), y2);
    }
    for (index, choice) in tried.iter().enumerate() {
        let (x, y) = (across(index), scale.down(measure.value(choice)));
        let tip = format!(
            "k = {}: {}",
            choice.k,
            format::decimal(measure.value(choice), 3)
        );
        let (low, high) = measure.range(choice);
        if low < high {
            svg.line("error", x, scale.down(low), x, scale.down(high));
        }
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
    let description = description(&tried, measure, language);
    Some(Chart {
        id: "choice-of-k",
        svg: svg.fluid("choice-of-k", &title, &description, BOTTOM + 30.0),
        table: figures(&tried, language),
        title,
        description,
        legend: vec![
            Key::new("tried", measure.word().text(language)),
            Key::new("chosen", Word::Chosen.text(language)),
        ],
        data: embed(&tried),
        source: "choice.parquet",
        width: Width::Half,
    })
}

/// What the chart shows of a number.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Measure {
    Gap,
    Silhouette,
}

impl Measure {
    /// The gap if all have one.
    fn of(tried: &[&KChoice]) -> Self {
        let known = |gap: Option<f64>| gap.is_some_and(f64::is_finite);
        if tried.iter().all(|choice| known(choice.gap)) {
            Self::Gap
        } else {
            Self::Silhouette
        }
    }

    fn word(self) -> Word {
        match self {
            Self::Gap => Word::Gap,
            Self::Silhouette => Word::Silhouette,
        }
    }

    fn value(self, choice: &KChoice) -> f64 {
        match self {
            Self::Gap => choice.gap.unwrap_or(0.0),
            Self::Silhouette => choice.silhouette,
        }
    }

    /// One standard error to either side, where there is one.
    fn range(self, choice: &KChoice) -> (f64, f64) {
        let error = match self {
            Self::Gap => choice.gap_error.filter(|error| error.is_finite()),
            Self::Silhouette => None,
        };
        let (value, error) = (self.value(choice), error.unwrap_or(0.0));
        (value - error, value + error)
    }
}

/// The values that the height of the drawing stands for.
struct Scale {
    low: f64,
    high: f64,
}

impl Scale {
    /// All ranges with some room; none if there are none. A flat curve must look
    /// flat: the axis spans at least 0.1.
    fn around(ranges: impl Iterator<Item = (f64, f64)>) -> Option<Self> {
        let (low, high) = ranges.reduce(|all, one| (all.0.min(one.0), all.1.max(one.1)))?;
        let middle = f64::midpoint(low, high);
        let half = (f64::midpoint(high, -low) * 1.15).max(0.05);
        Some(Self {
            low: middle - half,
            high: middle + half,
        })
    }

    /// Pixels from the top.
    fn down(&self, value: f64) -> f64 {
        TOP + (BOTTOM - TOP) * (self.high - value) / (self.high - self.low)
    }
}

fn description(tried: &[&KChoice], measure: Measure, language: Language) -> String {
    let Some(chosen) = tried.iter().find(|choice| choice.chosen) else {
        return Word::ChoicePlain.text(language).to_owned();
    };
    let text = match measure {
        _ if tried.len() == 1 => Word::ChoiceFixed,
        Measure::Gap => Word::ChoiceByGap,
        Measure::Silhouette => Word::ChoiceText,
    };
    let stability = chosen.smallest_stability;
    let values = [
        ("k", chosen.k.to_string()),
        ("silhouette", format::decimal(chosen.silhouette, 3)),
        (
            "stability",
            stability.map_or_else(|| format::NONE.to_owned(), format::percent),
        ),
    ];
    let values = values
        .each_ref()
        .map(|(name, value)| (*name, value.as_str()));
    fill(text.text(language), &values)
}

/// All that is known of each number.
fn figures(tried: &[&KChoice], language: Language) -> Table {
    let numbers = [
        Word::Gap,
        Word::GapError,
        Word::LeastStable,
        Word::SmallestShare,
        Word::Silhouette,
        Word::CalinskiHarabasz,
        Word::DaviesBouldin,
        Word::Inertia,
    ];
    let mut columns = vec![text(Word::K, language)];
    columns.extend(numbers.map(|word| number(word, language)));
    columns.push(text(Word::Chosen, language));
    let rows = tried.iter().map(|choice| {
        let chosen = if choice.chosen {
            Word::Yes.text(language)
        } else {
            ""
        };
        vec![
            choice.k.to_string(),
            format::optional(choice.gap, 3),
            format::optional(choice.gap_error, 3),
            format::optional(choice.smallest_stability, 3),
            format::percent(choice.smallest_share),
            format::decimal(choice.silhouette, 3),
            format::optional(choice.calinski_harabasz, 1),
            format::optional(choice.davies_bouldin, 3),
            format::decimal(choice.inertia, 4),
            chosen.to_owned(),
        ]
    });
    Table::new(columns, rows)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::report::fixture;

    #[test]
    fn the_gap_is_drawn_with_its_error_and_the_chosen_number_marked_once() {
        let data = fixture::night(Language::En);
        let chart = draw(&data, Language::En).unwrap();
        assert_eq!(chart.svg.matches(r#"class="chosen""#).count(), 1);
        assert_eq!(chart.svg.matches(r#"class="error""#).count(), 9);
        assert!(chart.svg.contains("k = 9: 0.771"), "{}", chart.svg);
        assert!(
            chart.description.contains("are taken: 9.") && chart.description.contains("89.2%"),
            "{}",
            chart.description
        );
        assert_eq!(chart.table.columns.len(), chart.table.rows[0].len());
        assert_eq!(chart.table.rows[0][8], "0.4550");
    }

    #[test]
    fn without_gaps_the_silhouette_is_drawn() {
        let mut data = fixture::night(Language::En);
        data.choice_of_k[2].gap = None;
        let chart = draw(&data, Language::En).unwrap();
        assert!(chart.svg.contains("k = 9: 0.371") && !chart.svg.contains(r#"class="error""#));
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
        assert!(
            chart.description.contains("only number"),
            "{}",
            chart.description
        );
    }
}
