//! VICIdial: the lead loader's standard layout.
//!
//! Sources: the lead loader (`admin_listloader_fourth_gen.php`, "Standard
//! Format"): text with one of tab and pipe between the fields and no header,
//! 25 fields in this order, lines of at most 4,096 bytes, quotes and
//! `' " ; \` and the backquote taken out; NON-AGENT API documentation,
//! `add_lead` (<http://vicidial.org/docs/NON-AGENT_API.txt>): phone number 6 to
//! 16 digits, phone code 1 to 4 digits, list id 3 to 12 digits, and the length
//! of every field.
//!
//! Only calls to be made by phone are in a file (an invitation by phone is one
//! of them, within the team's hours, by a call reason `on = "invitation"`), with the country code and
//! the rest of the number apart. The list is chosen in the loader, or by
//! `columns = { list_id = { value = "1001" } }`. Loading a file again with the
//! check for duplicates in the list (DUPLIST) adds nothing.

use super::same;
use crate::lists::Kind;
use crate::lists::Source::Calls;
use crate::lists::layout::{FileLayout, Guard, Layout, Limits, Rows, Target, Value};
use crate::outputs::TextForm;

pub(in crate::lists) const LAYOUT: Layout = Layout {
    extension: "txt",
    text: TextForm {
        delimiter: '\t',
        line_end: "\n",
        header: false,
        ..TextForm::RFC4180
    },
    guard: Guard::Drop,
    refused: &['\'', '"', '`', '\\', ';', '|'],
    limits: Limits {
        columns: 25,
        ..Limits::NONE
    },
    files: &[FileLayout::new(Calls, STANDARD, KEY).rows(Rows::Dialled)],
    ..Layout::CSV
};

const KEY: &[&str] = &["vendor_lead_code"];

const fn empty(header: &'static str) -> Target {
    Target::new(header, Value::Empty, Kind::Text)
}

const STANDARD: &[Target] = &[
    same("vendor_lead_code", "customer_id", Kind::Id).limit(20),
    same("source_id", "reason_id", Kind::Id).limit(50),
    empty("list_id").limit(12),
    Target::new("phone_code", Value::CountryCode("phone"), Kind::Digits).limit(4),
    Target::new("phone_number", Value::National("phone"), Kind::Digits).limit(16),
    empty("title").limit(4),
    same("first_name", "name", Kind::Text).limit(30),
    empty("middle_initial").limit(1),
    empty("last_name").limit(30),
    empty("address1").limit(100),
    empty("address2").limit(100),
    empty("address3").limit(100),
    same("city", "district", Kind::Text).limit(50),
    empty("state").limit(2),
    empty("province").limit(50),
    empty("postal_code").limit(10),
    empty("country_code").limit(3),
    Target::new("gender", Value::Fixed("U"), Kind::Text).limit(1),
    empty("date_of_birth").limit(10),
    empty("alt_phone").limit(12),
    empty("email").limit(70),
    empty("security_phrase").limit(100),
    Target::new(
        "comments",
        Value::Joined(&["reason", "talking_points"]),
        Kind::Text,
    )
    .limit(255),
    empty("rank").limit(5),
    empty("owner").limit(20),
];
