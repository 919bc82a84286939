use std::collections::BTreeSet;

use super::names::{decision, reason};
use super::{Night, text, words};
use crate::domain::{Decision, DecisionReason, Label, Language};
use crate::outputs::{OutColumn, OutTable, OutputError};

/// `labels.parquet`: what people call what other tables have ids of.
pub(super) fn table(night: &Night<'_>) -> Result<OutTable, OutputError> {
    let mut rows: Vec<(&str, String, [String; 2])> = Vec::new();
    let both = |label: &Label| [Language::En, Language::Zh].map(|l| label.text(l).to_owned());
    let file = &night.plan.file;
    for activity in &file.activities {
        rows.push(("activity", activity.id.clone(), both(&activity.name)));
    }
    for interest in &night.plan.view.interests {
        rows.push(("interest", interest.id.clone(), both(&interest.label)));
    }
    for feature in &night.plan.view.features {
        rows.push(("feature", feature.name.clone(), both(&feature.label)));
        // A category has a profile per level.
        let mut levels = BTreeSet::new();
        for profile in &night.segmentation.profiles {
            let (column, level) = profile.column();
            let Some(level) = level.filter(|_| column == feature.name) else {
                continue;
            };
            if levels.insert(level) {
                let [en, zh] = both(&feature.label);
                let called = [format!("{en}: {level}"), format!("{zh}：{level}")];
                rows.push(("feature", profile.feature.clone(), called));
            }
        }
    }
    for tag in &night.plan.view.tags {
        rows.push(("tag", tag.name.clone(), both(&tag.label)));
    }
    for call in &file.calls {
        rows.push(("call", call.id.clone(), both(&call.label)));
    }
    for of in Decision::ALL {
        let called = [Language::En, Language::Zh].map(|l| decision(of, l).to_owned());
        rows.push(("decision", of.as_str().to_owned(), called));
    }
    for of in DecisionReason::ALL {
        let called = [Language::En, Language::Zh].map(|l| reason(of, l).to_owned());
        rows.push(("reason", of.as_str().to_owned(), called));
    }
    OutTable::new(
        "labels",
        "One row per thing that other tables name by an id, and what people call it.",
        vec![
            OutColumn::new(
                "kind",
                "What it is: activity, interest, feature, tag, call, decision or reason.",
                words(rows.iter().map(|row| Some(row.0))),
            ),
            OutColumn::new(
                "id",
                "Its id in other tables.",
                text(rows.iter().map(|row| &row.1)),
            ),
            OutColumn::new(
                "en",
                "Its name in English.",
                text(rows.iter().map(|row| &row.2[0])),
            ),
            OutColumn::new(
                "zh",
                "Its name in Simplified Chinese, or in English where there is none.",
                text(rows.iter().map(|row| &row.2[1])),
            ),
        ],
    )
}
