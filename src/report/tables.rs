//! The tables that stand on the page by themselves.

use super::data::ReportData;
use super::format;
use super::names;
use super::table::{Table, number, text};
use super::words::Word;
use crate::domain::Language;

/// The segments with all that is known of them; `None` without segments.
pub(super) fn segments(data: &ReportData, language: Language) -> Option<Table> {
    let columns = vec![
        text(Word::Segment, language),
        text(Word::Id, language),
        number(Word::Size, language),
        number(Word::Share, language),
        number(Word::Change, language),
        number(Word::Stability, language),
        text(Word::Status, language),
        text(Word::TopInterests, language),
    ];
    let rows = data.segments.iter().enumerate().map(|(index, segment)| {
        let interests: Vec<String> = segment
            .top_interests
            .iter()
            .map(|(label, lift)| format!("{label} {}", format::times(*lift)))
            .collect();
        vec![
            format!("{} · {}", index + 1, segment.name),
            segment.id.clone(),
            format::count(segment.size),
            format::percent(segment.share),
            segment.previous_share.map_or_else(
                || format::NONE.to_owned(),
                |before| format::change(segment.share, before),
            ),
            format::optional(segment.stability, 2),
            names::status(segment.status, language).to_owned(),
            interests.join(", "),
        ]
    });
    some(Table::new(columns, rows))
}

/// The rules for each segment.
pub(super) fn rules(data: &ReportData, language: Language) -> Option<Table> {
    let columns = vec![
        text(Word::Segment, language),
        text(Word::Rule, language),
        number(Word::Covers, language),
        number(Word::Precision, language),
    ];
    let share = |share: Option<f64>| share.map_or_else(|| format::NONE.to_owned(), format::percent);
    let rules = data.explained.iter().flat_map(|explained| &explained.rules);
    let rows = rules.filter_map(|rule| {
        let segment = data.segments.get(rule.segment)?;
        Some(vec![
            format!("{} · {}", rule.segment + 1, segment.name),
            rule.sentence.clone(),
            share(rule.covers),
            share(rule.precision),
        ])
    });
    some(Table::new(columns, rows))
}

/// The activities with what they offer and what is expected of them.
pub(super) fn activities(data: &ReportData, language: Language) -> Option<Table> {
    let columns = vec![
        text(Word::Activity, language),
        text(Word::Interest, language),
        text(Word::Starts, language),
        number(Word::Seats, language),
        number(Word::Eligible, language),
        number(Word::Invited, language),
        number(Word::Waitlisted, language),
        number(Word::Expected, language),
    ];
    let rows = data.activities.iter().map(|activity| {
        vec![
            activity.name.clone(),
            activity.interest.clone(),
            format::moment(&activity.starts),
            format::count(activity.seats),
            format::count(activity.eligible),
            format::count(activity.invited),
            format::count(activity.waitlist),
            format::decimal(activity.expected_attendance, 1),
        ]
    });
    some(Table::new(columns, rows))
}

/// Why customers are called.
pub(super) fn call_reasons(data: &ReportData, language: Language) -> Option<Table> {
    let columns = vec![
        text(Word::Reason, language),
        text(Word::ActionColumn, language),
        number(Word::Planned, language),
        number(Word::CarriedOver, language),
    ];
    let rows = data.queue.reasons.iter().map(|reason| {
        vec![
            reason.label.clone(),
            names::action(reason.action, language).to_owned(),
            format::count(reason.planned),
            format::count(reason.carried_over),
        ]
    });
    some(Table::new(columns, rows))
}

/// The checks on the input tables.
pub(super) fn checks(data: &ReportData, language: Language) -> Option<Table> {
    let columns = vec![
        text(Word::TableColumn, language),
        text(Word::ColumnColumn, language),
        text(Word::Rule, language),
        text(Word::SeverityColumn, language),
        number(Word::Violations, language),
    ];
    let rows = data.checks.iter().map(|check| {
        vec![
            check.table.clone(),
            check
                .column
                .clone()
                .unwrap_or_else(|| format::NONE.to_owned()),
            check.rule.clone(),
            names::severity(check.severity, language).to_owned(),
            format::count(check.violations),
        ]
    });
    some(Table::new(columns, rows))
}

/// The published files.
pub(super) fn files(data: &ReportData, language: Language) -> Option<Table> {
    let columns = vec![
        text(Word::Path, language),
        number(Word::Rows, language),
        number(Word::Bytes, language),
    ];
    let rows = data.files.iter().map(|file| {
        vec![
            file.path.clone(),
            file.rows
                .map_or_else(|| format::NONE.to_owned(), format::count),
            format::bytes(file.bytes),
        ]
    });
    some(Table::new(columns, rows))
}

fn some(table: Table) -> Option<Table> {
    (!table.rows.is_empty()).then_some(table)
}
