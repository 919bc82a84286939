//! What the tests share: samples, folders to work in, and readers that know
//! nothing of clubcall's own code.

pub(crate) mod frame;
pub(crate) mod history;
pub(crate) mod mini;
pub(crate) mod people;
pub(crate) mod sample;
pub(crate) mod secrets;
pub(crate) mod workspace;

pub(crate) use frame::Table;
pub(crate) use workspace::{Ended, Workspace};
