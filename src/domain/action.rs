use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::Channel;

/// What is done for a customer outside an invitation: the five follow-ups.
#[derive(
    Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize, JsonSchema,
)]
#[serde(rename_all = "lowercase")]
pub enum Action {
    /// A reminder by text message.
    Sms,
    /// A call-back.
    Call,
    /// A call that collects an opinion.
    Survey,
    /// A call that offers something.
    Promotion,
    /// A visit at home or at the office.
    Visit,
}

impl Action {
    /// Every action, in order.
    pub const ALL: [Self; 5] = [
        Self::Sms,
        Self::Call,
        Self::Survey,
        Self::Promotion,
        Self::Visit,
    ];

    /// The action's name in files and pipelines.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Sms => "sms",
            Self::Call => "call",
            Self::Survey => "survey",
            Self::Promotion => "promotion",
            Self::Visit => "visit",
        }
    }

    /// The channel that the action uses.
    #[must_use]
    pub const fn channel(self) -> Channel {
        match self {
            Self::Sms => Channel::Sms,
            Self::Call | Self::Survey | Self::Promotion => Channel::Call,
            Self::Visit => Channel::Visit,
        }
    }
}

/// Whether a contact serves the customer or sells to them; caps and consents
/// differ.
#[derive(
    Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize, JsonSchema,
)]
#[serde(rename_all = "lowercase")]
pub enum CallClass {
    /// About something the customer has or asked for.
    Service,
    /// An offer or an invitation.
    Marketing,
}
