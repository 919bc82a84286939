//! Why one customer is where they are: segment, invitations, calls.
//!
//! Everything comes from what a run has published: no input is read and nothing
//! is computed again, so the answer is about that night even when the inputs
//! have gone on. Nothing in it names the customer.
//!
//! | file | job |
//! | --- | --- |
//! | `segment` | the segment, the runner-up, what decided, what changed |
//! | `conditions` | a rule taken apart: which part holds, which does not |
//! | `activities` | every activity with its decision |
//! | `reasons` | a decision in words, and what would have had to differ |
//! | `follow_up` | reasons for calls, and earlier contacts |
//! | `text` | the explanation as a page for a terminal |

mod activities;
mod conditions;
mod follow_up;
mod reasons;
mod segment;
mod text;

use polars::prelude::DataFrame;
use serde::Serialize;
use serde_json::Value;

pub use activities::{ActivityFate, Outlook};
pub use conditions::Part;
pub use follow_up::{CallReasonState, EarlierContact};
pub use segment::{Because, Before, Interest, Placement, RuleHeld, Tag};
pub use text::text;

use crate::published::{self, PublishedError, Record};
use crate::store::Run;

/// Why a customer cannot be explained.
#[derive(Debug, thiserror::Error)]
pub enum ExplainError {
    /// The run does not know the customer.
    #[error(
        "run {run} has no customer `{customer}`\n  next: ids are those of your customers table; \
         `clubcall sql \"SELECT customer_id FROM members LIMIT 3\"` shows some"
    )]
    Unknown {
        /// The run.
        run: String,
        /// The id that was asked for.
        customer: String,
    },
    /// A published table cannot be read.
    #[error(transparent)]
    Published(#[from] PublishedError),
}

/// Everything that a run says about one customer.
#[derive(Debug, Clone, Serialize)]
pub struct Explanation {
    /// The run.
    pub run: String,
    /// Its night.
    pub as_of: String,
    /// The customer.
    pub customer_id: String,
    /// What the run knows of them: plan, tier, district, days since they joined.
    pub known: Vec<Known>,
    /// Their segment and why.
    pub segment: Placement,
    /// Where they were in the run that is compared with.
    pub before: Option<Before>,
    /// Affinities, the highest first.
    pub affinities: Vec<Interest>,
    /// The tags that hold.
    pub tags: Vec<Tag>,
    /// Every activity, with what became of it for them.
    pub activities: Vec<ActivityFate>,
    /// Earlier contacts that count, the newest first.
    pub contacts: Vec<EarlierContact>,
    /// Where those keep them off: the first day on which they no longer do.
    pub again_from: Option<String>,
    /// Why they are to be called, or would be.
    pub reasons: Vec<CallReasonState>,
}

/// A fact about the customer.
#[derive(Debug, Clone, Serialize)]
pub struct Known {
    /// The column of `features.parquet`.
    pub name: String,
    /// The value.
    pub value: Value,
}

/// What is read of a customer.
struct Customer<'a> {
    run: &'a Run,
    id: &'a str,
    /// The row of `members` and that of `features`, side by side.
    row: DataFrame,
    /// The same by column.
    values: Record,
}

/// The facts that say who it is.
const FACTS: [&str; 4] = ["plan", "tier", "district", "days_since_join_date"];

/// Explains a customer from `run`; `before` is an earlier run to compare with.
///
/// # Errors
/// When the run does not know the customer or a table cannot be read.
pub fn explain(run: &Run, before: Option<&Run>, id: &str) -> Result<Explanation, ExplainError> {
    let customer = Customer::read(run, id)?.ok_or_else(|| ExplainError::Unknown {
        run: run.id().to_owned(),
        customer: id.to_owned(),
    })?;
    let segment = segment::placement(&customer)?;
    let earlier = match before {
        Some(run) => Customer::read(run, id)?,
        None => None,
    };
    let (affinities, tags) = segment::interests_and_tags(&customer)?;
    let known = FACTS.iter().map(|&name| Known {
        name: name.to_owned(),
        value: customer.values.get(name).clone(),
    });
    let contacts = follow_up::contacts(&customer)?;
    let activities = activities::fates(&customer, &contacts)?;
    Ok(Explanation {
        run: run.id().to_owned(),
        as_of: run.manifest.as_of.to_string(),
        customer_id: id.to_owned(),
        known: known.filter(|known| !known.value.is_null()).collect(),
        before: earlier.map(|earlier| segment::before(&customer, &earlier, &segment)),
        segment,
        affinities,
        tags,
        again_from: activities.iter().find_map(|fate| fate.again_from.clone()),
        activities,
        contacts,
        reasons: follow_up::reasons(&customer)?,
    })
}

impl<'a> Customer<'a> {
    fn read(run: &'a Run, id: &'a str) -> Result<Option<Self>, PublishedError> {
        let Some(members) = published::frame_of(run, "members", id)? else {
            return Ok(None);
        };
        if members.height() != 1 {
            return Ok(None);
        }
        // Runs of earlier versions have no features.
        let features = published::frame_of(run, "features", id)?;
        let features = features
            .filter(|features| features.height() == 1)
            .map(|features| features.drop_many(members.get_column_names_owned()));
        let row = features
            .and_then(|features| members.hstack(features.columns()).ok())
            .unwrap_or(members);
        let values = published::records(&row)
            .ok()
            .and_then(|rows| rows.into_iter().next())
            .unwrap_or_default();
        Ok(Some(Self {
            run,
            id,
            row,
            values,
        }))
    }

    /// The customer's rows of a table.
    fn rows(&self, table: &str) -> Result<Vec<Record>, PublishedError> {
        published::rows_of(self.run, table, self.id)
    }
}

/// A text of a record, empty where there is none.
fn word(record: &Record, column: &str) -> String {
    record.text(column).unwrap_or_default().to_owned()
}

/// A text of a record, if there is one.
fn word_of(record: &Record, column: &str) -> Option<String> {
    record.text(column).map(str::to_owned)
}

/// A number with about three digits that say something.
fn short(value: f64) -> String {
    let size = value.abs();
    let text = if size >= 100.0 {
        format!("{value:.0}")
    } else if size >= 0.1 {
        format!("{value:.2}")
    } else {
        format!("{value:.4}")
    };
    match text.contains('.') {
        true => text.trim_end_matches('0').trim_end_matches('.').to_owned(),
        false => text,
    }
}

/// A JSON value in a sentence.
fn told(value: &Value) -> String {
    match value {
        Value::Null => "unknown".to_owned(),
        Value::Bool(yes) => (if *yes { "yes" } else { "no" }).to_owned(),
        Value::Number(number) => number.as_f64().map_or_else(String::new, short),
        other => published::shown(other),
    }
}
