//! From the view to segments and back: what the segments stage needs, and the
//! names that later rules may use.

use super::{Job, NightError};
use crate::campaign::PROCESSED_AGE;
use crate::pipeline::Plan;
use crate::previous;
use crate::segments::{
    self, FeatureColumn, InterestAffinity, SegmentInput, SegmentSettings, Segmentation,
};
use crate::store::Run;
use crate::tables::ValidTables;
use crate::view::CustomerView;

/// Every feature that segments are made of or described by, with its values.
pub(super) fn features(plan: &Plan, view: &CustomerView) -> Result<Vec<FeatureColumn>, NightError> {
    let column = |feature: &crate::view::Feature| {
        Ok(FeatureColumn {
            name: feature.name.clone(),
            label: feature.label.clone(),
            unit: feature.unit.clone(),
            values: if feature.words {
                view.words(&feature.name)?.into()
            } else {
                view.numbers(&feature.name)?.into()
            },
            cluster: feature.cluster.clone(),
        })
    };
    let features = plan.view.features.iter();
    features.filter(|f| f.profile).map(column).collect()
}

/// Every interest with its affinities.
pub(super) fn affinities(
    plan: &Plan,
    view: &CustomerView,
) -> Result<Vec<InterestAffinity>, NightError> {
    let affinity = |interest: &crate::view::Interest| {
        Ok(InterestAffinity {
            id: interest.id.clone(),
            label: interest.label.clone(),
            affinity: view.numbers(&interest.column())?,
        })
    };
    plan.view.interests.iter().map(affinity).collect()
}

/// Every tag with who has it.
pub(super) fn tags(plan: &Plan, view: &CustomerView) -> Result<Vec<Vec<bool>>, NightError> {
    let holds =
        |tag: &crate::view::Tag| Ok(view.holds(&tag.name, &polars::prelude::col(&tag.name))?);
    plan.view.tags.iter().map(holds).collect()
}

/// Runs the segments stage.
pub(super) fn segment(
    job: &Job<'_>,
    view: &CustomerView,
    features: &[FeatureColumn],
    affinities: &[InterestAffinity],
    previous: Option<&Run>,
    tables: &ValidTables,
) -> Result<Segmentation, NightError> {
    let customers = view.people.len();
    let quiet = match &job.plan.quiet {
        Some(condition) => view.holds("segments.quiet", condition)?,
        None => vec![false; customers],
    };
    // Children are not processed, whatever was agreed for them.
    let child = |age: &Option<i32>| age.is_some_and(|age| age < PROCESSED_AGE);
    let people = &view.people;
    let opted_out: Vec<bool> = people
        .personalisation
        .iter()
        .zip(&people.age)
        .map(|(&agreed, age)| !agreed || child(age))
        .collect();
    let input = SegmentInput {
        ids: &view.people.ids,
        features,
        quiet: &quiet,
        opted_out: &opted_out,
        interests: affinities,
        as_of: tables.night.as_of,
        seed: job.plan.file.pipeline.seed,
        language: job.plan.file.pipeline.language,
    };
    let previous = previous
        .map(|run| previous::segments(run, job.names))
        .transpose()?;
    let settings = SegmentSettings {
        refit: job.refit,
        ..job.plan.file.segments.clone()
    };
    Ok(segments::segment(&input, &settings, previous.as_ref())?)
}

/// Every customer's segment as a number.
pub(super) fn numbers(segmentation: &Segmentation) -> Vec<u32> {
    let members = segmentation.members.iter();
    members.map(|member| member.segment as u32).collect()
}

/// Adds `segment_id` and `segment_name` to the view.
pub(super) fn add_names(
    view: &mut CustomerView,
    segmentation: &Segmentation,
) -> Result<(), NightError> {
    let of = |member: &segments::Member| &segmentation.segments[member.segment];
    let ids: Vec<&str> = segmentation
        .members
        .iter()
        .map(|member| of(member).id.as_str())
        .collect();
    view.add_text("segment_id", &ids)?;
    let names: Vec<&str> = segmentation
        .members
        .iter()
        .map(|member| of(member).name.as_str())
        .collect();
    view.add_text("segment_name", &names)?;
    Ok(())
}
