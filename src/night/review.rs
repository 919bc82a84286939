//! The pre-launch review of activities and call reasons.

use std::collections::BTreeMap;

use super::Job;
use super::reasons::Reasons;
use crate::calls::{self, CallReviewInput};
use crate::campaign::{self, ReviewFinding, ReviewInput};
use crate::previous;
use crate::store::Run;
use crate::view::CustomerView;

/// What the review found.
pub(super) struct Review {
    /// About activities.
    pub(super) activities: Vec<ReviewFinding>,
    /// About call reasons.
    pub(super) calls: Vec<ReviewFinding>,
}

/// Reviews everything that is to go out tonight, to whom it may go.
pub(super) fn review(
    job: &Job<'_>,
    view: &CustomerView,
    eligible: &[Vec<u32>],
    reasons: &Reasons,
    columns: &BTreeMap<String, Vec<String>>,
    previous: Option<&Run>,
) -> Review {
    let file = &job.plan.file;
    let as_of = job.catalog.as_of();
    let interests: Vec<&str> = file.interests.iter().map(|i| i.id.as_str()).collect();
    let eligible: Vec<Option<&[u32]>> = eligible.iter().map(|rows| Some(&rows[..])).collect();
    let activities = campaign::review(&ReviewInput {
        as_of,
        activities: &file.activities,
        interests: &interests,
        language: file.pipeline.language,
        policy: &file.policy,
        people: &view.people,
        sampled: job.sample.is_some(),
        eligible: &eligible,
        before: &previous::candidates(previous),
        settings: file.review,
    });
    let rows = reasons.rows(file.calls.len());
    let rows: Vec<Option<&[u32]>> = rows.iter().map(Option::as_deref).collect();
    let calls = calls::review(&CallReviewInput {
        as_of,
        reasons: &file.calls,
        teams: &file.teams,
        activities: &file.activities,
        language: file.pipeline.language,
        policy: &file.policy,
        sampled: job.sample.is_some(),
        hits: &rows,
        columns,
        before: &previous::conditions(previous),
        settings: file.review,
    });
    Review { activities, calls }
}
