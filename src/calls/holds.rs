use super::hits::Hit;
use super::{QueueInput, Trigger};
use crate::campaign::{History, InvitationStatus, PROCESSED_AGE, Screening};
use crate::domain::{CallClass, Channel, DecisionReason};

/// Why a hit is kept back tonight.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Hold {
    /// The contact policy, as for invitations.
    Policy(DecisionReason),
    /// No allowed hour is left before the activity starts.
    NoWindow,
}

impl Hold {
    /// The name in published tables.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Policy(reason) => reason.as_str(),
            Self::NoWindow => "no_window",
        }
    }

    /// The hold in a few words, for summaries.
    #[must_use]
    pub const fn words(self) -> &'static str {
        match self {
            Self::Policy(reason) => reason.words(),
            Self::NoWindow => "no allowed hour left before the activity",
        }
    }
}

/// By row: whether a reason that blocks promotion applies tonight.
pub(super) fn service_cases(input: &QueueInput<'_>, hits: &[Hit<'_>]) -> Vec<bool> {
    let mut open = vec![false; input.people.len()];
    for hit in hits {
        open[hit.at.row as usize] |= input.reasons[usize::from(hit.at.reason)].blocks_promotion;
    }
    open
}

/// What the policy lets through tonight.
#[derive(Debug)]
pub(super) struct Holds<'a> {
    input: QueueInput<'a>,
    screening: Screening<'a>,
    /// By contact unit: whether tonight's message already uses up the contact.
    messaged: Vec<bool>,
}

impl<'a> Holds<'a> {
    pub(super) fn new(
        input: &QueueInput<'a>,
        history: &'a History,
        service_first: &[bool],
    ) -> Self {
        let mut messaged = vec![false; input.people.unit_keys.len()];
        for invitation in input.invitations {
            let goes_out = invitation.status == InvitationStatus::Invited;
            if goes_out && invitation.channel != Channel::Call {
                messaged[input.people.unit[invitation.row as usize] as usize] = true;
            }
        }
        let screening = Screening::new(
            input.people,
            input.policy,
            history,
            input.suppressions,
            service_first,
            input.do_not_contact_stale,
        );
        Self {
            input: *input,
            screening,
            messaged,
        }
    }

    /// Why the hit is held, if it is.
    pub(super) fn of(&self, hit: &Hit<'_>) -> Option<Hold> {
        let row = hit.at.row as usize;
        let people = self.input.people;
        let reason = &self.input.reasons[usize::from(hit.at.reason)];
        if people.age[row].is_some_and(|age| age < PROCESSED_AGE) {
            return Some(Hold::Policy(DecisionReason::Minor));
        }
        match reason.class {
            CallClass::Service => (reason.channel().needs_phone() && people.phone[row].is_none())
                .then_some(Hold::Policy(DecisionReason::NoPhone)),
            CallClass::Marketing => self.marketing(row, reason.channel(), reason.on),
        }
    }

    fn marketing(&self, row: usize, channel: Channel, on: Option<Trigger>) -> Option<Hold> {
        let held = |reason| Some(Hold::Policy(reason));
        if let Err(refusal) = self.screening.person_and_channels(row, &[channel]) {
            return held(refusal.reason);
        }
        let unit = self.input.people.unit[row];
        // An invitation has been counted when it was allocated; counting it
        // again would let it block its own call.
        if on != Some(Trigger::Invitation) {
            if let Err(refusal) = self.screening.frequency(row) {
                return held(refusal.reason);
            }
            if self.messaged[unit as usize] {
                return held(DecisionReason::OtherInvitation);
            }
        }
        if self.input.universal_control[unit as usize] {
            return held(DecisionReason::UniversalControl);
        }
        None
    }
}
