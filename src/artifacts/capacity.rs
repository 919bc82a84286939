use super::{Night, float, int, words};
use crate::calls::{DayLoad, TeamLoad};
use crate::domain::days_from_date;
use crate::outputs::{ColumnData, OutColumn, OutTable, OutputError};

/// `capacity.parquet`: how full each team is, tonight and on the days ahead.
pub(super) fn table(night: &Night<'_>) -> Result<OutTable, OutputError> {
    let days: Vec<(&TeamLoad, &DayLoad)> = night
        .calls
        .loads
        .iter()
        .flat_map(|load| load.days.iter().map(move |day| (load, day)))
        .collect();
    let minutes = |limit: Option<f64>| limit.unwrap_or(f64::NAN);
    OutTable::new(
        "capacity",
        "One row per team and day of the plan: the hours there are and the calls in them.",
        vec![
            OutColumn::new(
                "team",
                "The team.",
                words(days.iter().map(|(load, _)| Some(load.team.as_str()))),
            ),
            OutColumn::new(
                "day",
                "The day; the first is the night's own.",
                ColumnData::Date(
                    days.iter()
                        .map(|(_, day)| Some(days_from_date(day.day)))
                        .collect(),
                ),
            ),
            OutColumn::new(
                "agents",
                "Agents at work.",
                int(days.iter().map(|(load, _)| load.agents)),
            )
            .unit("agents"),
            OutColumn::new(
                "capacity_minutes",
                "Minutes of calls that the team manages; missing for a machine.",
                float(days.iter().map(|(_, day)| minutes(day.capacity_minutes))),
            )
            .unit("min"),
            OutColumn::new(
                "planned_minutes",
                "Minutes of the calls planned.",
                float(days.iter().map(|(_, day)| day.planned_minutes)),
            )
            .unit("min"),
            OutColumn::new(
                "calls",
                "Calls, messages or visits planned.",
                int(days.iter().map(|(_, day)| day.calls)),
            )
            .unit("calls"),
            OutColumn::new(
                "late",
                "Of them, those due before.",
                int(days.iter().map(|(_, day)| day.late)),
            )
            .unit("calls"),
            OutColumn::new(
                "short",
                "Of the late, those that more hours would have on time; on the night's own day, all \
                 of the team.",
                int(days.iter().map(|(load, day)| {
                    let own = load.days.first().is_some_and(|first| first.day == day.day);
                    if own { load.short } else { 0 }
                })),
            )
            .unit("calls"),
            OutColumn::new(
                "missing_minutes",
                "Minutes that the team lacks over the days of the plan to have all calls on \
                 time, and overdue ones as soon as may be; on the night's own day only.",
                float(days.iter().map(|(load, day)| {
                    let own = load.days.first().is_some_and(|first| first.day == day.day);
                    minutes(own.then_some(load.missing_minutes))
                })),
            )
            .unit("min"),
        ],
    )
}
