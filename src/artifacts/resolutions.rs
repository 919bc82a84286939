use std::collections::BTreeMap;

use jiff::civil::{Date, DateTime};

use super::{Night, float, int, words};
use crate::outputs::{ColumnData, OutColumn, OutTable, OutputError};
use crate::records::Complaint;

/// Complaints of so many days count.
const DAYS: i32 = 30;

/// Complaints of one category and severity.
#[derive(Debug, Default, PartialEq)]
struct Group {
    opened: u64,
    resolved: u64,
    open: u64,
    oldest_open_days: Option<i32>,
    /// From complaint to resolution, of those resolved lately, ascending.
    hours: Vec<f64>,
}

/// `resolutions.parquet`: how long complaints take; none without complaints.
pub(super) fn table(night: &Night<'_>) -> Result<Option<OutTable>, OutputError> {
    let Some(complaints) = night.complaints else {
        return Ok(None);
    };
    let groups = groups(complaints, night.tables.night.as_of);
    let hours = |share: f64| move |group: &Group| quantile(&group.hours, share);
    let table = OutTable::new(
        "resolutions",
        "One row per category and severity of complaints: how long they take.",
        vec![
            OutColumn::new(
                "category",
                "What the complaints are about.",
                words(groups.keys().map(|(category, _)| *category)),
            ),
            OutColumn::new(
                "severity",
                "How bad they are.",
                words(groups.keys().map(|(_, severity)| *severity)),
            ),
            OutColumn::new(
                "opened_30d",
                "Complaints made in the 30 days before the night.",
                int(groups.values().map(|group| group.opened)),
            )
            .unit("complaints"),
            OutColumn::new(
                "resolved_30d",
                "Complaints resolved in those days.",
                int(groups.values().map(|group| group.resolved)),
            )
            .unit("complaints"),
            OutColumn::new(
                "open",
                "Complaints that are open.",
                int(groups.values().map(|group| group.open)),
            )
            .unit("complaints"),
            OutColumn::new(
                "median_hours",
                "Hours from complaint to resolution, of those resolved in those days: median.",
                float(groups.values().map(hours(0.5))),
            )
            .unit("h"),
            OutColumn::new(
                "p90_hours",
                "The hours within which nine in ten of them were resolved.",
                float(groups.values().map(hours(0.9))),
            )
            .unit("h"),
            OutColumn::new(
                "oldest_open_days",
                "Days for which the oldest open one has been open.",
                ColumnData::Int(
                    groups
                        .values()
                        .map(|group| group.oldest_open_days.map(i64::from))
                        .collect(),
                ),
            )
            .unit("d"),
        ],
    )?;
    Ok(Some(table))
}

fn groups(complaints: &[Complaint], as_of: Date) -> BTreeMap<(Option<&str>, Option<&str>), Group> {
    let age = |at: DateTime| (as_of - at.date()).get_days();
    let lately = |at: DateTime| (1..=DAYS).contains(&age(at));
    let mut groups: BTreeMap<_, Group> = BTreeMap::new();
    for complaint in complaints {
        let key = (complaint.category.as_deref(), complaint.severity.as_deref());
        let group = groups.entry(key).or_default();
        group.opened += u64::from(lately(complaint.opened_at));
        match complaint.resolved_at {
            Some(resolved) if lately(resolved) => {
                group.resolved += 1;
                let seconds = resolved.duration_since(complaint.opened_at).as_secs();
                group.hours.push(seconds as f64 / 3600.0);
            }
            Some(_) => {}
            None => {
                group.open += 1;
                group.oldest_open_days = group.oldest_open_days.max(Some(age(complaint.opened_at)));
            }
        }
    }
    for group in groups.values_mut() {
        group.hours.sort_by(f64::total_cmp);
    }
    groups
}

/// The smallest value that a share of them does not exceed; NaN of none.
fn quantile(sorted: &[f64], share: f64) -> f64 {
    let rank = (sorted.len() as f64 * share).ceil() as usize;
    sorted.get(rank.max(1) - 1).copied().unwrap_or(f64::NAN)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn times_are_of_those_resolved_lately() {
        let complaint = |opened: &str, resolved: Option<&str>| Complaint {
            opened_at: opened.parse().unwrap(),
            resolved_at: resolved.map(|text| text.parse().unwrap()),
            category: Some("network".to_owned()),
            severity: None,
        };
        let complaints = [
            complaint("2026-10-01T08:00", Some("2026-10-20T08:00")),
            complaint("2026-10-30T08:00", Some("2026-10-30T10:30")),
            complaint("2026-08-01T08:00", Some("2026-08-02T08:00")),
            complaint("2026-10-22T08:00", None),
        ];
        let groups = groups(&complaints, "2026-11-01".parse().unwrap());
        let group = &groups[&(Some("network"), None)];
        assert_eq!((group.opened, group.resolved, group.open), (2, 2, 1));
        assert_eq!(group.oldest_open_days, Some(10));
        assert_eq!(group.hours, [2.5, 456.0]);
        assert_eq!(quantile(&group.hours, 0.5), 2.5);
        assert_eq!(quantile(&group.hours, 0.9), 456.0);
        assert!(quantile(&[], 0.5).is_nan());
    }
}
