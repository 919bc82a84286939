use std::collections::BTreeSet;

use jiff::civil::Date;

use super::review_messages;
use super::{Activity, Policy, ReviewSettings, Seats, Volumes};
use crate::domain::{Language, People, nearest};

/// Something the pre-launch review found wrong.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ReviewFinding {
    /// The id of the activity or call reason.
    pub subject: String,
    /// What is wrong, and what would be right.
    pub text: String,
}

/// What the review of activities looks at.
#[derive(Debug, Clone, Copy)]
pub struct ReviewInput<'a> {
    /// The day whose lists are made.
    pub as_of: Date,
    /// Tonight's activities.
    pub activities: &'a [Activity],
    /// The ids of the pipeline's interests.
    pub interests: &'a [&'a str],
    /// The language in which messages name activities.
    pub language: Language,
    /// `[policy]`.
    pub policy: &'a Policy,
    /// The customers.
    pub people: &'a People,
    /// Whether they are only a sample, of which volumes and places say nothing.
    pub sampled: bool,
    /// By activity: the rows that meet its rule, where that is known.
    pub eligible: &'a [Option<&'a [u32]>],
    /// The candidates of each activity in the previous run.
    pub before: &'a Volumes,
    /// `[review]`.
    pub settings: ReviewSettings,
}

/// Reviews activities before launch; an activity with a finding is held back.
/// Findings are in the order of the activities.
#[must_use]
pub fn review(input: &ReviewInput<'_>) -> Vec<ReviewFinding> {
    let people = (!input.sampled).then_some(input.people);
    let districts: Option<BTreeSet<&str>> = people.map(|people| {
        people
            .district
            .iter()
            .flatten()
            .map(String::as_str)
            .collect()
    });
    let of = |(at, activity): (usize, &Activity)| {
        let rows = input.eligible.get(at).copied().flatten();
        let mut texts = settings(input, activity);
        texts.extend(places(activity, districts.as_ref()));
        texts.extend(review_messages::findings(input, activity, rows));
        if let (Some(rows), false) = (rows, input.sampled) {
            let before = input.before.get(&activity.id).copied();
            let unusual = input
                .settings
                .unusual("candidates", rows.len() as u64, before);
            texts.extend(unusual);
        }
        let finding = |text| ReviewFinding {
            subject: activity.id.clone(),
            text,
        };
        texts.into_iter().map(finding).collect::<Vec<_>>()
    };
    input.activities.iter().enumerate().flat_map(of).collect()
}

/// By activity, whether a finding holds it back.
#[must_use]
pub fn held_back(activities: &[Activity], findings: &[ReviewFinding]) -> Vec<bool> {
    let found = |activity: &Activity| findings.iter().any(|f| f.subject == activity.id);
    activities.iter().map(found).collect()
}

/// What can be seen of the activity alone.
fn settings(input: &ReviewInput<'_>, activity: &Activity) -> Vec<String> {
    let mut texts = Vec::new();
    if activity.owner.trim().is_empty() {
        texts.push("`owner` is missing: name who answers for it".to_owned());
    }
    if activity.channels.is_empty() {
        texts.push("`channels` is empty: name at least one channel".to_owned());
    }
    if activity.seats.total() == 0 {
        texts.push("`seats` are none: give at least one seat".to_owned());
    }
    if activity.starts.0.date() <= input.as_of {
        texts.push(format!(
            "`starts` is {}, not after the night of {}",
            activity.starts.words(),
            input.as_of
        ));
    }
    if activity.ends.is_some_and(|ends| ends <= activity.starts) {
        texts.push("`ends` is not after `starts`".to_owned());
    }
    if !input.interests.contains(&activity.interest.as_str()) {
        texts.push(format!(
            "`interest` names `{}`, which is no interest",
            activity.interest
        ));
    }
    texts
}

