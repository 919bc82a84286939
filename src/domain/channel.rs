use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

/// A way to reach a customer.
#[derive(
    Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize, JsonSchema,
)]
#[serde(rename_all = "lowercase")]
pub enum Channel {
    /// A message in the operator's app.
    App,
    /// A text message.
    Sms,
    /// A telephone call by an agent.
    Call,
    /// A visit by an account manager.
    Visit,
}

impl Channel {
    /// Every channel, in order.
    pub const ALL: [Self; 4] = [Self::App, Self::Sms, Self::Call, Self::Visit];

    /// The channel's name in files and pipelines.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::App => "app",
            Self::Sms => "sms",
            Self::Call => "call",
            Self::Visit => "visit",
        }
    }

    /// The channel of that name, if there is one.
    #[must_use]
    pub fn parse(name: &str) -> Option<Self> {
        Self::ALL
            .into_iter()
            .find(|channel| channel.as_str() == name)
    }

    /// The channel's place in [`Channel::ALL`], to index arrays per channel.
    #[must_use]
    pub const fn index(self) -> usize {
        self as usize
    }

    /// Whether the channel needs a telephone number.
    #[must_use]
    pub const fn needs_phone(self) -> bool {
        matches!(self, Self::Sms | Self::Call)
    }
}
