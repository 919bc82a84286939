//! Odoo: partners and leads by external id.
//!
//! Source: Odoo documentation, "Export and import data"
//! (<https://www.odoo.com/documentation/19.0/applications/essentials/export_import_data.html>):
//! the column `id` is the External ID, by which a record that was imported
//! before is modified instead of created; `field/id` refers to another record
//! by its External ID; External IDs are unique across all objects, so they
//! begin with the application and the object; an empty cell empties the field;
//! comma and double quotes. A dot parts module and name, so there is none.
//!
//! An empty phone would empty one that somebody has entered, so partners are
//! created with a number and updated without: create and update are apart.

use super::same;
use crate::lists::Kind;
use crate::lists::Source::{Calls, Customers, Invitations};
use crate::lists::layout::{FileLayout, KeyForm, Layout, Rows, Target, Value};

pub(in crate::lists) const LAYOUT: Layout = Layout {
    prefix: "clubcall_",
    keys: KeyForm {
        separator: '_',
        dot: '-',
    },
    files: &[
        FileLayout::new(Customers, CREATE, &["id"])
            .rows(Rows::New)
            .ending("-create"),
        FileLayout::new(Customers, UPDATE, &["id"])
            .rows(Rows::Known)
            .ending("-update"),
        FileLayout::new(Invitations, INVITED, &["id"]).rows(Rows::Invited),
        FileLayout::new(Calls, CALLED, &["id"]),
    ],
    ..Layout::CSV
};

const PARTNER: Value = Value::Key("customer", &["customer_id"]);

const CREATE: &[Target] = &[
    Target::new("id", PARTNER, Kind::Key),
    Target::new("name", Value::Either("name", "customer_id"), Kind::Text),
    same("phone", "phone", Kind::Phone),
    same("ref", "customer_id", Kind::Id),
];

const UPDATE: &[Target] = &[
    Target::new("id", PARTNER, Kind::Key),
    Target::new("name", Value::Either("name", "customer_id"), Kind::Text),
    same("ref", "customer_id", Kind::Id),
];

const INVITED: &[Target] = &[
    Target::new(
        "id",
        Value::Key("invitation", &["activity_id", "customer_id"]),
        Kind::Key,
    ),
    same("name", "activity", Kind::Text),
    Target::new("type", Value::Fixed("lead"), Kind::Text),
    Target::new("partner_id/id", PARTNER, Kind::Key),
    Target::new("date_deadline", Value::Day("not_after"), Kind::Date),
    same("description", "message", Kind::Text),
];

const CALLED: &[Target] = &[
    Target::new("id", Value::Key("call", &["call_id"]), Kind::Key),
    same("name", "reason", Kind::Text),
    Target::new("type", Value::Fixed("lead"), Kind::Text),
    Target::new("partner_id/id", PARTNER, Kind::Key),
    Target::new("date_deadline", Value::Day("due_at"), Kind::Date),
    Target::new(
        "description",
        Value::Joined(&["script", "talking_points"]),
        Kind::Text,
    ),
];
