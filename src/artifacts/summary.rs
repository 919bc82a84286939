//! The morning's page, for marketing: what went out, what did not and why.

use std::collections::BTreeMap;
use std::fmt::Write;

use super::{Night, power, review_text};
use crate::calls::CallStatus;
use crate::campaign::{InvitationStatus, Model};
use crate::domain::{Decision, DecisionReason};
use crate::watch::{grouped, paragraph};

/// The summary as plain text, at most 80 columns wide where it is a table.
#[must_use]
pub fn summary(night: &Night<'_>) -> String {
    let mut page = Page(String::new());
    let file = &night.plan.file;
    let as_of = night.tables.night.as_of;
    page.line(&format!("{}: the night of {as_of}", file.pipeline.name));
    page.line(&format!("run {}", night.run_id));
    segments(night, &mut page);
    invitations(night, &mut page);
    review(night, &mut page);
    scarce(night, &mut page);
    probabilities(night, &mut page);
    power(night, &mut page);
    turned_down(night, &mut page);
    calls(night, &mut page);
    list(&mut page, "Alerts", &night.alerts, "none");
    list(&mut page, "Notes", &night.warnings, "none");
    page.heading("Files");
    page.line("  report.html              the report; opens offline");
    page.line("  lists/                   what the CRM and the call centre import");
    page.line("  *.parquet                tables for analysts; datapackage.json describes them");
    page.0
}

struct Page(String);

impl Page {
    fn line(&mut self, text: &str) {
        self.0.push_str(text);
        self.0.push('\n');
    }

    /// A sentence, broken before 80 columns.
    fn wrapped(&mut self, text: &str) {
        self.0.push_str(&paragraph(text, "  ", "    "));
    }

    fn heading(&mut self, text: &str) {
        self.0.push('\n');
        self.line(text);
    }
}

fn segments(night: &Night<'_>, page: &mut Page) {
    let segmentation = &night.segmentation;
    page.heading(&format!(
        "Segments of {} customers ({}: {})",
        grouped(night.view.people.len() as u64),
        if segmentation.refitted {
            "model fitted tonight"
        } else {
            "model kept"
        },
        segmentation.reason
    ));
    for segment in &segmentation.segments {
        let mut row = String::new();
        let _ = write!(
            row,
            "  {:<10} {:<34} {:>10} {:>7}",
            segment.id,
            segment.name,
            grouped(segment.size as u64),
            format!("{:.1} %", segment.share * 100.0)
        );
        if !segment.reserved {
            let _ = write!(row, "  {}", segment.status.words(&segment.lineage));
        }
        page.line(&row);
    }
    if let Some(share) = segmentation.model.explanation.fidelity.share {
        page.line(&format!(
            "  rules.parquet says who is who: its tree is right for {:.1} % of customers",
            share * 100.0
        ));
    }
}

fn invitations(night: &Night<'_>, page: &mut Page) {
    let invited = |status| {
        night
            .campaign
            .invitations
            .iter()
            .filter(|i| i.status == status)
            .count() as u64
    };
    page.heading(&format!(
        "Went out: {} invitations ({} on waitlists)",
        grouped(invited(InvitationStatus::Invited)),
        grouped(invited(InvitationStatus::Waitlist))
    ));
    page.line(&format!(
        "  {:<30} {:>6} {:>9} {:>8} {:>9} {:>10}",
        "activity", "seats", "eligible", "invited", "waitlist", "will come"
    ));
    for funnel in &night.campaign.funnel {
        let held = night
            .findings
            .iter()
            .any(|finding| finding.subject == funnel.activity);
        page.line(&format!(
            "  {:<30} {:>6} {:>9} {:>8} {:>9} {:>10}{}",
            funnel.activity,
            grouped(funnel.seats),
            grouped(funnel.eligible),
            grouped(funnel.invited),
            grouped(funnel.waitlist),
            format!(
                "{:.0}",
                funnel.expected_attendance + funnel.earlier_attendance
            ),
            if held { "  held back" } else { "" }
        ));
    }
}

/// What the pre-launch review found, and whether the constraints can hold.
fn review(night: &Night<'_>, page: &mut Page) {
    let file = &night.plan.file;
    let reviewed = format!(
        "{} activities and {} call reasons",
        file.activities.len(),
        file.calls.len()
    );
    let findings = night.findings.iter().chain(night.call_findings);
    let given_up = &night.campaign.optimum.given_up;
    page.0.push('\n');
    page.0.push_str(&review_text(&reviewed, findings, given_up));
}

