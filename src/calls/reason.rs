use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::campaign::CallHours;
use crate::domain::{Action, CallClass, Channel, Label, SLUG, is_slug};

/// The name in `blocks` that stands for everything of the class marketing.
pub const MARKETING: &str = "marketing";

/// The owner that stands for the customer's own account manager.
pub const MANAGER: &str = "manager";

/// One `[[calls]]` entry: why a customer is to be contacted, and by whom.
#[derive(Debug, Clone, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct CallReason {
    /// Unique id of lower-case letters, digits and hyphens.
    #[schemars(regex(pattern = r"^[a-z0-9-]+$"), length(max = 80))]
    pub id: String,
    /// What people call it.
    pub label: Label,
    /// What is done.
    pub action: Action,
    /// SQL condition on the customer view. Give this or `on`.
    #[serde(default)]
    pub when: Option<String>,
    /// Event that gives the reason. Give this or `when`.
    #[serde(default)]
    pub on: Option<Trigger>,
    /// How many days ago what it is about happened: a number column of the
    /// view, such as `days_since_installation`. It says since when the reason
    /// is open and tells one installation from the next; without it a reason is
    /// open since the night that first saw it.
    #[serde(default)]
    pub days_ago: Option<String>,
    /// What the call is worth: a number column of the view. Of calls otherwise
    /// alike the one worth most goes first.
    #[serde(default)]
    pub value: Option<String>,
    /// How long it stays open.
    #[serde(default)]
    pub stays: Stays,
    /// Given up after so many days; without it a reason that stays until it is
    /// done waits for ever.
    #[serde(default)]
    #[schemars(range(min = 1, max = 3660))]
    pub expires_days: Option<u32>,
    /// Once it is done, the same reason comes up again no earlier than this
    /// many days later.
    #[serde(default = "default_rest")]
    #[schemars(range(max = 3660))]
    pub rest_days: u32,
    /// The lowest number is dialled first; service before marketing.
    pub priority: u32,
    /// Service contacts need no marketing consent and count towards no cap.
    pub class: CallClass,
    /// Hours within which it is due, from the midnight that began the day since
    /// which it is open.
    #[schemars(range(min = 1, max = 8784))]
    pub due_hours: u32,
    /// The team that does it, or several: the first that serves the customer
    /// and can be on time.
    pub team: Teams,
    /// What the team must know, as its `skills` name it; the rungs of the ladder
    /// name their own teams.
    #[serde(default)]
    pub skills: Vec<String>,
    /// Minutes of an agent; without it those of the team.
    #[serde(default)]
    #[schemars(range(min = 0.1, max = 1440.0))]
    pub minutes: Option<f64>,
    /// Who answers for it; `manager` is the customer's own account manager,
    /// or the team where there is none. Who was asked first stays responsible
    /// until it is closed.
    pub owner: String,
    /// What the contact unit does not get while it is open: `marketing` for
    /// every promotion and invitation, or ids of other reasons.
    #[serde(default)]
    pub blocks: Vec<String>,
    /// Hours of the callee's day in which it is done, within those of the
    /// policy.
    #[serde(default)]
    pub window: Option<CallHours>,
    /// What is done when nobody answers.
    #[serde(default)]
    pub attempts: Attempts,
    /// The reason in a sentence for whoever makes the call, a template as
    /// `script`; without it the label.
    #[serde(default)]
    pub sentence: Option<Label>,
    /// What to say, a template over `since`, `days`, `attempt`, `due`, the
    /// columns of the view, and `activity`, `starts` and `place` where the
    /// reason comes from an activity. `{{ id | activity_name }}` is the name of
    /// the activity whose id a column holds.
    #[serde(default)]
    pub script: String,
    /// Further points to raise.
    #[serde(default)]
    pub talking_points: Vec<Label>,
}

const fn default_rest() -> u32 {
    30
}

/// How long a reason stays open.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum Stays {
    /// As long as its condition holds.
    #[default]
    WhileTrue,
    /// Until somebody was reached about it, or it expires.
    UntilDone,
}

/// One team, or several in the order in which they are asked.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(untagged)]
#[schemars(description = "a team's name, or several: [\"care\", \"care-night\"]")]
pub enum Teams {
    /// One.
    One(String),
    /// Several.
    Several(Vec<String>),
}

