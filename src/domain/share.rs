use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

/// A number from 0 to 1: a probability, a part of a whole.
#[derive(Debug, Clone, Copy, PartialEq, PartialOrd, Serialize, Deserialize, JsonSchema)]
#[serde(try_from = "f64", into = "f64")]
// schemars leaves the inner field's range out where `try_from` is given.
#[schemars(description = "a share from 0 to 1", extend("minimum" = 0.0, "maximum" = 1.0))]
pub struct Share(f64);

/// The number was not a share.
#[derive(Debug, thiserror::Error)]
#[error("{0} is not a share; allowed: 0 to 1")]
pub struct ShareError(f64);

impl Share {
    /// Nothing of the whole.
    pub const ZERO: Self = Self(0.0);

    /// A share, if `value` is a number from 0 to 1.
    ///
    /// # Errors
    /// When `value` is not a number or lies outside 0 to 1.
    pub fn new(value: f64) -> Result<Self, ShareError> {
        if (0.0..=1.0).contains(&value) {
            Ok(Self(value))
        } else {
            Err(ShareError(value))
        }
    }

    /// A constant share; out of range fails to compile when used in a `const`.
    #[must_use]
    pub const fn of(value: f64) -> Self {
        assert!(value >= 0.0 && value <= 1.0, "a share lies between 0 and 1");
        Self(value)
    }

    /// The share as a number.
    #[must_use]
    pub const fn get(self) -> f64 {
        self.0
    }
}

impl TryFrom<f64> for Share {
    type Error = ShareError;

    fn try_from(value: f64) -> Result<Self, ShareError> {
        Self::new(value)
    }
}

impl From<Share> for f64 {
    fn from(share: Share) -> Self {
        share.0
    }
}
