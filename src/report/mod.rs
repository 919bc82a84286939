//! The night as one page: `report.html`, for the analyst and for marketing.
//!
//! The page is a single file that asks nothing of the network: style and
//! drawings are inline, there is no script to run, and a content security
//! policy forbids every request. It opens from a file share, follows the
//! reader's light or dark mode, and prints.
//!
//! [`ReportData`] is plain data that the night fills in; [`render`] is a pure
//! function of it, so the same data give the same bytes. Only counts, shares
//! and names of segments, activities, teams and files come in: there is no
//! field for a customer.
//!
//! ```text
//! ReportData ─► charts/   one file per chart: Option<Chart>
//!            ─► tables    the tables of the page
//!            ─► page      the template, escaped
//! ```
//!
//! To add a chart, write `charts/<name>.rs` with a `draw` function and give it
//! a line in [`charts::CHARTS`].

pub mod charts;
mod data;
mod format;
mod names;
mod page;
mod table;
mod tables;
mod words;

#[cfg(test)]
mod fixture;
#[cfg(test)]
mod tests;

pub use data::{
    Activity, CallReason, Check, Drift, Explained, Feature, File, Headline, KChoice, Model, Point,
    Profile, Profiles, Queue, ReportData, Rule, Segment, SegmentStatus, Severity, Team, TurnedDown,
};
pub use page::{ReportError, render};
pub use table::{Column, Table};
