//! Faults of `[[constraints]]`, `[[contact_rules]]` and `[[conflicts]]`.

use super::file::PipelineFile;
use crate::allocation::{ConstraintKind, Day, Names};
use crate::domain::{Channel, Fault};

/// Everything in them that cannot be.
pub(super) fn faults(file: &PipelineFile) -> Vec<Fault> {
    let known = Known {
        channels: Channel::ALL.map(Channel::as_str).to_vec(),
        products: file
            .interests
            .iter()
            .map(|interest| interest.id.as_str())
            .collect(),
        places: file
            .activities
            .iter()
            .filter_map(|activity| activity.place.as_deref())
            .collect(),
        activities: file
            .activities
            .iter()
            .map(|activity| activity.id.as_str())
            .collect(),
    };
    let mut faults = Vec::new();
    for (at, constraint) in file.constraints.iter().enumerate() {
        let key = format!("constraints[{at}]");
        check(
            &mut faults,
            &format!("{key}.channels"),
            "channel",
            &known.channels,
            &constraint.channels,
        );
        check(
            &mut faults,
            &format!("{key}.products"),
            "interest",
            &known.products,
            &constraint.products,
        );
        check(
            &mut faults,
            &format!("{key}.places"),
            "place",
            &known.places,
            &constraint.places,
        );
        check(
            &mut faults,
            &format!("{key}.activities"),
            "activity",
            &known.activities,
            &constraint.activities,
        );
        window(&mut faults, &key, [constraint.from, constraint.to]);
        if !constraint.bound.is_finite() || constraint.bound < 0.0 {
            faults.push(
                Fault::new(format!("{key}.bound"), format!("= {}", constraint.bound))
                    .allowed("0 or more"),
            );
        }
        if let Some(price) = constraint
            .soft
            .filter(|price| !price.is_finite() || *price < 0.0)
        {
            faults.push(
                Fault::new(format!("{key}.soft"), format!("= {price}"))
                    .allowed("a price of 0 or more"),
            );
        }
        if constraint.kind == ConstraintKind::MaxMinutes {
            let fault = Fault::new(format!("{key}.kind"), "= \"max_minutes\"");
            faults.push(fault.allowed("the minutes of calls come from the hours in `[teams]`"));
        }
    }
    for (at, rule) in file.contact_rules.iter().enumerate() {
        let key = format!("contact_rules[{at}]");
        check(
            &mut faults,
            &format!("{key}.channels"),
            "channel",
            &known.channels,
            &rule.channels,
        );
        check(
            &mut faults,
            &format!("{key}.products"),
            "interest",
            &known.products,
            &rule.products,
        );
        window(&mut faults, &key, [rule.from, rule.to]);
    }
    for (at, conflict) in file.conflicts.iter().enumerate() {
        for (side, contact) in [("first", &conflict.first), ("second", &conflict.second)] {
            let key = format!("conflicts[{at}].{side}");
            let one = |name: &Option<String>| Names::List(name.iter().cloned().collect());
            check(
                &mut faults,
                &format!("{key}.channel"),
                "channel",
                &known.channels,
                &one(&contact.channel),
            );
            check(
                &mut faults,
                &format!("{key}.product"),
                "interest",
                &known.products,
                &one(&contact.product),
            );
        }
    }
    faults
}

struct Known<'a> {
    channels: Vec<&'a str>,
    products: Vec<&'a str>,
    places: Vec<&'a str>,
    activities: Vec<&'a str>,
}

fn check(faults: &mut Vec<Fault>, key: &str, what: &str, known: &[&str], names: &Names) {
    let unknown = names
        .list()
        .iter()
        .filter(|name| !known.contains(&name.as_str()));
    faults.extend(unknown.map(|name| Fault::unknown(key, what, name, known.iter().copied())));
}

fn window(faults: &mut Vec<Fault>, key: &str, days: [Option<Day>; 2]) {
    for (name, day) in ["from", "to"].into_iter().zip(days) {
        if let Some(Day::Number(day)) = day {
            let fault = Fault::new(format!("{key}.{name}"), format!("= {day}"));
            faults.push(fault.allowed("a date such as \"2026-11-20\""));
        }
    }
    if let [Some(from), Some(to)] = days
        && from > to
    {
        faults.push(Fault::new(
            key,
            format!("the window begins on {from} and ends on {to}, before it"),
        ));
    }
}
