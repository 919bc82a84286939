//! The customer view: one wide row per customer, and one namespace for every
//! rule after it.
//!
//! [`ViewPlan::compile`] turns features, interests and tags into checked
//! expressions; [`build`] computes them. The plan is data (tables, windows,
//! expressions), apart from the engine that runs it.
//!
//! Columns come in this order, and each may use those before it: the customers
//! table with `age`, `as_of` and `days_since_…`; features from tables; derived
//! features; `<interest>_affinity`; tags. Segments add `segment_id` and
//! `segment_name` later.

mod affinity;
mod build;
mod people;
mod plan;
mod settings;
mod typing;

use polars::prelude::*;

pub use build::build;
pub use people::contact_units;
pub use plan::{Feature, Interest, Tag, ViewPlan};
pub use settings::{AffinitySettings, FeatureSettings, InterestSettings, TagSettings};

use crate::domain::People;
use crate::segments::Words;

/// Why the view could not be computed.
#[derive(Debug, thiserror::Error)]
#[error("the customer view: {what}: {reason}")]
pub struct ViewError {
    /// The feature, tag or rule.
    pub what: String,
    /// What the engine said.
    pub reason: String,
}

impl ViewError {
    pub(crate) fn new(what: &str, error: &PolarsError) -> Self {
        Self {
            what: what.to_owned(),
            reason: crate::rules::first_line(error),
        }
    }
}

/// One wide row per customer, ascending by `customer_id`.
pub struct CustomerView {
    /// Every column a rule may use.
    pub frame: DataFrame,
    /// The columns that campaign and calls need, in the frame's row order.
    pub people: People,
    /// What depends on an absent table and is therefore off.
    pub notes: Vec<String>,
}

impl CustomerView {
    /// A number per customer; missing is NaN.
    ///
    /// # Errors
    /// When the column does not exist or holds no numbers.
    pub fn numbers(&self, column: &str) -> Result<Vec<f64>, ViewError> {
        numbers(&self.frame, column).map_err(|error| ViewError::new(column, &error))
    }

    /// A word per customer.
    ///
    /// # Errors
    /// When the column does not exist or cannot be read as text.
    pub fn words(&self, column: &str) -> Result<Words, ViewError> {
        let read = || -> PolarsResult<Words> {
            let column = self.frame.column(column)?.cast(&DataType::String)?;
            Ok(column.str()?.iter().collect())
        };
        read().map_err(|error| ViewError::new(column, &error))
    }

    /// Whether each customer meets a condition.
    ///
    /// # Errors
    /// When the condition cannot be computed.
    pub fn holds(&self, what: &str, condition: &Expr) -> Result<Vec<bool>, ViewError> {
        let compute = || -> PolarsResult<Vec<bool>> {
            let out = self
                .frame
                .clone()
                .lazy()
                .select([condition.clone().alias("holds")])
                .collect()?;
            let column = out.column("holds")?.bool()?.clone();
            let all = column.iter().map(|yes| yes == Some(true));
            // A condition without columns gives one value for all.
            if column.len() == 1 {
                let yes = column.get(0) == Some(true);
                return Ok(vec![yes; self.frame.height()]);
            }
            Ok(all.collect())
        };
        compute().map_err(|error| ViewError::new(what, &error))
    }

    /// The rows of the customers who meet a condition, ascending.
    ///
    /// # Errors
    /// When the condition cannot be computed.
    pub fn rows(&self, what: &str, condition: &Expr) -> Result<Vec<u32>, ViewError> {
        let holds = (0_u32..).zip(self.holds(what, condition)?);
        Ok(holds.filter_map(|(row, yes)| yes.then_some(row)).collect())
    }

    /// Adds a text column, such as the segment's name.
    ///
    /// # Errors
    /// When the length differs from the number of customers.
    pub fn add_text(&mut self, name: &str, values: &[&str]) -> Result<(), ViewError> {
        let column = Column::new(name.into(), values);
        self.frame
            .with_column(column)
            .map(|_| ())
            .map_err(|error| ViewError::new(name, &error))
    }
}

/// A numeric column as numbers; missing is NaN.
pub(crate) fn numbers(frame: &DataFrame, column: &str) -> PolarsResult<Vec<f64>> {
    let column = frame.column(column)?.cast(&DataType::Float64)?;
    Ok(column
        .f64()?
        .iter()
        .map(|value| value.unwrap_or(f64::NAN))
        .collect())
}
