use super::parquet_file::Column;
use super::profile::{PLANS, Person};

/// One row per customer.
pub(super) fn columns(people: &[Person]) -> Vec<Column> {
    let consent = |at: usize| people.iter().map(move |person| person.consents[at]);
    vec![
        Column::text("customer_id", "Customer", people.iter().map(|p| &p.id)),
        Column::some_text(
            "phone",
            "Telephone, E.164",
            people.iter().map(|p| p.phone.as_ref()),
        ),
        Column::text("name", "Full name", people.iter().map(|p| &p.name)),
        Column::some_date(
            "birth_date",
            "Date of birth",
            people.iter().map(|p| p.birth_date),
        ),
        Column::text(
            "household_id",
            "Household: customers who live together",
            people.iter().map(|p| format!("H{:07}", p.household.number)),
        ),
        Column::text(
            "district",
            "District of the city",
            people.iter().map(|p| p.household.district),
        ),
        Column::text(
            "timezone",
            "IANA time zone",
            people.iter().map(|p| p.household.timezone),
        ),
        Column::text(
            "language",
            "Language to speak: zh or en",
            people.iter().map(|p| p.language),
        ),
        Column::text(
            "plan",
            "Tariff plan with its allowance",
            people.iter().map(|p| PLANS[p.plan].0),
        ),
        Column::text(
            "tier",
            "Customer tier: basic, silver, gold, platinum",
            people.iter().map(|p| p.tier),
        ),
        Column::date(
            "join_date",
            "First day as a customer",
            people.iter().map(|p| p.join_date),
        ),
        Column::some_date(
            "contract_end",
            "Last day of the contract; none for prepaid",
            people.iter().map(|p| p.contract_end),
        ),
        Column::some_text(
            "manager_id",
            "Account manager of gold and platinum customers",
            people
                .iter()
                .map(|p| p.manager.map(|number| format!("M{number:03}"))),
        ),
        Column::some_flag("consent_sms", "May be sent text messages", consent(0)),
        Column::some_flag("consent_call", "May be called", consent(1)),
        Column::some_flag("consent_app", "May be sent app messages", consent(2)),
        Column::some_flag("consent_personalisation", "May be profiled", consent(3)),
    ]
}
