use super::{CanonicalColumn, CanonicalTable, ColumnKind, check, column};
use crate::tables::settings::{CheckSettings, Severity};

pub(super) static TABLE: CanonicalTable = CanonicalTable {
    name: "outcomes",
    one_row: "what a customer did about an activity",
    columns: COLUMNS,
    dated: Some("at"),
    checks,
};

const COLUMNS: &[CanonicalColumn] = &[
    column("customer_id", ColumnKind::Text).required(),
    column("activity_id", ColumnKind::Text).required(),
    column("responded", ColumnKind::Flag),
    column("attended", ColumnKind::Flag),
    column("value", ColumnKind::Number),
    column("at", ColumnKind::Moment),
    column("held_out", ColumnKind::Flag),
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
            ..check("activity_id")
        },
        CheckSettings {
            references: Some("customers.customer_id".to_owned()),
            severity: Severity::Warn,
            ..check("customer_id")
        },
    ]
}
