use serde::{Deserialize, Serialize};

/// What became of a candidate.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Decision {
    /// Invited in this run, or already invited to this activity before it.
    Invited,
    /// Next in line, should invited customers decline.
    Waitlist,
    /// Held out at random, to measure what the campaign does.
    Control,
    /// Kept off by policy: consent, do-not-contact, caps, complaint, age.
    Suppressed,
    /// Could have been invited; others had more value for the same place.
    NotSelected,
}

impl Decision {
    /// Every decision, in order.
    pub const ALL: [Self; 5] = [
        Self::Invited,
        Self::Waitlist,
        Self::Control,
        Self::Suppressed,
        Self::NotSelected,
    ];

    /// The decision's name in `decisions.parquet`.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Invited => "invited",
            Self::Waitlist => "waitlist",
            Self::Control => "control",
            Self::Suppressed => "suppressed",
            Self::NotSelected => "not_selected",
        }
    }
}

/// The first reason that decided about a candidate. The list is closed; the
/// order is the order in which the reasons are tested.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum DecisionReason {
    /// Has been invited to this activity by an earlier run or contact.
    AlreadyInvited,
    /// The activity failed the pre-launch review.
    ActivityHeldBack,
    /// The customer opted out of personalised offers.
    NoPersonalisation,
    /// Younger than 18.
    Minor,
    /// No birth date, so no proof of age.
    AgeUnknown,
    /// A complaint, or another call reason that blocks promotion, is open.
    ServiceFirst,
    /// No consent for any channel of the activity.
    NoConsent,
    /// On the do-not-contact list for every channel that had consent.
    DoNotContact,
    /// No valid phone for the channels that had consent.
    NoPhone,
    /// Ignored several contacts lately and is left alone for a while.
    CoolOff,
    /// The contact cap is used up by earlier contacts.
    ContactCap,
    /// No hour that the customer accepts is left before the activity.
    NoHour,
    /// An earlier contact conflicts with it.
    EarlierConflict,
    /// A marketing call or message about a call reason goes out tonight.
    FollowUpFirst,
    /// In the control group of all campaigns.
    UniversalControl,
    /// In the control group of this activity.
    ActivityControl,
    /// Invited to another activity in this run, which uses up the cap.
    OtherInvitation,
    /// Another invitation of this run conflicts with it.
    Conflict,
    /// The contact unit has had its contacts by a contact rule.
    ContactRule,
    /// No seat left for the customer's place.
    NoSeatInPlace,
    /// All seats taken by candidates of more value.
    NoSeat,
    /// A constraint left no room for it, or others had more value within it.
    Constraint,
    /// Not worth its cost: the expected net value is not positive.
    NoValue,
    /// Invited.
    Selected,
    /// On the waitlist.
    NextInLine,
}

impl DecisionReason {
    /// Every reason, in order.
    pub const ALL: [Self; 25] = [
        Self::AlreadyInvited,
        Self::ActivityHeldBack,
        Self::NoPersonalisation,
        Self::Minor,
        Self::AgeUnknown,
        Self::ServiceFirst,
        Self::NoConsent,
        Self::DoNotContact,
        Self::NoPhone,
        Self::CoolOff,
        Self::ContactCap,
        Self::NoHour,
        Self::EarlierConflict,
        Self::FollowUpFirst,
        Self::UniversalControl,
        Self::ActivityControl,
        Self::OtherInvitation,
        Self::Conflict,
        Self::ContactRule,
        Self::NoSeatInPlace,
        Self::NoSeat,
        Self::Constraint,
        Self::NoValue,
        Self::Selected,
        Self::NextInLine,
    ];

    /// The reason's name in `decisions.parquet`.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::ActivityHeldBack => "activity_held_back",
            Self::NoPersonalisation => "no_personalisation",
            Self::Minor => "minor",
            Self::AgeUnknown => "age_unknown",
            Self::ServiceFirst => "service_first",
            Self::NoConsent => "no_consent",
            Self::DoNotContact => "do_not_contact",
            Self::NoPhone => "no_phone",
            Self::NoHour => "no_hour",
            Self::CoolOff => "cool_off",
            Self::ContactCap => "contact_cap",
            Self::EarlierConflict => "earlier_conflict",
            Self::AlreadyInvited => "already_invited",
            Self::FollowUpFirst => "follow_up_first",
            Self::UniversalControl => "universal_control",
            Self::ActivityControl => "activity_control",
            Self::OtherInvitation => "other_invitation",
            Self::Conflict => "conflict",
            Self::ContactRule => "contact_rule",
            Self::NoSeatInPlace => "no_seat_in_place",
            Self::NoSeat => "no_seat",
            Self::Constraint => "constraint",
            Self::NoValue => "no_value",
            Self::Selected => "selected",
            Self::NextInLine => "next_in_line",
        }
    }

    /// The reason in a few words, for summaries and reports.
    #[must_use]
    pub const fn words(self) -> &'static str {
        match self {
            Self::ActivityHeldBack => "activity held back by the pre-launch review",
            Self::NoPersonalisation => "opted out of personalised offers",
            Self::Minor => "under 18",
            Self::AgeUnknown => "age unknown",
            Self::ServiceFirst => "a complaint or service case is open",
            Self::NoConsent => "no consent for the channels",
            Self::DoNotContact => "on the do-not-contact list",
            Self::NoPhone => "no valid phone",
            Self::NoHour => "no hour that the customer accepts",
            Self::CoolOff => "ignored recent contacts",
            Self::ContactCap => "contact cap used up",
            Self::EarlierConflict => "conflicts with an earlier contact",
            Self::AlreadyInvited => "already invited before",
            Self::FollowUpFirst => "a follow-up call or message goes first",
            Self::UniversalControl => "control group of all campaigns",
            Self::ActivityControl => "control group of the activity",
            Self::OtherInvitation => "invited to something else tonight",
            Self::Conflict => "conflicts with another invitation tonight",
            Self::ContactRule => "contacts used up by a contact rule",
            Self::NoSeatInPlace => "no seat left in the district",
            Self::NoSeat => "no seat left",
            Self::Constraint => "no room within a constraint",
            Self::NoValue => "expected value not positive",
            Self::Selected => "invited",
            Self::NextInLine => "on the waitlist",
        }
    }

    /// The decision that the reason leads to.
    #[must_use]
    pub const fn decision(self) -> Decision {
        match self {
            Self::Selected | Self::AlreadyInvited => Decision::Invited,
            Self::NextInLine => Decision::Waitlist,
            Self::UniversalControl | Self::ActivityControl => Decision::Control,
            Self::OtherInvitation
            | Self::Conflict
            | Self::ContactRule
            | Self::NoSeatInPlace
            | Self::NoSeat
            | Self::Constraint
            | Self::NoValue => Decision::NotSelected,
            _ => Decision::Suppressed,
        }
    }
}
