use super::{CanonicalColumn, CanonicalTable, ColumnKind, check, column};
use crate::tables::settings::{CheckSettings, Severity};

pub(super) static TABLE: CanonicalTable = CanonicalTable {
    name: "usage",
    one_row: "what a customer used of a category on a day (any grain)",
    columns: COLUMNS,
    dated: Some("date"),
    checks,
};

const COLUMNS: &[CanonicalColumn] = &[
    column("customer_id", ColumnKind::Text).required(),
    column("date", ColumnKind::Date).required(),
    column("category", ColumnKind::Text),
];

fn checks() -> Vec<CheckSettings> {
    vec![
        CheckSettings {
            not_null: true,
            severity: Severity::Reject,
            ..check("customer_id")
        },
        CheckSettings {
            not_null: true,
            severity: Severity::Reject,
            ..check("date")
        },
        // Usage of unknown customers is counted where usage is added up per
        // customer; joining every row here would double the time of a night.
        CheckSettings {
            max_age_days: Some(3),
            severity: Severity::Warn,
            ..check("date")
        },
        CheckSettings {
            volume: Some([0.5, 2.0]),
            severity: Severity::Warn,
            ..CheckSettings::default()
        },
    ]
}
