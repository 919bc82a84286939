//! Genesys Cloud: contact lists.
//!
//! Sources: Genesys Cloud Resource Center, "Create lists in CSV format"
//! (<https://help.mypurecloud.com/articles/csv-files/>): UTF-8, comma, a header
//! row of unique names without special characters, at most 50 columns, a
//! column of phone numbers (E.164 with its `+`), a unique identifier, no blank
//! row at the end; "Create a new contact list"
//! (<https://help.mypurecloud.com/articles/create-new-contact-list/>): at most
//! 1,000,000 contacts a list, 128 characters a header, 512 a cell.
//!
//! Only calls to be made by phone are in a file. Appended to the same list, a
//! contact with the same `clubcall_id` as its unique identifier is updated.

use super::same;
use crate::lists::Kind;
use crate::lists::Source::Calls;
use crate::lists::layout::{FileLayout, Layout, Limits, Rows, Target};

pub(in crate::lists) const LAYOUT: Layout = Layout {
    limits: Limits {
        rows: 1_000_000,
        columns: 50,
        text: 512,
        header: 128,
        ..Limits::NONE
    },
    files: &[FileLayout::new(Calls, CALLED, KEY).rows(Rows::Dialled)],
    ..Layout::CSV
};

const KEY: &[&str] = &["clubcall_id"];

const CALLED: &[Target] = &[
    same("clubcall_id", "call_id", Kind::Key),
    same("phone", "phone", Kind::Phone),
    same("customer_id", "customer_id", Kind::Id),
    same("name", "name", Kind::Text),
    same("language", "language", Kind::Word),
    same("district", "district", Kind::Text),
    same("reason", "reason", Kind::Text),
    same("position", "position", Kind::Integer),
    same("due_at", "due_at", Kind::DateTime),
    same("not_before", "not_before", Kind::DateTime),
    same("not_after", "not_after", Kind::DateTime),
    same("script", "script", Kind::Text),
    same("talking_points", "talking_points", Kind::Text),
];
