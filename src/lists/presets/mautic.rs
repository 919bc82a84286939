//! Mautic: contacts, known again by a custom field that is a unique
//! identifier.
//!
//! Source: Mautic documentation, "Import Contacts"
//! (<https://docs.mautic.org/en/contacts/import-contacts>): CSV in UTF-8,
//! headers are the aliases of contact fields, times as `YYYY-MM-DD hh:mm:ss`,
//! several tags parted by `|`; files of more than a few thousand contacts are
//! to be divided. The importer reads a file line by line, so no cell has a
//! break in it (<https://github.com/mautic/mautic/issues/1379>), and a byte
//! order mark would become part of the first header.
//!
//! The instance needs the contact field `clubcall_id`, a unique identifier,
//! and for calls the fields that begin with `club_call`.

use super::same;
use crate::lists::Kind;
use crate::lists::Source::{Calls, Customers, Invitations};
use crate::lists::layout::{FileLayout, Layout, Limits, Rows, Target, Value};
use crate::outputs::TextForm;

pub(in crate::lists) const LAYOUT: Layout = Layout {
    text: TextForm {
        line_end: "\n",
        ..TextForm::RFC4180
    },
    limits: Limits {
        rows: 5_000,
        ..Limits::NONE
    },
    files: &[
        FileLayout::new(Customers, CONTACTS, KEY),
        FileLayout::new(Invitations, INVITED, KEY).rows(Rows::Invited),
        FileLayout::new(Calls, CALLED, KEY),
    ],
    ..Layout::CSV
};

const KEY: &[&str] = &["clubcall_id"];

const CONTACTS: &[Target] = &[
    same("clubcall_id", "customer_id", Kind::Id),
    same("firstname", "name", Kind::Text).limit(191),
    same("mobile", "phone", Kind::Phone),
];

const INVITED: &[Target] = &[
    same("clubcall_id", "customer_id", Kind::Id),
    same("firstname", "name", Kind::Text).limit(191),
    same("tags", "activity_id", Kind::Id),
];

const CALLED: &[Target] = &[
    same("clubcall_id", "customer_id", Kind::Id),
    same("firstname", "name", Kind::Text).limit(191),
    same("tags", "reason_id", Kind::Id),
    same("club_call_reason", "reason", Kind::Text).limit(191),
    Target::new("club_call_due", Value::Clock("due_at"), Kind::Clock),
];
