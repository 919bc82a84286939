//! Rules as sentences.

use super::{Condition, Explanation, Reading, ReadingKind, Rule};
use crate::domain::Language;
use crate::segments::{Aspect, Encoding, FeatureColumn, Model, ModelFeature, Space};

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
    told_of(&model.explanation, &model.space, from, language)
}

/// The rules of an explanation of clusters in `space`.
pub(super) fn told_of(
    explanation: &Explanation,
    space: &Space,
    from: &[FeatureColumn],
    language: Language,
) -> Vec<ToldRule> {
    let dimensions = space.columns_named();
    let tell = |rule: &Rule| {
        let asked = |condition: &Condition| {
            let dimension = &dimensions[condition.question];
            Asked {
                condition: *condition,
                reading: explanation.readings[condition.question],
                feature: &space.features[dimension.feature],
                aspect: &dimension.aspect,
                from,
            }
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
pub(super) struct Asked<'a> {
    pub(super) condition: Condition,
    pub(super) reading: Reading,
    pub(super) feature: &'a ModelFeature,
    pub(super) aspect: &'a Aspect,
    from: &'a [FeatureColumn],
}

impl Asked<'_> {
    fn sentence(&self, language: Language) -> String {
        let column = self.from.iter().find(|c| c.name == self.feature.name);
        let label = column.map_or(self.feature.name.as_str(), |c| c.label.text(language));
        let unit = column.and_then(|column| column.unit.as_deref());
        let Condition { above, at_most, .. } = self.condition;
        if self.aspect != &Aspect::Value || self.reading.kind == ReadingKind::YesNo {
            return self.yes_no(label, above.is_some(), language);
        }
        let value = |limit: f64| self.value(limit, unit, language);
        match (above.map(value), at_most.map(value), language) {
            (Some(above), None, Language::En) => format!("{label} above {above}"),
            (None, Some(most), Language::En) => format!("{label} at most {most}"),
            (Some(above), Some(most), Language::En) => {
                format!("{label} above {above} and at most {most}")
            }
            (Some(above), None, Language::Zh) => format!("{label}高于 {above}"),
            (None, Some(most), Language::Zh) => format!("{label}不超过 {most}"),
            (Some(above), Some(most), Language::Zh) => {
                format!("{label}高于 {above} 且不超过 {most}")
            }
            (None, None, _) => label.to_owned(),
        }
    }

    /// Whether the customer is such a one, or not.
    fn yes_no(&self, label: &str, yes: bool, language: Language) -> String {
        let (no, other, known, unknown) = match language {
            Language::En => ("not ", "other", "known", "unknown"),
            Language::Zh => ("非", "其他", "已知", "未知"),
        };
        let colon = match language {
            Language::En => ": ",
            Language::Zh => "：",
        };
        let not = if yes { "" } else { no };
        match (self.aspect, language) {
            (Aspect::Value, Language::En) => {
                format!("{label}{colon}{}", if yes { "yes" } else { "no" })
            }
            (Aspect::Value, Language::Zh) => {
                format!("{label}{colon}{}", if yes { "是" } else { "否" })
            }
            (Aspect::Level(level), _) => format!("{label}{colon}{not}{level}"),
            (Aspect::Other, _) => format!("{label}{colon}{not}{other}"),
            (Aspect::Missing, _) => format!("{label}{colon}{}", if yes { unknown } else { known }),
        }
    }

    fn value(&self, limit: f64, unit: Option<&str>, language: Language) -> String {
        if let Encoding::Ordinal { order, .. } = &self.feature.encoding
            && let Some(level) = order.get(limit.max(0.0) as usize)
        {
            return level.clone();
        }
        match (self.reading.kind, unit, language) {
            (ReadingKind::Share, None, Language::En) => format!("{} %", percent(limit)),
            (ReadingKind::Share, None, Language::Zh) => format!("{}%", percent(limit)),
            (_, Some(unit), _) => format!("{} {unit}", grouped(limit)),
            (_, None, _) => grouped(limit),
        }
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
    use crate::segments::{Level, Levels, Scale, Scaling};

    /// A condition on a column `plan`, labelled and perhaps with missing
    /// values, whose typical answer is 0.1: in English, Chinese and SQL.
    fn told(
        encoding: Encoding,
        aspect: Aspect,
        kind: ReadingKind,
        limits: (Option<f64>, Option<f64>),
        missing: bool,
    ) -> [String; 3] {
        let mut columns = [column("plan", Scale::None, Vec::new())];
        if kind == ReadingKind::Number {
            columns[0].unit = Some("min".to_owned());
        }
        columns[0].label = Label::Each {
            en: "Plan, now".to_owned(),
            zh: Some("套餐".to_owned()),
        };
        let feature = ModelFeature {
            name: "plan".to_owned(),
            weight: 1.0,
            encoding,
            indicator: None,
            bins: Bins::of(&[0.1], usize::from(missing)),
        };
        let asked = Asked {
            condition: Condition {
                question: 0,
                above: limits.0,
                at_most: limits.1,
            },
            reading: Reading { kind, typical: 0.1 },
            feature: &feature,
            aspect: &aspect,
            from: &columns,
        };
        [
            asked.sentence(Language::En),
            asked.sentence(Language::Zh),
            asked.sql(),
        ]
    }

    fn number() -> Encoding {
        Encoding::Number(scaling())
    }

    fn scaling() -> Scaling {
        Scaling {
            scale: Scale::None,
            fill: 0.0,
            percentiles: Vec::new(),
            clip: None,
            centre: 0.0,
            spread: 1.0,
        }
    }

    fn levels() -> Encoding {
        let level = |name: &str| Level {
            name: name.to_owned(),
            share: 0.4,
        };
        Encoding::Category(Levels {
            levels: vec![level("gold"), level("it's")],
            other: Some(0.2),
            missing: None,
        })
    }

    #[test]
    fn conditions_read_well_in_both_languages_and_in_sql() {
        use ReadingKind::{Number, Share, YesNo};
        let order = ["low", "mid", "high"].map(str::to_owned).into();
        let ordinal = Encoding::Ordinal {
            order,
            scaling: scaling(),
        };
        let gold = || Aspect::Level("gold".to_owned());
        for (found, expected) in [
            (
                told(number(), Aspect::Value, Share, (Some(0.29), None), false),
                ["Plan, now above 29 %", "套餐高于 29%", "plan > 0.29"],
            ),
            (
                told(
                    number(),
                    Aspect::Value,
                    Number,
                    (Some(1250.5), Some(12000.0)),
                    false,
                ),
                [
                    "Plan, now above 1,250.5 min and at most 12,000 min",
                    "套餐高于 1,250.5 min 且不超过 12,000 min",
                    "plan > 1250.5 AND plan <= 12000",
                ],
            ),
            (
                told(number(), Aspect::Value, YesNo, (None, Some(0.0)), false),
                ["Plan, now: no", "套餐：否", "plan <= 0"],
            ),
            (
                told(ordinal, Aspect::Value, Share, (Some(0.0), None), false),
                [
                    "Plan, now above low",
                    "套餐高于 low",
                    "plan IN ('mid', 'high')",
                ],
            ),
            (
                told(levels(), gold(), YesNo, (Some(0.0), None), false),
                ["Plan, now: gold", "套餐：gold", "plan = 'gold'"],
            ),
            (
                told(levels(), gold(), YesNo, (None, Some(0.0)), false),
                [
                    "Plan, now: not gold",
                    "套餐：非gold",
                    "(plan IS NULL OR plan <> 'gold')",
                ],
            ),
            (
                told(levels(), Aspect::Other, YesNo, (Some(0.0), None), false),
                [
                    "Plan, now: other",
                    "套餐：其他",
                    "plan NOT IN ('gold', 'it''s')",
                ],
            ),
            (
                told(number(), Aspect::Missing, YesNo, (None, Some(0.0)), false),
                ["Plan, now: known", "套餐：已知", "plan IS NOT NULL"],
            ),
        ] {
            assert_eq!(found, expected);
        }
    }

    #[test]
    fn sql_takes_a_missing_value_for_the_typical_one() {
        let sql = |limits| {
            let [_, _, sql] = told(number(), Aspect::Value, ReadingKind::Number, limits, true);
            sql
        };
        assert_eq!(sql((None, Some(0.2))), "(plan IS NULL OR plan <= 0.2)");
        assert_eq!(sql((Some(0.2), None)), "plan > 0.2");
    }

    #[test]
    fn a_long_list_is_parted_by_semicolons() {
        let sentences = ["a, b".to_owned(), "c".to_owned(), "d".to_owned()];
        assert_eq!(joined(&sentences[..2], Language::En), "a, b and c");
        assert_eq!(joined(&sentences, Language::En), "a, b; c; d");
        assert_eq!(joined(&sentences, Language::Zh), "a, b；c；d");
    }
}
