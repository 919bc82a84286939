//! The integration tests, in one binary: linking polars once is slow enough.

#![allow(clippy::unwrap_used, reason = "a test that cannot go on has failed")]

mod support;

mod allocate;
mod bad_parquet;
mod commands;
mod customers;
mod deliver;
mod described;
mod determinism;
mod explain;
mod explaining;
mod faults;
mod input_faults;
mod layout;
mod lists;
mod measure;
mod mixed;
mod nights;
mod peer;
mod policy;
mod privacy;
mod propensity;
mod publish;
mod reruns;
mod review;
mod segments;
mod terminal;
mod truth;
mod week;
