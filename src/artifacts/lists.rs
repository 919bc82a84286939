//! The lists that leave the house: one per activity, one per action. Only here
//! do names and numbers come in.

use super::Night;
use crate::calls::{Call, CallStatus};
use crate::campaign::{Invitation, InvitationStatus, Messages, Recipient};
use crate::domain::{Action, Channel, People, Phone};
use crate::lists::{Kind, List, ListColumn, ListError, Row};

/// Every list of the night: `invitations-<activity>` and `calls-<action>`.
/// Empty lists are there too, so that an importer can tell "nobody" from
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
            .any(|finding| finding.activity == activity.id)
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
    for action in Action::ALL {
        let calls: Vec<&Call> = night
            .calls
            .calls
            .iter()
            .filter(|call| call.action == action && call.status == CallStatus::Planned)
            .collect();
        if file.calls.iter().any(|reason| reason.action == action) {
            lists.push(call_list(night, action, calls)?);
        }
    }
    Ok(lists)
}

fn column(name: &str, description: &str, kind: Kind) -> ListColumn {
    ListColumn::new(name, description, kind)
}

fn invitation_list<'a>(
    night: &'a Night<'a>,
    activity: &'a crate::campaign::Activity,
    invitations: Vec<&'a Invitation>,
) -> Result<List<'a>, ListError> {
    let language = night.plan.file.pipeline.language;
    let people = &night.view.people;
    let messages = Messages::new(std::slice::from_ref(activity), language).ok();
    let columns = vec![
        column("customer_id", "The customer.", Kind::Id),
        column(
            "phone",
            "The number, for channels that need one.",
            Kind::Phone,
        ),
        column("name", "How to address the customer.", Kind::Text),
        column("language", "The customer's language.", Kind::Word),
        column("district", "The customer's district.", Kind::Text),
        column("activity_id", "The activity.", Kind::Id),
        column("status", "invited, or waitlist.", Kind::Word),
        column("rank", "Place within the activity, from 1.", Kind::Number),
        column("channel", "How to invite.", Kind::Word),
        column(
            "not_before",
            "Contact not earlier than this.",
            Kind::DateTime,
        ),
        column("not_after", "Contact not later than this.", Kind::DateTime),
        column("owner", "Who answers for it.", Kind::Text),
        column("message", "What the customer is told.", Kind::Text),
    ];
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
            row.push(invitation.status.as_str());
            row.push(invitation.rank);
            row.push(invitation.channel.as_str());
            row.push(invitation.not_before);
            row.push(invitation.not_after);
            row.push(&invitation.owner);
            let recipient = Recipient {
                name: people.name[customer].as_deref().unwrap_or_default(),
                district: people.district[customer].as_deref().unwrap_or_default(),
            };
            let told = messages
                .as_ref()
                .and_then(|messages| messages.render(activity, recipient).ok());
            row.push_opt(told.filter(|_| invitation.status == InvitationStatus::Invited));
        },
    )
}

fn call_list<'a>(
    night: &'a Night<'a>,
    action: Action,
    calls: Vec<&'a Call>,
) -> Result<List<'a>, ListError> {
    let file = &night.plan.file;
    let language = file.pipeline.language;
    let people = &night.view.people;
    let columns = vec![
        column(
            "position",
            "The order in which to work the list, from 1.",
            Kind::Number,
        ),
        column("customer_id", "The customer.", Kind::Id),
        column("phone", "The number.", Kind::Phone),
        column("name", "How to address the customer.", Kind::Text),
        column("language", "The customer's language.", Kind::Word),
        column("district", "The customer's district.", Kind::Text),
        column("reason_id", "The leading reason.", Kind::Id),
        column(
            "reason",
            "The leading reason in words, then any further ones.",
            Kind::Text,
        ),
        column("team", "The team that does it.", Kind::Word),
        column("owner", "Who answers for it.", Kind::Text),
        column("due_at", "When it is due.", Kind::DateTime),
        column("not_before", "Not earlier than this.", Kind::DateTime),
        column("not_after", "Not later than this.", Kind::DateTime),
        column("attempt", "Which attempt it is, from 1.", Kind::Number),
        column("script", "What to say.", Kind::Text),
        column("talking_points", "What to raise besides.", Kind::Text),
    ];
    let title = format!("Follow-up: {}", action.as_str());
    let length = calls.len();
    List::new(
        format!("calls-{}", action.as_str()),
        title,
        columns,
        length,
        move |at, row: &mut Row| {
            let call = calls[at];
            let customer = call.lead.row as usize;
            let reason = |index: u16| file.calls[usize::from(index)].label.text(language);
            let mut words = vec![reason(call.lead.reason)];
            words.extend(call.further_reasons.iter().map(|hit| reason(hit.reason)));
            words.dedup();
            row.push(at + 1);
            row.push(&people.ids[customer]);
            row.push_opt(people.phone[customer].as_ref().map(Phone::as_str));
            row.push_opt(people.name[customer].as_ref());
            row.push_opt(people.language[customer].as_ref());
            row.push_opt(people.district[customer].as_ref());
            row.push(&file.calls[usize::from(call.lead.reason)].id);
            row.push(words.join("; "));
            row.push(&call.team);
            row.push(&call.owner);
            row.push(call.due_at);
            row.push(call.not_before);
            row.push(call.not_after);
            row.push(call.attempt);
            row.push(&call.script);
            row.push(call.talking_points.join("; "));
        },
    )
}

/// The number, where the channel needs one.
fn number(people: &People, customer: usize, channel: Channel) -> Option<&str> {
    let phone = people.phone[customer]
        .as_ref()
        .filter(|_| channel.needs_phone());
    phone.map(Phone::as_str)
}
