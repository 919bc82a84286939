use super::{CanonicalColumn, CanonicalTable, ColumnKind, check, column};
use crate::domain::Phone;
use crate::tables::settings::{CheckSettings, Severity};

pub(super) static TABLE: CanonicalTable = CanonicalTable {
    name: "suppressions",
    one_row: "a do-not-contact entry, for a phone or a customer",
    columns: COLUMNS,
    // An entry of the as-of date itself holds already.
    dated: None,
    checks,
};

const COLUMNS: &[CanonicalColumn] = &[
    column("customer_id", ColumnKind::Text),
    column("phone", ColumnKind::Text).personal(),
    column("channel", ColumnKind::Text),
    column("from", ColumnKind::Date),
    column("until", ColumnKind::Date),
];

fn checks() -> Vec<CheckSettings> {
    vec![
        // Breaking it closes text messages and calls; see `[policy]`.
        CheckSettings {
            max_age_days: Some(31),
            severity: Severity::Warn,
            ..check("from")
        },
        CheckSettings {
            pattern: Some(Phone::PATTERN.to_owned()),
            severity: Severity::Warn,
            ..check("phone")
        },
    ]
}
