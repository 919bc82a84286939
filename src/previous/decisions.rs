//! Who was a candidate for what in a run, and what became of it.

use std::collections::HashMap;

use polars::prelude::*;

use super::{PreviousError, frame};
use crate::domain::DecisionReason;
use crate::store::Run;

/// The published table of decisions.
pub const DECISIONS: &str = "decisions.parquet";

/// The decisions of a run.
pub struct Decisions {
    customers: StringChunked,
    activities: StringChunked,
    reasons: StringChunked,
    probabilities: Float64Chunked,
}

/// What a run decided about a candidate.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Decided<'a> {
    /// The customer's id.
    pub customer: &'a str,
    /// The activity's id.
    pub activity: &'a str,
    /// The reason that decided; `None` where this version does not know it.
    pub reason: Option<DecisionReason>,
    /// Probability of accepting, as the run saw it; 0 where it saw none.
    pub probability: f64,
}

impl Decisions {
    /// The decisions, in the order of the table.
    pub fn rows(&self) -> impl Iterator<Item = Decided<'_>> {
        let reasons: HashMap<&str, DecisionReason> = DecisionReason::ALL
            .into_iter()
            .map(|reason| (reason.as_str(), reason))
            .collect();
        let columns = (self.customers.iter().zip(self.activities.iter()))
            .zip(self.reasons.iter().zip(self.probabilities.iter()));
        columns.filter_map(move |((customer, activity), (reason, probability))| {
            Some(Decided {
                customer: customer?,
                activity: activity?,
                reason: reasons.get(reason?).copied(),
                probability: probability.unwrap_or(0.0),
            })
        })
    }
}

/// What a run decided.
///
/// # Errors
/// When the table is missing, changed or of another form.
pub fn decisions(run: &Run) -> Result<Decisions, PreviousError> {
    let columns = ["customer_id", "activity_id", "reason", "probability"];
    let frame = frame(run, DECISIONS, &columns)?;
    let read = || -> PolarsResult<Decisions> {
        let text = |column: &str| -> PolarsResult<StringChunked> {
            Ok(frame
                .column(column)?
                .cast(&DataType::String)?
                .str()?
                .clone())
        };
        Ok(Decisions {
            customers: text("customer_id")?,
            activities: text("activity_id")?,
            reasons: text("reason")?,
            probabilities: frame
                .column("probability")?
                .cast(&DataType::Float64)?
                .f64()?
                .clone(),
        })
    };
    read().map_err(|error| PreviousError::Form {
        run: run.id().to_owned(),
        file: DECISIONS,
        reason: crate::rules::first_line(&error),
    })
}
