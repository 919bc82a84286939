use super::{Kind, ListColumn};

/// What the rows of a list are: the beginning of the list's name says it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Source {
    /// Master data of the customers: `customers`. Not a list of whom to
    /// contact, so it goes out only where an export names it.
    Customers,
    /// Those invited to an activity and those waiting: `invitations-…`.
    Invitations,
    /// Calls, messages and visits: of an action, `calls-…`, or of a team,
    /// `queue-…`. The latter hold the same rows again, so they go out only where
    /// an export names them.
    Calls,
}

/// What the name of a team's queue begins with.
pub const QUEUE: &str = "queue";

/// A column that every list of a source has.
#[derive(Debug, Clone, Copy)]
pub struct SourceColumn {
    /// The name in the header.
    pub name: &'static str,
    /// What the cells hold.
    pub kind: Kind,
    /// What a value means.
    pub description: &'static str,
}

const fn column(name: &'static str, kind: Kind, description: &'static str) -> SourceColumn {
    SourceColumn {
        name,
        kind,
        description,
    }
}

const CUSTOMER_ID: SourceColumn = column("customer_id", Kind::Id, "The customer.");
const NAME: SourceColumn = column("name", Kind::Text, "How to address the customer.");
const LANGUAGE: SourceColumn = column("language", Kind::Word, "The customer's language.");
const DISTRICT: SourceColumn = column("district", Kind::Text, "The customer's district.");
const CHANNEL: SourceColumn = column("channel", Kind::Word, "How to reach the customer.");
const OWNER: SourceColumn = column("owner", Kind::Text, "Who answers for it.");
const NOT_BEFORE: SourceColumn = column(
    "not_before",
    Kind::DateTime,
    "Contact not earlier than this.",
);
const NOT_AFTER: SourceColumn = column("not_after", Kind::DateTime, "Contact not later than this.");

const CUSTOMERS: &[SourceColumn] = &[
    CUSTOMER_ID,
    column("phone", Kind::Phone, "The number."),
    NAME,
    LANGUAGE,
    DISTRICT,
    column("segment_id", Kind::Word, "The segment; it keeps its id."),
    column("segment_name", Kind::Text, "The segment's name."),
    column(
        "known",
        Kind::Word,
        "new, or known: whether an earlier night's list named the customer.",
    ),
];

const INVITATIONS: &[SourceColumn] = &[
    CUSTOMER_ID,
    column(
        "phone",
        Kind::Phone,
        "The number, for channels that need one.",
    ),
    NAME,
    LANGUAGE,
    DISTRICT,
    column("activity_id", Kind::Id, "The activity."),
    column("activity", Kind::Text, "The activity's name."),
    column("status", Kind::Word, "invited, or waitlist."),
    column("rank", Kind::Integer, "Place within the activity, from 1."),
    CHANNEL,
    NOT_BEFORE,
    NOT_AFTER,
    OWNER,
    column("message", Kind::Text, "What the customer is told."),
];

const CALLS: &[SourceColumn] = &[
    column(
        "position",
        Kind::Integer,
        "The order in which to work the list, from 1.",
    ),
    column(
        "call_id",
        Kind::Key,
        "The matter; it keeps its id while it is carried over.",
    ),
    CUSTOMER_ID,
    column("phone", Kind::Phone, "The number."),
    NAME,
    LANGUAGE,
    DISTRICT,
    column("reason_id", Kind::Id, "The leading reason."),
    column(
        "reason",
        Kind::Text,
        "The leading reason in a sentence, then any further ones.",
    ),
    CHANNEL,
    column("team", Kind::Word, "The team that does it."),
    OWNER,
    column("due_at", Kind::DateTime, "When it is due."),
    column(
        "starts_at",
        Kind::DateTime,
        "About when its turn comes, if the list is worked from top to bottom.",
    ),
    NOT_BEFORE,
    NOT_AFTER,
    column("attempt", Kind::Integer, "Which attempt it is, from 1."),
    column("script", Kind::Text, "What to say."),
    column("talking_points", Kind::Text, "What to raise besides."),
];

impl Source {
    /// Every source.
    pub const ALL: [Self; 3] = [Self::Customers, Self::Invitations, Self::Calls];

    /// The beginning of the names of its lists, and the table that a database
    /// has them in.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Customers => "customers",
            Self::Invitations => "invitations",
            Self::Calls => "calls",
        }
    }

    /// The source of the list of that name.
    #[must_use]
    pub fn of(list: &str) -> Option<Self> {
        let first = list.split('-').next();
        if first == Some(QUEUE) {
            return Some(Self::Calls);
        }
        Self::ALL
            .into_iter()
            .find(|source| first == Some(source.name()))
    }

    /// What an export must name for the list to go out, if that takes more than
    /// wanting all lists.
    #[must_use]
    pub fn asked_for(list: &str) -> Option<&'static str> {
        let first = list.split('-').next()?;
        [Self::Customers.name(), QUEUE]
            .into_iter()
            .find(|name| *name == first)
    }

    /// The columns of its lists, in order.
    #[must_use]
    pub const fn columns(self) -> &'static [SourceColumn] {
        match self {
            Self::Customers => CUSTOMERS,
            Self::Invitations => INVITATIONS,
            Self::Calls => CALLS,
        }
    }

    /// The columns that tell a row of all its lists from every other one.
    #[must_use]
    pub const fn key(self) -> &'static [&'static str] {
        match self {
            Self::Customers => &["customer_id"],
            Self::Invitations => &["activity_id", "customer_id"],
            Self::Calls => &["call_id"],
        }
    }

    /// The column of that name.
    #[must_use]
    pub fn column(self, name: &str) -> Option<&'static SourceColumn> {
        self.columns().iter().find(|column| column.name == name)
    }

    /// The columns as a list takes them.
    #[must_use]
    pub fn list_columns(self) -> Vec<ListColumn> {
        self.columns()
            .iter()
            .map(|column| ListColumn::new(column.name, column.description, column.kind))
            .collect()
    }
}
