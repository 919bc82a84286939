use super::{CanonicalColumn, CanonicalTable, ColumnKind, check, column};
use crate::tables::settings::{CheckSettings, Severity};

pub(super) static TABLE: CanonicalTable = CanonicalTable {
    name: "tags",
    one_row: "a tag from elsewhere on a customer",
    columns: COLUMNS,
    dated: None,
    checks,
};

const COLUMNS: &[CanonicalColumn] = &[
    column("customer_id", ColumnKind::Text).required(),
    column("tag", ColumnKind::Text).required(),
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
            ..check("tag")
        },
        CheckSettings {
            references: Some("customers.customer_id".to_owned()),
            severity: Severity::Warn,
            ..check("customer_id")
        },
    ]
}
