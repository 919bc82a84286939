//! Rules as sentences and as SQL.

use super::{Condition, Reading, Rule};
use crate::domain::Language;
use crate::segments::{FeatureColumn, Model, ModelFeature};

/// A rule as people and programs read it.
#[derive(Debug, Clone, PartialEq)]
pub struct ToldRule {
    /// Index into [`crate::segments::Segmentation::segments`].
    pub segment: usize,
    /// In the pipeline's language: `video, share of time above 25 %`.
    pub sentence: String,
    /// As an SQL condition over the features' names: `video_share > 0.25`.
    pub condition: String,
    /// Share of the segment's members for whom it holds, 0 to 1.
    pub covers: Option<f64>,
    /// Share of the segment's members among those for whom it holds, 0 to 1.
    pub precision: Option<f64>,
}

/// The model's rules in words; `from` holds what its features are called.
pub(in crate::segments) fn told(
    model: &Model,
    from: &[FeatureColumn],
    language: Language,
) -> Vec<ToldRule> {
    let explanation = &model.explanation;
    let tell = |rule: &Rule| {
        let asked = |condition: &Condition| Asked {
            condition: *condition,
            reading: explanation.readings[condition.feature],
            feature: &model.space.features[condition.feature],
            from,
        };
        let asked: Vec<Asked> = rule.conditions.iter().map(asked).collect();
        let sentences: Vec<String> = asked.iter().map(|asked| asked.sentence(language)).collect();
        let conditions: Vec<String> = asked.iter().map(Asked::sql).collect();
        ToldRule {
            segment: rule.cluster,
            sentence: joined(&sentences, language),
            condition: conditions.join(" AND "),
            covers: rule.covers,
            precision: rule.precision,
        }
    };
    explanation.rules.iter().map(tell).collect()
}

/// Labels hold commas, so longer lists are parted by semicolons.
fn joined(sentences: &[String], language: Language) -> String {
    let between = match (sentences.len(), language) {
        (..3, Language::En) => " and ",
        (_, Language::En) => "; ",
        (..3, Language::Zh) => "，且",
        (_, Language::Zh) => "；",
    };
    sentences.join(between)
}

/// A condition and what it asks about.
struct Asked<'a> {
    condition: Condition,
    reading: Reading,
    feature: &'a ModelFeature,
    from: &'a [FeatureColumn],
}

impl Asked<'_> {
    fn sentence(&self, language: Language) -> String {
        let column = self.from.iter().find(|c| c.name == self.feature.name);
        let label = column.map_or(self.feature.name.as_str(), |c| c.label.text(language));
        let unit = column.and_then(|column| column.unit.as_deref());
        let value = |value: f64| self.value(value, unit, language);
        let Condition { above, at_most, .. } = self.condition;
        if self.reading == Reading::YesNo {
            let yes = above.is_some();
            return match language {
                Language::En => format!("{label}: {}", if yes { "yes" } else { "no" }),
                Language::Zh => format!("{label}：{}", if yes { "是" } else { "否" }),
            };
        }
        match (above, at_most, language) {
            (Some(above), None, Language::En) => format!("{label} above {}", value(above)),
            (None, Some(most), Language::En) => format!("{label} at most {}", value(most)),
            (Some(above), Some(most), Language::En) => {
                format!("{label} above {} and at most {}", value(above), value(most))
            }
            (Some(above), None, Language::Zh) => format!("{label}高于 {}", value(above)),
            (None, Some(most), Language::Zh) => format!("{label}不超过 {}", value(most)),
            (Some(above), Some(most), Language::Zh) => {
                format!("{label}高于 {} 且不超过 {}", value(above), value(most))
            }
            (None, None, _) => label.to_owned(),
        }
    }

    fn value(&self, value: f64, unit: Option<&str>, language: Language) -> String {
        match (self.reading, unit, language) {
            (Reading::Share, None, Language::En) => format!("{} %", percent(value)),
            (Reading::Share, None, Language::Zh) => format!("{}%", percent(value)),
            (_, Some(unit), _) => format!("{} {unit}", grouped(value)),
            (_, None, _) => grouped(value),
        }
    }

    /// A missing value counts as what stands in for it in clustering.
    fn sql(&self) -> String {
        let name = quoted(&self.feature.name);
        let Condition { above, at_most, .. } = self.condition;
        let tests = [
            above.map(|limit| format!("{name} > {limit}")),
            at_most.map(|limit| format!("{name} <= {limit}")),
        ];
        let tests: Vec<String> = tests.into_iter().flatten().collect();
        let test = tests.join(" AND ");
        let may_lack = self.feature.bins.shares.last().is_some_and(|&s| s > 0.0);
        if may_lack && self.condition.holds(self.feature.fill) {
            format!("({name} IS NULL OR {test})")
        } else {
            test
        }
    }
}

