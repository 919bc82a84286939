use std::fmt;

/// Something wrong in the pipeline file, named by its key path.
///
/// Stages find faults; the pipeline knows the file and line of each key.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct Fault {
    /// Where it is, as `features[3].value`.
    pub key: String,
    /// What is wrong, with the offending value.
    pub problem: String,
    /// What would be right.
    pub allowed: Option<String>,
    /// The nearest known name, when a name was not known.
    pub meant: Option<String>,
}

impl Fault {
    /// A fault at `key`.
    pub fn new(key: impl Into<String>, problem: impl Into<String>) -> Self {
        Self {
            key: key.into(),
            problem: problem.into(),
            allowed: None,
            meant: None,
        }
    }

    /// The fault with a line about what would be right.
    #[must_use]
    pub fn allowed(mut self, allowed: impl Into<String>) -> Self {
        self.allowed = Some(allowed.into());
        self
    }

    /// A name that is not among the `known` ones, with the nearest of them.
    pub fn unknown<'a>(
        key: impl Into<String>,
        what: &str,
        name: &str,
        known: impl IntoIterator<Item = &'a str>,
    ) -> Self {
        let mut known: Vec<&str> = known.into_iter().collect();
        known.sort_unstable();
        known.dedup();
        let meant = nearest(name, &known).map(str::to_owned);
        let mut fault = Self::new(key, format!("unknown {what} `{name}`"));
        fault.allowed = Some(shortened(&known));
        fault.meant = meant;
        fault
    }
}

impl fmt::Display for Fault {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}: {}", self.key, self.problem)?;
        if let Some(allowed) = &self.allowed {
            write!(f, "\n    allowed: {allowed}")?;
        }
        if let Some(meant) = &self.meant {
            write!(f, "\n    did you mean `{meant}`?")?;
        }
        Ok(())
    }
}

/// The known name nearest to `name`, if one is near enough to be meant.
#[must_use]
pub fn nearest<'a>(name: &str, known: &[&'a str]) -> Option<&'a str> {
    let lower = name.to_lowercase();
    known
        .iter()
        .map(|&other| {
            (
                strsim::damerau_levenshtein(&lower, &other.to_lowercase()),
                other,
            )
        })
        .filter(|&(distance, other)| {
            distance <= 1 + name.len().min(other.len()) / 4 || other.to_lowercase() == lower
        })
        .min()
        .map(|(_, other)| other)
}

/// The names in one line, cut after a dozen.
fn shortened(names: &[&str]) -> String {
    const SHOWN: usize = 12;
    if names.is_empty() {
        return "nothing: none is declared".to_owned();
    }
    let mut text = names[..names.len().min(SHOWN)].join(", ");
    if names.len() > SHOWN {
        text.push_str(&format!(", … ({} in all)", names.len()));
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_nearest_name_is_meant_and_far_ones_are_not() {
        assert_eq!(nearest("minuets", &["minutes", "mb"]), Some("minutes"));
        assert_eq!(nearest("Minutes", &["minutes"]), Some("minutes"));
        assert_eq!(nearest("x", &["minutes", "sessions"]), None);
    }
}
