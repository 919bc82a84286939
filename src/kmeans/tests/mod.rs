//! What users of the room rely on, and that its shortcuts change nothing.

mod coarse;
mod data;
mod determinism;
mod errors;
mod known;
mod linfa;
mod shortcuts;
mod traits;
mod weights;
