//! The lists that leave the house: one per activity, one per action. Only here
//! do names and numbers come in.

use super::Night;
use super::calls::call_id;
use crate::calls::{Call, CallStatus};
use crate::campaign::{Invitation, InvitationStatus, Messages, Moment, Recipient};
use crate::domain::{Action, Channel, Language, People, Phone};
use crate::lists::{List, ListError, QUEUE, Row, Source};

/// Every list of the night: `invitations-<activity>`, `calls-<action>` and
/// `queue-<team>`, what people of a team do today in the order in which they do
/// it. Empty lists are there too, so that an importer can tell "nobody" from
/// "missing"; an activity that is held back has none.
///
/// # Errors
/// When a list cannot be named or a message cannot be rendered.
pub fn lists<'a>(night: &'a Night<'a>) -> Result<Vec<List<'a>>, ListError> {
    let mut lists = Vec::new();
    let file = &night.plan.file;
    for (index, activity) in file.activities.iter().enumerate() {
        if night
            .findings
            .iter()
            .any(|finding| finding.subject == activity.id)
        {
            continue;
        }
        let invitations: Vec<&Invitation> = night
            .campaign
            .invitations
            .iter()
            .filter(|invitation| usize::from(invitation.activity) == index)
            .collect();
        lists.push(invitation_list(night, activity, invitations)?);
    }
    let today = |wanted: &dyn Fn(&Call) -> bool| -> Vec<&'a Call> {
        let calls = night.calls.calls.iter();
        calls
            .filter(|call| call.status == CallStatus::Planned && wanted(call))
            .collect()
    };
    for action in Action::ALL {
        let named = |reason: &crate::calls::CallReason| {
            let mut steps = reason.attempts.then.iter();
            reason.action == action || steps.any(|step| step.action == action)
        };
        if file.calls.iter().any(named) {
            let calls = today(&|call| call.action == action);
            let action = action.as_str();
            let title = format!("Follow-up: {action}");
            lists.push(call_list(night, format!("calls-{action}"), title, calls)?);
        }
    }
    for (name, team) in file.teams.iter().filter(|(_, team)| !team.automatic) {
        let mut calls = today(&|call| call.team == *name);
        // A round is walked by one account manager each.
        if team.visits_a_day.is_some() {
            calls.sort_by(|a, b| a.owner.cmp(&b.owner));
        }
        let title = format!("Today's queue of {name}");
        lists.push(call_list(night, format!("{QUEUE}-{name}"), title, calls)?);
    }
    Ok(lists)
}

/// The customers as master data, for the export at `index`: whom an earlier
/// night has named there is known.
///
/// # Errors
/// When the list cannot be made.
pub fn customers<'a>(night: &'a Night<'a>, index: usize) -> Result<List<'a>, ListError> {
    let people = &night.view.people;
    let folder = night.plan.file.exports[index].folder();
    let segments = &night.segmentation.segments;
    List::new(
        Source::Customers.name(),
        "Customers",
        Source::Customers.list_columns(),
        people.len(),
        move |customer, row| {
            let member = night.segmentation.members.get(customer);
            let segment = member.and_then(|member| segments.get(member.segment));
            row.push(&people.ids[customer]);
            row.push_opt(people.phone[customer].as_ref().map(Phone::as_str));
            row.push_opt(people.name[customer].as_ref());
            row.push_opt(people.language[customer].as_ref());
            row.push_opt(people.district[customer].as_ref());
            row.push_opt(segment.map(|segment| &segment.id));
            row.push_opt(segment.map(|segment| &segment.name));
            row.push(if night.known.has(folder, &people.ids[customer]) {
                "known"
            } else {
                "new"
            });
        },
    )
}

fn invitation_list<'a>(
    night: &'a Night<'a>,
    activity: &'a crate::campaign::Activity,
    invitations: Vec<&'a Invitation>,
) -> Result<List<'a>, ListError> {
    let language = night.plan.file.pipeline.language;
    let people = &night.view.people;
    let messages = Messages::new(std::slice::from_ref(activity), language).ok();
    let columns = Source::Invitations.list_columns();
    let title = activity.name.text(language).to_owned();
    let length = invitations.len();
    List::new(
        format!("invitations-{}", activity.id),
        title,
        columns,
        length,
        move |at, row| {
            let invitation = invitations[at];
            let customer = invitation.row as usize;
            row.push(&people.ids[customer]);
            row.push_opt(number(people, customer, invitation.channel));
            row.push_opt(people.name[customer].as_ref());
            row.push_opt(people.language[customer].as_ref());
            row.push_opt(people.district[customer].as_ref());
            row.push(&activity.id);
            row.push(activity.name.text(language));
            row.push(invitation.status.as_str());
            row.push(invitation.rank);
            row.push(invitation.channel.as_str());
            row.push(invitation.not_before);
            row.push(invitation.not_after);
            row.push(&invitation.owner);
            let recipient = Recipient::of(people, customer);
            let told = messages
                .as_ref()
                .and_then(|messages| messages.render(activity, recipient).ok());
            row.push_opt(told.filter(|_| invitation.status == InvitationStatus::Invited));
        },
    )
}

fn call_list<'a>(
    night: &'a Night<'a>,
    name: String,
    title: String,
    calls: Vec<&'a Call>,
) -> Result<List<'a>, ListError> {
    let file = &night.plan.file;
    let people = &night.view.people;
    let columns = Source::Calls.list_columns();
    let length = calls.len();
    List::new(name, title, columns, length, move |at, row: &mut Row| {
        let call = calls[at];
        let customer = call.lead.row as usize;
        row.push(at + 1);
        row.push(call_id(night, call));
        row.push(&people.ids[customer]);
        row.push_opt(people.phone[customer].as_ref().map(Phone::as_str));
        row.push_opt(people.name[customer].as_ref());
        row.push_opt(people.language[customer].as_ref());
        row.push_opt(people.district[customer].as_ref());
        row.push(&file.calls[usize::from(call.lead.reason)].id);
        row.push(&call.sentence);
        row.push(call.channel.as_str());
        row.push(&call.team);
        row.push(&call.owner);
        row.push(call.due_at);
        row.push_opt(call.starts_at);
        row.push(call.not_before);
        row.push(call.not_after);
        row.push(call.attempt);
        row.push(&call.script);
        let promised = call
            .promised_at
            .map(|at| promised_for(at, file.pipeline.language));
        let points = promised
            .iter()
            .chain(&call.promises)
            .chain(&call.talking_points);
        row.push(points.cloned().collect::<Vec<_>>().join("; "));
    })
}

/// That a call-back was promised, and for when.
fn promised_for(at: Moment, language: Language) -> String {
    let at = at.to_string();
    let at = at.get(..16).unwrap_or(&at).replacen('T', " ", 1);
    match language {
        Language::En => format!("Call-back promised for {at}"),
        Language::Zh => format!("约定回电时间：{at}"),
    }
}

/// The number, where the channel needs one.
fn number(people: &People, customer: usize, channel: Channel) -> Option<&str> {
    let phone = people.phone[customer]
        .as_ref()
        .filter(|_| channel.needs_phone());
    phone.map(Phone::as_str)
}
