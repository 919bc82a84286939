//! A night as it could be, for the report's tests.

use super::data::{
    Activity, CallReason, Check, Drift, Explained, Feature, File, Headline, KChoice, Model, Point,
    Profile, Profiles, Queue, ReportData, Rule, Segment, SegmentStatus, Severity, Team, TurnedDown,
};
use crate::domain::{Action, DecisionReason, Language};

/// English, Chinese, customers tonight, share before, status.
#[rustfmt::skip]
const SEGMENTS: [(&str, &str, u64, Option<f64>, SegmentStatus); 9] = [
    ("Film fans", "影迷", 4210, Some(0.206), SegmentStatus::Kept),
    ("Music all day", "音乐爱好者", 3122, Some(0.158), SegmentStatus::Kept),
    ("Gamers, evenings and nights", "夜间游戏玩家", 2841, Some(0.139), SegmentStatus::Kept),
    ("Health seekers", "健康关注者", 2377, Some(0.121), SegmentStatus::Kept),
    ("Sports and morning runs", "运动与晨跑", 1986, Some(0.097), SegmentStatus::Kept),
    ("Readers", "书友", 1544, Some(0.081), SegmentStatus::Kept),
    ("Device enthusiasts", "数码达人", 1203, None, SegmentStatus::New),
    ("Travellers", "旅行者", 690, Some(0.036), SegmentStatus::Split),
    ("Quiet", "沉默客户", 2027, Some(0.094), SegmentStatus::Reserved),
];

#[rustfmt::skip]
const FEATURES: [(&str, &str, &str); 8] = [
    ("video_share_90d", "video, share of time", "video：时间占比"),
    ("music_share_90d", "music, share of time", "music：时间占比"),
    ("gaming_share_90d", "gaming, share of time", "gaming：时间占比"),
    ("health_share_90d", "health, share of time", "health：时间占比"),
    ("sports_share_90d", "sports, share of time", "sports：时间占比"),
    ("reading_share_90d", "reading, share of time", "reading：时间占比"),
    ("devices_share_90d", "devices, share of time", "devices：时间占比"),
    ("travel_share_90d", "travel, share of time", "travel：时间占比"),
];

/// English, Chinese, interest, start, seats, candidates, invited.
#[rustfmt::skip]
const ACTIVITIES: [(&str, &str, &str, &str, u64, u64, u64); 12] = [
    ("Film night: November", "十一月观影夜", "Film", "2026-11-20T19:30", 220, 3412, 812),
    ("Half-price cinema tickets", "电影票半价", "Film", "2026-11-10T10:00", 400, 4108, 1102),
    ("Doctor's lecture: healthy sleep", "名医讲座：睡眠健康", "Health", "2026-11-15T14:00", 120, 2210, 396),
    ("A month of gym trial", "健身房体验月", "Sports", "2026-11-12T08:00", 110, 1876, 540),
    ("Riverside morning run", "滨江晨跑", "Sports", "2026-11-22T07:00", 150, 1990, 602),
    ("Device talent show: heats", "数码达人秀：海选", "Devices", "2026-11-21T13:00", 60, 1310, 297),
    ("Hands-on evening: new phones", "新机体验之夜", "Devices", "2026-11-18T18:30", 80, 1402, 266),
    ("City gaming cup: qualifiers", "城市电竞杯：预选赛", "Gaming", "2026-11-28T10:00", 200, 2533, 664),
    ("Concert pre-sale", "演唱会优先购票", "Music", "2026-11-14T12:00", 250, 2987, 831),
    ("Open-mic evening", "开放麦之夜", "Music", "2026-11-25T20:00", 80, 1540, 402),
    ("Reading circle", "读书分享会", "Reading", "2026-11-19T19:00", 60, 1388, 198),
    ("Travel talk and roaming pack", "旅行分享与漫游礼包", "Travel", "2026-11-17T18:00", 50, 733, 0),
];

