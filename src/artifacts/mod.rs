//! What a night publishes, made from the stages' results: tables, lists and
//! the summary.
//!
//! One file per published table. To publish another: a file here, a line in
//! [`tables`].

mod activities;
mod attendance;
mod calibration;
mod calls;
mod capacity;
mod checks;
mod choice;
mod constraints;
mod contacts;
mod controls;
mod decisions;
mod drift;
mod features;
mod funnel;
mod history;
mod invitations;
mod known;
mod labels;
mod lift;
mod lists;
mod members;
mod migration;
mod names;
mod notes;
mod overdue;
mod overlap;
mod power;
mod profiles;
mod propensity;
mod reasons;
mod reconciliation;
mod rejects;
mod resolutions;
mod review;
mod rules;
mod scatter;
mod segments;
mod summary;

use std::sync::Arc;

use crate::calls::{CallQueue, Overdue};
use crate::campaign::{Campaign, Contact, ReviewFinding};
use crate::measure::Comparison;
use crate::outputs::{ColumnData, OutTable, OutputError};
use crate::pipeline::Plan;
use crate::previous::SegmentNight;
use crate::records::Complaint;
use crate::segments::{InterestAffinity, OPTED_OUT, Segmentation};
use crate::tables::ValidTables;
use crate::view::CustomerView;

pub use known::Known;
pub use lists::{customers, lists};
pub use reconciliation::{Unbalanced, reconciliation};
pub use review::review_text;
pub use summary::summary;

/// The results of a night's stages.
pub struct Night<'a> {
    /// What was asked for.
    pub plan: &'a Plan,
    /// What was read.
    pub tables: &'a ValidTables,
    /// Who the customers are.
    pub view: &'a CustomerView,
    /// The customers' ids, shared by every table that names them.
    pub customer_ids: Arc<Vec<String>>,
    /// Affinities per interest of the plan.
    pub affinities: &'a [InterestAffinity],
    /// Tags per customer, in the order of the plan's tags.
    pub tags: &'a [Vec<bool>],
    /// The segments.
    pub segmentation: &'a Segmentation,
    /// Earlier contacts: those made, and those still to be made.
    pub contacts: [&'a [Contact]; 2],
    /// What the pre-launch review found about activities.
    pub findings: &'a [ReviewFinding],
    /// What it found about call reasons.
    pub call_findings: &'a [ReviewFinding],
    /// By call reason: how many customers meet its condition, if it is one.
    pub conditions: Vec<Option<u64>>,
    /// Invitations and decisions.
    pub campaign: &'a Campaign,
    /// The call queue.
    pub calls: &'a CallQueue,
    /// The queue with other teams, where somebody asked what they would do.
    pub what_if: Option<&'a CallQueue>,
    /// What is open and overdue, by who answers for it.
    pub overdue: &'a [Overdue],
    /// The complaints, where there is such a table.
    pub complaints: Option<&'a [Complaint]>,
    /// Whom earlier nights have named to importers.
    pub known: &'a Known,
    /// How large segments were on earlier nights.
    pub history: &'a [SegmentNight],
    /// What activities did up to tonight, by activity.
    pub lift: &'a [(String, Comparison)],
    /// The run that this one starts from.
    pub previous_run: Option<&'a str>,
    /// The run's id.
    pub run_id: &'a str,
    /// What everybody should know about this night.
    pub alerts: Vec<String>,
    /// What was odd but changed nothing.
    pub warnings: Vec<String>,
}

impl Night<'_> {
    /// A column of customers' ids by row.
    fn ids(&self, rows: impl IntoIterator<Item = u32>) -> ColumnData {
        ColumnData::Id {
            rows: rows.into_iter().collect(),
            ids: Arc::clone(&self.customer_ids),
        }
    }

    /// By customer, whether a profile of them is published: not of those who opted
    /// out of personalisation.
    fn shown(&self) -> Vec<bool> {
        let segments = &self.segmentation.segments;
        let opted_out = |segment: usize| segments.get(segment).is_some_and(|s| s.id == OPTED_OUT);
        let members = self.segmentation.members.iter();
        members.map(|member| !opted_out(member.segment)).collect()
    }
}

/// Every published table.
///
/// # Errors
/// When a column does not fit its table: a fault of clubcall.
pub fn tables(night: &Night<'_>) -> Result<Vec<OutTable>, OutputError> {
    let mut tables = vec![
        members::table(night)?,
        features::table(night)?,
        segments::table(night)?,
        profiles::table(night)?,
        rules::table(night)?,
        choice::table(night)?,
        activities::table(night)?,
        invitations::table(night)?,
        decisions::table(night)?,
        constraints::table(night)?,
        contacts::table(night)?,
        controls::table(night)?,
        propensity::table(night)?,
        calibration::table(night)?,
        calls::table(night)?,
        capacity::table(night)?,
        overdue::table(night)?,
        reasons::table(night)?,
        reconciliation::table(night)?,
        rejects::table(night)?,
        attendance::table(night)?,
        funnel::table(night)?,
        history::table(night)?,
        scatter::table(night)?,
        overlap::table(night)?,
        notes::table(night)?,
        checks::table(night)?,
        labels::table(night)?,
    ];
    tables.extend(lift::table(night)?);
    tables.extend(migration::table(night)?);
    tables.extend(drift::table(night)?);
    tables.extend(resolutions::table(night)?);
    tables.extend(known::table(night)?);
    Ok(tables)
}

/// A column of free text.
fn text<T: ToString>(values: impl IntoIterator<Item = T>) -> ColumnData {
    ColumnData::Text(
        values
            .into_iter()
            .map(|value| Some(value.to_string()))
            .collect(),
    )
}

/// A column of free text that may be missing.
fn optional_text<T: ToString>(values: impl IntoIterator<Item = Option<T>>) -> ColumnData {
    ColumnData::Text(
        values
            .into_iter()
            .map(|value| value.map(|value| value.to_string()))
            .collect(),
    )
}

/// A column of few different words.
fn words<'a>(values: impl IntoIterator<Item = Option<&'a str>>) -> ColumnData {
    ColumnData::words(values)
}

/// A column of numbers; what is not a number is missing.
fn float(values: impl IntoIterator<Item = f64>) -> ColumnData {
    let known = |value: f64| value.is_finite().then_some(value);
    ColumnData::Float(values.into_iter().map(known).collect())
}

/// A column of counts.
fn int<T: TryInto<i64>>(values: impl IntoIterator<Item = T>) -> ColumnData {
    ColumnData::Int(
        values
            .into_iter()
            .map(|value| value.try_into().ok())
            .collect(),
    )
}
