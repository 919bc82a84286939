//! Segments: customers grouped by what they do, under names that last.
//!
//! [`segment`] scales the clustered features (`matrix`), clusters a sample
//! (`clusterers`, with the number of clusters from `choice`), assigns every
//! customer to the nearest centroid, and finds out which of yesterday's
//! segments each cluster is (`identity`). The model is kept from night to
//! night, so that nobody changes segment but by changing habits; it is fitted
//! again when it is old, when its settings change, or when a feature has
//! drifted (`drift`).
//!
//! Customers without usage and those who opted out of personalisation take no
//! part; they form the reserved segments [`QUIET`] and [`OPTED_OUT`]. Those who
//! take part but lie far from every cluster form a third, [`OUTSIDE`].
//!
//! Everything here is a pure function. Samples are drawn by a hash of customer
//! ids (`sampling`) and every sum runs in a fixed order, so the result is
//! the same for any number of threads.

/// How far two groupings of the same customers agree.
pub mod agreement;
mod choice;
mod clusterers;
mod dates;
mod drift;
mod fit;
mod identity;
mod input;
mod matrix;
mod model;
mod naming;
mod output;
mod profile;
mod registry;
mod roster;
mod sampling;
mod scatter;
mod segment_drift;
mod settings;
mod space;
mod stability;

#[cfg(test)]
mod fixtures;
#[cfg(test)]
mod tests;

pub use choice::KTrial;
pub use clusterers::{
    Algorithm, Centroids, ClusterError, DbscanSettings, Density, Grouping, Mixture, Off,
    OpticsSettings, Outside, Reach,
};
pub use drift::Bins;
pub use input::{FeatureColumn, InterestAffinity, Previous, SegmentInput};
pub use model::{Model, ModelCluster, ModelFeature};
pub use output::{
    FeatureDrift, FitReason, Member, Profile, ScatterPoint, Segment, SegmentDrift, Segmentation,
};
pub use registry::{LineageEvent, Registry, RegistryEntry, SegmentStatus};
pub use segment_drift::AtFit;
pub use settings::{Auto, ClusterSettings, KSetting, Scale, SegmentSettings};
pub use space::Space;

/// Id of the reserved segment of customers without usage.
pub const QUIET: &str = "quiet";

/// Id of the reserved segment of customers who are far from every cluster.
pub const OUTSIDE: &str = "outside";

/// Id of the reserved segment of customers who opted out of personalisation.
pub const OPTED_OUT: &str = "opted-out";

const SCATTER_POINTS: usize = 2_000;

/// Why there are no segments.
#[derive(Debug, thiserror::Error, PartialEq, Eq)]
pub enum SegmentError {
    /// Customer ids are not ascending and unique.
    #[error("customer ids are not in ascending order without duplicates")]
    Unordered,
    /// A column is of another length than the ids.
    #[error("column `{column}` has {found} values for {expected} customers")]
    Length {
        /// The column.
        column: String,
        /// Its values.
        found: usize,
        /// The customers.
        expected: usize,
    },
    /// No clustered feature tells customers apart.
    #[error(
        "no feature is left to cluster by; give at least one feature that varies a `cluster` setting"
    )]
    NoFeatures,
    /// Too few customers take part in clustering.
    #[error(
        "{usable} customers can be clustered, the settings need {needed}; \
         lower `segments.k` or the start of `segments.range`, or check `segments.quiet`"
    )]
    TooFew {
        /// Customers neither quiet nor opted out.
        usable: usize,
        /// Twice the smallest number of segments.
        needed: usize,
    },
    /// The clustering algorithm could not run.
    #[error(transparent)]
    Cluster(#[from] ClusterError),
}

