use std::collections::BTreeMap;

use jiff::civil::Date;
use minijinja::Value;

use super::wording::ACTIVITY_WORDS;
use super::{CallReason, Team, Teams};
use crate::campaign::{
    Activity, MessageError, Policy, ReviewFinding, ReviewSettings, Texts, Volumes, activity_values,
    says_how_to_opt_out,
};
use crate::domain::{Action, CallClass, Language};

/// Days in which a team must work for its reasons to go out.
const WORKING_WITHIN_DAYS: u32 = 7;

/// What the review of call reasons looks at.
#[derive(Debug, Clone, Copy)]
pub struct CallReviewInput<'a> {
    /// The day whose calls are planned.
    pub as_of: Date,
    /// `[[calls]]`.
    pub reasons: &'a [CallReason],
    /// `[teams.NAME]`.
    pub teams: &'a BTreeMap<String, Team>,
    /// Tonight's activities, which scripts may tell of.
    pub activities: &'a [Activity],
    /// The language of scripts.
    pub language: Language,
    /// `[policy]`.
    pub policy: &'a Policy,
    /// Whether only a sample of the customers takes part, of which volumes say
    /// nothing.
    pub sampled: bool,
    /// By reason: the rows that meet its condition, where that is known.
    pub hits: &'a [Option<&'a [u32]>],
    /// The columns that scripts mention, by row.
    pub columns: &'a BTreeMap<String, Vec<String>>,
    /// How many met each condition in the previous run.
    pub before: &'a Volumes,
    /// `[review]`.
    pub settings: ReviewSettings,
}

/// Reviews call reasons before launch; one with a finding is held back.
/// Findings are in the order of the reasons and name them by their ids.
#[must_use]
pub fn review(input: &CallReviewInput<'_>) -> Vec<ReviewFinding> {
    let of = |(index, reason)| {
        let texts = findings(input, index, reason);
        texts.into_iter().map(move |text| ReviewFinding {
            subject: reason.id.clone(),
            text,
        })
    };
    input.reasons.iter().enumerate().flat_map(of).collect()
}

/// By reason, whether a finding holds it back.
#[must_use]
pub fn held_back(reasons: &[CallReason], findings: &[ReviewFinding]) -> Vec<bool> {
    let found = |reason: &CallReason| findings.iter().any(|f| f.subject == reason.id);
    reasons.iter().map(found).collect()
}

fn findings(input: &CallReviewInput<'_>, index: usize, reason: &CallReason) -> Vec<String> {
    let mut texts = Vec::new();
    if reason.owner.trim().is_empty() {
        texts.push("`owner` is missing: name who answers for it".to_owned());
    }
    let rows = input.hits.get(index).copied().flatten();
    if reason.script.trim().is_empty() {
        texts.push("`script` is missing: write what is to be said".to_owned());
    }
    for (key, source, action) in said(reason) {
        let is_message = action == Action::Sms && reason.class == CallClass::Marketing;
        texts.extend(text(input, reason, key, source, is_message, rows));
    }
    texts.extend(capacity(input, reason, &reason.team));
    let steps = reason.attempts.then.iter();
    texts.extend(steps.filter_map(|step| capacity(input, reason, &step.team)));
    let before = input.before.get(&reason.id).copied();
    if let (Some(rows), false) = (rows, input.sampled) {
        let tonight = rows.len() as u64;
        texts.extend(input.settings.unusual("customers", tonight, before));
    }
    texts
}

/// What is told to customers and agents: its key, its template and how it is
/// told.
fn said(reason: &CallReason) -> Vec<(&'static str, &str, Action)> {
    let own = Some(reason.script.as_str()).filter(|script| !script.trim().is_empty());
    let own = own.map(|script| ("script", script, reason.action));
    let steps = reason.attempts.then.iter();
    let steps = steps.map(|step| {
        let script = step.script.as_deref().unwrap_or(&reason.script);
        ("attempts.then.script", script, step.action)
    });
    let sentences = reason.sentence.iter().flat_map(|sentence| sentence.texts());
    let sentences = sentences.map(|text| ("sentence", text, Action::Call));
    own.into_iter().chain(steps).chain(sentences).collect()
}

