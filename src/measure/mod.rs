//! Lift: what activities do, against those who were held out at random.
//!
//! [`measure`] compares the arms of an [`Experiment`]: arrays in, figures out.
//! An experiment comes from rows of arms and outcomes ([`join`]) or from the
//! decisions of published nights ([`Entries`]) and what customers did then
//! ([`Outcome`]). The night (`lift.parquet`) and `clubcall measure` share the
//! latter way.
//!
//! | file | job |
//! | --- | --- |
//! | `experiment` | an experiment, and all that is measured in it |
//! | `join` | rows of arms and outcomes to an experiment |
//! | `entries` | decisions of published nights to an experiment |
//! | `outcomes` | what customers did: responses; activities that no night knows |
//! | `lift` | one group against another: absolute, relative, p-value |
//! | `rates`, `values` | the intervals and tests of rates and of means |
//! | `covariate` | the lift with what was known before taken out |
//! | `reached` | the effect on those whom treatment reached |
//! | `sample_ratio` | whether the arms have their planned sizes |
//! | `multiplicity` | p-values that are looked at together |
//! | `qini` | what inviting by score gains |
//! | `power` | what planned sizes can show |
//! | `interval` | an estimate with its interval; quantiles and tails |
//!
//! Everything is intention to treat: a unit counts in the arm it was drawn
//! into, whatever happened to it then.

mod covariate;
mod entries;
mod experiment;
mod interval;
mod join;
mod lift;
mod multiplicity;
mod outcomes;
mod power;
mod qini;
mod rates;
mod reached;
mod sample_ratio;
mod values;

#[cfg(test)]
mod simulations;

pub use covariate::{Adjusted, WithCovariate, adjusted};
pub use entries::{Candidate, Entered, Entries, HELD_OUT, OPEN, Pooling, Scope};
pub use experiment::{Arm, Comparison, Experiment, Measurement, SegmentLift, measure};
pub use interval::{CONFIDENCE, Interval};
pub use join::{ArmRows, JoinFault, Joined, OutcomeRows, join};
pub use lift::{Group, Kind, Lift, Test, adjust_together, lift};
pub use multiplicity::holm;
pub use outcomes::{Outcome, Response, Told, responses, told, told_experiment};
pub use power::{POWER, Plan, detectable_lift, power};
pub use qini::{Qini, QiniPoint, Scored, qini};
pub use rates::Rate;
pub use reached::effect_on_reached;
pub use sample_ratio::{SAMPLE_RATIO_ALPHA, SampleRatio, sample_ratio};
pub use values::Moments;
