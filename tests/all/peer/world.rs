//! Random worlds of customers, and a month of their nights.

use std::collections::{BTreeMap, BTreeSet};

use clubcall::calls::{
    CallQueue, CallReason, CallStatus, CarriedCall, QueueInput, QueueSettings, ReasonHit,
    ReasonState, Team,
};
use clubcall::campaign::{
    Activity, Contact, ContactOutcome, Invitation, InvitationStatus, Key, Moment, Policy,
    Suppression,
};
use clubcall::domain::{CallClass, Channel, Language, People};
use jiff::civil::{Date, Time, date};
use jiff::tz::TimeZone;
use rand::{Rng, SeedableRng};
use rand_xoshiro::Xoshiro256PlusPlus;

use super::settings::{activity, people, policy, reasons, suppressions, teams};
use super::windows::{hour, later, local};

/// The first of the nights: clocks change in Europe, Egypt, Lebanon and America
/// within the month after it.
pub(crate) const FIRST: Date = date(2026, 10, 10);
pub(super) type Random = Xoshiro256PlusPlus;

/// What holds of a customer until a day.
struct Condition {
    row: u32,
    reason: u16,
    until: Date,
    happened: Date,
    dated: bool,
    value: f64,
}

pub(crate) struct World {
    random: Random,
    pub(crate) as_of: Date,
    zone: TimeZone,
    pub(crate) people: People,
    pub(crate) reasons: Vec<CallReason>,
    teams: BTreeMap<String, Team>,
    policy: Policy,
    settings: QueueSettings,
    activities: Vec<Activity>,
    held_back: Vec<bool>,
    suppressions: Vec<Suppression>,
    control: Vec<bool>,
    stale: bool,
    conditions: Vec<Condition>,
    hits: Vec<ReasonHit>,
    carried: Vec<CarriedCall>,
    invitations: Vec<Invitation>,
    history: Option<Vec<Contact>>,
    /// Our own invitations and messages.
    own: Vec<Contact>,
    contacts: Vec<Contact>,
    /// Customers and the activities to which they were invited.
    asked: BTreeSet<(u32, u16)>,
    /// Contacts that have not arrived yet.
    pending: Vec<Contact>,
    key: Key,
}

impl World {
    pub(crate) fn new(seed: u64, customers: u32) -> Self {
        let mut random = Random::seed_from_u64(seed);
        let random = &mut random;
        let people = people(random, customers);
        let reasons = reasons(random);
        let units = people.unit_keys.len();
        let mut world = Self {
            as_of: FIRST,
            zone: TimeZone::get(
                ["Asia/Shanghai", "America/New_York", "Europe/Berlin"][random.gen_range(0..3)],
            )
            .unwrap(),
            held_back: (0..reasons.len()).map(|_| random.gen_bool(0.05)).collect(),
            suppressions: suppressions(random, customers),
            control: (0..units).map(|_| random.gen_bool(0.05)).collect(),
            stale: random.gen_bool(0.1),
            policy: policy(random),
            teams: teams(random, customers),
            settings: QueueSettings {
                ageing: f64::from(random.gen_range(0..4_u8)),
                days: random.gen_range(5..15),
                ..QueueSettings::default()
            },
            activities: (0..8).map(|index| activity(random, index)).collect(),
            conditions: Vec::new(),
            hits: Vec::new(),
            carried: Vec::new(),
            invitations: Vec::new(),
            history: random.gen_bool(0.9).then(Vec::new),
            own: Vec::new(),
            contacts: Vec::new(),
            pending: Vec::new(),
            asked: BTreeSet::new(),
            key: Key::new(b"peer").unwrap(),
            random: random.clone(),
            people,
            reasons,
        };
        world.past();
        world.evening();
        world
    }