/// A whole night in `language`.
pub(super) fn night(language: Language) -> ReportData {
    let say = |en: &str, zh: &str| match language {
        Language::En => en.to_owned(),
        Language::Zh => zh.to_owned(),
    };
    let activities: Vec<Activity> = ACTIVITIES.iter().map(|row| activity(row, say)).collect();
    ReportData {
        pipeline: "nightly".into(),
        run_id: "2026-11-01-5f3a9c1e".into(),
        as_of: "2026-11-01".into(),
        version: "0.1.0".into(),
        previous_run: Some("2026-10-31-b07d44aa".into()),
        language,
        headline: Headline {
            customers: 20_412,
            invited: activities.iter().map(|a| a.invited).sum(),
            waitlisted: activities.iter().map(|a| a.waitlist).sum(),
            calls_planned: 604,
            calls_carried_over: 187,
            activities_out: 11,
            activities_held_back: 1,
            alerts: vec![say(
                "Complaints opened per 1,000 customers: 4.1, usually 1.9.",
                "每千客户新增投诉 4.1 件，平日为 1.9 件。",
            )],
            warnings: vec![
                say(
                    "customers.tier: 37 values outside basic, silver, gold, platinum.",
                    "customers.tier：37 个值不在 basic、silver、gold、platinum 之内。",
                ),
                say(
                    "scores: no such table; priors are used.",
                    "未提供 scores 表，使用先验概率。",
                ),
            ],
        },
        model: Some(Model {
            algorithm: "kmeans".into(),
            fitted_on: "2026-10-18".into(),
            refitted: false,
        }),
        segments: segments(say),
        profiles: profiles(say),
        explained: Some(Explained {
            fidelity: Some(0.9421),
            customers: 6_803,
            rules: vec![Rule {
                segment: 0,
                sentence: say(
                    "video, share of time above 38 % and gaming, share of time at most 12 %",
                    "video：时间占比高于 38%，且gaming：时间占比不超过 12%",
                ),
                covers: Some(0.913),
                precision: Some(0.974),
            }],
        }),
        choice_of_k: [
            0.291, 0.321, 0.334, 0.351, 0.362, 0.371, 0.366, 0.352, 0.349,
        ]
        .into_iter()
        .zip(4..)
        .map(|(silhouette, k)| KChoice {
            k,
            gap: Some(silhouette + 0.4),
            gap_error: Some(0.008),
            smallest_stability: Some(1.0 - 0.012 * f64::from(k)),
            silhouette,
            calinski_harabasz: Some(1_200.0 + 10.0 * f64::from(k)),
            davies_bouldin: Some(1.2 - 0.01 * f64::from(k)),
            inertia: 1.82 / f64::from(k),
            smallest_share: 0.21 / f64::from(k),
            chosen: k == 9,
        })
        .collect(),
        scatter: scatter(),
        activities,
        queue: queue(say),
        checks: vec![
            check(
                "customers",
                Some("customer_id"),
                "unique",
                Severity::Error,
                0,
            ),
            check(
                "customers",
                Some("tier"),
                "accepted values",
                Severity::Warn,
                37,
            ),
            check("usage", Some("minutes"), "at least 0", Severity::Reject, 12),
            check(
                "orders",
                None,
                "due_at is not before ordered_at",
                Severity::Reject,
                0,
            ),
        ],
        drift: FEATURES
            .iter()
            .zip([0.021, 0.034, 0.127, 0.012, 0.044, 0.009, 0.268, 0.055])
            .map(|(&(_, en, zh), psi)| Drift {
                feature: say(en, zh),
                psi,
            })
            .collect(),
        files: vec![
            file("members.parquet", 1_482_113, Some(20_000)),
            file("segments.parquet", 9_120, Some(9)),
            file("profiles.parquet", 21_004, Some(72)),
            file("invitations.parquet", 402_551, Some(8_940)),
            file("decisions.parquet", 811_902, Some(25_489)),
            file("calls.parquet", 96_410, Some(791)),
            file("lists/csv/calls-care.csv", 31_877, Some(226)),
            file("manifest.json", 7_402, None),
        ],
    }
}

fn segments(say: impl Fn(&str, &str) -> String) -> Vec<Segment> {
    let all: u64 = SEGMENTS.iter().map(|row| row.2).sum();
    SEGMENTS
        .iter()
        .enumerate()
        .map(|(index, &(en, zh, size, previous_share, status))| Segment {
            id: format!("S{:02}", index + 1),
            name: say(en, zh),
            size,
            share: size as f64 / all as f64,
            previous_share,
            stability: (status != SegmentStatus::Reserved).then_some(0.97 - 0.02 * index as f64),
            status,
            top_interests: if status == SegmentStatus::Reserved {
                vec![]
            } else {
                vec![
                    (say("Film", "电影"), 2.4 - 0.1 * index as f64),
                    (say("Music", "音乐"), 1.3),
                ]
            },
        })
        .collect()
}

fn profiles(say: impl Fn(&str, &str) -> String) -> Profiles {
    let entries = |figure: &dyn Fn(usize, usize) -> Option<f64>, segment: usize| {
        (0..FEATURES.len())
            .map(|feature| figure(segment, feature))
            .collect()
    };
    let wobble = |segment: usize, feature: usize| ((segment * 7 + feature * 5) % 11) as f64 / 11.0;
    let lift = |segment: usize, feature: usize| match segment {
        8 => None,
        _ if segment == feature => Some(2.2 + wobble(segment, feature)),
        _ => Some(0.3 + 0.9 * wobble(segment, feature)),
    };
    let z = |segment: usize, feature: usize| match segment {
        8 => None,
        _ if segment == feature => Some(1.3 + wobble(segment, feature)),
        _ => Some(0.6 - 1.9 * wobble(feature, segment)),
    };
    let delta = |segment: usize, feature: usize| Some(z(segment, feature)? / 2.5);
    Profiles {
        features: FEATURES
            .iter()
            .map(|&(name, en, zh)| Feature {
                name: name.into(),
                label: say(en, zh),
            })
            .collect(),
        segments: (0..SEGMENTS.len())
            .map(|segment| Profile {
                lift: entries(&lift, segment),
                z: entries(&z, segment),
                cliffs_delta: entries(&delta, segment),
                rank: (0..FEATURES.len() as u32)
                    .map(|feature| Some(1 + (feature + segment as u32) % 8))
                    .collect(),
            })
            .collect(),
    }
}

