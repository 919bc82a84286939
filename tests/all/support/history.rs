//! Three nights in a row over one sample, run once per test process.

use std::path::PathBuf;
use std::sync::OnceLock;

use jiff::civil::Date;

use super::people::Contact;
use super::{Ended, Table, Workspace, sample};

/// The nights: three days apart, then a week after the first, when contacts of
/// the first have left the week's cap.
const NIGHTS: [&str; 3] = ["2026-10-25", "2026-10-28", "2026-11-01"];

/// A published night.
pub(crate) struct Night {
    pub(crate) date: Date,
    pub(crate) folder: PathBuf,
    pub(crate) ended: Ended,
}

/// An invitation or a place on a waitlist.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct Invitation {
    pub(crate) customer: String,
    pub(crate) activity: String,
    pub(crate) channel: String,
    pub(crate) status: String,
    pub(crate) not_before: String,
    pub(crate) not_after: String,
}

/// A call, message or visit.
#[derive(Debug, Clone)]
pub(crate) struct Call {
    pub(crate) customer: String,
    pub(crate) reason: String,
    pub(crate) activity: Option<String>,
    pub(crate) action: String,
    pub(crate) status: String,
    pub(crate) since: Date,
    pub(crate) due_at: String,
    pub(crate) not_before: String,
    pub(crate) not_after: String,
}

/// The shared folder and its nights, oldest first.
pub(crate) fn nights() -> &'static (Workspace, Vec<Night>) {
    static HISTORY: OnceLock<(Workspace, Vec<Night>)> = OnceLock::new();
    HISTORY.get_or_init(|| {
        let workspace = Workspace::shared("three-nights", sample::small());
        let nights = NIGHTS.map(|date| {
            let ended = workspace.night(date, &[]);
            Night {
                date: date.parse().unwrap(),
                folder: workspace.current(),
                ended,
            }
        });
        (workspace, nights.into())
    })
}

impl Night {
    pub(crate) fn table(&self, name: &str) -> Table {
        Table::read(&self.folder.join(format!("{name}.parquet")))
    }

    pub(crate) fn manifest(&self) -> serde_json::Value {
        let text = std::fs::read(self.folder.join("manifest.json")).unwrap();
        serde_json::from_slice(&text).unwrap()
    }

    /// Those invited, and those on waitlists.
    pub(crate) fn invitations(&self) -> Vec<Invitation> {
        let table = self.table("invitations");
        let [customers, activities, channels, statuses, from, to] = [
            "customer_id",
            "activity_id",
            "channel",
            "status",
            "not_before",
            "not_after",
        ]
        .map(|column| table.words(column));
        (0..table.len())
            .map(|row| Invitation {
                customer: customers[row].clone(),
                activity: activities[row].clone(),
                channel: channels[row].clone(),
                status: statuses[row].clone(),
                not_before: from[row].clone(),
                not_after: to[row].clone(),
            })
            .collect()
    }

    /// Those invited.
    pub(crate) fn invited(&self) -> Vec<Invitation> {
        let mut invitations = self.invitations();
        invitations.retain(|invitation| invitation.status == "invited");
        invitations
    }

    pub(crate) fn calls(&self) -> Vec<Call> {
        let table = self.table("calls");
        let [customers, reasons, actions, statuses, due, from, to] = [
            "customer_id",
            "reason",
            "action",
            "status",
            "due_at",
            "not_before",
            "not_after",
        ]
        .map(|column| table.words(column));
        let (activities, since) = (table.texts("activity_id"), table.dates("since"));
        (0..table.len())
            .map(|row| Call {
                customer: customers[row].clone(),
                reason: reasons[row].clone(),
                activity: activities[row].clone(),
                action: actions[row].clone(),
                status: statuses[row].clone(),
                since: since[row].unwrap(),
                due_at: due[row].clone(),
                not_before: from[row].clone(),
                not_after: to[row].clone(),
            })
            .collect()
    }

    /// Customer, activity, decision and reason of every candidate.
    pub(crate) fn decisions(&self) -> Vec<[String; 4]> {
        let table = self.table("decisions");
        let columns =
            ["customer_id", "activity_id", "decision", "reason"].map(|column| table.words(column));
        (0..table.len())
            .map(|row| columns.each_ref().map(|column| column[row].clone()))
            .collect()
    }

    /// Invitations by phone that are not known to have been answered: the
    /// household is called about them on the next night, `tonight`.
    pub(crate) fn open_phone_invitations(&self, tonight: Date) -> Vec<Contact> {
        let table = self.table("reasons");
        let (customers, reasons) = (table.words("customer_id"), table.words("reason"));
        let activities = table.texts("activity_id");
        (0..table.len())
            .filter(|&row| reasons[row] == "phone-invitation")
            .map(|row| Contact {
                customer: customers[row].clone(),
                activity: activities[row].clone().unwrap(),
                channel: "call".to_owned(),
                day: tonight,
                ignored: false,
            })
            .collect()
    }

    /// Invitations, and marketing messages that a machine sends, as contacts that
    /// later nights know of.
    pub(crate) fn contacts(&self) -> Vec<Contact> {
        let sent = |call: &Call| {
            call.action == "sms" && call.status == "planned" && is_marketing(&call.reason)
        };
        let message = |call: Call| Contact {
            customer: call.customer,
            activity: call.reason,
            channel: "sms".to_owned(),
            day: self.date,
            ignored: false,
        };
        let messages = self.calls().into_iter().filter(sent).map(message);
        let contact = |invitation: Invitation| Contact {
            customer: invitation.customer,
            activity: invitation.activity,
            channel: invitation.channel,
            day: self.date,
            ignored: false,
        };
        let invited = self.invited().into_iter().map(contact);
        invited.chain(messages).collect()
    }
}

/// A section of a shipped pipeline file.
pub(crate) fn section(file: &str, name: &str) -> Vec<toml::Table> {
    let path = format!("{}/pipelines/nightly/{file}", env!("CARGO_MANIFEST_DIR"));
    let file: toml::Table = std::fs::read_to_string(path).unwrap().parse().unwrap();
    let items = file[name].as_array().unwrap().iter();
    items.map(|item| item.as_table().unwrap().clone()).collect()
}

/// Whether a shipped call reason is of the class marketing.
pub(crate) fn is_marketing(reason: &str) -> bool {
    let mut reasons = section("calls.toml", "calls").into_iter();
    reasons.any(|other| {
        other["id"].as_str() == Some(reason) && other["class"].as_str() == Some("marketing")
    })
}