    pub(crate) fn with<T>(&self, work: impl FnOnce(&QueueInput<'_>) -> T) -> T {
        let (top_interest, next_best) =
            (vec![None; self.people.len()], vec![None; self.people.len()]);
        work(&QueueInput {
            as_of: self.as_of,
            timezone: &self.zone,
            language: Language::En,
            people: &self.people,
            reasons: &self.reasons,
            teams: &self.teams,
            hits: &self.hits,
            carried: &self.carried,
            settings: &self.settings,
            held_back: &self.held_back,
            invitations: &self.invitations,
            universal_control: &self.control,
            contacts: &self.contacts,
            history: self.history.as_deref(),
            suppressions: &self.suppressions,
            do_not_contact_stale: self.stale,
            policy: &self.policy,
            activities: &self.activities,
            top_interest: &top_interest,
            next_best: &next_best,
            columns: &BTreeMap::new(),
            key: &self.key,
        })
    }

    /// Contacts of the months before the first night.
    fn past(&mut self) {
        for row in 0..self.people.len() as u32 {
            for _ in 0..[0, 0, 0, 1, 1, 2, 3][self.random.gen_range(0..7)] {
                let day = later(FIRST, -self.random.gen_range(1..100));
                let reason = self.random.gen_range(0..self.reasons.len() * 2);
                let contact = match self.reasons.get(reason) {
                    Some(reason) => self.contact(
                        row,
                        reason.id.clone(),
                        reason.class,
                        reason.action.channel(),
                        day,
                    ),
                    None => {
                        let id = self.activities[self.random.gen_range(0..8)].id.clone();
                        self.contact(row, id, CallClass::Marketing, Channel::Sms, day)
                    }
                };
                self.own.push(Contact {
                    outcome: None,
                    callback_at: None,
                    promise: None,
                    ..contact.clone()
                });
                if let Some(history) = &mut self.history {
                    history.push(contact);
                }
            }
        }
    }

    fn contact(
        &mut self,
        row: u32,
        activity: String,
        class: CallClass,
        channel: Channel,
        date: Date,
    ) -> Contact {
        use ContactOutcome::{Accepted, CallBack, Declined, Ignored, NoAnswer, Reached};
        let random = &mut self.random;
        let outcomes = [
            Accepted, Declined, Reached, NoAnswer, NoAnswer, NoAnswer, Ignored, Ignored, CallBack,
        ];
        let outcome = outcomes[random.gen_range(0..outcomes.len())];
        let zone = self.people.timezone[row as usize]
            .as_deref()
            .map_or(self.zone.clone(), |name| TimeZone::get(name).unwrap());
        let time = Time::new(random.gen_range(9..20), random.gen_range(0..60), 0, 0).unwrap();
        let again = Time::new(random.gen_range(7..22), random.gen_range(0..60), 0, 0).unwrap();
        let promised = outcome == CallBack && random.gen_bool(0.8);
        let callback = local(later(date, random.gen_range(1..5)), again, &zone).0;
        Contact {
            row,
            activity,
            class,
            channel: random.gen_bool(0.95).then_some(channel),
            date,
            time: random.gen_bool(0.8).then_some(time),
            outcome: random.gen_bool(0.95).then_some(outcome),
            callback_at: promised.then_some(callback),
            promise: promised.then(|| "A discount".to_owned()),
            probability: None,
        }
    }

    /// What is new on a night: conditions, invitations.
    fn evening(&mut self) {
        let as_of = self.as_of;
        let customers = self.people.len() as u32;
        for _ in 0..customers / 12 {
            let reason = self.random.gen_range(0..9_u16);
            let happened = later(as_of, -self.random.gen_range(0..4));
            let condition = Condition {
                row: self.random.gen_range(0..customers),
                reason,
                until: later(as_of, [0, 1, 2, 4, 8, 16, 30][self.random.gen_range(0..7)]),
                happened,
                dated: matches!(reason, 0 | 1 | 4),
                value: self.random.gen_range(0.0..100.0),
            };
            // Of several events it is the newest that counts.
            self.conditions
                .retain(|old| (old.row, old.reason) != (condition.row, condition.reason));
            self.conditions.push(condition);
        }
        self.conditions.retain(|condition| condition.until >= as_of);
        let mut hits: BTreeMap<(u32, u16), ReasonHit> = BTreeMap::new();
        for condition in &self.conditions {
            let hit = ReasonHit {
                row: condition.row,
                reason: condition.reason,
                activity: None,
                since: if condition.dated {
                    condition.happened
                } else {
                    as_of
                },
                dated: condition.dated,
                value: condition.value,
            };
            hits.insert((hit.row, hit.reason), hit);
        }
        self.hits = hits.into_values().collect();

        self.invitations.clear();
        let mut units = BTreeSet::new();
        for _ in 0..customers / 100 {
            let row = self.random.gen_range(0..customers);
            let activity = self.random.gen_range(0..8_u16);
            let starts = self.activities[usize::from(activity)].starts.0.date();
            let again = !self.asked.insert((row, activity));
            if again || starts <= as_of || !units.insert(self.people.unit[row as usize]) {
                continue;
            }
            let (at, _) = local(as_of, hour(9), &self.zone);
            let window = Moment::in_zone(at, &self.zone);
            let invited = self.random.gen_bool(0.9);
            let channel = [Channel::Call, Channel::Call, Channel::Sms, Channel::App]
                [self.random.gen_range(0..4)];
            self.invitations.push(Invitation {
                row,
                activity,
                channel,
                rank: 1,
                probability: 0.3,
                value: self.random.gen_range(0.0..50.0),
                not_before: window,
                not_after: window,
                status: if invited {
                    InvitationStatus::Invited
                } else {
                    InvitationStatus::Waitlist
                },
                owner: "club-desk".to_owned(),
            });
        }
        self.contacts = self
            .history
            .iter()
            .flatten()
            .chain(&self.own)
            .cloned()
            .collect();
    }

    /// The day is worked off, four calls of five, and the next night comes.
    pub(crate) fn next(&mut self, queue: &CallQueue) {
        let day = self.as_of;
        for call in &queue.calls {
            let reason = &self.reasons[usize::from(call.lead.reason)];
            let (class, id) = (reason.class, reason.id.clone());
            if call.status != CallStatus::Planned || !self.random.gen_bool(0.8) {
                continue;
            }
            let id = match call.lead.activity {
                Some(activity) if self.random.gen_bool(0.5) => {
                    self.activities[usize::from(activity)].id.clone()
                }
                _ => id,
            };
            let made = self.contact(call.lead.row, id, class, call.channel, day);
            if call.by_machine && self.random.gen_bool(0.8) {
                self.own.push(Contact {
                    outcome: None,
                    time: None,
                    callback_at: None,
                    promise: None,
                    ..made
                });
            } else {
                self.pending.push(made);
            }
        }
        for invitation in &self.invitations {
            if invitation.status == InvitationStatus::Invited && invitation.channel != Channel::Call
            {
                let id = self.activities[usize::from(invitation.activity)].id.clone();
                self.own.push(Contact {
                    row: invitation.row,
                    activity: id,
                    class: CallClass::Marketing,
                    channel: Some(invitation.channel),
                    date: day,
                    time: None,
                    outcome: None,
                    callback_at: None,
                    promise: None,
                    probability: Some(0.3),
                });
            }
        }
        // Some nights the contact history comes late.
        if self.random.gen_bool(0.8) {
            let arrived = std::mem::take(&mut self.pending);
            if let Some(history) = &mut self.history {
                history.extend(arrived);
            }
        }
        self.carried = carried(queue);
        self.as_of = later(day, 1);
        self.evening();
    }
}

/// What a night leaves to the next one.
fn carried(queue: &CallQueue) -> Vec<CarriedCall> {
    let rows = queue.ledger.iter().map(|row| CarriedCall {
        row: row.hit.row,
        reason: row.hit.reason,
        activity: row.hit.activity,
        since: row.since,
        attempt: row.attempt,
        owner: row.owner.clone(),
        listed_on: row.listed_on,
        by_machine: row.by_machine,
        tried_on: row.tried_on,
        done_on: match row.state {
            ReasonState::Done(day) => Some(day),
            _ => None,
        },
        given_up: row.state == ReasonState::Expired,
        waits: row.waits,
        call_id: row.call.map(|call| format!("call {call}")),
        leads: matches!(row.state, ReasonState::Call { leads: true, .. }),
    });
    rows.collect()
}
