//! Segments: customers grouped by what they do, under names that last.
//!
//! [`segment`] brings the clustered features into one space (`space`), clusters a sample
//! (`clusterers`, with the number of clusters from `choice`), assigns every
//! customer to the nearest centroid, and finds out which of yesterday's
//! segments each cluster is (`identity`). The model is kept from night to
//! night, so that nobody changes segment but by changing habits; when it is
//! fitted again, and when a fit is not good enough, is in `refit`.
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
pub mod choice;
mod clusterers;
mod column_settings;
mod dates;
mod drift;
mod effect;
mod explain;
mod fit;
mod identity;
mod input;
mod migration;
mod model;
mod names;
mod naming;
mod output;
mod profile;
mod refit;
mod registry;
mod roster;
mod sampling;
mod scatter;
mod segment_drift;
mod settings;
mod space;
mod stability;
mod statistics;
mod values;
mod wholes;

#[cfg(test)]
mod fixtures;
#[cfg(test)]
mod mixed_tests;
#[cfg(test)]
mod tests;
#[cfg(test)]
mod thirty_nights;

pub use choice::KTrial;
pub use clusterers::{
    Algorithm, Centroids, ClusterError, DbscanSettings, Density, Grouping, Mixture, Off,
    OpticsSettings, Outside, Reach,
};
pub use column_settings::{ClusterSettings, Kind, Missing, Scale};
pub use drift::Bins;
pub use explain::{
    ClusterFidelity, Condition, Contribution, Explanation, Fidelity, Reading, ReadingKind, Reasons,
    Rule, ToldRule, Tree, Why, why,
};
pub use input::{FeatureColumn, InterestAffinity, Previous, SegmentInput};
pub use migration::{Flow, Migration};
pub use model::{Model, ModelCluster};
pub use names::{NameError, Names, unknown};
pub use output::{
    FeatureDrift, FitReason, Member, Profile, ScatterPoint, Segment, SegmentDrift, Segmentation,
};
pub use refit::Refusal;
pub use registry::{LineageEvent, Registry, RegistryEntry, SegmentEvent, SegmentStatus};
pub use segment_drift::AtFit;
pub use settings::{Auto, KSetting, Pca, SegmentSettings};
pub use space::{
    Aspect, Composition, Dimension, Encoding, Level, Levels, ModelFeature, Part, Projection,
    Scaling, Space,
};
pub use values::{Values, Words};
pub use wholes::whole_faults;

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
    /// A column that must not have missing values has some.
    #[error(
        "feature `{feature}` is missing for {missing} of {customers} customers, and its `missing = \"refuse\"` \
         allows none; fill the column, or set `missing` to \"median\" or \"indicator\""
    )]
    Missing {
        /// The feature.
        feature: String,
        /// Clustered customers without a value.
        missing: usize,
        /// All clustered customers.
        customers: usize,
    },
    /// An ordinal has levels that its order lacks.
    #[error(
        "feature `{feature}` of {unknown} of {customers} customers has a level that its `order` lacks; \
         allowed: {order}; add the level in its place, or map it in `value`"
    )]
    UnknownLevel {
        /// The feature.
        feature: String,
        /// Clustered customers with such a level.
        unknown: usize,
        /// All clustered customers.
        customers: usize,
        /// The levels that are known.
        order: String,
    },
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
    input.check_values(&rows)?;
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
    let refit::InUse {
        reason,
        refused,
        model,
        mut registry,
    } = refit::in_use(
        input,
        settings,
        &rows,
        previous,
        (&drift, &moved),
        &mut warnings,
    )?;
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
    let profiles = profile::profiles(input.features, &model.space, &segment_of, segments.len());
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
    let reasons = explain::reasons(&model, input.features, input.ids.len(), &rows, &placed);
    let rules = explain::told(&model, input.features, input.language);
    let migration = previous.map(|previous| {
        let before = previous.members.iter();
        let tonight = input.ids.iter().zip(&segment_of);
        Migration::count(
            before
                .map(|(id, segment)| (id.as_str(), segment.as_str()))
                .collect(),
            tonight
                .map(|(id, &at)| (id.as_str(), segments[at].id.as_str()))
                .collect(),
        )
    });
    let scatter = draw(input, &model, &rows, &segment_of);
    Ok(Segmentation {
        members,
        segments,
        profiles,
        rules,
        reasons,
        choice: model.choice.clone(),
        model,
        registry,
        drift,
        segment_drift: moved,
        refitted,
        reason,
        refused,
        migration,
        warnings,
        scatter,
    })
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
