use crate::store::StoreError;

/// A run could not be delivered. Never holds a value of a list: a database
/// quotes what it refuses, so of its words only the code and the names of
/// table, column and constraint go on.
#[derive(Debug, thiserror::Error)]
pub enum DeliverError {
    /// The run or the destination folder.
    #[error(transparent)]
    Store(#[from] StoreError),
    /// The settings of the connection cannot be used.
    #[error("{0}")]
    Settings(String),
    /// The object store refused or cannot be reached.
    #[error("cannot {doing} {path} in the bucket: {problem}")]
    Bucket {
        /// The verb: read, write, remove.
        doing: &'static str,
        /// The object.
        path: String,
        /// What the store said.
        problem: String,
    },
    /// The database cannot be reached, or the connection was lost.
    #[error("{doing}: {problem}; what was there before is unchanged")]
    Connection {
        /// What was being done.
        doing: String,
        /// What went wrong.
        problem: String,
    },
    /// The database refused.
    #[error(
        "{doing}: PostgreSQL refused it ({problem}, SQLSTATE {code}{place}); \
         what was there before is unchanged"
    )]
    Refused {
        /// What was being done.
        doing: String,
        /// The kind of problem in words.
        problem: &'static str,
        /// The SQLSTATE.
        code: String,
        /// Table, column and constraint, where the database names them.
        place: String,
    },
    /// The run has nothing that the destination could take.
    #[error("{0}")]
    Nothing(String),
    /// A file of the run does not have the form that this version writes.
    #[error("{file} is not of the form this version reads: {problem}")]
    Form {
        /// The file within the run.
        file: String,
        /// What is wrong with it.
        problem: String,
    },
}

impl DeliverError {
    /// An error of the database, without what it quotes.
    pub(super) fn postgres(doing: impl Into<String>, error: &postgres::Error) -> Self {
        let doing = doing.into();
        let Some(refused) = error.as_db_error() else {
            return Self::Connection {
                doing,
                problem: with_causes(error),
            };
        };
        let named = [
            ("table", refused.table()),
            ("column", refused.column()),
            ("constraint", refused.constraint()),
        ];
        let place = named
            .iter()
            .filter_map(|(what, name)| Some(format!(", {what} {}", (*name)?)))
            .collect();
        let code = refused.code().code();
        Self::Refused {
            doing,
            problem: words(code),
            code: code.to_owned(),
            place,
        }
    }
}

/// An error with those that led to it, which say what the system said.
fn with_causes(error: &dyn std::error::Error) -> String {
    let mut text = error.to_string();
    let mut cause = error.source();
    while let Some(inner) = cause {
        let said = inner.to_string();
        if !text.contains(&said) {
            text.push_str(": ");
            text.push_str(&said);
        }
        cause = inner.source();
    }
    text
}

/// What a SQLSTATE means: PostgreSQL documentation, appendix A.
fn words(code: &str) -> &'static str {
    match code {
        "28P01" => "the password is wrong",
        "28000" => "this user may not connect",
        "3D000" => "there is no such database",
        "42501" => "this user has no right to do it",
        "53100" => "its disk is full",
        "53300" => "it has too many connections",
        "55P03" => "another delivery is loading",
        "57014" => "it was cancelled",
        "57P01" | "57P02" | "57P03" => "the server ended the connection",
        "23505" => "two rows have the same key",
        "42804" | "42P07" | "42703" => "a table of that name has another form",
        _ => match code.get(..2) {
            Some("08") => "the connection was lost",
            Some("22") => "a value does not fit its column",
            Some("23") => "a row breaks a constraint",
            Some("53") => "it is out of resources",
            Some("58") => "its disk failed",
            _ => "see the server's log",
        },
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn codes_have_words_and_unknown_ones_point_to_the_log() {
        assert_eq!(words("53100"), "its disk is full");
        assert_eq!(words("22P02"), "a value does not fit its column");
        assert_eq!(words("XX000"), "see the server's log");
    }
}