/// Districts with seats in which nobody lives.
fn places(activity: &Activity, districts: Option<&BTreeSet<&str>>) -> Vec<String> {
    let (Seats::ByDistrict(seats), Some(districts)) = (&activity.seats, districts) else {
        return Vec::new();
    };
    let known: Vec<&str> = districts.iter().copied().collect();
    let unknown = seats
        .keys()
        .filter(|name| !districts.contains(name.as_str()));
    unknown
        .map(|name| {
            let meant = nearest(name, &known)
                .map_or_else(String::new, |near| format!("; did you mean `{near}`?"));
            format!("`seats` name the district `{name}`, in which no customer lives{meant}")
        })
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::campaign::testing::{activity, people};

    /// The findings about one activity, changed, among these customers.
    fn among(people: &People, change: impl FnOnce(&mut Activity)) -> Vec<String> {
        let mut activity = activity("film-night", "film");
        change(&mut activity);
        let rows: Vec<u32> = (0..people.len() as u32).collect();
        let findings = review(&ReviewInput {
            as_of: "2026-11-01".parse().unwrap(),
            activities: &[activity],
            interests: &["film"],
            language: Language::En,
            policy: &Policy::default(),
            people,
            sampled: false,
            eligible: &[Some(&rows)],
            before: &Volumes::new(),
            settings: ReviewSettings::default(),
        });
        findings.into_iter().map(|finding| finding.text).collect()
    }

    fn findings(change: impl FnOnce(&mut Activity)) -> Vec<String> {
        among(&people(3), change)
    }

    #[test]
    fn a_good_activity_has_no_finding() {
        assert_eq!(findings(|_| {}), [""; 0]);
        assert!(findings(|a| a.message = "请来。回复退订即可退订".to_owned()).is_empty());
    }

    #[test]
    fn each_fault_is_found() {
        let only = |change: fn(&mut Activity), words: &str| {
            let found = findings(change);
            assert!(
                found.len() == 1 && found[0].contains(words),
                "{words}: {found:?}"
            );
        };
        only(|a| a.owner = " ".to_owned(), "`owner` is missing");
        only(|a| a.channels.clear(), "`channels` is empty");
        only(|a| a.seats = Seats::Total(0), "`seats` are none");
        only(
            |a| a.seats = Seats::ByDistrict([("harbour".into(), 0)].into()),
            "`seats` are none",
        );
        only(
            |a| a.starts = "2026-11-01T19:30".parse().unwrap(),
            "not after the night",
        );
        only(|a| a.ends = Some(a.starts), "`ends` is not after");
        only(|a| a.message.clear(), "`message` is missing");
        only(
            |a| a.message = "Dear {{ name }}, come.".to_owned(),
            "opt out",
        );
        only(
            |a| a.message = "Dear {{ name }}, LTD shops. OUTDOORS. {# Reply TD #}".to_owned(),
            "opt out",
        );
        only(
            |a| a.message = "Dear {{ nmae }}. Reply TD.".to_owned(),
            "does not exist",
        );
        only(
            |a| a.message = "Dear {{ name. Reply TD.".to_owned(),
            "cannot be read",
        );
        only(
            |a| {
                a.message = "Come to {{ place }}. Reply TD.".to_owned();
                a.place = None;
            },
            "`place` is missing",
        );
        only(
            |a| a.interest = "flim".to_owned(),
            "`flim`, which is no interest",
        );
    }

    #[test]
    fn districts_in_which_nobody_lives_come_with_those_that_were_meant() {
        let seats = |a: &mut Activity| {
            let seats = [("habour", 10), ("moon", 2), ("harbour", 5)];
            a.seats = Seats::ByDistrict(seats.map(|(name, n)| (name.into(), n)).into());
        };
        assert_eq!(
            findings(seats),
            [
                "`seats` name the district `habour`, in which no customer lives; did you mean \
                 `harbour`?",
                "`seats` name the district `moon`, in which no customer lives"
            ]
        );
    }

    #[test]
    fn messages_are_written_to_everybody_they_may_go_to() {
        let mut people = people(4);
        people.district[1] = None;
        people.name[2] = None;
        let broken = |a: &mut Activity| {
            a.message = "{{ name }}{% if not district %}{{ twon }}{% endif %}: \
                         {% if name %}Reply TD.{% endif %}"
                .to_owned();
        };
        let found = among(&people, broken);
        assert_eq!(
            found[0],
            "`message` cannot be written to 1 of 4 customers: the text of `film-night` uses a \
             variable that does not exist in line 1"
        );
        assert!(
            found.len() == 2 && found[1].contains("does not say to 1 of 4 customers"),
            "{found:?}"
        );
        assert!(
            found.iter().all(|text| !text.contains("Name ")),
            "somebody is named"
        );
    }

    #[test]
    fn volumes_are_compared_with_the_previous_run_unless_few_took_part() {
        let (people, activity) = (people(9), activity("film-night", "film"));
        let rows: Vec<u32> = (0..9).collect();
        let found = |sampled, eligible| {
            review(&ReviewInput {
                as_of: "2026-11-01".parse().unwrap(),
                activities: std::slice::from_ref(&activity),
                interests: &["film"],
                language: Language::En,
                policy: &Policy::default(),
                people: &people,
                sampled,
                eligible: &[eligible],
                before: &[("film-night".to_owned(), 50)].into(),
                settings: ReviewSettings::default(),
            })
            .into_iter()
            .map(|finding| finding.text)
            .collect::<Vec<_>>()
        };
        let told = found(false, Some(rows.as_slice()));
        assert!(
            told.len() == 1 && told[0].contains("9 candidates after 50"),
            "{told:?}"
        );
        assert_eq!(found(true, Some(rows.as_slice())), [""; 0]);
        assert_eq!(found(false, None), [""; 0], "not known before segments");
    }

    #[test]
    fn a_finding_holds_only_its_activity_back() {
        let activities = [activity("a", "film"), activity("b", "film")];
        let finding = ReviewFinding {
            subject: "b".to_owned(),
            text: String::new(),
        };
        assert_eq!(held_back(&activities, &[finding]), [false, true]);
    }
}
