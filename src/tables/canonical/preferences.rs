use super::{CanonicalColumn, CanonicalTable, ColumnKind, check, column};
use crate::tables::settings::{CheckSettings, Severity};

pub(super) static TABLE: CanonicalTable = CanonicalTable {
    name: "preferences",
    one_row: "what a customer said of a topic",
    columns: COLUMNS,
    dated: Some("date"),
    checks,
};

const COLUMNS: &[CanonicalColumn] = &[
    column("customer_id", ColumnKind::Text).required(),
    column("topic", ColumnKind::Text).required(),
    column("score", ColumnKind::Number),
    column("source", ColumnKind::Text),
    column("date", ColumnKind::Date),
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
            ..check("topic")
        },
        CheckSettings {
            min: Some(0.0),
            severity: Severity::Reject,
            ..check("score")
        },
        CheckSettings {
            references: Some("customers.customer_id".to_owned()),
            severity: Severity::Warn,
            ..check("customer_id")
        },
    ]
}
