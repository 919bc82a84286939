use super::SampleSettings;

/// The page that lies beside the data.
pub(super) fn page(settings: &SampleSettings) -> String {
    let SampleSettings {
        customers,
        days,
        seed,
        until,
    } = settings;
    format!(
        "# Sample data of a city telecom operator

Synthetic. No row is about a real person: phones use +999, a country code that
is not assigned, and names are random combinations of common parts.

Made by, and the same bytes again from:

    clubcall sample --customers {customers} --days {days} --seed {seed} --until {until} --out DIR

Usage covers the {days} days up to {until}; contacts, outcomes, complaints,
orders and moments cover the last 90 days. Times are UTC; the operator is in Asia/Shanghai.
Each Parquet column carries its description and, where it has one, its unit.

| file | one row is |
| --- | --- |
| customers.parquet | a customer |
| usage/date=…/part-0.parquet | a customer, day and category with usage; the date is in the folder's name |
| preferences.parquet | a topic that a customer gave a score |
| contacts.parquet | a contact made about a past activity |
| outcomes.parquet | what came of a contact, or of holding a customer out (10 % at random: held_out) |
| complaints.parquet | a complaint, open while it has no resolved_at |
| orders.parquet | an installation or repair order |
| suppressions.parquet | a do-not-contact entry, by phone or by customer |
| packages.parquet | a package on top of a plan, with its end and whether it is paid |
| moments.parquet | a new device or a change of tier |
| truth/customers.parquet | the group and the interests that a customer was given |
| truth/responses.parquet | the chance of a response with and without a contact, per row of outcomes |
| truth/activities.parquet | the true average effect of contacts per activity |

`truth/` is for judging results. Nothing that works on the data may read it.
"
    )
}
