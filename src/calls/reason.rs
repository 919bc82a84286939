use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::campaign::{Activity, MessageError, Texts, activity_values};
use crate::domain::{Action, CallClass, Channel, Label, Language};

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
    /// The lowest number is dialled first.
    pub priority: u32,
    /// Service contacts need no marketing consent and count towards no cap.
    pub class: CallClass,
    /// Hours within which it is due, from the midnight that began the day on
    /// which the reason was first seen.
    #[schemars(range(min = 1, max = 8784))]
    pub due_hours: u32,
    /// The team that does it.
    pub team: String,
    /// Who answers for it; `manager` is the customer's own account manager,
    /// or the team where there is none.
    pub owner: String,
    /// Whether the contact unit gets no promotion while the reason holds.
    #[serde(default)]
    pub blocks_promotion: bool,
    /// What to say, a template over `activity`, `starts` and `place` where the
    /// reason comes from an activity.
    #[serde(default)]
    pub script: String,
    /// Further points to raise.
    #[serde(default)]
    pub talking_points: Vec<Label>,
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
        let letters = |b: u8| b.is_ascii_lowercase() || b.is_ascii_digit() || b == b'-';
        if self.id.is_empty() || self.id.len() > 80 || !self.id.bytes().all(letters) {
            faults.push(format!(
                "`id` is `{}`; allowed: 1 to 80 lower-case letters, digits and hyphens",
                self.id
            ));
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
        if !teams.iter().any(|team| team.as_ref() == self.team) {
            let known: Vec<&str> = teams.iter().map(AsRef::as_ref).collect();
            faults.push(format!(
                "`team` is `{}`; known: {}",
                self.team,
                known.join(", ")
            ));
        }
        if self.owner.trim().is_empty() {
            faults.push("`owner` is empty: name who answers for it".to_owned());
        }
        if self.blocks_promotion && self.class == CallClass::Marketing {
            faults.push("`blocks_promotion` is for the class service".to_owned());
        }
        faults.extend(
            self.try_script()
                .err()
                .map(|error| format!("`script`: {error}")),
        );
        faults
    }

    /// Renders the script once, with sample values.
    fn try_script(&self) -> Result<String, MessageError> {
        let sample = minijinja::context! { activity => "A", starts => "S", place => "P" };
        let values = if self.on.is_some() {
            sample
        } else {
            minijinja::context! {}
        };
        Texts::new([(self.id.as_str(), self.script.as_str())])?.render(&self.id, values)
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

/// The scripts of all reasons.
#[derive(Debug)]
pub(super) struct Scripts<'a> {
    texts: Texts<'a>,
    reasons: &'a [CallReason],
    activities: &'a [Activity],
    language: Language,
}

impl<'a> Scripts<'a> {
    pub(super) fn new(
        reasons: &'a [CallReason],
        activities: &'a [Activity],
        language: Language,
    ) -> Result<Self, MessageError> {
        let sources = reasons.iter().map(|r| (r.id.as_str(), r.script.as_str()));
        Ok(Self {
            texts: Texts::new(sources)?,
            reasons,
            activities,
            language,
        })
    }

    /// The script of a reason. Scripts hold nothing about the person, so one
    /// serves every customer with the reason.
    pub(super) fn render(
        &self,
        reason: u16,
        activity: Option<u16>,
    ) -> Result<String, MessageError> {
        let values = match activity {
            Some(index) => activity_values(&self.activities[usize::from(index)], self.language),
            None => minijinja::context! {},
        };
        self.texts
            .render(&self.reasons[usize::from(reason)].id, values)
    }
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
            let faults = reason.faults(&["care"]);
            assert!(
                faults.len() == 1 && faults[0].contains(words),
                "{words}: {faults:?}"
            );
        };
        fault(|r| r.when = None, "give `when`");
        fault(|r| r.on = Some(Trigger::Reminder), "not both");
        fault(|r| r.team = "crae".into(), "known: care");
        fault(|r| r.due_hours = 0, "`due_hours`");
        fault(|r| r.owner = String::new(), "`owner`");
        fault(|r| r.class = CallClass::Marketing, "`blocks_promotion`");
        fault(|r| r.id = "A b".into(), "`id`");
        fault(
            |r| r.script = "Invite to {{ activity }}".into(),
            "does not exist",
        );
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
