use super::{CanonicalColumn, CanonicalTable, ColumnKind, check, column};
use crate::tables::settings::{CheckSettings, Severity};

pub(super) static TABLE: CanonicalTable = CanonicalTable {
    name: "complaints",
    one_row: "a complaint",
    columns: COLUMNS,
    dated: Some("opened_at"),
    checks,
};

const COLUMNS: &[CanonicalColumn] = &[
    column("complaint_id", ColumnKind::Text),
    column("customer_id", ColumnKind::Text).required(),
    column("opened_at", ColumnKind::Moment).required(),
    column("resolved_at", ColumnKind::Moment).forgets_future(),
    column("category", ColumnKind::Text),
    column("severity", ColumnKind::Text),
    column("channel", ColumnKind::Text),
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
            ..check("opened_at")
        },
        CheckSettings {
            unique: vec!["complaint_id".to_owned()],
            ..CheckSettings::default()
        },
        CheckSettings {
            references: Some("customers.customer_id".to_owned()),
            severity: Severity::Warn,
            ..check("customer_id")
        },
    ]
}
