//! Which team makes a call on which day, and who answers for it.

use super::world::*;
use crate::calls::*;
use crate::campaign::testing::contact;
use crate::campaign::{CallHours, Contact, ContactOutcome};
use crate::domain::ContactHours;

#[test]
fn what_does_not_fit_is_carried_over_with_its_age_and_owner() {
    let mut world = World::new(7);
    world.hits = (0..7).map(|row| hit(row, 1)).collect();
    world.carried = vec![
        carried(6, 1, None, "2026-10-30"),
        carried(3, 2, None, "2026-10-30"),
    ];
    let queue = world.plan();
    assert_eq!(queue.lapsed, 1, "row 3 has the reason no more");
    let first = &queue.calls[0];
    assert_eq!(
        (first.lead.row, first.attempt, first.owner.as_str()),
        (6, 2, "first desk")
    );
    assert_eq!(first.since.to_string(), "2026-10-30");
    let over: Vec<&Call> = queue
        .calls
        .iter()
        .filter(|call| call.status == CallStatus::CarriedOver)
        .collect();
    assert_eq!(over.len(), 2, "5 calls of 6 minutes fit into half an hour");
    assert_eq!(over[0].not_before.to_string(), "2026-11-03T09:00:00+08:00");
    let care = &queue.loads[0];
    assert_eq!(
        (care.team.as_str(), care.planned, care.carried_over),
        ("care", 5, 2)
    );
    assert_eq!(
        (care.late, care.short),
        (3, 2),
        "the old one, and the two that are due today for want of hours"
    );
    assert_eq!(care.missing_minutes, 12.0);
}

#[test]
fn a_window_that_is_full_today_leaves_its_calls_for_another_day_or_team() {
    let mut world = World::new(4);
    // An hour's work a day at full pace, from nine o'clock on.
    world.teams.insert(
        "care".to_owned(),
        Team {
            hours: Hours {
                mon: 1.0,
                tue: 1.0,
                ..Hours::default()
            },
            minutes_per_call: 10.0,
            ..team(1, 12.0)
        },
    );
    world.hits = (0..4).map(|row| hit(row, 1)).collect();
    for row in 0..3 {
        world.people.contact_hours[row] = ContactHours::new(Some("09:00"), Some("09:15"), true);
    }
    world.reasons[1].due_hours = 100;
    let queue = world.plan();
    let over: Vec<&Call> = (queue.calls.iter())
        .filter(|call| call.status == CallStatus::CarriedOver)
        .collect();
    assert_eq!(over.len(), 1, "two can be begun in a quarter of an hour");
    assert!(over[0].lead.row < 3 && !over[0].late);
    let turns = queue.calls.iter().filter_map(|call| call.starts_at);
    let turns: Vec<String> = turns.map(|at| at.to_string()).collect();
    let at = |time: &str| format!("2026-11-02T{time}:00+08:00");
    assert_eq!(turns, [at("09:00"), at("09:10"), at("09:20")]);

    world.reasons[1].team = Teams::Several(vec!["care".into(), "clubs".into()]);
    let both = world.plan();
    assert!((both.calls.iter()).all(|call| call.status == CallStatus::Planned));
}

#[test]
fn holidays_stop_agents_but_not_machines() {
    let mut world = World::new(2);
    world.policy.holidays = vec![AS_OF.parse().unwrap()];
    world.activities[0].starts = "2026-11-03T19:30".parse().unwrap();
    world.hits = vec![hit(0, 1)];
    world.contacts = vec![Contact {
        outcome: Some(ContactOutcome::Accepted),
        ..contact(1, "film-night", "2026-10-20")
    }];
    let queue = world.plan();
    let status = |row: u32| {
        queue
            .calls
            .iter()
            .find(|c| c.lead.row == row)
            .map(|c| c.status)
    };
    assert_eq!(status(0), Some(CallStatus::CarriedOver));
    assert_eq!(status(1), Some(CallStatus::Planned));
}

#[test]
fn an_account_manager_owns_the_visit() {
    let mut world = World::new(2);
    world.people.manager[0] = Some("m-7".to_owned());
    world.hits = vec![hit(0, 3), hit(1, 3)];
    let queue = world.plan();
    let owner = |row: u32| {
        queue
            .calls
            .iter()
            .find(|c| c.lead.row == row)
            .map(|c| c.owner.clone())
    };
    assert_eq!(owner(0).as_deref(), Some("m-7"));
    assert_eq!(
        owner(1).as_deref(),
        Some("clubs"),
        "the team, where there is no manager"
    );
}

#[test]
fn age_raises_priority_and_service_goes_before_promotion() {
    let mut world = World::new(3);
    world.settings.ageing = 3.0;
    world.teams.insert("care".to_owned(), team(1, 0.1));
    world.hits = vec![hit(0, 0), hit(1, 1)];
    for reason in &mut world.reasons {
        reason.due_hours = 2000;
    }
    world.carried = vec![carried(1, 1, None, "2026-10-29")];
    let first = world.plan().calls[0].lead.row;
    assert_eq!(first, 1, "20 less 12 is before 10");
    world.reasons[2].team = Teams::One("care".into());
    world.reasons[2].priority = 1;
    world.hits.push(hit(2, 2));
    assert_eq!(world.plan().calls.last().unwrap().lead.row, 2);
}

