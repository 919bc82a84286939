//! Days to the customers' birthdays and anniversaries: rules can name them, and
//! the dates themselves stay where they are.

use jiff::civil::Date;
use polars::prelude::*;

use super::typing::Night;

/// The dates of customers that come back every year, and the columns that count
/// the days to them.
const YEARLY: [(&str, &str); 2] = [
    ("birth_date", "days_to_birthday"),
    ("join_date", "days_to_join_anniversary"),
];

/// The whole days from the as-of date to the next anniversary, 0 on the day
/// itself and at most 365. A 29 February falls on 28 February in common years.
/// Missing while the date itself lies ahead or is the as-of date.
pub(super) fn days_to(schema: &Schema, night: &Night) -> Vec<Expr> {
    let dated = YEARLY
        .iter()
        .filter(|(date, _)| schema.get(date) == Some(&DataType::Date));
    dated
        .map(|(date, name)| days(col(*date), night).alias(*name))
        .collect()
}

fn days(date: Expr, night: &Night) -> Expr {
    let year = night.as_of.year();
    let today = i32::from(night.as_of.day_of_year());
    let this_year = day_of_year(&date, is_leap(year));
    let next_year =
        day_of_year(&date, is_leap(year + 1)) + lit(i32::from(night.as_of.days_in_year()));
    let next = when(this_year.clone().lt(lit(today)))
        .then(next_year)
        .otherwise(this_year);
    when(date.lt(night.day()))
        .then(next - lit(today))
        .otherwise(lit(NULL))
}

fn is_leap(year: i16) -> bool {
    Date::new(year, 1, 1).is_ok_and(Date::in_leap_year)
}

/// From 1 for 1 January (Meeus, Astronomical Algorithms, chapter 7).
fn day_of_year(date: &Expr, leap: bool) -> Expr {
    let month = || date.clone().dt().month().cast(DataType::Int32);
    let day = date.clone().dt().day().cast(DataType::Int32);
    let after_february = (month() + lit(9)).floor_div(lit(12));
    let (day, shorter) = if leap {
        (day, after_february)
    } else {
        let last = month().eq(lit(2)).and(day.clone().gt(lit(28)));
        let day = when(last).then(lit(28)).otherwise(day);
        (day, after_february * lit(2))
    };
    (month() * lit(275)).floor_div(lit(9)) - shorter + day - lit(30)
}

#[cfg(test)]
mod tests {
    use jiff::ToSpan;

    use super::*;
    use crate::domain::days_from_date;

    /// Day by day, as a person would count.
    fn counted(date: Date, as_of: Date) -> Option<i32> {
        let is_it = |day: Date| {
            let same = (day.month(), day.day()) == (date.month(), date.day());
            let instead = (date.month(), date.day()) == (2, 29) && !day.in_leap_year();
            same || (instead && (day.month(), day.day()) == (2, 28))
        };
        if date >= as_of {
            return None;
        }
        (0..=365).find(|&days| is_it(as_of + days.days()))
    }

    #[test]
    fn days_are_counted_to_the_next_anniversary() {
        let days_of_years: Vec<Date> = (0..1500)
            .map(|day| Date::constant(1999, 12, 30) + day.days())
            .collect();
        let column = Column::new(
            "birth_date".into(),
            days_of_years
                .iter()
                .map(|&day| days_from_date(day))
                .collect::<Vec<i32>>(),
        );
        let frame = DataFrame::new(days_of_years.len(), vec![column]).unwrap();
        let schema = Schema::from_iter([Field::new("birth_date".into(), DataType::Date)]);
        for as_of in [
            "2002-06-30",
            "2023-02-27",
            "2023-02-28",
            "2023-03-01",
            "2024-02-28",
            "2024-02-29",
            "2024-03-01",
            "2023-12-31",
            "2024-12-31",
            "2024-01-01",
        ] {
            let as_of: Date = as_of.parse().unwrap();
            let night = Night {
                as_of,
                timezone: "UTC".to_owned(),
            };
            let found = frame
                .clone()
                .lazy()
                .select([col("birth_date").cast(DataType::Date)])
                .select(days_to(&schema, &night))
                .collect()
                .unwrap();
            let found = found.column("days_to_birthday").unwrap().i32().unwrap();
            for (&date, found) in days_of_years.iter().zip(found.iter()) {
                assert_eq!(found, counted(date, as_of), "{date} on {as_of}");
            }
        }
    }
}
