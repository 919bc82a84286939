use super::LONGEST;

/// Why a name cannot be changed.
#[derive(Debug, thiserror::Error, PartialEq, Eq)]
pub enum NameError {
    /// The file is not of this form.
    #[error("{0}")]
    Form(String),
    /// No segment of that id.
    #[error("unknown segment `{id}`\n    known: {known}{}", did_you_mean(.meant.as_deref()))]
    Unknown {
        /// What was asked for.
        id: String,
        /// The ids there are.
        known: String,
        /// The nearest of them.
        meant: Option<String>,
    },
    /// A reserved segment that is empty.
    #[error("nobody is in segment `{id}` in that run")]
    Nobody {
        /// The segment.
        id: String,
    },
    /// The segment has no members any more.
    #[error("segment {id} was retired; its name stands in the runs that it was part of")]
    Retired {
        /// The segment.
        id: String,
    },
    /// The segment's name does not change by itself.
    #[error(
        "segment {id} is set apart by rule and its name changes only if you rename it; \
         there is nothing to lock"
    )]
    Reserved {
        /// The segment.
        id: String,
    },
    /// The name cannot be printed.
    #[error(
        "`{name}` cannot be a segment's name: {problem}\n    allowed: 1 to {LONGEST} characters in one line, \
         with a letter, unlike the ids S01, S02, …"
    )]
    Unfit {
        /// The name.
        name: String,
        /// What is wrong with it.
        problem: &'static str,
    },
    /// Another segment has the name.
    #[error(
        "segment {id} is called `{name}` already; two segments of one name cannot be told apart"
    )]
    Taken {
        /// The name.
        name: String,
        /// Who has it.
        id: String,
    },
}

fn did_you_mean(meant: Option<&str>) -> String {
    meant.map_or_else(String::new, |id| format!("\n    did you mean `{id}`?"))
}
