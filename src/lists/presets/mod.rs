//! The presets of importers, one file each: columns, names, keys and limits as
//! data, with the documentation they were taken from.
//!
//! To add one: a file here, a variant of [`Preset`](super::Preset).

pub(super) mod espocrm;
pub(super) mod genesys;
pub(super) mod hubspot;
pub(super) mod mautic;
pub(super) mod odoo;
pub(super) mod salesforce;
pub(super) mod tryton;
pub(super) mod vicidial;

use super::Kind;
use super::layout::{Target, Value};

/// A column that takes one of ours as it is, under the importer's name.
const fn same(header: &'static str, column: &'static str, kind: Kind) -> Target {
    Target::new(header, Value::Column(column), kind)
}
