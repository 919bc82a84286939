use jiff::civil::Date;

use super::{Activity, Messages, Policy, Recipient};
use crate::domain::Language;

/// Something the pre-launch review found wrong with an activity.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ReviewFinding {
    /// The activity's id.
    pub activity: String,
    /// What is wrong, and what would be right.
    pub text: String,
}

/// Reviews activities before launch; an activity with a finding is held back.
///
/// `interests` are the ids of the pipeline's interests. Findings are in the
/// order of the activities.
#[must_use]
pub fn review<S: AsRef<str>>(
    activities: &[Activity],
    as_of: Date,
    interests: &[S],
    policy: &Policy,
) -> Vec<ReviewFinding> {
    let of = |activity: &Activity| {
        let mut texts = faults(activity, as_of, policy);
        if !interests
            .iter()
            .any(|interest| interest.as_ref() == activity.interest)
        {
            texts.push(format!(
                "`interest` names `{}`, which is no interest",
                activity.interest
            ));
        }
        let finding = |text| ReviewFinding {
            activity: activity.id.clone(),
            text,
        };
        texts.into_iter().map(finding).collect::<Vec<_>>()
    };
    activities.iter().flat_map(of).collect()
}

/// By activity, whether a finding holds it back.
#[must_use]
pub fn held_back(activities: &[Activity], findings: &[ReviewFinding]) -> Vec<bool> {
    let found = |activity: &Activity| findings.iter().any(|f| f.activity == activity.id);
    activities.iter().map(found).collect()
}

fn faults(activity: &Activity, as_of: Date, policy: &Policy) -> Vec<String> {
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
    if activity.starts.0.date() <= as_of {
        texts.push(format!(
            "`starts` is {}, not after the night of {as_of}",
            activity.starts.words()
        ));
    }
    if activity.ends.is_some_and(|ends| ends <= activity.starts) {
        texts.push("`ends` is not after `starts`".to_owned());
    }
    if activity.message.trim().is_empty() {
        texts.push("`message` is missing: write what customers are told".to_owned());
        return texts;
    }
    if !policy
        .opt_out_words
        .iter()
        .any(|word| says(&activity.message, word))
    {
        texts.push(format!(
            "`message` does not say how to opt out: use one of {}",
            policy.opt_out_words.join(", ")
        ));
    }
    let sample = Recipient {
        name: "Name",
        district: "District",
    };
    let rendered = Messages::new(std::slice::from_ref(activity), Language::En)
        .and_then(|messages| messages.render(activity, sample));
    if let Err(error) = rendered {
        texts.push(format!("`message`: {error}"));
    }
    texts
}

/// Whether `message` holds `word`: a long one in any case, a short Latin one
/// (such as TD) as a whole word in that case.
fn says(message: &str, word: &str) -> bool {
    if word.trim().is_empty() {
        return false;
    }
    if word.len() > 3 {
        return message.to_lowercase().contains(&word.to_lowercase());
    }
    message
        .split(|c: char| !c.is_ascii_alphanumeric())
        .any(|found| found == word)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::campaign::Seats;
    use crate::campaign::testing::activity;

    fn findings(change: impl FnOnce(&mut Activity)) -> Vec<String> {
        let mut activity = activity("film-night", "film");
        change(&mut activity);
        let as_of = "2026-11-01".parse().unwrap();
        review(&[activity], as_of, &["film"], &Policy::default())
            .into_iter()
            .map(|finding| finding.text)
            .collect()
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
            |a| a.seats = Seats::ByDistrict([("hills".into(), 0)].into()),
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
            |a| a.message = "Dear {{ name }}, LTD shops. OUTDOORS.".to_owned(),
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
            |a| a.interest = "flim".to_owned(),
            "`flim`, which is no interest",
        );
    }

    #[test]
    fn a_finding_holds_only_its_activity_back() {
        let mut activities = [activity("a", "film"), activity("b", "film")];
        activities[1].owner.clear();
        let as_of = "2026-11-01".parse().unwrap();
        let findings = review(&activities, as_of, &["film"], &Policy::default());
        assert_eq!(held_back(&activities, &findings), [false, true]);
    }
}
