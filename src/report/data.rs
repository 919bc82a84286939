use serde::Serialize;

use crate::domain::{Action, DecisionReason, Language};

/// All that the report shows, as plain data.
///
/// Texts that people wrote (names, labels, messages) are given in the language
/// of the report. Lists are shown in the order given, unless a chart says that
/// it ranks them.
#[derive(Debug, Clone, Default, Serialize)]
pub struct ReportData {
    /// The pipeline's name.
    pub pipeline: String,
    /// The run's id.
    pub run_id: String,
    /// The as-of date, `2026-11-01`.
    pub as_of: String,
    /// clubcall's version.
    pub version: String,
    /// The id of the run that this one is compared with.
    pub previous_run: Option<String>,
    /// The language of the page.
    pub language: Language,
    /// The night's figures.
    pub headline: Headline,
    /// Where the segments come from; `None` when there are none.
    pub model: Option<Model>,
    /// The segments, one colour and number each, in this order.
    pub segments: Vec<Segment>,
    /// What sets the segments apart.
    pub profiles: Profiles,
    /// The segments in rules; `None` when there are none.
    pub explained: Option<Explained>,
    /// The numbers of segments that were tried.
    pub choice_of_k: Vec<KChoice>,
    /// A sample of customers on a plane where similar ones lie close; at most
    /// 2,000 are drawn.
    pub scatter: Vec<Point>,
    /// The activities, sent and held back.
    pub activities: Vec<Activity>,
    /// Calls and the hours for them.
    pub queue: Queue,
    /// The checks on the input tables that found something, and those that the
    /// reader should know to have passed.
    pub checks: Vec<Check>,
    /// How far the features moved since the model was fitted.
    pub drift: Vec<Drift>,
    /// The published files.
    pub files: Vec<File>,
}

/// The night's figures.
#[derive(Debug, Clone, Default, Serialize)]
pub struct Headline {
    /// Customers in the view.
    pub customers: u64,
    /// Invitations sent out tonight.
    pub invited: u64,
    /// Candidates on a waitlist.
    pub waitlisted: u64,
    /// Calls (and visits and messages) for today.
    pub calls_planned: u64,
    /// Calls that did not fit into the teams' hours.
    pub calls_carried_over: u64,
    /// Activities with a list.
    pub activities_out: u64,
    /// Activities without a list, because the pre-launch review failed.
    pub activities_held_back: u64,
    /// What somebody must look at today.
    pub alerts: Vec<String>,
    /// What was odd but did not change the outcome.
    pub warnings: Vec<String>,
}

/// Where the segments come from.
#[derive(Debug, Clone, Serialize)]
pub struct Model {
    /// The algorithm, as in the pipeline file.
    pub algorithm: String,
    /// The as-of date of the run that fitted the model.
    pub fitted_on: String,
    /// Whether that was this run.
    pub refitted: bool,
}

/// A segment tonight.
#[derive(Debug, Clone, Serialize)]
pub struct Segment {
    /// The id that it keeps from night to night.
    pub id: String,
    /// Its name.
    pub name: String,
    /// Customers in it.
    pub size: u64,
    /// Part of all segmented customers, 0 to 1.
    pub share: f64,
    /// The same in the previous run, if the segment was there.
    pub previous_share: Option<f64>,
    /// Bootstrap Jaccard stability, 0 to 1, if it was measured.
    pub stability: Option<f64>,
    /// What happened to it since the previous run.
    pub status: SegmentStatus,
    /// The interests that stand out, with their lift (1 = as everywhere).
    pub top_interests: Vec<(String, f64)>,
}

/// What happened to a segment since the previous run.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum SegmentStatus {
    /// The same segment as before.
    Kept,
    /// Not there before.
    New,
    /// A part of a former segment.
    Split,
    /// Made of several former segments.
    Merged,
    /// Gone.
    Retired,
    /// Set aside by rule, such as customers without usage.
    Reserved,
}

/// Features against segments.
#[derive(Debug, Clone, Default, Serialize)]
pub struct Profiles {
    /// The features, in the order of [`Profile::lift`] and [`Profile::z`].
    pub features: Vec<Feature>,
    /// One entry per segment, in the order of [`ReportData::segments`].
    pub segments: Vec<Profile>,
}

/// A feature's name and how people call it.
#[derive(Debug, Clone, Serialize)]
pub struct Feature {
    /// The column's name.
    pub name: String,
    /// The name for people.
    pub label: String,
}

/// A segment's features; `None` where there is no figure.
#[derive(Debug, Clone, Default, Serialize)]
pub struct Profile {
    /// Mean of the segment ÷ mean of all customers.
    pub lift: Vec<Option<f64>>,
    /// (Mean of the segment − mean of all) ÷ standard deviation of all.
    pub z: Vec<Option<f64>>,
    /// Cliff's delta of members against all others, −1 to 1.
    pub cliffs_delta: Vec<Option<f64>>,
    /// Place among the segment's features by how far they set it apart, from 1.
    pub rank: Vec<Option<u32>>,
}

/// The segments in rules that a person can read.
#[derive(Debug, Clone, Default, Serialize)]
pub struct Explained {
    /// Share of customers to whom the tree behind the rules gives the model's
    /// segment, 0 to 1.
    pub fidelity: Option<f64>,
    /// Customers that this was measured on.
    pub customers: u64,
    /// The rules, by segment and the best first.
    pub rules: Vec<Rule>,
}

