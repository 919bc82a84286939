use jiff::civil::Date;

/// How full a team is tonight and on the days ahead.
#[derive(Debug, Clone, PartialEq)]
pub struct TeamLoad {
    /// The team's name.
    pub team: String,
    /// Its agents.
    pub agents: u32,
    /// Minutes of calls it manages tonight; `None` for no limit.
    pub capacity_minutes: Option<f64>,
    /// Minutes of tonight's calls.
    pub planned_minutes: f64,
    /// Calls planned for tonight.
    pub planned: u64,
    /// Calls carried over to a later day.
    pub carried_over: u64,
    /// Of both, those due before they can be made.
    pub late: u64,
    /// Of these, those that more hours would have on time.
    pub short: u64,
    /// Minutes that it lacks to have all calls on time, and those that are
    /// overdue as soon as may be.
    pub missing_minutes: f64,
    /// Day by day, tonight first.
    pub days: Vec<DayLoad>,
}

/// How full a team is on a day.
#[derive(Debug, Clone, PartialEq)]
pub struct DayLoad {
    /// The day.
    pub day: Date,
    /// Minutes of calls the team manages; `None` for no limit.
    pub capacity_minutes: Option<f64>,
    /// Minutes of the calls planned.
    pub planned_minutes: f64,
    /// Calls planned.
    pub calls: u64,
    /// Of them, those due before.
    pub late: u64,
}
