//! Random customers and random settings.

use std::collections::BTreeMap;

use clubcall::calls::{
    Attempts, CallReason, Hours, MANAGER, MARKETING, Stays, Step, Team, Teams, Trigger,
};
use clubcall::campaign::{
    Activity, CallHours, Cap, CivilDate, CivilDateTime, CivilTime, DayHours, Policy, Seats,
    Suppression, WeekHours,
};
use clubcall::domain::{Action, CallClass, Channel, ContactHours, Label, People, Phone, Share};
use jiff::civil::Time;
use rand::Rng;

use super::windows::{hour, later};
use super::world::{FIRST, Random};

const DISTRICTS: [&str; 4] = ["harbour", "hills", "market", "station"];
/// Clocks change within the month in the first five.
const ZONES: [&str; 9] = [
    "Europe/Berlin",
    "America/New_York",
    "America/Havana",
    "Asia/Beirut",
    "Africa/Cairo",
    "Asia/Kathmandu",
    "Australia/Lord_Howe",
    "America/St_Johns",
    "Pacific/Apia",
];

fn one<T: Clone>(random: &mut Random, of: &[T]) -> T {
    of[random.gen_range(0..of.len())].clone()
}

/// `None` that often, else one of them.
fn some(random: &mut Random, none: f64, of: &[&str]) -> Option<String> {
    (!random.gen_bool(none)).then(|| one(random, of).to_owned())
}

/// Customers, two or three of some households.
pub(super) fn people(random: &mut Random, customers: u32) -> People {
    let mut people = People::default();
    let mut unit = 0;
    for row in 0..customers {
        if row > 0 && random.gen_bool(0.6) {
            unit += 1;
        }
        people.ids.push(format!("c{row:07}"));
        people.unit.push(unit);
        let phone = Phone::parse(&format!("+99910{row:07}")).ok();
        people.phone.push(phone.filter(|_| random.gen_bool(0.95)));
        people.name.push(None);
        let age = if random.gen_bool(0.9) {
            random.gen_range(18..80)
        } else {
            random.gen_range(12..19)
        };
        people.age.push(random.gen_bool(0.95).then_some(age));
        people.district.push(some(random, 0.1, &DISTRICTS));
        people.timezone.push(some(random, 0.5, &ZONES));
        people
            .manager
            .push(some(random, 0.4, &["m-1", "m-2", "m-3"]));
        people.language.push(some(random, 0.4, &["en", "zh", "fr"]));
        let (from, to) = one(random, &[(8, 12), (17, 23), (10, 16), (18, 20)]);
        let span = random.gen_bool(0.3);
        let text = |hour: i32| span.then(|| format!("{hour:02}:15"));
        let (from, to) = (text(from), text(to));
        people.contact_hours.push(ContactHours::new(
            from.as_deref(),
            to.as_deref(),
            random.gen_bool(0.8),
        ));
        people.consent.push([(); 4].map(|()| random.gen_bool(0.9)));
        people.personalisation.push(random.gen_bool(0.95));
    }
    people.unit_keys = (0..=unit).map(|unit| format!("unit-{unit:07}")).collect();
    people
}

pub(super) fn suppressions(random: &mut Random, customers: u32) -> Vec<Suppression> {
    let entries = 0..customers / 30;
    let entry = |_| Suppression {
        row: random.gen_range(0..customers),
        channels: [(); 4].map(|()| random.gen_bool(0.6)),
    };
    entries.map(entry).collect()
}

fn hours(from: i8, to: i8) -> CallHours {
    CallHours {
        from: CivilTime(hour(from)),
        to: CivilTime(hour(to)),
    }
}

pub(super) fn policy(random: &mut Random) -> Policy {
    let mut policy = Policy {
        adult_age: one(random, &[18, 18, 21]),
        ..Policy::default()
    };
    policy.call_hours = one(random, &[hours(9, 20), hours(7, 22), hours(10, 18)]);
    let week: WeekHours = toml::from_str("sun = \"closed\"").unwrap();
    let closed = week.sun;
    policy.day_hours.sat = one(random, &[None, Some(DayHours::Within(hours(10, 18)))]);
    policy.day_hours.sun = one(random, &[None, closed]);
    policy.day_hours.wed = one(random, &[None, Some(DayHours::Within(hours(12, 19)))]);
    policy.marketing_caps = one(
        random,
        &[policy.marketing_caps.clone(), vec![Cap { max: 2, days: 5 }]],
    );
    policy.cool_off.pause_days = one(random, &[60, 20]);
    let holiday = |random: &mut Random| CivilDate(later(FIRST, random.gen_range(0..40)));
    policy.holidays = (0..2).map(|_| holiday(random)).collect();
    for district in ["harbour", "hills"] {
        let days = (0..3).map(|_| holiday(random)).collect();
        policy.place_holidays.insert(district.to_owned(), days);
    }
    policy
}

