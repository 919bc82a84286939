//! Filling the report's data from the night's results.

use std::collections::{BTreeMap, BTreeSet};

use super::Night;
use crate::calls::CallStatus;
use crate::campaign::InvitationStatus;
use crate::domain::{Decision, DecisionReason, Language};
use crate::previous;
use crate::report::{self, ReportData, ReportError};
use crate::segments::{SegmentStatus, ToldRule};
use crate::store::{OutputRecord, Run};
use crate::tables::Severity;
use crate::view::Feature;

/// The report as one self-contained page.
///
/// # Errors
/// When the page cannot be rendered.
pub fn report(
    night: &Night<'_>,
    outputs: &BTreeMap<String, OutputRecord>,
    previous: Option<&Run>,
) -> Result<String, ReportError> {
    report::render(&data(night, outputs, previous))
}

fn data(
    night: &Night<'_>,
    outputs: &BTreeMap<String, OutputRecord>,
    previous: Option<&Run>,
) -> ReportData {
    let file = &night.plan.file;
    let model = &night.segmentation.model;
    ReportData {
        pipeline: file.pipeline.name.clone(),
        run_id: night.run_id.to_owned(),
        as_of: night.tables.night.as_of.to_string(),
        version: env!("CARGO_PKG_VERSION").to_owned(),
        previous_run: night.previous_run.map(str::to_owned),
        language: file.pipeline.language,
        headline: headline(night),
        model: Some(report::Model {
            algorithm: format!("{:?}", model.algorithm).to_lowercase(),
            fitted_on: model.fitted_on.to_string(),
            refitted: night.segmentation.refitted,
        }),
        segments: segments(night, previous),
        profiles: profiles(night),
        explained: Some(explained(night)),
        choice_of_k: choice(night),
        scatter: night
            .segmentation
            .scatter
            .iter()
            .map(|point| report::Point {
                x: point.x,
                y: point.y,
                segment: point.segment,
            })
            .collect(),
        activities: activities(night),
        queue: queue(night),
        checks: checks(night),
        drift: night
            .segmentation
            .drift
            .iter()
            .map(|drift| report::Drift {
                feature: drift.feature.clone(),
                psi: drift.psi,
            })
            .collect(),
        files: outputs
            .iter()
            .map(|(path, record)| report::File {
                path: path.clone(),
                bytes: record.bytes,
                rows: record.rows,
            })
            .collect(),
    }
}

fn headline(night: &Night<'_>) -> report::Headline {
    let with = |status| {
        night
            .campaign
            .invitations
            .iter()
            .filter(|i| i.status == status)
            .count() as u64
    };
    let planned = night
        .calls
        .calls
        .iter()
        .filter(|call| call.status == CallStatus::Planned)
        .count();
    let held: std::collections::BTreeSet<&str> =
        night.findings.iter().map(|f| f.subject.as_str()).collect();
    report::Headline {
        customers: night.view.people.len() as u64,
        invited: with(InvitationStatus::Invited),
        waitlisted: with(InvitationStatus::Waitlist),
        calls_planned: planned as u64,
        calls_carried_over: (night.calls.calls.len() - planned) as u64,
        activities_out: (night.plan.file.activities.len() - held.len()) as u64,
        activities_held_back: held.len() as u64,
        alerts: night.alerts.clone(),
        warnings: night.warnings.clone(),
    }
}

