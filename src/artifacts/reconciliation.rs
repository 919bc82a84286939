use super::{Night, int, words};
use crate::domain::{Decision, DecisionReason};
use crate::outputs::{OutColumn, OutTable, OutputError};
use crate::store::ActivityCounts;

/// An activity's candidates are not all accounted for. Nothing is published.
#[derive(Debug, thiserror::Error, PartialEq, Eq)]
#[error(
    "{activity}: {what} are {found} where there should be {expected}; nothing was published\n  \
     next: report it with the pipeline file"
)]
pub struct Unbalanced {
    /// The activity.
    pub activity: String,
    /// What was added up.
    pub what: &'static str,
    /// The sum.
    pub found: u64,
    /// What it should be.
    pub expected: u64,
}

/// What became of every activity's candidates, once invited + waitlist +
/// suppressed + control + not selected are found to be its eligible customers,
/// and its list, unless it is held back, to have those invited tonight and
/// those waiting.
///
/// `listed` has the rows of an activity's list by the list's name.
///
/// # Errors
/// With the first sum that is off.
pub fn reconciliation(
    night: &Night<'_>,
    listed: &[(String, u64)],
) -> Result<Vec<ActivityCounts>, Unbalanced> {
    let counts = counts(night);
    for (of, funnel) in counts.iter().zip(&night.campaign.funnel) {
        balance(
            of,
            funnel.reasons[DecisionReason::AlreadyInvited as usize],
            listed
                .iter()
                .find(|(name, _)| name.strip_prefix("invitations-") == Some(&*of.activity))
                .map(|(_, rows)| *rows),
        )?;
    }
    Ok(counts)
}

fn balance(of: &ActivityCounts, already: u64, listed: Option<u64>) -> Result<(), Unbalanced> {
    let sum = of.invited + of.waitlist + of.suppressed + of.control + of.not_selected;
    let off = |what, found, expected| Unbalanced {
        activity: of.activity.clone(),
        what,
        found,
        expected,
    };
    if sum != of.eligible {
        return Err(off("all decisions together", sum, of.eligible));
    }
    match listed {
        Some(rows) if rows + already != of.invited + of.waitlist => Err(off(
            "the rows of its list",
            rows,
            (of.invited + of.waitlist).saturating_sub(already),
        )),
        _ => Ok(()),
    }
}

fn counts(night: &Night<'_>) -> Vec<ActivityCounts> {
    let counts = night.campaign.funnel.iter().map(|funnel| {
        let count = |decision: Decision| {
            let reasons = DecisionReason::ALL.iter().zip(&funnel.reasons);
            reasons
                .filter(|(reason, _)| reason.decision() == decision)
                .map(|(_, count)| count)
                .sum()
        };
        ActivityCounts {
            activity: funnel.activity.clone(),
            eligible: funnel.eligible,
            invited: count(Decision::Invited),
            waitlist: count(Decision::Waitlist),
            suppressed: count(Decision::Suppressed),
            control: count(Decision::Control),
            not_selected: count(Decision::NotSelected),
        }
    });
    counts.collect()
}

/// `reconciliation.parquet`: what became of every activity's candidates.
pub(super) fn table(night: &Night<'_>) -> Result<OutTable, OutputError> {
    let counts = counts(night);
    let column = |name: &str, description: &str, value: fn(&ActivityCounts) -> u64| {
        OutColumn::new(name, description, int(counts.iter().map(value))).unit("customers")
    };
    OutTable::new(
        "reconciliation",
        "One row per activity: invited, waitlist, suppressed, control and not selected add up to eligible.",
        vec![
            OutColumn::new(
                "activity_id",
                "The activity.",
                words(counts.iter().map(|of| Some(of.activity.as_str()))),
            ),
            column(
                "eligible",
                "Customers whom the activity's rule takes.",
                |of| of.eligible,
            ),
            column(
                "invited",
                "Invited tonight, or before to the same activity.",
                |of| of.invited,
            ),
            column("waitlist", "Next in line.", |of| of.waitlist),
            column("suppressed", "Kept off by policy.", |of| of.suppressed),
            column("control", "Held out at random.", |of| of.control),
            column(
                "not_selected",
                "Could have been invited; others had more value.",
                |of| of.not_selected,
            ),
        ],
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    fn of() -> ActivityCounts {
        ActivityCounts {
            activity: "film".into(),
            eligible: 15,
            invited: 5,
            waitlist: 4,
            suppressed: 3,
            control: 2,
            not_selected: 1,
        }
    }

    #[test]
    fn what_adds_up_is_published_and_what_does_not_is_named() {
        assert_eq!(balance(&of(), 2, Some(7)), Ok(()));
        assert_eq!(balance(&of(), 0, None), Ok(()));
        let lost = ActivityCounts { control: 1, ..of() };
        let error = balance(&lost, 0, None).unwrap_err();
        assert_eq!((error.found, error.expected), (14, 15));
        let error = balance(&of(), 2, Some(8)).unwrap_err();
        assert_eq!((error.found, error.expected), (8, 7));
    }
}
