//! A decision in words, and what would have had to differ.

use super::activities::Case;
use super::{EarlierContact, short, word};
use crate::domain::DecisionReason;

/// A decision, told.
pub(super) struct Told {
    pub(super) why: String,
    pub(super) would_need: Option<String>,
}

impl Told {
    fn new(why: impl Into<String>) -> Self {
        Self {
            why: why.into(),
            would_need: None,
        }
    }

    fn needs(mut self, what: impl Into<String>) -> Self {
        self.would_need = Some(what.into());
        self
    }
}

/// Tells the decision.
pub(super) fn told(case: &Case<'_>) -> Told {
    use DecisionReason as R;
    let name = case.decision.text("reason").unwrap_or_default();
    let reason = R::ALL.into_iter().find(|reason| reason.as_str() == name);
    let Some(reason) = reason else {
        return Told::new(name);
    };
    let constraint = word(case.decision, "constraint");
    match reason {
        R::Selected => invited(case),
        R::NextInLine => waiting(case),
        R::AlreadyInvited => Told::new("was invited to it before, so not again tonight"),
        R::UniversalControl => held_out("all campaigns", &constraint),
        R::ActivityControl => held_out("this activity", &constraint),
        R::ActivityHeldBack => held_back(case, &constraint),
        R::NoPersonalisation => Told::new("has not agreed to personalised offers")
            .needs("their consent (consent_personalisation)"),
        R::Minor => Told::new("is too young for promotion")
            .needs(with_bound("to be of age", &constraint)),
        R::AgeUnknown => Told::new("their age is not known, and promotion needs proof of it")
            .needs("a birth date in the customers table"),
        R::ServiceFirst => Told::new(
            "a complaint or service case of theirs, or of their household, is open: that comes first",
        )
        .needs("the case resolved; see the reasons for calls below"),
        R::NoConsent => no_consent(case),
        R::DoNotContact if constraint.is_empty() => {
            Told::new("is on the do-not-contact list for every channel they agreed to")
        }
        R::DoNotContact => Told::new("the do-not-contact list is missing or too old to be trusted")
            .needs("a do-not-contact list of the last 31 days"),
        R::NoPhone => Told::new("the channels they agreed to need a phone, and there is no valid one")
            .needs("a valid number in the customers table"),
        R::NoHour => Told::new("the hours they want to be contacted in leave none before it starts")
            .needs("other hours (contact_from, contact_to, contact_weekends)"),
        R::CoolOff => cool_off(case, &constraint),
        R::ContactCap => capped(case, &constraint),
        R::EarlierConflict => {
            Told::new(with_bound("an earlier contact conflicts with it", &constraint))
        }
        R::FollowUpFirst => Told::new(
            "a follow-up call or message goes to them, or to their household, tonight",
        )
        .needs("another night; see the reasons for calls below"),
        R::NoValue => no_value(case),
        R::NoSeatInPlace if constraint.is_empty() => Told::new(
            "there are no seats for their district",
        )
        .needs("seats in their district, in the activity's `seats`"),
        R::NoSeatInPlace | R::NoSeat | R::Constraint => outbid(case, &constraint),
        R::OtherInvitation => other(&constraint),
        R::Conflict => Told::new(with_bound(
            "another invitation of tonight conflicts with it",
            &constraint,
        )),
        R::ContactRule => Told::new(with_bound(
            "their phone or household has had its contacts",
            &constraint,
        )),
    }
}

fn with_bound(text: &str, constraint: &str) -> String {
    if constraint.is_empty() {
        text.to_owned()
    } else {
        format!("{text} ({constraint})")
    }
}

fn invited(case: &Case<'_>) -> Told {
    let Some(row) = case.invitation else {
        return Told::new("is invited");
    };
    Told::new(format!(
        "is invited by {}, as number {} of the list, between {} and {}{}",
        word(row, "channel"),
        row.number("rank").map_or_else(String::new, short),
        clock(&word(row, "not_before")),
        clock(&word(row, "not_after")),
        outlook(case)
    ))
}