fn segments(night: &Night<'_>, previous: Option<&Run>) -> Vec<report::Segment> {
    let before = previous.map(previous_shares).unwrap_or_default();
    let labels = &night.plan.view.interests;
    let language = night.plan.file.pipeline.language;
    let label = |id: &str| {
        let interest = labels.iter().find(|interest| interest.id == id);
        interest.map_or_else(
            || id.to_owned(),
            |interest| interest.label.text(language).to_owned(),
        )
    };
    night
        .segmentation
        .segments
        .iter()
        .map(|segment| report::Segment {
            id: segment.id.clone(),
            name: segment.name.clone(),
            size: segment.size as u64,
            share: segment.share,
            previous_share: before.get(&segment.id).copied(),
            stability: segment.stability,
            status: match segment.status {
                SegmentStatus::Kept => report::SegmentStatus::Kept,
                SegmentStatus::New => report::SegmentStatus::New,
                SegmentStatus::Split => report::SegmentStatus::Split,
                SegmentStatus::Merged => report::SegmentStatus::Merged,
                SegmentStatus::Retired => report::SegmentStatus::Retired,
                SegmentStatus::Reserved => report::SegmentStatus::Reserved,
            },
            top_interests: segment
                .top_interests
                .iter()
                .map(|(id, lift)| (label(id), *lift))
                .collect(),
        })
        .collect()
}

/// Each segment's share in the previous run. The report does without when that
/// run cannot be read: the night has read what it needs of it.
fn previous_shares(run: &Run) -> BTreeMap<String, f64> {
    let Ok(frame) = previous::frame(run, "segments.parquet", &["segment_id", "share"]) else {
        return BTreeMap::new();
    };
    let shares = crate::view::numbers(&frame, "share").unwrap_or_default();
    let ids = previous::texts(&frame, "segment_id");
    ids.into_iter()
        .zip(shares)
        .filter_map(|(id, share)| Some((id?, share)))
        .collect()
}

fn profiles(night: &Night<'_>) -> report::Profiles {
    let language = night.plan.file.pipeline.language;
    // A category has a row per level, where its column stands.
    let found = &night.segmentation.profiles;
    let mut rows: Vec<(&Feature, &str, Option<&str>)> = Vec::new();
    for feature in &night.plan.view.features {
        let mut seen = BTreeSet::new();
        for profile in found {
            let (column, level) = profile.column();
            if column == feature.name && seen.insert(level) {
                rows.push((feature, &profile.feature, level));
            }
        }
    }
    let place: BTreeMap<&str, usize> = (0..).zip(&rows).map(|(at, row)| (row.1, at)).collect();
    let empty = report::Profile {
        lift: vec![None; rows.len()],
        z: vec![None; rows.len()],
        cliffs_delta: vec![None; rows.len()],
        rank: vec![None; rows.len()],
    };
    let mut segments = vec![empty; night.segmentation.segments.len()];
    for profile in found {
        if let Some(&at) = place.get(profile.feature.as_str()) {
            segments[profile.segment].lift[at] = profile.lift;
            segments[profile.segment].z[at] = profile.z;
            segments[profile.segment].cliffs_delta[at] = profile.cliffs_delta;
            segments[profile.segment].rank[at] = profile.rank;
        }
    }
    let label = |feature: &Feature, level: Option<&str>| {
        let label = feature.label.text(language);
        match (level, language) {
            (None, _) => label.to_owned(),
            (Some(level), Language::En) => format!("{label}: {level}"),
            (Some(level), Language::Zh) => format!("{label}：{level}"),
        }
    };
    report::Profiles {
        features: rows
            .iter()
            .map(|(feature, name, level)| report::Feature {
                name: (*name).to_owned(),
                label: label(feature, *level),
            })
            .collect(),
        segments,
    }
}

fn explained(night: &Night<'_>) -> report::Explained {
    let segmentation = &night.segmentation;
    let fidelity = &segmentation.model.explanation.fidelity;
    let rule = |rule: &ToldRule| report::Rule {
        segment: rule.segment,
        sentence: rule.sentence.clone(),
        covers: rule.covers,
        precision: rule.precision,
    };
    report::Explained {
        fidelity: fidelity.share,
        customers: fidelity.customers as u64,
        rules: segmentation.rules.iter().map(rule).collect(),
    }
}