/// How near the allocation is to the best, and what it was short of.
fn scarce(night: &Night<'_>, page: &mut Page) {
    let optimum = &night.campaign.optimum;
    let gap = match optimum.gap() {
        0.0 => "proven to be the best".to_owned(),
        gap => format!("at most {:.5} % below the best", 100.0 * gap),
    };
    page.heading(&format!("Worth {:.2} in expectation, {gap}", optimum.value));
    let [by_value, by_density] = optimum.greedy;
    page.line(&format!(
        "  the best first: {by_value:.2}; the best for what it uses up first: {by_density:.2}"
    ));
    let mut binding: Vec<_> = optimum
        .totals
        .iter()
        // Less would be told as 0.00.
        .filter(|total| total.price >= 0.005)
        .collect();
    binding.sort_by(|a, b| {
        b.price
            .total_cmp(&a.price)
            .then_with(|| a.name.cmp(&b.name))
    });
    for total in binding {
        let one = match (total.measure, total.sense) {
            ("responses", "at_most") if total.name.starts_with("seats of ") => {
                "one more seat".to_owned()
            }
            (measure, sense) => {
                let more = if sense == "at_most" { "more" } else { "fewer" };
                let unit = match measure {
                    "invitations" => "invitation",
                    "responses" => "expected response",
                    "minutes" => "minute",
                    _ => "unit of cost",
                };
                format!("one {unit} {more}")
            }
        };
        page.line(&format!(
            "  {:<40} {one} is worth {:.2}",
            total.name, total.price
        ));
    }
}

/// What the probabilities are made from.
fn probabilities(night: &Night<'_>, page: &mut Page) {
    let propensity = &night.campaign.propensity;
    page.heading(&format!(
        "Probabilities: {} on {} past outcomes of invitations",
        match propensity.model {
            Model::Prior => "stated acceptances",
            Model::Logistic => "logistic regression",
        },
        grouped(propensity.invited)
    ));
    page.wrapped(&propensity.reason);
    if !propensity.pooling.is_empty() {
        let weights: Vec<String> = propensity
            .pooling
            .iter()
            .map(|(level, strength)| format!("{} {strength:.0}", level.words()))
            .collect();
        page.wrapped(&format!(
            "what is expected weighs as much as so many outcomes of one: {}",
            weights.join(", ")
        ));
    }
    page.wrapped(&propensity.value);
}

/// What the planned sizes can show.
fn power(night: &Night<'_>, page: &mut Page) {
    page.heading("Smallest lift that the controls can show (80 % power, two-sided 5 %)");
    page.line(&format!(
        "  {:<30} {:>8} {:>9} {:>12} {:>14}",
        "activity", "open", "held out", "being open", "an invitation"
    ));
    let points = |lift: Option<f64>| match lift {
        Some(lift) => format!("{:.1} points", lift * 100.0),
        None => "none".to_owned(),
    };
    for (funnel, power) in power::of(night) {
        let Some(power) = power else { continue };
        page.line(&format!(
            "  {:<30} {:>8} {:>9} {:>12} {:>14}",
            funnel.activity,
            grouped(power.open),
            grouped(power.held_out),
            points(power.lift),
            points(power.per_invitation)
        ));
    }
}

fn turned_down(night: &Night<'_>, page: &mut Page) {
    let total = |index: usize| {
        night
            .campaign
            .funnel
            .iter()
            .map(|funnel| funnel.reasons[index])
            .sum::<u64>()
    };
    let mut reasons: Vec<(u64, DecisionReason)> = DecisionReason::ALL
        .into_iter()
        .enumerate()
        .map(|(index, reason)| (total(index), reason))
        .filter(|(count, reason)| {
            *count > 0 && !matches!(reason.decision(), Decision::Invited | Decision::Waitlist)
        })
        .collect();
    reasons.sort_by(|a, b| b.0.cmp(&a.0).then(a.1.cmp(&b.1)));
    page.heading("Did not go out, and why (candidates)");
    for (count, reason) in reasons {
        page.line(&format!("  {:>9}  {}", grouped(count), reason.words()));
    }
}

