use super::{Campaign, InvitationStatus};
use crate::domain::{Decision, DecisionReason};

/// The decisions of an activity do not add up to its eligible customers.
#[derive(Debug, thiserror::Error, PartialEq, Eq)]
#[error("`{activity}` does not add up: {found} {what} where there should be {expected}")]
pub struct Unreconciled {
    /// The activity's id.
    pub activity: String,
    /// What was counted.
    pub what: &'static str,
    /// What the ledger or the lists hold.
    pub found: u64,
    /// What they should hold.
    pub expected: u64,
}

/// Checks per activity that invited + waiting + control + suppressed + not
/// selected are its eligible customers, and that the lists hold exactly the
/// customers whom the ledger says they hold.
///
/// # Errors
/// With the first count that is off.
pub fn reconcile(campaign: &Campaign, eligible: &[Vec<u32>]) -> Result<(), Unreconciled> {
    let ledger = &campaign.candidates;
    let mut decided = vec![[0_u64; Decision::ALL.len()]; eligible.len()];
    for (&activity, reason) in ledger.activity.iter().zip(&ledger.reason) {
        decided[usize::from(activity)][reason.decision() as usize] += 1;
    }
    let mut listed = vec![[0_u64; 2]; eligible.len()];
    for invitation in &campaign.invitations {
        listed[usize::from(invitation.activity)][invitation.status as usize] += 1;
    }
    for (index, of) in campaign.funnel.iter().enumerate() {
        let already = of.reasons[DecisionReason::AlreadyInvited as usize];
        let [invited, waiting] = [InvitationStatus::Invited, InvitationStatus::Waitlist]
            .map(|s| listed[index][s as usize]);
        let counts = [
            (
                "decisions",
                decided[index].iter().sum(),
                eligible[index].len() as u64,
            ),
            (
                "reasons",
                of.reasons.iter().sum(),
                eligible[index].len() as u64,
            ),
            (
                "eligible customers in the funnel",
                of.eligible,
                eligible[index].len() as u64,
            ),
            (
                "invited",
                decided[index][Decision::Invited as usize],
                invited + already,
            ),
            (
                "waiting",
                decided[index][Decision::Waitlist as usize],
                waiting,
            ),
            ("invited in the funnel", of.invited, invited),
            ("waiting in the funnel", of.waitlist, waiting),
        ];
        for (what, found, expected) in counts {
            if found != expected {
                return Err(Unreconciled {
                    activity: of.activity.clone(),
                    what,
                    found,
                    expected,
                });
            }
        }
    }
    Ok(())
}
