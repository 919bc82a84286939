//! The one rule language: SQL expressions, as polars reads them.
//!
//! Features, tags, eligibility, call reasons and column mappings are all rules.
//! [`checked`] turns a text into an expression and knows every column it may
//! use; [`exact`] makes its sums independent of row order.

mod exact;

use polars::prelude::*;
use polars::sql::sql_expr;

pub use exact::exact;

use crate::domain::nearest;

/// Why a text is no rule.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum RuleError {
    /// The text is not an SQL expression.
    #[error("`{text}` is not an SQL expression: {reason}")]
    Syntax {
        /// The rule as written.
        text: String,
        /// What the SQL parser says.
        reason: String,
    },
    /// The expression names a column that does not exist.
    #[error("`{text}` names an unknown column `{column}`")]
    UnknownColumn {
        /// The rule as written.
        text: String,
        /// The column that does not exist.
        column: String,
        /// The columns that do.
        known: Vec<String>,
    },
    /// The expression has no type, or not the one that is needed.
    #[error("`{text}` {reason}")]
    Type {
        /// The rule as written.
        text: String,
        /// What does not fit.
        reason: String,
    },
}

impl RuleError {
    /// The rule error as a fault of the pipeline file at `key`.
    #[must_use]
    pub fn into_fault(self, key: impl Into<String>) -> crate::domain::Fault {
        let mut fault = crate::domain::Fault::new(key, self.to_string());
        if let Self::UnknownColumn { column, known, .. } = &self {
            let mut names: Vec<&str> = known.iter().map(String::as_str).collect();
            names.sort_unstable();
            fault.meant = nearest(column, &names).map(str::to_owned);
            fault.allowed = Some(names.join(", "));
        }
        fault
    }
}

/// Reads an SQL expression.
///
/// # Errors
/// When the text is no expression that polars' SQL front-end knows.
pub fn parse(text: &str) -> Result<Expr, RuleError> {
    sql_expr(text).map_err(|error| RuleError::Syntax {
        text: text.to_owned(),
        reason: first_line(&error),
    })
}

/// The columns an expression reads, sorted.
#[must_use]
pub fn columns(expr: &Expr) -> Vec<String> {
    let mut names: Vec<String> = expr
        .clone()
        .meta()
        .root_names()
        .into_iter()
        .map(|name| name.to_string())
        .collect();
    names.sort_unstable();
    names.dedup();
    names
}

/// Reads an expression over `schema` and gives it with its type.
///
/// # Errors
/// When it does not parse, names an unknown column, or its types do not fit.
pub fn checked(text: &str, schema: &Schema) -> Result<(Expr, DataType), RuleError> {
    let expr = parse(text)?;
    for column in columns(&expr) {
        if !schema.contains(&column) {
            return Err(RuleError::UnknownColumn {
                text: text.to_owned(),
                column,
                known: schema.iter_names().map(ToString::to_string).collect(),
            });
        }
    }
    let field = expr.to_field(schema).map_err(|error| RuleError::Type {
        text: text.to_owned(),
        reason: format!("cannot be computed: {}", first_line(&error)),
    })?;
    let dtype = field.dtype().clone();
    Ok((expr, dtype))
}

/// Reads a yes/no expression over `schema`; unknown counts as no.
///
/// # Errors
/// As [`checked`], and when the expression is not yes/no.
pub fn condition(text: &str, schema: &Schema) -> Result<Expr, RuleError> {
    let (expr, dtype) = checked(text, schema)?;
    if dtype == DataType::Boolean {
        Ok(expr.fill_null(lit(false)))
    } else {
        Err(RuleError::Type {
            text: text.to_owned(),
            reason: format!("gives {dtype}, not yes or no"),
        })
    }
}

/// The message of a polars error without its backtrace or plan.
pub(crate) fn first_line(error: &PolarsError) -> String {
    let text = error.to_string();
    text.lines().next().unwrap_or_default().trim().to_owned()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn schema() -> Schema {
        Schema::from_iter([
            Field::new("minutes".into(), DataType::Int32),
            Field::new("category".into(), DataType::String),
            Field::new("tier".into(), DataType::String),
        ])
    }

    #[test]
    fn an_unknown_column_names_the_nearest_one() {
        let error = checked("SUM(minuets)", &schema()).unwrap_err();
        let fault = error.into_fault("features[0].value");
        assert_eq!(fault.meant.as_deref(), Some("minutes"));
        assert!(fault.problem.contains("minuets"), "{fault}");
    }

    #[test]
    fn the_common_subset_of_sql_is_understood() {
        for text in [
            "SUM(minutes) FILTER (WHERE category = 'video')",
            "COUNT(*) FILTER (WHERE category IN ('a', 'b'))",
            "CASE WHEN minutes > 3 THEN 1 ELSE 0 END",
            "COALESCE(minutes, 0) * 1.0 / NULLIF(minutes, 0)",
            "category LIKE 'vid%' AND minutes BETWEEN 1 AND 5",
            "COUNT(DISTINCT category)",
        ] {
            assert!(checked(text, &schema()).is_ok(), "{text}");
        }
    }

    #[test]
    fn a_condition_must_be_yes_or_no() {
        assert!(condition("minutes > 3", &schema()).is_ok());
        let error = condition("minutes + 3", &schema()).unwrap_err();
        assert!(error.to_string().contains("not yes or no"), "{error}");
    }

    #[test]
    fn rubbish_is_a_syntax_error() {
        for text in ["SUM(", "minutes >", "SELECT 1", "a b c"] {
            assert!(parse(text).is_err(), "{text}");
        }
    }
}