/// Groups customers into segments; see the module's documentation.
///
/// # Errors
/// When the input's columns do not fit together, or a model must be fitted and
/// customers are too few or too alike.
pub fn segment(
    input: &SegmentInput,
    settings: &SegmentSettings,
    previous: Option<&Previous>,
) -> Result<Segmentation, SegmentError> {
    input.check()?;
    let rows = input.clustered();
    let drift = previous
        .map(|previous| drift::drift(&previous.model, input.features, &rows))
        .unwrap_or_default();
    let place = |model: &Model| model.space.place(&model.grouping, input.features, &rows);
    let before = previous
        .filter(|previous| previous.model.is_sound())
        .map(|previous| place(&previous.model));
    let moved = previous
        .zip(before.as_ref())
        .map(|(previous, before)| segment_drift::segment_drift(&previous.model.clusters, before))
        .unwrap_or_default();
    let mut warnings = Vec::new();
    let (reason, model, mut registry) = match previous {
        Some(previous) => match why_fit(input, settings, &previous.model, &drift, &moved) {
            FitReason::Kept => (
                FitReason::Kept,
                previous.model.clone(),
                previous.registry.clone(),
            ),
            reason => {
                let (model, registry) =
                    fit::fit(input, settings, &rows, Some(previous), &mut warnings)?;
                (reason, model, registry)
            }
        },
        None => {
            let (model, registry) = fit::fit(input, settings, &rows, None, &mut warnings)?;
            (FitReason::First, model, registry)
        }
    };
    let refitted = reason != FitReason::Kept;

    let clusters = model.clusters.len();
    let placed = match before {
        Some(before) if !refitted => before,
        _ => place(&model),
    };
    let (members, mut segments) = roster::members(input, &model, &rows, &placed);
    if refitted {
        segments.extend(roster::retired_tonight(&registry, input));
    }
    let segment_of: Vec<usize> = members.iter().map(|member| member.segment).collect();
    let profiles = profile::profiles(input.features, &segment_of, segments.len());
    let lifts = naming::lifts(input.interests, &segment_of, segments.len(), clusters);
    roster::name_new(
        input,
        &mut registry,
        &segments[..clusters],
        &lifts,
        &profiles,
    );
    for (segment, lifts) in segments.iter_mut().zip(&lifts) {
        roster::describe(segment, &registry, lifts, input, refitted);
    }
    let scatter = draw(input, &model, &rows, &segment_of);
    Ok(Segmentation {
        members,
        segments,
        profiles,
        choice: model.choice.clone(),
        model,
        registry,
        drift,
        segment_drift: moved,
        refitted,
        reason,
        warnings,
        scatter,
    })
}

/// Whether the model still holds, or why not.
fn why_fit(
    input: &SegmentInput,
    settings: &SegmentSettings,
    model: &Model,
    drift: &[FeatureDrift],
    segment_drift: &[SegmentDrift],
) -> FitReason {
    let age = (input.as_of - model.fitted_on).get_days();
    let worst = drift.iter().max_by(|a, b| a.psi.total_cmp(&b.psi));
    let sizes: f64 = segment_drift.iter().map(|drift| drift.share_psi).sum();
    let moved = |drift: &&SegmentDrift| {
        let psi = drift.distance_psi.unwrap_or(0.0);
        psi > settings.drift_psi + drift.chance
    };
    match worst {
        _ if !model.is_sound() => FitReason::Layout,
        _ if model.digest != model::digest(input.features, settings) => FitReason::Settings,
        _ if i64::from(age) >= i64::from(settings.refit_days) => FitReason::Age(age),
        Some(worst) if worst.psi > settings.drift_psi => FitReason::Drift(worst.clone()),
        _ if sizes > settings.drift_psi => FitReason::Sizes(sizes),
        _ => match segment_drift.iter().find(moved) {
            Some(moved) => FitReason::Segment(moved.clone()),
            None => FitReason::Kept,
        },
    }
}

fn draw(
    input: &SegmentInput,
    model: &Model,
    rows: &[usize],
    segment_of: &[usize],
) -> Vec<ScatterPoint> {
    let sampler = sampling::Sampler::draw(input.ids, rows, fit::SWEEP_ROWS, input.seed);
    let points = |rows: &[usize]| model.space.points(input.features, rows);
    let shown = sampler.first(SCATTER_POINTS);
    let segments: Vec<usize> = shown.iter().map(|&row| segment_of[row]).collect();
    let sample = points(&sampler.first(fit::SWEEP_ROWS));
    scatter::scatter(sample.view(), points(&shown).view(), &segments)
}