fn waiting(case: &Case<'_>) -> Told {
    let rank = case.invitation.and_then(|row| row.number("rank"));
    Told::new(format!(
        "is on the waitlist{}{}",
        rank.map_or_else(String::new, |rank| format!(", as number {}", short(rank))),
        outlook(case)
    ))
    .needs("an invited customer to decline")
}

/// `2026-11-01T09:00:00+08:00` as `2026-11-01 09:00`.
fn clock(at: &str) -> String {
    at.get(..16).unwrap_or(at).replacen('T', " ", 1)
}

/// What was expected of the invitation.
fn outlook(case: &Case<'_>) -> String {
    let probability = case.decision.number("probability");
    let value = case.decision.number("value");
    match (probability, value) {
        (Some(probability), Some(value)) => format!(
            "; {} likely to accept, worth {}",
            percent(probability),
            short(value)
        ),
        _ => String::new(),
    }
}

fn percent(share: f64) -> String {
    format!("{:.1} %", share * 100.0)
}

fn held_out(from: &str, constraint: &str) -> Told {
    Told::new(with_bound(
        &format!(
            "was drawn at random to be held out of {from}, so that its effect can be measured"
        ),
        constraint,
    ))
    .needs("nothing they do: only another salt draws anew")
}

fn held_back(case: &Case<'_>, constraint: &str) -> Told {
    let why = word(case.activity, "held_back");
    let why = if why.is_empty() { constraint } else { &why };
    Told::new(with_bound("nobody is invited to it tonight", why))
}

fn no_consent(case: &Case<'_>) -> Told {
    let channels = word(case.activity, "channels");
    Told::new(format!("has agreed to none of its channels ({channels})"))
        .needs(format!("their consent to one of {channels}"))
}

fn cool_off(case: &Case<'_>, constraint: &str) -> Told {
    let ignored: Vec<&str> = case
        .contacts
        .iter()
        .filter(|contact| contact.outcome.as_deref() == Some("ignored"))
        .map(|contact| contact.contacted_on.as_str())
        .take(number(constraint).unwrap_or(2))
        .collect();
    let when = if ignored.is_empty() {
        "ignored recent contacts".to_owned()
    } else {
        format!("ignored contacts on {}", ignored.join(" and "))
    };
    let told = Told::new(with_bound(
        &format!("{when} and is left alone for a while"),
        constraint,
    ));
    until(case, told)
}

fn capped(case: &Case<'_>, constraint: &str) -> Told {
    let cap = constraint.rsplit(" = ").next().unwrap_or(constraint);
    let days = cap.rsplit(' ').nth(1).and_then(|days| days.parse().ok());
    let counted: Vec<String> = case
        .contacts
        .iter()
        .filter(|contact| days.is_none_or(|days| contact.within(case.as_of, days)))
        .map(EarlierContact::words)
        .take(3)
        .collect();
    let told = Told::new(format!(
        "was contacted {}, and the cap of {} is used up",
        counted.join("; "),
        cap.replacen(" in ", " per ", 1)
    ));
    until(case, told)
}

/// The number that a setting such as `policy.cool_off = 2 in 30 days` begins with.
fn number(constraint: &str) -> Option<usize> {
    let (_, value) = constraint.split_once(" = ")?;
    value.split(' ').next()?.parse().ok()
}

/// When the same contacts will no longer keep the customer off.
fn until(case: &Case<'_>, told: Told) -> Told {
    match case.decision.text("again_from") {
        Some(day) => told.needs(format!(
            "to wait: without a further contact, no cap or pause keeps them off from {day} on"
        )),
        None => told,
    }
}

