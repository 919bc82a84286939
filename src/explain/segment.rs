//! The segment, the runner-up, and what decided between them.

use serde::Serialize;
use serde_json::Value;

use super::{Customer, ExplainError, conditions, word, word_of};
use crate::published::{self, Record};

/// A customer's segment and why.
#[derive(Debug, Clone, Serialize)]
pub struct Placement {
    /// The segment.
    pub id: String,
    /// Its name in that run.
    pub name: String,
    /// The probability that they belong there rather than elsewhere, 0 to 1.
    pub confidence: Option<f64>,
    /// Whether it is a reserved segment, made by rule.
    pub reserved: bool,
    /// The runner-up.
    pub second_id: Option<String>,
    /// Its name.
    pub second_name: Option<String>,
    /// What spoke most for the segment against the runner-up.
    pub because: Vec<Because>,
    /// The segment's rules of thumb, and whether each holds for them.
    pub rules: Vec<RuleHeld>,
}

/// What one feature says.
#[derive(Debug, Clone, Serialize)]
pub struct Because {
    /// The feature.
    pub feature: String,
    /// What it says, in words: `music_share_90d higher`, `plan=gold`.
    pub says: String,
    /// The customer's value, where the run has it.
    pub value: Value,
    /// The mean of the segment.
    pub segment_mean: Option<f64>,
    /// The mean of the runner-up.
    pub second_mean: Option<f64>,
}

/// A rule of thumb.
#[derive(Debug, Clone, Serialize)]
pub struct RuleHeld {
    /// In words.
    pub rule: String,
    /// As SQL.
    pub condition: String,
    /// Whether it holds; null where the run does not have what it asks.
    pub holds: Option<bool>,
}

/// Where a customer was in the run before.
#[derive(Debug, Clone, Serialize)]
pub struct Before {
    /// The run.
    pub run: String,
    /// Its night.
    pub as_of: String,
    /// The segment then.
    pub segment_id: String,
    /// Its name then.
    pub segment_name: String,
    /// Whether it is another one now.
    pub moved: bool,
    /// The features that decided then or now, with both values.
    pub features: Vec<Changed>,
}

/// A feature then and now.
#[derive(Debug, Clone, Serialize)]
pub struct Changed {
    /// The feature.
    pub feature: String,
    /// In the run before.
    pub before: Value,
    /// In this run.
    pub now: Value,
}

/// How much a customer likes something.
#[derive(Debug, Clone, Serialize)]
pub struct Interest {
    /// The column of `members.parquet`.
    pub column: String,
    /// The affinity, 0 to 1; 0.5 is a typical user.
    pub affinity: f64,
}

/// A tag that holds.
#[derive(Debug, Clone, Serialize)]
pub struct Tag {
    /// The column of `members.parquet`.
    pub name: String,
    /// What people call it.
    pub label: String,
}

pub(super) fn placement(customer: &Customer<'_>) -> Result<Placement, ExplainError> {
    let row = &customer.values;
    let segments = published::rows(customer.run, "segments")?;
    let named = |id: &str| {
        let segment = segments.iter().find(|s| s.text("segment_id") == Some(id));
        segment.map(|segment| word(segment, "name"))
    };
    let id = word(row, "segment_id");
    let second_id = word_of(row, "second_segment_id");
    let reserved = segments
        .iter()
        .any(|s| s.text("segment_id") == Some(&id) && s.text("status") == Some("reserved"));
    let profiles = published::rows(customer.run, "profiles")?;
    let mean = |segment: &str, feature: &str| {
        let of = |row: &&Record| {
            row.text("segment_id") == Some(segment) && row.text("feature") == Some(feature)
        };
        profiles.iter().find(of).and_then(|row| row.number("mean"))
    };
    let because = said(row).into_iter().map(|(feature, says)| Because {
        value: row.get(&feature).clone(),
        segment_mean: mean(&id, &feature),
        second_mean: second_id
            .as_deref()
            .and_then(|second| mean(second, &feature)),
        feature,
        says,
    });
    let because = because.collect();
    let rules = published::rows(customer.run, "rules")?;
    let rules = rules
        .iter()
        .filter(|rule| rule.text("segment_id") == Some(&id));
    let rules = rules.map(|rule| RuleHeld {
        rule: word(rule, "rule"),
        condition: word(rule, "condition"),
        holds: conditions::holds(&customer.row, &word(rule, "condition")),
    });
    Ok(Placement {
        rules: rules.collect(),
        name: word(row, "segment_name"),
        confidence: row.number("confidence"),
        second_name: second_id.as_deref().and_then(named),
        reserved,
        because,
        second_id,
        id,
    })
}

/// The features of `because` with what each says.
fn said(row: &Record) -> Vec<(String, String)> {
    let texts = row.text("because").unwrap_or_default();
    let texts = texts.split(", ").filter(|text| !text.is_empty());
    texts
        .map(|text| {
            let feature = text.split([' ', '=']).next().unwrap_or(text);
            (feature.to_owned(), text.to_owned())
        })
        .collect()
}

/// Where the customer was before, and the features that decided then or now.
pub(super) fn before(now: &Customer<'_>, then: &Customer<'_>, placed: &Placement) -> Before {
    let mut features: Vec<String> = Vec::new();
    let of_rules = placed.rules.iter().filter(|_| placed.reserved);
    let of_rules = of_rules.flat_map(|rule| conditions::columns(&rule.condition));
    let told = said(&now.values).into_iter().chain(said(&then.values));
    for feature in of_rules.chain(told.map(|(feature, _)| feature)) {
        if !features.contains(&feature) {
            features.push(feature);
        }
    }
    let changed = features.into_iter().map(|feature| Changed {
        before: then.values.get(&feature).clone(),
        now: now.values.get(&feature).clone(),
        feature,
    });
    let segment_id = word(&then.values, "segment_id");
    Before {
        run: then.run.id().to_owned(),
        as_of: then.run.manifest.as_of.to_string(),
        segment_name: word(&then.values, "segment_name"),
        moved: segment_id != placed.id,
        segment_id,
        features: changed
            .filter(|changed| !changed.before.is_null() || !changed.now.is_null())
            .collect(),
    }
}

/// Affinities, the highest first, and the tags that hold.
pub(super) fn interests_and_tags(
    customer: &Customer<'_>,
) -> Result<(Vec<Interest>, Vec<Tag>), ExplainError> {
    let members = published::describe(customer.run, "members")?;
    let (mut interests, mut tags) = (Vec::new(), Vec::new());
    for column in &members.columns {
        let value = customer.values.get(&column.name);
        match value.as_f64() {
            Some(affinity) if column.name.ends_with("_affinity") => interests.push(Interest {
                column: column.name.clone(),
                affinity,
            }),
            _ if value.as_bool() == Some(true) => {
                let label = column.description.trim_start_matches("Tag: ");
                tags.push(Tag {
                    name: column.name.clone(),
                    label: label.trim_end_matches('.').to_owned(),
                });
            }
            _ => {}
        }
    }
    interests.sort_by(|a, b| b.affinity.total_cmp(&a.affinity));
    Ok((interests, tags))
}
