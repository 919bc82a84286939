//! The explanation as a page for a terminal.

use serde_json::Value;

use super::{ActivityFate, CallReasonState, Explanation, Placement, short, told};
use crate::segments::OUTSIDE;
use crate::watch::paragraph;

/// Activities that are told in the order of what became of them.
const GROUPS: [(&str, &str); 5] = [
    ("invited", "invited"),
    ("waitlist", "waitlist"),
    ("control", "held out"),
    ("not_selected", "not selected"),
    ("suppressed", "kept off"),
];

/// The explanation in sentences, at most 80 columns wide.
#[must_use]
pub fn text(explanation: &Explanation) -> String {
    let mut page = Page::default();
    page.line(0, &format!("Customer {}", explanation.customer_id));
    page.line(
        0,
        &format!("run {}, night of {}", explanation.run, explanation.as_of),
    );
    if !explanation.known.is_empty() {
        let known = explanation.known.iter();
        let known: Vec<String> = known.map(|fact| fact_of(&fact.name, &fact.value)).collect();
        page.line(0, &known.join(", "));
    }
    segment(&mut page, explanation);
    interests(&mut page, explanation);
    page.heading("Activities");
    if explanation.activities.is_empty() {
        page.line(2, "none is published with this run");
    }
    for (decision, title) in GROUPS {
        let of = |fate: &&ActivityFate| fate.decision.as_deref() == Some(decision);
        for fate in explanation.activities.iter().filter(of) {
            activity(&mut page, fate, title);
        }
    }
    for fate in explanation.activities.iter().filter(|fate| !fate.candidate) {
        activity(&mut page, fate, "no candidate");
    }
    contacts(&mut page, explanation);
    page.heading("Reasons for calls");
    if explanation.reasons.is_empty() {
        page.line(2, "none");
    }
    for reason in &explanation.reasons {
        page.line(2, &call(reason));
    }
    page.text
}

#[derive(Default)]
struct Page {
    text: String,
}

impl Page {
    fn heading(&mut self, text: &str) {
        self.text.push('\n');
        self.line(0, text);
    }

    /// A paragraph; its further lines stand two columns further in.
    fn line(&mut self, indent: usize, text: &str) {
        let (first, next) = (" ".repeat(indent), " ".repeat(indent + 2));
        self.text.push_str(&paragraph(text, &first, &next));
    }
}

fn fact_of(name: &str, value: &Value) -> String {
    match (name, value.as_f64()) {
        ("days_since_join_date", Some(days)) if days >= 0.0 => {
            let (years, months) = ((days / 365.25) as u32, (days % 365.25 / 30.44) as u32);
            match (years, months) {
                (0, months) => format!("customer for {}", many(months, "month")),
                (years, 0) => format!("customer for {}", many(years, "year")),
                (years, months) => format!(
                    "customer for {} {}",
                    many(years, "year"),
                    many(months, "month")
                ),
            }
        }
        _ => format!("{name} {}", told(value)),
    }
}

fn many(count: u32, what: &str) -> String {
    format!("{count} {what}{}", if count == 1 { "" } else { "s" })
}

fn segment(page: &mut Page, explanation: &Explanation) {
    let placed = &explanation.segment;
    page.heading("Segment");
    let confidence = placed.confidence.map_or_else(String::new, |confidence| {
        format!(", with confidence {}", short(confidence))
    });
    page.line(2, &format!("{} {}{confidence}", placed.id, placed.name));
    let outside = placed.id == OUTSIDE;
    if outside {
        page.line(2, "farther from every segment than its members are");
    } else if placed.reserved {
        page.line(2, "a segment made by rule: nothing was compared");
    }
    if let Some(second) = &placed.second_id {
        let name = placed.second_name.as_deref().unwrap_or_default();
        let what = if outside { "the nearest" } else { "runner-up" };
        page.line(2, &format!("{what}: {second} {name}"));
    }
    if !placed.because.is_empty() {
        page.line(2, "what decided between the two, the most telling first:");
    }
    for because in &placed.because {
        page.line(4, &because_of(because, placed));
    }
    let rules: Vec<_> = placed.rules.iter().collect();
    if !rules.is_empty() {
        let what = if placed.reserved {
            "the pipeline's rule for it:"
        } else {
            "the segment's rules of thumb:"
        };
        page.line(2, what);
    }
    for rule in rules {
        let holds = match rule.holds {
            Some(true) => "holds",
            Some(false) => "does not hold",
            None => "cannot be told",
        };
        page.line(4, &format!("{}: {holds}", rule.rule));
    }
    let Some(before) = &explanation.before else {
        return;
    };
    if before.moved {
        page.line(
            2,
            &format!(
                "was in {} {} on {}; since then:",
                before.segment_id, before.segment_name, before.as_of
            ),
        );
        for feature in &before.features {
            if told(&feature.before) == told(&feature.now) {
                continue;
            }
            page.line(
                4,
                &format!(
                    "{} went from {} to {}",
                    feature.feature,
                    told(&feature.before),
                    told(&feature.now)
                ),
            );
        }
    } else {
        page.line(2, &format!("the same as on {}", before.as_of));
    }
}

