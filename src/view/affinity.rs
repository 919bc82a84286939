//! Affinity: how much a customer is drawn to an interest, from 0 to 1.
//!
//! *Usage* counts with a half-life: minutes `h` days ago count
//! `0.5^(h / half_life)`. The decayed sum `x` becomes `x / (x + m)` with `m` the
//! median of those who used the interest at all, so 0.5 is its typical user and
//! heavy users approach 1 without swamping the rest (the Michaelis–Menten
//! curve). *Preferences* count as their score, decayed with their own
//! half-life. The two are independent evidence and combine as noisy-or:
//! `1 - (1 - a·usage)(1 - b·preference)` (Pearl, *Probabilistic Reasoning in
//! Intelligent Systems*, 1988, section 4.3.2).

use std::collections::BTreeMap;

use polars::prelude::*;

use super::plan::ViewPlan;
use super::{ViewError, numbers};
use crate::tables::ValidTables;

/// The aggregates that affinities need from each table.
pub(super) struct Affinities {
    by_table: BTreeMap<&'static str, Vec<Expr>>,
}

/// The column that holds an interest's raw sum until [`Affinities::finish`].
fn raw(kind: &str, id: &str) -> String {
    format!("__{kind}_{id}")
}

pub(super) fn plan(plan: &ViewPlan, tables: &ValidTables) -> Affinities {
    let settings = &plan.affinity;
    let mut by_table: BTreeMap<&'static str, Vec<Expr>> = BTreeMap::new();
    let one_of = |column: &str, names: &[String]| {
        names
            .iter()
            .map(|name| col(column).eq(lit(name.as_str())))
            .reduce(Expr::or)
            .unwrap_or_else(|| lit(false))
    };
    for interest in plan
        .interests
        .iter()
        .filter(|interest| interest.value.is_none())
    {
        if tables.tables.contains_key("usage") && !interest.categories.is_empty() {
            let recent = col("days_since_date").lt_eq(lit(settings.window_days));
            let counts = one_of(&settings.usage_category, &interest.categories).and(recent);
            let weight = decay("days_since_date", settings.half_life_days);
            // Whole thousandths add up to the same sum in any order.
            let amount = (col(&settings.usage_measure).cast(DataType::Float64) * weight * lit(1e3))
                .round(0, RoundMode::HalfAwayFromZero)
                .cast(DataType::Int64);
            let sum = when(counts).then(amount).otherwise(lit(0i64)).sum();
            by_table
                .entry("usage")
                .or_default()
                .push(sum.alias(raw("usage", &interest.id)));
        }
        if let Some(preferences) = tables
            .tables
            .get("preferences")
            .filter(|_| !interest.topics.is_empty())
        {
            let mut score = if preferences.schema.contains("score") {
                col("score").clip(lit(0.0), lit(1.0))
            } else {
                lit(1.0)
            };
            if preferences.schema.contains("date") {
                let weight = decay("days_since_date", settings.preference_half_life_days);
                score = score * weight.fill_null(lit(1.0));
            }
            let best = when(one_of("topic", &interest.topics))
                .then(score)
                .otherwise(lit(NULL))
                .max();
            by_table
                .entry("preferences")
                .or_default()
                .push(best.alias(raw("preference", &interest.id)));
        }
    }
    Affinities { by_table }
}

/// `0.5^(age / half_life)`.
fn decay(age: &str, half_life: u32) -> Expr {
    lit(0.5).pow(col(age).cast(DataType::Float64) / lit(f64::from(half_life)))
}

impl Affinities {
    /// What the pass over `table` has to add up.
    pub(super) fn aggregates(&self, table: &str) -> Vec<Expr> {
        self.by_table.get(table).cloned().unwrap_or_default()
    }

    /// Replaces the raw sums in the frame by `<interest>_affinity`.
    pub(super) fn finish(&self, plan: &ViewPlan, frame: DataFrame) -> Result<DataFrame, ViewError> {
        let mut frame = frame;
        for interest in &plan.interests {
            let compute = |frame: &DataFrame| -> PolarsResult<Column> {
                let values = match &interest.value {
                    Some(expr) => {
                        let out = frame
                            .clone()
                            .lazy()
                            .select([expr.clone().alias("affinity")])
                            .collect()?;
                        let values = numbers(&out, "affinity")?;
                        values
                            .into_iter()
                            .map(|v| if v.is_nan() { 0.0 } else { v.clamp(0.0, 1.0) })
                            .collect()
                    }
                    None => {
                        let usage = optional(frame, &raw("usage", &interest.id))?;
                        let preference = optional(frame, &raw("preference", &interest.id))?;
                        combine(&saturated(&usage), &preference, plan)
                    }
                };
                Ok(Column::new(interest.column().as_str().into(), values))
            };
            let column = compute(&frame).map_err(|error| ViewError::new(&interest.id, &error))?;
            frame
                .with_column(column)
                .map_err(|error| ViewError::new(&interest.id, &error))?;
        }
        for name in frame.get_column_names_owned() {
            if name.starts_with("__") {
                frame = frame
                    .drop(&name)
                    .map_err(|error| ViewError::new("affinity", &error))?;
            }
        }
        Ok(frame)
    }
}

/// The column as numbers, 0 where it is missing or not there.
fn optional(frame: &DataFrame, column: &str) -> PolarsResult<Vec<f64>> {
    if frame.get_column_index(column).is_none() {
        return Ok(vec![0.0; frame.height()]);
    }
    let values = numbers(frame, column)?;
    Ok(values
        .into_iter()
        .map(|value| if value.is_nan() { 0.0 } else { value })
        .collect())
}

/// `x / (x + m)`, with `m` the median of the positive values.
fn saturated(values: &[f64]) -> Vec<f64> {
    let mut positive: Vec<f64> = values
        .iter()
        .copied()
        .filter(|&value| value > 0.0)
        .collect();
    if positive.is_empty() {
        return vec![0.0; values.len()];
    }
    let middle = positive.len() / 2;
    let (_, median, _) = positive.select_nth_unstable_by(middle, f64::total_cmp);
    let median = *median;
    values
        .iter()
        .map(|&value| value / (value + median))
        .collect()
}

fn combine(usage: &[f64], preference: &[f64], plan: &ViewPlan) -> Vec<f64> {
    let (a, b) = (
        plan.affinity.usage_weight.get(),
        plan.affinity.preference_weight.get(),
    );
    usage
        .iter()
        .zip(preference)
        .map(|(&usage, &preference)| 1.0 - (1.0 - a * usage) * (1.0 - b * preference))
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_typical_user_has_one_half() {
        let affinity = saturated(&[0.0, 10.0, 20.0, 4000.0, 0.0]);
        assert_eq!(affinity[0], 0.0);
        assert!((affinity[2] - 0.5).abs() < 1e-12);
        assert!(affinity[3] > 0.99 && affinity[3] < 1.0);
    }
}
