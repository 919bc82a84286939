use std::collections::BTreeSet;

use super::clusterers::Placed;
use super::names::{RESERVED, reserved_name};
use super::naming;
use super::{
    Member, Model, OPTED_OUT, OUTSIDE, Profile, QUIET, Registry, RegistryEntry, Segment,
    SegmentInput, SegmentStatus,
};

const TOP_INTERESTS: usize = 3;

/// Where everybody belongs, and the segments that have a place for members:
/// the model's clusters, then the reserved ones that are needed. `placed` says
/// where the model places each of `rows`.
pub(super) fn members(
    input: &SegmentInput,
    model: &Model,
    rows: &[usize],
    placed: &[Placed],
) -> (Vec<Member>, Vec<Segment>) {
    let mut segments: Vec<Segment> = model
        .clusters
        .iter()
        .map(|cluster| {
            let mut segment = blank(&cluster.segment_id, SegmentStatus::Kept);
            segment.stability = Some(cluster.stability);
            segment
        })
        .collect();
    let mut reserve = |id: &str, wanted: bool| {
        if wanted {
            segments.push(blank(id, SegmentStatus::Reserved));
        }
        segments.len().saturating_sub(1)
    };
    let is_quiet = |row: usize| input.quiet[row] && !input.opted_out[row];
    let outside = reserve(OUTSIDE, placed.iter().any(|placed| placed.outside));
    let quiet = reserve(QUIET, (0..input.ids.len()).any(is_quiet));
    let opted_out = reserve(OPTED_OUT, input.opted_out.contains(&true));

    let set_apart = |segment| Member {
        segment,
        confidence: 1.0,
        second: None,
        distance: None,
    };
    let mut members: Vec<Member> = input
        .opted_out
        .iter()
        .map(|&out| set_apart(if out { opted_out } else { quiet }))
        .collect();
    for (&row, placed) in rows.iter().zip(placed) {
        let distance = Some(placed.distance);
        members[row] = if placed.outside {
            Member {
                second: Some(placed.cluster),
                distance,
                ..set_apart(outside)
            }
        } else {
            Member {
                segment: placed.cluster,
                confidence: placed.confidence,
                second: placed.second,
                distance,
            }
        };
    }
    for member in &members {
        segments[member.segment].size += 1;
    }
    for segment in &mut segments {
        segment.share = segment.size as f64 / members.len().max(1) as f64;
    }
    (members, segments)
}

fn blank(id: &str, status: SegmentStatus) -> Segment {
    Segment {
        id: id.to_owned(),
        name: String::new(),
        size: 0,
        share: 0.0,
        stability: None,
        status,
        lineage: Vec::new(),
        top_interests: Vec::new(),
        reserved: status == SegmentStatus::Reserved,
    }
}

/// The segments that lost their last members tonight.
pub(super) fn retired_tonight(registry: &Registry, input: &SegmentInput) -> Vec<Segment> {
    let retired = registry
        .segments
        .iter()
        .filter(|entry| entry.retired == Some(input.as_of));
    retired
        .map(|entry| blank(&entry.id, SegmentStatus::Retired))
        .collect()
}

/// Names the registry's new entries, whose name is still their id, and names
/// anew those that merged tonight, unless a person has locked the name.
pub(super) fn name_new(
    input: &SegmentInput,
    registry: &mut Registry,
    clusters: &[Segment],
    lifts: &[Vec<(usize, f64)>],
    profiles: &[Profile],
) {
    let current = |entry: &&RegistryEntry| {
        entry.status != SegmentStatus::Retired || entry.retired == Some(input.as_of)
    };
    let mut taken: BTreeSet<String> = registry
        .segments
        .iter()
        .filter(current)
        .map(|entry| entry.name.clone())
        .collect();
    for id in RESERVED {
        taken.insert(reserved_name(registry, input.language, id).to_owned());
    }
    for (index, (segment, lifts)) in clusters.iter().zip(lifts).enumerate() {
        let entry = registry
            .segments
            .iter_mut()
            .find(|entry| entry.id == segment.id);
        let merged = |entry: &RegistryEntry| {
            entry.status == SegmentStatus::Merged
                && entry
                    .lineage
                    .last()
                    .is_some_and(|event| event.on == input.as_of)
        };
        let unnamed = |entry: &RegistryEntry| entry.name == entry.id || merged(entry);
        let Some(entry) = entry.filter(|entry| !entry.locked && unnamed(entry)) else {
            continue;
        };
        taken.remove(&entry.name);
        let own: Vec<&Profile> = profiles
            .iter()
            .filter(|profile| profile.segment == index)
            .collect();
        entry.name = naming::name(input, lifts, &own, &taken);
        taken.insert(entry.name.clone());
    }
}

/// Fills in name, event and interests of a segment.
pub(super) fn describe(
    segment: &mut Segment,
    registry: &Registry,
    lifts: &[(usize, f64)],
    input: &SegmentInput,
    refitted: bool,
) {
    segment.name = match segment.id.as_str() {
        id if RESERVED.contains(&id) => reserved_name(registry, input.language, id).to_owned(),
        id => registry.get(id).map_or(id, |entry| &entry.name).to_owned(),
    };
    if let Some(event) = registry
        .event(&segment.id, input.as_of)
        .filter(|_| refitted)
    {
        segment.status = event.status;
        segment.lineage.clone_from(&event.segments);
    }
    if segment.id != OPTED_OUT {
        segment.top_interests = lifts
            .iter()
            .filter(|(_, lift)| *lift > 1.0)
            .take(TOP_INTERESTS)
            .map(|&(interest, lift)| (input.interests[interest].id.clone(), lift))
            .collect();
    }
}