/// Writes the text about every customer with the reason, or about every
/// activity; what is wrong with it.
fn text(
    input: &CallReviewInput<'_>,
    reason: &CallReason,
    key: &str,
    source: &str,
    is_message: bool,
    rows: Option<&[u32]>,
) -> Option<String> {
    let texts = match Texts::new([(reason.id.as_str(), source)]) {
        Ok(texts) => texts,
        Err(error) => return Some(format!("`{key}`: {error}")),
    };
    let mentions = texts.mentions(&reason.id).unwrap_or_default();
    let personal = !mentions
        .iter()
        .all(|word| ACTIVITY_WORDS.contains(&word.as_str()));
    // What says nothing of the customer is the same for all.
    let rows: Vec<Option<usize>> = match rows {
        Some(rows) if personal => rows.iter().map(|&row| Some(row as usize)).collect(),
        _ => vec![None],
    };
    let activities: Vec<Option<&Activity>> = match reason.on {
        Some(_) => input.activities.iter().map(Some).collect(),
        None => vec![None],
    };
    let mut failed: Option<MessageError> = None;
    let (mut all, mut failures, mut empty, mut silent) = (0_u64, 0_u64, 0_u64, 0_u64);
    for &row in &rows {
        for &activity in &activities {
            all += 1;
            match texts.render(&reason.id, values(input, row, activity)) {
                Err(error) => {
                    failures += 1;
                    failed.get_or_insert(error);
                }
                Ok(text) if text.trim().is_empty() => empty += 1,
                Ok(text) if is_message && !says_how_to_opt_out(&text, input.policy) => silent += 1,
                Ok(_) => {}
            }
        }
    }
    let words = input.policy.opt_out_words.join(", ");
    match failed {
        Some(error) => Some(format!(
            "`{key}` cannot be written in {failures} of {all} cases: {error}"
        )),
        None if empty > 0 => Some(format!("`{key}` says nothing in {empty} of {all} cases")),
        None if silent > 0 => Some(format!(
            "`{key}` does not say how to opt out in {silent} of {all} cases: use one of {words}"
        )),
        None => None,
    }
}

/// What a text may say about a customer, or any customer, and an activity.
fn values(input: &CallReviewInput<'_>, row: Option<usize>, activity: Option<&Activity>) -> Value {
    let told = |texts: &Vec<String>| {
        let text = row.and_then(|row| texts.get(row)).map(String::as_str);
        Value::from(text.unwrap_or("1"))
    };
    let columns = input.columns.iter();
    let mut values: BTreeMap<String, Value> = columns
        .map(|(name, texts)| (name.clone(), told(texts)))
        .collect();
    let as_of = input.as_of.to_string();
    values.insert("since".to_owned(), as_of.clone().into());
    values.insert("days".to_owned(), 1.into());
    values.insert("attempt".to_owned(), 1.into());
    values.insert("due".to_owned(), as_of.into());
    let values = Value::from(values);
    match activity {
        Some(activity) => {
            let activity = activity_values(activity, input.language);
            minijinja::context! { ..values, ..activity }
        }
        None => values,
    }
}

