use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

/// The languages in which labels and reports exist.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "lowercase")]
pub enum Language {
    /// English.
    #[default]
    En,
    /// Simplified Chinese.
    Zh,
}

impl Language {
    /// The BCP 47 tag, as in an HTML `lang` attribute.
    #[must_use]
    pub const fn tag(self) -> &'static str {
        match self {
            Self::En => "en",
            Self::Zh => "zh-CN",
        }
    }
}

/// A text for people: one for all languages, or one for each.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(untagged)]
#[schemars(description = "a text, or { en = \"…\", zh = \"…\" }")]
pub enum Label {
    /// The same text in every language.
    One(String),
    /// A text per language.
    Each {
        /// English.
        en: String,
        /// Simplified Chinese; English stands in when absent.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        zh: Option<String>,
    },
}

impl Label {
    /// The text in `language`.
    #[must_use]
    pub fn text(&self, language: Language) -> &str {
        match (self, language) {
            (Self::One(text), _) => text,
            (Self::Each { en, .. }, Language::En) => en,
            (Self::Each { en, zh }, Language::Zh) => zh.as_deref().unwrap_or(en),
        }
    }

    /// The text in every language it has.
    pub fn texts(&self) -> impl Iterator<Item = &str> {
        let (first, second) = match self {
            Self::One(text) => (text, None),
            Self::Each { en, zh } => (en, zh.as_deref()),
        };
        std::iter::once(first.as_str()).chain(second)
    }

    /// The label with every `{each}` replaced by `word`.
    #[must_use]
    pub fn expanded(&self, word: &str) -> Self {
        match self {
            Self::One(text) => Self::One(text.replace("{each}", word)),
            Self::Each { en, zh } => Self::Each {
                en: en.replace("{each}", word),
                zh: zh.as_ref().map(|zh| zh.replace("{each}", word)),
            },
        }
    }
}
