use super::{CanonicalColumn, CanonicalTable, ColumnKind, check, column};
use crate::domain::{ContactHours, ID_PATTERN, Phone};
use crate::tables::settings::{CheckSettings, Severity};

pub(super) static TABLE: CanonicalTable = CanonicalTable {
    name: "customers",
    one_row: "a customer",
    columns: COLUMNS,
    dated: None,
    checks,
};

const COLUMNS: &[CanonicalColumn] = &[
    column("customer_id", ColumnKind::Text).required(),
    column("contact_unit", ColumnKind::Text).personal(),
    column("phone", ColumnKind::Text).personal(),
    column("name", ColumnKind::Text).personal(),
    column("birth_date", ColumnKind::Date).personal(),
    column("district", ColumnKind::Text),
    column("timezone", ColumnKind::Text),
    column("join_date", ColumnKind::Date),
    column("plan", ColumnKind::Text),
    column("tier", ColumnKind::Text),
    column("contract_end", ColumnKind::Date),
    column("manager_id", ColumnKind::Text),
    column("language", ColumnKind::Text),
    column("contact_from", ColumnKind::Text),
    column("contact_to", ColumnKind::Text),
    column("contact_weekends", ColumnKind::Flag),
    column("consent_sms", ColumnKind::Flag),
    column("consent_call", ColumnKind::Flag),
    column("consent_app", ColumnKind::Flag),
    column("consent_personalisation", ColumnKind::Flag),
];

fn checks() -> Vec<CheckSettings> {
    vec![
        CheckSettings {
            not_null: true,
            severity: Severity::Reject,
            ..check("customer_id")
        },
        CheckSettings {
            pattern: Some(ID_PATTERN.to_owned()),
            severity: Severity::Reject,
            ..check("customer_id")
        },
        CheckSettings {
            unique: vec!["customer_id".to_owned()],
            ..CheckSettings::default()
        },
        CheckSettings {
            pattern: Some(Phone::PATTERN.to_owned()),
            severity: Severity::Warn,
            ..check("phone")
        },
        // Hours that cannot be are no limit.
        hours("contact_from"),
        hours("contact_to"),
        CheckSettings {
            expect: Some(
                "contact_from IS NULL OR contact_to IS NULL OR contact_from < contact_to"
                    .to_owned(),
            ),
            severity: Severity::Warn,
            ..check("contact_from")
        },
        CheckSettings {
            volume: Some([0.5, 2.0]),
            ..CheckSettings::default()
        },
    ]
}

fn hours(column: &str) -> CheckSettings {
    CheckSettings {
        pattern: Some(ContactHours::PATTERN.to_owned()),
        severity: Severity::Warn,
        ..check(column)
    }
}
