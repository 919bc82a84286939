//! Problems of allocation: who is invited to what, under constraints that bind
//! and with a feasible choice planted beside them.
//!
//! A candidate is a function of the seed, the activities and the customer's
//! number, and so is what a household takes at given prices ([`planted`]). So
//! one pass over blocks of customers writes the candidates and adds up what the
//! planted choice uses, and memory does not grow with customers. The bounds
//! follow from those sums; `problem.toml` is written last, so a folder without
//! it was interrupted.

mod activity;
mod candidates;
mod conflict;
mod document;
mod limit;
mod planted;
mod set;
mod write;

pub use write::write_problem;

/// What problem to generate.
#[derive(Debug, Clone, PartialEq)]
pub struct ProblemSettings {
    /// Number of customers, 1 to 100,000,000.
    pub customers: u64,
    /// Number of activities, 2 to 2,000.
    pub activities: u32,
    /// The share of all pairs that are candidates on average, 0.001 to 0.9.
    pub share: f64,
    /// The same seed gives the same bytes.
    pub seed: u64,
    /// Whether some activities have seats.
    pub seats: bool,
    /// Whether households share their contacts; else each customer is a contact
    /// unit.
    pub households: bool,
}

#[cfg(test)]
mod tests;
