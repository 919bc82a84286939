//! The categories of usage and the interests behind eight of them.

/// What a customer uses, in the order of the names, as the usage rows have it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Category {
    Devices,
    Gaming,
    Health,
    Messaging,
    Music,
    News,
    Reading,
    Shopping,
    Social,
    Sports,
    Travel,
    Video,
}

impl Category {
    pub(super) const ALL: [Self; 12] = [
        Self::Devices,
        Self::Gaming,
        Self::Health,
        Self::Messaging,
        Self::Music,
        Self::News,
        Self::Reading,
        Self::Shopping,
        Self::Social,
        Self::Sports,
        Self::Travel,
        Self::Video,
    ];

    pub(super) const fn as_str(self) -> &'static str {
        match self {
            Self::Devices => "devices",
            Self::Gaming => "gaming",
            Self::Health => "health",
            Self::Messaging => "messaging",
            Self::Music => "music",
            Self::News => "news",
            Self::Reading => "reading",
            Self::Shopping => "shopping",
            Self::Social => "social",
            Self::Sports => "sports",
            Self::Travel => "travel",
            Self::Video => "video",
        }
    }
}

/// The eight interests that clubs exist for.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Interest {
    Film,
    Music,
    Gaming,
    Reading,
    Health,
    Sports,
    Devices,
    Travel,
}

impl Interest {
    pub(super) const ALL: [Self; 8] = [
        Self::Film,
        Self::Music,
        Self::Gaming,
        Self::Reading,
        Self::Health,
        Self::Sports,
        Self::Devices,
        Self::Travel,
    ];

    pub(super) const fn as_str(self) -> &'static str {
        match self {
            Self::Film => "film",
            Self::Music => "music",
            Self::Gaming => "gaming",
            Self::Reading => "reading",
            Self::Health => "health",
            Self::Sports => "sports",
            Self::Devices => "devices",
            Self::Travel => "travel",
        }
    }

    /// The usage category that shows the interest.
    pub(super) const fn category(self) -> Category {
        match self {
            Self::Film => Category::Video,
            Self::Music => Category::Music,
            Self::Gaming => Category::Gaming,
            Self::Reading => Category::Reading,
            Self::Health => Category::Health,
            Self::Sports => Category::Sports,
            Self::Devices => Category::Devices,
            Self::Travel => Category::Travel,
        }
    }
}
