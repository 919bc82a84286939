use super::{CanonicalColumn, CanonicalTable, ColumnKind, check, column};
use crate::tables::settings::{CheckSettings, Severity};

pub(super) static TABLE: CanonicalTable = CanonicalTable {
    name: "orders",
    one_row: "an installation or repair order",
    columns: COLUMNS,
    dated: Some("ordered_at"),
    checks,
};

const COLUMNS: &[CanonicalColumn] = &[
    column("order_id", ColumnKind::Text),
    column("customer_id", ColumnKind::Text).required(),
    column("ordered_at", ColumnKind::Moment),
    column("due_at", ColumnKind::Moment),
    column("completed_at", ColumnKind::Moment).forgets_future(),
    column("resource_ok", ColumnKind::Flag),
];

fn checks() -> Vec<CheckSettings> {
    vec![
        CheckSettings {
            not_null: true,
            severity: Severity::Reject,
            ..check("customer_id")
        },
        CheckSettings {
            unique: vec!["order_id".to_owned()],
            ..CheckSettings::default()
        },
        CheckSettings {
            references: Some("customers.customer_id".to_owned()),
            severity: Severity::Warn,
            ..check("customer_id")
        },
    ]
}
