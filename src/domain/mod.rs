//! The words every stage shares: shares, labels, channels, decisions, people.
//!
//! Nothing here does I/O or knows a data frame. A value that exists is valid:
//! each type refuses what cannot be when it is parsed.

mod action;
mod channel;
mod contact_hours;
mod day;
mod decision;
mod fault;
mod id;
mod label;
mod people;
mod phone;
mod share;

pub use action::{Action, CallClass};
pub use channel::Channel;
pub use contact_hours::ContactHours;
pub use day::{Days, date_from_days, days_from_date};
pub use decision::{Decision, DecisionReason};
pub use fault::{Fault, nearest};
pub use id::{ID_PATTERN, SLUG, is_slug};
pub use label::{Label, Language};
pub use people::{People, Unit};
pub use phone::{Phone, PhoneError};
pub use share::{Share, ShareError};
