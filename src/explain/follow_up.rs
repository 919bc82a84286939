//! Why the customer is to be called, and the earlier contacts that count.

use jiff::civil::Date;
use serde::Serialize;

use super::{Customer, ExplainError, word, word_of};
use crate::calls::Hold;
use crate::domain::DecisionReason;
use crate::published::Record;

/// A marketing contact that counts for the customer.
#[derive(Debug, Clone, Serialize)]
pub struct EarlierContact {
    /// The day.
    pub contacted_on: String,
    /// What it was about.
    pub activity_id: Option<String>,
    /// How; null where that is not known.
    pub channel: Option<String>,
    /// What came of it; null where nothing is known.
    pub outcome: Option<String>,
    /// Whether it went to another customer of the same phone or household.
    pub other_customer: bool,
}

/// A reason to call the customer, and what became of it.
#[derive(Debug, Clone, Serialize)]
pub struct CallReasonState {
    /// The reason.
    pub reason: String,
    /// The activity, where it comes from one.
    pub activity_id: Option<String>,
    /// `planned`, `carried_over`, `held`, `done` or `expired`.
    pub state: String,
    /// What keeps it back.
    pub held_by: Option<String>,
    /// The same in words.
    pub held_because: Option<String>,
    /// The first day it was seen.
    pub since: Option<String>,
    /// Which attempt is next.
    pub attempt: Option<u64>,
    /// The last day on which it was tried.
    pub tried_on: Option<String>,
    /// Who answers for it.
    pub owner: String,
    /// What is done, where it leads a call.
    pub action: Option<String>,
    /// Who does it.
    pub team: Option<String>,
    /// When it is due.
    pub due_at: Option<String>,
    /// The day on which it was done.
    pub done_on: Option<String>,
    /// The day that it is planned for.
    pub planned_for: Option<String>,
    /// About when its turn comes, if that is today.
    pub starts_at: Option<String>,
    /// Not earlier than this.
    pub not_before: Option<String>,
    /// Not later than this.
    pub not_after: Option<String>,
    /// The reason that leads the call, where it is another one.
    pub rides_on: Option<String>,
}

pub(super) fn contacts(customer: &Customer<'_>) -> Result<Vec<EarlierContact>, ExplainError> {
    let rows = customer.rows("contacts")?;
    let contact = |row: &Record| EarlierContact {
        contacted_on: word(row, "contacted_on"),
        activity_id: word_of(row, "activity_id"),
        channel: word_of(row, "channel"),
        outcome: word_of(row, "outcome"),
        other_customer: row.yes("other_customer"),
    };
    let mut contacts: Vec<EarlierContact> = rows.iter().map(contact).collect();
    contacts.reverse();
    Ok(contacts)
}

pub(super) fn reasons(customer: &Customer<'_>) -> Result<Vec<CallReasonState>, ExplainError> {
    let rows = customer.rows("reasons")?;
    let calls = if rows.is_empty() {
        Vec::new()
    } else {
        customer.rows("calls")?
    };
    let state = |row: &Record| {
        let id = row.text("call_id");
        let of_id = |call: &&Record| id.is_some() && call.text("call_id") == id;
        let call = calls.iter().find(of_id);
        let rides = id.is_some() && !row.yes("leads");
        // The call may be to another customer of the household.
        let leading = || call.map_or_else(|| "another customer".to_owned(), |c| word(c, "reason"));
        let of_call = |column: &str| call.and_then(|call| word_of(call, column));
        let held_by = word_of(row, "held_by");
        CallReasonState {
            reason: word(row, "reason"),
            activity_id: word_of(row, "activity_id"),
            state: word(row, "state"),
            held_because: held_by.as_deref().map(|by| held_words(by).to_owned()),
            held_by,
            since: word_of(row, "since"),
            attempt: row.get("attempt").as_u64(),
            tried_on: word_of(row, "tried_on"),
            owner: word(row, "owner"),
            action: of_call("action"),
            team: of_call("team").or_else(|| word_of(row, "team")),
            due_at: word_of(row, "due_at"),
            done_on: word_of(row, "done_on"),
            planned_for: of_call("planned_for"),
            starts_at: of_call("starts_at"),
            not_before: of_call("not_before"),
            not_after: of_call("not_after"),
            rides_on: rides.then(leading),
        }
    };
    Ok(rows.iter().map(state).collect())
}

/// What keeps a reason back, in words.
fn held_words(by: &str) -> &str {
    let reason = DecisionReason::ALL.into_iter();
    let mut reason = reason.filter(|reason| reason.as_str() == by);
    match reason.next() {
        Some(reason) => reason.words(),
        None => Hold::OWN
            .into_iter()
            .find(|hold| hold.as_str() == by)
            .map_or(by, |hold| hold.words()),
    }
}

impl EarlierContact {
    /// `on 2026-10-28 (film-tickets-2026-11, app)`.
    pub(super) fn words(&self) -> String {
        let about = self.activity_id.as_deref().unwrap_or("unknown activity");
        let channel = self.channel.as_deref().unwrap_or("unknown channel");
        let other = if self.other_customer {
            ", another of the household"
        } else {
            ""
        };
        format!("on {} ({about}, {channel}{other})", self.contacted_on)
    }

    /// Whether a cap of so many days counts it.
    pub(super) fn within(&self, as_of: &str, days: i32) -> bool {
        let (Ok(on), Ok(as_of)) = (self.contacted_on.parse::<Date>(), as_of.parse::<Date>()) else {
            return true;
        };
        (as_of - on).get_days() < days
    }
}