fn no_value(case: &Case<'_>) -> Told {
    let (value, cost) = (case.activity.number("value"), case.activity.number("cost"));
    let told = Told::new(format!(
        "an invitation is expected to cost more than it brings{}",
        outlook(case)
    ));
    match (value, cost) {
        (Some(value), Some(cost)) if value > 0.0 && cost < value => told.needs(format!(
            "a probability of accepting above {} (cost {} ÷ worth {})",
            percent(cost / value),
            short(cost),
            short(value)
        )),
        _ => told,
    }
}

fn outbid(case: &Case<'_>, constraint: &str) -> Told {
    let (Some(price), Some(value)) = (case.price(), case.decision.number("value")) else {
        return Told::new(with_bound(
            "others are worth more within the same limit",
            constraint,
        ))
        .needs("a higher value, or more room there");
    };
    let left = case
        .bound
        .filter(|bound| bound.text("measure") == Some("responses"));
    let left = left.and_then(|bound| bound.number("bound"));
    let takes = case.decision.number("probability");
    if let (Some(left), Some(takes)) = (left, takes)
        && left < takes
    {
        return Told::new(format!(
            "is full: earlier invitations leave {} expected guests of \"{constraint}\", and this one would take {}",
            short(left),
            short(takes)
        ))
        .needs("more room there");
    }
    let unit = case.bound.and_then(|bound| bound.number("price"));
    let unit = unit.map_or_else(String::new, |unit| {
        let measure = case.bound.and_then(|bound| bound.text("measure"));
        let of = match measure {
            Some("responses") => "expected guest",
            Some("cost") => "unit of cost",
            _ => "invitation",
        };
        format!(" ({} per {of})", short(unit))
    });
    // Of the last to get a place, value and price are one but for rounding.
    if (value - price).abs() < 1e-6 * price {
        return Told::new(format!(
            "was outbid by a hair: its value {} is just what its part of \"{constraint}\" is worth to others{unit}",
            short(value)
        ))
        .needs(format!("a value above {}, or more room there", short(price)));
    }
    if value < price {
        let (value, price) = apart(value, price);
        return Told::new(format!(
            "was outbid: its value {value} is below {price}, what its part of \"{constraint}\" is worth to others{unit}"
        ))
        .needs(format!("a value above {price}, or more room there"));
    }
    if price > 0.0 {
        return Told::new(format!(
            "was outbid: its value {} covers its part of \"{constraint}\", {}{unit}, but not all that it would take",
            short(value),
            short(price)
        ))
        .needs("a higher value, or more room within what bounds the activity");
    }
    Told::new(format!(
        "nothing of \"{constraint}\" was left when others of more value had theirs"
    ))
    .needs("more room there")
}

/// Two numbers with as many decimals as tell them apart.
fn apart(a: f64, b: f64) -> (String, String) {
    let decimals = (2..9).find(|&decimals| format!("{a:.decimals$}") != format!("{b:.decimals$}"));
    let decimals = decimals.unwrap_or(9);
    (format!("{a:.decimals$}"), format!("{b:.decimals$}"))
}

fn other(constraint: &str) -> Told {
    let which = constraint.strip_prefix("on the list of ");
    let which = which.map_or_else(
        || "something else".to_owned(),
        |activity| format!("{activity} instead"),
    );
    Told::new(format!(
        "their phone or household gets one invitation a night, and that is to {which}"
    ))
    .needs("this invitation to be worth more than that one, or another night")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn two_numbers_are_told_apart() {
        let texts = |a: &str, b: &str| (a.to_owned(), b.to_owned());
        assert_eq!(apart(2.1, 3.4), texts("2.10", "3.40"));
        assert_eq!(apart(2.680_1, 2.684_9), texts("2.680", "2.685"));
    }

    #[test]
    fn a_setting_is_read_for_its_number() {
        assert_eq!(
            number("policy.cool_off = 2 in 30 days, 60 days of pause"),
            Some(2)
        );
        assert_eq!(number("seats of film-night"), None);
    }
}