/// Teams with hours for about half of what comes in.
pub(super) fn teams(random: &mut Random, customers: u32) -> BTreeMap<String, Team> {
    let week = |hours: f64, sat: f64| Hours {
        mon: hours,
        tue: hours,
        wed: hours,
        thu: hours,
        fri: hours,
        sat,
        sun: 0.0,
    };
    let team = Team {
        agents: (customers / random.gen_range(400..4000)).max(1),
        hours: week(8.0, 4.0),
        ..Team::default()
    };
    let words = |list: &[&str]| {
        list.iter()
            .map(|word| (*word).to_owned())
            .collect::<Vec<_>>()
    };
    let care = Team {
        skills: words(&["lines"]),
        languages: words(&["en", "zh"]),
        ..team.clone()
    };
    let night = Team {
        minutes_per_call: 8.0,
        skills: words(&["lines", "billing"]),
        districts: words(&["harbour", "market"]),
        ..team.clone()
    };
    let managers = Team {
        visits_a_day: Some(4),
        hours: week(6.0, 0.0),
        ..Team::default()
    };
    let messages = Team {
        automatic: true,
        ..Team::default()
    };
    let named = [
        ("care", care),
        ("clubs", team),
        ("night", night),
        ("managers", managers),
        ("messages", messages),
    ];
    named.map(|(name, team)| (name.to_owned(), team)).into()
}

pub(super) fn activity(random: &mut Random, index: usize) -> Activity {
    let day = later(FIRST, random.gen_range(1..35));
    let starts = day.to_datetime(Time::constant(random.gen_range(7..21), 30, 0, 0));
    Activity {
        id: format!("activity-{index}"),
        name: Label::One(format!("Activity {index}")),
        interest: "film".to_owned(),
        starts: CivilDateTime(starts),
        ends: None,
        place: None,
        seats: Seats::Total(100),
        acceptance: Share::of(0.25),
        value: 20.0,
        cost: 1.0,
        channels: vec![Channel::App, Channel::Sms, Channel::Call],
        eligible: None,
        waitlist: Share::of(0.2),
        owner: "club-desk".to_owned(),
        message: "Reply TD to stop.".to_owned(),
        purpose: None,
    }
}

fn reason(id: &str, action: Action, priority: u32, class: CallClass, teams: &[&str]) -> CallReason {
    CallReason {
        id: id.to_owned(),
        label: Label::One(id.to_owned()),
        action,
        when: Some("TRUE".to_owned()),
        on: None,
        days_ago: None,
        value: None,
        stays: Stays::WhileTrue,
        expires_days: None,
        rest_days: 30,
        priority,
        class,
        due_hours: 24,
        team: Teams::Several(teams.iter().map(|team| (*team).to_owned()).collect()),
        skills: Vec::new(),
        minutes: None,
        owner: format!("{id}-desk"),
        blocks: Vec::new(),
        window: None,
        attempts: Attempts::default(),
        sentence: None,
        script: "Ask.".to_owned(),
        talking_points: Vec::new(),
    }
}

fn ladder(random: &mut Random) -> Attempts {
    let step = |action, team: &str| Step {
        action,
        team: Teams::One(team.to_owned()),
        script: None,
    };
    let then = [
        step(Action::Sms, "messages"),
        step(Action::Visit, "managers"),
        step(Action::Call, "night"),
    ];
    Attempts {
        tries: random.gen_range(1..4),
        wait_days: random.gen_range(1..4),
        then: then[..random.gen_range(0..4)].to_vec(),
    }
}

/// Nine reasons with conditions, the first, second and fifth with dates; then
/// two with events.
pub(super) fn reasons(random: &mut Random) -> Vec<CallReason> {
    use Action::{Call, Promotion, Sms, Survey, Visit};
    use CallClass::{Marketing, Service};
    let skilled = |mut reason: CallReason, skill: &str| {
        reason.skills.push(skill.to_owned());
        reason
    };
    let mut reasons = vec![
        reason("complaint", Call, 10, Service, &["care", "clubs"]),
        skilled(
            reason("line", Call, 20, Service, &["care", "night"]),
            "lines",
        ),
        reason("opinion", Survey, 15, Service, &["clubs"]),
        reason("ending", Promotion, 40, Marketing, &["clubs"]),
        skilled(
            reason("upgrade", Call, 42, Marketing, &["night"]),
            "billing",
        ),
        reason("round", Visit, 45, Service, &["managers"]),
        reason("gold", Visit, 50, Marketing, &["managers"]),
        reason("bill", Sms, 30, Service, &["messages"]),
        reason("offer", Sms, 60, Marketing, &["messages"]),
        reason("reminder", Sms, 70, Service, &["messages"]),
        reason("invite", Call, 80, Marketing, &["clubs", "night"]),
    ];
    for at in [9, 10] {
        reasons[at].when = None;
        reasons[at].on = Some(if at == 9 {
            Trigger::Reminder
        } else {
            Trigger::Invitation
        });
    }
    for reason in &mut reasons {
        reason.attempts = ladder(random);
        reason.rest_days = one(random, &[3, 7, 30]);
        reason.due_hours = one(random, &[12, 24, 30, 48, 100, 240]);
        reason.expires_days = one(random, &[None, None, Some(3), Some(7)]);
        if reason.on.is_none() && random.gen_bool(0.4) {
            reason.stays = Stays::UntilDone;
        }
        if random.gen_bool(0.2) {
            reason.window = Some(one(random, &[hours(10, 18), hours(14, 21)]));
        }
        if random.gen_bool(0.3) {
            reason.minutes = Some(9.0);
        }
        if reason.action == Visit {
            reason.owner = MANAGER.to_owned();
        }
        if matches!(reason.id.as_str(), "complaint" | "line" | "upgrade") {
            reason.days_ago = Some("days".to_owned());
        }
    }
    reasons[0].blocks = vec![MARKETING.to_owned(), "opinion".to_owned()];
    if random.gen_bool(0.5) {
        reasons[3].blocks = vec!["upgrade".to_owned()];
    }
    reasons
}
