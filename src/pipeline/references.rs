//! Names in the pipeline file that refer to other parts of it.

use std::collections::BTreeSet;
use std::str::FromStr;

use jiff::civil::Date;
use jiff::tz::TimeZone;

use super::bounds;
use super::file::PipelineFile;
use crate::calls::{MARKETING, Team};
use crate::domain::{Fault, SLUG, is_slug, nearest};
use crate::lists::{ExportSettings, shared_folders};
use crate::tables::canonical;

/// Every name that is used twice or refers to nothing.
pub(super) fn check(file: &PipelineFile) -> Vec<Fault> {
    let mut faults = Vec::new();
    if TimeZone::get(&file.pipeline.timezone).is_err() {
        faults.push(
            Fault::new(
                "pipeline.timezone",
                format!("`{}` is no time zone", file.pipeline.timezone),
            )
            .allowed("an IANA name such as Asia/Shanghai"),
        );
    }
    let as_of = file.pipeline.as_of.as_str();
    if !matches!(as_of, "today" | "data") && Date::from_str(as_of).is_err() {
        faults.push(
            Fault::new("pipeline.as_of", format!("`{as_of}` is no date"))
                .allowed("today, data, or YYYY-MM-DD"),
        );
    }
    if !file.tables.contains_key("customers") {
        faults.push(
            Fault::new("tables.customers", "is required and missing")
                .allowed("[tables.customers] with `from` or `query`"),
        );
    }
    for name in file.tables.keys() {
        let used = file.features.iter().any(|f| f.from.as_ref() == Some(name));
        let known: Vec<&str> = canonical::ALL.iter().map(|table| table.name).collect();
        if !used && canonical::find(name).is_none() && nearest(name, &known).is_some() {
            let key = format!("tables.{name}");
            faults.push(Fault::unknown(key, "table that nothing uses:", name, known));
        }
    }
    unique(
        "interests",
        "id",
        file.interests.iter().map(|i| i.id.as_str()),
        &mut faults,
    );
    unique(
        "activities",
        "id",
        file.activities.iter().map(|a| a.id.as_str()),
        &mut faults,
    );
    unique(
        "destinations",
        "name",
        file.destinations.iter().map(|d| d.name.as_str()),
        &mut faults,
    );
    unique(
        "calls",
        "id",
        file.calls.iter().map(|c| c.id.as_str()),
        &mut faults,
    );

    let interests: Vec<&str> = file
        .interests
        .iter()
        .map(|interest| interest.id.as_str())
        .collect();
    for (index, activity) in file.activities.iter().enumerate() {
        if !interests.contains(&activity.interest.as_str()) {
            let key = format!("activities[{index}].interest");
            faults.push(Fault::unknown(
                key,
                "interest",
                &activity.interest,
                interests.iter().copied(),
            ));
        }
    }
    faults.extend(bounds::faults(file));
    let teams: Vec<&String> = file.teams.keys().collect();
    let said = |key: String, texts: Vec<String>| {
        texts
            .into_iter()
            .map(move |text| Fault::new(key.clone(), text))
    };
    for (index, activity) in file.activities.iter().enumerate() {
        faults.extend(said(format!("activities[{index}]"), activity.faults()));
    }
    faults.extend(said("policy".to_owned(), file.policy.faults()));
    faults.extend(said("review".to_owned(), file.review.faults()));
    for (name, team) in &file.teams {
        // Its queue is a list of that name.
        if !is_slug(name) {
            faults.push(Fault::new("teams", format!("`{name}` cannot name a team")).allowed(SLUG));
        }
        faults.extend(said(format!("teams.{name}"), team.faults()));
    }
    faults.extend(said("queue".to_owned(), file.queue.faults()));
    let reasons = || file.calls.iter().map(|call| call.id.as_str());
    for (index, call) in file.calls.iter().enumerate() {
        let at = format!("calls[{index}]");
        let known = |name: &String| file.teams.contains_key(name);
        for name in call.team.names().iter().filter(|name| !known(name)) {
            let known = file.teams.keys().map(String::as_str);
            faults.push(Fault::unknown(format!("{at}.team"), "team", name, known));
        }
        let own = call.team.names().iter();
        let own: Vec<&Team> = own.filter_map(|name| file.teams.get(name)).collect();
        for skill in &call.skills {
            if !own.is_empty() && !own.iter().any(|team| team.skills.contains(skill)) {
                let taught = own.iter().flat_map(|team| &team.skills).map(String::as_str);
                let said = format!("none of the reason's teams has the skill `{skill}`");
                let unknown = Fault::unknown(format!("{at}.skills"), "skill", skill, taught);
                faults.push(Fault {
                    problem: said,
                    ..unknown
                });
            }
        }
        let other = |name: &&String| *name != MARKETING && !reasons().any(|id| id == *name);
        for name in call.blocks.iter().filter(other) {
            let known = reasons().chain([MARKETING]);
            faults.push(Fault::unknown(
                format!("{at}.blocks"),
                "call reason",
                name,
                known,
            ));
        }
        if call.team.names().iter().all(known) {
            faults.extend(said(at, call.faults(&teams)));
        }
    }
    let own = file.exports.iter().map(ExportSettings::faults).enumerate();
    let own = own.flat_map(|(index, faults)| faults.into_iter().map(move |f| (index, f)));
    let shared = shared_folders(&file.exports);
    faults.extend(own.chain(shared).map(|(index, fault)| Fault {
        key: format!("exports[{index}].{}", fault.key),
        ..fault
    }));
    for (index, destination) in file.destinations.iter().enumerate() {
        let faults_of = destination.faults(&file.exports);
        faults.extend(faults_of.into_iter().map(|fault| Fault {
            key: format!("destinations[{index}].{}", fault.key),
            ..fault
        }));
    }
    faults.extend(said("segments".to_owned(), file.segments.faults()));
    let (from, to) = file.segments.range;
    if from > to || from < 2 {
        faults.push(
            Fault::new("segments.range", format!("= [{from}, {to}]"))
                .allowed("two numbers from 2 to 50, the smaller first"),
        );
    }
    faults
}

fn unique<'a>(
    section: &str,
    field: &str,
    names: impl Iterator<Item = &'a str>,
    faults: &mut Vec<Fault>,
) {
    let mut seen = BTreeSet::new();
    for (index, name) in names.enumerate() {
        if !seen.insert(name) {
            let key = format!("{section}[{index}].{field}");
            faults.push(Fault::new(
                key,
                format!("`{name}` is taken by another of the {section}"),
            ));
        }
    }
}
