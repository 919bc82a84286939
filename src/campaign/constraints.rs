use super::input::Bounds;
use super::pools::Pools;
use super::{Activity, Bound, ControlSettings, Policy};
use crate::allocation::ConflictSettings;

/// The names under which the ledger records what bound: one list per night,
/// so that a candidate costs two bytes.
#[derive(Debug)]
pub(super) struct Constraints {
    names: Vec<String>,
    settings: u16,
    contact_rules: u16,
    conflicts: u16,
    caps: u16,
    activities: u16,
    pools: u16,
}

/// The bounds that exist once, in the order of their ids.
const SINGLE: u16 = 9;

impl Constraints {
    /// `None` when there are too many to number.
    pub(super) fn new(
        policy: &Policy,
        controls: &ControlSettings,
        activities: &[Activity],
        pools: &Pools,
        bounds: Bounds<'_>,
    ) -> Option<Self> {
        let mut names: Vec<String> = vec![
            "review".to_owned(),
            "no contact window before the start".to_owned(),
            format!("policy.adult_age = {}", policy.adult_age),
            "do-not-contact list missing or too old".to_owned(),
            format!(
                "policy.cool_off = {} in {} days, {} days of pause",
                policy.cool_off.ignored, policy.cool_off.within_days, policy.cool_off.pause_days
            ),
            format!("controls.universal = {}", controls.universal.get()),
            format!("controls.per_activity = {}", controls.per_activity.get()),
            "constraints that cannot hold".to_owned(),
            bounds
                .call_minutes
                .map_or_else(String::new, |minutes| minutes.name.clone()),
        ];
        let caps = policy.marketing_caps.iter();
        names.extend(
            caps.map(|cap| format!("policy.marketing_caps = {} in {} days", cap.max, cap.days)),
        );
        names.extend(
            activities
                .iter()
                .map(|activity| format!("on the list of {}", activity.id)),
        );
        names.extend(
            pools
                .all()
                .iter()
                .map(|pool| format!("seats of {}", pool.name)),
        );
        let settings = names.len();
        names.extend(
            (0..)
                .zip(bounds.constraints)
                .map(|(at, constraint)| constraint.title(at)),
        );
        let contact_rules = names.len();
        names.extend(
            (0..)
                .zip(bounds.contact_rules)
                .map(|(at, rule)| rule.title(at)),
        );
        let conflicts = names.len();
        names.extend(bounds.conflicts.iter().map(ConflictSettings::title));
        // The highest id is reserved for "none".
        if names.len() >= usize::from(u16::MAX) {
            return None;
        }
        let caps = SINGLE;
        let activities_at = caps + policy.marketing_caps.len() as u16;
        let pools = activities_at + activities.len() as u16;
        Some(Self {
            names,
            settings: settings as u16,
            contact_rules: contact_rules as u16,
            conflicts: conflicts as u16,
            caps,
            activities: activities_at,
            pools,
        })
    }

    pub(super) const fn id(&self, bound: Bound) -> u16 {
        match bound {
            Bound::Review => 0,
            Bound::NoWindow => 1,
            Bound::AdultAge => 2,
            Bound::StaleList => 3,
            Bound::CoolOff => 4,
            Bound::Universal => 5,
            Bound::PerActivity => 6,
            Bound::Infeasible => 7,
            Bound::CallMinutes => 8,
            Bound::Constraint(at) => self.settings + at,
            Bound::ContactRule(at) => self.contact_rules + at,
            Bound::Conflict(at) => self.conflicts + at,
            Bound::Cap(cap) => self.caps + cap as u16,
            Bound::Invitation(activity) => self.activities + activity,
            Bound::Seats(pool) => self.pools + pool,
        }
    }

    pub(super) fn into_names(self) -> Vec<String> {
        self.names
    }
}
