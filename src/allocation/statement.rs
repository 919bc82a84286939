//! From bounds and rules as people write them to the numbers of a problem.

use super::problem::{Measure, Sense, Total};
use super::rules::{Conflict, ContactRule, Rules};
use super::settings::{
    ConflictSettings, ConstraintKind, ConstraintSettings, ContactRuleSettings, ContactSettings,
    Day, Names,
};

/// What bounds and rules look at of an activity that offers can be for.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Offered {
    /// The activity's id.
    pub id: String,
    /// The channel that customers are contacted by.
    pub channel: String,
    /// What it is about.
    pub products: Vec<String>,
    /// Where it takes place.
    pub place: Option<String>,
    /// The day of the activity, for the windows of constraints.
    pub day: Day,
    /// The day of the contact, for contact rules and conflicts.
    pub contact_day: Day,
}

/// The totals of constraints. `minutes` are those of one contact for each of
/// the activities `offered`.
#[must_use]
pub fn totals(
    constraints: &[ConstraintSettings],
    offered: &[Offered],
    minutes: &[f64],
) -> Vec<Total> {
    let total = |(at, constraint): (usize, &ConstraintSettings)| {
        let (measure, sense) = match constraint.kind {
            ConstraintKind::MinInvitations => (Measure::Invitations, Sense::AtLeast),
            ConstraintKind::MaxInvitations => (Measure::Invitations, Sense::AtMost),
            ConstraintKind::Budget => (Measure::Cost, Sense::AtMost),
            ConstraintKind::MinResponses => (Measure::Responses, Sense::AtLeast),
            ConstraintKind::MaxResponses => (Measure::Responses, Sense::AtMost),
            ConstraintKind::MaxMinutes => (Measure::Weight(minutes.to_vec()), Sense::AtMost),
        };
        Total {
            name: constraint.title(at),
            measure,
            sense,
            members: offered
                .iter()
                .map(|activity| constraint.counts(activity))
                .collect(),
            bound: constraint.bound,
            soft: constraint.soft,
        }
    };
    constraints.iter().enumerate().map(total).collect()
}

/// The rules for contact units.
#[must_use]
pub fn rules(
    contact: &[ContactRuleSettings],
    conflicts: &[ConflictSettings],
    offered: &[Offered],
) -> Rules {
    let contact = contact.iter().enumerate().map(|(at, rule)| ContactRule {
        name: rule.title(at),
        max: rule.max,
        members: offered
            .iter()
            .map(|activity| rule.counts(activity))
            .collect(),
    });
    let conflicts = conflicts.iter().map(|conflict| Conflict {
        name: conflict.title(),
        pairs: pairs(conflict, offered),
    });
    Rules::new(offered.len(), contact.collect(), conflicts.collect())
}

fn pairs(conflict: &ConflictSettings, offered: &[Offered]) -> Vec<(u16, u16)> {
    let mut pairs = Vec::new();
    for (a, first) in (0_u16..)
        .zip(offered)
        .filter(|(_, first)| conflict.first.matches(first))
    {
        for (b, second) in (0_u16..).zip(offered) {
            let other = first.id != second.id && conflict.second.matches(second);
            if other && conflict.within(first.contact_day, second.contact_day) {
                pairs.push((a, b));
            }
        }
    }
    pairs
}

impl ConstraintSettings {
    /// What people call it, the `at`-th (from 0) of its list.
    #[must_use]
    pub fn title(&self, at: usize) -> String {
        self.name
            .clone()
            .unwrap_or_else(|| format!("{} {}", self.kind.as_str(), at + 1))
    }

    /// Whether an activity counts.
    #[must_use]
    pub fn counts(&self, activity: &Offered) -> bool {
        let places = match (&self.places, &activity.place) {
            (Names::All, _) => true,
            (places, place) => places.match_any(place.as_deref()),
        };
        places
            && self.channels.match_any([activity.channel.as_str()])
            && self
                .products
                .match_any(activity.products.iter().map(String::as_str))
            && self.activities.match_any([activity.id.as_str()])
            && in_window(activity.day, self.from, self.to)
    }
}

impl ContactRuleSettings {
    /// What people call it, the `at`-th (from 0) of its list.
    #[must_use]
    pub fn title(&self, at: usize) -> String {
        self.name
            .clone()
            .unwrap_or_else(|| format!("contact rule {}", at + 1))
    }

