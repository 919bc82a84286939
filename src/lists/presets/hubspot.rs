//! HubSpot: contacts, updated by a property of unique values.
//!
//! Source: HubSpot Knowledge Base, "Set up import files"
//! (<https://knowledge.hubspot.com/import-and-export/set-up-your-import-file>):
//! one sheet, a header row whose names are those of properties, fewer than
//! 1,000 columns, UTF-8, at most 512 MB and 1,048,576 rows a file; a contact
//! is known again by a property with unique values.
//!
//! Tasks cannot be updated by an import (ibid., "Glossary", activity), and one
//! that is carried over would be there twice, so a call is written into
//! properties of its contact, whom the list "created from this import" then
//! holds. The account needs the contact properties "Clubcall ID" (single-line
//! text, unique values) and those that begin with "Club".

use super::same;
use crate::lists::Kind;
use crate::lists::Source::{Calls, Customers, Invitations};
use crate::lists::layout::{FileLayout, Layout, Limits, Rows, Target, Value};

pub(in crate::lists) const LAYOUT: Layout = Layout {
    limits: Limits {
        rows: 1_000_000,
        bytes: 500_000_000,
        columns: 999,
        text: 65_536,
        ..Limits::NONE
    },
    files: &[
        FileLayout::new(Customers, CONTACTS, KEY),
        FileLayout::new(Invitations, INVITED, KEY).rows(Rows::Invited),
        FileLayout::new(Calls, CALLED, KEY),
    ],
    ..Layout::CSV
};

const KEY: &[&str] = &["Clubcall ID"];

const CONTACTS: &[Target] = &[
    same("Clubcall ID", "customer_id", Kind::Id),
    same("First Name", "name", Kind::Text),
    same("Phone Number", "phone", Kind::Phone),
    same("Club Segment", "segment_name", Kind::Text),
];

const INVITED: &[Target] = &[
    same("Clubcall ID", "customer_id", Kind::Id),
    same("First Name", "name", Kind::Text),
    same("Club Activity", "activity", Kind::Text),
    same("Club Channel", "channel", Kind::Word),
    same("Club Message", "message", Kind::Text),
];

const CALLED: &[Target] = &[
    same("Clubcall ID", "customer_id", Kind::Id),
    same("First Name", "name", Kind::Text),
    same("Club Call", "call_id", Kind::Key),
    same("Club Call Reason", "reason", Kind::Text),
    Target::new("Club Call Due", Value::Day("due_at"), Kind::Date),
    Target::new(
        "Club Call Notes",
        Value::Joined(&["script", "talking_points"]),
        Kind::Text,
    ),
];