fn choice(night: &Night<'_>) -> Vec<report::KChoice> {
    night
        .segmentation
        .choice
        .iter()
        .map(|trial| report::KChoice {
            k: u32::try_from(trial.k).unwrap_or(u32::MAX),
            gap: trial.gap,
            gap_error: trial.gap_error,
            smallest_stability: trial.smallest_stability,
            silhouette: trial.silhouette,
            calinski_harabasz: trial.calinski_harabasz,
            davies_bouldin: trial.davies_bouldin,
            inertia: trial.inertia,
            smallest_share: trial.smallest_share,
            chosen: trial.chosen,
        })
        .collect()
}

fn activities(night: &Night<'_>) -> Vec<report::Activity> {
    let language = night.plan.file.pipeline.language;
    let interests = &night.plan.view.interests;
    let funnels = night
        .plan
        .file
        .activities
        .iter()
        .zip(&night.campaign.funnel);
    funnels
        .map(|(activity, funnel)| {
            let count = |decision: Decision| {
                let reasons = DecisionReason::ALL.iter().zip(&funnel.reasons);
                reasons
                    .filter(|(reason, _)| reason.decision() == decision)
                    .map(|(_, count)| count)
                    .sum()
            };
            let interest = interests
                .iter()
                .find(|interest| interest.id == activity.interest);
            report::Activity {
                id: activity.id.clone(),
                name: activity.name.text(language).to_owned(),
                interest: interest
                    .map(|i| i.label.text(language).to_owned())
                    .unwrap_or_default(),
                starts: activity.starts.to_string(),
                seats: funnel.seats,
                eligible: funnel.eligible,
                invited: count(Decision::Invited),
                waitlist: count(Decision::Waitlist),
                control: count(Decision::Control),
                suppressed: count(Decision::Suppressed),
                not_selected: count(Decision::NotSelected),
                expected_attendance: funnel.expected_attendance,
                reasons: DecisionReason::ALL
                    .into_iter()
                    .zip(funnel.reasons)
                    .filter(|(_, count)| *count > 0)
                    .map(|(reason, count)| report::TurnedDown { reason, count })
                    .collect(),
                held_back: night
                    .findings
                    .iter()
                    .filter(|finding| finding.subject == activity.id)
                    .map(|finding| finding.text.clone())
                    .collect(),
            }
        })
        .collect()
}

fn queue(night: &Night<'_>) -> report::Queue {
    let language = night.plan.file.pipeline.language;
    let teams = night.calls.loads.iter().map(|load| {
        let over = night
            .calls
            .calls
            .iter()
            .filter(|call| call.team == load.team && call.status == CallStatus::CarriedOver);
        let over: f64 = over.map(|call| call.minutes).sum();
        report::Team {
            team: load.team.clone(),
            capacity_minutes: load.capacity_minutes,
            planned_minutes: load.planned_minutes,
            carried_over_minutes: over,
            planned: load.planned,
            carried_over: load.carried_over,
            late: load.late,
        }
    });
    let reasons = (0u16..).zip(&night.plan.file.calls).map(|(index, reason)| {
        let count = |status: CallStatus| {
            let led = night
                .calls
                .calls
                .iter()
                .filter(|call| call.lead.reason == index && call.status == status);
            led.count() as u64
        };
        report::CallReason {
            id: reason.id.clone(),
            label: reason.label.text(language).to_owned(),
            action: reason.action,
            planned: count(CallStatus::Planned),
            carried_over: count(CallStatus::CarriedOver),
        }
    });
    report::Queue {
        teams: teams.collect(),
        reasons: reasons.collect(),
    }
}

fn checks(night: &Night<'_>) -> Vec<report::Check> {
    night
        .tables
        .checks
        .iter()
        .map(|check| report::Check {
            table: check.table.clone(),
            column: Some(check.column.clone()).filter(|column| !column.is_empty()),
            rule: check.rule.clone(),
            severity: match check.severity {
                Severity::Warn => report::Severity::Warn,
                Severity::Reject => report::Severity::Reject,
                Severity::Fail => report::Severity::Error,
            },
            violations: check.violations,
        })
        .collect()
}