fn calls(night: &Night<'_>, page: &mut Page) {
    let planned = night
        .calls
        .calls
        .iter()
        .filter(|call| call.status == CallStatus::Planned)
        .count() as u64;
    let carried = night.calls.calls.len() as u64 - planned;
    page.heading(&format!(
        "Follow-up: {} for today, {} carried over",
        grouped(planned),
        grouped(carried)
    ));
    page.line(&format!(
        "  {:<14} {:>9} {:>13} {:>16} {:>8} {:>7}",
        "team", "today", "carried over", "hours used", "overdue", "late"
    ));
    for load in &night.calls.loads {
        let hours = match load.capacity_minutes {
            Some(capacity) => format!(
                "{:.1} of {:.1}",
                load.planned_minutes / 60.0,
                capacity / 60.0
            ),
            None => "no limit".to_owned(),
        };
        page.line(&format!(
            "  {:<14} {:>9} {:>13} {:>16} {:>8} {:>7}",
            load.team,
            grouped(load.planned),
            grouped(load.carried_over),
            hours,
            grouped(load.late - load.short),
            grouped(load.short)
        ));
    }
    shortage(night, page);
    what_if(night, page);
    page.line(&format!(
        "  {:<30} {:>9} {:>9} {:>7} {:>7} {:>8}",
        "reason", "customers", "in calls", "held", "done", "given up"
    ));
    for count in &night.calls.counts {
        page.line(&format!(
            "  {:<30} {:>9} {:>9} {:>7} {:>7} {:>8}",
            count.reason,
            grouped(count.hits),
            grouped(count.leading + count.further),
            grouped(count.held),
            grouped(count.done),
            grouped(count.expired)
        ));
    }
    held(night, page);
}

/// What more hours would have on time.
fn shortage(night: &Night<'_>, page: &mut Page) {
    let reasons = &night.plan.file.calls;
    for load in night.calls.loads.iter().filter(|load| load.short > 0) {
        let mut late: BTreeMap<&str, u64> = BTreeMap::new();
        let of_team = night
            .calls
            .calls
            .iter()
            .filter(|c| c.team == load.team && c.short);
        for call in of_team {
            *late
                .entry(&reasons[usize::from(call.lead.reason)].id)
                .or_default() += 1;
        }
        let late: Vec<String> = late
            .into_iter()
            .map(|(reason, count)| format!("{reason} {}", grouped(count)))
            .collect();
        page.wrapped(&format!(
            "{} lacks {:.1} hours to be on time; late because of it: {}",
            load.team,
            load.missing_minutes / 60.0,
            late.join(", ")
        ));
    }
}

/// What other teams would do.
fn what_if(night: &Night<'_>, page: &mut Page) {
    let Some(other) = night.what_if else { return };
    let loads = night.calls.loads.iter().zip(&other.loads);
    let changed: Vec<_> = loads
        .filter(|(now, then)| now.agents != then.agents)
        .collect();
    if changed.is_empty() {
        page.wrapped("what if: no team has agents, only machines and rounds");
        return;
    }
    page.line("  what if, with the same invitations");
    for (now, then) in changed {
        let change = |now: u64, then: u64| format!("{} -> {}", grouped(now), grouped(then));
        page.wrapped(&format!(
            "{} with {} agents instead of {}: today {}, carried over {}, late {}, hours \
             lacking {:.1} -> {:.1}",
            now.team,
            then.agents,
            now.agents,
            change(now.planned, then.planned),
            change(now.carried_over, then.carried_over),
            change(now.short, then.short),
            now.missing_minutes / 60.0,
            then.missing_minutes / 60.0
        ));
    }
}

/// Why reasons are held, the most frequent first.
fn held(night: &Night<'_>, page: &mut Page) {
    let mut counts: BTreeMap<&str, u64> = BTreeMap::new();
    for held in &night.calls.held {
        *counts.entry(held.hold.words()).or_default() += 1;
    }
    let mut counts: Vec<(&str, u64)> = counts.into_iter().collect();
    counts.sort_by(|a, b| b.1.cmp(&a.1).then(a.0.cmp(b.0)));
    for (words, count) in counts {
        page.line(&format!("  {:>9}  held: {words}", grouped(count)));
    }
}

fn list(page: &mut Page, heading: &str, lines: &[String], none: &str) {
    page.heading(heading);
    if lines.is_empty() {
        page.line(&format!("  {none}"));
    }
    for line in lines {
        page.wrapped(&format!("- {line}"));
    }
}
