use super::{CanonicalColumn, CanonicalTable, ColumnKind, check, column};
use crate::tables::settings::{CheckSettings, Severity};

pub(super) static TABLE: CanonicalTable = CanonicalTable {
    name: "scores",
    one_row: "what another model thinks a customer will do about an activity",
    columns: COLUMNS,
    dated: None,
    checks,
};

const COLUMNS: &[CanonicalColumn] = &[
    column("customer_id", ColumnKind::Text).required(),
    column("activity_id", ColumnKind::Text).required(),
    column("probability", ColumnKind::Number).required(),
    column("value", ColumnKind::Number),
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
            min: Some(0.0),
            max: Some(1.0),
            severity: Severity::Reject,
            ..check("probability")
        },
        CheckSettings {
            unique: vec!["customer_id".to_owned(), "activity_id".to_owned()],
            ..CheckSettings::default()
        },
        CheckSettings {
            references: Some("customers.customer_id".to_owned()),
            severity: Severity::Warn,
            ..check("customer_id")
        },
    ]
}