impl Teams {
    /// The names.
    #[must_use]
    pub fn names(&self) -> &[String] {
        match self {
            Self::One(name) => std::slice::from_ref(name),
            Self::Several(names) => names,
        }
    }

    /// The first name; empty if there is none.
    #[must_use]
    pub fn first(&self) -> &str {
        self.names().first().map_or("", String::as_str)
    }
}

/// What is done when nobody answers: call again at another time of day and on
/// another day, then go down the ladder.
#[derive(Debug, Clone, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, default)]
pub struct Attempts {
    /// Calls that are tried.
    #[schemars(range(min = 1, max = 100))]
    pub tries: u32,
    /// Days between two attempts.
    #[schemars(range(min = 1, max = 365))]
    pub wait_days: u32,
    /// What is tried after them, one after the other.
    pub then: Vec<Step>,
}

impl Default for Attempts {
    fn default() -> Self {
        Self {
            tries: 3,
            wait_days: 1,
            then: Vec::new(),
        }
    }
}

/// A rung of the ladder of attempts.
#[derive(Debug, Clone, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Step {
    /// What is done.
    pub action: Action,
    /// The team that does it, or several.
    pub team: Teams,
    /// What to say; without it the reason's script.
    #[serde(default)]
    pub script: Option<String>,
}

/// Events that give a reason, apart from conditions on the customer.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "lowercase")]
pub enum Trigger {
    /// An accepted invitation, whose activity starts within two days.
    Reminder,
    /// An invitation of tonight on the channel call.
    Invitation,
}

impl CallReason {
    /// The channel of its action.
    #[must_use]
    pub const fn channel(&self) -> Channel {
        self.action.channel()
    }

    /// What the settings say that cannot be, each with what is allowed.
    /// `teams` are the names of the teams.
    #[must_use]
    pub fn faults<S: AsRef<str>>(&self, teams: &[S]) -> Vec<String> {
        let mut faults = Vec::new();
        if !is_slug(&self.id) {
            faults.push(format!("`id` is `{}`; allowed: {SLUG}", self.id));
        }
        match (&self.when, self.on) {
            (None, None) => faults.push("give `when` (a condition) or `on` (an event)".to_owned()),
            (Some(_), Some(_)) => faults.push("give `when` or `on`, not both".to_owned()),
            (None, Some(Trigger::Invitation)) if self.channel() != Channel::Call => {
                faults
                    .push("`on = \"invitation\"` is for calls: set `action = \"call\"`".to_owned());
            }
            _ => {}
        }
        if !(1..=8784).contains(&self.due_hours) {
            faults.push(format!(
                "`due_hours` is {}; allowed: 1 to 8784",
                self.due_hours
            ));
        }
        let known: Vec<&str> = teams.iter().map(AsRef::as_ref).collect();
        let steps = self.attempts.then.iter().map(|step| &step.team);
        for named in std::iter::once(&self.team).chain(steps) {
            if named.names().is_empty() {
                faults.push("`team` names no team".to_owned());
            }
            for name in named
                .names()
                .iter()
                .filter(|n| !known.contains(&n.as_str()))
            {
                faults.push(format!("`team` is `{name}`; known: {}", known.join(", ")));
            }
        }
        self.more_faults(&mut faults);
        if self.owner.trim().is_empty() {
            faults.push("`owner` is empty: name who answers for it".to_owned());
        }
        if self.blocks_marketing() && self.class == CallClass::Marketing {
            faults.push("`blocks = [\"marketing\"]` is for the class service".to_owned());
        }
        faults
    }

    fn more_faults(&self, faults: &mut Vec<String>) {
        if self.id == MARKETING {
            faults.push("`id` is `marketing`, which `blocks` uses for all promotions".to_owned());
        }
        if self.minutes.is_some_and(|m| !(0.1..=1440.0).contains(&m)) {
            faults.push("`minutes` are outside 0.1 to 1440".to_owned());
        }
        if self.expires_days == Some(0) || self.expires_days.is_some_and(|days| days > 3660) {
            faults.push("`expires_days` is outside 1 to 3660".to_owned());
        }
        if self.rest_days > 3660 {
            faults.push("`rest_days` is outside 0 to 3660".to_owned());
        }
        let attempts = &self.attempts;
        if !(1..=100).contains(&attempts.tries) || !(1..=365).contains(&attempts.wait_days) {
            faults.push(
                "`attempts` needs tries from 1 to 100 and wait_days from 1 to 365".to_owned(),
            );
        }
        if let Some(hours) = &self.window {
            let (from, to) = hours.clipped();
            if from >= to {
                faults.push(format!(
                    "`window` {} to {} leaves no time within 08:00 to 21:00",
                    hours.from, hours.to
                ));
            }
        }
    }

