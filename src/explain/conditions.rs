//! A rule taken apart: which of the conditions joined by AND hold for a
//! customer, and which do not.

use std::collections::BTreeMap;

use polars::prelude::{DataFrame, IntoLazy};
use serde::Serialize;
use serde_json::Value;
use sqlparser::ast::{BinaryOperator, Expr};
use sqlparser::dialect::GenericDialect;
use sqlparser::parser::Parser;

use super::told;
use crate::published;
use crate::rules;

/// One of the conditions that a rule joins by AND.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Part {
    /// As SQL.
    pub condition: String,
    /// Whether it holds; null where the run does not have what it asks.
    pub holds: Option<bool>,
    /// The customer's values of the columns it reads.
    pub values: BTreeMap<String, Value>,
}

/// The parts of a rule, in its order. A rule that cannot be taken apart is one.
pub(super) fn parts(row: &DataFrame, rule: &str) -> Vec<Part> {
    let parsed = Parser::new(&GenericDialect {})
        .try_with_sql(rule)
        .and_then(|mut parser| parser.parse_expr());
    let mut texts = Vec::new();
    match &parsed {
        Ok(expr) => split(expr, &mut texts),
        Err(_) => texts.push(rule.to_owned()),
    }
    texts.into_iter().map(|text| part(row, text)).collect()
}

fn split(expr: &Expr, texts: &mut Vec<String>) {
    match expr {
        Expr::BinaryOp {
            left,
            op: BinaryOperator::And,
            right,
        } => {
            split(left, texts);
            split(right, texts);
        }
        Expr::Nested(inner)
            if matches!(
                **inner,
                Expr::BinaryOp {
                    op: BinaryOperator::And,
                    ..
                }
            ) =>
        {
            split(inner, texts);
        }
        other => texts.push(other.to_string()),
    }
}

/// The columns that a condition reads; none if it cannot be read.
pub(super) fn columns(condition: &str) -> Vec<String> {
    let columns = rules::parse(condition).map(|expr| rules::columns(&expr));
    columns.unwrap_or_default().into_iter().collect()
}

fn part(row: &DataFrame, condition: String) -> Part {
    let record = published::records(row)
        .ok()
        .and_then(|rows| rows.into_iter().next())
        .unwrap_or_default();
    let values = columns(&condition)
        .into_iter()
        .map(|column| {
            let value = record.get(&column).clone();
            (column, value)
        })
        .collect();
    Part {
        holds: holds(row, &condition),
        condition,
        values,
    }
}

/// Whether a condition holds for the customer; `None` where a column it reads is
/// not there. As in a night, what is unknown counts as no.
pub(super) fn holds(row: &DataFrame, condition: &str) -> Option<bool> {
    let condition = rules::condition(condition, row.schema()).ok()?;
    let holds = row
        .clone()
        .lazy()
        .select([condition.alias("holds")])
        .collect()
        .ok()?;
    holds.column("holds").ok()?.bool().ok()?.get(0)
}

impl Part {
    /// The condition and what the customer has instead: `film_affinity >= 0.6,
    /// and this customer has 0.41`.
    pub(super) fn missed(&self) -> String {
        let values: Vec<String> = self
            .values
            .iter()
            .map(|(column, value)| match self.values.len() {
                1 => exact(value),
                _ => format!("{column} {}", exact(value)),
            })
            .collect();
        if values.is_empty() {
            return self.condition.clone();
        }
        format!("{} (this customer: {})", self.condition, values.join(", "))
    }
}

/// A value as it is, so that 0.599 is never told as 0.6.
fn exact(value: &Value) -> String {
    match value {
        Value::Number(_) => published::shown(value),
        other => told(other),
    }
}

#[cfg(test)]
mod tests {
    use polars::prelude::df;
    use serde_json::json;

    use super::*;

    #[test]
    fn a_rule_falls_into_the_conditions_that_all_must_hold() {
        let row = df!["film_affinity" => [0.41], "age" => [30_i64], "tier" => ["gold"]].unwrap();
        let rule = "film_affinity >= 0.6 AND (age < 65 AND tier IN ('gold', 'x')) AND (age > 40 OR film_affinity > 0.9)";
        let parts = parts(&row, rule);
        let held: Vec<(&str, Option<bool>)> = parts
            .iter()
            .map(|part| (part.condition.as_str(), part.holds))
            .collect();
        assert_eq!(
            held,
            [
                ("film_affinity >= 0.6", Some(false)),
                ("age < 65", Some(true)),
                ("tier IN ('gold', 'x')", Some(true)),
                ("(age > 40 OR film_affinity > 0.9)", Some(false)),
            ]
        );
        assert_eq!(parts[0].values["film_affinity"], json!(0.41));
        assert_eq!(
            parts[0].missed(),
            "film_affinity >= 0.6 (this customer: 0.41)"
        );
        assert_eq!(
            parts[3].missed(),
            "(age > 40 OR film_affinity > 0.9) (this customer: age 30, film_affinity 0.41)"
        );
    }

    #[test]
    fn what_the_run_does_not_have_is_not_known() {
        let row = df!["age" => [30_i64]].unwrap();
        let parts = parts(&row, "age > 18 AND manager_id IS NOT NULL");
        assert_eq!(parts[0].holds, Some(true));
        assert_eq!(parts[1].holds, None);
        assert_eq!(
            parts[1].missed(),
            "manager_id IS NOT NULL (this customer: unknown)"
        );
    }
}
