//! Every activity with what became of it for the customer.

use serde::Serialize;

use super::conditions::{Part, parts};
use super::{Customer, EarlierContact, ExplainError, reasons, word, word_of};
use crate::published::{self, Record};

/// What became of an activity for one customer.
#[derive(Debug, Clone, Serialize)]
pub struct ActivityFate {
    /// The activity.
    pub activity_id: String,
    /// What people call it.
    pub name: String,
    /// When it starts, on the clock of the pipeline's zone.
    pub starts: Option<String>,
    /// Whether they were a candidate.
    pub candidate: bool,
    /// `invited`, `waitlist`, `control`, `suppressed` or `not_selected`; null for
    /// who was no candidate.
    pub decision: Option<String>,
    /// The reason in `decisions.parquet`; `not_eligible` for who was no candidate.
    pub reason: String,
    /// The rule or limit that bound.
    pub constraint: Option<String>,
    /// Why, in a sentence.
    pub why: String,
    /// What would have had to differ, in a sentence.
    pub would_need: Option<String>,
    /// The conditions of its rule, and which hold.
    pub conditions: Vec<Part>,
    /// What was expected of an invitation.
    #[serde(flatten)]
    pub outlook: Outlook,
    /// Where earlier contacts kept them off: the first day on which they no
    /// longer do.
    pub again_from: Option<String>,
}

/// What was expected of an invitation; null for who was no candidate.
#[derive(Debug, Clone, Copy, Default, Serialize)]
pub struct Outlook {
    /// The probability of accepting, 0 to 1.
    pub probability: Option<f64>,
    /// The expected net value, in the pipeline's currency.
    pub value: Option<f64>,
    /// What the same place was worth to others: the price of what bound.
    pub price: Option<f64>,
}

/// What a decision is told from.
pub(super) struct Case<'a> {
    pub(super) activity: &'a Record,
    pub(super) decision: &'a Record,
    /// The row of `invitations`, for who is invited or waiting.
    pub(super) invitation: Option<&'a Record>,
    /// The row of `constraints` that the decision names.
    pub(super) bound: Option<&'a Record>,
    pub(super) contacts: &'a [EarlierContact],
    pub(super) as_of: &'a str,
}

pub(super) fn fates(
    customer: &Customer<'_>,
    contacts: &[EarlierContact],
) -> Result<Vec<ActivityFate>, ExplainError> {
    let decisions = customer.rows("decisions")?;
    let invitations = if decisions.iter().any(is_listed) {
        customer.rows("invitations")?
    } else {
        Vec::new()
    };
    let constraints = published::rows(customer.run, "constraints")?;
    let activities = published::rows(customer.run, "activities")?;
    let as_of = customer.run.manifest.as_of.to_string();
    let fate = |activity: &Record| {
        let id = word(activity, "activity_id");
        let of = |row: &&Record| row.text("activity_id") == Some(&id);
        let conditions = activity
            .text("eligible")
            .map(|rule| parts(&customer.row, rule))
            .unwrap_or_default();
        let mut fate = ActivityFate {
            name: word(activity, "name"),
            starts: word_of(activity, "starts"),
            candidate: false,
            decision: None,
            reason: "not_eligible".to_owned(),
            constraint: None,
            why: "no candidate: the activity's rule does not hold".to_owned(),
            would_need: missing(&conditions),
            conditions,
            outlook: Outlook::default(),
            again_from: None,
            activity_id: id.clone(),
        };
        let Some(decision) = decisions.iter().find(of) else {
            return fate;
        };
        let constraint = word_of(decision, "constraint");
        let named = |row: &&Record| row.text("name") == constraint.as_deref();
        let case = Case {
            activity,
            decision,
            invitation: invitations.iter().find(of),
            bound: constraint
                .as_deref()
                .and_then(|_| constraints.iter().find(named)),
            contacts,
            as_of: &as_of,
        };
        let told = reasons::told(&case);
        fate.candidate = true;
        fate.decision = word_of(decision, "decision");
        fate.reason = word(decision, "reason");
        fate.why = told.why;
        fate.would_need = told.would_need;
        fate.outlook = Outlook {
            probability: decision.number("probability"),
            value: decision.number("value"),
            price: case.price(),
        };
        fate.again_from = word_of(decision, "again_from");
        fate.constraint = constraint;
        fate
    };
    Ok(activities.iter().map(fate).collect())
}

fn is_listed(decision: &Record) -> bool {
    matches!(decision.text("reason"), Some("selected" | "next_in_line"))
}

/// What somebody who is no candidate is short of.
fn missing(conditions: &[Part]) -> Option<String> {
    let missed = conditions.iter().filter(|part| part.holds != Some(true));
    let missed: Vec<String> = missed.map(Part::missed).collect();
    (!missed.is_empty()).then(|| missed.join(", and "))
}

impl Case<'_> {
    /// What the part of the bound that this invitation takes was worth to
    /// others: its price times what the invitation adds.
    pub(super) fn price(&self) -> Option<f64> {
        let bound = self.bound?;
        let price = bound.number("price")?;
        let adds = match bound.text("measure")? {
            "responses" => self.decision.number("probability")?,
            "cost" => self.activity.number("cost")?,
            "invitations" => 1.0,
            // Minutes a call takes are not published.
            _ => return None,
        };
        Some(price * adds)
    }
}
