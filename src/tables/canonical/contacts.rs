use super::{CanonicalColumn, CanonicalTable, ColumnKind, check, column};
use crate::tables::settings::{CheckSettings, Severity};

pub(super) static TABLE: CanonicalTable = CanonicalTable {
    name: "contacts",
    one_row: "a contact that was made",
    columns: COLUMNS,
    dated: Some("at"),
    checks,
};

const COLUMNS: &[CanonicalColumn] = &[
    column("customer_id", ColumnKind::Text).required(),
    column("activity_id", ColumnKind::Text),
    column("channel", ColumnKind::Text),
    column("at", ColumnKind::Moment).required(),
    column("outcome", ColumnKind::Text),
    // The time that was agreed on, in the pipeline's zone; it may lie ahead.
    column("callback_at", ColumnKind::Moment),
    // What the customer was promised, for the agent to know. By contract it
    // names nobody.
    column("promise", ColumnKind::Text),
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
            ..check("at")
        },
        CheckSettings {
            references: Some("customers.customer_id".to_owned()),
            severity: Severity::Warn,
            ..check("customer_id")
        },
    ]
}
