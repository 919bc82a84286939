//! The pre-launch review over real nights: what it holds back, what goes out
//! all the same, and what people are told.

use std::fs;

use crate::support::{Ended, Table, Workspace, mini};

const SECOND: &str = r#"
[[activities]]
id = "film-talk"
name = "Film talk"
interest = "film"
starts = "2026-11-25T19:30"
seats = 40
acceptance = 0.25
value = 18
channels = ["app"]
owner = "film-club"
message = "Dear {{ name }}, see you on 25 November. Reply TD to stop."

[[calls]]
id = "film-fans"
label = "Film fans"
action = "sms"
when = "film_fan"
priority = 20
class = "marketing"
due_hours = 24
team = "messages"
owner = "film-club"
script = "A film pass waits for you. Reply TD to stop."

[teams.messages]
automatic = true
"#;

/// The small pipeline with two activities and two call reasons.
fn workspace() -> Workspace {
    let workspace = mini::workspace();
    let path = workspace.path("club.toml");
    let text = fs::read_to_string(&path).unwrap();
    fs::write(path, text + SECOND).unwrap();
    workspace
}

fn check(workspace: &Workspace) -> Ended {
    workspace.clubcall(&["check", "pipeline.toml", "--quiet"])
}

/// The lines of the review.
fn review(text: &str) -> Vec<&str> {
    let lines = text
        .lines()
        .skip_while(|line| !line.starts_with("Pre-launch review"));
    lines
        .take_while(|line| !line.is_empty())
        .map(str::trim)
        .collect()
}

fn invited(workspace: &Workspace) -> Vec<String> {
    let mut ids =
        Table::read(&workspace.current().join("invitations.parquet")).words("activity_id");
    ids.dedup();
    ids
}

#[test]
fn what_is_sound_has_no_finding() {
    let ended = check(&workspace()).success();
    assert_eq!(
        review(&ended.stdout)[0],
        "Pre-launch review: 2 activities and 2 call reasons, 0 findings"
    );
}

#[test]
fn a_message_that_fails_for_some_customers_holds_back_its_activity_alone() {
    let workspace = workspace();
    // Wrong only for those who live in the hills.
    workspace.edit(
        "club.toml",
        "Dear {{ name }}, see you on 20",
        "Dear {{ name }}{% if district == 'hills' %} {{ hall }}{% endif %}, see you on 20",
    );
    let checked = check(&workspace).exits(65);
    let found = review(&checked.stdout);
    assert!(
        found[0].ends_with(", 1 findings") || found[0].ends_with(", 1 finding"),
        "{found:?}"
    );
    assert!(
        found[1].starts_with("film-night: `message` cannot be written to ")
            && found[1].ends_with("uses a variable that does not exist in line 1"),
        "{found:?}"
    );
    let night = mini::run(&workspace).success();
    assert!(
        night.stdout.contains("film-night is held back"),
        "{}",
        night.stdout
    );
    assert_eq!(
        review(&night.stdout)[1..],
        found[1..],
        "the night says what check says"
    );
    assert_eq!(invited(&workspace), ["film-talk"]);
    let decisions = Table::read(&workspace.current().join("decisions.parquet"));
    let reasons = decisions.words("reason");
    let held = (decisions.words("activity_id").into_iter().zip(reasons))
        .filter(|(activity, _)| activity == "film-night");
    assert!(
        held.into_iter()
            .all(|(_, reason)| reason == "activity_held_back")
    );
}

#[test]
fn a_district_that_nobody_lives_in_comes_with_the_one_that_was_meant() {
    let workspace = workspace();
    workspace.edit(
        "club.toml",
        "seats = 40\nacceptance = 0.25\nvalue = 18\ncost",
        "seats = { habour = 20, riverside = 20 }\nacceptance = 0.25\nvalue = 18\ncost",
    );
    let checked = check(&workspace).exits(65);
    assert_eq!(
        review(&checked.stdout)[1..],
        [
            "film-night: `seats` name the district `habour`, in which no customer lives; did you \
          mean `harbour`?"
        ]
    );
}

#[test]
fn call_reasons_are_reviewed_too() {
    let workspace = workspace();
    workspace.edit(
        "club.toml",
        "script = \"Ask whether all works.\"",
        "script = \" \"",
    );
    workspace.edit(
        "club.toml",
        " waits for you. Reply TD to stop.",
        " waits for you.",
    );
    let checked = check(&workspace).exits(65);
    let found = review(&checked.stdout);
    assert!(
        found.len() == 3
            && found[1].starts_with("silent: `script` is missing")
            && found[2].starts_with("film-fans: `script` does not say how to opt out"),
        "{found:?}"
    );
}

#[test]
fn a_volume_unlike_the_previous_nights_is_held_back_until_it_is_allowed() {
    let workspace = workspace();
    mini::run(&workspace).success();
    let next = || {
        let arguments = ["run", "pipeline.toml", "--quiet", "--as-of", "2026-11-02"];
        workspace.clubcall(&arguments).success().stdout
    };
    let held_back = || {
        let decisions = Table::read(&workspace.current().join("decisions.parquet"));
        let activities = decisions.words("activity_id").into_iter();
        let mut held: Vec<String> = (activities.zip(decisions.words("reason")))
            .filter(|(_, reason)| reason == "activity_held_back")
            .map(|(activity, _)| activity)
            .collect();
        held.sort();
        held.dedup();
        held
    };
    workspace.edit("club.toml", "film_affinity >= 0.6", "film_affinity >= 0.9");
    let told = next();
    assert!(
        told.contains("film-night: ") && told.contains("in the previous run, outside 0.2 to 5"),
        "{told}"
    );
    assert_eq!(held_back(), ["film-night"]);
    let path = workspace.path("pipeline.toml");
    let text = fs::read_to_string(&path).unwrap();
    fs::write(path, text + "\n[review]\nvolume = [0.0, 5.0]\n").unwrap();
    let told = next();
    assert!(!told.contains("is held back"), "{told}");
    assert_eq!(held_back(), [""; 0]);
}
