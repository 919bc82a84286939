//! Whether an activity's message can be written to everybody it may go to.

use rayon::prelude::*;

use super::review::ReviewInput;
use super::{Activity, MessageError, Messages, Policy, Recipient};

/// Stands in for a place that is not given, to see whether it is asked for.
const NOWHERE: &str = "\u{1}";

/// What is wrong with the message, and for how many of `rows` if not for all.
pub(super) fn findings(
    input: &ReviewInput<'_>,
    activity: &Activity,
    rows: Option<&[u32]>,
) -> Vec<String> {
    if activity.message.trim().is_empty() {
        return vec!["`message` is missing: write what customers are told".to_owned()];
    }
    let sample = Recipient {
        name: "Name",
        district: "District",
    };
    let one = std::slice::from_ref(activity);
    let messages = match Messages::new(one, input.language) {
        Ok(messages) => messages,
        Err(error) => return vec![format!("`message`: {error}")],
    };
    let text = match messages.render(activity, sample) {
        Ok(text) => text,
        Err(error) => return vec![format!("`message`: {error}")],
    };
    let mut texts = Vec::new();
    if activity.place.is_none() && names_the_place(input, activity, sample) {
        texts.push("`message` names the place, and `place` is missing".to_owned());
    }
    if !says_how_to_opt_out(&text, input.policy) {
        texts.push(format!(
            "`message` does not say how to opt out: use one of {}",
            input.policy.opt_out_words.join(", ")
        ));
        return texts;
    }
    texts.extend(for_each(
        input,
        activity,
        &messages,
        rows.unwrap_or_default(),
    ));
    texts
}

fn names_the_place(input: &ReviewInput<'_>, activity: &Activity, sample: Recipient<'_>) -> bool {
    let somewhere = Activity {
        place: Some(NOWHERE.to_owned()),
        ..activity.clone()
    };
    Messages::new(std::slice::from_ref(&somewhere), input.language)
        .and_then(|messages| messages.render(&somewhere, sample))
        .is_ok_and(|text| text.contains(NOWHERE))
}

/// Writes the message to every customer, as the list will.
fn for_each(
    input: &ReviewInput<'_>,
    activity: &Activity,
    messages: &Messages<'_>,
    rows: &[u32],
) -> Vec<String> {
    let told = |&row: &u32| -> Result<bool, MessageError> {
        let recipient = Recipient::of(input.people, row as usize);
        let text = messages.render(activity, recipient)?;
        Ok(says_how_to_opt_out(&text, input.policy))
    };
    let wrong: Vec<u32> = (rows.par_iter().copied())
        .filter(|row| !matches!(told(row), Ok(true)))
        .collect();
    let errors: Vec<MessageError> = wrong.iter().filter_map(|row| told(row).err()).collect();
    let silent = wrong.len() - errors.len();
    let all = rows.len();
    let mut texts = Vec::new();
    if let Some(error) = errors.first() {
        texts.push(format!(
            "`message` cannot be written to {} of {all} customers: {error}",
            errors.len()
        ));
    }
    if silent > 0 {
        texts.push(format!(
            "`message` does not say to {silent} of {all} customers how to opt out: use one of {}",
            input.policy.opt_out_words.join(", ")
        ));
    }
    texts
}

/// Whether `text` holds one of the policy's opt-out words: a long one in any
/// case, a short Latin one (such as TD) as a whole word in that case.
#[must_use]
pub fn says_how_to_opt_out(text: &str, policy: &Policy) -> bool {
    let words = || policy.opt_out_words.iter().map(String::as_str);
    let words = || words().filter(|word| !word.trim().is_empty());
    let as_written = |word: &str| {
        if word.len() > 3 {
            text.contains(word)
        } else {
            let mut found = text.split(|c: char| !c.is_ascii_alphanumeric());
            found.any(|found| found == word)
        }
    };
    // Most texts say it as the policy does, and there may be millions.
    words().any(as_written) || {
        let lower = text.to_lowercase();
        words().any(|word| word.len() > 3 && lower.contains(&word.to_lowercase()))
    }
}