    /// Whether a contact about an activity counts.
    #[must_use]
    pub fn counts(&self, activity: &Offered) -> bool {
        self.channels.match_any([activity.channel.as_str()])
            && self
                .products
                .match_any(activity.products.iter().map(String::as_str))
            && in_window(activity.contact_day, self.from, self.to)
    }
}

impl ConflictSettings {
    /// What people call it.
    #[must_use]
    pub fn title(&self) -> String {
        self.name.clone().unwrap_or_else(|| {
            format!(
                "{} after {} within {} days",
                self.second, self.first, self.lag_days
            )
        })
    }

    /// Whether the second day is the first or up to the lag after it.
    #[must_use]
    pub fn within(&self, first: Day, second: Day) -> bool {
        (0..=i64::from(self.lag_days)).contains(&(second.number() - first.number()))
    }
}

impl ContactSettings {
    /// Whether a contact about an activity is of this kind.
    #[must_use]
    pub fn matches(&self, activity: &Offered) -> bool {
        let product = |product: &String| activity.products.contains(product);
        self.channel
            .as_ref()
            .is_none_or(|channel| *channel == activity.channel)
            && self.product.as_ref().is_none_or(product)
    }
}

fn in_window(day: Day, from: Option<Day>, to: Option<Day>) -> bool {
    from.is_none_or(|from| from.number() <= day.number())
        && to.is_none_or(|to| day.number() <= to.number())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn offered(id: &str, channel: &str, products: &[&str], day: i64) -> Offered {
        Offered {
            id: id.into(),
            channel: channel.into(),
            products: products.iter().map(|product| (*product).into()).collect(),
            place: None,
            day: Day::Number(day),
            contact_day: Day::Number(day),
        }
    }

    fn conflict(text: &str) -> ConflictSettings {
        toml::from_str(text).unwrap()
    }

    #[test]
    fn a_conflict_has_an_order_and_holds_on_the_same_day_and_on_the_last() {
        let activities = [
            offered("film", "sms", &["film"], 10),
            offered("early", "sms", &["health"], 9),
            offered("same", "sms", &["health"], 10),
            offered("last", "sms", &["health", "gym"], 13),
            offered("late", "sms", &["health"], 14),
            offered("call", "call", &["health"], 11),
        ];
        let one = conflict(
            "first = { product = 'film' }\nsecond = { channel = 'sms', product = 'health' }\nlag_days = 3",
        );
        assert_eq!(pairs(&one, &activities), [(0, 2), (0, 3)]);
        assert_eq!(one.title(), "health by sms after film within 3 days");
    }

    #[test]
    fn what_a_conflict_does_not_name_means_all_but_an_activity_never_clashes_with_itself() {
        let activities = [
            offered("a", "sms", &["film"], 1),
            offered("b", "app", &[], 1),
        ];
        let any = conflict("lag_days = 0");
        assert_eq!(pairs(&any, &activities), [(0, 1), (1, 0)]);
    }

    #[test]
    fn windows_are_inclusive_and_names_must_match() {
        let constraint: ConstraintSettings = toml::from_str(
            "kind = 'budget'\nchannels = ['sms']\nproducts = 'all'\nfrom = 3\nto = 5\nbound = 1",
        )
        .unwrap();
        let counts = |channel: &str, day| constraint.counts(&offered("a", channel, &["film"], day));
        assert_eq!(
            [2, 3, 5, 6].map(|day| counts("sms", day)),
            [false, true, true, false]
        );
        assert!(!counts("call", 4));
    }

    #[test]
    fn a_day_is_a_number_a_date_or_a_date_in_quotes() {
        for text in ["to = 2026-11-20", "to = '2026-11-20'"] {
            let rule: ContactRuleSettings = toml::from_str(&format!("max = 1\n{text}")).unwrap();
            assert_eq!(rule.to.unwrap().number(), 20_777, "{text}");
        }
        let wrong = toml::from_str::<ContactRuleSettings>("max = 1\nto = 'soon'").unwrap_err();
        assert!(wrong.to_string().contains("`soon` is no date"), "{wrong}");
        let wrong = toml::from_str::<ContactRuleSettings>("max = 1\nchannels = 'sms'").unwrap_err();
        assert!(
            wrong.to_string().contains("a list such as [\"sms\"]"),
            "{wrong}"
        );
    }
}
