//! EspoCRM: contacts and tasks, "Create & Update" by `clubcallId`.
//!
//! Source: EspoCRM documentation, "Import"
//! (<https://docs.espocrm.com/administration/import/>): CSV in UTF-8 with a
//! header row; in the mode *Create & Update* the fields marked "update by"
//! decide which record is meant; contacts can be added to a target list on the
//! way, so that an activity's file fills the activity's target list.
//!
//! Contact and Task need the text field `clubcallId`, Task also
//! `clubcallCustomer`: an import finds linked records by name alone, and names
//! are not unique.

use super::same;
use crate::lists::Kind;
use crate::lists::Source::{Calls, Customers, Invitations};
use crate::lists::layout::{FileLayout, Layout, Limits, Rows, Target, Value};

pub(in crate::lists) const LAYOUT: Layout = Layout {
    limits: Limits {
        text: 65_535,
        ..Limits::NONE
    },
    files: &[
        FileLayout::new(Customers, CONTACTS, KEY),
        FileLayout::new(Invitations, CONTACTS, KEY).rows(Rows::Invited),
        FileLayout::new(Calls, TASKS, KEY),
    ],
    ..Layout::CSV
};

const KEY: &[&str] = &["clubcallId"];

const CONTACTS: &[Target] = &[
    same("clubcallId", "customer_id", Kind::Id),
    Target::new("lastName", Value::Either("name", "customer_id"), Kind::Text).limit(100),
    same("phoneNumber", "phone", Kind::Phone),
];

const TASKS: &[Target] = &[
    same("clubcallId", "call_id", Kind::Key),
    same("clubcallCustomer", "customer_id", Kind::Id),
    same("name", "reason", Kind::Text).limit(150),
    Target::new("status", Value::Fixed("Not Started"), Kind::Text),
    Target::new("dateEndDate", Value::Day("due_at"), Kind::Date),
    Target::new(
        "description",
        Value::Joined(&["script", "talking_points"]),
        Kind::Text,
    ),
];