/// A rule for a segment.
#[derive(Debug, Clone, Serialize)]
pub struct Rule {
    /// Index into [`ReportData::segments`].
    pub segment: usize,
    /// What it says.
    pub sentence: String,
    /// Share of the segment's members for whom it holds, 0 to 1.
    pub covers: Option<f64>,
    /// Share of members among those for whom it holds, 0 to 1.
    pub precision: Option<f64>,
}

/// One number of segments that was tried.
#[derive(Debug, Clone, Serialize)]
pub struct KChoice {
    /// The number of segments.
    pub k: u32,
    /// How much tighter the segments are than those of evenly spread customers;
    /// only where the algorithm has a gap.
    pub gap: Option<f64>,
    /// Standard error of the gap.
    pub gap_error: Option<f64>,
    /// Share of the segment that comes back least when the customers are drawn
    /// again, 0 to 1; only of some numbers where it takes long.
    pub smallest_stability: Option<f64>,
    /// Mean silhouette of a sample, −1 to 1.
    pub silhouette: f64,
    /// Index of Caliński and Harabasz.
    pub calinski_harabasz: Option<f64>,
    /// Index of Davies and Bouldin.
    pub davies_bouldin: Option<f64>,
    /// Mean squared distance to the centres.
    pub inertia: f64,
    /// Part of customers in the smallest segment, 0 to 1.
    pub smallest_share: f64,
    /// Whether this number was taken.
    pub chosen: bool,
}

/// A customer of the sample on the plane; nothing says which.
#[derive(Debug, Clone, Copy, Serialize)]
pub struct Point {
    /// Place along the first axis.
    pub x: f64,
    /// Place along the second axis.
    pub y: f64,
    /// Index into [`ReportData::segments`].
    pub segment: usize,
}

/// An activity and what became of its candidates.
#[derive(Debug, Clone, Default, Serialize)]
pub struct Activity {
    /// Its id.
    pub id: String,
    /// Its name.
    pub name: String,
    /// The interest that it serves.
    pub interest: String,
    /// When it starts, `2026-11-20T19:30`.
    pub starts: String,
    /// Seats in all places.
    pub seats: u64,
    /// Candidates: the customers that are eligible. The next five counts add
    /// up to it.
    pub eligible: u64,
    /// Candidates that are invited.
    pub invited: u64,
    /// Candidates next in line.
    pub waitlist: u64,
    /// Candidates held out at random.
    pub control: u64,
    /// Candidates kept off by policy.
    pub suppressed: u64,
    /// Candidates for whom there was no room.
    pub not_selected: u64,
    /// Invited customers who are likely to come.
    pub expected_attendance: f64,
    /// How many candidates each reason decided about.
    pub reasons: Vec<TurnedDown>,
    /// Why the pre-launch review held the activity back; empty when it did not.
    pub held_back: Vec<String>,
}

/// Candidates that a reason decided about.
#[derive(Debug, Clone, Copy, Serialize)]
pub struct TurnedDown {
    /// The reason.
    pub reason: DecisionReason,
    /// The candidates.
    pub count: u64,
}

/// Calls and the hours for them.
#[derive(Debug, Clone, Default, Serialize)]
pub struct Queue {
    /// The teams.
    pub teams: Vec<Team>,
    /// The reasons for calls.
    pub reasons: Vec<CallReason>,
}

/// A team's day. "Call" stands for whatever the team does.
#[derive(Debug, Clone, Serialize)]
pub struct Team {
    /// The team's name.
    pub team: String,
    /// Minutes that the team has; `None` for a machine without limit.
    pub capacity_minutes: Option<f64>,
    /// Minutes of the planned calls.
    pub planned_minutes: f64,
    /// Minutes of the calls that did not fit.
    pub carried_over_minutes: f64,
    /// Planned calls.
    pub planned: u64,
    /// Calls that did not fit.
    pub carried_over: u64,
    /// Calls, planned or not, that are past their due time.
    pub late: u64,
}

/// A reason for calls.
#[derive(Debug, Clone, Serialize)]
pub struct CallReason {
    /// Its id.
    pub id: String,
    /// Its name for people.
    pub label: String,
    /// What is done.
    pub action: Action,
    /// Planned calls with this as their first reason.
    pub planned: u64,
    /// Calls with this as their first reason that did not fit.
    pub carried_over: u64,
}

/// A check on an input table.
#[derive(Debug, Clone, Serialize)]
pub struct Check {
    /// The table.
    pub table: String,
    /// The column; `None` for a rule about whole rows.
    pub column: Option<String>,
    /// The rule in words.
    pub rule: String,
    /// What a violation leads to.
    pub severity: Severity,
    /// Rows that violate it.
    pub violations: u64,
}

/// What a violated check leads to.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum Severity {
    /// A remark.
    Warn,
    /// The row is set aside.
    Reject,
    /// The run stops.
    Error,
}

/// How far a feature moved since the model was fitted.
#[derive(Debug, Clone, Serialize)]
pub struct Drift {
    /// The feature's name for people.
    pub feature: String,
    /// Population stability index, 0 and up.
    pub psi: f64,
}

/// A published file.
#[derive(Debug, Clone, Serialize)]
pub struct File {
    /// Path inside the run's folder.
    pub path: String,
    /// Size in bytes.
    pub bytes: u64,
    /// Rows, for a table or a list.
    pub rows: Option<u64>,
}
