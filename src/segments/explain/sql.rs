//! Rules as SQL.

use super::Condition;
use super::words::Asked;
use crate::segments::{Aspect, Encoding};

impl Asked<'_> {
    /// The condition over the features' names.
    pub(super) fn sql(&self) -> String {
        let name = quoted(&self.feature.name);
        let Condition { above, at_most, .. } = self.condition;
        let not = if above.is_some() { "" } else { "NOT " };
        match (self.aspect, &self.feature.encoding) {
            (Aspect::Level(level), _) if above.is_some() => format!("{name} = {}", text(level)),
            (Aspect::Level(level), _) => {
                format!("({name} IS NULL OR {name} <> {})", text(level))
            }
            (Aspect::Other, Encoding::Category(levels)) => {
                let known: Vec<&str> = levels.levels.iter().map(|l| l.name.as_str()).collect();
                if above.is_some() {
                    format!("{name} NOT IN ({})", texts(&known))
                } else {
                    format!("({name} IS NULL OR {name} IN ({}))", texts(&known))
                }
            }
            (Aspect::Missing | Aspect::Other, _) => format!("{name} IS {not}NULL"),
            (Aspect::Value, Encoding::Ordinal { order, .. }) => {
                let holds = |place: usize| self.condition.holds(place as f64);
                let known = order.iter().enumerate().filter(|(place, _)| holds(*place));
                let known: Vec<&str> = known.map(|(_, level)| level.as_str()).collect();
                self.or_missing(&name, format!("{name} IN ({})", texts(&known)))
            }
            (Aspect::Value, _) => {
                let tests = [
                    above.map(|limit| format!("{name} > {limit}")),
                    at_most.map(|limit| format!("{name} <= {limit}")),
                ];
                let tests: Vec<String> = tests.into_iter().flatten().collect();
                self.or_missing(&name, tests.join(" AND "))
            }
        }
    }

    /// A rule takes a missing value for the typical one.
    fn or_missing(&self, name: &str, test: String) -> String {
        let may_lack = self.feature.bins.shares.last().is_some_and(|&s| s > 0.0);
        if may_lack && self.condition.holds(self.reading.typical) {
            format!("({name} IS NULL OR {test})")
        } else {
            test
        }
    }
}

/// A text as SQL takes it.
fn text(text: &str) -> String {
    format!("'{}'", text.replace('\'', "''"))
}

fn texts(of: &[&str]) -> String {
    of.iter().map(|&of| text(of)).collect::<Vec<_>>().join(", ")
}

/// A column's name as SQL takes it.
fn quoted(name: &str) -> String {
    let plain = |c: char| c.is_ascii_lowercase() || c.is_ascii_digit() || c == '_';
    if name.chars().all(plain) && !name.starts_with(|c: char| c.is_ascii_digit()) {
        name.to_owned()
    } else {
        format!("\"{}\"", name.replace('"', "\"\""))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn column_names_that_sql_would_misread_are_quoted() {
        assert_eq!(quoted("minutes_90d"), "minutes_90d");
        assert_eq!(quoted("Seconds of \"Use\""), "\"Seconds of \"\"Use\"\"\"");
        assert_eq!(quoted("5g"), "\"5g\"");
    }
}