    /// Whether the contact unit gets no promotion while it is open.
    #[must_use]
    pub fn blocks_marketing(&self) -> bool {
        self.blocks.iter().any(|name| name == MARKETING)
    }

    /// Every template of the reason, in every language, with the name that
    /// errors give it.
    pub fn templates(&self) -> impl Iterator<Item = (&'static str, &str)> {
        let sentences = self.sentence.iter().flat_map(Label::texts);
        let steps = self
            .attempts
            .then
            .iter()
            .filter_map(|step| step.script.as_deref());
        std::iter::once(("script", self.script.as_str()))
            .chain(sentences.map(|text| ("sentence", text)))
            .chain(steps.map(|text| ("attempts.then.script", text)))
    }
}

/// Whether a contact about `id` was a service or a marketing contact: service
/// if it is the id of a service reason.
#[must_use]
pub fn contact_class(id: &str, reasons: &[CallReason]) -> CallClass {
    reasons
        .iter()
        .find(|reason| reason.id == id)
        .map_or(CallClass::Marketing, |reason| reason.class)
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeMap;

    use super::*;
    use crate::calls::Team;

    #[derive(Deserialize)]
    struct File {
        calls: Vec<CallReason>,
        teams: BTreeMap<String, Team>,
    }

    fn shipped() -> File {
        let path = concat!(env!("CARGO_MANIFEST_DIR"), "/pipelines/nightly/calls.toml");
        toml::from_str(&std::fs::read_to_string(path).unwrap()).unwrap()
    }

    #[test]
    fn the_shipped_reasons_are_read_without_fault() {
        let file = shipped();
        let teams: Vec<&String> = file.teams.keys().collect();
        assert!(file.calls.len() >= 10);
        for reason in &file.calls {
            assert_eq!(reason.faults(&teams), [""; 0], "{}", reason.id);
        }
        assert!(file.teams.values().all(|team| team.faults().is_empty()));
        assert!(file.teams["messages"].automatic);
    }

    #[test]
    fn each_fault_is_found() {
        let fault = |change: fn(&mut CallReason), words: &str| {
            let mut reason = shipped().calls.swap_remove(0);
            change(&mut reason);
            let faults = reason.faults(&["care", "clubs", "messages", "managers"]);
            assert!(
                faults.len() == 1 && faults[0].contains(words),
                "{words}: {faults:?}"
            );
        };
        fault(|r| r.when = None, "give `when`");
        fault(|r| r.on = Some(Trigger::Reminder), "not both");
        fault(|r| r.team = Teams::One("crae".into()), "known: care");
        fault(|r| r.team = Teams::Several(Vec::new()), "no team");
        fault(|r| r.minutes = Some(0.0), "`minutes`");
        fault(|r| r.expires_days = Some(0), "`expires_days`");
        fault(|r| r.attempts.tries = 0, "`attempts`");
        fault(|r| r.id = "marketing".into(), "`blocks` uses");
        fault(
            |r| r.window = toml::from_str("from = \"22:00\"\nto = \"23:00\"").ok(),
            "`window`",
        );
        fault(|r| r.due_hours = 0, "`due_hours`");
        fault(|r| r.owner = String::new(), "`owner`");
        fault(|r| r.class = CallClass::Marketing, "`blocks = [");
        fault(|r| r.id = "A b".into(), "`id`");
    }

    #[test]
    fn contacts_about_service_reasons_are_service_contacts() {
        let reasons = shipped().calls;
        assert_eq!(
            contact_class("complaint-recovery", &reasons),
            CallClass::Service
        );
        assert_eq!(
            contact_class("contract-ending", &reasons),
            CallClass::Marketing
        );
        assert_eq!(
            contact_class("film-night-2026-11", &reasons),
            CallClass::Marketing
        );
    }
}