/// A column's name as SQL takes it.
fn quoted(name: &str) -> String {
    let plain = |c: char| c.is_ascii_lowercase() || c.is_ascii_digit() || c == '_';
    if name.chars().all(plain) && !name.starts_with(|c: char| c.is_ascii_digit()) {
        name.to_owned()
    } else {
        format!("\"{}\"", name.replace('"', "\"\""))
    }
}

/// A share in percent, without the digits that only binary fractions add.
fn percent(share: f64) -> String {
    let text = format!("{:.9}", share * 100.0);
    let text = text.trim_end_matches('0').trim_end_matches('.');
    text.to_owned()
}

/// A number with thousands apart.
fn grouped(value: f64) -> String {
    let text = value.abs().to_string();
    let (whole, rest) = match text.split_once('.') {
        Some((whole, _)) => (whole, &text[whole.len()..]),
        None => (text.as_str(), ""),
    };
    let mut grouped = String::new();
    if value < 0.0 {
        grouped.push('−');
    }
    for (index, digit) in whole.char_indices() {
        if index > 0 && (whole.len() - index).is_multiple_of(3) {
            grouped.push(',');
        }
        grouped.push(digit);
    }
    grouped + rest
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::Label;
    use crate::segments::drift::Bins;
    use crate::segments::fixtures::column;
    use crate::segments::{ClusterSettings, Scale};

    fn asked(
        name: &str,
        reading: Reading,
        limits: (Option<f64>, Option<f64>),
        unit: Option<&str>,
        missing: bool,
    ) -> (String, String, String) {
        let mut columns = [column(name, Scale::None, Vec::new())];
        columns[0].unit = unit.map(str::to_owned);
        columns[0].label = Label::Each {
            en: "video, share of time".to_owned(),
            zh: Some("视频时间占比".to_owned()),
        };
        let ClusterSettings { scale, weight, .. } = ClusterSettings::default();
        let feature = ModelFeature {
            name: name.to_owned(),
            scale,
            weight,
            fill: 0.1,
            percentiles: Vec::new(),
            clip: None,
            centre: 0.0,
            spread: 1.0,
            bins: Bins::of(&[0.1], usize::from(missing)),
        };
        let asked = Asked {
            condition: Condition {
                feature: 0,
                above: limits.0,
                at_most: limits.1,
            },
            reading,
            feature: &feature,
            from: &columns,
        };
        (
            asked.sentence(Language::En),
            asked.sentence(Language::Zh),
            asked.sql(),
        )
    }

    #[test]
    fn conditions_read_well_in_both_languages_and_in_sql() {
        let cases = [
            (
                asked("video", Reading::Share, (Some(0.29), None), None, false),
                "video, share of time above 29 %",
                "视频时间占比高于 29%",
                "video > 0.29",
            ),
            (
                asked(
                    "minutes",
                    Reading::Number,
                    (Some(1250.5), Some(12000.0)),
                    Some("min"),
                    false,
                ),
                "video, share of time above 1,250.5 min and at most 12,000 min",
                "视频时间占比高于 1,250.5 min 且不超过 12,000 min",
                "minutes > 1250.5 AND minutes <= 12000",
            ),
            (
                asked("Agreed", Reading::YesNo, (None, Some(0.0)), None, false),
                "video, share of time: no",
                "视频时间占比：否",
                "\"Agreed\" <= 0",
            ),
        ];
        for ((en, zh, sql), expected_en, expected_zh, expected_sql) in cases {
            assert_eq!((en.as_str(), zh.as_str()), (expected_en, expected_zh));
            assert_eq!(sql, expected_sql);
        }
    }

    #[test]
    fn sql_takes_a_missing_value_for_what_stands_in_for_it() {
        let sql = |limits| asked("x", Reading::Number, limits, None, true).2;
        assert_eq!(sql((None, Some(0.2))), "(x IS NULL OR x <= 0.2)");
        assert_eq!(sql((Some(0.2), None)), "x > 0.2");
    }

    #[test]
    fn a_long_list_is_parted_by_semicolons() {
        let sentences = ["a, b".to_owned(), "c".to_owned(), "d".to_owned()];
        assert_eq!(joined(&sentences[..2], Language::En), "a, b and c");
        assert_eq!(joined(&sentences, Language::En), "a, b; c; d");
        assert_eq!(joined(&sentences, Language::Zh), "a, b；c；d");
    }
}