#[test]
fn a_team_serves_its_languages_districts_and_skills() {
    let mut world = World::new(4);
    world.reasons[1].team = Teams::Several(vec!["care".into(), "clubs".into()]);
    let care = world.teams.get_mut("care").unwrap();
    care.languages = vec!["en".into()];
    care.districts = vec!["harbour".into()];
    let clubs = world.teams.get_mut("clubs").unwrap();
    clubs.languages = vec!["zh".into()];
    world.people.language = ["en", "zh", "en", "fr"]
        .map(|tag| Some(tag.to_owned()))
        .to_vec();
    world.people.district[2] = Some("hills".into());
    world.hits = (0..4).map(|row| hit(row, 1)).collect();
    let queue = world.plan();
    let team = |row: u32| {
        let call = queue.calls.iter().find(|call| call.lead.row == row);
        call.map(|call| call.team.as_str())
    };
    assert_eq!(
        [team(0), team(1), team(2), team(3)],
        [Some("care"), Some("clubs"), None, None]
    );
    assert!(queue.held.iter().all(|held| held.hold == Hold::NoTeam));
    world.reasons[1].skills = vec!["billing".into()];
    assert_eq!(world.plan().calls, []);
    // A machine that reminds who was not reached needs no skill.
    world.reasons[1].attempts = Attempts {
        tries: 1,
        wait_days: 1,
        then: vec![Step {
            action: Action::Sms,
            team: Teams::One("messages".into()),
            script: None,
        }],
    };
    world.carried = vec![CarriedCall {
        attempt: 2,
        ..carried(0, 1, None, AS_OF)
    }];
    let calls = world.plan().calls;
    assert_eq!(calls.len(), 1);
    assert_eq!(calls[0].team, "messages");
}

#[test]
fn nights_without_room_are_counted() {
    let mut world = World::new(7);
    world.hits = (0..7).map(|row| hit(row, 1)).collect();
    world.carried = vec![CarriedCall {
        waits: 2,
        ..carried(6, 1, None, AS_OF)
    }];
    world.teams.insert("care".to_owned(), team(1, 0.0));
    let queue = world.plan();
    let waits: Vec<u32> = queue.ledger.iter().map(|row| row.waits).collect();
    assert_eq!(waits, [1, 1, 1, 1, 1, 1, 3]);
    let alerts = alerts(&world.reasons, &world.teams, &world.settings, &queue.ledger);
    assert_eq!(
        alerts,
        ["installation: 1 have found no room in the hours of team care for up to 3 nights"]
    );
}

#[test]
fn what_nobody_can_do_and_what_nobody_reported_are_alerts() {
    let mut world = World::new(2);
    world.people.language[0] = Some("fr".to_owned());
    world.teams.get_mut("care").unwrap().languages = vec!["en".to_owned()];
    world.hits = vec![hit(0, 0), hit(1, 1)];
    world.carried = vec![CarriedCall {
        listed_on: Some("2026-11-01".parse().unwrap()),
        ..carried(1, 1, None, "2026-10-30")
    }];
    let queue = world.plan();
    let alerts = alerts(&world.reasons, &world.teams, &world.settings, &queue.ledger);
    assert_eq!(alerts.len(), 2, "{alerts:?}");
    assert!(alerts[0].contains("complaint: none of its teams serves 1"));
    assert!(alerts[1].contains("2026-11-01: 1 reasons"));
}

#[test]
fn a_list_that_nobody_worked_off_is_an_alert() {
    let mut world = World::new(2);
    world.hits = vec![hit(0, 1)];
    world.carried = vec![listed(0, 1)];
    // Somebody else was called that day: the history reaches it.
    world = world.made(vec![about(
        1,
        "installation",
        "2026-11-01",
        ContactOutcome::Reached,
    )]);
    let queue = world.plan();
    let alerts = alerts(&world.reasons, &world.teams, &world.settings, &queue.ledger);
    assert_eq!(
        alerts,
        ["1 reasons were listed before and nobody was contacted about them"]
    );
}

#[test]
fn what_policy_keeps_back_is_not_overdue() {
    let mut world = World::new(2);
    world.people.consent = vec![[false; 4]; 2];
    world.people.phone[1] = None;
    let since = "2026-10-01".parse().unwrap();
    world.hits = vec![
        ReasonHit { since, ..hit(0, 2) },
        ReasonHit { since, ..hit(1, 1) },
    ];
    let queue = world.plan();
    assert!(!state(&queue, 0).unwrap().overdue, "marketing");
    assert!(
        state(&queue, 1).unwrap().overdue,
        "service without a number"
    );
}

#[test]
fn a_call_is_for_a_team_that_is_at_work_within_the_window() {
    let mut world = World::new(2);
    // Complaints in the evening only, the other reason at any time.
    world.reasons[0].window = Some(CallHours {
        from: "18:00".parse().unwrap(),
        to: "20:00".parse().unwrap(),
    });
    world.hits = vec![hit(0, 0), hit(1, 1)];
    let early = Team {
        starts: "08:00".parse().unwrap(),
        hours: Hours {
            mon: 8.0,
            ..Hours::default()
        },
        ..team(1, 12.0)
    };
    let late = Team {
        starts: "14:00".parse().unwrap(),
        ..early.clone()
    };
    world.teams.insert("care".to_owned(), early);
    world.teams.insert("clubs".to_owned(), late);
    assert_eq!(
        state(&world.plan(), 0).unwrap().state,
        ReasonState::Held(Hold::NoTeam)
    );
    world.reasons[0].team = Teams::Several(vec!["care".to_owned(), "clubs".to_owned()]);
    let queue = world.plan();
    let of = |row| {
        queue
            .calls
            .iter()
            .find(|call| call.lead.row == row)
            .unwrap()
    };
    assert_eq!(
        (of(0).team.as_str(), of(1).team.as_str()),
        ("clubs", "care")
    );
    assert_eq!(
        of(0).starts_at.unwrap().to_string(),
        "2026-11-02T18:00:00+08:00"
    );
}