fn because_of(because: &super::Because, placed: &Placement) -> String {
    let mut text = because.says.clone();
    if !because.value.is_null() {
        text.push_str(&format!(": theirs is {}", told(&because.value)));
    }
    let mean = |of: Option<f64>, id: &str| {
        of.map_or_else(String::new, |mean| {
            format!("; mean of {id} {}", short(mean))
        })
    };
    text.push_str(&mean(because.segment_mean, &placed.id));
    let second = placed.second_id.as_deref().unwrap_or_default();
    text.push_str(&mean(because.second_mean, second));
    text
}

fn interests(page: &mut Page, explanation: &Explanation) {
    if !explanation.affinities.is_empty() {
        page.heading("Affinities (0.5 is a typical user)");
        let affinities = explanation.affinities.iter();
        let affinities: Vec<String> = affinities
            .map(|interest| {
                let name = interest.column.trim_end_matches("_affinity");
                format!("{name} {:.2}", interest.affinity)
            })
            .collect();
        page.line(2, &affinities.join(", "));
    }
    page.heading("Tags");
    let tags = explanation.tags.iter();
    let tags: Vec<String> = tags
        .map(|tag| {
            if tag.label == tag.name {
                tag.name.clone()
            } else {
                format!("{} ({})", tag.name, tag.label)
            }
        })
        .collect();
    page.line(
        2,
        &if tags.is_empty() {
            "none".to_owned()
        } else {
            tags.join(", ")
        },
    );
}

fn activity(page: &mut Page, fate: &ActivityFate, title: &str) {
    let (id, name) = (&fate.activity_id, &fate.name);
    page.line(2, &format!("{id} ({name}): {title}"));
    if fate.candidate {
        page.line(4, &fate.why);
    }
    if let Some(needs) = &fate.would_need {
        page.line(4, &format!("would need {needs}"));
    }
}

fn contacts(page: &mut Page, explanation: &Explanation) {
    page.heading("Earlier contacts that count");
    if explanation.contacts.is_empty() {
        page.line(2, "none");
    }
    for contact in &explanation.contacts {
        let outcome = contact.outcome.as_deref();
        let outcome = outcome.map_or_else(String::new, |outcome| format!(": {outcome}"));
        page.line(2, &format!("{}{outcome}", contact.words()));
    }
    if let Some(day) = &explanation.again_from {
        page.line(
            2,
            &format!("they keep the customer off; without a further one, until {day}"),
        );
    }
}

/// A reason for a call, in a sentence.
/// `17:30` of `2026-11-01T17:30:00+08:00`.
fn clock(moment: &str) -> &str {
    moment.get(11..16).unwrap_or(moment)
}

fn call(reason: &CallReasonState) -> String {
    let mut text = reason.reason.clone();
    if let Some(activity) = &reason.activity_id {
        text.push_str(&format!(" ({activity})"));
    }
    text.push_str(&match reason.state.as_str() {
        "held" => format!(
            ": held back, {}",
            reason.held_because.as_deref().unwrap_or("no reason given")
        ),
        "carried_over" => match &reason.planned_for {
            Some(day) => format!(": carried over to {day}"),
            None => ": carried over".to_owned(),
        },
        "done" => match &reason.done_on {
            Some(day) => format!(": done on {day}"),
            None => ": done".to_owned(),
        },
        "expired" => ": given up, it is too late for it".to_owned(),
        _ => ": planned for today".to_owned(),
    });
    if let Some(leading) = &reason.rides_on {
        text.push_str(&format!(", in the call about {leading}"));
    }
    if let Some(starts) = &reason.starts_at {
        text.push_str(&format!(", at about {}", clock(starts)));
    }
    if let (Some(from), Some(to)) = (&reason.not_before, &reason.not_after) {
        text.push_str(&format!(" (allowed {} to {})", clock(from), clock(to)));
    }
    let action = reason.action.as_deref();
    if let (Some(action), Some(team)) = (action, &reason.team) {
        text.push_str(&format!("; {action} by team {team}"));
    }
    text.push_str(&format!("; owner {}", reason.owner));
    if let Some(due) = &reason.due_at {
        let due = due.get(..16).unwrap_or(due).replacen('T', " ", 1);
        text.push_str(&format!("; due {due}"));
    }
    if let Some(since) = &reason.since {
        text.push_str(&format!("; seen since {since}"));
    }
    match reason.attempt.filter(|_| reason.state != "done") {
        Some(attempt) if attempt > 1 => text.push_str(&format!("; attempt {attempt}")),
        _ => {}
    }
    if let Some(tried) = reason.tried_on.as_ref().filter(|_| reason.state != "done") {
        text.push_str(&format!("; last tried on {tried}"));
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lines_are_at_most_80_columns_wide_also_in_chinese() {
        let mut page = Page::default();
        page.line(4, &"十一月观影夜 is full ".repeat(12));
        assert!(page.text.lines().count() > 2);
        for line in page.text.lines() {
            assert!(unicode_width::UnicodeWidthStr::width(line) <= crate::watch::WIDTH);
        }
        assert!(page.text.lines().nth(1).unwrap().starts_with("      "));
    }

    #[test]
    fn tenure_is_told_in_years_and_months() {
        let days = |days: i64| fact_of("days_since_join_date", &Value::from(days));
        assert_eq!(days(800), "customer for 2 years 2 months");
        assert_eq!(days(65), "customer for 2 months");
        assert_eq!(days(500), "customer for 1 year 4 months");
        assert_eq!(fact_of("plan", &Value::from("M")), "plan M");
    }
}
