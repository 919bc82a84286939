use std::fmt::Write;

use crate::campaign::{GivenUp, ReviewFinding};

/// The pre-launch review in words: what was reviewed, and a line per finding.
#[must_use]
pub fn review_text<'a>(
    reviewed: &str,
    findings: impl IntoIterator<Item = &'a ReviewFinding>,
    given_up: &[GivenUp],
) -> String {
    let mut lines = String::new();
    let mut count = 0;
    for finding in findings {
        count += 1;
        let _ = writeln!(lines, "  {}: {}", finding.subject, finding.text);
    }
    for constraints in given_up {
        count += 1;
        let held = constraints.activities.join(", ");
        let _ = writeln!(
            lines,
            "  constraints: {}; held back for it: {held}",
            constraints.text
        );
    }
    let findings = if count == 1 { "finding" } else { "findings" };
    format!("Pre-launch review: {reviewed}, {count} {findings}\n{lines}")
}