/// Whether one of the teams works within the time in which the reason is due,
/// and at least within a week: a weekend or a holiday holds nothing back.
fn capacity(input: &CallReviewInput<'_>, reason: &CallReason, teams: &Teams) -> Option<String> {
    let days = reason.due_hours.div_ceil(24).max(WORKING_WITHIN_DAYS);
    let ahead: Vec<Date> = input
        .as_of
        .series(jiff::Span::new().days(1))
        .take(days as usize)
        .collect();
    let works = |team: &Team| {
        team.automatic
            || ahead.iter().any(|&day| match team.visits_a_day {
                Some(visits) => visits > 0 && team.hours_on(day, input.policy) > 0.0,
                None => team.capacity(day, input.policy).is_none_or(|minutes| {
                    minutes >= reason.minutes.unwrap_or(team.minutes_per_call)
                }),
            })
    };
    let known = teams
        .names()
        .iter()
        .filter_map(|name| input.teams.get(name));
    let none = !known.into_iter().any(works);
    none.then(|| {
        format!(
            "team {} has no hour for a single call in the {days} days from {}",
            teams.names().join(", "),
            input.as_of
        )
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::campaign::testing::activity;

    const REASON: &str = r#"
        id = "package-ending"
        label = "Package ends"
        action = "sms"
        when = "TRUE"
        priority = 10
        class = "marketing"
        due_hours = 48
        team = "care"
        owner = "desk"
        script = "It ends soon. Reply TD to stop."
    "#;

    /// The findings about one reason, changed, of whom 9 customers have it.
    fn findings(change: impl FnOnce(&mut CallReason, &mut Team, &mut Policy)) -> Vec<String> {
        let mut reason: CallReason = toml::from_str(REASON).unwrap();
        let mut team: Team = toml::from_str("agents = 1\nhours = { mon = 8 }").unwrap();
        let mut policy = Policy::default();
        let plans = (0..9).map(|row| if row == 4 { "" } else { "Gold" }.to_owned());
        let columns = BTreeMap::from([("plan".to_owned(), plans.collect())]);
        change(&mut reason, &mut team, &mut policy);
        let findings = review(&CallReviewInput {
            as_of: "2026-11-03".parse().unwrap(), // a Tuesday
            reasons: &[reason],
            teams: &[("care".to_owned(), team)].into(),
            activities: &[activity("film-night", "film")],
            language: Language::En,
            policy: &policy,
            sampled: false,
            hits: &[Some(&[0, 1, 2, 3, 4, 5, 6, 7, 8])],
            columns: &columns,
            before: &[("crowded".to_owned(), 100)].into(),
            settings: ReviewSettings::default(),
        });
        findings.into_iter().map(|finding| finding.text).collect()
    }

    #[test]
    fn a_good_reason_has_no_finding() {
        assert_eq!(findings(|_, _, _| {}), [""; 0]);
        let reminder = |reason: &mut CallReason, _: &mut Team, _: &mut Policy| {
            reason.when = None;
            reason.on = Some(crate::calls::Trigger::Reminder);
            reason.script = "{{ activity }} on {{ starts }}. Reply TD to stop.".to_owned();
        };
        assert_eq!(findings(reminder), [""; 0]);
    }

    #[test]
    fn each_fault_is_found() {
        let only = |change: fn(&mut CallReason, &mut Team, &mut Policy), words: &str| {
            let found = findings(change);
            assert!(
                found.len() == 1 && found[0].contains(words),
                "{words}: {found:?}"
            );
        };
        only(|r, _, _| r.owner = " ".to_owned(), "`owner` is missing");
        only(|r, _, _| r.script.clear(), "`script` is missing");
        only(|r, _, _| r.script = "{# TD #}".to_owned(), "says nothing");
        only(|r, _, _| r.script = "It ends.".to_owned(), "opt out");
        only(
            |r, _, _| r.script = "{{ nmae }} TD".to_owned(),
            "does not exist",
        );
        only(
            |r, _, _| {
                r.script = "{% if plan %}Reply TD{% else %}{{ plan.x.y }}{% endif %}".to_owned()
            },
            "in 1 of 9 cases",
        );
        only(
            |r, _, _| r.script = "Plan {{ plan }}{% if plan %}: Reply TD{% endif %}".to_owned(),
            "does not say how to opt out in 1 of 9 cases",
        );
        only(|r, _, _| r.team = Teams::One("crae".to_owned()), "no hour");
        only(
            |r, _, _| r.id = "crowded".to_owned(),
            "9 customers after 100",
        );
        only(
            |_, t, _| t.agents = 0,
            "no hour for a single call in the 7 days",
        );
        let holiday = |_: &mut CallReason, _: &mut Team, policy: &mut Policy| {
            policy.holidays = vec!["2026-11-09".parse().unwrap()];
        };
        only(holiday, "from 2026-11-03");
    }

    #[test]
    fn service_and_what_is_said_need_no_opt_out_and_a_later_due_time_more_days() {
        let quiet = |class, action| {
            findings(|reason, _, _| {
                (reason.class, reason.action) = (class, action);
                reason.script = "It ends.".to_owned();
            })
        };
        assert_eq!(quiet(CallClass::Service, Action::Sms), [""; 0]);
        assert_eq!(quiet(CallClass::Marketing, Action::Call), [""; 0]);
        let later = findings(|reason, _, policy| {
            policy.holidays = vec!["2026-11-09".parse().unwrap()];
            reason.due_hours = 14 * 24;
        });
        assert_eq!(later, [""; 0], "the Monday after the holiday");
    }

    #[test]
    fn a_finding_holds_only_its_reason_back() {
        let reason: CallReason = toml::from_str(REASON).unwrap();
        let finding = |subject: &str| ReviewFinding {
            subject: subject.to_owned(),
            text: String::new(),
        };
        let reasons = [reason];
        assert_eq!(held_back(&reasons, &[finding("other")]), [false]);
        assert_eq!(held_back(&reasons, &[finding("package-ending")]), [true]);
    }
}
