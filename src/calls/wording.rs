//! What agents are told: the reason in a sentence, the script, and points to
//! raise.

use std::collections::{BTreeMap, BTreeSet};

use minijinja::Value;

use super::cases::Case;
use super::reason::{CallReason, MANAGER};
use super::{HitRef, QueueInput};
use crate::campaign::{MessageError, Moment, Texts, activity_values};
use crate::domain::Language;

/// What templates may say about the case itself.
pub const CASE_WORDS: [&str; 4] = ["since", "days", "attempt", "due"];

/// What templates may say about the activity of a reason that comes from one.
pub const ACTIVITY_WORDS: [&str; 3] = ["activity", "starts", "place"];

/// The words that a template of the reason with that id mentions.
///
/// # Errors
/// When the template has no valid syntax.
pub fn mentions(id: &str, source: &str) -> Result<Vec<String>, MessageError> {
    Texts::new([(id, source)])?.mentions(id)
}

/// The columns of the view that the templates of these reasons mention.
///
/// # Errors
/// When a template has no valid syntax.
pub fn mentioned(reasons: &[CallReason]) -> Result<BTreeSet<String>, MessageError> {
    let mut columns = BTreeSet::new();
    for reason in reasons {
        for (_, source) in reason.templates() {
            columns.extend(mentions(&reason.id, source)?);
        }
    }
    let own = |name: &String| {
        CASE_WORDS.contains(&name.as_str()) || ACTIVITY_WORDS.contains(&name.as_str())
    };
    columns.retain(|name| !own(name));
    Ok(columns)
}

/// Renders what is said about cases; what says nothing of the customer is
/// rendered once.
pub(super) struct Wording<'a> {
    input: QueueInput<'a>,
    texts: Texts<'a>,
    /// By template, whether it depends on the customer.
    personal: BTreeMap<&'a str, bool>,
    known: BTreeMap<(&'a str, Option<u16>), String>,
}

impl<'a> Wording<'a> {
    pub(super) fn new(input: &QueueInput<'a>) -> Result<Self, MessageError> {
        // A template is its own name, so that equal ones are read once.
        let sources: BTreeSet<&'a str> = input.reasons.iter().flat_map(sources).collect();
        let texts = Texts::new(sources.iter().map(|&source| (source, source)))?
            .naming(input.activities, input.language);
        let mut personal = BTreeMap::new();
        for source in sources {
            let mentions = texts.mentions(source)?;
            let of_activity = |name: &String| ACTIVITY_WORDS.contains(&name.as_str());
            personal.insert(source, !mentions.iter().all(of_activity));
        }
        Ok(Self {
            input: *input,
            texts,
            personal,
            known: BTreeMap::new(),
        })
    }

    /// What to say.
    pub(super) fn script(
        &mut self,
        case: &Case<'a>,
        step: Option<&'a str>,
        due: Moment,
    ) -> Result<String, MessageError> {
        let reason = &self.input.reasons[usize::from(case.at.reason)];
        self.render(step.unwrap_or(&reason.script), case, due)
    }

    /// The reason in a sentence.
    pub(super) fn sentence(
        &mut self,
        case: &Case<'a>,
        due: Moment,
    ) -> Result<String, MessageError> {
        let reason = &self.input.reasons[usize::from(case.at.reason)];
        match &reason.sentence {
            Some(sentence) => self.render(sentence.text(self.input.language), case, due),
            None => Ok(reason.label.text(self.input.language).to_owned()),
        }
    }

    /// What was promised.
    pub(super) fn promises(&self, lead: &Case<'_>, further: &[(&Case<'_>, Moment)]) -> Vec<String> {
        let all = std::iter::once(lead).chain(further.iter().map(|(case, _)| *case));
        all.filter_map(|case| case.promise)
            .map(|promise| said(self.input.language, "Promised", "已承诺", promise))
            .collect()
    }

    /// What to raise besides: the call's other reasons, the reason's own points,
    /// the customer's interest and next best activity.
    pub(super) fn talking_points(
        &mut self,
        lead: &Case<'a>,
        further: &[(&Case<'a>, Moment)],
    ) -> Result<Vec<String>, MessageError> {
        let language = self.input.language;
        let mut points = Vec::new();
        for (case, due) in further {
            let label = &self.input.reasons[usize::from(case.at.reason)].label;
            let script = self.script(case, None, *due)?;
            let point = format!("{}: {script}", label.text(language));
            if !points.contains(&point) {
                points.push(point);
            }
        }
        let own = &self.input.reasons[usize::from(lead.at.reason)].talking_points;
        points.extend(own.iter().map(|point| point.text(language).to_owned()));
        let row = lead.at.row as usize;
        if let Some(interest) = self.input.top_interest[row] {
            points.push(said(language, "Interest", "兴趣", interest));
        }
        let about = |hit: HitRef| hit.activity;
        let next = self.input.next_best[row].filter(|&next| about(lead.at) != Some(next));
        if let Some(next) = next {
            let activity = &self.input.activities[usize::from(next)];
            let text = format!(
                "{}, {}",
                activity.name.text(language),
                activity.starts.words()
            );
            points.push(said(language, "Next best", "推荐活动", &text));
        }
        Ok(points)
    }

    fn render(
        &mut self,
        source: &'a str,
        case: &Case<'_>,
        due: Moment,
    ) -> Result<String, MessageError> {
        let personal = self.personal.get(source).copied().unwrap_or(true);
        let key = (source, case.at.activity);
        if !personal && let Some(text) = self.known.get(&key) {
            return Ok(text.clone());
        }
        let activity = case.at.activity.map(|index| {
            activity_values(
                &self.input.activities[usize::from(index)],
                self.input.language,
            )
        });
        let mut values: BTreeMap<String, Value> = BTreeMap::new();
        if personal {
            let row = case.at.row as usize;
            let columns = self.input.columns.iter();
            values.extend(
                columns.map(|(name, texts)| (name.clone(), Value::from(texts[row].as_str()))),
            );
            values.insert("since".to_owned(), case.since.to_string().into());
            values.insert(
                "days".to_owned(),
                (self.input.as_of - case.since).get_days().into(),
            );
            values.insert("attempt".to_owned(), case.attempt.into());
            values.insert("due".to_owned(), due.to_string().into());
        }
        let told = Value::from(values);
        let values = match activity {
            Some(activity) => minijinja::context! { ..told, ..activity },
            None => told,
        };
        let text = self
            .texts
            .render(source, values)
            .map_err(|error| MessageError {
                name: self.input.reasons[usize::from(case.at.reason)].id.clone(),
                ..error
            })?;
        if !personal {
            self.known.insert(key, text.clone());
        }
        Ok(text)
    }
}

fn sources(reason: &CallReason) -> impl Iterator<Item = &str> {
    reason.templates().map(|(_, source)| source)
}

fn said(language: Language, en: &str, zh: &str, text: &str) -> String {
    match language {
        Language::En => format!("{en}: {text}"),
        Language::Zh => format!("{zh}：{text}"),
    }
}

/// Who was asked first stays responsible.
pub(super) fn owner(input: &QueueInput<'_>, case: &Case<'_>, team: &str) -> String {
    let reason = &input.reasons[usize::from(case.at.reason)];
    let manager = || input.people.manager[case.at.row as usize].clone();
    match case.carried {
        Some(call) if !call.owner.is_empty() => call.owner.clone(),
        _ if reason.owner == MANAGER => manager().unwrap_or_else(|| team.to_owned()),
        _ => reason.owner.clone(),
    }
}
