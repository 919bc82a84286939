//! Tryton 8.2: parties, and the campaign's records of marketing automation.
//!
//! Source: `ModelStorage.import_data` of trytond 8.2
//! (<https://docs.tryton.org/latest/server/ref/models.html>). It creates a
//! record for every row without `id` and writes those with one; `id` is a
//! database id when it is a whole number, otherwise the record's name, which
//! for `party.party` is also its code. What decides the form of our files:
//!
//! - When a row with `id` has a column of a child record, every child that the
//!   row does not name by its own id is **deleted**. So an update has no column
//!   of a child, and a phone number is only ever set on creation.
//! - `party.party.code` is unique, and so are scenario and record of
//!   `marketing.automation.record`: a create file that is imported again is
//!   refused as a whole and changes nothing.
//! - A customer id of digits alone would be taken for a database id, so codes
//!   begin with a letter.
//!
//! Modules: `party`, and `marketing_automation` for the campaign list: per
//! activity a scenario on `party.party` whose name is the activity's id.

use super::same;
use crate::lists::Kind;
use crate::lists::Source::{Customers, Invitations};
use crate::lists::layout::{FileLayout, Layout, Rows, Target, Value};

pub(in crate::lists) const LAYOUT: Layout = Layout {
    prefix: "clubcall-",
    files: &[
        FileLayout::new(Customers, CREATE, &["code"])
            .rows(Rows::New)
            .ending("-create"),
        FileLayout::new(Customers, UPDATE, &["id"])
            .rows(Rows::Known)
            .ending("-update")
            .childless(),
        FileLayout::new(Invitations, RECORDS, &["scenario", "record"])
            .rows(Rows::Invited)
            .ending("-create"),
    ],
    ..Layout::CSV
};

const CODE: Value = Value::Key("", &["customer_id"]);

const CREATE: &[Target] = &[
    Target::new("code", CODE, Kind::Key),
    same("name", "name", Kind::Text),
    Target::new(
        "contact_mechanisms/type",
        Value::Beside("phone", "mobile"),
        Kind::Text,
    ),
    same("contact_mechanisms/value", "phone", Kind::Phone),
];

const UPDATE: &[Target] = &[
    Target::new("id", CODE, Kind::Key),
    same("name", "name", Kind::Text),
];

const RECORDS: &[Target] = &[
    same("scenario", "activity_id", Kind::Id),
    Target::new(
        "record",
        Value::Reference("party.party,", "customer_id"),
        Kind::Key,
    ),
];
