use std::collections::BTreeSet;

use super::cases::{Case, Next, Todo};
use super::{CallReason, QueueInput, Trigger};
use crate::campaign::{History, InvitationStatus, PROCESSED_AGE, Screening};
use crate::domain::{CallClass, Channel, DecisionReason, Unit};

/// Why a reason is kept back tonight.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Hold {
    /// The pre-launch review of the reason has a finding.
    Review,
    /// The contact policy, as for invitations.
    Policy(DecisionReason),
    /// Another reason of the contact unit is open and goes before it.
    Blocked,
    /// It was listed, and what came of it is not known yet.
    AwaitingOutcome,
    /// Every attempt was made, down to the last rung of the ladder.
    AttemptsUsedUp,
    /// None of its teams serves the customer, or is at work when it may be done.
    NoTeam,
    /// No allowed hour is left, such as before the activity starts.
    NoWindow,
}

impl Hold {
    /// The holds that only calls have, without those of the contact policy.
    pub const OWN: [Self; 6] = [
        Self::Review,
        Self::Blocked,
        Self::AwaitingOutcome,
        Self::AttemptsUsedUp,
        Self::NoTeam,
        Self::NoWindow,
    ];

    /// The name in published tables.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Review => "review",
            Self::Policy(reason) => reason.as_str(),
            Self::Blocked => "blocked",
            Self::AwaitingOutcome => "awaiting_outcome",
            Self::AttemptsUsedUp => "attempts_used_up",
            Self::NoTeam => "no_team",
            Self::NoWindow => "no_window",
        }
    }

    /// The hold in a few words, for summaries.
    #[must_use]
    pub const fn words(self) -> &'static str {
        match self {
            Self::Review => "the review of the reason has a finding",
            Self::Policy(reason) => reason.words(),
            Self::Blocked => "another reason goes first",
            Self::AwaitingOutcome => "listed before, outcome not known yet",
            Self::AttemptsUsedUp => "all attempts were made",
            Self::NoTeam => "no team serves the customer or is at work then",
            Self::NoWindow => "no allowed hour left",
        }
    }
}

/// What open cases keep from their contact units.
pub(super) struct Blocks {
    /// By customer's row: whether promotion is.
    pub(super) marketing: Vec<bool>,
    /// Contact units and the reasons kept from them.
    reasons: BTreeSet<(Unit, u16)>,
}

impl Blocks {
    pub(super) fn new(input: &QueueInput<'_>, cases: &[Case<'_>]) -> Self {
        let of = |reason: &CallReason| -> Vec<u16> {
            (0..)
                .zip(input.reasons)
                .filter(|(_, other)| reason.blocks.contains(&other.id))
                .map(|(index, _)| index)
                .collect()
        };
        let blocked: Vec<Vec<u16>> = input.reasons.iter().map(of).collect();
        let mut blocks = Self {
            marketing: vec![false; input.people.len()],
            reasons: BTreeSet::new(),
        };
        for case in cases {
            // A complaint that was called about and is still open blocks too.
            let open = case.holds || !matches!(case.next, Next::Done(_) | Next::Expired);
            if open {
                let reason = usize::from(case.at.reason);
                let row = case.at.row as usize;
                blocks.marketing[row] |= input.reasons[reason].blocks_marketing();
                let unit = input.people.unit[row];
                let others = blocked[reason].iter();
                blocks.reasons.extend(others.map(|&other| (unit, other)));
            }
        }
        blocks
    }
}

/// What the policy lets through tonight.
pub(super) struct Holds<'a> {
    input: QueueInput<'a>,
    screening: Screening<'a>,
    blocks: Blocks,
    /// By contact unit: whether tonight's message already uses up the contact.
    messaged: Vec<bool>,
}

impl<'a> Holds<'a> {
    pub(super) fn new(input: &QueueInput<'a>, history: &'a History, blocks: Blocks) -> Self {
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
            &blocks.marketing,
            input.do_not_contact_stale,
        );
        Self {
            input: *input,
            screening,
            blocks,
            messaged,
        }
    }

    /// Why the case is held, if it is.
    pub(super) fn of(&self, case: &Case<'_>, todo: &Todo<'_>) -> Option<Hold> {
        let row = case.at.row as usize;
        let people = self.input.people;
        let reason = &self.input.reasons[usize::from(case.at.reason)];
        if people.age[row].is_some_and(|age| age < PROCESSED_AGE) {
            return Some(Hold::Policy(DecisionReason::Minor));
        }
        if self.input.held_back[usize::from(case.at.reason)] {
            return Some(Hold::Review);
        }
        if self
            .blocks
            .reasons
            .contains(&(people.unit[row], case.at.reason))
        {
            return Some(Hold::Blocked);
        }
        match reason.class {
            CallClass::Service => (todo.channel().needs_phone() && people.phone[row].is_none())
                .then_some(Hold::Policy(DecisionReason::NoPhone)),
            CallClass::Marketing => self.marketing(case, todo.channel(), reason),
        }
    }

    fn marketing(&self, case: &Case<'_>, channel: Channel, reason: &CallReason) -> Option<Hold> {
        let held = |reason| Some(Hold::Policy(reason));
        let row = case.at.row as usize;
        if let Err(refusal) = self.screening.person_and_channels(row, &[channel]) {
            return held(refusal.reason);
        }
        let unit = self.input.people.unit[row];
        if !case.is_counted(reason)
            && let Err(refusal) = self.screening.frequency(row)
        {
            return held(refusal.reason);
        }
        if self.input.universal_control[unit as usize] {
            return held(DecisionReason::UniversalControl);
        }
        if reason.on != Some(Trigger::Invitation) && self.messaged[unit as usize] {
            return held(DecisionReason::OtherInvitation);
        }
        None
    }
}
