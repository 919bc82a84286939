//! Salesforce, Bulk API 2.0: campaign members and call tasks by external id.
//!
//! Sources: Bulk API 2.0 and Bulk API Developer Guide, "Prepare CSV Files"
//! (UTF-8; at most 100 MB a file before Salesforce turns it into base64; line
//! feed by default; no space around quotes; empty values are ignored on
//! update), "Valid Date Format in Records" and "Relationship Fields in a Header
//! Row" (`Relationship.IndexedField`; `Object:Relationship.IndexedField` for
//! polymorphic fields such as a task's `Who`),
//! <https://developer.salesforce.com/docs/platform/api-asynch/guide/datafiles-prepare-data.html>;
//! a field has at most 32,000 characters (Limits); Object Reference,
//! `CampaignMember` (`CampaignId` and `ContactId`: create only; `Status`:
//! update) and `Task` (`Subject` at most 255).
//!
//! The org needs a text field `Clubcall_Id__c`, *External ID* and *Unique*, on
//! Campaign, Contact, CampaignMember and Task. Jobs: `insert` into
//! CampaignMember, `upsert` into Task with `externalIdFieldName`
//! `Clubcall_Id__c`. Nobody is invited twice, so members are only ever created;
//! one that exists is refused by its row and stays as it is.

use super::same;
use crate::lists::Kind;
use crate::lists::Source::{Calls, Invitations};
use crate::lists::layout::{FileLayout, Layout, Limits, Rows, Target, Value};
use crate::outputs::TextForm;

pub(in crate::lists) const LAYOUT: Layout = Layout {
    text: TextForm {
        line_end: "\n",
        ..TextForm::RFC4180
    },
    limits: Limits {
        bytes: 100_000_000,
        text: 32_000,
        ..Limits::NONE
    },
    files: &[
        FileLayout::new(Invitations, MEMBERS, &["Clubcall_Id__c"])
            .rows(Rows::Invited)
            .ending("-create"),
        FileLayout::new(Calls, TASKS, &["Clubcall_Id__c"]),
    ],
    ..Layout::CSV
};

const MEMBERS: &[Target] = &[
    Target::new(
        "Clubcall_Id__c",
        Value::Key("", &["activity_id", "customer_id"]),
        Kind::Key,
    ),
    same("Campaign.Clubcall_Id__c", "activity_id", Kind::Id),
    same("Contact.Clubcall_Id__c", "customer_id", Kind::Id),
    Target::new("Status", Value::Fixed("Sent"), Kind::Text),
];

const TASKS: &[Target] = &[
    same("Clubcall_Id__c", "call_id", Kind::Key),
    same("Contact:Who.Clubcall_Id__c", "customer_id", Kind::Id),
    same("Subject", "reason", Kind::Text).limit(255),
    Target::new("ActivityDate", Value::Day("due_at"), Kind::Date),
    Target::new("Status", Value::Fixed("Not Started"), Kind::Text),
    Target::new(
        "Description",
        Value::Joined(&["script", "talking_points"]),
        Kind::Text,
    ),
];