/// Clouds around a ring, from a small generator of its own.
fn scatter() -> Vec<Point> {
    let mut state = 1_u64;
    let mut next = || {
        state = state
            .wrapping_mul(6_364_136_223_846_793_005)
            .wrapping_add(1_442_695_040_888_963_407);
        (state >> 40) as f64 / (1_u64 << 24) as f64
    };
    (0..1800)
        .map(|index| {
            let segment = index % 8;
            let angle = segment as f64 / 8.0 * std::f64::consts::TAU;
            let spread = |a: f64, b: f64, c: f64| (a + b + c - 1.5) * 1.3;
            Point {
                x: 3.0 * angle.cos() + spread(next(), next(), next()),
                y: 2.0 * angle.sin() + spread(next(), next(), next()),
                segment,
            }
        })
        .collect()
}

fn activity(
    &(en, zh, interest, starts, seats, eligible, invited): &(&str, &str, &str, &str, u64, u64, u64),
    say: impl Fn(&str, &str) -> String,
) -> Activity {
    let waitlist = invited / 5;
    let control = eligible * 3 / 20;
    let suppressed = if invited == 0 {
        eligible - control
    } else {
        eligible * 7 / 20
    };
    let not_selected = eligible - invited - waitlist - control - suppressed;
    let entry = |reason, count| TurnedDown { reason, count };
    let reasons = if invited == 0 {
        vec![
            entry(DecisionReason::ActivityHeldBack, suppressed),
            entry(DecisionReason::ActivityControl, control),
        ]
    } else {
        vec![
            entry(DecisionReason::NoConsent, suppressed / 2),
            entry(DecisionReason::ContactCap, suppressed / 4),
            entry(DecisionReason::ServiceFirst, suppressed / 10),
            entry(
                DecisionReason::NoPersonalisation,
                suppressed - suppressed / 2 - suppressed / 4 - suppressed / 10,
            ),
            entry(DecisionReason::UniversalControl, control / 3),
            entry(DecisionReason::ActivityControl, control - control / 3),
            entry(DecisionReason::OtherInvitation, not_selected / 2),
            entry(DecisionReason::NoSeat, not_selected - not_selected / 2),
            entry(DecisionReason::Selected, invited),
            entry(DecisionReason::NextInLine, waitlist),
        ]
    };
    Activity {
        id: en
            .to_lowercase()
            .replace(|c: char| !c.is_ascii_alphanumeric(), "-"),
        name: say(en, zh),
        interest: interest.into(),
        starts: starts.into(),
        seats,
        eligible,
        invited,
        waitlist,
        control,
        suppressed,
        not_selected,
        expected_attendance: invited as f64 * 0.27,
        reasons,
        held_back: if invited == 0 {
            vec![say(
                "the message has no opt-out wording",
                "短信缺少退订说明",
            )]
        } else {
            vec![]
        },
    }
}

fn queue(say: impl Fn(&str, &str) -> String) -> Queue {
    let team = |name: &str, capacity, planned, carried_over, minutes: f64, late| Team {
        team: name.into(),
        capacity_minutes: capacity,
        planned_minutes: planned as f64 * minutes,
        carried_over_minutes: carried_over as f64 * minutes,
        planned,
        carried_over,
        late,
    };
    let reason = |id: &str, label, action, planned, carried_over| CallReason {
        id: id.into(),
        label,
        action,
        planned,
        carried_over,
    };
    Queue {
        teams: vec![
            team("care", Some(1152.0), 140_u64, 0_u64, 6.0, 3),
            team("clubs", Some(720.0), 144, 187, 5.0, 41),
            team("managers", Some(1296.0), 21, 0, 60.0, 0),
            team("messages", None, 299, 0, 0.0, 0),
        ],
        reasons: vec![
            reason(
                "complaint-recovery",
                say("Open complaint", "未解决投诉"),
                Action::Call,
                61,
                0,
            ),
            reason(
                "order-late",
                say("Order late or blocked", "订单延迟"),
                Action::Call,
                79,
                0,
            ),
            reason(
                "contract-ending",
                say("Contract is ending", "合约即将到期"),
                Action::Promotion,
                92,
                40,
            ),
            reason(
                "usage-falling",
                say("Usage is falling", "用量下滑关怀"),
                Action::Survey,
                52,
                147,
            ),
            reason(
                "key-customer-visit",
                say("Account manager's round", "客户经理走访"),
                Action::Visit,
                21,
                0,
            ),
            reason(
                "activity-reminder",
                say("Reminder of an activity", "活动提醒"),
                Action::Sms,
                299,
                0,
            ),
        ],
    }
}

fn check(
    table: &str,
    column: Option<&str>,
    rule: &str,
    severity: Severity,
    violations: u64,
) -> Check {
    Check {
        table: table.into(),
        column: column.map(Into::into),
        rule: rule.into(),
        severity,
        violations,
    }
}

fn file(path: &str, bytes: u64, rows: Option<u64>) -> File {
    File {
        path: path.into(),
        bytes,
        rows,
    }
}
